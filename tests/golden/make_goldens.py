#!/usr/bin/python3
# Writes the golden files: results of the PyTorch model that the C code has to reproduce.
#
#   make_goldens.py DIRECTORY
#
# Inputs and parameters are not stored: golden_noise() below and in golden.h make the very same
# numbers from a name and an index. The format is described in golden.h. Everything is computed in
# float64 and printed with nine digits.

import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.dont_write_bytecode = True  # the source tree stays clean
import dense_oracle as oracle  # noqa: E402

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
        value.requires_grad_(not oracle.is_statistic(name))
    return p


def mask(name, *shape, part):
    """1 in about `part` of the positions."""
    return (noise(name, *shape) < 2 * part - 1).double()


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


def put_gradients(out, case, y, inputs, dy=None):
    """y itself, then the gradients of sum(y * noise) to every input: `case.y`, `case.d<input>`."""
    out.put(f"{case}.y", y)
    dy = noise(f"{case}.dy", *y.shape) if dy is None else dy
    gradients = torch.autograd.grad(y, list(inputs.values()), dy)
    for name, gradient in zip(inputs, gradients):
        out.put(f"{case}.d{name}", gradient)


def leaf(name, *shape):
    return noise(name, *shape).requires_grad_()


def through_nchw(function, x, *args, **kwargs):
    return oracle.to_nhwc(function(oracle.to_nchw(x), *args, **kwargs))


# ---- layers
# --------------------------------------------------------------------------------------


def put_convolutions(out):
    cases = (  # name, kernel, stride, dilation, in, out, bias, h, w
        ("conv3", 3, 1, 1, 3, 5, True, 7, 6),
        ("conv3_stride2", 3, 2, 1, 3, 4, True, 7, 6),
        ("conv3_stride2_even", 3, 2, 1, 3, 4, False, 8, 5),
        ("conv3_dilation2", 3, 1, 2, 4, 3, False, 6, 9),
        ("conv1", 1, 1, 1, 6, 4, True, 5, 3),
        ("conv1_stride2", 1, 2, 1, 5, 3, True, 7, 4),
    )
    for name, kernel, stride, dilation, cin, cout, with_bias, h, w in cases:
        x = leaf(f"{name}.x", 2, h, w, cin)
        weight = leaf(f"{name}.w", kernel, kernel, cin, cout)
        inputs = {"x": x, "w": weight}
        if with_bias:
            inputs["b"] = leaf(f"{name}.b", cout)
        y = through_nchw(oracle.convolve, x, weight, inputs.get("b"), stride, dilation)
        put_gradients(out, name, y, inputs)


def put_band_convolutions(out):
    for width in (3, 5):
        for bands in (1, 9):
            name = f"band{width}_{bands}"
            x = leaf(f"{name}.x", 2, 3, 4, bands)
            weight, bias = leaf(f"{name}.w", width), leaf(f"{name}.b", 1)
            y = F.relu(through_nchw(oracle.convolve_bands, x, weight, bias))
            put_gradients(out, name, y, {"x": x, "w": weight, "b": bias})


def put_batchnorms(out):
    for relu in (False, True):
        for training in (True, False):
            name = f"bn_{'train' if training else 'run'}{'_relu' if relu else ''}"
            x = leaf(f"{name}.x", 2, 5, 4, 6)
            p = parameters(oracle.batchnorm_shapes(f"{name}.bn", 6))
            y = through_nchw(lambda z: oracle.batchnorm(p, f"{name}.bn", z, training), x)
            y = F.relu(y) if relu else y
            if training:
                put_gradients(out, name, y, {"x": x, "w": p[f"{name}.bn.weight"],
                                             "b": p[f"{name}.bn.bias"]})
            else:
                out.put(f"{name}.y", y)


# Reference corner coordinates -> source corner coordinates, one per crop.
# tests/unit/test_nn_resample.c has the same numbers.
LAYER_AFFINES = ((0.75, 0.27, 0.0, 0.4, 0.0, 0.31), (6.2, -0.05, -0.4, -0.5, 0.55, 0.08))


def put_resampling(out):
    for scale in (1, 2):
        name = f"sample_scale{scale}"
        x = leaf(f"{name}.x", 2, 7, 6, 3)
        y = through_nchw(oracle.sample, x, LAYER_AFFINES, 8, 9, scale)
        put_gradients(out, name, y, {"x": x})
    x = leaf("sample_pixel.x", 2, 1, 1, 2)
    y = through_nchw(oracle.sample, x, LAYER_AFFINES, 3, 2, 1)
    put_gradients(out, "sample_pixel", y, {"x": x})
    for h, w in ((7, 5), (6, 4), (1, 3)):
        name = f"halve_{h}x{w}"
        x = leaf(f"{name}.x", 2, h, w, 3)
        put_gradients(out, name, through_nchw(oracle.halve, x), {"x": x})
        valid = mask(f"{name}.valid", 1, h, w, part=0.8)
        out.put(f"{name}.valid", oracle.halve_validity(valid))
    for h, w in ((9, 7), (2, 1)):
        name = f"double_{h}x{w}"
        x = leaf(f"{name}.x", 2, (h + 1) // 2, (w + 1) // 2, 3)
        put_gradients(out, name, through_nchw(oracle.double, x, h, w), {"x": x})


def window_validity(h, w):
    """Four maps: scattered holes; one valid position in the last corner; none; all."""
    valid = torch.zeros(4, h, w)
    valid[0] = mask("window.valid", h, w, part=0.7)
    valid[1, h - 1, w - 1] = 1
    valid[3] = 1
    return valid


def put_cells(out):
    h, w, c = 25, 19, 3
    valid = window_validity(h, w)
    x = leaf("window.x", 4, h, w, c)
    mean, std = (oracle.to_nhwc(t) for t in oracle.window_stats(oracle.to_nchw(x), valid))
    out.put("window.mean", mean)
    out.put("window.std", std)
    dmean, dstd = noise("window.dmean", *mean.shape), noise("window.dstd", *std.shape)
    out.put("window.dx", torch.autograd.grad((mean, std), x, (dmean, dstd))[0])

    for h, w in ((25, 19), (5, 16)):
        name = f"cell_scale_{h}x{w}"
        a = leaf(f"{name}.a", 2, oracle.cell_count(h), oracle.cell_count(w), c)
        x = leaf(f"{name}.x", 2, h, w, c)
        y = x * through_nchw(oracle.spread_cells, a, h, w)
        put_gradients(out, name, y, {"x": x, "a": a})


def put_ssja(out):
    h, w, c = 18, 25, 8
    valid = window_validity(h, w)
    x1, x2 = leaf("ssja.x1", 4, h, w, c), leaf("ssja.x2", 4, h, w, c)
    z = oracle.to_nhwc(oracle.ssja(oracle.to_nchw(x1), oracle.to_nchw(x2), valid))
    put_gradients(out, "ssja", z, {"x1": x1, "x2": x2})


def put_block(out, name, shapes, x, function):
    p = parameters(shapes)
    trained = {f".{key[len(name) + 1:]}": value for key, value in p.items() if value.requires_grad}
    y = oracle.to_nhwc(function(p, name, oracle.to_nchw(x)))
    put_gradients(out, name, y, {"x": x, **trained})


def put_blocks(out):
    put_block(out, "spectral_block", oracle.spectral_shapes("spectral_block", 7, 6),
              leaf("spectral_block.x", 2, 5, 4, 7),
              lambda p, name, x: oracle.spectral_encoder(p, name, x, True))
    put_block(out, "spatial_block", oracle.residual_shapes("spatial_block", 3, 6),
              leaf("spatial_block.x", 2, 9, 7, 3),
              lambda p, name, x: oracle.residual_block(p, name, x, True, stride=2))
    put_block(out, "head_block", oracle.residual_shapes("head_block", 5, 5),
              leaf("head_block.x", 2, 7, 6, 5),
              lambda p, name, x: oracle.residual_block(p, name, x, True, dilation2=2))
    h, w = 18, 21
    valid = torch.stack((mask("adrf_block.valid", h, w, part=0.6), torch.ones(h, w)))
    put_block(out, "adrf_block", oracle.adrf_shapes("adrf_block", 10, 6),
              leaf("adrf_block.x", 2, h, w, 10),
              lambda p, name, x: oracle.adrf(p, name, x, valid, True))


def golden_labels(name, shape, classes, part):
    """Class indices in about `part` of the pixels, -1 elsewhere."""
    kind = noise(f"{name}.class", *shape)
    labels = torch.floor((kind + 1) / 2 * classes).long()
    return torch.where(mask(f"{name}.labelled", *shape, part=part) > 0, labels, -1)


def put_losses(out):
    labels = golden_labels("entropy.labels", (2, 6, 5), 4, 0.4)
    for smoothing in (0.0, 0.1):
        name = f"entropy_{smoothing:g}"
        logits = (3 * noise("entropy.logits", 2, 6, 5, 4)).requires_grad_()
        loss = oracle.cross_entropy(logits, labels, smoothing)
        put_gradients(out, name, loss, {"logits": logits}, torch.tensor(1.0))
    valid = torch.stack((mask("relation.valid", 9, 8, part=0.7), torch.ones(9, 8)))
    y = noise("relation.y", 2, 9, 8, 6)
    y[..., 1:] += y[..., :5].clone()  # neighbouring channels correlate
    y.requires_grad_()
    loss = oracle.relation_loss(oracle.to_nchw(y), valid)
    out.put("relation.loss", loss)
    out.put("relation.dy", torch.autograd.grad(loss, y)[0])


def put_optimiser(out):
    """AdamW under OneCycleLR: two vectors, one with weight decay and one without."""
    steps, peak = 5, 0.01
    decayed, plain = leaf("adam.weight", 10), leaf("adam.bias", 4)
    groups = ({"params": [decayed], "weight_decay": 0.02}, {"params": [plain], "weight_decay": 0.0})
    optimiser = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.999), eps=1e-8)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=peak, total_steps=steps,
                                                cycle_momentum=False)
    rates = []
    for step in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        decayed.grad = noise(f"adam.weight.grad{step}", 10)
        plain.grad = noise(f"adam.bias.grad{step}", 4)
        optimiser.step()
        if step + 1 < steps:
            cycle.step()
        out.put(f"adam.weight{step}", decayed)
        out.put(f"adam.bias{step}", plain)
    rates = torch.tensor(rates)
    expected = torch.tensor([oracle.one_cycle(peak, s, steps) for s in range(steps)])
    assert torch.allclose(rates, expected, rtol=1e-12, atol=1e-15), (rates, expected)
    for total in (5, 40):
        rates = [oracle.one_cycle(2e-3, step, total) for step in range(total)]
        out.put(f"one_cycle{total}", torch.tensor(rates))


def make_layers(path):
    out = GoldenFile("Single layers and blocks.")
    put_convolutions(out)
    put_band_convolutions(out)
    put_batchnorms(out)
    put_resampling(out)
    put_cells(out)
    put_ssja(out)
    put_blocks(out)
    put_losses(out)
    put_optimiser(out)
    out.write(path)


# ---- whole network
# -------------------------------------------------------------------------------

# The scenes of tests/golden/golden_scene.h: height and width of the reference grid, and per
# source its bands, grid and one affine for each of the two crops. The first source is the
# reference grid itself; the second lies at ratio 3.7 with an offset of half a reference pixel,
# and in the second crop is turned by a quarter and stretched; the third has the reference's
# resolution, half a pixel off.
HEIGHT, WIDTH, CLASSES = 45, 38, 5
SMOOTHING, BETA = 0.1, 1e-3
SOURCES = (
    (oracle.Source(4, True), HEIGHT, WIDTH, ((0, 1, 0, 0, 0, 1),) * 2),
    (oracle.Source(12), 13, 11, ((0.5 / 3.7, 1 / 3.7, 0, 0.5 / 3.7, 0, 1 / 3.7),
                                 (0.5 / 3.7, 0, 1 / 4.7, 11.1, -1 / 3.7, 0))),
    (oracle.Source(1), HEIGHT + 1, WIDTH + 1, ((0.5, 1, 0, 0.5, 0, 1),) * 2),
)


def scene_validity():
    """A nodata corner in the first crop, a nodata band in the second."""
    valid = torch.ones(2, HEIGHT, WIDTH)
    valid[0, :11, :9] = 0
    valid[1, :, 30:] = 0
    return valid


def make_network(path, channels, source_count):
    sources = [entry[0] for entry in SOURCES[:source_count]]
    affines = [entry[3] for entry in SOURCES[:source_count]]
    valid = scene_validity()
    inputs = [2 * noise(f"input.{s}", 2, h, w, source.bands)
              for s, (source, h, w, _) in enumerate(SOURCES[:source_count])]
    inputs[0] = inputs[0] * valid[..., None]
    labels = golden_labels("labels", valid.shape, CLASSES, 0.3)
    labels = torch.where(valid > 0, labels, -1)
    p = parameters(oracle.dense_shapes(sources, channels, CLASSES))

    out = GoldenFile(f"Whole network: C = {channels}, {source_count} sources, K = {CLASSES}.")
    with torch.no_grad():
        out.put("run.logits", oracle.dense(p, sources, inputs, affines, valid, False)[0],
                samples=200)
    logits, y_spectral, y_spatial = oracle.dense(p, sources, inputs, affines, valid, True)
    out.put("train.logits", logits, samples=200)
    loss = oracle.total_loss(logits, labels, y_spectral, y_spatial, valid, SMOOTHING, BETA)
    out.put("train.loss", loss)
    trained = {name: value for name, value in p.items() if value.requires_grad}
    for name, gradient in zip(trained, torch.autograd.grad(loss, list(trained.values()))):
        out.put(name, gradient, whole=16, samples=8)
    out.write(path)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_goldens.py DIRECTORY")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    make_layers(os.path.join(sys.argv[1], "layers.txt"))
    for channels in (32, 64):
        for source_count in (2, 3):
            name = f"dense_c{channels}_s{source_count}.txt"
            make_network(os.path.join(sys.argv[1], name), channels, source_count)


if __name__ == "__main__":
    main()
