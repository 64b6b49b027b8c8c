#!/usr/bin/env bash
# samples/demo.sh BUILD_DIR OUT_DIR: from two rasters and polygons to a map and its accuracy, on a
# sample scene made on the spot. Everything it prints about the map has just been computed.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: demo.sh BUILD_DIR OUT_DIR" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
PYTHON=${PYTHON:-/usr/bin/python3}
cd "$out"

say() { printf '\n== %s\n' "$*"; }
run() { printf '$ %s\n' "$(basename "$1") ${*:2}"; "$@"; }

say "A sample scene: fine 4-band raster, coarse hyperspectral raster, labelled polygons"
run "$build/samples/make_scene" -seed 1 -size 512 512 -overwrite .

say "Train on the polygons of the layer train"
started=$SECONDS
run "$build/s2rgf_train" -i hs=hs.tif -i ms=ms.tif -labels labels.gpkg -l train -a class \
    -c 32 -steps 100 -val 0 -overwrite model.s2rgf
trained=$((SECONDS - started))

say "Map the scene"
run "$build/s2rgf_classify" -m model.s2rgf -i hs=hs.tif -i ms=ms.tif -overwrite map.tif

say "Assess the map on the polygons of the layer test, which training never saw"
run "$build/s2rgf_assess" map.tif -labels labels.gpkg -l test -a class -json accuracy.json -overwrite

# For any viewer and for any text.
"$PYTHON" "$here/write_picture.py" map.tif map.png
"$PYTHON" "$here/write_legend.py" map.tif legend.txt

say "Legend"
cat legend.txt

say "Done; training took $trained s"
"$PYTHON" - accuracy.json <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    a = json.load(file)
print(f"accuracy   overall {a['overall_accuracy']:.3f}, average {a['average_accuracy']:.3f}, "
      f"kappa {a['kappa']:.3f} on {a['assessed']} pixels of polygons that training never saw")
END
echo "map        $out/map.tif"
echo "legend     $out/legend.txt, and for QGIS $out/map.qml"
echo "picture    $out/map.png, with its legend"
echo "input      $out/ms.tif, $out/hs.tif, $out/labels.gpkg"
