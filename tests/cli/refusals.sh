#!/usr/bin/env bash
# Work that cannot be done: the exit code, a message that names the file, and no file made or changed.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_translate gdalwarp

"${train[@]}" -q model.s2rgf
classify=(s2rgf_classify -m model.s2rgf)
gdal_translate -q -b 1 -b 2 scene/ms.tif two_bands.tif
gdal_translate -q -of PNG -b 1 -ot Byte scene/ms.tif no_grid.png
rm no_grid.png.aux.xml
gdal_translate -q -a_ullr 0 840 990 0 scene/hs.tif elsewhere.tif
head -c 1000 model.s2rgf > short.s2rgf
: > empty.s2rgf
head -c 4000 /dev/zero > zeros.s2rgf
echo "not a model" > text.s2rgf
cp scene/ms.tif raster.s2rgf
echo "not a raster" > text.tif
mkdir folder
for name in ms hs; do gdal_translate -q -of VRT -a_srs EPSG:5773 scene/$name.tif heights_$name.vrt; done
keep_files

# refused STATUS TEXT... -- COMMAND...: ends with the status, the message has all texts
refused() {
    local wanted=$1 text texts=()
    shift
    while [ "$1" != -- ]; do texts+=("$1"); shift; done
    shift
    expect_status "$wanted" "$@"
    expect_in "$stderr" "ERROR"
    for text in "${texts[@]}"; do expect_in "$stderr" "$text"; done
    expect_files_kept "$@"
}

# ---- inputs that are not there or not what they should be
refused 1 absent.tif -- s2rgf_train -i absent.tif -labels scene/labels.gpkg -l train -a class m.s2rgf
refused 1 text.tif -- s2rgf_train -i text.tif -labels scene/labels.gpkg -l train -a class m.s2rgf
# a name ends at the first '='; what does not start with one is a path
refused 1 absent=x.tif -- s2rgf_train -i ms=absent=x.tif -labels scene/labels.gpkg -a class m.s2rgf
refused 1 ./ms=absent.tif -- s2rgf_train -i ./ms=absent.tif -labels scene/labels.gpkg -a class m.s2rgf
refused 1 absent.gpkg -- s2rgf_train "${sources[@]}" -labels absent.gpkg -a class m.s2rgf
refused 1 labels.gpkg no_such_field -- \
    s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a no_such_field m.s2rgf
refused 1 labels.gpkg no_such_layer -- \
    s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l no_such_layer -a class m.s2rgf
refused 1 labels.gpkg -- \
    s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a class -where "1 = 0" m.s2rgf
refused 1 elsewhere.tif -- s2rgf_train -i ms=scene/ms.tif -i hs=elsewhere.tif \
    -labels scene/labels.gpkg -l train -a class m.s2rgf
refused 1 no_grid.png -- s2rgf_train -i no_grid.png -labels scene/labels.gpkg -l train -a class m.s2rgf
refused 1 absent.tif -- "${classify[@]}" -i ms=scene/ms.tif -i hs=absent.tif map.tif

# ---- models that are none
for model in absent short empty zeros text raster; do
    refused 1 "$model.s2rgf" -- s2rgf_classify -m "$model.s2rgf" "${sources[@]}" map.tif
    refused 1 "$model.s2rgf" -- s2rgf_info "$model.s2rgf"
done

# GDAL's paths are for what GDAL reads and writes, and that is said
none="GDAL's /vsi paths are for rasters and vectors"
refused 1 "/vsizip/m.zip/m.s2rgf: cannot open: $none" -- s2rgf_info /vsizip/m.zip/m.s2rgf
refused 1 "$none" -- s2rgf_classify -m /vsicurl/m.s2rgf "${sources[@]}" map.tif
refused 1 "$none" -- "${train[@]}" -init /vsicurl/m.s2rgf m.s2rgf
refused 1 "cannot create: $none" -- "${train[@]}" /vsis3/bucket/m.s2rgf
refused 1 "$none" -- "${train[@]}" -checkpoint /vsis3/bucket/c.ckpt -resume m.s2rgf

# ---- model and rasters that do not fit each other: what is missing is named
refused 3 hs -- "${classify[@]}" -i ms=scene/ms.tif map.tif
refused 3 hs pan -- "${classify[@]}" -i ms=scene/ms.tif -i pan=scene/hs.tif map.tif
refused 3 ms 4 2 -- "${classify[@]}" -i ms=two_bands.tif -i hs=scene/hs.tif map.tif

# ---- outputs that cannot be made
mkdir folder.qml
refused 1 absent/m.s2rgf -- "${train[@]}" absent/m.s2rgf
refused 1 folder -- "${train[@]}" -overwrite folder
refused 1 absent/map.tif -- "${classify[@]}" "${sources[@]}" absent/map.tif
refused 1 absent/conf.tif -- "${classify[@]}" "${sources[@]}" -conf absent/conf.tif map.tif
refused 1 absent/prob.tif -- "${classify[@]}" "${sources[@]}" -prob absent/prob.tif map.tif
refused 1 folder -- "${classify[@]}" "${sources[@]}" -overwrite folder
refused 1 no_such_format -- "${classify[@]}" "${sources[@]}" -of no_such_format map.tif
refused 1 map.jpg JPEG -- "${classify[@]}" "${sources[@]}" map.jpg
refused 1 map.zarr Zarr -- "${classify[@]}" "${sources[@]}" -of Zarr map.zarr
refused 1 map.tif "GTiff cannot hold it" -- "${classify[@]}" -i ms=heights_ms.vrt -i hs=heights_hs.vrt map.tif
expect_not_in "$stdout" "0..."
refused 1 map.tif GTiff "creation options" -- "${classify[@]}" "${sources[@]}" -co NBITS=1 map.tif
refused 1 "map.tif: cannot be created" -- "${classify[@]}" "${sources[@]}" -co BLOCKXSIZE=100 map.tif
expect_not_in "$stderr" vsis2rgf
refused 1 conf.png PNG Float32 -- "${classify[@]}" "${sources[@]}" -conf conf.png map.tif
refused 1 folder.qml -- "${classify[@]}" "${sources[@]}" -overwrite folder.tif
refused 1 "$(printf 'n%.0s' {1..250}).tif" "at most 247 bytes" -- "${classify[@]}" "${sources[@]}" "$(printf 'n%.0s' {1..250}).tif"
# what is not a file, or in a place where no file can be renamed, is no output; it stays as it is
mkfifo pipe.tif
ln -s nowhere.tif dangling.tif
"$PYTHON" -c 'import zipfile; zipfile.ZipFile("a.zip", "w").close()'
touch placed.wld
long=$(printf "%0200d/" {1..11})
mkdir -p "$long"
keep_files
refused 1 pipe.tif "not a regular file" -- "${classify[@]}" "${sources[@]}" -overwrite pipe.tif
refused 1 dangling.tif "-overwrite" -- "${classify[@]}" "${sources[@]}" dangling.tif
refused 1 /dev/stdout "a stream" -- "${classify[@]}" "${sources[@]}" /dev/stdout
refused 1 /dev/stdout "a stream" -- "${train[@]}" /dev/stdout
# a report, too, before the work that it reports on
refused 1 /dev/stdout "a stream" -- s2rgf_change scene/truth.tif scene/truth.tif -overwrite -json /dev/stdout change.tif
refused 1 /dev/stdout "a stream" -- s2rgf_info model.s2rgf -overwrite -onnx m.onnx -html /dev/stdout
refused 1 /dev/stdout "a stream" -- "${classify[@]}" -scenes scene -i 'ms={}s.tif' -report /dev/stdout 'map_{}.tif'
refused 1 "in an archive" -- "${classify[@]}" "${sources[@]}" /vsizip/a.zip/map.tif
refused 1 "not in a folder" -- "${classify[@]}" "${sources[@]}" "/vsicached?file=map.tif"
refused 1 "path too long" 2047 -- "${classify[@]}" "${sources[@]}" "${long}map.tif"
refused 1 "path too long" 2047 -- s2rgf_mosaic "${long}map.tif"
refused 1 placed.wld placed.png -- "${classify[@]}" "${sources[@]}" -overwrite -noqml placed.png
[ -p pipe.tif ] || fail "the pipe was replaced"
refused 1 -- "${classify[@]}" "${sources[@]}" -conf map.tif map.tif
refused 1 -- "${classify[@]}" "${sources[@]}" -srcwin 1000 1000 10 10 map.tif
refused 1 -- "${classify[@]}" "${sources[@]}" -projwin 0 10 10 0 map.tif
refused 1 absent.ckpt -- "${train[@]}" -checkpoint absent.ckpt -resume m.s2rgf
# an output may not be one of the inputs, even with -overwrite, and however it is spelled
refused 1 scene/ms.tif -- "${classify[@]}" "${sources[@]}" -overwrite scene/ms.tif
refused 1 scene/hs.tif -- "${classify[@]}" "${sources[@]}" -overwrite -conf scene/hs.tif map.tif
refused 1 model.s2rgf -- "${classify[@]}" "${sources[@]}" -overwrite -of GTiff model.s2rgf
refused 1 scene/ms.tif -- "${classify[@]}" "${sources[@]}" -overwrite ./scene/../scene/ms.tif
refused 1 scene/ms.tif -- "${train[@]}" -overwrite scene/ms.tif
refused 1 labels.gpkg -- "${train[@]}" -overwrite scene/labels.gpkg

# An extension that is of no raster format is no reason to refuse a map, but what the file is then is said.
mkdir odd
for name in map.vrt map.classes map.v2 map.shp; do
    expect_status 0 "${classify[@]}" -q -noqml "${sources[@]}" "odd/$name"
    expect_in "$stderr" "$name: no format for maps has the extension .${name##*.}: it becomes a GeoTIFF"
    expect_status 0 "${classify[@]}" -q -noqml "${sources[@]}" -overwrite -of GTiff "odd/$name"
    [ ! -s "$stderr" ] || fail "-of GTiff is told what it says"
done
for name in map map.tiff map.TIF; do expect_silence "${classify[@]}" -q -noqml "${sources[@]}" "odd/$name"; done
rm -r odd

# Inner loops that are not there, in training too, where nothing is mapped on the way.
refused 1 S2RGF_KERNELS -- env S2RGF_KERNELS=fast "${train[@]}" -val 0 m.s2rgf
refused 1 S2RGF_KERNELS -- env S2RGF_KERNELS=fast "${classify[@]}" "${sources[@]}" map.tif
