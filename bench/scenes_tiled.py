"""Scenes that come in pieces: EnMAP tiles, which a VRT joins where they lie, and forest plots far apart,
which are moved together.
"""
import os

import numpy as np
from osgeo import gdal, ogr

from rasters import burn_polygons, settle, write_raster
from scenes import Scene, Split, deal_blocks

TILE_FOLDS = 3
# Tiles whose western edge lies east of here are another place than the others.
PLACE_BORDER_X = 366500
TILE_CLASSES = {1: "roof", 2: "pavement", 3: "low vegetation", 4: "tree", 5: "soil", 6: "water"}

PLOT_M = 20
PLOT_GAP_M = 12                 # between plots: farther than the network looks, empty
PLOTS_IN_A_ROW = 7
FINE_PX, COARSE_PX = 10, 1      # pixels a metre


def block_splits(folder, like, names, labels, blocks, folds):
    """A split for every fold: its blocks test, the others train."""
    os.makedirs(folder, exist_ok=True)
    splits = []
    for fold in range(1, int(folds.max()) + 1):
        parts = {"train": np.where(folds != fold, labels, 0),
                 "test": np.where(folds == fold, labels, 0),
                 "groups": np.where((folds != fold) & (labels > 0), blocks, 0).astype(np.uint16)}
        paths = {part: write_raster(os.path.join(folder, f"{part}{fold}.tif"), like, values,
                                    names if part != "groups" else None)
                 for part, values in parts.items()}
        splits.append(Split(fold, ("-labels", paths["train"]), ("-labels", paths["test"]),
                            paths["train"], paths["test"], paths["groups"], paths["train"]))
    return tuple(splits)


# ---- Potsdam: tiles of one lattice ----------------------------------------------------------------


def join_tiles(path, folder):
    """A VRT of all tiles of a folder."""
    tiles = sorted(os.path.join(folder, name) for name in os.listdir(folder)
                   if name.endswith(".tif"))
    gdal.BuildVRT(path, tiles).FlushCache()
    return tiles


def potsdam_tiles(data, work):
    """The scene's sources, its grid, labels, and the number from 1 of every pixel's tile."""
    os.makedirs(work, exist_ok=True)
    here = os.path.join(data, "potsdam")
    images, labels_path = (os.path.join(work, name) for name in ("images.vrt", "labels.vrt"))
    join_tiles(images, os.path.join(here, "images"))
    tiles = join_tiles(labels_path, os.path.join(here, "labels"))
    like = gdal.Open(labels_path)
    m, blocks = like.GetGeoTransform(), np.zeros((like.RasterYSize, like.RasterXSize), np.uint16)
    for number, tile in enumerate(map(gdal.Open, tiles), start=1):
        t = tile.GetGeoTransform()
        row, column = round((t[3] - m[3]) / m[5]), round((t[0] - m[0]) / m[1])
        blocks[row:row + tile.RasterYSize, column:column + tile.RasterXSize] = number
    return (("enmap", (images,)),), like, like.ReadAsArray().astype(np.uint8), blocks


def potsdam(data, work):
    """Three folds of whole tiles."""
    folder = os.path.join(work, "potsdam")
    sources, like, labels, blocks = potsdam_tiles(data, folder)
    folds = deal_blocks(labels, blocks, TILE_FOLDS)
    return Scene(sources, block_splits(folder, like, TILE_CLASSES, labels, blocks, folds))


def potsdam_place(data, work):
    """The tiles in the west and in the east, each trained on to map the other."""
    folder = os.path.join(work, "potsdam-place")
    sources, like, labels, blocks = potsdam_tiles(data, folder)
    m, folds = like.GetGeoTransform(), np.zeros_like(blocks)
    for tile in np.unique(blocks[blocks > 0]):
        edge = m[0] + m[1] * np.argwhere(blocks == tile)[:, 1].min()
        folds[blocks == tile] = 1 if edge > PLACE_BORDER_X else 2
    return Scene(sources, block_splits(folder, like, TILE_CLASSES, labels, blocks, folds))


# ---- IDTReeS: plots far apart ------------------------------------------------------------------------


def plot_names(folder):
    names = {name[:-len("_hs.tif")] for name in os.listdir(folder) if name.endswith("_hs.tif")}
    return sorted(names, key=lambda name: int(name.rsplit("_", 1)[1]))


def plot_corner_m(number):
    """Metres east and south from the mosaic's corner to that of plot number, from 0."""
    pitch = PLOT_M + PLOT_GAP_M
    return number % PLOTS_IN_A_ROW * pitch, number // PLOTS_IN_A_ROW * pitch


def place_plots(path, rasters, px_per_m):
    """A raster of all plots, moved together; -1, which is nodata, between them."""
    first = gdal.Open(rasters[0])
    rows_m = plot_corner_m(len(rasters) - 1)[1] + PLOT_M
    columns_m = plot_corner_m(PLOTS_IN_A_ROW - 1)[0] + PLOT_M
    m = first.GetGeoTransform()
    out = gdal.GetDriverByName("GTiff").Create(
        path, columns_m * px_per_m, rows_m * px_per_m, first.RasterCount, gdal.GDT_Int16,
        ["COMPRESS=DEFLATE", "TILED=YES"])
    out.SetGeoTransform((m[0], m[1], 0, m[3], 0, m[5]))
    out.SetSpatialRef(first.GetSpatialRef())
    for band in range(1, first.RasterCount + 1):
        out.GetRasterBand(band).SetNoDataValue(-1)
        out.GetRasterBand(band).Fill(-1)
    for number, raster in enumerate(rasters):
        east_m, south_m = plot_corner_m(number)
        out.WriteArray(gdal.Open(raster).ReadAsArray(), east_m * px_per_m, south_m * px_per_m)
    return path


def crowns(path, plots):
    """By plot: classes and masks of the crowns in a file."""
    dataset = ogr.Open(path)
    layer = dataset.GetLayer(0)
    found = {}
    for name, raster in plots.items():
        layer.SetAttributeFilter(f"plot = '{name}'")
        found[name] = ([feature.GetField("species") for feature in layer],
                       burn_polygons(layer, gdal.Open(raster)) if layer.GetFeatureCount() else [])
    return found


def idtrees(data, work):
    """The published split by whole plots. Of the 0.1 m pixels that have a label, the one in the middle of
    every square metre trains or tests; the spectra have pixels of 1 m."""
    folder, here = os.path.join(work, "idtrees"), os.path.join(data, "idtrees")
    os.makedirs(folder, exist_ok=True)
    names = plot_names(here)
    rasters = {kind: [os.path.join(here, f"{name}_{kind}.tif") for name in names]
               for kind in ("hs", "rgb")}
    sources = (("hs", (place_plots(os.path.join(folder, "hs.tif"), rasters["hs"], COARSE_PX),)),
               ("rgb", (place_plots(os.path.join(folder, "rgb.tif"), rasters["rgb"], FINE_PX),)))
    like = gdal.Open(sources[1][1][0])
    plots = dict(zip(names, rasters["rgb"]))
    parts = [crowns(os.path.join(here, f"crowns_{part}.gpkg"), plots) for part in ("train", "test")]
    species = sorted({name for part in parts for classes, _ in part.values() for name in classes})
    side = PLOT_M * FINE_PX
    labels, owners = ([np.zeros((like.RasterYSize, like.RasterXSize), kind) for _ in parts]
                      for kind in (np.uint8, np.uint16))
    for number, name in enumerate(names):
        east, south = (FINE_PX * metres for metres in plot_corner_m(number))
        for part, crown in enumerate(parts):
            classes, masks = crown[name]
            if masks:
                values, owner = settle([species.index(c) + 1 for c in classes], masks)
                middle = np.zeros((side, side), bool)
                middle[FINE_PX // 2::FINE_PX, FINE_PX // 2::FINE_PX] = True
                place = np.s_[south:south + side, east:east + side]
                labels[part][place] = np.where(middle, values, 0)
                owners[part][place] = np.where(middle & (owner > 0), number + 1, 0)
    value_names = {value: name for value, name in enumerate(species, start=1)}
    train, test = (write_raster(os.path.join(folder, f"{part}.tif"), like, values, value_names)
                   for part, values in zip(("train", "test"), labels))
    groups = write_raster(os.path.join(folder, "groups.tif"), like, owners[0])
    corners = [[FINE_PX * metres for metres in plot_corner_m(n)] for n in range(len(names))]
    return Scene(sources, (Split(1, ("-labels", train), ("-labels", test), train, test, groups,
                                 train),),
                 tuple((south, east, side, side) for east, south in corners))
