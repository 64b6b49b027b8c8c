#!/usr/bin/env bash
# Classify as a step of a model of QGIS: the next step gets its map; when it fails, the model fails.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdal_sieve.py
enable_plugin
"${train[@]}" -q model.s2rgf
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/make_model.py" chain.model3
read -r map sieved < <(tail -n 1 "$stdout")

s2rgf_classify -q -m model.s2rgf "${sources[@]}" expected.tif
gdal_sieve.py -q -st 8 -4 -of GTiff expected.tif expected_sieved.tif
expect_algorithm ./chain.model3 model=model.s2rgf ms=scene/ms.tif hs=scene/hs.tif \
    "$map=map.tif" "$sieved=sieved.tif"
expect_same expected.tif map.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" expected_sieved.tif sieved.tif
! cmp -s map.tif sieved.tif || fail "nothing was sieved"

# the sources the wrong way round
expect_failure "ms" ./chain.model3 model=model.s2rgf ms=scene/hs.tif hs=scene/ms.tif \
    "$map=bad.tif" "$sieved=bad_sieved.tif"
expect_in "$stderr" "classify"
expect_no_file bad.tif bad_sieved.tif
