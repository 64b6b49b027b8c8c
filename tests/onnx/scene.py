# Scenes for the tests of ONNX files, and what stands between them and a runtime.
#   scene.py make FOLDER WIDTH HEIGHT NAME=BANDS:WIDTHxHEIGHT ... [curved]   rasters over one extent, labels.tif; curved:
#                                                  the class is which of the first two bands is farther from its mean
#   scene.py job FOLDER MODEL.onnx X,Y,W,H NAME ...     arrays of a window in reference pixels, job.json
#   scene.py compare FOLDER SCORES INFO.json X,Y,W,H MARGIN   logits and probabilities of the job
import json
import sys

import numpy as np

PIXEL = 10.0  # of the reference grid
TOLERANCE = 1e-4


def make(folder, width, height, sources):
    """Smooth noise, so that neighbours are alike; the first source has a hole and a stripe without data."""
    from osgeo import gdal, osr
    gdal.UseExceptions()
    random = np.random.default_rng(width * 1000 + height)
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(32633)

    def write(name, bands, kind, nodata=None):
        count, rows, columns = bands.shape
        raster = gdal.GetDriverByName("GTiff").Create(
            f"{folder}/{name}.tif", columns, rows, count, kind)
        raster.SetGeoTransform((400000, PIXEL * width / columns, 0,
                                5800000, 0, -PIXEL * height / rows))
        raster.SetProjection(srs.ExportToWkt())
        for i, band in enumerate(bands, 1):
            raster.GetRasterBand(i).WriteArray(band)
            if nodata is not None:
                raster.GetRasterBand(i).SetNoDataValue(nodata)

    curved = sources[-1] == "curved"
    for number, source in enumerate(sources[:-1] if curved else sources):
        name, shape = source.split("=")
        bands, size = shape.split(":")
        columns, rows = (int(side) for side in size.split("x"))
        noise = random.normal(size=(int(bands), rows + 4, columns + 4))
        smooth = sum(noise[:, i:i + rows, j:j + columns] for i in range(5) for j in range(5)) / 5
        pixels = np.round(1000 + 300 * smooth + 100 * noise[:, :rows, :columns])
        if number == 0 and columns > 16:
            pixels[0, 5:11, 20:29] = -9999
            pixels[-1, :, 40] = -9999
        elif columns > 16:
            pixels[:, 7, 9] = -9999
        write(name, pixels.astype(np.float32), gdal.GDT_Float32, -9999)
        first = pixels if number == 0 else first
    labels = 1 + (np.add.outer(np.arange(height) // 8, np.arange(width) // 8) % 3)
    if curved:
        farther = abs(first[0] - 1000) > abs(first[1] - 1000)
        labels = 1 + (farther ^ (random.random(farther.shape) < 0.25))  # a quarter is wrong
    write("labels", labels[None].astype(np.uint8), gdal.GDT_Byte)


def job(folder, model, window, names):
    """The window of every source, nodata as NaN."""
    from osgeo import gdal
    gdal.UseExceptions()
    x, y, w, h = window
    inputs = {}
    width = gdal.Open(f"{folder}/{names[0]}.tif").RasterXSize
    height = gdal.Open(f"{folder}/{names[0]}.tif").RasterYSize
    for name in names:
        raster = gdal.Open(f"{folder}/{name}.tif")
        across, down = raster.RasterXSize / width, raster.RasterYSize / height
        part = [x * across, y * down, w * across, h * down]
        assert all(side == int(side) for side in part), part
        pixels = raster.ReadAsArray(*(int(side) for side in part)).astype(np.float32)
        pixels = pixels.reshape(raster.RasterCount, *pixels.shape[-2:])
        pixels[pixels == -9999] = np.nan
        file = f"{folder}/{name}.f32"
        pixels.tofile(file)
        inputs[name] = {"file": file, "dims": [1, *pixels.shape]}
    outputs = {name: f"{folder}/{name}.f32" for name in ("logits", "probabilities")}
    with open(f"{folder}/job.json", "w") as file:
        json.dump({"model": model, "inputs": inputs, "outputs": outputs}, file)


def compare(folder, scores, description, window, margin):
    """Fail unless the arrays agree, relative to the largest score, where margin pixels are left out
    at those sides of the window that are not the scene's."""
    from osgeo import gdal
    x, y, w, h = window
    scene = gdal.Open(f"{folder}/labels.tif")
    width, height = scene.RasterXSize, scene.RasterYSize
    classes = len(description["classes"])
    ours = np.fromfile(scores, np.float32).reshape(height, width, classes)[y:y + h, x:x + w]
    theirs = np.fromfile(f"{folder}/logits.f32", np.float32).reshape(classes, h, w)
    theirs = theirs.transpose(1, 2, 0)
    probable = np.fromfile(f"{folder}/probabilities.f32", np.float32).reshape(classes, h, w)
    probable = probable.transpose(1, 2, 0)
    power = np.exp(ours.astype(float) / description["training"]["temperature"])
    expected = power / power.sum(axis=-1, keepdims=True)
    core = (slice(margin if y > 0 else 0, h - margin if y + h < height else h),
            slice(margin if x > 0 else 0, w - margin if x + w < width else w))
    ours, theirs, expected, probable = (a[core] for a in (ours, theirs, expected, probable))
    if (np.isnan(ours) != np.isnan(theirs)).any() or (np.isnan(ours) != np.isnan(probable)).any():
        sys.exit(f"{folder}: other pixels without data: expected {np.isnan(ours[..., 0]).sum()}, "
                 f"found {np.isnan(theirs[..., 0]).sum()}")
    scale = np.nanmax(np.abs(ours))
    worst = np.nanmax(np.abs(ours - theirs)) / scale
    worst_probability = np.nanmax(np.abs(expected - probable))
    print(f"{ours.shape[1]} x {ours.shape[0]}: scores up to {scale:.3f}, worst difference relative "
          f"to that {worst:.1e}, of probabilities {worst_probability:.1e}")
    if not (worst <= TOLERANCE and worst_probability <= TOLERANCE):
        sys.exit(f"{folder}: expected differences of at most {TOLERANCE}")


def read_window(text):
    return [int(side) for side in text.split(",")]


command, folder, *rest = sys.argv[1:]
if command == "make":
    make(folder, int(rest[0]), int(rest[1]), rest[2:])
elif command == "job":
    job(folder, rest[0], read_window(rest[1]), rest[2:])
else:
    with open(rest[1]) as file:
        about = json.load(file)
    compare(folder, rest[0], about, read_window(rest[2]), int(rest[3]))
