#!/usr/bin/env bash
# Makes the pictures of docs/qgis.md anew, in docs/pictures. No test; run it by hand after a build.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"

"$builddir/samples/make_scene" -seed 1 -size 512 512 .
s2rgf_train -q -i hs=hs.tif -i ms=ms.tif -labels labels.gpkg -l train -a class \
    -c 16 -steps 60 -val 0 model.s2rgf
"$PYTHON" "$top_srcdir/tests/qgis/make_pictures.py" "$top_srcdir/docs/pictures"
