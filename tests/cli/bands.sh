#!/usr/bin/env bash
# Bands chosen by number and wavelength, bands left out: told, stored, and found again without options.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo.gdal numpy

"$PYTHON" - <<'P' || fail "cannot make the scenes"
import os
import numpy as np
from osgeo import gdal, osr
gdal.UseExceptions()
N, BANDS = 64, 12
srs = osr.SpatialReference()
srs.ImportFromEPSG(32633)
rng = np.random.default_rng(3)
truth = np.repeat(np.arange(N) // (N // 2), N).reshape(N, N)
# the first six bands tell the classes apart, the last six are noise
level = np.where(np.arange(BANDS)[:, None, None] < 6, 1000 + 1000 * truth, 1500)
cube = np.clip(level + rng.normal(0, 80, (BANDS, N, N)), 1, None).round()
wavelengths = 450 + 50 * np.arange(BANDS)

def write(name, a, driver="GTiff", names=None, nm=None, alpha=None, unit="Nanometers"):
    options = ["ALPHA=NO", "PHOTOMETRIC=MINISBLACK"] if driver == "GTiff" else []
    ds = gdal.GetDriverByName(driver).Create(name, N, N, len(a), gdal.GDT_UInt16, options)
    ds.SetGeoTransform((500000, 10, 0, 5800000, 0, -10))
    ds.SetProjection(srs.ExportToWkt())
    for b, plane in enumerate(a):
        band = ds.GetRasterBand(b + 1)
        band.WriteArray(plane)
        if names:
            band.SetDescription(names[b])
        if nm is not None:
            band.SetMetadataItem("WAVELENGTH", f"{nm[b]}")
            band.SetMetadataItem("WAVELENGTH_UNITS", unit)
        if alpha == b + 1:
            band.SetColorInterpretation(gdal.GCI_AlphaBand)

write("plain.tif", cube)
write("turned.tif", cube[::-1])
write("three.tif", cube[[0, 2, 1]])
write("hyper.tif", cube, nm=wavelengths)
write("micro.tif", cube, nm=wavelengths / 1000 + 0.12, unit="Micrometers")
write("shuffled.tif", cube[::-1], nm=wavelengths[::-1])
write("named.tif", cube, names=[f"B{b + 1:02}" for b in range(BANDS)])
opaque = cube.copy()
opaque[3] = 65535
write("alpha.tif", opaque, alpha=4)
holes = cube.copy()
holes[6:9, :, : N // 2] = 0
write("holes.tif", holes)
ds = gdal.Open("holes.tif", gdal.GA_Update)
for b in range(BANDS):
    ds.GetRasterBand(b + 1).SetNoDataValue(0)
ds = None
write("envi.dat", cube, driver="ENVI")
with open("envi.hdr", "a") as header:
    header.write("\nbbl = {" + ", ".join("0" if b in (2, 7) else "1" for b in range(BANDS)) + "}\n")
    header.write("wavelength units = Nanometers\nwavelength = {" + ", ".join(map(str, wavelengths)) + "}\n")
write("index.dat", cube, driver="ENVI")
with open("index.hdr", "a") as header:
    header.write("\nwavelength units = Index\nwavelength = {" + ", ".join(map(str, range(1, BANDS + 1))) + "}\n")
three = cube[:3] * np.array([1, 10, 20])[:, None, None]
for plane, name in zip(three, ["B02", "B04", "B11"]):
    os.makedirs(name)
    for date in "20210708", "20220801":
        write(f"{name}/{date}.tif", plane[None])
    write(f"{name}.tif", plane[None], names=["reflectance"])
write("three_named.tif", three, names=["B02", "B04", "B11"])
if gdal.GetDriverByName("netCDF"):
    gdal.Translate("cube.nc", "three_named.tif", format="netCDF")
write("labels.tif", (truth + 1)[None])
P

quick=(-overwrite -steps 2 -val 0 -c 16 -batch 1 -crop 32 -threads 1 -labels labels.tif)
train=(s2rgf_train -q "${quick[@]}")
map=(s2rgf_classify -q -overwrite -noqml -threads 1)

# numbers MODEL: the numbers of the bands, as the model has them.
numbers() {
    s2rgf_info -json "$1" | "$PYTHON" -c '
import json, sys
print(*[b.get("number", "-") for s in json.load(sys.stdin)["sources"] for b in s["bands"]])'
}
# bands_are MODEL NUMBERS
bands_are() {
    [ "$(numbers "$1")" = "$2" ] || fail "$1: expected bands $2, found $(numbers "$1")"
}
# same_map A B
same_map() {
    "$PYTHON" -c '
import sys
from osgeo import gdal
a, b = (gdal.Open(name).ReadAsArray() for name in sys.argv[1:])
sys.exit(not (a == b).all())' "$1" "$2" || fail "$1 and $2 differ"
}

# The order counts, lists go together, and a single source needs no name.
expect_silence "${train[@]}" -i plain.tif -b 8,1-3 m.s2rgf
bands_are m.s2rgf "8 1 2 3"
expect_silence "${train[@]}" -i a=plain.tif -i b=hyper.tif -b b=12 -b a=2-3 -b b=1 m.s2rgf
bands_are m.s2rgf "2 3 12 1"
expect_silence "${train[@]}" -i plain.tif m.s2rgf
bands_are m.s2rgf "- - - - - - - - - - - -"

# The ends of a range count, also where micrometres are not quite the nanometres that they mean
mapfile -t each < <(for nm in {1120..570..50}; do printf '%s\n' -b "$nm-${nm}nm"; done)
expect_silence "${train[@]}" -i micro.tif "${each[@]}" m.s2rgf
bands_are m.s2rgf "12 11 10 9 8 7 6 5 4 3 2 1"

# ENVI's "Index" is no wavelength.
expect_status 1 "${train[@]}" -i index.dat -b 1000-4000nm m.s2rgf
expect_in "$stderr" "for no wavelength of this source is known"

# What is left out is told by number and wavelength.
expect_status 0 s2rgf_train "${quick[@]}" -i hs=hyper.tif -b hs=450-600nm,800-850.5nm m.s2rgf
expect_in "$stdout" "source hs (hyper.tif): bands 5 to 7 (650 to 750 nm), 10 to 12 (900 to 1000 nm): left out, not chosen by -b"
bands_are m.s2rgf "1 2 3 4 8 9"
expect_in <(s2rgf_info m.s2rgf) "6 bands, 1-4,8-9 of 12 in the files, 450 to 850 nm"
s2rgf_info -stac m.s2rgf > item.json
expect_in item.json '"hs/8"'
expect_not_in item.json '"hs/5"'
expect_silence s2rgf_info -onnx m.s2rgf m.onnx
# By wavelength the bands are found wherever they are.
expect_silence "${map[@]}" -m m.s2rgf -i hs=hyper.tif map.tif
expect_silence "${map[@]}" -m m.s2rgf -i hs=shuffled.tif other.tif
same_map map.tif other.tif

# The same file maps again without options, in a list of scenes and as a scene file, too.
expect_silence "${train[@]}" -i plain.tif -b 3,1,2 m.s2rgf
expect_silence "${map[@]}" -m m.s2rgf -i plain.tif map.tif
expect_silence "${map[@]}" -m m.s2rgf -scenes . -i '{}ain.tif' 'listed_{}.tif'
same_map map.tif listed_pl.tif
expect_silence s2rgf_classify -q -m m.s2rgf -i plain.tif -write_scene plain.s2rgf.json
# (-write_scene opens what it writes as the plugin for GDAL does)
# Three bands without names may be those three: they are taken in their order, and that is told.
expect_status 0 "${map[@]}" -m m.s2rgf -i three.tif other.tif
expect_in "$stderr" "nothing tells which band is which"
# Of twelve bands those of the same numbers are taken.
expect_silence "${map[@]}" -m m.s2rgf -i turned.tif other.tif
expect_status 3 "${map[@]}" -m m.s2rgf -i alpha.tif -i plain.tif other.tif
expect_in "$stderr" "too many"
expect_silence "${train[@]}" -i named.tif -b 2,1 m.s2rgf
expect_status 0 "${map[@]}" -m m.s2rgf -i plain.tif other.tif
expect_in "$stderr" "in the files of the training: the model has B02, B01"

# Files with one name, or bands with one, are told apart by the names of folders, files or variables.
found_anywhere() { # RASTER_OF_BAND RASTER_OF_BAND_IN_MAPPING, with NAME and NUMBER for the band's
    local name number=0 inputs=() turned=()
    for name in B02 B04 B11; do
        number=$((number + 1))
        in=${1//NAME/$name} other=${2//NAME/$name}
        inputs+=(-i "s=${in//NUMBER/$number}") turned=(-i "s=${other//NUMBER/$number}" "${turned[@]}")
    done
    expect_silence "${train[@]}" "${inputs[@]}" m.s2rgf
    expect_silence "${map[@]}" -m m.s2rgf "${inputs[@]}" map.tif
    expect_silence "${map[@]}" -m m.s2rgf "${turned[@]}" other.tif
    same_map map.tif other.tif
}
found_anywhere NAME/20210708.tif NAME/20220801.tif
found_anywhere NAME.tif NAME/20220801.tif
[ ! -e cube.nc ] || found_anywhere 'NETCDF:"cube.nc":BandNUMBER' NETCDF:cube.nc:BandNUMBER

# A pixel is valid where all used bands are.
valid() {
    "$PYTHON" -c '
import sys
from osgeo import gdal
print((gdal.Open(sys.argv[1]).ReadAsArray() > 0).sum())' "$1"
}
expect_silence "${train[@]}" -i holes.tif -b 1-6 m.s2rgf
expect_silence "${map[@]}" -m m.s2rgf -i holes.tif map.tif
[ "$(valid map.tif)" = 4096 ] || fail "unused bands make $((4096 - $(valid map.tif))) pixels invalid"
expect_status 0 "${train[@]}" -i holes.tif -b 1-7 m.s2rgf
expect_in "$stderr" "no valid data at 1024 of its 2048 labelled pixels"
expect_silence "${map[@]}" -m m.s2rgf -i holes.tif map.tif
[ "$(valid map.tif)" = 2048 ] || fail "a used band without data leaves $(valid map.tif) pixels"

# Bands marked bad: left out of a range, kept where they are named, and told.
expect_status 0 s2rgf_train "${quick[@]}" -i hs=envi.dat -b hs=1-4 m.s2rgf
expect_in "$stdout" "550 nm): left out, marked bad in the file"
bands_are m.s2rgf "1 2 4"
expect_silence "${map[@]}" -m m.s2rgf -i hs=envi.dat map.tif
expect_status 0 "${train[@]}" -i hs=envi.dat -b hs=1,3 m.s2rgf
expect_in "$stderr" "550 nm): marked bad in the file, but chosen by -b"
bands_are m.s2rgf "1 3"
expect_status 0 "${map[@]}" -m m.s2rgf -i hs=envi.dat map.tif
expect_in "$stderr" "marked bad in the file, but the model needs it"
expect_silence "${train[@]}" -i hs=envi.dat m.s2rgf
bands_are m.s2rgf "1 2 4 5 6 7 9 10 11 12"

# refuse MESSAGE ARGUMENT...
refuse() {
    local message=$1
    shift
    expect_status 1 "${train[@]}" "$@" none.s2rgf
    expect_in "$stderr" "$message"
    expect_no_file none.s2rgf
}
refuse "expected every band once, found band 3 twice" -i plain.tif -b 3,1-4
refuse "expected every band once, found band 8 twice" -i hs=hyper.tif -b hs=8 -b hs=780-820nm
refuse "no such band: expected numbers from 1 to 12" -i plain.tif -b 1-13
refuse "no such band: expected numbers from 1 to 12" -i plain.tif -b 0
refuse "no band in this range: expected some of 450 to 1000 nm" -i hs=hyper.tif -b hs=1100-1200nm
refuse "no wavelength of this source is known" -i plain.tif -b 450-900nm
refuse "found an alpha band" -i alpha.tif -b 1-4
refuse "no such source: expected NAME=BANDS with one of the names a, b" -i a=plain.tif -i b=hyper.tif -b c=1
refuse "no such source" -i a=plain.tif -i b=hyper.tif -b 1
for bad in '' 4-1 1- -3 x 1,,2 1, 450nm 1.5 900-450nm 1-4um 99999999999 '1 2'; do
    refuse "expected numbers of bands as 1-4,8 or wavelengths as 450-900nm" -i s=hyper.tif -b "s=$bad"
done
