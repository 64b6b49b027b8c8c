# Independent PyTorch model of the `patch` network: the mathematics of docs/network.md, nothing
# else. oracle_layers.py has the conventions and what is not its own.

import torch
import torch.nn.functional as F

from oracle_layers import (GRAM_EPS, STD_EPS, batchnorm, batchnorm_shapes, classifier_shapes,
                           convolve, cross_entropy, mix_channels, relation_loss, residual_block,
                           residual_shapes, sample, spectral_encoder, spectral_shapes,
                           spectral_widths, to_nchw, to_nhwc, trunk_shapes)

PATCH_PX = 32        # side of a patch, reference pixels; its centre is pixel 16, 16 of 0..31
CHANNELS = 64        # C
NARROW = 8           # spectral channels of all sources but the rich one
FEATURE_PX = 16      # side of the encoders' maps
UNFOLDED = 256       # channels of the unfold, one for every position
WIDE = 2 * CHANNELS  # from the necks to the head


# ---- shape of the network
# ------------------------------------------------------------------------


def patch_shapes(sources, classes):
    """Every parameter of the network with its shape, in the order of docs/network.md."""
    widths = spectral_widths(sources, CHANNELS, NARROW)
    stacked = sum(widths)
    shapes = {}
    for s, source in enumerate(sources):
        shapes.update(spectral_shapes(f"spectral.{s}", source.bands, widths[s]))
        shapes.update(residual_shapes(f"spatial.{s}", source.bands, CHANNELS))
    shapes["unfold.expand.conv.weight"] = (stacked, UNFOLDED)
    shapes.update(batchnorm_shapes("unfold.expand.bn", UNFOLDED))
    shapes["unfold.reduce.conv.weight"] = (UNFOLDED, stacked)
    shapes.update(batchnorm_shapes("unfold.reduce.bn", stacked))
    shapes.update(trunk_shapes(stacked, len(sources) * CHANNELS, CHANNELS, WIDE))
    shapes.update(classifier_shapes(2 * 2 * CHANNELS, classes))
    return shapes


# ---- blocks
# --------------------------------------------------------------------------------------


def inside(affines, height, width, dtype):
    """1 where the centre of a patch's pixel lies in a window of height x width, else 0."""
    centres = torch.arange(PATCH_PX, dtype=dtype) + 0.5
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    masks = []
    for m in affines:
        column, row = m[0] + m[1] * x + m[2] * y, m[3] + m[4] * x + m[5] * y
        masks.append((column >= 0) & (column < width) & (row >= 0) & (row < height))
    return torch.stack(masks).to(dtype)[:, None]


def to_reference(x, source, affines):
    """The bands of a source on the reference grid, 0 beyond the source's window."""
    if source.on_reference:
        return x
    y = sample(x, affines, PATCH_PX, PATCH_PX, 1)
    return y * inside(affines, x.shape[2], x.shape[3], x.dtype)


def unit(p, prefix, x, training):
    """1 x 1 convolution, batch-norm, ReLU."""
    y = mix_channels(x, p[f"{prefix}.conv.weight"])
    return F.relu(batchnorm(p, f"{prefix}.bn", y, training))


def unfold(p, x, training):
    """The matrix channels x positions of every patch is transposed between two convolutions."""
    e = unit(p, "unfold.expand", x, training)
    matrix = e.flatten(start_dim=2)
    turned = matrix.transpose(1, 2).reshape(-1, UNFOLDED, FEATURE_PX, FEATURE_PX)
    return unit(p, "unfold.reduce", turned, training)


def adrf(p, prefix, x, training):
    """Adaptive de-redundancy fusion, one attention for the whole patch."""
    mean = x.mean(dim=(2, 3))
    std = torch.sqrt(x.var(dim=(2, 3), unbiased=True) + STD_EPS)
    w = torch.sigmoid(F.relu(mean @ p[f"{prefix}.w1"] + p[f"{prefix}.b1"])
                      + F.relu(std @ p[f"{prefix}.w2"] + p[f"{prefix}.b2"]))
    y = mix_channels(w[:, :, None, None] * x, p[f"{prefix}.mix.weight"])
    return F.relu(batchnorm(p, f"{prefix}.bn", y, training))


def neck(p, prefix, x, training):
    y = F.relu(batchnorm(p, f"{prefix}.bn", convolve(x, p[f"{prefix}.conv.weight"], stride=2),
                         training))
    return F.max_pool2d(y, 2)


def ssja(map1, map2):
    """Spatial-spectral joint attention over the whole patch."""
    x1, x2 = map1.flatten(start_dim=2), map2.flatten(start_dim=2)

    def hat(x):
        return x / torch.sqrt((x * x).sum(dim=2, keepdim=True) + GRAM_EPS)

    h1, h2 = hat(x1), hat(x2)
    t1, t2 = h1.transpose(1, 2), h2.transpose(1, 2)
    a1 = torch.softmax(h1 @ t1 + h2 @ t1, dim=-1)
    a2 = torch.softmax(h2 @ t2 + h1 @ t2, dim=-1)
    return (a1 @ x1 + x1 + a2 @ x2 + x2).reshape(map1.shape)


# ---- the network
# ---------------------------------------------------------------------------------


def patch(p, sources, inputs, affines, training):
    """Class scores of a batch of patches.

    p         parameters by name
    sources   [Source]
    inputs    per source [n, h_s, w_s, bands], normalised; 32 x 32 on the reference grid
    affines   per source, per patch: reference corner coordinates -> source corner coordinates
              (ignored for a source on the reference grid)
    Returns logits [n, 1, 1, K] and the two fused maps (spectral, spatial), [n, 64, 16, 16].
    Dropout is left out: it is the identity when running, and random in training.
    """
    spectral, spatial = [], []
    for s, source in enumerate(sources):
        x = to_reference(to_nchw(inputs[s]), source, affines[s])
        spectral.append(spectral_encoder(p, f"spectral.{s}", x, training, pool=True))
        spatial.append(residual_block(p, f"spatial.{s}", x, training, stride=2))
    stacked = unfold(p, torch.cat(spectral, dim=1), training)
    y_spectral = adrf(p, "adrf_spectral", stacked, training)
    y_spatial = adrf(p, "adrf_spatial", torch.cat(spatial, dim=1), training)

    z = ssja(neck(p, "neck_spectral", y_spectral, training),
             neck(p, "neck_spatial", y_spatial, training))
    z = residual_block(p, "head.block", z, training)
    z = F.relu(batchnorm(p, "head.bn", convolve(z, p["head.conv.weight"]), training))
    flat = to_nhwc(F.max_pool2d(z, 2)).flatten(start_dim=1)
    hidden = F.relu(flat @ p["classifier.hidden.weight"] + p["classifier.hidden.bias"])
    logits = hidden @ p["classifier.out.weight"] + p["classifier.out.bias"]
    return logits[:, None, None], y_spectral, y_spatial


# ---- loss
# ----------------------------------------------------------------------------------------


def total_loss(logits, labels, y_spectral, y_spatial, smoothing, beta):
    """labels [n, 1, 1]: the classes of the patches' centres. Every position counts."""
    everywhere = torch.ones_like(y_spectral[:, 0])
    relation = relation_loss(y_spectral, everywhere) + relation_loss(y_spatial, everywhere)
    return cross_entropy(logits, labels, smoothing) + beta * relation
