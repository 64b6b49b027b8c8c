#!/usr/bin/env python3
"""What closed-form experts are worth by themselves, and what more of them could see, on folds inside the training parts
of the study: no test label is looked at, and no network is trained.

    bench/experts.py [-data berlin redclover lsat sen2]

The two experts of docs/network.md, 7, are done again here. The one of windows may see more: the values of the
components; their openings and closings. Others may be added to the sum of both: a discriminant of a random hidden
layer on windows and values, also only where it makes the labels that are left out likelier; a forest of extremely
randomised trees. A row is a mean over the parts; differences are from the sum of the two, by pairs.
"""
import argparse
import os
import sys
import tempfile

import numpy as np
from osgeo import gdal
from scipy import ndimage, optimize
from sklearn.ensemble import ExtraTreesClassifier

import figures
import scenes
import tables
from methods import INNER_FOLDS
from rasters import read_labels

SCENES = {"berlin": scenes.berlin_inner, "redclover": scenes.red_clover_inner,
          "lsat": scenes.single_source("lsat", INNER_FOLDS), "sen2": scenes.single_source("sen2", INNER_FOLDS)}
FOLDS = 5
OVERCONFIDENCE, MOST_TEMPERATURE = 4.0, 8.0
COMPONENTS, WINDOWS_PX, SHAPES_PX = 8, (5, 9), (3, 7, 11)
ALL_COMPONENTS = 10             # of all bands together, for trees
HIDDEN, TREES = 128, 300
LEAST_PROBABILITY = 1e-3        # of a forest: none of its classes is impossible
IMPOSSIBLE = -1e30
SEED = 1


class Discriminant:
    """Linear, with a covariance that is shrunk by groups."""

    def __init__(self, pixels, classes, groups, count):
        pixels = pixels.astype(float)
        numbers = np.bincount(classes, minlength=count)
        self.known = numbers > 0
        weights = np.where(self.known, 1 / np.sqrt(np.maximum(numbers, 1)), 0)
        weights = (weights / (numbers * weights).sum())[classes]
        means = np.array([pixels[classes == k].mean(axis=0) if self.known[k] else np.zeros(pixels.shape[1])
                          for k in range(count)])
        rest = (pixels - means[classes]) * np.sqrt(weights)[:, None]
        within = rest.T @ rest
        unit = np.trace(within) / len(within) * np.eye(len(within))
        noise = 0.0
        for group in np.unique(groups):
            part = groups == group
            noise += np.square(rest[part].T @ rest[part] - weights[part].sum() * within).sum()
        shrinkage = np.clip(noise / np.square(within - unit).sum(), 1e-3, 0.5)
        self.weight = np.linalg.solve((1 - shrinkage) * within + shrinkage * unit, means.T)
        self.bias = np.where(self.known, -(means.T * self.weight).sum(axis=0) / 2, IMPOSSIBLE)

    def __call__(self, pixels):
        return pixels @ self.weight + self.bias


def surprise(scores, classes):
    scores = scores - scores.max(axis=1, keepdims=True)
    return (np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(classes)), classes]).mean()


def temperature(scores, classes, most):
    found = optimize.minimize_scalar(lambda t: surprise(scores / np.exp(t), classes),
                                     bounds=(np.log(0.25), np.log(most)), method="bounded")
    return float(np.exp(found.x))


def fold_of(groups, from_polygons):
    """Polygons are dealt in turn, blocks cut into runs."""
    names, index = np.unique(groups, return_inverse=True)
    order = np.arange(len(names))
    return (order % FOLDS if from_polygons else order * FOLDS // len(names))[index]


class Expert:
    """Calibrated scores: of the labels, each by the labels of other folds, and of the test pixels."""

    def __init__(self, train, test, classes, groups, folds, count):
        self.left_out = np.full((len(classes), count), np.nan)
        for fold in np.unique(folds):
            out = folds == fold
            if out.all():
                continue
            others = Discriminant(train[~out], classes[~out], groups[~out], count)
            known = out & others.known[classes]
            self.left_out[known] = others(train[known])
        known = ~np.isnan(self.left_out[:, 0])
        found = OVERCONFIDENCE * temperature(self.left_out[known] / OVERCONFIDENCE, classes[known],
                                             MOST_TEMPERATURE / OVERCONFIDENCE)
        self.left_out /= found
        self.scores = Discriminant(train, classes, groups, count)(test) / found


def add(experts, classes):
    """Scores of the sum, at a temperature of its own, and the surprise of the labels left out."""
    left_out = sum(expert.left_out for expert in experts)
    known = ~np.isnan(left_out[:, 0])
    found = temperature(left_out[known], classes[known], MOST_TEMPERATURE)
    return (sum(expert.scores for expert in experts) / found,
            surprise(left_out[known] / found, classes[known]))


def components_of(bands, count):
    """[component][row][column], each with a variance of 1."""
    pixels = bands.reshape(len(bands), -1)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(pixels)))
    chosen = np.argsort(-values)[:count]
    spread = np.sqrt(np.maximum(values[chosen], 1e-6 * values.max()))
    images = (vectors[:, chosen] / spread).T @ (pixels - pixels.mean(axis=1, keepdims=True))
    return images.reshape(-1, *bands.shape[1:])


def standardise(images):
    images = np.asarray(images, float)
    spread = np.maximum(images.std(axis=(1, 2), keepdims=True), 1e-3)
    return ((images - images.mean(axis=(1, 2), keepdims=True)) / spread).astype(np.float32)


def windows_of(components):
    features = []
    for size in WINDOWS_PX:
        for image in components:
            mean = ndimage.uniform_filter(image, size, mode="nearest")
            square = ndimage.uniform_filter(image * image, size, mode="nearest")
            features += [mean, np.sqrt(np.maximum(square - mean * mean, 0) + 1e-4)]
    return standardise(features)


def shapes_of(components):
    return standardise([change(image, size=(size, size)) for image in components for size in SHAPES_PX
                        for change in (ndimage.grey_opening, ndimage.grey_closing)])


def features_of(scene):
    """By name, [feature][row][column]."""
    like = gdal.Open(scene.splits[0].train_raster)
    bands = tables.stack_bands(scene.sources, like, (0, 0, like.RasterYSize, like.RasterXSize))
    bands = standardise(np.nan_to_num(bands))
    fine = components_of(bands[tables.fine_bands(scene.sources, like)], COMPONENTS)
    values, windows = standardise(fine), windows_of(fine)
    seen = np.concatenate([values, windows])
    random = np.random.default_rng(SEED)
    weights = random.normal(0, 1 / np.sqrt(len(seen)), (HIDDEN, len(seen)))
    hidden = np.maximum(np.tensordot(weights, seen, 1) + random.normal(0, 1, (HIDDEN, 1, 1)), 0)
    around = np.concatenate([standardise(components_of(bands, ALL_COMPONENTS)), seen])
    return {"bands": bands, "windows": windows, "values": seen, "shapes": np.concatenate([seen, shapes_of(fine)]),
            "hidden": hidden.astype(np.float32), "around": around}


def rank(features, split, from_polygons):
    """Figures of every form on the held-out part of a split."""
    labels, names = read_labels(split.train_raster)
    reference, _ = read_labels(split.test_raster)
    train = labels > 0
    test = np.isin(reference, list(names))
    index = np.searchsorted(sorted(names), np.arange(max(names) + 1))
    classes, truth, count = index[labels[train]], index[reference[test]], len(names)
    groups = gdal.Open(split.groups_raster).ReadAsArray()[train].astype(int)
    if from_polygons:  # a number belongs to one class
        groups = groups * count + classes
    folds = fold_of(groups, from_polygons)
    groups = groups * count + classes
    experts = {name: Expert(images[:, train].T, images[:, test].T, classes, groups, folds, count)
               for name, images in features.items() if name != "around"}
    two = [experts["bands"], experts["windows"]]
    both, surprised = add(two, classes)
    layer, less = add([*two, experts["hidden"]], classes)
    forms = {"bands": experts["bands"].scores, "windows": experts["windows"].scores, "both": both,
             "bands, windows with values": add([two[0], experts["values"]], classes)[0],
             "bands, windows with values, openings, closings": add([two[0], experts["shapes"]], classes)[0],
             "both and hidden layer": layer, "the same where likelier": layer if less < surprised else both}
    trees = ExtraTreesClassifier(TREES, min_samples_leaf=2, random_state=SEED, n_jobs=1)
    trees.fit(features["around"][:, train].T, classes)
    found = np.full((len(truth), count), LEAST_PROBABILITY)
    found[:, trees.classes_] = np.maximum(trees.predict_proba(features["around"][:, test].T), LEAST_PROBABILITY)
    forms["both and half of a forest"] = both + 0.5 * np.log(found)
    results = {}
    for name, scores in forms.items():
        confusion = np.zeros((count, count), int)
        np.add.at(confusion, (truth, scores.argmax(axis=1)), 1)
        results[name] = figures.accuracy(confusion)
    return results


def tell(name, parts):
    print(f"{name}, {len(parts)} parts:\n")
    print("| experts | OA | AA | kappa | OA difference | AA difference | kappa difference |")
    print("|---|---|---|---|---|---|---|")
    for form in parts[0]:
        here = np.array([part[form] for part in parts])
        differences = here - np.array([part["both"] for part in parts])
        errors = differences.std(axis=0, ddof=1) / np.sqrt(len(parts))
        told = [f"{mean:+.3f} ± {error:.3f}" for mean, error in zip(differences.mean(axis=0), errors)]
        print("|", " | ".join([form, *(f"{mean:.3f}" for mean in here.mean(axis=0)), *told]), "|")
    print(flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-data", nargs="+", choices=SCENES, default=list(SCENES))
    options = parser.parse_args()
    gdal.UseExceptions()
    here = os.path.dirname(os.path.abspath(__file__))
    data = os.environ.get("S2RGF_TEST_DATA", os.path.join(here, "..", "..", "shared", "data"))
    if not os.path.isdir(data):
        sys.exit(f"experts: {data}: no scenes there: expected the folder of S2RGF_TEST_DATA")
    for name in options.data:
        with tempfile.TemporaryDirectory() as work:
            scene = SCENES[name](data, work)
            features = features_of(scene)
            tell(name, [rank(features, split, name != "berlin") for split in scene.splits])


if __name__ == "__main__":
    main()
