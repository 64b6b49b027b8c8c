"""The study of reading: what s2rgf_classify takes to read a cube, beside one pass over the same file.

Makes cubes of one source at full resolution in several layouts and maps them with one and with two
threads. A row of the table it prints is a layout: processor seconds of one pass of GDAL over all
blocks, all bands of a block at once, and the seconds of the stage "read" of s2rgf_classify over those of
the pass. Every round measures all of them once, one after the other, so that what the machine does
meanwhile falls on all; figures are medians over rounds, ratios medians of the ratios of each round.

Exit codes: 0 done, 1 a program failed or a ratio is above 1.5, 2 wrong usage.
"""
import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from statistics import median

import numpy
from osgeo import gdal, osr

from page import table

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LARGEST_RATIO = 1.5
BLOCK_CACHE = 256 << 20  # bytes, of a pass
LAYOUTS = (("tiles of 256, pixels", ("TILED=YES", "INTERLEAVE=PIXEL")),
           ("tiles of 256, bands", ("TILED=YES", "INTERLEAVE=BAND")),
           ("strips of 16 lines, pixels", ("BLOCKYSIZE=16", "INTERLEAVE=PIXEL")),
           ("strips of 16 lines, bands", ("BLOCKYSIZE=16", "INTERLEAVE=BAND")))
THREADS = (1, 2)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="reading", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-rounds", type=int, default=3, metavar="N", help="rounds [default 3]")
    parser.add_argument("-size", type=int, default=1024, metavar="PIXELS",
                        help="side of the cubes [default 1024]")
    parser.add_argument("-bands", type=lambda text: [int(one) for one in text.split(",")],
                        default=[4, 144, 300], metavar="N,...",
                        help="bands of the cubes [default 4,144,300]")
    parser.add_argument("-codec", type=lambda text: text.split(","), default=["ZSTD", "DEFLATE"],
                        metavar="NAME,...", help="compression [default ZSTD,DEFLATE]")
    parser.add_argument("-build", default=os.environ.get("builddir", os.path.join(TOP, "build")),
                        metavar="FOLDER", help="where the programs are [default build]")
    args = parser.parse_args()
    if args.rounds < 1 or args.size < 256 or min(args.bands) < 1:
        parser.error("expected 1 round, 256 pixels and 1 band, or more")
    args.build = os.path.abspath(args.build)
    return args


def create(path, side, bands, kind, options):
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32633)
    dataset = gdal.GetDriverByName("GTiff").Create(path, side, side, bands, kind, options)
    dataset.SetGeoTransform((500000, 10, 0, 5000000, 0, -10))
    dataset.SetProjection(reference.ExportToWkt())
    return dataset


def make_cube(path, side, bands, options):
    """Classes in squares, a slow change from left to right, noise: about half compresses away."""
    draw = numpy.random.default_rng(1)
    squares = draw.integers(1, 4, (side // 64 + 1, side // 64 + 1))
    truth = numpy.kron(squares, numpy.ones((64, 64), int))[:side, :side]
    spectra = draw.integers(500, 4000, (4, bands))
    slope = numpy.cumsum(draw.normal(0, 3, (side, side)), axis=1)
    dataset = create(path, side, bands, gdal.GDT_Int16, options + ("PREDICTOR=2", "BIGTIFF=YES"))
    for band in range(bands):
        noise = draw.normal(0, 15, (side, side))
        plane = numpy.clip(spectra[truth, band] + slope + noise, 1, 30000).astype(numpy.int16)
        dataset.GetRasterBand(band + 1).WriteArray(plane)
    dataset = None
    return truth


def make_model(args, folder, bands):
    """A model of few steps: what it says does not matter here."""
    cube, labels = os.path.join(folder, "small.tif"), os.path.join(folder, "labels.tif")
    model = os.path.join(folder, f"m{bands}.s2rgf")
    truth = make_cube(cube, 256, bands, ("INTERLEAVE=BAND",))
    dataset = create(labels, 256, 1, gdal.GDT_Byte, ())
    dataset.GetRasterBand(1).WriteArray(truth.astype(numpy.uint8))
    dataset = None
    run(args, ["s2rgf_train", "-q", "-overwrite", "-i", cube, "-labels", labels, "-val", "0",
               "-steps", "2", "-batch", "2", "-crop", "48", model])
    return model


def run(args, command):
    done = subprocess.run([os.path.join(args.build, command[0])] + command[1:], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.exit(f"{command[0]}: exit {done.returncode}: {done.stdout}")
    return done.stdout


def one_pass(path):
    """Processor seconds, in a process of its own: s2rgf_classify too begins with memory it never touched."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply(pass_over, (path,))


def pass_over(path):
    gdal.UseExceptions()
    gdal.SetCacheMax(BLOCK_CACHE)
    start = time.process_time()
    dataset = gdal.Open(path)
    width, height = dataset.GetRasterBand(1).GetBlockSize()
    for y in range(0, dataset.RasterYSize, height):
        for x in range(0, dataset.RasterXSize, width):
            dataset.ReadRaster(x, y, min(width, dataset.RasterXSize - x),
                               min(height, dataset.RasterYSize - y))
    return time.process_time() - start


def read_stage(args, folder, model, path, threads):
    """Processor seconds of all threads."""
    said = run(args, ["s2rgf_classify", "--debug", "S2RGF", "-q", "-overwrite", "-threads",
                      str(threads), "-m", model, "-i", path, os.path.join(folder, "map.tif")])
    return float(re.search(r"stage read: ([\d.]+) s", said).group(1))


def measure(args, folder, model, path):
    """Seconds of a pass, and ratios by threads."""
    passes, ratios = [], {threads: [] for threads in THREADS}
    for _ in range(args.rounds):
        passes.append(one_pass(path))
        for threads in THREADS:
            ratios[threads].append(read_stage(args, folder, model, path, threads) / passes[-1])
    return median(passes), [median(ratios[threads]) for threads in THREADS]


def main():
    args = parse_arguments()
    gdal.UseExceptions()
    rows, largest = [], 0.0
    with tempfile.TemporaryDirectory(prefix="reading_", dir=args.build) as folder:
        for bands in args.bands:
            model = make_model(args, folder, bands)
            for codec in args.codec:
                for name, options in LAYOUTS:
                    path = os.path.join(folder, "cube.tif")
                    make_cube(path, args.size, bands, options + (f"COMPRESS={codec}",))
                    seconds, ratios = measure(args, folder, model, path)
                    rows.append([str(bands), codec, name, f"{seconds:.2f}"] +
                                [f"{ratio:.2f}" for ratio in ratios])
                    largest = max(largest, *ratios)
                    print(*rows[-1], sep=", ", file=sys.stderr)
    print(table(["bands", "codec", "blocks", "one pass, s", "1 thread", "2 threads"], rows))
    sys.exit(largest > LARGEST_RATIO)


if __name__ == "__main__":
    main()
