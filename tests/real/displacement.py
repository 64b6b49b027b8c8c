#!/usr/bin/env python3
"""Where does a feature of a coarse band land on a finer grid?

displacement.py label BAND LIKE OUT
    Write a label raster on the grid of LIKE: 1 where BAND is below its median, 2 where above.
displacement.py measure BAND PROBABILITIES [-moved EAST SOUTH]
    Print by how many pixels of PROBABILITIES the second class of that raster is displaced to the
    east and to the south of where BAND says it is. Without -moved, status 1 if that is 0.1 or more;
    with it, status 1 if it is not near EAST, SOUTH (a quarter of a pixel).

The coarse band is sampled bilinearly at georeferenced positions by this script alone, so that the
answer does not depend on the code under test.
"""
import argparse
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
BORDER_PX = 6


class Band:
    def __init__(self, path):
        self.dataset = gdal.Open(path)
        self.transform = self.dataset.GetGeoTransform()
        self.values = self.dataset.ReadAsArray().astype(float)

    def at(self, x, y):
        """Bilinear values at georeferenced positions."""
        m, (rows, columns) = self.transform, self.values.shape
        u = np.clip((x - m[0]) / m[1] - 0.5, 0, columns - 1)
        v = np.clip((y - m[3]) / m[5] - 0.5, 0, rows - 1)
        j, i = np.minimum(u.astype(int), columns - 2), np.minimum(v.astype(int), rows - 2)
        u, v, z = u - j, v - i, self.values
        return ((z[i, j] * (1 - u) + z[i, j + 1] * u) * (1 - v) +
                (z[i + 1, j] * (1 - u) + z[i + 1, j + 1] * u) * v)


def centres(dataset, east=0.0, south=0.0):
    """Georeferenced pixel centres of a grid, moved by a part of a pixel."""
    m = dataset.GetGeoTransform()
    x = m[0] + (np.arange(dataset.RasterXSize) + 0.5 + east) * m[1]
    y = m[3] + (np.arange(dataset.RasterYSize) + 0.5 + south) * m[5]
    return np.meshgrid(x, y)


def label(band_path, like_path, out_path):
    band, like = Band(band_path), gdal.Open(like_path)
    values = band.at(*centres(like))
    out = gdal.GetDriverByName("GTiff").Create(out_path, like.RasterXSize, like.RasterYSize)
    out.SetGeoTransform(like.GetGeoTransform())
    out.SetSpatialRef(like.GetSpatialRef())
    out.GetRasterBand(1).SetNoDataValue(0)
    out.GetRasterBand(1).WriteArray(np.where(values < np.median(band.values), 1, 2).astype("u1"))


def agreement(band, dataset, seen, east, south):
    """Correlation of the class with the band's threshold, were it displaced by so much."""
    values = band.at(*centres(dataset, -east, -south))
    soft = np.tanh((values - np.median(band.values)) / (0.5 * band.values.std()))
    inner = np.s_[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
    return np.corrcoef(soft[inner].ravel(), seen[inner].ravel())[0, 1]


def displacement(band, dataset, seen):
    """Climb from zero with smaller and smaller steps to the best agreement."""
    place, step = [0.0, 0.0], 0.5
    best = agreement(band, dataset, seen, *place)
    while step > 0.004:
        moves = [(place[0] + dx * step, place[1] + dy * step)
                 for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        scores = [agreement(band, dataset, seen, *move) for move in moves]
        if max(scores) > best:
            best, place = max(scores), moves[int(np.argmax(scores))]
        else:
            step /= 2
    return place, best


def measure(band_path, probabilities_path, moved):
    dataset = gdal.Open(probabilities_path)
    seen = dataset.GetRasterBand(2).ReadAsArray().astype(float)
    (east, south), agreed = displacement(Band(band_path), dataset, seen)
    print(f"displaced by {east:+.3f} pixels east, {south:+.3f} south (correlation {agreed:.3f})")
    if agreed < 0.8:
        sys.exit("displacement: the map does not show the band: correlation below 0.8")
    expected, tolerance = (moved, 0.25) if moved else ((0.0, 0.0), 0.1)
    if not (abs(east - expected[0]) < tolerance and abs(south - expected[1]) < tolerance):
        sys.exit(f"displacement: expected {expected} within {tolerance}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("label", "measure"))
    parser.add_argument("paths", nargs="+")
    parser.add_argument("-moved", nargs=2, type=float)
    args = parser.parse_args()
    if args.verb == "label":
        label(*args.paths)
    else:
        measure(*args.paths, args.moved)


if __name__ == "__main__":
    main()
