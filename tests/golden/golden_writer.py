# How golden files are written, and the numbers that C and Python make alike.
#
# Inputs and parameters are not stored: golden_noise() below and in golden.h make the very same
# numbers from a name and an index. The format is described in golden.h. Everything is computed in
# float64 and printed with nine digits.

import math

import numpy as np
import torch

from oracle_layers import is_statistic

ZERO_NORM = 1e-12   # what is smaller is rounding noise around an exact zero, and written as zero
GAMMA = 0x9E3779B97F4A7C15


# ---- numbers from names
# --------------------------------------------------------------------------


def golden_stream(name):
    """Stream number of a name: FNV-1a, 64 bits, of its bytes."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def golden_noise(name, count):
    """Values 0..count-1 of a stream, uniform in [-1, 1) in steps of 2^-23.

    noise(stream, i) = (splitmix64(stream * GAMMA + i) >> 40) / 2^23 - 1 with the usual splitmix64:
    add GAMMA, two rounds of xor-shift and multiply, a last xor-shift, all modulo 2^64.
    """
    start = np.uint64(golden_stream(name) * GAMMA % 2**64)
    with np.errstate(over="ignore"):
        z = start + np.arange(count, dtype=np.uint64) + np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def to_float32(values, shape):
    """What a float array of the C code holds, in float64."""
    return torch.from_numpy(values.astype(np.float32).astype(np.float64)).reshape(shape)


def noise(name, *shape):
    return to_float32(golden_noise(name, math.prod(shape)), shape)


def parameter(name, shape):
    """A parameter's values follow from its name, see golden_parameter() in golden.h."""
    values = golden_noise(name, math.prod(shape))
    last = name.rsplit(".", 1)[-1]
    norm = name.rsplit(".", 2)[-2].startswith("bn")
    if norm:
        scale, offset = {"weight": (0.2, 1.0), "bias": (0.1, 0.0), "running_mean": (0.1, 0.0),
                         "running_var": (0.3, 1.0)}[last]
    elif last in ("bias", "b1", "b2"):
        scale, offset = 0.1, 0.0
    else:
        fan_in = shape[0] if len(shape) == 1 else math.prod(shape[:-1])
        scale, offset = 1.7 / math.sqrt(fan_in), 0.0
    return to_float32(offset + scale * values, shape)


def parameters(shapes):
    p = {name: parameter(name, shape) for name, shape in shapes.items()}
    for name, value in p.items():
        value.requires_grad_(not is_statistic(name))
    return p


def mask(name, *shape, part):
    """1 in about `part` of the positions."""
    return (noise(name, *shape) < 2 * part - 1).double()


def golden_labels(name, shape, classes, part):
    """Class indices in about `part` of the pixels, -1 elsewhere."""
    kind = noise(f"{name}.class", *shape)
    labels = torch.floor((kind + 1) / 2 * classes).long()
    return torch.where(mask(f"{name}.labelled", *shape, part=part) > 0, labels, -1)


# ---- writing
# -------------------------------------------------------------------------------------


class GoldenFile:
    """Collects tensors and writes them in the format of golden.h."""

    def __init__(self, title):
        self.lines = [f"# {title}", "# Made by make_goldens.py; golden.h describes the format."]

    def put(self, name, tensor, whole=96, samples=24):
        """Store up to `whole` values entirely, a larger tensor as a digest of `samples` values."""
        values = tensor.detach().reshape(-1).numpy()
        count = values.size
        if np.linalg.norm(values) < ZERO_NORM:
            values = np.zeros(count)
        stored = count if count <= whole else samples
        picked = values[[k * count // stored for k in range(stored)]]
        shape = "x".join(str(size) for size in tensor.shape) or "1"
        projection = float(values @ golden_noise("projection", count))
        self.lines.append(f"{name} {shape} {np.linalg.norm(values):.9g} {values.sum():.9g} "
                          f"{projection:.9g} {stored}")
        for k in range(0, stored, 8):
            self.lines.append(" ".join(f"{value:.9g}" for value in picked[k:k + 8]))

    def write(self, path):
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join(self.lines) + "\n")
