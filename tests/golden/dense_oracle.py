# Independent PyTorch model of the `dense` network: the mathematics of docs/network.md, nothing
# else. oracle_layers.py has the conventions and what is not its own.

import torch
import torch.nn.functional as F

from oracle_layers import (GRAM_EPS, STD_EPS, batchnorm, batchnorm_shapes, classifier_shapes,
                           convolve, cross_entropy, mix_channels, relation_loss, residual_block,
                           residual_shapes, sample, spectral_encoder, spectral_shapes,
                           spectral_widths, to_nchw, to_nhwc, trunk_shapes)

CELL_FEATURE_PX = 8  # side of a cell on the feature grid


# ---- shape of the network
# ------------------------------------------------------------------------


def dense_shapes(sources, channels, classes):
    """Every parameter of the network with its shape, in the order of docs/network.md."""
    widths = spectral_widths(sources, channels, channels // 4)
    shapes = {}
    for s, source in enumerate(sources):
        shapes.update(spectral_shapes(f"spectral.{s}", source.bands, widths[s]))
        shapes.update(residual_shapes(f"spatial.{s}", source.bands, channels))
    shapes.update(trunk_shapes(sum(widths), len(sources) * channels, channels, channels))
    shapes["detail.mix.weight"] = (sum(widths), channels)
    shapes.update(batchnorm_shapes("detail.bn", channels))
    shapes.update(classifier_shapes(2 * channels, classes))
    return shapes


# ---- grids
# ---------------------------------------------------------------------------------------


def halve(x):
    """Mean over 2 x 2 pixels; at odd edges over those that exist."""
    return F.avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)


def halve_validity(valid):
    """A feature position is valid where all its reference pixels are. valid [n][h][w], 0 or 1."""
    return 1 - F.max_pool2d((1 - valid)[:, None], 2, ceil_mode=True)[:, 0]


def double(x, height, width):
    """Bilinear x2, pixel centres aligned, cut to height x width."""
    y = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return y[:, :, :height, :width]


# ---- cells and windows
# ---------------------------------------------------------------------------


def cell_count(size):
    return -(-size // CELL_FEATURE_PX)


def to_cells(x):
    """[n, c, h, w] -> [n, c, cells_y, cells_x, 64], zeros where a cell reaches beyond the map."""
    n, c, h, w = x.shape
    cy, cx, px = cell_count(h), cell_count(w), CELL_FEATURE_PX
    x = F.pad(x, (0, cx * px - w, 0, cy * px - h))
    x = x.reshape(n, c, cy, px, cx, px).permute(0, 1, 2, 4, 3, 5)
    return x.reshape(n, c, cy, cx, px * px)


def window_sum(cells):
    """Sum over the 3 x 3 cells around every cell, clipped. cells [n, c, cells_y, cells_x]."""
    return F.avg_pool2d(cells, 3, stride=1, padding=1, divisor_override=1)


def window_stats(x, valid):
    """Mean and standard deviation over the valid positions of every cell's window."""
    v = valid[:, None]
    count = window_sum(to_cells(v).sum(-1))
    total = window_sum(to_cells(x * v).sum(-1))
    square = window_sum(to_cells(x * x * v).sum(-1))
    mean = total / count.clamp(min=1)
    var = (square - total * mean) / (count - 1).clamp(min=1)
    var = torch.where(count >= 2, var.clamp(min=0), torch.zeros_like(var))
    return mean, torch.sqrt(var + STD_EPS)


def spread_cells(a, height, width):
    """From cell centres to feature positions, bilinear, clamped at the outermost centres."""
    a = F.interpolate(a, scale_factor=CELL_FEATURE_PX, mode="bilinear", align_corners=False)
    return a[:, :, :height, :width]


# ---- blocks
# --------------------------------------------------------------------------------------


def adrf(p, prefix, x, valid, training):
    """Adaptive de-redundancy fusion of the concatenated sources."""
    mean, std = window_stats(x, valid)
    attention = torch.sigmoid(F.relu(mix_channels(mean, p[f"{prefix}.w1"], p[f"{prefix}.b1"]))
                              + F.relu(mix_channels(std, p[f"{prefix}.w2"], p[f"{prefix}.b2"])))
    scaled = spread_cells(attention, x.shape[2], x.shape[3]) * x
    y = mix_channels(scaled, p[f"{prefix}.mix.weight"])
    return F.relu(batchnorm(p, f"{prefix}.bn", y, training))


def ssja(x1, x2, valid):
    """Spatial-spectral joint attention: one pair of channel attention matrices a cell."""
    n, c, h, w = x1.shape
    v = valid[:, None]
    c1, c2 = to_cells(x1 * v), to_cells(x2 * v)

    def gram(a, b):
        """Entry [i][j] = sum over the window of a[i] b[j]; [n, cells_y, cells_x, i, j]."""
        cell = torch.einsum("niyxp,njyxp->nijyx", a, b).reshape(n, c * c, *a.shape[2:4])
        return window_sum(cell).reshape(n, c, c, *a.shape[2:4]).permute(0, 3, 4, 1, 2)

    g11, g22, g21 = gram(c1, c1), gram(c2, c2), gram(c2, c1)
    d1 = torch.sqrt(torch.diagonal(g11, dim1=-2, dim2=-1) + GRAM_EPS)
    d2 = torch.sqrt(torch.diagonal(g22, dim1=-2, dim2=-1) + GRAM_EPS)

    def outer(a, b):
        return a[..., :, None] * b[..., None, :]

    a1 = torch.softmax(g11 / outer(d1, d1) + g21 / outer(d2, d1), dim=-1)
    a2 = torch.softmax(g22 / outer(d2, d2) + g21.transpose(-1, -2) / outer(d1, d2), dim=-1)

    def attend(a, x):
        """A x at every position, with the A of the position's own cell; invalid positions too."""
        y = torch.einsum("nyxij,njyxp->niyxp", a, to_cells(x))
        px, cells = CELL_FEATURE_PX, y.shape[2:4]
        y = y.reshape(n, c, *cells, px, px).permute(0, 1, 2, 4, 3, 5)
        return y.reshape(n, c, cells[0] * px, cells[1] * px)[:, :, :h, :w]

    return attend(a1, x1) + x1 + attend(a2, x2) + x2


# ---- the network
# ---------------------------------------------------------------------------------


def dense(p, sources, inputs, affines, valid, training):
    """Class scores of a batch of scenes.

    p         parameters by name
    sources   [Source]
    inputs    per source [n, h_s, w_s, bands], normalised, 0 where invalid
    affines   per source, per scene: reference corner coordinates -> source corner coordinates
              (ignored for a source on the reference grid)
    valid     [n, H, W] of 0 and 1, the reference grid
    Returns logits [n, H, W, K] and the two fused maps (spectral, spatial), [n, C, Hf, Wf].
    Dropout is left out: it is the identity when running, and random in training.
    """
    height, width = valid.shape[1:]
    fh, fw = -(-height // 2), -(-width // 2)
    f_valid = halve_validity(valid)
    spectral, spatial, detail = [], [], []
    for s, source in enumerate(sources):
        x = to_nchw(inputs[s])
        f = spectral_encoder(p, f"spectral.{s}", x, training)
        g = residual_block(p, f"spatial.{s}", x, training, stride=2 if source.on_reference else 1)
        if source.on_reference:
            spectral.append(halve(f))
            spatial.append(g)
            detail.append(f)
        else:
            spectral.append(sample(f, affines[s], fh, fw, 2))
            spatial.append(sample(g, affines[s], fh, fw, 2))
            detail.append(sample(f, affines[s], height, width, 1))

    y_spectral = adrf(p, "adrf_spectral", torch.cat(spectral, dim=1), f_valid, training)
    y_spatial = adrf(p, "adrf_spatial", torch.cat(spatial, dim=1), f_valid, training)
    x1 = convolve(y_spectral, p["neck_spectral.conv.weight"])
    x1 = F.relu(batchnorm(p, "neck_spectral.bn", x1, training))
    x2 = convolve(y_spatial, p["neck_spatial.conv.weight"], dilation=2)
    x2 = F.relu(batchnorm(p, "neck_spatial.bn", x2, training))

    z = ssja(x1, x2, f_valid)
    z = residual_block(p, "head.block", z, training, dilation2=2)
    z = convolve(z, p["head.conv.weight"])
    z = F.relu(batchnorm(p, "head.bn", z, training))
    head = double(z, height, width)

    fine = mix_channels(torch.cat(detail, dim=1), p["detail.mix.weight"])
    fine = F.relu(batchnorm(p, "detail.bn", fine, training))
    y = torch.cat((head, fine), dim=1)
    y = F.relu(mix_channels(y, p["classifier.hidden.weight"], p["classifier.hidden.bias"]))
    y = mix_channels(y, p["classifier.out.weight"], p["classifier.out.bias"])
    return to_nhwc(y), y_spectral, y_spatial


# ---- loss
# ----------------------------------------------------------------------------------------


def total_loss(logits, labels, y_spectral, y_spatial, valid, smoothing, beta):
    f_valid = halve_validity(valid)
    relation = relation_loss(y_spectral, f_valid) + relation_loss(y_spatial, f_valid)
    return cross_entropy(logits, labels, smoothing) + beta * relation
