#!/usr/bin/python3
# Writes the golden files: results of the PyTorch models that the C code has to reproduce.
#
#   make_goldens.py DIRECTORY
#
# layer_goldens.py has the single layers, dense_oracle.py and patch_oracle.py the networks,
# discriminant_goldens.py the linear expert,
# golden_writer.py the inputs and the format.

import math
import os
import sys

import torch

sys.dont_write_bytecode = True  # the source tree stays clean
import dense_oracle  # noqa: E402
import patch_oracle  # noqa: E402
from discriminant_goldens import make_discriminant  # noqa: E402
from golden_writer import GoldenFile, golden_labels, noise, parameters  # noqa: E402
from layer_goldens import make_layers  # noqa: E402
from oracle_layers import Source, is_decayed, is_statistic, one_cycle  # noqa: E402

CLASSES, SMOOTHING = 5, 0.1

# The second source lies at ratio 3.7 with an offset of half a reference pixel; this one is turned
# by a quarter and stretched.
COARSE = (0.5 / 3.7, 1 / 3.7, 0, 0.5 / 3.7, 0, 1 / 3.7)
TURNED = (0.5 / 3.7, 0, 1 / 4.7, 11.1, -1 / 3.7, 0)
ALIGNED, HALF_OFF = (0, 1, 0, 0, 0, 1), (0.5, 1, 0, 0.5, 0, 1)


def check_published_size():
    """As published: trained parameters of the patch network for 4 + 1 bands and 11 classes."""
    shapes = patch_oracle.patch_shapes((Source(4, True), Source(1)), 11)
    size = sum(math.prod(shape) for name, shape in shapes.items() if not is_statistic(name))
    if size != 741491:
        sys.exit(f"patch network: expected 741491 parameters, found {size}")


def of_batch(name, batch):
    """Batches after the first have names of their own."""
    return f"{name}.{batch}" if batch else name


class DenseCase:
    """The scenes of tests/golden/golden_scene.h.

    Height and width of the reference grid, and per source its bands, grid and one affine for each
    of the two crops. The first source is the reference grid itself; the third has the reference's
    resolution, half a pixel off.
    """

    height, width, beta = 45, 38, 1e-3
    grids = (
        (Source(4, True), height, width, (ALIGNED,) * 2),
        (Source(12), 13, 11, (COARSE, TURNED)),
        (Source(1), height + 1, width + 1, (HALF_OFF,) * 2),
    )

    def __init__(self, channels, source_count):
        self.name = f"dense_c{channels}_s{source_count}"
        self.title = f"C = {channels}, {source_count} sources, K = {CLASSES}"
        self.used = self.grids[:source_count]
        self.sources = [grid[0] for grid in self.used]
        self.shapes = dense_oracle.dense_shapes(self.sources, channels, CLASSES)
        self.valid = torch.ones(2, self.height, self.width)
        self.valid[0, :11, :9] = 0   # a nodata corner in the first crop,
        self.valid[1, :, 30:] = 0    # a nodata band in the second

    def inputs(self, batch):
        maps = [2 * noise(of_batch(f"input.{s}", batch), 2, h, w, source.bands)
                for s, (source, h, w, _) in enumerate(self.used)]
        maps[0] = maps[0] * self.valid[..., None]
        return maps

    def scores(self, p, batch, training):
        affines = [grid[3] for grid in self.used]
        return dense_oracle.dense(p, self.sources, self.inputs(batch), affines, self.valid,
                                  training)

    def loss(self, results, batch):
        labels = golden_labels(of_batch("labels", batch), self.valid.shape, CLASSES, 0.3)
        labels = torch.where(self.valid > 0, labels, -1)
        return dense_oracle.total_loss(results[0], labels, *results[1:], self.valid, SMOOTHING,
                                       self.beta)


class PatchCase:
    """The four patches of tests/golden/golden_patches.h.

    The coarse source's window ends inside the second and the fourth patch. The corner of the first
    patch is nodata; that is not seen but for its zeros.
    """

    patches, beta = 4, 1e-2
    beyond_left = (-2.3, 1 / 3.7, 0, -0.9, 0, 1 / 3.7)
    beyond_right = (5.2, 0.26, 0.031, 1.3, -0.03, 0.27)
    grids = (
        (Source(4, True), 32, 32, (ALIGNED,) * patches),
        (Source(12), 13, 11, (COARSE, beyond_left, TURNED, beyond_right)),
        (Source(1), 33, 33, (HALF_OFF,) * patches),
    )

    def __init__(self, source_count):
        self.name = f"patch_s{source_count}"
        self.title = f"{source_count} sources, K = {CLASSES}"
        self.used = self.grids[:source_count]
        self.sources = [grid[0] for grid in self.used]
        self.shapes = patch_oracle.patch_shapes(self.sources, CLASSES)

    def inputs(self, batch):
        maps = [2 * noise(of_batch(f"patch.{s}", batch), self.patches, h, w, source.bands)
                for s, (source, h, w, _) in enumerate(self.used)]
        maps[0][0, :11, :9] = 0
        return maps

    def scores(self, p, batch, training):
        affines = [grid[3] for grid in self.used]
        return patch_oracle.patch(p, self.sources, self.inputs(batch), affines, training)

    def loss(self, results, batch):
        name = of_batch("patch.centres", batch)
        labels = golden_labels(name, (self.patches, 1, 1), CLASSES, 1)
        return patch_oracle.total_loss(results[0], labels, *results[1:], SMOOTHING, self.beta)


def make_network(folder, case):
    """Scores with running and with batch statistics, the loss and every gradient."""
    p = parameters(case.shapes)
    out = GoldenFile(f"Whole network: {case.title}.")
    with torch.no_grad():
        out.put("run.logits", case.scores(p, 0, False)[0], samples=200)
    results = case.scores(p, 0, True)
    out.put("train.logits", results[0], samples=200)
    loss = case.loss(results, 0)
    out.put("train.loss", loss)
    trained = {name: value for name, value in p.items() if value.requires_grad}
    for name, gradient in zip(trained, torch.autograd.grad(loss, list(trained.values()))):
        out.put(name, gradient, whole=16, samples=8)
    out.write(os.path.join(folder, f"{case.name}.txt"))


STEPS, BATCHES, PEAK, DECAY = 10, 2, 2e-3, 0.02
WATCHED = ("neck_spatial.conv.weight", "adrf_spectral.w1", "head.bn.weight")


def train(case):
    """Losses before each of ten steps, two batches in turn, and after the last; the parameters."""
    p = parameters(case.shapes)
    trained = {name: value for name, value in p.items() if value.requires_grad}
    groups = [{"params": [value for name, value in trained.items() if is_decayed(name) == decayed],
               "weight_decay": DECAY if decayed else 0.0} for decayed in (True, False)]
    optimiser = torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for step in range(STEPS + 1):
        batch = step % BATCHES
        loss = case.loss(case.scores(p, batch, True), batch)
        losses.append(loss.item())
        if step == STEPS:
            return torch.tensor(losses), p
        for group in optimiser.param_groups:
            group["lr"] = one_cycle(PEAK, step, STEPS)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def make_steps(path, cases):
    out = GoldenFile("Losses of training steps.")
    for case in cases:
        losses, p = train(case)
        out.put(f"{case.name}.losses", losses)
        for name in WATCHED:
            out.put(f"{case.name}.{name}", p[name], whole=16, samples=8)
    out.write(path)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_goldens.py DIRECTORY")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    folder = sys.argv[1]
    check_published_size()
    make_layers(os.path.join(folder, "layers.txt"))
    make_discriminant(os.path.join(folder, "discriminant.txt"))
    dense = [DenseCase(channels, sources) for channels in (32, 64) for sources in (1, 2, 3)]
    patch = [PatchCase(sources) for sources in (1, 2, 3)]
    for case in dense + patch:
        make_network(folder, case)
    make_steps(os.path.join(folder, "steps.txt"), dense[:3] + patch)


if __name__ == "__main__":
    main()
