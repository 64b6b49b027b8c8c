"""Context features: principal components of a scene, and what stands around a pixel in them.

Of standardised bands, ten components of all and four of the fine source's; of each component its value
and its mean and standard deviation in square windows; of the first three and of those of the fine
source, openings and closings with discs.
"""
import numpy as np
from scipy import ndimage
from sklearn.decomposition import PCA

COMPONENTS = 10
FINE_COMPONENTS = 4
WINDOWS_PX = (5, 9)
SHAPED_COMPONENTS = 3           # of all bands: those with openings and closings
DISCS_PX = (3, 7, 11)           # diameters
DEFINITION = ["components", f"{COMPONENTS} + {FINE_COMPONENTS}", "windows", str(list(WINDOWS_PX)),
              "discs", str(list(DISCS_PX)), "of", f"{SHAPED_COMPONENTS} + {FINE_COMPONENTS}"]


def disc(diameter):
    from_centre = np.arange(diameter) - diameter // 2
    return from_centre[:, None] ** 2 + from_centre[None, :] ** 2 <= (diameter / 2) ** 2


def window_features(image):
    """Mean and standard deviation in every window."""
    features = []
    for size in WINDOWS_PX:
        mean = ndimage.uniform_filter(image, size)
        square = ndimage.uniform_filter(image ** 2, size)
        features += [mean, np.sqrt(np.maximum(square - mean ** 2, 0))]
    return features


def shape_features(image):
    """Opening and closing with every disc."""
    return [change(image, footprint=disc(diameter)) for diameter in DISCS_PX
            for change in (ndimage.grey_opening, ndimage.grey_closing)]


class Context:
    """Learns the scale and the components of a scene's bands; makes features of any area of it."""

    def __init__(self, pixels, fine):
        """pixels [pixel][band]: a sample of the scene; fine [band]: those of the fine source."""
        self.mean = pixels.mean(axis=0)
        spread = pixels.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1)
        scaled = (pixels - self.mean) / self.spread
        # Of one source, all bands are the fine ones, and their components the same twice.
        wanted = [(np.ones(len(fine), bool), COMPONENTS, SHAPED_COMPONENTS)]
        if not fine.all():
            wanted.append((fine, FINE_COMPONENTS, FINE_COMPONENTS))
        self.parts = [(bands, PCA(min(count, *scaled[:, bands].shape)).fit(scaled[:, bands]), shaped)
                      for bands, count, shaped in wanted]

    def features(self, stack):
        """[feature][row][column] of bands [band][row][column]; a missing value counts as the mean."""
        shape = stack.shape[1:]
        scaled = np.nan_to_num((stack.reshape(len(stack), -1).T - self.mean) / self.spread)
        features = []
        for bands, components, shaped in self.parts:
            images = components.transform(scaled[:, bands]).T.reshape(-1, *shape)
            for number, image in enumerate(images):
                features += [image, *window_features(image)]
                features += shape_features(image) if number < shaped else []
        return np.array(features, np.float32)
