"""What contenders see of a scene: its bands and its context features, a row of a table for every pixel
that matters. A pixel matters that is labelled in some split, or lies near such a one, where smoothing
looks.
"""
import functools
import os
from dataclasses import dataclass

import numpy as np
from osgeo import gdal
from scipy import ndimage

import context
from rasters import read_labels

SMOOTHING_RADIUS_PX = 4
SAMPLED_AREAS = 12              # of a scene in many, to learn the components of context features from
SAMPLED_PX = 50000              # of these areas together


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


def cut(values, area):
    row, column, rows, columns = area
    return values[..., row:row + rows, column:column + columns]


def near(chosen):
    """The pixels from which smoothing takes what it needs for the chosen ones."""
    size = 2 * SMOOTHING_RADIUS_PX + 1
    return ndimage.maximum_filter(chosen, size)


def pixels_that_matter(scene, is_smoothed):
    paths = {path for split in scene.splits
             for path in (split.train_raster, split.test_raster, split.pool_raster)}
    labelled = np.any([read_labels(path)[0] > 0 for path in paths], axis=0)
    return near(labelled) if is_smoothed else labelled


class Maker:
    """Makes the tables of one scene and of the same under other lights."""

    def __init__(self, scene, is_smoothed):
        self.sources = scene.sources
        self.like = gdal.Open(scene.splits[0].train_raster)
        self.areas = scene.areas or ((0, 0, self.like.RasterYSize, self.like.RasterXSize),)
        self.wanted = pixels_that_matter(scene, is_smoothed)

    @functools.lru_cache(maxsize=1)
    def stack(self, sources, area):
        return stack_bands(sources, self.like, area)

    @functools.cached_property
    def learned(self):
        """Which bands have values, and the context features of these, learnt from the scene as it is."""
        areas = self.areas[::-(-len(self.areas) // SAMPLED_AREAS)]
        step = max(1, sum(area[2] * area[3] for area in areas) // SAMPLED_PX)
        stacks = (self.stack(self.sources, area) for area in areas)
        sample = np.concatenate([stack.reshape(len(stack), -1).T[::step] for stack in stacks])
        used = ~np.isnan(sample).all(axis=0)
        sample = sample[:, used]
        whole = sample[~np.isnan(sample).any(axis=1)]
        return used, context.Context(whole, fine_bands(self.sources, self.like)[used])

    def rows(self, sources):
        """Of every wanted pixel that has all bands, area after area: its row and column, its bands, its
        features."""
        used, learned = self.learned
        parts = []
        for area in self.areas:
            stack = self.stack(sources, area)[used]
            chosen = cut(self.wanted, area) & ~np.isnan(stack).any(axis=0)
            parts.append((np.argwhere(chosen) + area[:2], stack[:, chosen].T,
                          learned.features(stack)[:, chosen].T))
        return [np.concatenate(arrays) for arrays in zip(*parts)]

    def tables(self, sources, stem):
        """The tables of the scene with these sources; made where there are none of this name."""
        made = Tables(*(f"{stem}-{kind}.npy" for kind in ("places", "bands", "context")))
        if os.path.exists(made.context):
            return made
        os.makedirs(os.path.dirname(stem), exist_ok=True)
        where, bands, features = self.rows(sources)
        places = np.full(self.wanted.shape, -1, np.int32)
        places[tuple(where.T)] = np.arange(len(where))
        for path, array in ((made.places, places), (made.bands, bands), (made.context, features)):
            with open(path + ".part", "wb") as file:
                np.save(file, array)
            os.replace(path + ".part", path)
        return made
