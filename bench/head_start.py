"""What a head start is worth: steps until a training that begins with an earlier model is as accurate as
one from nothing.

Red Clover: the earlier model learned from three of five folds of polygons. Then the light is another one,
a gain and an offset for each band; a fourth fold trains and the fifth tests. IDTReeS: the earlier model
learned from every other plot of those that train; the plots between them train, those of the test file
test. Every number of steps is a training of its own, with its own schedule, and the linear expert, which
takes no steps, is left out.
"""
import json
import os
import subprocess
import tempfile

import numpy as np
from osgeo import gdal, ogr

import scenes
from curves import count_needed, print_head, study_parser
from rasters import burn_polygons, read_labels, write_raster
from regimes import relight
from scenes_tiled import plot_names

gdal.UseExceptions()
STEPS = (5, 10, 20, 40, 80, 150)
OPTIONS = ("-network", "dense", "-c", "16", "-batch", "4", "-crop", "32", "-val", "0", "-ablate", "expert",
           "-threads", "1")
WAYS = {"from nothing": (), "-init": ("-init",), "-init -freeze encoders": ("-init", "-freeze")}
LIGHT = 0.1         # spread of gains, and of offsets in means of a band; 0: the light of the earlier model


def run(build, program, *arguments):
    subprocess.run([os.path.join(build, program), "-q", *arguments], check=True, stderr=subprocess.DEVNULL)


def accuracy(maps):
    """Overall and average accuracy of (mapped names, true names) by pixel; "" is no truth."""
    mapped, truth = (np.concatenate([part.ravel() for part in parts]) for parts in zip(*maps))
    right = mapped == truth
    names = [name for name in np.unique(truth) if name]
    return float(right[truth != ""].mean()), float(np.mean([right[truth == name].mean() for name in names]))


def by_name(path):
    """A label raster's class names, pixel by pixel."""
    values, names = read_labels(path)
    table = np.array([names.get(value, "") for value in range(int(values.max()) + 1)])
    return table[values]


class RedClover:
    """One fold tests, the next one trains in another light, the others trained the earlier model."""

    def __init__(self, build, data, folder, seed, light):
        scene = scenes.red_clover(data, folder)
        rasters = [split.test_raster for split in scene.splits]
        fold = (seed - 1) % len(rasters)
        self.build, self.test = build, rasters[fold]
        new, *others = rasters[fold + 1:] + rasters[:fold]
        like, names = gdal.Open(new), read_labels(new)[1]
        labels = np.max([read_labels(path)[0] for path in others], axis=0)
        old = write_raster(os.path.join(folder, f"old{fold}.tif"), like, labels, names)
        self.old = (*scenes.inputs_of(scene.sources), "-labels", old)
        self.inputs = scenes.inputs_of(relight(scene.sources, light, seed, os.path.join(folder, "light")))
        self.new = (*self.inputs, "-labels", new)

    def accuracy(self, model, folder):
        path = os.path.join(folder, "map.tif")
        run(self.build, "s2rgf_classify", "-overwrite", "-noqml", "-threads", "1", "-m", model, *self.inputs,
            "-mask", self.test, path)
        return accuracy([(by_name(path), by_name(self.test))])


class Idtrees:
    """Every other plot trained the earlier model, the others train, and those of the test file test."""

    def __init__(self, build, data, folder, seed, _light):
        here = os.path.join(data, "idtrees")
        labels = {part: os.path.join(here, f"crowns_{part}.gpkg") for part in ("train", "test")}
        plots = {part: self.plots_of(here, path) for part, path in labels.items()}
        halves = plots["train"][0::2], plots["train"][1::2]
        self.build, self.here, self.crowns = build, here, labels["test"]
        lists = {"old": halves[seed % 2], "new": halves[1 - seed % 2], "test": plots["test"]}
        self.old, self.new, self.scenes = (
            self.listed(os.path.join(folder, f"{name}.txt"), names) for name, names in lists.items())
        self.tested = plots["test"]
        self.old += ("-labels", labels["train"], "-a", "species")
        self.new += ("-labels", labels["train"], "-a", "species")

    @staticmethod
    def plots_of(here, path):
        """The plots that a file of crowns has crowns in."""
        dataset = ogr.Open(path)
        layer = dataset.GetLayer(0)
        found = []
        for name in plot_names(here):
            raster = gdal.Open(os.path.join(here, name + "_rgb.tif"))
            x, dx, _, y, _, dy = raster.GetGeoTransform()
            layer.SetSpatialFilterRect(x, y + dy * raster.RasterYSize, x + dx * raster.RasterXSize, y)
            if layer.GetFeatureCount():
                found.append(name)
        return found

    def listed(self, path, names):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(name + "\n" for name in names)
        stem = os.path.join(os.path.abspath(self.here), "{}")
        return ("-scenes", path, "-i", f"rgb={stem}_rgb.tif", "-i", f"hs={stem}_hs.tif")

    def accuracy(self, model, folder):
        run(self.build, "s2rgf_classify", "-overwrite", "-noqml", "-threads", "1", "-m", model, *self.scenes,
            os.path.join(folder, "{}.tif"))
        dataset = ogr.Open(self.crowns)
        layer = dataset.GetLayer(0)
        species = [feature.GetField("species") for feature in layer]
        pairs = []
        for name in self.tested:
            path = os.path.join(folder, name + ".tif")
            truth = np.full(gdal.Open(path).ReadAsArray().shape, "", dtype="<U64")
            for kind, mask in zip(species, burn_polygons(layer, gdal.Open(path))):
                truth[mask] = kind
            pairs.append((by_name(path), truth))
        return accuracy(pairs)


CASES = {"redclover": RedClover, "idtrees": Idtrees}


def curves(case, build, seed, steps, folder):
    """Accuracies by way and number of steps."""
    old, model = os.path.join(folder, "old.s2rgf"), os.path.join(folder, "model.s2rgf")
    common = ("-overwrite", "-seed", str(seed), *OPTIONS)
    run(build, "s2rgf_train", *common, "-steps", str(steps[-1]), *case.old, old)
    values = {"-init": ("-init", old), "-freeze": ("-freeze", "encoders")}
    found = {"earlier model as it is": {0: case.accuracy(old, folder)}}
    for way, switches in WAYS.items():
        found[way] = {}
        for count in steps:
            run(build, "s2rgf_train", *common, "-steps", str(count), *case.new,
                *(word for switch in switches for word in values[switch]), model)
            found[way][count] = case.accuracy(model, folder)
    return found


def summary(name, trials, steps):
    """The lines of a table for one case."""
    lines = []
    for figure, index in (("overall", 0), ("average", 1)):
        before = np.mean([trial["earlier model as it is"][0][index] for trial in trials])
        lines.append(f"| {name} | {figure} | earlier model as it is: {before:.3f} |" + " |" * (len(steps) + 1))
        mean = {way: [float(np.mean([trial[way][count][index] for trial in trials])) for count in steps]
                for way in WAYS}
        for way in WAYS:
            needed = count_needed(steps, mean[way], mean["from nothing"][-1])
            said = "never" if needed is None else f"{needed:.0f}"
            lines.append(f"| {name} | {figure} | {way} | " + " | ".join(f"{value:.3f}" for value in mean[way])
                         + f" | {said} |")
    return lines


def main():
    parser = study_parser(__doc__, 3, "each has a fold or half of its own")
    parser.add_argument("-cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("-steps", type=int, nargs="+", default=STEPS, help="steps at which to look")
    parser.add_argument("-light", type=float, default=LIGHT, help="how far Red Clover's light is another one")
    arguments = parser.parse_args()
    steps, figures = tuple(arguments.steps), {}
    print_head("case", "accuracy", "steps", *steps, "steps needed")
    for name in arguments.cases:
        figures[name] = []
        for seed in range(1, arguments.seeds + 1):
            with tempfile.TemporaryDirectory(prefix="head-start-") as folder:
                case = CASES[name](arguments.build, arguments.data, folder, seed, arguments.light)
                figures[name].append(curves(case, arguments.build, seed, steps, folder))
            if arguments.json: # so far: it takes long
                with open(arguments.json, "w", encoding="utf-8") as file:
                    json.dump({"options": OPTIONS, "light": arguments.light, "steps": steps,
                               "trials": figures}, file)
        print("\n".join(summary(name, figures[name], steps)), flush=True)


if __name__ == "__main__":
    main()
