# The golden file of the linear discriminant, discriminant.txt: scikit-learn's.

import numpy as np
import torch
from sklearn.covariance import ledoit_wolf

from golden_writer import GoldenFile, golden_noise

CLASSES = 4


def samples(name, per_class, width):
    """Correlated features around classes' means, class after class, as float holds them."""
    count = CLASSES * per_class
    x = golden_noise(f"{name}.x", count * width).reshape(count, width)
    x = x + np.cumsum(x, axis=1) / 2
    means = golden_noise(f"{name}.mean", CLASSES * width).reshape(CLASSES, width)
    labels = np.repeat(np.arange(CLASSES), per_class)
    return (x + means[labels]).astype(np.float32).astype(np.float64), labels


def make_discriminant(path):
    """Every sample a group of its own, and classes of equal size: plain Ledoit and Wolf."""
    out = GoldenFile("Linear discriminants of scikit-learn's Ledoit-Wolf covariance, K = 4")
    for name, per_class, width in (("many", 50, 6), ("few", 9, 5), ("wide", 15, 70)):
        x, labels = samples(name, per_class, width)
        means = np.array([x[labels == k].mean(axis=0) for k in range(CLASSES)])
        covariance, shrinkage = ledoit_wolf(x - means[labels], assume_centered=True)
        weight = np.linalg.solve(covariance, means.T)
        bias = -0.5 * np.einsum("kd,dk->k", means, weight)
        for part, value in (("x", x), ("shrinkage", np.array([shrinkage])), ("weight", weight),
                            ("bias", bias)):
            out.put(f"{name}.{part}", torch.from_numpy(np.ascontiguousarray(value)))
    out.write(path)
