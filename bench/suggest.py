"""What s2rgf_suggest is worth: labels at suggested places against as many at random ones.

Two real scenes, each split in space into a side that may be labelled and one that tests. An oracle labels
single pixels of the first side. Both ways begin with the same random pixels. One goes on at random; the
other asks s2rgf_suggest, with the model trained on what there is, for the next ones. Networks are small
and short, and the same for both.
"""
import json
import os
import subprocess
import tempfile

import numpy as np
from osgeo import gdal

import scenes
from curves import count_needed, print_head, study_parser
from rasters import read_labels, write_raster

gdal.UseExceptions()
MAKERS = {"berlin": scenes.berlin, "redclover": scenes.red_clover}
COUNTS = (20, 40, 70, 100, 140, 200)
OPTIONS = ("-network", "dense", "-c", "16", "-steps", "60", "-batch", "4", "-crop", "32", "-val", "0")
DRAW_SEED = 1992


class Trial:
    """One side of a scene that is labelled pixel by pixel, and one that tests."""

    def __init__(self, build, scene, split, seed, folder):
        self.build, self.inputs, self.split = build, scenes.inputs_of(scene.sources), split
        self.seed, self.folder = seed, folder
        self.pool, self.names = read_labels(split.pool_raster)
        self.like = gdal.Open(split.pool_raster)
        places = np.flatnonzero(self.pool)
        self.order = np.random.default_rng((DRAW_SEED, seed)).permutation(places)

    def run(self, program, *arguments):
        subprocess.run([os.path.join(self.build, program), "-q", *arguments], check=True,
                       stderr=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, places):
        """The pool's labels at these places alone."""
        labels = np.zeros_like(self.pool)
        labels.flat[places] = self.pool.flat[places]
        return write_raster(self.path(name), self.like, labels, self.names)

    def train(self, places):
        labels, model = self.write("labels.tif", places), self.path("model.s2rgf")
        self.run("s2rgf_train", "-overwrite", "-threads", "1", "-seed", str(self.seed), *OPTIONS,
                 *self.inputs, "-labels", labels, model)
        return model

    def accuracy(self, model):
        """Overall and average accuracy on the other side; a class without a label counts as wrong."""
        path, report = self.path("map.tif"), self.path("report.json")
        self.run("s2rgf_classify", "-overwrite", "-noqml", "-threads", "1", "-m", model, *self.inputs,
                 "-mask", self.split.test_raster, path)
        mapped, names = read_labels(path)
        truth, true_names = read_labels(self.split.test_raster)
        value = {name: v for v, name in names.items()}
        right = np.zeros(truth.shape, bool)
        for v, name in true_names.items():
            right |= (truth == v) & (mapped == value.get(name, -1))
        by_class = [right[truth == v].mean() for v in np.unique(truth[truth > 0])]
        return float(right[truth > 0].mean()), float(np.mean(by_class))

    def suggest(self, model, places, more):
        """So many further places."""
        labels = self.write("labels.tif", places)
        mask, out = self.write("mask.tif", np.setdiff1d(self.order, places)), self.path("next.csv")
        self.run("s2rgf_suggest", "-overwrite", "-threads", "1", "-m", model, *self.inputs, "-labels",
                 labels, "-mask", mask, "-n", str(more), out)
        inverse = gdal.InvGeoTransform(self.like.GetGeoTransform())
        found = []
        with open(out, encoding="utf-8") as file:
            for line in file.read().splitlines()[1:]:
                x, y = (float(word) for word in line.split(",")[:2])
                column, row = gdal.ApplyGeoTransform(inverse, x, y)
                found.append(int(row) * self.like.RasterXSize + int(column))
        assert len(set(found)) == more and not set(found) & set(places.tolist())
        return np.array(found)

    def curves(self, counts):
        """Accuracies by number of labels, at random and at suggested places."""
        random = {n: self.accuracy(self.train(self.order[:n])) for n in counts}
        places, suggested = self.order[:counts[0]], {counts[0]: random[counts[0]]}
        model = self.train(places)
        for before, after in zip(counts, counts[1:]):
            places = np.concatenate([places, self.suggest(model, places, after - before)])
            model = self.train(places)
            suggested[after] = self.accuracy(model)
        return {"random": random, "suggested": suggested}


def summary(name, trials, counts):
    """The lines of a table for one scene."""
    lines = []
    for figure, index in (("overall", 0), ("average", 1)):
        mean = {way: [float(np.mean([t[way][n][index] for t in trials])) for n in counts]
                for way in ("random", "suggested")}
        for way in ("random", "suggested"):
            lines.append(f"| {name} | {figure} | {way} | "
                         + " | ".join(f"{value:.3f}" for value in mean[way]) + " |")
        needed = count_needed(counts, mean["suggested"], mean["random"][-1])
        said = "not reached" if needed is None else f"{needed:.0f} labels"
        lines.append(f"| {name} | {figure} | as good as {counts[-1]} random ones: {said} |"
                     + " |" * len(counts))
    return lines


def main():
    parser = study_parser(__doc__, 2, "draws for each split")
    parser.add_argument("-scenes", nargs="+", choices=MAKERS, default=list(MAKERS))
    parser.add_argument("-splits", type=int, default=2, help="splits of each scene")
    parser.add_argument("-counts", type=int, nargs="+", default=COUNTS, help="labels at which to look")
    arguments = parser.parse_args()
    counts, figures = tuple(arguments.counts), {}
    print_head("scene", "accuracy", "labels", *counts)
    for name in arguments.scenes:
        figures[name] = []
        with tempfile.TemporaryDirectory(prefix="suggest-") as work:
            scene = MAKERS[name](arguments.data, work)
            for split in scene.splits[:arguments.splits]:
                for seed in range(1, arguments.seeds + 1):
                    with tempfile.TemporaryDirectory(dir=work) as folder:
                        trial = Trial(arguments.build, scene, split, seed, folder)
                        figures[name].append(trial.curves(counts))
                        if arguments.json: # so far: it takes long
                            with open(arguments.json, "w", encoding="utf-8") as file:
                                json.dump({"options": OPTIONS, "counts": counts, "trials": figures}, file)
        print("\n".join(summary(name, figures[name], counts)), flush=True)


if __name__ == "__main__":
    main()
