#!/usr/bin/env python3
"""Write a map with its legend beside it as a PNG picture: classes with colour, name and hectares.

write_picture.py MAP PICTURE
"""
import sys

import numpy as np
from osgeo import gdal
from PIL import Image, ImageDraw, ImageFont

from write_legend import rows_of

gdal.UseExceptions()

MARGIN, SWATCH, LINE = 12, 14, 22  # pixels


def colours_of(rows):
    """The colour of every value, white for those that are no class."""
    colours = np.full((65536, 3), 255, np.uint8)
    for row in rows:
        colours[int(row["Value"])] = [int(row[c]) for c in ("Red", "Green", "Blue")]
    return colours


def entry_of(row):
    area = next(float(v) for k, v in row.items() if k.lower().startswith("area"))
    return f"{row['Class']}  {area:.1f} ha"


def main():
    map_path, picture_path = sys.argv[1:]
    dataset = gdal.Open(map_path)
    band = dataset.GetRasterBand(1)
    rows = list(rows_of(band))
    colours = colours_of(rows)
    pixels = Image.fromarray(colours[band.ReadAsArray()])
    font = ImageFont.load_default()
    widest = max(font.getbbox(entry_of(row))[2] for row in rows)
    width = pixels.width + MARGIN + SWATCH + MARGIN // 2 + widest + MARGIN
    height = max(pixels.height, 2 * MARGIN + LINE * len(rows))
    picture = Image.new("RGB", (width, height), "white")
    picture.paste(pixels)
    draw = ImageDraw.Draw(picture)
    x = pixels.width + MARGIN
    for i, row in enumerate(rows):
        y = MARGIN + i * LINE
        fill = tuple(int(c) for c in colours[int(row["Value"])])
        draw.rectangle((x, y, x + SWATCH, y + SWATCH), fill=fill, outline="black")
        draw.text((x + SWATCH + MARGIN // 2, y + 2), entry_of(row), "black", font)
    picture.save(picture_path)


if __name__ == "__main__":
    main()
