"""Many scenes in one training (s2rgf_train -scenes) beside what one would do without it, with the same labels.

IDTReeS: 46 plots, beside the plots moved together into one raster; the published split by plots. Potsdam: 18
tiles of EnMAP as delivered, beside a VRT of them; each seed tests another fold of tiles. Red Clover: two
halves, of which the eastern one has another light, a gain and an offset for each band; beside a model of each
half alone; half of the polygons tests.
"""
import json
import os
import resource
import tempfile

import numpy as np
from osgeo import gdal, ogr

import scenes
import scenes_tiled
from curves import print_head, study_parser
from head_start import LIGHT, accuracy, by_name, run
from rasters import burn_polygons, settle
from regimes import relight

gdal.UseExceptions()
ogr.UseExceptions()
FORCE = ("-overwrite", "-threads", "1")


def truth_of(crowns, field, like):
    """Names of the classes of polygons on a grid; "" where there are none or several."""
    layer = crowns.GetLayer(0)
    layer.ResetReading()
    names = [feature.GetField(field) for feature in layer]
    known = sorted(set(names))
    values, _ = settle([known.index(name) + 1 for name in names], burn_polygons(layer, like))
    return np.array(["", *known])[values]


class Case:
    """One seed: for each way the trainings' arguments, and what a model of them has to map."""
    options = ()

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.map = os.path.join(folder, "map.tif")

    def classify(self, model, *arguments):
        run(self.build, "s2rgf_classify", *FORCE, "-noqml", "-m", model, *arguments)


class Idtrees(Case):
    """The test plots, where crowns of the test file are."""

    def __init__(self, build, data, folder, _seed):
        super().__init__(build, folder)
        self.here = os.path.join(data, "idtrees")
        self.names = scenes_tiled.plot_names(self.here)
        self.inputs = tuple(word for kind in ("rgb", "hs") for word in ("-i", f"{kind}={{}}_{kind}.tif"))
        train = os.path.join(self.here, "crowns_train.gpkg")
        scene = scenes_tiled.idtrees(data, folder)
        self.moved = scenes.inputs_of(scene.sources)
        self.crowns = ogr.Open(os.path.join(self.here, "crowns_test.gpkg"))
        layer = self.crowns.GetLayer(0)
        self.tested = {feature.GetField("plot") for feature in layer}
        self.ways = {
            "-scenes": (("-scenes", self.here, *self.inputs, "-labels", train, "-a", "species"), self.test_plots),
            "moved together": ((*self.moved, "-labels", self.move_crowns(train), "-a", "species"), self.test_moved)}

    def move_crowns(self, path):
        """The crowns of a file as the plots are moved together."""
        first = gdal.Open(os.path.join(self.here, self.names[0] + "_rgb.tif")).GetGeoTransform()
        moved = os.path.join(self.folder, "crowns.gpkg")
        gdal.VectorTranslate(moved, path)
        dataset = ogr.Open(moved, 1)
        layer = dataset.GetLayer(0)
        for feature in layer:
            name = feature.GetField("plot")
            own = gdal.Open(os.path.join(self.here, name + "_rgb.tif")).GetGeoTransform()
            east, south = scenes_tiled.plot_corner_m(self.names.index(name))
            east, north = first[0] + east - own[0], first[3] - south - own[3]
            geometry = feature.GetGeometryRef().Clone()
            ring = geometry.GetGeometryRef(0)       # a crown is a box
            if ring.GetGeometryName() == "POLYGON":
                ring = ring.GetGeometryRef(0)
            for i in range(ring.GetPointCount()):
                ring.SetPoint_2D(i, ring.GetX(i) + east, ring.GetY(i) + north)
            feature.SetGeometry(geometry)
            layer.SetFeature(feature)
        return moved

    def truth(self, name):
        return truth_of(self.crowns, "species", gdal.Open(os.path.join(self.here, name + "_rgb.tif")))

    def test_plots(self, model):
        self.classify(model, "-scenes", self.here, *self.inputs, os.path.join(self.folder, "{}.tif"))
        return {"": [(by_name(os.path.join(self.folder, name + ".tif")), self.truth(name)) for name in self.tested]}

    def test_moved(self, model):
        self.classify(model, *self.moved, self.map)
        whole, side = by_name(self.map), scenes_tiled.PLOT_M * scenes_tiled.FINE_PX
        pairs = []
        for name in self.tested:
            east, south = (scenes_tiled.FINE_PX * m for m in scenes_tiled.plot_corner_m(self.names.index(name)))
            pairs.append((whole[south:south + side, east:east + side], self.truth(name)))
        return {"": pairs}


class Potsdam(Case):
    """The tiles of a fold."""
    options = ("-crop", "32")       # as large as a tile

    def __init__(self, build, data, folder, seed):
        super().__init__(build, folder)
        here = os.path.join(data, "potsdam")
        scene = scenes_tiled.potsdam(data, folder)
        split = scene.splits[(seed - 1) % len(scene.splits)]
        self.joined, self.test = scenes.inputs_of(scene.sources), gdal.Open(split.test_raster)
        self.listed = ("-scenes", os.path.join(here, "images"), "-i", "enmap={}.tif")
        own = os.path.join(folder, "labels")
        os.mkdir(own)
        for name in os.listdir(os.path.join(here, "labels")):
            tile = os.path.join(here, "labels", name)
            if not self.part(tile).any():
                os.symlink(os.path.abspath(tile), os.path.join(own, name))
        self.tiles = [os.path.join(here, "images", name) for name in os.listdir(os.path.join(here, "images"))]
        self.ways = {"-scenes": ((*self.listed, "-labels", os.path.join(own, "{}.tif")), self.test_tiles),
                     "VRT": ((*self.joined, *split.train_labels), self.test_joined)}

    def part(self, tile, whole=None):
        """What a raster of all tiles, by default the test's labels, has where a tile is."""
        whole = self.test.ReadAsArray() if whole is None else whole
        m, tile = self.test.GetGeoTransform(), gdal.Open(tile)
        t = tile.GetGeoTransform()
        row, column = round((t[3] - m[3]) / m[5]), round((t[0] - m[0]) / m[1])
        return whole[row:row + tile.RasterYSize, column:column + tile.RasterXSize]

    def pair(self, mapped, tile):
        truth = self.part(tile)
        return mapped.astype("U"), np.where(truth > 0, truth.astype("U"), "")

    def test_tiles(self, model):
        self.classify(model, *self.listed, os.path.join(self.folder, "{}.tif"))
        return {"": [self.pair(gdal.Open(os.path.join(self.folder, os.path.basename(tile))).ReadAsArray(), tile)
                     for tile in self.tiles]}

    def test_joined(self, model):
        self.classify(model, *self.joined, self.map)
        whole = gdal.Open(self.map).ReadAsArray()
        return {"": [self.pair(self.part(tile, whole), tile) for tile in self.tiles]}


class RedClover(Case):
    """Each half, where polygons of the test file are."""

    def __init__(self, build, data, folder, seed):
        super().__init__(build, folder)
        here = os.path.join(data, "redclover")
        self.halves, self.test = {}, ogr.Open(os.path.join(here, "polys_test.gpkg"))
        sources = scenes.red_clover(data, os.path.join(folder, "whole")).sources
        for half, light in (("west", 0), ("east", LIGHT)):
            cut = tuple((name, tuple(self.cut(raster, half) for raster in rasters)) for name, rasters in sources)
            self.halves[half] = relight(cut, light, seed, os.path.join(folder, half))
        self.listed = ("-scenes", os.path.join(folder, "halves.txt"),
                       *(word.replace(os.path.join(folder, "west"), os.path.join(folder, "{}"))
                         for word in scenes.inputs_of(self.halves["west"])))
        with open(self.listed[1], "w", encoding="utf-8") as file:
            file.write("west\neast\n")
        labels = ("-labels", os.path.join(here, "polys_train.gpkg"), "-a", "class")
        self.ways = {"-scenes": ((*self.listed, *labels), self.test_both)}
        for half in self.halves:
            inputs = scenes.inputs_of(self.halves[half])
            self.ways[f"{half} alone"] = ((*inputs, *labels), lambda model, half=half: self.test_half(model, half))

    def cut(self, raster, half):
        """A half of a raster; both sources have their middle at the same place."""
        whole = gdal.Open(raster)
        middle = whole.RasterXSize // 4 * 2
        left, right = (0, middle) if half == "west" else (middle, whole.RasterXSize)
        path = os.path.join(self.folder, f"{half}-{os.path.basename(raster)}")
        gdal.Translate(path, whole, srcWin=[left, 0, right - left, whole.RasterYSize]).FlushCache()
        return path

    def test_half(self, model, half):
        self.classify(model, *scenes.inputs_of(self.halves[half]), self.map)
        return {half: [(by_name(self.map), truth_of(self.test, "class", gdal.Open(self.map)))]}

    def test_both(self, model):
        return {key: pairs for half in self.halves for key, pairs in self.test_half(model, half).items()}


CASES = {"idtrees": Idtrees, "potsdam": Potsdam, "redclover": RedClover}


def trial(case, seed, channels, options):
    """By way and part: overall and average accuracy, and processor seconds of the training."""
    found = {}
    for way, (arguments, test) in case.ways.items():
        model = os.path.join(case.folder, "model.s2rgf")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(case.build, "s2rgf_train", *FORCE, "-c", str(channels), "-val", "0", "-seed", str(seed), *options, *case.options,
            *arguments, model)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        for part, pairs in test(model).items():
            found[f"{way}, {part}" if part and part not in way else way] = (*accuracy(pairs), seconds)
    return found


def summary(name, trials):
    """The lines of a table for one case."""
    lines = []
    for way in trials[0]:
        overall, average, seconds = zip(*(trial[way] for trial in trials))
        lines.append(f"| {name} | {way} | {np.mean(overall):.3f} | " + ", ".join(f"{value:.3f}" for value in overall)
                     + f" | {np.mean(average):.3f} | {np.mean(seconds):.0f} |")
    return lines


def main():
    parser = study_parser(__doc__, 3, "of Potsdam each has a fold of its own, of Red Clover a light")
    parser.add_argument("-cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("-c", type=int, default=16, help="channels of the networks")
    parser.add_argument("-steps", type=int, help="steps of a training; by default those of s2rgf_train")
    arguments = parser.parse_args()
    options, figures = ("-steps", str(arguments.steps)) if arguments.steps else (), {}
    print_head("case", "way", "OA", "OA of each seed", "AA", "training, processor s")
    for name in arguments.cases:
        figures[name] = []
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory(prefix="together-") as folder:
                case = CASES[name](os.path.abspath(arguments.build), os.path.abspath(arguments.data), folder, seed)
                figures[name].append(trial(case, seed, arguments.c, options))
            if arguments.json: # so far: it takes long
                with open(arguments.json, "w", encoding="utf-8") as file:
                    json.dump(figures, file)
        print("\n".join(summary(name, figures[name])), flush=True)


if __name__ == "__main__":
    main()
