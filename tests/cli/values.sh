#!/usr/bin/env bash
# Values that make no sense are told, those of another day are not; alpha bands, bands without data.
. "$(dirname "$0")/../tools/lib.sh"
need_python osgeo.gdal numpy

"$PYTHON" - <<'P' || fail "cannot make the scenes"
import numpy as np
from osgeo import gdal, ogr, osr
gdal.UseExceptions()
N = 96
srs = osr.SpatialReference()
srs.ImportFromEPSG(32633)
rng = np.random.default_rng(1)
spectra = np.array([[900, 1200, 800, 3000], [400, 600, 300, 4000], [300, 250, 150, 100]], float)
truth = np.repeat(np.arange(N) // (N // 3), N).reshape(N, N).T
base = np.clip(spectra[truth].transpose(2, 0, 1) + rng.normal(0, 60, (4, N, N)), 1, None).round()

def write(name, a, dtype=gdal.GDT_Float32, nodata=None, alpha=None, driver="GTiff"):
    options = ["ALPHA=NO", "PHOTOMETRIC=MINISBLACK"] if driver == "GTiff" else []
    ds = gdal.GetDriverByName(driver).Create(name, N, N, len(a), dtype, options)
    ds.SetGeoTransform((500000, 10, 0, 5800000, 0, -10))
    ds.SetProjection(srs.ExportToWkt())
    for b, plane in enumerate(a):
        ds.GetRasterBand(b + 1).WriteArray(plane)
        if nodata is not None:
            ds.GetRasterBand(b + 1).SetNoDataValue(nodata)
    if alpha:
        ds.GetRasterBand(alpha).SetColorInterpretation(gdal.GCI_AlphaBand)

def corner(value, a=base, side=10):
    a = a.copy()
    a[:, :side, :side] = value
    return a

write("plain.tif", base, gdal.GDT_UInt16)
labels = gdal.GetDriverByName("GTiff").Create("labels.tif", N, N, 1, gdal.GDT_Byte)
labels.SetGeoTransform((500000, 10, 0, 5800000, 0, -10))
labels.SetProjection(srs.ExportToWkt())
labels.GetRasterBand(1).WriteArray((truth + 1).astype("uint8"))
labels = None
# what nobody declared
write("fill_-9999.tif", corner(-9999, side=3))
write("fill_-32768.tif", corner(-32768), gdal.GDT_Int16)
write("fill_65535.tif", corner(65535), gdal.GDT_UInt16)
write("fill_-3.4e38.tif", corner(np.finfo("float32").min, side=2))
write("fill_0.tif", corner(0, side=20), gdal.GDT_UInt16)
# -srcnodata takes the number that the file has, whatever scale and offset make of it
for name, kind, fill in (("scaled_int", gdal.GDT_Int16, -9999), ("scaled_real", gdal.GDT_Float32, 1.25e7)):
    write(name + ".tif", corner(fill), kind)
    scaled = gdal.Open(name + ".tif", gdal.GA_Update)
    for b in range(4):
        scaled.GetRasterBand(b + 1).SetScale(.0003)
        scaled.GetRasterBand(b + 1).SetOffset(-.1)
    scaled = None
one = base.copy()
one[2] = 7
write("single.tif", one)
# another unit
write("far_scaled.tif", base / 10000)
write("far_offset.tif", base + 1000)
write("far_db.tif", 10 * np.log10(base / 10000))
write("far_bytes.tif", base / 16, gdal.GDT_Byte)
# one band alone in another unit, or without anything in it
one = base.copy()
one[1] /= 10000
write("band_scaled.tif", one)
one = base.copy()
one[1] = 0
write("band_zero.tif", one)
# another day
write("ok_brighter.tif", base * 1.2)
write("ok_darker.tif", base * 0.85 + 30)
cloudy = base.copy()
cloudy[:, :40, :60] = rng.normal(9000, 1500, (4, 40, 60))
write("ok_cloudy.tif", cloudy)
write("ok_saturated.tif", np.minimum(cloudy, 11000), gdal.GDT_UInt16)
water = spectra[2][:, None, None] + rng.normal(0, 40, (4, N, N))
write("ok_water.tif", np.clip(water, 1, None))
infrared = base.copy()
infrared[3][:, :70] = 0
write("ok_zero_in_one_band.tif", infrared, gdal.GDT_UInt16)
write("ok_field.tif", spectra[0][:, None, None] + rng.normal(0, 60, (4, N, N)))
write("all_nan.tif", base * np.nan)
write("all_nodata.tif", base * 0 - 9999, nodata=-9999)
write("odd_nodata.tif", base, gdal.GDT_UInt16, nodata=-9999)
palette = gdal.GetDriverByName("GTiff").Create("palette.tif", N, N, 1, gdal.GDT_Byte)
palette.SetGeoTransform((500000, 10, 0, 5800000, 0, -10))
palette.SetProjection(srs.ExportToWkt())
colours = gdal.ColorTable()
for value in range(3):
    colours.SetColorEntry(value, (80 * value, 200, 10, 255))
palette.GetRasterBand(1).SetColorTable(colours)
palette.GetRasterBand(1).WriteArray(truth.astype("uint8"))
palette = None
write("alpha.tif", base, gdal.GDT_UInt16, alpha=4)
mask = np.where(truth > 0, 65535, 0)
write("mask.tif", np.concatenate([base, mask[None]]), gdal.GDT_UInt16, alpha=5)
# bands without data: marked and not, with and without names
bad = base.copy()
bad[2] = -9999
write("cube.dat", bad, nodata=-9999, driver="ENVI")
with open("cube.hdr", "a") as header:
    header.write("\nbbl = {1, 1, 0, 1}\nwavelength units = Nanometers\nwavelength = {490, 560, 665, 842}\n")
write("empty.tif", bad, nodata=-9999)
write("marked.dat", base, driver="ENVI")
with open("marked.hdr", "a") as header:
    header.write("\nbbl = {0, 0, 0, 0}\n")
P

train=(s2rgf_train -q -overwrite -steps 2 -val 0 -c 16 -batch 1 -crop 32 -threads 1 -labels labels.tif)
map=(s2rgf_classify -q -overwrite -noqml -threads 1)

# Training tells band, value, share and the option; -srcnodata then says what it means.
for value in -9999 -32768 65535 -3.4e38 0; do
    expect_status 0 "${train[@]}" -i "fill_$value.tif" other.s2rgf
    expect_in "$stderr" "bands 1 to 4"
    expect_in "$stderr" "of the pixels"
    expect_in "$stderr" "-srcnodata ${value%e38}"
done
expect_status 0 "${train[@]}" -i fill_-9999.tif -srcnodata -9999 other.s2rgf
expect_not_in "$stderr" "-srcnodata"
for fill in int:-9999 real:12500000; do
    expect_status 0 "${train[@]}" -i "scaled_${fill%:*}.tif" other.s2rgf
    expect_in "$stderr" "-srcnodata ${fill#*:} leaves them out"
    expect_status 0 "${train[@]}" -i "scaled_${fill%:*}.tif" -srcnodata "${fill#*:}" other.s2rgf
    expect_not_in "$stderr" "-srcnodata"
done
expect_status 0 "${train[@]}" -i single.tif other.s2rgf
expect_in "$stderr" "band 3"
expect_in "$stderr" "the value 7 in 100 %"

# A list that marks all bands bad means nothing.
expect_status 0 "${train[@]}" -i marked.dat other.s2rgf
expect_in "$stderr" "source (marked.dat): the file marks every band bad: all are used"

# Mapping: what is far from the training, in one line; the map is made all the same.
expect_silence "${train[@]}" -i plain.tif m.s2rgf
for scene in far_*.tif; do
    expect_status 0 "${map[@]}" -m m.s2rgf -i "$scene" map.tif
    expect_in "$stderr" "source ($scene): bands 1 to 4"
    expect_in "$stderr" "gdal_translate"
    [ "$(wc -l < "$stderr")" = 1 ] || fail "$scene: more than a line"
done
expect_status 0 "${map[@]}" -m m.s2rgf -i far_offset.tif map.tif
expect_in "$stderr" "-a_offset -1000"
expect_status 0 "${map[@]}" -m m.s2rgf -i fill_-32768.tif map.tif
expect_in "$stderr" "-srcnodata -32768"
for scene in band_scaled band_zero; do
    expect_status 0 "${map[@]}" -m m.s2rgf -i "$scene.tif" map.tif
    expect_in "$stderr" "source ($scene.tif): band 2: values far from"
done
for scene in ok_*.tif plain.tif; do
    expect_silence "${map[@]}" -m m.s2rgf -i "$scene" map.tif
done

# No value at all: an error where none is a number, a warning where all is nodata.
expect_status 1 "${map[@]}" -m m.s2rgf -i all_nan.tif nan.tif
expect_in "$stderr" "no value is finite"
expect_no_file nan.tif
expect_status 0 "${map[@]}" -m m.s2rgf -i all_nodata.tif map.tif
expect_in "$stderr" "100 % of the pixels are nodata"

# A nodata value that the type cannot have.
expect_status 0 "${map[@]}" -m m.s2rgf -i odd_nodata.tif map.tif
expect_in "$stderr" "-9999"
expect_in "$stderr" "UInt16"
expect_status 0 "${map[@]}" -m m.s2rgf -i plain.tif -srcnodata 65536 map.tif
expect_in "$stderr" "no pixel of type UInt16 can have the nodata value 65536 that -srcnodata gives"

# Numbers that stand for colours.
expect_status 0 "${train[@]}" -i palette.tif other.s2rgf
expect_in "$stderr" "palette.tif): band 1 has a colour table"

# A page of several; one that is named is meant.
gdal_translate -q plain.tif pages.tif
gdal_translate -q -co APPEND_SUBDATASET=YES palette.tif pages.tif
expect_status 0 "${map[@]}" -m m.s2rgf -i pages.tif map.tif
expect_in "$stderr" "pages.tif: the file has 2 rasters, and the one that GDAL opens by its name is used"
expect_silence "${map[@]}" -m m.s2rgf -i GTIFF_DIR:1:pages.tif map.tif
gdal_translate -q labels.tif class_pages.tif
gdal_translate -q -co APPEND_SUBDATASET=YES labels.tif class_pages.tif
expect_status 0 s2rgf_train -q -overwrite -steps 2 -val 0 -c 16 -batch 1 -crop 32 -threads 1 \
    -i plain.tif -labels class_pages.tif other.s2rgf
expect_in "$stderr" "class_pages.tif: the file has 2 rasters"
expect_status 0 s2rgf_assess -q -labels labels.tif class_pages.tif
expect_in "$stderr" "class_pages.tif: the file has 2 rasters"

# Tables of rasters, of which none is named.
for table in one two; do
    gdal_translate -q -of GPKG -co RASTER_TABLE=$table -co APPEND_SUBDATASET=YES labels.tif tables.gpkg
done
one="tables.gpkg: a container of 2 rasters: expected one of them, for example GPKG:tables.gpkg:one"
expect_status 1 s2rgf_train -q -overwrite -i plain.tif -labels tables.gpkg other.s2rgf
expect_in "$stderr" "$one"
expect_status 1 "${map[@]}" -m m.s2rgf -i plain.tif -mask tables.gpkg map.tif
expect_in "$stderr" "$one"
expect_status 1 s2rgf_assess -q -labels labels.tif tables.gpkg
expect_in "$stderr" "$one"

# One raster twice; parts of it are not.
expect_status 0 "${train[@]}" -i plain.tif -i plain.tif other.s2rgf
expect_in "$stderr" "source source (plain.tif): band 1 is taken twice: the raster is given again in source source"
expect_status 0 "${train[@]}" -i a=plain.tif -i b=./plain.tif other.s2rgf
expect_in "$stderr" "source a (plain.tif): band 1 is taken twice: the raster is given again in source b"
expect_status 0 "${map[@]}" -m other.s2rgf -i a=plain.tif -i b=plain.tif map.tif
expect_in "$stderr" "is taken twice"
expect_silence "${train[@]}" -i a=plain.tif -i b=plain.tif -b a=1,3 -b b=2,4 other.s2rgf
expect_silence "${map[@]}" -m other.s2rgf -i a=plain.tif -i b=plain.tif map.tif

# An alpha band that may be data is a warning, and named where a band is missing; a mask is no warning.
expect_status 0 "${train[@]}" -i alpha.tif other.s2rgf
expect_in "$stderr" "alpha band"
expect_status 3 "${map[@]}" -m m.s2rgf -i alpha.tif map.tif
expect_in "$stderr" "-colorinterp_4 undefined"
expect_status 0 gdal_translate -q -of VRT -colorinterp_4 undefined alpha.tif data.vrt
expect_silence "${map[@]}" -m m.s2rgf -i data.vrt map.tif
expect_silence "${map[@]}" -m m.s2rgf -i mask.tif map.tif

# Bands without data are left out by name, and the same file can be mapped.
for scene in cube.dat empty.tif; do
    expect_status 0 s2rgf_train -overwrite -steps 2 -val 0 -c 16 -batch 1 -crop 32 -threads 1 \
        -labels labels.tif -i "$scene" few.s2rgf
    cat "$stderr" >> "$stdout"
    expect_in "$stdout" "band 3"
    expect_in "$stdout" "left out"
    expect_status 0 s2rgf_info few.s2rgf
    expect_in "$stdout" "3 bands"
    expect_status 0 "${map[@]}" -m few.s2rgf -i "$scene" map.tif
    expect_status 0 gdalinfo -stats map.tif
    expect_in "$stdout" "STATISTICS_VALID_PERCENT=100"
done
