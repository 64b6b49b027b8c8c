#!/usr/bin/env python3
"""Is a map a complete class raster?

check_map.py MAP CLASS...

Checks type, nodata, category names, CLASS_n, palette, and the attribute table with its counts and
areas against the pixels. Silent and status 0 when all is well; otherwise every flaw on stderr.
"""
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
flaws = []


def check(held, message):
    if not held:
        flaws.append(message)


def check_table(band, names, counts, pixel_area_ha):
    table = band.GetDefaultRAT()
    check(table is not None, "no attribute table")
    if table is None:
        return
    column = {table.GetNameOfCol(c): c for c in range(table.GetColumnCount())}
    for name in ("Value", "Count", "Class", "Red", "Green", "Blue", "Alpha", "Area_ha"):
        check(name in column, f"attribute table: no column {name}")
    if flaws:
        return
    palette = band.GetColorTable()
    rows = {table.GetValueAsInt(r, column["Value"]): r for r in range(table.GetRowCount())}
    for value, name in enumerate(names, start=1):
        row = rows.get(value)
        check(row is not None, f"attribute table: no row for {name}")
        if row is None:
            continue
        check(table.GetValueAsString(row, column["Class"]) == name, f"{name}: name in the table")
        check(table.GetValueAsInt(row, column["Count"]) == counts[value], f"{name}: count")
        colour = tuple(table.GetValueAsInt(row, column[c]) for c in ("Red", "Green", "Blue"))
        check(colour == palette.GetColorEntry(value)[:3], f"{name}: colour")
        # On the ellipsoid a UTM pixel differs from its square by up to 0.1 % within the zone.
        area, flat = table.GetValueAsDouble(row, column["Area_ha"]), counts[value] * pixel_area_ha
        check(abs(area - flat) <= 0.003 * flat, f"{name}: {area} ha, on the grid {flat} ha")
        check(area != flat or counts[value] == 0, f"{name}: area is the grid's, not the ellipsoid's")


def main():
    path, *names = sys.argv[1:]
    dataset = gdal.Open(path)
    band = dataset.GetRasterBand(1)
    pixels = band.ReadAsArray()
    counts = np.bincount(pixels.ravel(), minlength=len(names) + 1)
    check(dataset.RasterCount == 1 and band.DataType == gdal.GDT_Byte, "one band of type Byte")
    check(band.GetNoDataValue() == 0, "nodata is 0")
    check(pixels.max() <= len(names), f"values up to {len(names)}, found {pixels.max()}")
    check(np.count_nonzero(counts[1:]) >= 2, "more than one class is mapped")
    categories = band.GetCategoryNames() or []
    check(categories[1:] == names, f"category names: expected {names}, found {categories[1:]}")
    for value, name in enumerate(names, start=1):
        check(dataset.GetMetadataItem(f"CLASS_{value}") == name, f"CLASS_{value} is {name}")
    palette = band.GetColorTable()
    check(palette is not None, "a palette")
    if palette is not None:
        colours = {palette.GetColorEntry(v)[:3] for v in range(1, len(names) + 1)}
        check(len(colours) == len(names), "a colour of its own for each class")
        m = dataset.GetGeoTransform()
        check_table(band, names, counts, abs(m[1] * m[5]) / 1e4)
    if flaws:
        sys.exit("\n".join(f"check_map: {path}: {flaw}" for flaw in flaws))


if __name__ == "__main__":
    main()
