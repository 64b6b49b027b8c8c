#!/usr/bin/env bash
# NAME.tif.vat.dbf beside a class map: the attribute table for programs of Esri. It is part of the set of files.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need_python osgeo.gdal osgeo.ogr

# same_tables MAP: the file beside it holds what the map's own attribute table says.
cat > same_tables.py <<'EOF'
import sys
from osgeo import gdal, ogr
gdal.UseExceptions()
raster, file = gdal.Open(sys.argv[1]), gdal.OpenEx(sys.argv[1] + ".vat.dbf", gdal.OF_VECTOR)
table, layer = raster.GetRasterBand(1).GetDefaultRAT(), file.GetLayer(0)
names = [field.name for field in layer.schema]
assert names == [table.GetNameOfCol(c) for c in range(table.GetColumnCount())], names
assert layer.GetFeatureCount() == table.GetRowCount() > 0
for row, feature in enumerate(layer):
    for column, name in enumerate(names):
        found = feature[name]
        if isinstance(found, float):
            assert abs(found - table.GetValueAsDouble(row, column)) < 1e-5, (name, found)
        elif isinstance(found, int):
            assert found == table.GetValueAsDouble(row, column), (name, found)
        else:
            assert found == table.GetValueAsString(row, column), (name, found)
assert sum(feature["Count"] for feature in layer) > 0
EOF
same_tables() { "$PYTHON" same_tables.py "$1" || fail "$1.vat.dbf is not its attribute table"; }

"${train[@]}" -q -val 0 model.s2rgf
classify=(s2rgf_classify -q -m model.s2rgf "${sources[@]}")
expect_silence "${classify[@]}" -conf conf.tif map.tif
same_tables map.tif
expect_no_file map.tif.vat.cpg conf.tif.vat.dbf

# No tile, thread or day shows in it; all TIFFs have it, with their own extension, and no other format.
expect_silence "${classify[@]}" -tile 32 -threads 2 tiles.tif
expect_same map.tif.vat.dbf tiles.tif.vat.dbf
expect_silence "${classify[@]}" -of COG cog.tiff
same_tables cog.tiff
expect_silence "${classify[@]}" -mmu 9 -reject 0.6 finished.tif
same_tables finished.tif
expect_silence "${classify[@]}" -of HFA -noqml map.img
expect_no_file map.img.vat.dbf
expect_status 0 s2rgf_change -q finished.tif map.tif change.tif
same_tables change.tif
for share in 1/2 2/2; do expect_silence "${classify[@]}" -shard "$share" whole.tif; done
expect_silence s2rgf_mosaic -q whole.tif
same_tables whole.tif
expect_same whole.tif.vat.dbf map.tif.vat.dbf

# Names of any language; one that dBASE cannot hold is no reason to cut it.
cat > rename.py <<'EOF'
"""The first class of the labels gets another name."""
import sys
from osgeo import ogr
layer = (data := ogr.Open("scene/labels.gpkg", 1)).GetLayer("train")
first = min(feature["class"] for feature in layer)
layer.ResetReading()
for feature in layer:
    if feature["class"] == first:
        feature["class"] = sys.argv[1]
        layer.SetFeature(feature)
EOF
rename() {
    "$PYTHON" rename.py "$1" && "${train[@]}" -q -val 0 -overwrite model.s2rgf
}
rename 'A Grünland, 草地'
expect_silence "${classify[@]}" -overwrite map.tif
same_tables map.tif
expect_file map.tif.vat.cpg
rename "A $(printf 'long %.0s' {1..60})"
expect_status 0 "${classify[@]}" -overwrite map.tif
expect_in "$stderr" "map.tif.vat.dbf"
# the table of the former map, and its encoding, would be wrong
expect_no_file map.tif.vat.dbf map.tif.vat.cpg

# Nothing of others is replaced; with -overwrite a side file goes with its map.
echo mine > other.tif.vat.dbf
keep_files
expect_status 1 "${classify[@]}" other.tif
expect_in "$stderr" "other.tif.vat.dbf: exists: use -overwrite to replace it"
expect_files_kept
rename 'A'
expect_silence "${classify[@]}" -overwrite other.tif
same_tables other.tif
expect_silence "${classify[@]}" -overwrite -conf other.tif next.tif
expect_no_file other.tif.vat.dbf
