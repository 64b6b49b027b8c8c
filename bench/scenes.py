"""The scenes of the study: sources, splits, and labels as rasters on the reference grid.

Labels are prepared once, in a work folder, in the form that the programs read and as rasters for the
contenders.
"""
import os
from dataclasses import dataclass

import numpy as np
from osgeo import gdal, ogr

from folds import check_folds, deal_folds
from methods import INNER_FOLDS
from rasters import burn_polygons, read_labels, settle, write_raster

POLYGON_FOLDS = 5
BLOCK_ROWS = 60
DRAWN_PER_CLASS = 200
DRAW_SEED = 2016


@dataclass(frozen=True)
class Split:
    """One training and its test. Paths of files; labels as arguments of the programs."""
    fold: int
    train_labels: tuple     # -labels FILE [-a FIELD]
    test_labels: tuple
    train_raster: str       # class values, 0 none
    test_raster: str
    groups_raster: str      # polygon or block of every training pixel, 0 none
    pool_raster: str        # all labels that this side of the split has, of which training took some


@dataclass(frozen=True)
class Scene:
    sources: tuple          # (name, (raster, ...))
    splits: tuple           # Split
    areas: tuple = ()       # rectangles of the grid (row, column, rows, columns) that are looked at
                            # alone; none: the whole grid is one


def inputs_of(sources):
    """As arguments of the programs."""
    return [word for name, rasters in sources for raster in rasters
            for word in ("-i", f"{name}={raster}")]


# ---- Scenes with polygons: folds -------------------------------------------------------------------


def write_subset(path, layer, wanted):
    """The features of these numbers (from 0) as a GeoPackage with the field `class`."""
    out = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    copy = out.CreateLayer("polygons", layer.GetSpatialRef(), layer.GetGeomType())
    copy.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    layer.ResetReading()
    for number, feature in enumerate(layer):
        if number in wanted:
            kept = ogr.Feature(copy.GetLayerDefn())
            kept.SetField("class", feature.GetField("class"))
            kept.SetGeometry(feature.GetGeometryRef())
            copy.CreateFeature(kept)
    return path


def polygon_split(number, stem, layer, like, polygons, parts):
    """Files of one split, named stem_*. polygons: class values, names by value, masks; parts: the numbers
    from 0 of the polygons that train and of those that test."""
    values, names, masks = polygons
    paths = {}
    for part, wanted in zip(("train", "test"), parts):
        paths[part] = write_subset(f"{stem}_{part}.gpkg", layer, set(wanted))
        labels, owner = settle([values[i] for i in wanted], [masks[i] for i in wanted])
        paths[part + "_raster"] = write_raster(f"{stem}_{part}.tif", like, labels, names)
        paths[part + "_groups"] = write_raster(f"{stem}_{part}_groups.tif", like, owner)
    return Split(number, ("-labels", paths["train"], "-a", "class"),
                 ("-labels", paths["test"], "-a", "class"), paths["train_raster"],
                 paths["test_raster"], paths["train_groups"], paths["train_raster"])


def deal_parts(classes, sizes, members, fold_count):
    """Of every fold of these polygons: the members outside and inside."""
    folds = deal_folds([classes[i] for i in members], [sizes[i] for i in members], fold_count)
    return [tuple([i for i, own in zip(members, folds) if (own == fold) == inside]
                  for inside in (False, True)) for fold in range(1, fold_count + 1)]


def polygon_scene(folder, sources, polygons_path, inner_folds=0):
    """Five folds by polygon; or, of the training part of each, so many folds of its own."""
    os.makedirs(folder, exist_ok=True)
    like = gdal.Open(sources[0][1][0])
    dataset = ogr.Open(polygons_path)
    layer = dataset.GetLayer(0)
    classes = [feature.GetField("class") for feature in layer]
    names = {value: name for value, name in enumerate(sorted(set(classes)), start=1)}
    values = [sorted(set(classes)).index(name) + 1 for name in classes]
    masks = burn_polygons(layer, like)
    check_apart(polygons_path, masks)
    sizes = [int(np.count_nonzero(mask)) for mask in masks]
    check_folds(classes, sizes, deal_folds(classes, sizes, POLYGON_FOLDS), POLYGON_FOLDS)
    parts = deal_parts(classes, sizes, range(len(classes)), POLYGON_FOLDS)
    if inner_folds:
        parts = [inner for outer in parts
                 for inner in deal_parts(classes, sizes, outer[0], inner_folds)]
    return Scene(sources, tuple(
        polygon_split(number, os.path.join(folder, f"fold{number}"), layer, like,
                      (values, names, masks), part) for number, part in enumerate(parts, start=1)))


def check_apart(path, masks):
    """A pixel of two polygons could be trained on in one fold and tested in another."""
    shared = int(np.count_nonzero(np.sum(masks, axis=0) > 1))
    if shared:
        raise ValueError(f"{path}: {shared} pixels belong to more than one polygon")


def red_clover(data, work, inner_folds=0):
    here = os.path.join(data, "redclover")
    sources = tuple((name, tuple(os.path.join(here, band + ".tif") for band in bands))
                    for name, bands in (("s2_10m", ("B02", "B03", "B04", "B08")),
                                        ("s2_20m", ("B05", "B06", "B07", "B8A", "B11", "B12"))))
    folder = os.path.join(work, "redclover-inner" if inner_folds else "redclover")
    return polygon_scene(folder, sources, os.path.join(here, "train_polys7.shp"), inner_folds)


def red_clover_inner(data, work):
    """The training part of every fold of `red_clover`, a third of its polygons held out in turn."""
    return red_clover(data, work, INNER_FOLDS)


def single_source(name, inner_folds=0):
    """Maker of a scene of one raster with polygons, NAME.tif and NAME_polygons.gpkg; folds as polygon_scene()."""
    def make(data, work):
        stem = os.path.join(data, "rstoolbox", name)
        folder = os.path.join(work, f"{name}-inner" if inner_folds else name)
        return polygon_scene(folder, ((name, (stem + ".tif",)),), stem + "_polygons.gpkg", inner_folds)
    return make


# ---- Berlin: blocks of rows, both directions ---------------------------------------------------------


def berlin_labels(data, given):
    """All labels, and the number from 0 of every row's block.

    The published split is the field Level_2_ID burnt in file order, pixel centres, later features over
    earlier ones, and 6, which is "Other", taken as unlabelled: so every given label says.
    """
    dataset = ogr.Open(os.path.join(data, "berlin", "LandCov_BerlinUrbanGradient.shp"))
    like = gdal.Open(given["test"])
    # The shapefile has no CRS and is in that of the rasters; GDAL would warn of that.
    memory = gdal.GetDriverByName("MEM").Create("", like.RasterXSize, like.RasterYSize, 1,
                                                gdal.GDT_Byte)
    memory.SetGeoTransform(like.GetGeoTransform())
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    gdal.RasterizeLayer(memory, [1], dataset.GetLayer(0), options=["ATTRIBUTE=Level_2_ID"])
    gdal.PopErrorHandler()
    labels = memory.ReadAsArray()
    labels[labels == 6] = 0
    blocks = np.arange(labels.shape[0]) // BLOCK_ROWS
    odd = blocks % 2 == 1
    test, train = read_labels(given["test"])[0], read_labels(given["train"])[0]
    if not np.array_equal(np.where(odd[:, None], labels, 0), test):
        raise ValueError("berlin: the polygons do not give the labels of split_test.tif")
    if not np.array_equal(labels[train > 0], train[train > 0]) or train[odd].any():
        raise ValueError("berlin: the polygons do not give the labels of split_train.tif")
    return labels, blocks


def draw_pixels(labels, per_class, seed):
    """So many pixels of every class, or all where there are fewer."""
    random = np.random.default_rng(seed)
    drawn = np.zeros_like(labels)
    for value in np.unique(labels[labels > 0]):
        places = np.flatnonzero(labels == value)
        chosen = random.permutation(places)[:per_class]
        drawn.flat[chosen] = value
    return drawn


def berlin(data, work):
    folder = os.path.join(work, "berlin")
    os.makedirs(folder, exist_ok=True)
    here = os.path.join(data, "berlin")
    sources = (("enmap", (os.path.join(here, "enmap_30m.tif"),)),
               ("hymap", (os.path.join(here, "hymap_3p6m.tif"),)))
    given = {part: os.path.join(here, f"split_{part}.tif") for part in ("train", "test")}
    like = gdal.Open(given["test"])
    names = read_labels(given["test"])[1]
    labels, blocks = berlin_labels(data, given)
    odd = (blocks % 2 == 1)[:, None]
    backward = {"train": draw_pixels(np.where(odd, labels, 0), DRAWN_PER_CLASS, DRAW_SEED),
                "test": np.where(odd, 0, labels)}
    paths = {part: write_raster(os.path.join(folder, f"backward_{part}.tif"), like, values, names)
             for part, values in backward.items()}
    splits = []
    for fold, (files, side) in enumerate(((given, ~odd), (paths, odd)), start=1):
        train = read_labels(files["train"])[0]
        pool = write_raster(os.path.join(folder, f"pool{fold}.tif"), like,
                            np.where(side, labels, 0), names)
        groups = np.where(train > 0, blocks[:, None] + 1, 0).astype(np.uint16)
        groups_path = write_raster(os.path.join(folder, f"groups{fold}.tif"), like, groups)
        splits.append(Split(fold, ("-labels", files["train"]), ("-labels", files["test"]),
                            files["train"], files["test"], groups_path, pool))
    return Scene(sources, tuple(splits))


def block_folds(labels, fold_count):
    """Folds, 1 to fold_count, and blocks from 1 of a label raster's pixels; 0 where there is none.

    Blocks of BLOCK_ROWS x 2 BLOCK_ROWS go whole.
    """
    rows, columns = np.indices(labels.shape)
    number = 1 + rows // BLOCK_ROWS * (labels.shape[1] // (2 * BLOCK_ROWS) + 1) + (
        columns // (2 * BLOCK_ROWS))
    blocks = np.where(labels > 0, number, 0).astype(np.uint16)
    return deal_blocks(labels, blocks, fold_count), blocks


def deal_blocks(labels, blocks, fold_count):
    """Folds of the pixels of numbered blocks: the fullest block first, each goes to the fold in which the
    squares of the classes' numbers of pixels grow least."""
    classes = int(labels.max()) + 1
    counts = {b: np.bincount(labels[(blocks == b) & (labels > 0)], minlength=classes)
              for b in np.unique(blocks[blocks > 0])}
    totals = np.zeros((fold_count, classes))
    folds = np.zeros(labels.shape, np.uint8)
    for block in sorted(counts, key=lambda b: (-counts[b].sum(), b)):
        growth = [float(np.sum((total + counts[block]) ** 2 - total ** 2)) for total in totals]
        fold = int(np.argmin(growth))
        totals[fold] += counts[block]
        folds[blocks == block] = fold + 1
    return folds


def berlin_inner(data, work):
    """Training pixels of both directions of `berlin`, a third of each held out in turn."""
    whole = berlin(data, work)
    folder = os.path.join(work, "berlin-inner")
    os.makedirs(folder, exist_ok=True)
    splits = []
    for outer in whole.splits:
        like = gdal.Open(outer.train_raster)
        labels, names = read_labels(outer.train_raster)
        folds, blocks = block_folds(labels, INNER_FOLDS)
        for held_out in range(1, INNER_FOLDS + 1):
            stem = os.path.join(folder, f"part{len(splits) + 1}")
            parts = {"train": np.where(folds != held_out, labels, 0),
                     "test": np.where(folds == held_out, labels, 0),
                     "groups": np.where(folds != held_out, blocks, 0)}
            paths = {part: write_raster(f"{stem}_{part}.tif", like, values,
                                        names if part != "groups" else None)
                     for part, values in parts.items()}
            splits.append(Split(len(splits) + 1, ("-labels", paths["train"]),
                                ("-labels", paths["test"]), paths["train"], paths["test"],
                                paths["groups"], paths["train"]))
    return Scene(whole.sources, tuple(splits))
