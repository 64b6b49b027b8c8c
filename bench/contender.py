"""The contenders: classifiers that a practitioner has at hand. As a program, one run of one of them:

contender.py JOB.json

trains on the labelled pixels of a table of features and maps the test pixels. JOB: `method`, `seed`,
`places` (array of the tables' rows), `train`, `groups`, `test` (rasters), `trained_on` (a table),
`maps` (pairs of a table and the map to make of it), `result` (the file to write: times and what
the confidence of every map says). The maps carry the class names of TRAIN.
"""
import json
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
import sklearn
from osgeo import gdal
from scipy import ndimage
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import context
import figures
from rasters import read_labels, write_raster
from tables import SMOOTHING_RADIUS_PX, near

# Count up when what a contender does changes and none of its options does.
VERSION = 2
INNER_FOLDS = 3
SVM_GRID = {"svc__C": [0.1, 1, 10, 100, 1000, 10000],
            "svc__gamma": [0.00001, 0.0001, 0.001, 0.01, 0.1, 1]}
BOOSTING_LEAF_PX = 5            # fewer than scikit-learn's 20, which few labels cannot fill
SMOOTHING_SIGMA_PX = 1.5
CHUNK_PX = 65536


@dataclass(frozen=True)
class Contender:
    kind: str                   # lda, forest, svm or boosting
    trees: int = 0
    in_context: bool = False    # sees context features, not bands
    smoothed: bool = False      # probabilities are averaged over the neighbourhood

    @property
    def options(self):
        """What a result depends on, beside data and seed."""
        options = {"lda": ["shrinkage", "auto"], "forest": ["trees", str(self.trees)],
                   "svm": ["inner folds", str(INNER_FOLDS), "grid",
                           json.dumps(SVM_GRID, sort_keys=True)],
                   "boosting": ["leaf", str(BOOSTING_LEAF_PX)]}[self.kind]
        if self.in_context:
            options = options + context.DEFINITION
        if self.smoothed:
            options = options + ["sigma", str(SMOOTHING_SIGMA_PX)]
        return tuple(options)


CONTENDERS = {
    "lda": Contender("lda"),
    "rf": Contender("forest", trees=300),
    "svm": Contender("svm"),
    "boosting": Contender("boosting"),
    "rf-context": Contender("forest", trees=500, in_context=True),
    "svm-context": Contender("svm", in_context=True),
    "lda-smooth": Contender("lda", smoothed=True),
    "rf-context-smooth": Contender("forest", trees=500, in_context=True, smoothed=True),
}


def version():
    return f"scikit-learn {sklearn.__version__}, contenders {VERSION}"


class SupportVectors:
    """An SVM whose C and gamma are chosen on inner folds of whole groups.

    Where most classes have a single group, the folds are of pixels; where a class has too few of these,
    C is 100 and gamma the inverse of the number of features.
    """

    def __init__(self, seed):
        self.seed = seed
        self.chosen = None

    def fit(self, pixels, values, groups):
        model = make_pipeline(StandardScaler(), SVC(C=100, gamma="auto", random_state=self.seed))
        folds = self.folds(values, groups)
        if folds is not None:
            search = GridSearchCV(model, SVM_GRID, cv=folds, error_score="raise", refit=False)
            search.fit(pixels, values, groups=groups)
            self.chosen = search.best_params_
            model.set_params(**self.chosen)
        # Platt's probabilities: five inner folds, so at least five pixels a class.
        model.set_params(svc__probability=True)
        self.model = model.fit(pixels, values)
        self.classes_ = self.model.classes_
        return self

    def folds(self, values, groups):
        classes, counts = np.unique(values, return_counts=True)
        places = sum(len(np.unique(groups[values == value])) for value in classes)
        if places >= 2 * len(classes) and len(np.unique(groups)) >= INNER_FOLDS:
            return StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=self.seed)
        if counts.min() >= INNER_FOLDS:
            return StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=self.seed)
        return None

    def predict_proba(self, pixels):
        """Platt's probabilities, of which the highest goes to the class that the SVM decides for."""
        probabilities = self.model.predict_proba(pixels)
        decided = np.searchsorted(self.classes_, self.model.predict(pixels))
        highest = probabilities.argmax(axis=1)
        rows = np.arange(len(pixels))
        swapped = probabilities.copy()
        swapped[rows, decided] = probabilities[rows, highest]
        swapped[rows, highest] = probabilities[rows, decided]
        return swapped


def make_classifier(contender, seed):
    if contender.kind == "lda":
        return make_pipeline(StandardScaler(),
                             LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))
    if contender.kind == "forest":
        return RandomForestClassifier(contender.trees, random_state=seed, n_jobs=1)
    if contender.kind == "boosting":
        return HistGradientBoostingClassifier(min_samples_leaf=BOOSTING_LEAF_PX, random_state=seed)
    return SupportVectors(seed)


def fit(classifier, pixels, values, groups):
    if isinstance(classifier, SupportVectors):
        return classifier.fit(pixels, values, groups)
    return classifier.fit(pixels, values)


def predict(classifier, table, rows):
    """Probabilities [pixel][class] of these rows of a table."""
    chunks = [classifier.predict_proba(np.asarray(table[rows[start:start + CHUNK_PX]]))
              for start in range(0, len(rows), CHUNK_PX)]
    return np.concatenate(chunks)


def smooth(probabilities, known):
    """Means over the neighbours that have probabilities, weighted by a Gaussian of their distance.

    probabilities [class][row][column], zero where not known [row][column]
    """
    def spread(image):
        return ndimage.gaussian_filter(image, SMOOTHING_SIGMA_PX, mode="constant",
                                       radius=SMOOTHING_RADIUS_PX)

    weights = np.maximum(spread(known.astype(float)), np.finfo(float).tiny)
    return np.array([spread(image) / weights for image in probabilities])


def map_pixels(classifier, contender, table, places, wanted):
    """Probabilities [class][pixel] of the wanted pixels [row][column] that are in the table, and which
    these are."""
    known = (near(wanted) if contender.smoothed else wanted) & (places >= 0)
    found = predict(classifier, table, places[known]).T
    mapped = wanted & known
    if not contender.smoothed:
        return found, mapped
    images = np.zeros((len(found), *known.shape))
    images[:, known] = found
    return smooth(images, known)[:, mapped], mapped


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    contender, places = CONTENDERS[job["method"]], np.load(job["places"])
    train, names = read_labels(job["train"])
    groups, reference = (read_labels(job[part])[0] for part in ("groups", "test"))
    if read_labels(job["test"])[1] != names:
        raise ValueError(f"{job['test']}: expected the classes {names} of {job['train']}")
    chosen = (train > 0) & (places >= 0)
    table = np.load(job["trained_on"], mmap_mode="r")
    pixels = np.asarray(table[places[chosen]])
    classifier = make_classifier(contender, job["seed"])
    wall, cpu = time.perf_counter(), time.process_time()
    # A class of one pixel: its covariance is nought, which is what the LDA is to take.
    warnings.filterwarnings("ignore", "Only one sample available")
    classifier = fit(classifier, pixels, train[chosen], groups[chosen])
    result = {"train_wall_s": time.perf_counter() - wall, "train_cpu_s": time.process_time() - cpu,
              "confidence": []}
    if isinstance(classifier, SupportVectors):
        result["chosen"] = classifier.chosen
    for table_path, map_path in job["maps"]:
        cpu = time.process_time()
        table = np.load(table_path, mmap_mode="r")
        probabilities, mapped = map_pixels(classifier, contender, table, places, reference > 0)
        result.setdefault("classify_cpu_s", time.process_time() - cpu)
        decided = np.zeros(train.shape, np.uint8)
        decided[mapped] = classifier.classes_[probabilities.argmax(axis=0)]
        write_raster(map_path, gdal.Open(job["train"]), decided, names)
        result["confidence"].append(figures.confidence_bins(
            probabilities.max(axis=0), decided[mapped] == reference[mapped]))
    with open(job["result"], "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
