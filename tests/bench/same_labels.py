#!/usr/bin/env python3
"""Does the accuracy study rasterise polygons as s2rgf_train does?

same_labels.py BENCH-FOLDER RASTER LABELS LAYER INFO.json

Compares the checksum of the layer's polygons, field `class`, burnt on the grid of RASTER, with the one in
what `s2rgf_info -json` says of a model. Silent and status 0 when they are equal.
"""
import json
import sys

sys.path.insert(0, sys.argv[1])

from osgeo import gdal, ogr

import scenes
from checksum import labels_checksum


def main():
    raster, labels_path, layer_name, info_path = sys.argv[2:]
    dataset = ogr.Open(labels_path)
    layer = dataset.GetLayerByName(layer_name)
    classes = [feature.GetField("class") for feature in layer]
    values = [sorted(set(classes)).index(name) + 1 for name in classes]
    labels, _ = scenes.settle(values, scenes.burn_polygons(layer, gdal.Open(raster)))
    with open(info_path, encoding="utf-8") as file:
        expected = json.load(file)["training"]["labels_checksum"]
    found = labels_checksum(labels)
    if found != expected:
        sys.exit(f"same_labels: expected checksum {expected}, found {found}")


if __name__ == "__main__":
    main()
