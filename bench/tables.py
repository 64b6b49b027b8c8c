"""What contenders see of a scene: its bands and its context features, a row of a table for every pixel
that matters. A pixel matters that is labelled in some split, or lies near such a one, where smoothing
looks.
"""
import os
from dataclasses import dataclass

import numpy as np
from osgeo import gdal

import context
from contender import near
from rasters import read_labels

SAMPLED_PX = 50000              # of the scene, to learn the components of context features from


@dataclass(frozen=True)
class Tables:
    """Paths of arrays."""
    places: str                 # [row][column]: the pixel's row in the tables, -1 where it has none
    bands: str                  # [pixel][band]
    context: str                # [pixel][feature]


def stack_bands(sources, like, area):
    """All bands of all sources in a rectangle of the reference grid, resampled bilinearly:
    [band][row][column], NaN where there is no value."""
    row, column, rows, columns = area
    m = like.GetGeoTransform()
    left, top = m[0] + column * m[1], m[3] + row * m[5]
    bounds = (left, top + rows * m[5], left + columns * m[1], top)
    arrays = [gdal.Warp("", raster, format="MEM", outputBounds=bounds, width=columns, height=rows,
                        dstSRS=like.GetSpatialRef().ExportToWkt(), resampleAlg="bilinear",
                        outputType=gdal.GDT_Float32, dstNodata=float("nan")).ReadAsArray()
              for _, rasters in sources for raster in rasters]
    return np.concatenate([array.reshape(-1, rows, columns) for array in arrays])


def fine_bands(sources, like):
    """Of every band, whether its pixels are as small as those of the reference grid."""
    fine = []
    for _, rasters in sources:
        for raster in map(gdal.Open, rasters):
            is_fine = np.isclose(raster.GetGeoTransform()[1], like.GetGeoTransform()[1], rtol=1e-6)
            fine += [is_fine] * raster.RasterCount
    return np.array(fine)


def areas_of(scene, like):
    return scene.areas or ((0, 0, like.RasterYSize, like.RasterXSize),)


def cut(values, area):
    row, column, rows, columns = area
    return values[..., row:row + rows, column:column + columns]


def pixels_that_matter(scene):
    paths = {path for split in scene.splits
             for path in (split.train_raster, split.test_raster, split.pool_raster)}
    return near(np.any([read_labels(path)[0] > 0 for path in paths], axis=0))


class Maker:
    """Makes the tables of one scene."""

    def __init__(self, scene):
        self.scene = scene
        self.like = gdal.Open(scene.splits[0].train_raster)
        self.areas = areas_of(scene, self.like)
        sample = self.sample()
        # A band without any value, such as those that EnMAP leaves out, is nothing to learn from.
        self.used = ~np.isnan(sample).all(axis=0)
        sample = sample[:, self.used]
        sample = sample[~np.isnan(sample).any(axis=1)]
        fine = fine_bands(scene.sources, self.like)[self.used]
        self.context = context.Context(sample, fine)

    def sample(self):
        """Every n-th pixel of the scene: [pixel][band]."""
        step = max(1, sum(a[2] * a[3] for a in self.areas) // SAMPLED_PX)
        stacks = (stack_bands(self.scene.sources, self.like, area) for area in self.areas)
        return np.concatenate([stack.reshape(len(stack), -1).T[::step] for stack in stacks])

    def rows(self, sources, wanted):
        """Of every wanted pixel that has all bands, area after area: where it is, its bands, its
        features."""
        where, bands, features = [], [], []
        for area in self.areas:
            stack = stack_bands(sources, self.like, area)[self.used]
            chosen = cut(wanted, area) & ~np.isnan(stack).any(axis=0)
            where.append(np.argwhere(chosen) + area[:2])
            bands.append(stack[:, chosen].T)
            features.append(self.context.features(stack)[:, chosen].T)
        return np.concatenate(where), np.concatenate(bands), np.concatenate(features)

    def save(self, folder):
        """Tables of the scene and of every light, by the light's name; None is as it is."""
        wanted = pixels_that_matter(self.scene)
        places = np.full(wanted.shape, -1, np.int32)
        tables = {}
        for light, sources in {None: self.scene.sources, **self.scene.lights}.items():
            where, *arrays = self.rows(sources, wanted)
            if light is None:
                places[tuple(where.T)] = np.arange(len(where))
                np.save(os.path.join(folder, "places.npy"), places)
            paths = [os.path.join(folder, f"{light or 'as-is'}-{kind}.npy")
                     for kind in ("bands", "context")]
            for path, array in zip(paths, arrays):
                np.save(path, array)
            tables[light] = Tables(os.path.join(folder, "places.npy"), *paths)
        return tables
