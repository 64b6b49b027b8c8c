# The golden file of single layers and blocks, layers.txt.

import torch
import torch.nn.functional as F

import dense_oracle
import oracle_layers as layers
from golden_writer import GoldenFile, golden_labels, mask, noise, parameters


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
    return layers.to_nhwc(function(layers.to_nchw(x), *args, **kwargs))


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
        y = through_nchw(layers.convolve, x, weight, inputs.get("b"), stride, dilation)
        put_gradients(out, name, y, inputs)


def put_band_convolutions(out):
    for width in (3, 5):
        for bands in (1, 9):
            name = f"band{width}_{bands}"
            x = leaf(f"{name}.x", 2, 3, 4, bands)
            weight, bias = leaf(f"{name}.w", width), leaf(f"{name}.b", 1)
            y = F.relu(through_nchw(layers.convolve_bands, x, weight, bias))
            put_gradients(out, name, y, {"x": x, "w": weight, "b": bias})


def put_batchnorms(out):
    for relu in (False, True):
        for training in (True, False):
            name = f"bn_{'train' if training else 'run'}{'_relu' if relu else ''}"
            x = leaf(f"{name}.x", 2, 5, 4, 6)
            p = parameters(layers.batchnorm_shapes(f"{name}.bn", 6))
            y = through_nchw(lambda z: layers.batchnorm(p, f"{name}.bn", z, training), x)
            y = F.relu(y) if relu else y
            put_gradients(out, name, y, {"x": x, "w": p[f"{name}.bn.weight"],
                                         "b": p[f"{name}.bn.bias"]})


# Reference corner coordinates -> source corner coordinates, one per crop.
# tests/unit/test_nn_resample.c has the same numbers.
LAYER_AFFINES = ((0.75, 0.27, 0.0, 0.4, 0.0, 0.31), (6.2, -0.05, -0.4, -0.5, 0.55, 0.08))


def put_resampling(out):
    for scale in (1, 2):
        name = f"sample_scale{scale}"
        x = leaf(f"{name}.x", 2, 7, 6, 3)
        y = through_nchw(layers.sample, x, LAYER_AFFINES, 8, 9, scale)
        put_gradients(out, name, y, {"x": x})
    x = leaf("sample_pixel.x", 2, 1, 1, 2)
    y = through_nchw(layers.sample, x, LAYER_AFFINES, 3, 2, 1)
    put_gradients(out, "sample_pixel", y, {"x": x})
    for h, w in ((7, 5), (6, 4), (1, 3)):
        name = f"halve_{h}x{w}"
        x = leaf(f"{name}.x", 2, h, w, 3)
        put_gradients(out, name, through_nchw(dense_oracle.halve, x), {"x": x})
        valid = mask(f"{name}.valid", 1, h, w, part=0.8)
        out.put(f"{name}.valid", dense_oracle.halve_validity(valid))
    for h, w in ((9, 7), (2, 1)):
        name = f"double_{h}x{w}"
        x = leaf(f"{name}.x", 2, (h + 1) // 2, (w + 1) // 2, 3)
        put_gradients(out, name, through_nchw(dense_oracle.double, x, h, w), {"x": x})


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
    mean, std = (layers.to_nhwc(t) for t in dense_oracle.window_stats(layers.to_nchw(x), valid))
    out.put("window.mean", mean)
    out.put("window.std", std)
    dmean, dstd = noise("window.dmean", *mean.shape), noise("window.dstd", *std.shape)
    out.put("window.dx", torch.autograd.grad((mean, std), x, (dmean, dstd))[0])

    for h, w in ((25, 19), (5, 16)):
        name = f"cell_scale_{h}x{w}"
        a = leaf(f"{name}.a", 2, dense_oracle.cell_count(h), dense_oracle.cell_count(w), c)
        x = leaf(f"{name}.x", 2, h, w, c)
        y = x * through_nchw(dense_oracle.spread_cells, a, h, w)
        put_gradients(out, name, y, {"x": x, "a": a})


def put_ssja(out):
    h, w, c = 18, 25, 8
    valid = window_validity(h, w)
    x1, x2 = leaf("ssja.x1", 4, h, w, c), leaf("ssja.x2", 4, h, w, c)
    z = layers.to_nhwc(dense_oracle.ssja(layers.to_nchw(x1), layers.to_nchw(x2), valid))
    put_gradients(out, "ssja", z, {"x1": x1, "x2": x2})


def put_block(out, name, shapes, x, function):
    p = parameters(shapes)
    trained = {f".{key[len(name) + 1:]}": value for key, value in p.items() if value.requires_grad}
    y = layers.to_nhwc(function(p, name, layers.to_nchw(x)))
    put_gradients(out, name, y, {"x": x, **trained})


def put_blocks(out):
    put_block(out, "spectral_block", layers.spectral_shapes("spectral_block", 7, 6),
              leaf("spectral_block.x", 2, 5, 4, 7),
              lambda p, name, x: layers.spectral_encoder(p, name, x, True))
    put_block(out, "spatial_block", layers.residual_shapes("spatial_block", 3, 6),
              leaf("spatial_block.x", 2, 9, 7, 3),
              lambda p, name, x: layers.residual_block(p, name, x, True, stride=2))
    put_block(out, "head_block", layers.residual_shapes("head_block", 5, 5),
              leaf("head_block.x", 2, 7, 6, 5),
              lambda p, name, x: layers.residual_block(p, name, x, True, dilation2=2))
    h, w = 18, 21
    valid = torch.stack((mask("adrf_block.valid", h, w, part=0.6), torch.ones(h, w)))
    put_block(out, "adrf_block", layers.adrf_shapes("adrf_block", 10, 6),
              leaf("adrf_block.x", 2, h, w, 10),
              lambda p, name, x: dense_oracle.adrf(p, name, x, valid, True))


def put_losses(out):
    labels = golden_labels("entropy.labels", (2, 6, 5), 4, 0.4)
    for smoothing, balance in ((0.0, 0.0), (0.1, 0.0), (0.1, 0.5), (0.0, 1.0)):
        name = f"entropy_{smoothing:g}_{balance:g}"
        logits = (3 * noise("entropy.logits", 2, 6, 5, 4)).requires_grad_()
        loss = layers.cross_entropy(logits, labels, smoothing, balance)
        put_gradients(out, name, loss, {"logits": logits}, torch.tensor(1.0))
    valid = torch.stack((mask("relation.valid", 9, 8, part=0.7), torch.ones(9, 8)))
    y = noise("relation.y", 2, 9, 8, 6)
    y[..., 1:] += y[..., :5].clone()  # neighbouring channels correlate
    y.requires_grad_()
    for name, published in (("relation", False), ("relation_softmax", True)):
        loss = layers.relation_loss(layers.to_nchw(y), valid, published)
        out.put(f"{name}.loss", loss)
        out.put(f"{name}.dy", torch.autograd.grad(loss, y)[0])


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
    expected = torch.tensor([layers.one_cycle(peak, s, steps) for s in range(steps)])
    assert torch.allclose(rates, expected, rtol=1e-12, atol=1e-15), (rates, expected)
    for total in (5, 40):
        rates = [layers.one_cycle(2e-3, step, total) for step in range(total)]
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
