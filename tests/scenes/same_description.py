#!/usr/bin/env python3
"""Are two maps described in the same way?

same_description.py A B

Palette, category names, attribute table, nodata, band names and metadata of B must be those of A.
Silent and status 0 when they are; otherwise the first difference on stderr and status 1.
"""
import sys

from osgeo import gdal

gdal.UseExceptions()


def table_of(band):
    table = band.GetDefaultRAT()
    if table is None:
        return None
    columns = range(table.GetColumnCount())
    heads = [(table.GetNameOfCol(c), table.GetTypeOfCol(c), table.GetUsageOfCol(c)) for c in columns]
    rows = [[table.GetValueAsString(r, c) for c in columns] for r in range(table.GetRowCount())]
    return heads, rows


def palette_of(band):
    palette = band.GetColorTable()
    if palette is None:
        return None
    entries = [palette.GetColorEntry(i) for i in range(palette.GetCount())]
    # A GeoTIFF pads its palette with black.
    while entries and entries[-1][:3] == (0, 0, 0):
        entries.pop()
    return entries


def describe(path):
    dataset = gdal.Open(path)
    metadata = dataset.GetMetadata()
    metadata.pop("AREA_OR_POINT", None)
    facts = {"metadata": metadata}
    for number in range(1, dataset.RasterCount + 1):
        band = dataset.GetRasterBand(number)
        facts[f"band {number}: name"] = band.GetDescription()
        facts[f"band {number}: nodata"] = band.GetNoDataValue()
        facts[f"band {number}: categories"] = band.GetCategoryNames()
        facts[f"band {number}: palette"] = palette_of(band)
        facts[f"band {number}: table"] = table_of(band)
    return facts


def main():
    a, b = describe(sys.argv[1]), describe(sys.argv[2])
    for key, expected in a.items():
        if b.get(key) != expected:
            sys.exit(f"same_description: {key}: expected {expected}, found {b.get(key)}")


if __name__ == "__main__":
    main()
