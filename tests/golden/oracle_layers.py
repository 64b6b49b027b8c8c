# What the PyTorch models of all networks share: layers, blocks, losses, the learning rate.
#
# Written from the formulas of docs/network.md, not from the C sources, so that an error in either
# shows as a difference. It favours the plainest torch call for every formula over speed.
# Everything runs in float64.
#
# Maps enter and leave as NHWC (the order of the C code); inside, torch's own NCHW is used.
# Parameters are a plain dictionary, name -> tensor, under the names and in the layouts of the
# model file: convolutions [kh][kw][in][out], matrices [in][out], band kernels [width].

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

HIDDEN = 128         # units of the classifier's hidden layer
BATCHNORM_EPS = 1e-5
STD_EPS = 1e-5       # under the root of a window's standard deviation
GRAM_EPS = 1e-6      # under the root of a channel's norm, in SSJA and in the de-redundancy loss


# ---- shapes
# ------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One raster: its bands, and whether its grid is the reference grid itself."""

    bands: int
    on_reference: bool = False


def spectral_widths(sources, rich, other):
    """`rich` channels for the source with most bands (the first on ties), `other` for the rest."""
    bands = [source.bands for source in sources]
    most = bands.index(max(bands))
    return [rich if s == most else other for s in range(len(sources))]


def batchnorm_shapes(prefix, channels):
    names = ("weight", "bias", "running_mean", "running_var")
    return {f"{prefix}.{name}": (channels,) for name in names}


def residual_shapes(prefix, inputs, outputs):
    return {
        f"{prefix}.conv1.weight": (3, 3, inputs, outputs),
        f"{prefix}.conv1.bias": (outputs,),
        **batchnorm_shapes(f"{prefix}.bn1", outputs),
        f"{prefix}.conv2.weight": (3, 3, outputs, outputs),
        f"{prefix}.conv2.bias": (outputs,),
        **batchnorm_shapes(f"{prefix}.bn2", outputs),
        f"{prefix}.shortcut.weight": (inputs, outputs),
        f"{prefix}.shortcut.bias": (outputs,),
        **batchnorm_shapes(f"{prefix}.bns", outputs),
    }


def spectral_shapes(prefix, bands, outputs):
    return {
        f"{prefix}.k3.weight": (3,),
        f"{prefix}.k3.bias": (1,),
        **batchnorm_shapes(f"{prefix}.bn3", bands),
        f"{prefix}.k5.weight": (5,),
        f"{prefix}.k5.bias": (1,),
        **batchnorm_shapes(f"{prefix}.bn5", bands),
        f"{prefix}.mix.weight": (2 * bands, outputs),
        **batchnorm_shapes(f"{prefix}.bn", outputs),
    }


def classifier_shapes(inputs, classes):
    return {
        "classifier.hidden.weight": (inputs, HIDDEN),
        "classifier.hidden.bias": (HIDDEN,),
        "classifier.out.weight": (HIDDEN, classes),
        "classifier.out.bias": (classes,),
    }


def adrf_shapes(prefix, inputs, outputs):
    return {
        f"{prefix}.w1": (inputs, inputs),
        f"{prefix}.b1": (inputs,),
        f"{prefix}.w2": (inputs, inputs),
        f"{prefix}.b2": (inputs,),
        f"{prefix}.mix.weight": (inputs, outputs),
        **batchnorm_shapes(f"{prefix}.bn", outputs),
    }


def trunk_shapes(spectral, spatial, channels, wide):
    """All from the stacked features of the two domains to the head."""
    shapes = {
        **adrf_shapes("adrf_spectral", spectral, channels),
        **adrf_shapes("adrf_spatial", spatial, channels),
    }
    for domain in ("spectral", "spatial"):
        shapes[f"neck_{domain}.conv.weight"] = (3, 3, channels, wide)
        shapes.update(batchnorm_shapes(f"neck_{domain}.bn", wide))
    shapes.update(residual_shapes("head.block", wide, wide))
    shapes["head.conv.weight"] = (3, 3, wide, channels)
    shapes.update(batchnorm_shapes("head.bn", channels))
    return shapes


def is_statistic(name):
    """Running statistics are not trained."""
    return name.endswith(("running_mean", "running_var"))


def is_decayed(name):
    """Weight decay applies to weights, neither to biases nor to a batch-norm's scale and shift."""
    owner, last = name.rsplit(".", 2)[-2:]
    return not owner.startswith("bn") and last not in ("bias", "b1", "b2")


# ---- elementary layers, NCHW
# ---------------------------------------------------------------------


def to_nchw(x):
    return x.permute(0, 3, 1, 2)


def to_nhwc(x):
    return x.permute(0, 2, 3, 1)


def convolve(x, weight, bias=None, stride=1, dilation=1):
    """Convolution with an HWIO kernel and the zero padding that keeps the size at stride 1."""
    padding = dilation * (weight.shape[0] - 1) // 2
    return F.conv2d(x, weight.permute(3, 2, 0, 1), bias, stride, padding, dilation)


def mix_channels(x, weight, bias=None):
    """1 x 1 convolution with an [in][out] matrix."""
    y = torch.einsum("nihw,io->nohw", x, weight)
    return y if bias is None else y + bias[:, None, None]


def batchnorm(p, prefix, x, training):
    """Batch statistics (biased variance) in training, running statistics otherwise."""
    mean = None if training else p[f"{prefix}.running_mean"]
    var = None if training else p[f"{prefix}.running_var"]
    weight, bias = p[f"{prefix}.weight"], p[f"{prefix}.bias"]
    return F.batch_norm(x, mean, var, weight, bias, training, eps=BATCHNORM_EPS)


def convolve_bands(x, kernel, bias):
    """One filter slid along the bands of every pixel, zeros beyond the first and the last band."""
    n, bands, h, w = x.shape
    spectra = x.permute(0, 2, 3, 1).reshape(n * h * w, 1, bands)
    y = F.conv1d(spectra, kernel.reshape(1, 1, -1), bias, padding=kernel.numel() // 2)
    return y.reshape(n, h, w, bands).permute(0, 3, 1, 2)


# ---- grids
# ---------------------------------------------------------------------------------------


def sample(x, affines, height, width, scale):
    """Bilinear samples of x at the pixel centres of a height x width target grid.

    The centre of target pixel (j, i) is ((j + 1/2) scale, (i + 1/2) scale) in the reference grid's
    corner coordinates (scale 1: reference grid, 2: feature grid). affines[n] maps these to corner
    coordinates of x[n]: x' = m0 + m1 x + m2 y, y' = m3 + m4 x + m5 y. Half a pixel less is the
    index, clamped to the pixels of x.
    """
    rows = (torch.arange(height, dtype=x.dtype) + 0.5) * scale
    cols = (torch.arange(width, dtype=x.dtype) + 0.5) * scale
    cy, cx = torch.meshgrid(rows, cols, indexing="ij")
    grids = []
    for m in affines:
        column = m[0] + m[1] * cx + m[2] * cy - 0.5
        row = m[3] + m[4] * cx + m[5] * cy - 0.5
        # grid_sample wants -1..1 between the outermost pixel centres (align_corners)
        grids.append(torch.stack((2 * column / max(x.shape[3] - 1, 1) - 1,
                                  2 * row / max(x.shape[2] - 1, 1) - 1), dim=-1))
    return F.grid_sample(x, torch.stack(grids), mode="bilinear", padding_mode="border",
                         align_corners=True)


# ---- blocks
# --------------------------------------------------------------------------------------


def spectral_encoder(p, prefix, x, training, pool=False):
    """pool: 2 x 2 maxima of what both band filters give, before they are mixed."""
    u3 = F.relu(convolve_bands(x, p[f"{prefix}.k3.weight"], p[f"{prefix}.k3.bias"]))
    u5 = F.relu(convolve_bands(x, p[f"{prefix}.k5.weight"], p[f"{prefix}.k5.bias"]))
    u3 = batchnorm(p, f"{prefix}.bn3", u3, training)
    u5 = batchnorm(p, f"{prefix}.bn5", u5, training)
    if pool:
        u3, u5 = F.max_pool2d(u3, 2), F.max_pool2d(u5, 2)
    y = mix_channels(torch.cat((u3, u5), dim=1), p[f"{prefix}.mix.weight"])
    return F.relu(batchnorm(p, f"{prefix}.bn", y, training))


def residual_block(p, prefix, x, training, stride=1, dilation2=1):
    """Two 3 x 3 convolutions beside a 1 x 1 one; dilation2 is that of the second."""
    y = convolve(x, p[f"{prefix}.conv1.weight"], p[f"{prefix}.conv1.bias"], stride)
    y = F.relu(batchnorm(p, f"{prefix}.bn1", y, training))
    y = convolve(y, p[f"{prefix}.conv2.weight"], p[f"{prefix}.conv2.bias"], dilation=dilation2)
    y = batchnorm(p, f"{prefix}.bn2", y, training)
    short = mix_channels(x[:, :, ::stride, ::stride], p[f"{prefix}.shortcut.weight"],
                         p[f"{prefix}.shortcut.bias"])
    return F.relu(y + batchnorm(p, f"{prefix}.bns", short, training))


# ---- loss
# ----------------------------------------------------------------------------------------


def cross_entropy(logits, labels, smoothing, balance=0.0):
    """Mean over the batch's labelled pixels. logits [n, h, w, K]; labels [n, h, w], -1 = none.

    A pixel weighs as much as the number of pixels of its class to the power of -balance.
    """
    wanted = labels.reshape(-1) >= 0
    logits, labels = logits.reshape(-1, logits.shape[-1])[wanted], labels.reshape(-1)[wanted]
    each = F.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)
    weights = torch.bincount(labels)[labels].to(logits.dtype) ** -balance
    return (weights * each).sum() / weights.sum()


def relation_loss(y, valid, published=False):
    """De-redundancy: relations of the channels against the identity. y [n, c, h, w].

    Relations are correlations, or as published Y Y^T after a softmax along the rows, then along the
    columns.
    """
    c = y.shape[1]
    losses = []
    for rows, mask in zip(y, valid):
        rows = rows[:, mask > 0]
        if published:
            relation = torch.softmax(torch.softmax(rows @ rows.T, dim=1), dim=0)
        else:
            rows = rows - rows.mean(dim=1, keepdim=True)
            rows = rows / torch.sqrt((rows * rows).sum(dim=1, keepdim=True) + GRAM_EPS)
            relation = rows @ rows.T
        diagonal = torch.diagonal(relation)
        off = (relation * relation).sum() - (diagonal * diagonal).sum()
        losses.append(((diagonal - 1) ** 2).mean() + off / c)
    return torch.stack(losses).mean()


# ---- optimiser
# -----------------------------------------------------------------------------------


def one_cycle(peak, step, total):
    """Learning rate of step 0..total-1: cosine up from peak/25 over 30 %, cosine down."""
    turn, last, low = 0.3 * total - 1, total - 1, peak / 25
    if step <= turn:
        start, end, part = low, peak, step / turn
    else:
        start, end, part = peak, low / 1e4, (step - turn) / (last - turn)
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
