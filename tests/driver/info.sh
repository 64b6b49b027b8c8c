#!/usr/bin/env bash
# gdalinfo on a lazy map: all that a written map tells, under every kind of name, and nothing computed.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"

expect_status 0 gdal gdalinfo --formats
expect_in "$stdout" "S2RGF -raster- (ro)"

files=$(ls)
[ -z "$(computed gdalinfo map.s2rgf.json)" ] || fail "gdalinfo computed tiles"
[ "$(ls)" = "$files" ] || fail "gdalinfo made files: $(ls)"

# told NAME: what both must tell; blocks and overviews differ by their nature, and a GeoTIFF fills its
# palette up with black
told() {
    expect_status 0 gdal gdalinfo -norat "$@"
    grep -vE '^(Driver|Files|Image Structure|  COMPRESSION|  INTERLEAVE|  AREA_OR_POINT|       )' \
        "$stdout" | grep -vE '^  Overviews: |: 0,0,0,255$' | sed -E 's/ Block=[^ ]*//; s/with [0-9]+ entries//'
}
told map.tif > written
told map.s2rgf.json > lazy
diff -u written lazy || fail "a written map (-) and a lazy one (+) tell different things"
expect_in lazy "NoData Value=0"
expect_in lazy "S2RGF_MODEL="
expect_in lazy "1: "
gdal gdalinfo map.s2rgf.json > lazy
expect_in lazy "Overviews: 300x260, 150x130"
expect_in lazy "Block=256x256"
gdal gdalinfo -oo OVERVIEWS=NO map.s2rgf.json > lazy
expect_not_in lazy "Overviews"

# the attribute table has the classes, but nothing that only the whole map could tell
gdal "$PYTHON" - << 'END' > "$stdout" || fail "attribute table"
from osgeo import gdal
gdal.UseExceptions()
rows = []
for name in ("map.tif", "map.s2rgf.json"):
    dataset = gdal.Open(name)
    table = dataset.GetRasterBand(1).GetDefaultRAT()
    assert table.GetTableType() == gdal.GRTT_THEMATIC
    columns = [table.GetNameOfCol(c) for c in range(table.GetColumnCount())]
    wanted = ["Value", "Class", "Red", "Green", "Blue", "Alpha"]
    assert name == "map.tif" or columns == wanted, columns
    rows.append([[table.GetValueAsString(r, columns.index(c)) for c in wanted]
                 for r in range(table.GetRowCount())])
assert rows[0] == rows[1] and len(rows[0]) == 4, rows
END

# other names of the same map
mkdir elsewhere
cp map.s2rgf.json copy.json
for name in S2RGF:map.s2rgf.json S2RGF:copy.json s2rgf:./map.s2rgf.json "$PWD/map.s2rgf.json" \
    S2RGF:model=model.s2rgf,ms=scene/ms.tif,hs=scene/hs.tif \
    'S2RGF:model="model.s2rgf",hs="scene/hs.tif",ms=scene/ms.tif'; do
    gdal gdalinfo "$name" > lazy || fail "$name cannot be opened"
    expect_in lazy "Size is 600, 520"
done
(cd elsewhere && gdal gdalinfo ../map.s2rgf.json > ../lazy) || fail "not opened from another folder"

# it cannot be updated
expect_status 0 gdal "$PYTHON" - << 'END'
from osgeo import gdal
gdal.UseExceptions()
try:
    gdal.Open("map.s2rgf.json", gdal.GA_Update)
except RuntimeError as error:
    assert "map.s2rgf.json" in str(error) and "update" in str(error), error
else:
    raise SystemExit("opened for update")
END

# statistics are right, and leave nothing behind
gdal gdalinfo -stats map.s2rgf.json > lazy
cp map.tif other.tif
gdalinfo -stats other.tif > written
diff <(grep STATISTICS_ written) <(grep STATISTICS_ lazy) || fail "statistics differ"
expect_no_file map.s2rgf.json.aux.xml

# class values above 255
"$PYTHON" - << 'END'
from osgeo import gdal
truth = gdal.Open("scene/truth.tif")
wide = gdal.GetDriverByName("GTiff").Create("wide.tif", truth.RasterXSize, truth.RasterYSize, 1,
                                            gdal.GDT_UInt16)
wide.SetGeoTransform(truth.GetGeoTransform())
wide.SetProjection(truth.GetProjection())
wide.GetRasterBand(1).WriteArray(truth.ReadAsArray().astype("uint16") * 5000)
wide.GetRasterBand(1).SetNoDataValue(0)
END
expect_status 0 s2rgf_train -q "${sources[@]}" -labels wide.tif -c 16 -steps 4 -batch 1 -crop 32 \
    -val 0 wide.s2rgf
expect_silence s2rgf_classify -q -m wide.s2rgf "${sources[@]}" -write_scene wide.s2rgf.json wide_map.tif
same_pixels wide_map.tif wide.s2rgf.json
