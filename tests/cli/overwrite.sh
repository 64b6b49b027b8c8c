#!/usr/bin/env bash
# Leave to overwrite is leave for the output alone: no file of an input, of another output or of a data
# set beside it is lost, through whatever name or format, and nothing is computed before that is told.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_translate gdalbuildvrt ogr2ogr
need_python osgeo.gdal

"${train[@]}" -q model.s2rgf
ms=scene/ms.tif hs=scene/hs.tif
classify=(s2rgf_classify -q -m model.s2rgf -overwrite)
both=("${classify[@]}" "${sources[@]}")

# ---- what may be lost
gdal_translate -q -of ENVI "$ms" envi.dat
gdal_translate -q -of ENVI "$ms" other.dat
rm -f ./*.aux.xml
gdalbuildvrt -q inner.vrt "$ms"
gdalbuildvrt -q outer.vrt inner.vrt
"$PYTHON" - << 'EOF'
import zipfile
from osgeo import gdal
with zipfile.ZipFile("scene.zip", "w") as archive:
    archive.write("scene/ms.tif", "ms.tif")
gdal.UseExceptions()
gdal.BuildVRT("archive.vrt", ["/vsizip/scene.zip/ms.tif"]).FlushCache()
EOF
gdal_translate -q -b 1 "$ms" plain.tif
gdal_translate -q -b 1 -ot Byte -a_nodata none -scale 0 65535 1 1 "$ms" mask.tif
gdalbuildvrt -q mask.vrt mask.tif
gdal_translate -q -b 1 "$ms" twin.tif
gdal_translate -q -of GTiff -co TFW=YES "$ms" world.tif
ogr2ogr -q roads.shp scene/labels.gpkg train
echo UTF-8 > roads.cpg
ogr2ogr -q style.gpkg scene/labels.gpkg train
echo '<qgis><renderer-v2 type="categorizedSymbol"/></qgis>' > style.qml
echo '<qgis><pipe><rasterrenderer/></pipe></qgis>' > plain.qml
ln -s "../${PWD##*/}/scene/ms.tif" link.tif
ln "$hs" hard.tif
ln -s no_file_yet.tif dangling.tif
s2rgf_classify -q -m model.s2rgf "${sources[@]}" -write_scene lazy.s2rgf.json
s2rgf_classify -q -m model.s2rgf "${sources[@]}" -conf conf.tif map.tif
keep_files

# refused TEXT COMMAND...: the message has the text, and all files are as they were
refused() { expect_refused 1 "$1" "${@:2}"; }

# ---- files of an input, by another name or in another file
for same in "$PWD/$ms" link.tif; do refused "is an input too" "${both[@]}" "$same"; done
refused "hard.tif: is an input too" "${both[@]}" -conf hard.tif new.tif
refused "$ms: is an input too, as a file of inner.vrt" \
    "${classify[@]}" -i ms=inner.vrt -i hs="$hs" "$ms"
refused "$ms: is an input too, as a file of outer.vrt" \
    "${classify[@]}" -i ms=outer.vrt -i hs="$hs" -prob "$ms" new.tif
refused "scene.zip: is an input too, as a file of /vsizip/scene.zip/ms.tif" \
    "${classify[@]}" -i ms=/vsizip/scene.zip/ms.tif -i hs="$hs" scene.zip
refused "scene.zip: is an input too" "${classify[@]}" -i ms=archive.vrt -i hs="$hs" scene.zip
refused "$ms: is an input too" "${classify[@]}" -i "ms=GTIFF_DIR:1:$ms" -i hs="$hs" "$ms"
refused "$ms: is an input too, as a file of a VRT in place of a name" \
    "${classify[@]}" -i "ms=$(sed "s#relativeToVRT=\"1\"#relativeToVRT=\"0\"#" inner.vrt)" -i hs="$hs" "$ms"
refused "$ms: is an input too" "${classify[@]}" -i "ms=vrt://$ms?bands=1,2,3,4" -i hs="$hs" "$ms"
refused "world.tfw: belongs to world.tif" "${classify[@]}" -i ms=world.tif -i hs="$hs" world.tfw
refused "envi.hdr: is an input too, as a file of envi.dat: it would be lost with the output envi.img" \
    "${classify[@]}" -i ms=envi.dat -i hs="$hs" -of ENVI envi.img
refused "$ms.ovr: would be read as a part of $ms" "${both[@]}" -of GTiff "$ms.ovr"
refused "$ms.msk: would be read as a part of $ms" "${both[@]}" -conf "$ms.msk" new.tif
refused "plain.tif: exists: use -overwrite to replace it" \
    s2rgf_classify -q -m model.s2rgf "${sources[@]}" plain.tif
refused "mask.tif: is an input too" "${both[@]}" -mask mask.vrt mask.tif
refused "model.s2rgf: is an input too" "${both[@]}" -of GTiff model.s2rgf

# ---- another data set's files
refused "roads.prj: belongs to roads." "${both[@]}" -of AAIGrid roads.asc
refused "roads.dbf: belongs to roads." "${both[@]}" -of GTiff roads.dbf
refused "other.hdr: belongs to other.dat" "${both[@]}" -of ENVI other.img
refused "other.hdr: belongs to other.dat" "${both[@]}" -of GTiff other.hdr
refused "style.qml: is not the style of a raster" "${both[@]}" style.tif
refused "plain.qml: belongs to plain.tif" "${both[@]}" plain.png
refused "plain.qml: belongs to plain.tif" "${both[@]}" plain
refused "roads.prj: belongs to roads." "${both[@]}" -of AAIGrid roads
refused "other.hdr: exists" s2rgf_classify -q -m model.s2rgf "${sources[@]}" -of ENVI other.img

# ---- two outputs that are one file, or have one beside them
refused "named for two outputs" "${both[@]}" -conf ./new.tif new.tif
refused "named for two outputs" "${both[@]}" -conf new.tif -prob "$PWD/scene/../new.tif" map.tif
refused "named for two outputs" "${both[@]}" -conf no_file_yet.tif dangling.tif
refused "would write it: choose other names" "${both[@]}" -prob new.tif.aux.xml new.tif
refused "lazy.s2rgf.json: is an input too" \
    "${both[@]}" -of GTiff -write_scene ./lazy.s2rgf.json lazy.s2rgf.json

# ---- train, assess, info, scene files
fit=(s2rgf_train -q -steps 1 -val 0 -c 16 -batch 1 -crop 32 -overwrite)
labels=(-labels roads.shp -a class)
refused "$ms: is an input too, as a file of outer.vrt" \
    "${fit[@]}" -i outer.vrt "${labels[@]}" -checkpoint "$ms" new.s2rgf
refused "roads.dbf: is an input too" "${fit[@]}" -i "$ms" "${labels[@]}" roads.dbf
refused "roads.shx: belongs to roads." \
    "${fit[@]}" -i "$ms" -labels style.gpkg -a class roads.shx
refused "named for two outputs" "${fit[@]}" -i "$ms" "${labels[@]}" -checkpoint ./n.s2rgf n.s2rgf
assess=(s2rgf_assess -q -overwrite map.tif "${labels[@]}")
refused "map.tif.aux.xml: is an input too" "${assess[@]}" -json map.tif.aux.xml
refused "roads.dbf: is an input too" "${assess[@]}" -json roads.dbf
refused "roads.cpg: belongs to roads.shp" "${assess[@]}" -json roads.cpg
refused "map.tif.vat.dbf: belongs to map.tif" "${assess[@]}" -json map.tif.vat.dbf
refused "conf.tif: is an input too" "${assess[@]}" -confidence conf.tif -json ./conf.tif
refused "other.hdr: belongs to other.dat" "${assess[@]}" -json other.hdr
refused "model.s2rgf: is an input too" s2rgf_info model.s2rgf -onnx -overwrite ./model.s2rgf
refused "other.hdr: belongs to other.dat" s2rgf_info model.s2rgf -onnx -overwrite other.hdr
ln -s inner.vrt inner.s2rgf.json
keep_files
refused "inner.s2rgf.json: is an input too" \
    s2rgf_classify -q -m model.s2rgf -i ms=inner.vrt -i hs="$hs" -overwrite -write_scene inner.s2rgf.json

# ---- batches: a scene's outputs against those of all scenes
mkdir batch
for name in a b; do cp "$ms" "batch/${name}_ms.tif" && cp "$hs" "batch/${name}_hs.tif"; done
cp "$ms" batch/a_ms_x_ms.tif && cp "$hs" batch/a_ms_x_hs.tif
printf 'a\n./a\n' > twice
ln -s batch again
printf 'batch/a\nagain/a\n' > linked
keep_files
many=("${classify[@]}" -i 'ms={}_ms.tif' -i 'hs={}_hs.tif')
refused "batch/a_ms_x_ms.tif: is an input too" "${many[@]}" -scenes batch 'batch/{}_ms_x_ms.tif'
refused "batch/a_hs.tif: is an input too" "${many[@]}" -scenes batch 'batch/{}_hs.tif'
refused "expected every scene once" "${classify[@]}" -i 'ms=batch/{}_ms.tif' \
    -i 'hs=batch/{}_hs.tif' -scenes twice 'batch/{}_map.tif'
refused "named for two outputs" "${many[@]}" -scenes linked '{}_map.tif'
refused "exists and is not a report" "${many[@]}" -scenes batch -report "$hs" 'batch/{}_map.tif'
refused "other.hdr: belongs to other.dat" "${many[@]}" -scenes batch -report other.hdr 'batch/{}_map.tif'
refused "named for two outputs" \
    "${many[@]}" -scenes batch -report ./batch/b_map.tif 'batch/{}_map.tif'

# ---- what is the output's own is replaced
for round in 1 2; do
    expect_status 0 "${both[@]}" -of ENVI own.img
    expect_status 0 "${both[@]}" -of AAIGrid own.asc
    expect_status 0 "${both[@]}" -conf conf.tif map.tif
    expect_status 0 "${both[@]}" -conf "conf_$round.tif" twin.tif
done
expect_file own.hdr own.prj twin.qml

# ---- nor the style of the map beside it
cp map.qml style.copy
for round in 1 2; do
    expect_status 0 s2rgf_sample -q map.tif -n 10 -overwrite map.gpkg
    expect_status 0 s2rgf_sample -q map.tif -n 10 -overwrite map.shp
    expect_status 0 "${both[@]}" -noqml map.img
done
expect_same map.qml style.copy
expect_status 0 "${both[@]}" -noqml twin.tif
[ ! -e twin.qml ] || fail "the style of the former map is left"
