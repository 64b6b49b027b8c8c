#!/usr/bin/env python3
"""Does a sample scene have the properties that demo, tests and benchmarks rely on?

check_scene.py FOLDER WIDTH HEIGHT RATIO BANDS CLASSES CORNER

Silent and status 0 when it has; otherwise every broken property on stderr and status 1.
"""
import sys

import numpy as np
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()

NAMES = ["forest", "meadow", "stubble", "soil", "water", "asphalt", "roof", "limestone"]
MS_BANDS = [("blue", 490), ("green", 560), ("red", 665), ("nir", 842)]
broken = []


def check(held, message):
    if not held:
        broken.append(message)


class Scene:
    def __init__(self, folder):
        self.ms = gdal.Open(f"{folder}/ms.tif")
        self.hs = gdal.Open(f"{folder}/hs.tif")
        self.truth = gdal.Open(f"{folder}/truth.tif")
        self.labels = ogr.Open(f"{folder}/labels.gpkg")
        self.fine = self.ms.ReadAsArray().astype(float)
        self.coarse = self.hs.ReadAsArray().astype(float)
        self.classes = self.truth.ReadAsArray()
        self.wavelengths = np.array([wavelength(self.hs, b) for b in range(self.hs.RasterCount)])

    def near(self, nm):
        return int(np.argmin(np.abs(self.wavelengths - nm)))


def wavelength(dataset, band):
    metadata = dataset.GetRasterBand(band + 1).GetMetadata()
    check(metadata.get("wavelength_units") == "Nanometers", f"band {band}: wavelength units")
    return float(metadata["wavelength"])


def check_frames(scene, width, height, ratio, bands):
    m, h = scene.ms.GetGeoTransform(), scene.hs.GetGeoTransform()
    check((scene.ms.RasterXSize, scene.ms.RasterYSize) == (width, height), "size of ms.tif")
    check(scene.classes.shape == (height, width), "size of truth.tif")
    check(scene.truth.GetGeoTransform() == m, "truth.tif lies on the grid of ms.tif")
    check(scene.ms.GetRasterBand(1).DataType == gdal.GDT_UInt16, "ms.tif is UInt16")
    check(scene.hs.GetRasterBand(1).DataType == gdal.GDT_Int16, "hs.tif is Int16")
    check(scene.ms.GetRasterBand(1).GetNoDataValue() == 0, "nodata of ms.tif")
    check(scene.hs.GetRasterBand(1).GetNoDataValue() == -9999, "nodata of hs.tif")
    for dataset in (scene.ms, scene.hs, scene.truth):
        check(dataset.GetSpatialRef().GetAuthorityCode(None) == "32633", "CRS is EPSG:32633")
    check(abs(h[1] / m[1] - ratio) < 1e-9 and h[5] == -h[1], "ratio of the pixel sizes")
    for step in ((m[0] - h[0]) / m[1], (h[3] - m[3]) / m[1]):
        check(abs(step - round(step)) > 0.05, f"grids are not aligned: offset {step} fine pixels")
        check(0 < step < ratio, "hs.tif starts less than a pixel before ms.tif")
    check(h[0] + h[1] * scene.hs.RasterXSize >= m[0] + m[1] * width and
          h[3] + h[5] * scene.hs.RasterYSize <= m[3] + m[5] * height, "hs.tif covers ms.tif")
    check(scene.hs.RasterCount == bands, "bands of hs.tif")
    check(bands < 2 or (scene.wavelengths[0] == 420 and scene.wavelengths[-1] == 2450 and
                        (np.diff(scene.wavelengths) > 0).all()), "wavelengths of hs.tif")
    check([(scene.ms.GetRasterBand(b + 1).GetDescription(), wavelength(scene.ms, b))
           for b in range(4)] == MS_BANDS, "names and wavelengths of ms.tif")


def check_truth(scene, classes):
    band = scene.truth.GetRasterBand(1)
    check(band.GetCategoryNames() == ["nodata"] + NAMES[:classes], "category names of truth.tif")
    check(band.GetNoDataValue() == 0, "nodata of truth.tif")
    colours = {band.GetColorTable().GetColorEntry(k + 1)[:3] for k in range(classes)}
    check(len(colours) == classes, "every class has a colour of its own")
    check(scene.classes.min() >= 1 and scene.classes.max() <= classes, "values of truth.tif")


def check_nodata(scene, corner):
    hidden = (scene.fine == 0).any(axis=0)
    check((hidden == (scene.fine == 0).all(axis=0)).all(), "nodata of ms.tif in all bands alike")
    lost = (scene.coarse == -9999).any(axis=0)
    check((lost == (scene.coarse == -9999).all(axis=0)).all(), "nodata of hs.tif in all bands alike")
    side = min(scene.classes.shape)
    # A triangle with legs L and L / 0.6, so L^2 / 1.2 pixels; the scene is large enough to hold it.
    check(abs(hidden.sum() - (corner * side) ** 2 / 1.2) <= 2 * side * corner + 2, "nodata of ms.tif")
    check(hidden[0, -1] == (corner > 0) and not hidden[-1, 0], "nodata lies in the upper right")
    check(lost[-1, 0] == (corner > 0) and not lost[0, -1], "nodata of hs.tif lies in the lower left")
    check(scene.fine[:, ~hidden].min() >= 1 and scene.fine.max() <= 16000, "range of ms.tif")
    check(scene.coarse[:, ~lost].min() >= 1 and scene.coarse.max() <= 16000, "range of hs.tif")


def burn(scene, layer, touched):
    target = gdal.GetDriverByName("MEM").Create("", scene.ms.RasterXSize, scene.ms.RasterYSize)
    target.SetGeoTransform(scene.ms.GetGeoTransform())
    target.SetSpatialRef(scene.ms.GetSpatialRef())
    for value, name in enumerate(NAMES, start=1):
        layer.SetAttributeFilter(f"class = '{name}'")
        gdal.RasterizeLayer(target, [1], layer, burn_values=[value],
                            options=["ALL_TOUCHED=TRUE"] if touched else [])
    layer.SetAttributeFilter(None)
    return target.ReadAsArray()


def check_labels(scene, classes, ratio):
    layers = [scene.labels.GetLayer(i) for i in range(scene.labels.GetLayerCount())]
    check([layer.GetName() for layer in layers] == ["train", "test"], "layers train and test")
    polygons = []
    for layer in layers:
        definition = layer.GetLayerDefn()
        check(definition.GetFieldCount() == 1 and definition.GetFieldDefn(0).GetName() == "class",
              f"{layer.GetName()}: one field, class")
        inside = burn(scene, layer, touched=False)
        wrong = np.count_nonzero((inside > 0) & (inside != scene.classes))
        check(wrong == 0, f"{layer.GetName()}: {wrong} pixels with another class than the truth")
        check(set(np.unique(inside)) == set(range(classes + 1)), f"{layer.GetName()}: all classes")
        share = np.count_nonzero(inside) / inside.size
        check(0.01 < share < 0.10, f"{layer.GetName()}: covers {share:.3f} of the scene")
        check(not (scene.fine == 0).any(axis=0)[inside > 0].any(), f"{layer.GetName()}: on nodata")
        least = (4 if scene.classes.size >= 512 * 512 else 2) * classes
        check(least <= layer.GetFeatureCount() <= 60,
              f"{layer.GetName()}: {layer.GetFeatureCount()} polygons")
        polygons.append([feature.GetGeometryRef().Clone() for feature in layer])
    fine_m = scene.ms.GetGeoTransform()[1]
    least = min((p.Distance(q) for p in polygons[0] for q in polygons[1]), default=np.inf)
    check(least >= 2 * ratio * fine_m - 1e-6, f"layers keep apart: {least:.1f} m")


def shrink(scene, band):
    """A band of ms.tif on the grid of hs.tif, by plain averages."""
    source = gdal.GetDriverByName("MEM").Create("", scene.ms.RasterXSize, scene.ms.RasterYSize, 1,
                                                gdal.GDT_Float32)
    target = gdal.GetDriverByName("MEM").Create("", scene.hs.RasterXSize, scene.hs.RasterYSize, 1,
                                                gdal.GDT_Float32)
    for dataset, like in ((source, scene.ms), (target, scene.hs)):
        dataset.SetGeoTransform(like.GetGeoTransform())
        dataset.SetSpatialRef(like.GetSpatialRef())
    source.WriteArray(np.where(scene.fine[band] == 0, np.nan, scene.fine[band]))
    source.GetRasterBand(1).SetNoDataValue(float("nan"))
    target.GetRasterBand(1).SetNoDataValue(float("nan"))
    target.GetRasterBand(1).Fill(float("nan"))
    gdal.Warp(target, source, resampleAlg="average")
    return target.ReadAsArray()


def check_registration(scene):
    """Both sensors see one landscape: they agree in place, and less with any shift by one pixel."""
    small = shrink(scene, 1)
    seen = np.where(scene.coarse[0] == -9999, np.nan, scene.coarse[scene.near(560)])

    def agreement(dy, dx):
        moved = np.roll(seen, (dy, dx), (0, 1))[2:-2, 2:-2]
        still = small[2:-2, 2:-2]
        both = np.isfinite(moved) & np.isfinite(still)
        return np.corrcoef(moved[both], still[both])[0, 1]

    best = agreement(0, 0)
    check(best > 0.97, f"the sensors agree: correlation {best:.3f}")
    for shift in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        check(agreement(*shift) < best - 0.02, f"shift {shift}: {agreement(*shift):.3f}")


def pure(scene):
    """Class of each coarse pixel whose fine pixels are all of one class, else 0."""
    m, h = scene.ms.GetGeoTransform(), scene.hs.GetGeoTransform()
    out = np.zeros(scene.coarse.shape[1:], int)
    for i, j in np.ndindex(out.shape):
        x, y = ((h[0] - m[0]) + j * h[1]) / m[1], ((m[3] - h[3]) + i * h[1]) / m[1]
        r = h[1] / m[1]
        block = scene.classes[max(0, int(y - r / 2)):int(y + 1.5 * r) + 1,
                              max(0, int(x - r / 2)):int(x + 1.5 * r) + 1]
        if block.size and (block == block.flat[0]).all() and scene.coarse[0, i, j] != -9999:
            out[i, j] = block.flat[0]
    return out


def separation(a, b):
    """Distance of two samples' means in standard deviations."""
    return abs(a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2)


def check_spectra(scene):
    """Spectra have the shapes of their materials, and some classes need the hyperspectral bands."""
    where = pure(scene)
    spectrum = {name: scene.coarse[:, where == k].mean(axis=1)
                for k, name in enumerate(NAMES, start=1) if (where == k).any()}
    at = scene.near
    for name in ("forest", "meadow"):
        s = spectrum[name]
        check(s[at(800)] > 3 * s[at(670)], f"{name}: red edge")
        check(s[at(552)] > s[at(670)] and s[at(552)] > s[at(460)], f"{name}: green peak")
        check(s[at(1650)] > 1.5 * s[at(1450)] and s[at(1650)] > 2 * s[at(1940)], f"{name}: water")
    check(spectrum["water"][at(1650)] < 300, "water is black in the short-wave infrared")
    check(spectrum["limestone"][at(2340)] < 0.95 * spectrum["limestone"][at(2250)], "carbonate")
    stubble, soil = (scene.fine[:, scene.classes == k] for k in (3, 4))
    for b, (name, _) in enumerate(MS_BANDS):
        check(separation(stubble[b], soil[b]) < 1.3, f"{name} does not tell stubble from soil")
    cellulose = scene.coarse[at(2100)] / scene.coarse[at(2230)]
    apart = separation(cellulose[where == 3], cellulose[where == 4])
    check(apart > 3, f"cellulose tells stubble from soil: {apart:.2f}")
    roofs = np.count_nonzero(where == 1 + NAMES.index("roof"))
    check(roofs == 0 and np.count_nonzero(scene.classes == 1 + NAMES.index("roof")) > 100,
          "roofs are smaller than a coarse pixel")


def main():
    folder = sys.argv[1]
    width, height = int(sys.argv[2]), int(sys.argv[3])
    ratio, bands, classes, corner = (float(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6]),
                                     float(sys.argv[7]))
    scene = Scene(folder)
    check_frames(scene, width, height, ratio, bands)
    check_truth(scene, classes)
    if min(width, height) >= 256:
        check_nodata(scene, corner)
        check_labels(scene, classes, ratio)
        check_registration(scene)
    if min(width, height) >= 256 and classes == len(NAMES) and bands >= 32:
        check_spectra(scene)
    if broken:
        sys.exit("\n".join(f"check_scene: {folder}: {message}" for message in broken))


if __name__ == "__main__":
    main()
