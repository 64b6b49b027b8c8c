"""One baseline, run as a program: train on the labelled pixels of stacked bands, map the scene.

baseline.py METHOD SEED BANDS.npy TRAIN.tif GROUPS.tif MAP.tif TIMES.json

Bands are [band][row][column], NaN where there is none. The map carries the class names of TRAIN.
"""
import json
import sys
import time

import numpy as np
import sklearn
from osgeo import gdal
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from scenes import read_labels, write_raster

TREES = 300
INNER_FOLDS = 3
SVM_GRID = {"svc__C": [0.1, 1, 10, 100, 1000, 10000],
            "svc__gamma": [0.00001, 0.0001, 0.001, 0.01, 0.1, 1]}
CHUNK_PX = 65536


def options_of(name):
    """What a result of this baseline depends on, beside its data and seed."""
    if name == "rf":
        return ["trees", str(TREES)]
    return ["inner folds", str(INNER_FOLDS), "grid", json.dumps(SVM_GRID, sort_keys=True)]


def version():
    return f"scikit-learn {sklearn.__version__}"


def make_classifier(name, seed):
    if name == "rf":
        return RandomForestClassifier(TREES, random_state=seed, n_jobs=1)
    inner = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    return GridSearchCV(make_pipeline(StandardScaler(), SVC(kernel="rbf")), SVM_GRID, cv=inner,
                        n_jobs=1, error_score="raise")


def fit(classifier, name, pixels, values, groups):
    if name == "rf":
        classifier.fit(pixels, values)
    else:
        classifier.fit(pixels, values, groups=groups)


def predict(classifier, bands):
    """Class values of all pixels that have every band, 0 elsewhere."""
    flat = bands.reshape(bands.shape[0], -1)
    mapped = np.zeros(flat.shape[1], np.uint8)
    whole = np.flatnonzero(~np.isnan(flat).any(axis=0))
    for start in range(0, len(whole), CHUNK_PX):
        places = whole[start:start + CHUNK_PX]
        mapped[places] = classifier.predict(flat[:, places].T)
    return mapped.reshape(bands.shape[1:])


def main():
    name, seed, bands_path, train_path, groups_path, map_path, times_path = sys.argv[1:]
    bands = np.load(bands_path)
    train, names = read_labels(train_path)
    groups = read_labels(groups_path)[0]
    chosen = train > 0
    classifier = make_classifier(name, int(seed))
    wall, cpu = time.perf_counter(), time.process_time()
    fit(classifier, name, bands[:, chosen].T, train[chosen], groups[chosen])
    times = {"train_wall_s": time.perf_counter() - wall, "train_cpu_s": time.process_time() - cpu}
    cpu = time.process_time()
    mapped = predict(classifier, bands)
    times["classify_cpu_s"] = time.process_time() - cpu
    if name != "rf":
        times["chosen"] = classifier.best_params_
    write_raster(map_path, gdal.Open(train_path), mapped, names)
    with open(times_path, "w", encoding="utf-8") as file:
        json.dump(times, file)


if __name__ == "__main__":
    main()
