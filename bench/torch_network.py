"""The network `dense` in PyTorch, written for speed: what s2rgf's own execution is measured
against.

The mathematics is that of docs/network.md. Running, batch-norms are folded into the layers beside
them; pointwise layers are convolutions, per-cell products batched matrix products.
tests/bench/check_speed.py holds it against the plain model of tests/golden, from which it takes
what is fast there already.
"""
import json
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.append(os.path.join(TOP, "tests", "golden"))

from dense_oracle import (CELL_FEATURE_PX, cell_count, double, halve, halve_validity, spread_cells,
                          window_sum)
from oracle_layers import BATCHNORM_EPS, GRAM_EPS, STD_EPS, sample


def load_model(path):
    """Description and parameters by name of a model file, which is a safetensors file."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    described = json.loads(header.pop("__metadata__")["s2rgf"])
    parameters = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
        parameters[name] = torch.from_numpy(values.copy())
    return described, parameters


def torch_layout(name, tensor):
    """Matrices [in][out] and kernels [height][width][in][out] as convolutions of PyTorch."""
    if tensor.dim() == 2:
        return tensor.t().contiguous()[:, :, None, None]
    return tensor.permute(3, 2, 0, 1).contiguous() if tensor.dim() == 4 else tensor


class Dense:
    """The network of some parameters, run with folded batch-norms or trained with a batch's own."""

    def __init__(self, parameters, on_reference, training=False):
        self.p = {name: torch_layout(name, value) for name, value in parameters.items()}
        self.on_reference, self.training = on_reference, training
        self.folded = {}

    def affine(self, norm):
        """Scale and shift that a batch-norm amounts to when running."""
        scale = self.p[norm + ".weight"] / torch.sqrt(self.p[norm + ".running_var"] + BATCHNORM_EPS)
        return scale, self.p[norm + ".bias"] - scale * self.p[norm + ".running_mean"]

    def normalise(self, norm, x):
        return F.batch_norm(x, None, None, self.p[norm + ".weight"], self.p[norm + ".bias"], True,
                            eps=BATCHNORM_EPS)

    def fold(self, layer, norm):
        """Weight and bias of a convolution with the batch-norm behind it."""
        if layer not in self.folded:
            scale, shift = self.affine(norm)
            bias = self.p.get(layer + ".bias")
            self.folded[layer] = (self.p[layer + ".weight"] * scale[:, None, None, None],
                                  shift if bias is None else shift + scale * bias)
        return self.folded[layer]

    def convolve(self, layer, norm, x, stride=1, dilation=1):
        """A convolution that keeps the size at stride 1, and its batch-norm."""
        weight = self.p[layer + ".weight"]
        padding = dilation * (weight.shape[2] // 2)
        if not self.training:
            return F.conv2d(x, *self.fold(layer, norm), stride, padding, dilation)
        y = F.conv2d(x, weight, self.p.get(layer + ".bias"), stride, padding, dilation)
        return self.normalise(norm, y)

    def slide(self, layer, x):
        """One filter along the bands of every pixel."""
        n, bands, height, width = x.shape
        kernel = self.p[layer + ".weight"]
        y = F.conv2d(x.reshape(n, 1, bands, height * width), kernel.reshape(1, 1, -1, 1),
                     self.p[layer + ".bias"], padding=(kernel.numel() // 2, 0))
        return F.relu(y).reshape(n, bands, height, width)

    def spectral(self, prefix, x):
        both = torch.cat((self.slide(f"{prefix}.k3", x), self.slide(f"{prefix}.k5", x)), dim=1)
        bands, norms = x.shape[1], (f"{prefix}.bn3", f"{prefix}.bn5")
        if self.training:
            both = torch.cat([self.normalise(norm, part)
                              for norm, part in zip(norms, both.split(bands, dim=1))], dim=1)
            return F.relu(self.convolve(f"{prefix}.mix", f"{prefix}.bn", both))
        if prefix not in self.folded:
            scale, shift = (torch.cat(parts) for parts in zip(*map(self.affine, norms)))
            weight, bias = self.fold(f"{prefix}.mix", f"{prefix}.bn")
            self.folded[prefix] = (weight * scale[:, None, None],
                                   bias + weight[:, :, 0, 0] @ shift)
        return F.relu(F.conv2d(both, *self.folded[prefix]))

    def residual(self, prefix, x, stride=1, dilation2=1):
        y = F.relu(self.convolve(f"{prefix}.conv1", f"{prefix}.bn1", x, stride))
        y = self.convolve(f"{prefix}.conv2", f"{prefix}.bn2", y, dilation=dilation2)
        return F.relu(y + self.convolve(f"{prefix}.shortcut", f"{prefix}.bns", x, stride))

    def adrf(self, prefix, x, valid):
        """Fusion of the sources; valid: of the feature grid, or None where all positions are."""
        mean, std = window_statistics(x, valid)
        p = self.p
        attention = torch.sigmoid(F.relu(F.conv2d(mean, p[f"{prefix}.w1"], p[f"{prefix}.b1"])) +
                                  F.relu(F.conv2d(std, p[f"{prefix}.w2"], p[f"{prefix}.b2"])))
        scaled = spread_cells(attention, *x.shape[2:]) * x
        return F.relu(self.convolve(f"{prefix}.mix", f"{prefix}.bn", scaled))

    def encode(self, inputs, affines, height, width):
        """Concatenated spectral and spatial features on the feature grid, and the detail path's."""
        spectral, spatial, detail = [], [], []
        half = -(-height // 2), -(-width // 2)
        for s, x in enumerate(inputs):
            f = self.spectral(f"spectral.{s}", x)
            g = self.residual(f"spatial.{s}", x, 2 if self.on_reference[s] else 1)
            if self.on_reference[s]:
                parts = halve(f), g, f
            else:
                parts = (sample(f, affines[s], *half, 2), sample(g, affines[s], *half, 2),
                         sample(f, affines[s], height, width, 1))
            for kept, part in zip((spectral, spatial, detail), parts):
                kept.append(part)
        return [torch.cat(parts, dim=1) for parts in (spectral, spatial, detail)]

    def forward(self, inputs, affines, valid, wanted=None):
        """inputs: per source [n, bands, h_s, w_s], normalised; affines: per source, per scene.
        valid: [n, H, W], 0 or 1. wanted: [n, H, W], the pixels to score; None for all.
        Scores [n, K, H, W] or [wanted, K]; both fused maps; validity of the feature grid."""
        height, width = valid.shape[1:]
        f_valid = halve_validity(valid)
        some = None if bool(f_valid.all()) else f_valid[:, None]
        spectral, spatial, detail = self.encode(inputs, affines, height, width)
        fused = (self.adrf("adrf_spectral", spectral, some),
                 self.adrf("adrf_spatial", spatial, some))
        x1 = F.relu(self.convolve("neck_spectral.conv", "neck_spectral.bn", fused[0]))
        x2 = F.relu(self.convolve("neck_spatial.conv", "neck_spatial.bn", fused[1], dilation=2))
        z = self.residual("head.block", joint_attention(x1, x2, some), dilation2=2)
        z = F.relu(self.convolve("head.conv", "head.bn", z))
        fine = F.relu(self.convolve("detail.mix", "detail.bn", detail))
        y = torch.cat((double(z, height, width), fine), dim=1)
        return self.classify(y, wanted), fused, f_valid

    def classify(self, y, wanted):
        if wanted is not None:
            y = y.permute(0, 2, 3, 1)[wanted].t()[None, :, :, None]
        hidden, out = ((self.p[f"classifier.{layer}.weight"], self.p[f"classifier.{layer}.bias"])
                       for layer in ("hidden", "out"))
        y = F.dropout(F.relu(F.conv2d(y, *hidden)), 0.5, self.training)
        y = F.conv2d(y, *out)
        return y if wanted is None else y[0, :, :, 0].t()


def cell_sum(x):
    """Sum over the positions of every cell."""
    height, width = x.shape[2:]
    cells = [cell_count(size) * CELL_FEATURE_PX for size in (height, width)]
    x = F.pad(x, (0, cells[1] - width, 0, cells[0] - height))
    return F.avg_pool2d(x, CELL_FEATURE_PX, divisor_override=1)


def window_statistics(x, valid):
    """Mean and standard deviation over the valid positions of every cell's window."""
    known = x if valid is None else x * valid
    ones = x.new_ones(1, 1, *x.shape[2:]) if valid is None else valid
    count, total, square = (window_sum(cell_sum(y)) for y in (ones, known, known * x))
    mean = total / count.clamp(min=1)
    variance = (square - total * mean) / (count - 1).clamp(min=1)
    variance = torch.where(count >= 2, variance.clamp(min=0), torch.zeros_like(variance))
    return mean, torch.sqrt(variance + STD_EPS)


def to_cells(x):
    """[n, c, h, w] -> [n, cells_y, cells_x, c, positions], zeros beyond the map."""
    n, c, height, width = x.shape
    rows, columns, px = cell_count(height), cell_count(width), CELL_FEATURE_PX
    x = F.pad(x, (0, columns * px - width, 0, rows * px - height))
    x = x.reshape(n, c, rows, px, columns, px).permute(0, 2, 4, 1, 3, 5)
    return x.reshape(n, rows, columns, c, px * px)


def from_cells(cells, height, width):
    n, rows, columns, c, _ = cells.shape
    px = CELL_FEATURE_PX
    x = cells.reshape(n, rows, columns, c, px, px).permute(0, 3, 1, 4, 2, 5)
    return x.reshape(n, c, rows * px, columns * px)[:, :, :height, :width]


def sum_windows(g):
    """Sum over the 3 x 3 cells around every cell, clipped; cells are dimensions 1 and 2."""
    for axis in (1, 2):
        own, size = g, g.shape[axis]
        if size > 1:
            g = own.clone()
            g.narrow(axis, 0, size - 1).add_(own.narrow(axis, 1, size - 1))
            g.narrow(axis, 1, size - 1).add_(own.narrow(axis, 0, size - 1))
    return g


def joint_attention(x1, x2, valid):
    """Both maps with their channels mixed by one pair of attention matrices a cell."""
    x = to_cells(torch.cat((x1, x2), dim=1))
    known = x if valid is None else x * to_cells(valid)
    c = x1.shape[1]
    gram = sum_windows(known @ known.transpose(-1, -2))
    scale = torch.rsqrt(torch.diagonal(gram, dim1=-2, dim2=-1) + GRAM_EPS)
    cosines = gram * scale[..., :, None] * scale[..., None, :]
    one, two = cosines[..., :c, :c], cosines[..., c:, c:]
    cross = cosines[..., c:, :c]
    unit = torch.eye(c, dtype=x.dtype)
    mixing = torch.cat((torch.softmax(one + cross, dim=-1) + unit,
                        torch.softmax(two + cross.transpose(-1, -2), dim=-1) + unit), dim=-1)
    return from_cells(mixing @ x, *x1.shape[2:])
