"""A scene made harder: with few labels, or under another light."""
import os
from dataclasses import replace

import numpy as np
from osgeo import gdal, ogr
from scipy import ndimage

from methods import FEW_DRAWS
from rasters import read_labels, write_raster
from scenes import Split, draw_pixels, write_subset

DRAW_SEED = 1995
LIGHT_SEED = 1977


def split_of_draw(scene, draw):
    """Draws take the scene's splits in turn."""
    return scene.splits[(draw - 1) % len(scene.splits)]


def few_pixels(scene, per_class, folder):
    """The scene with so many training pixels a class; those of fewer are among those of more."""
    splits = []
    for draw in range(1, FEW_DRAWS + 1):
        split = split_of_draw(scene, draw)
        labels = read_labels(split.train_raster)[0]
        drawn = draw_pixels(labels, per_class, (DRAW_SEED, draw))
        splits.append(raster_split(draw, split, drawn, read_labels(split.groups_raster)[0], folder))
    return replace(scene, splits=tuple(splits))


def few_polygons(scene, per_class, folder):
    """The scene with so many polygons a class, or where labels are a raster, patches of one class."""
    splits = []
    for draw in range(1, FEW_DRAWS + 1):
        split = split_of_draw(scene, draw)
        is_vector = "-a" in split.train_labels
        pool = read_labels(split.pool_raster)[0]
        polygons = read_labels(split.groups_raster)[0] if is_vector else patches(pool)
        chosen = draw_polygons(pool, polygons, per_class, (DRAW_SEED, draw))
        drawn = np.where(np.isin(polygons, chosen), pool, 0).astype(np.uint8)
        few = raster_split(draw, split, drawn, polygons, folder)
        if is_vector:
            few = replace(few, train_labels=vector_labels(split, chosen, f"{folder}/train{draw}.gpkg"))
        splits.append(few)
    return replace(scene, splits=tuple(splits))


def raster_split(draw, split, drawn, groups, folder):
    """A split as another one, but for what trains."""
    os.makedirs(folder, exist_ok=True)
    like, names = gdal.Open(split.train_raster), read_labels(split.train_raster)[1]
    train = write_raster(os.path.join(folder, f"train{draw}.tif"), like, drawn, names)
    own = write_raster(os.path.join(folder, f"groups{draw}.tif"), like,
                       np.where(drawn > 0, groups, 0).astype(np.uint16))
    return Split(draw, ("-labels", train), split.test_labels, train, split.test_raster, own, train)


def patches(labels):
    """Numbers from 1 of connected pixels of one class; 0 where there is no label."""
    numbers, count = np.zeros(labels.shape, np.int32), 0
    for value in np.unique(labels[labels > 0]):
        found, more = ndimage.label(labels == value, np.ones((3, 3)))
        numbers[found > 0] = found[found > 0] + count
        count += more
    return numbers


def draw_polygons(labels, polygons, per_class, seed):
    """Numbers of so many polygons of every class, or of all where there are fewer."""
    random = np.random.default_rng(seed)
    return [number for value in np.unique(labels[labels > 0])
            for number in random.permutation(np.unique(polygons[labels == value]))[:per_class]]


def vector_labels(split, numbers, path):
    """The polygons with these numbers, which count from 1, of a split's training file."""
    dataset = ogr.Open(split.train_labels[1])
    write_subset(path, dataset.GetLayer(0), {int(number) - 1 for number in numbers})
    return "-labels", path, "-a", "class"


def relight(sources, size, draw, folder):
    """The sources with every band times a gain and plus an offset, which are drawn: the gain from a
    normal distribution around 1, the offset around 0, with `size` and `size` times the band's mean
    as standard deviations."""
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng((LIGHT_SEED, draw, round(1000 * size)))
    return tuple((name, tuple(relit_raster(raster, size, random,
                                           os.path.join(folder, f"{name}-{number}.tif"))
                              for number, raster in enumerate(rasters)))
                 for name, rasters in sources)


def relit_raster(path, size, random, out_path):
    """A Float32 copy with the bands' descriptions and metadata."""
    dataset = gdal.Open(path)
    out = gdal.Translate(out_path, dataset, outputType=gdal.GDT_Float32)
    for number in range(1, dataset.RasterCount + 1):
        band = dataset.GetRasterBand(number)
        values, nodata = band.ReadAsArray().astype(float), band.GetNoDataValue()
        valid = np.isfinite(values) & (values != nodata)
        gain, offset = 1 + size * random.standard_normal(), size * random.standard_normal()
        if valid.any():
            values[valid] = gain * values[valid] + offset * values[valid].mean()
        out.GetRasterBand(number).WriteArray(values)
    out.FlushCache()
    return out_path
