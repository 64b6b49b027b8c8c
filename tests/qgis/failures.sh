#!/usr/bin/env bash
# What goes wrong is an error of the algorithm with the program's message; no output stays.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
enable_plugin
"${train[@]}" -q model.s2rgf
scene=(SOURCE_1=scene/ms.tif SOURCE_1_NAME=ms SOURCE_2=scene/hs.tif SOURCE_2_NAME=hs)
labels="LABELS=scene/labels.gpkg|layername=train"

# ---- the program's own message
expect_failure "source hs: missing" s2rgf:classify MODEL=model.s2rgf \
    SOURCE_1=scene/ms.tif SOURCE_1_NAME=ms OUTPUT=bad.tif
expect_failure "truth.tif" s2rgf:info MODEL=scene/truth.tif
expect_failure "no_such_option" s2rgf:classify MODEL=model.s2rgf "${scene[@]}" \
    EXTRA=-no_such_option OUTPUT=bad.tif
expect_failure "no_such_field" s2rgf:train "${scene[@]}" "$labels" FIELD=no_such_field \
    OUTPUT=bad.s2rgf
expect_failure "multiple of 16" s2rgf:train "${scene[@]}" "$labels" FIELD=class CHANNELS=17 \
    OUTPUT=bad.s2rgf

# ---- what the plugin finds before
expect_failure "another source with the name" s2rgf:classify MODEL=model.s2rgf \
    SOURCE_1=scene/ms.tif SOURCE_1_NAME=a SOURCE_2=scene/hs.tif SOURCE_2_NAME=a OUTPUT=bad.tif
expect_failure "letters, digits" s2rgf:classify MODEL=model.s2rgf \
    SOURCE_1=scene/ms.tif SOURCE_1_NAME=a=b OUTPUT=bad.tif
expect_failure "either a layer or a raster" s2rgf:train "${scene[@]}" OUTPUT=bad.s2rgf
expect_failure "give at least one raster" s2rgf:train "$labels" OUTPUT=bad.s2rgf
for lone in SCENES=scene 'SCENE_RASTERS=ms={}.tif'; do
    expect_failure "give a folder or list of them, and their rasters" s2rgf:train "$lone" "$labels" OUTPUT=bad.s2rgf
done
expect_failure "give either" s2rgf:train SCENES=scene 'SCENE_RASTERS=ms={}.tif' "$labels" \
    'SCENE_LABELS={}.gpkg' OUTPUT=bad.s2rgf
# a raster that is not there must not vanish from a list
expect_failure "nosuch.tif" s2rgf:classify MODEL=model.s2rgf \
    SOURCE_1=scene/ms.tif SOURCE_1=scene/nosuch.tif OUTPUT=bad.tif

# ---- without the programs: how to get them
PATH=/usr/bin:/bin expect_failure "bootstrap" s2rgf:info MODEL=model.s2rgf
# with their folder in the settings they are found
PATH=/usr/bin:/bin expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_folder.py" "$builddir"

expect_no_file bad.tif bad.s2rgf
[ -z "$(find . -name '*tmp*' -not -path './home/*')" ] || fail "temporary files are left"
