"""What the speed study works on: scenes, models and what the peers need, made once in its work
folder.
"""
import functools
import os
import shutil
import subprocess
import sys

from processes import Children, RunError

HERE = os.path.dirname(os.path.abspath(__file__))
PLAIN = {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
TREES = 100
MS_BANDS = 4


def thread_settings(threads):
    """Environment of a program of so many threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")
    return {**PLAIN, **dict.fromkeys(names, str(threads))}


@functools.cache
def python_has(*modules):
    return subprocess.run([sys.executable, "-c", "import " + ", ".join(modules)], check=False,
                          capture_output=True).returncode == 0


class Work:
    """Paths in the work folder, and the making of what is not there yet."""

    def __init__(self, build, folder, sizes):
        self.build, self.sizes = build, sizes
        self.folder = os.path.join(folder, str(sizes.side))
        os.makedirs(self.folder, exist_ok=True)
        self.children = Children()
        self.log = self.path("log")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def program(self, name):
        return os.path.join(self.build, name)

    def run(self, *command, threads=2, settings=()):
        return self.children.measure(self.log, command,
                                     {**thread_settings(threads), **dict(settings)})

    def make(self, name, maker):
        """Path of what the maker makes at the path it is given; it appears when it is whole."""
        path = self.path(name)
        if not os.path.exists(path):
            print(f"making {name}", flush=True)
            part = self.path("part-" + name)
            if os.path.isdir(part):
                shutil.rmtree(part)
            maker(part)
            os.rename(part, path)
        return path

    # ---- ours

    def scene(self, side):
        return self.make(f"scene-{side}", lambda folder: self.run(
            self.program("samples/make_scene"), "-size", str(side), str(side), "-ratio", "4",
            "-hs_bands", "64", "-nodata_corner", "0", folder))

    def sources(self, side):
        folder = self.scene(side)
        return [os.path.join(folder, name) for name in ("ms.tif", "hs.tif")]

    def inputs(self, side):
        return [word for name, path in zip(("ms", "hs"), self.sources(side))
                for word in ("-i", f"{name}={path}")]

    def train(self, model, *options, threads=2):
        """Train on the smaller scene."""
        side = self.sizes.side
        return self.run(self.program("s2rgf_train"), "-q", "-threads", str(threads), "-val", "0",
                        "-settle", "1", *options, *self.inputs(side), "-labels",
                        os.path.join(self.scene(side), "labels.gpkg"), "-l", "train", "-a", "class",
                        model, threads=threads)

    def model(self, name, *options):
        return self.make(f"{name}.s2rgf", lambda path: self.train(
            path, *options, "-steps", str(self.sizes.model_steps)))

    # ---- the peers'

    def data(self):
        def write(folder):
            os.mkdir(folder)
            self.run(sys.executable, os.path.join(HERE, "speed_data.py"),
                     self.scene(self.sizes.side), folder)
        return self.make("peers", write)

    def forest(self, depth):
        """A random forest of Orfeo ToolBox, trained on all labelled pixels; with accuracy 0 it does
        not end before it has all its trees."""
        data = self.data()
        path = self.make(f"forest{depth}.txt", lambda model: self.run(
            "otbcli_TrainImagesClassifier", "-io.il", os.path.join(data, "stack.tif"), "-io.vd",
            os.path.join(data, "train.shp"), "-sample.vfn", "code", "-sample.mt", "-1",
            "-sample.mv", "0", "-sample.vtr", "0", "-classifier", "rf", "-classifier.rf.nbtrees",
            str(TREES), "-classifier.rf.acc", "0", "-classifier.rf.max", str(depth), "-io.out",
            model))
        with open(path, encoding="utf-8") as file:
            grown = sum("nodes:" in line for line in file)
        if grown != TREES:
            raise RunError(f"{path}: expected {TREES} trees, found {grown}")
        return path

    def grass(self):
        """A GRASS database with the bands imported, and signatures of all and of the fine ones."""
        return self.make("grass", self.make_grass)

    def make_grass(self, folder):
        data, place = self.data(), os.path.join(folder, "place")
        os.mkdir(folder)
        self.run("grass", "-c", os.path.join(data, "stack.tif"), place, "-e")
        place = os.path.join(place, "PERMANENT")
        script = """set -e
            r.in.gdal -o input="$1/stack.tif" output=band memory=600
            r.in.gdal -o input="$1/train.tif" output=train
            g.region raster=train save=whole
            eval "$(g.region -g)"
            g.region s=$((n - $3 * nsres)) save=part
            g.region region=whole
            for group in all ms; do
                bands=$(g.list raster pattern='band.*' separator=,)
                [ $group = all ] || bands=$(echo "$bands" | tr , '\\n' | sort -t. -k2 -n |
                    head -"$2" | paste -s -d,)
                i.group group=$group subgroup=$group input="$bands"
                i.gensig trainingmap=train group=$group subgroup=$group signaturefile=$group
            done"""
        self.run("grass", place, "--exec", "bash", "-c", script, "bash", data, str(MS_BANDS),
                 str(self.sizes.maxlik_rows))

    def grass_settings(self):
        """What a module of GRASS needs to run without the start-up of a session."""
        base = subprocess.run(["grass", "--config", "path"], check=True, text=True,
                              capture_output=True).stdout.strip()
        rc = self.path("grassrc")
        with open(rc, "w", encoding="utf-8") as file:
            file.write(f"GISDBASE: {self.grass()}\nLOCATION_NAME: place\nMAPSET: PERMANENT\n")
        return base, {"GISBASE": base, "GISRC": rc, "LD_LIBRARY_PATH": os.path.join(base, "lib")}

    def peak(self):
        """The program that measures the machine, built where it is not."""
        self.run("make", "-C", self.build, "bench/peak")
        return self.program("bench/peak")
