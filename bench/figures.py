"""Figures of accuracy from confusion matrices, and of calibration from bins of confidence."""
import numpy as np

CALIBRATION_BINS = 15


def accuracy(confusion):
    """OA, AA and kappa of a matrix whose rows are the reference. NaN where not defined."""
    counts = np.asarray(confusion, float)
    total, right = counts.sum(), np.diag(counts)
    if total == 0:
        return float("nan"), float("nan"), float("nan")
    reference, mapped = counts.sum(axis=1), counts.sum(axis=0)
    overall = right.sum() / total
    chance = (reference * mapped).sum() / total ** 2
    known = reference > 0
    kappa = (overall - chance) / (1 - chance) if chance < 1 else float("nan")
    return overall, (right[known] / reference[known]).mean(), kappa


def pool_confusions(parts):
    """Sum of (class names, matrix) pairs, class by class."""
    names = sorted({name for classes, _ in parts for name in classes})
    total = np.zeros((len(names), len(names)), int)
    for classes, matrix in parts:
        at = [names.index(name) for name in classes]
        total[np.ix_(at, at)] += np.asarray(matrix, int)
    return names, total


def flatten_confidence(probabilities, temperature):
    """Probabilities [class][pixel] as they were before division of the logits by a temperature.

    ln p is the divided logits up to a constant, so softmax(T ln p) undoes it.
    """
    logits = temperature * np.log(np.maximum(probabilities, np.finfo(np.float32).tiny))
    logits -= logits.max(axis=0)
    powers = np.exp(logits)
    return powers / powers.sum(axis=0)


def confidence_bins(confidence, is_right):
    """Bins of equal width of the mapped class's probability: pixels, their sum of confidence, the right
    ones."""
    which = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0,
                    CALIBRATION_BINS - 1)

    def summed(weights):
        return np.bincount(which, weights=weights, minlength=CALIBRATION_BINS)

    return {"pixels": summed(np.ones_like(confidence)).astype(int).tolist(),
            "confidence": summed(confidence).round(6).tolist(),
            "right": summed(is_right).astype(int).tolist()}


def pool_bins(parts):
    return {key: np.sum([part[key] for part in parts], axis=0).tolist() for key in parts[0]}


def calibration_error(bins):
    """Expected calibration error: how far confidence and accuracy of a bin lie apart, on average."""
    pixels = np.asarray(bins["pixels"], float)
    apart = np.abs(np.asarray(bins["right"]) - np.asarray(bins["confidence"]))
    return float(apart.sum() / pixels.sum()) if pixels.sum() > 0 else float("nan")


def mean_and_spread(values):
    """Mean and standard deviation (n - 1; NaN of a single value)."""
    values = np.asarray(values, float)
    if not len(values):
        return float("nan"), float("nan")
    spread = values.std(ddof=1) if len(values) > 1 else float("nan")
    return float(values.mean()), float(spread)
