#!/usr/bin/env python3
"""Write the legend of a map as text: value, colour, class, area in hectares.

write_legend.py MAP LEGEND
"""
import sys

from osgeo import gdal

gdal.UseExceptions()


def rows_of(band):
    """The map's attribute table as a list of dictionaries."""
    table = band.GetDefaultRAT()
    names = [table.GetNameOfCol(c) for c in range(table.GetColumnCount())]
    for row in range(table.GetRowCount()):
        yield {name: table.GetValueAsString(row, c) for c, name in enumerate(names)}


def main():
    map_path, legend_path = sys.argv[1:]
    dataset = gdal.Open(map_path)
    with open(legend_path, "w", encoding="utf-8") as legend:
        print(f"{'value':>5}  {'colour':7}  {'class':20} {'hectares':>12}", file=legend)
        for row in rows_of(dataset.GetRasterBand(1)):
            colour = "#" + "".join(f"{int(row[c]):02x}" for c in ("Red", "Green", "Blue"))
            area = next(float(v) for k, v in row.items() if k.lower().startswith("area"))
            print(f"{row['Value']:>5}  {colour:7}  {row['Class']:20} {area:12.2f}", file=legend)


if __name__ == "__main__":
    main()
