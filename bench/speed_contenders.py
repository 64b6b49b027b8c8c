"""Who is measured in the speed study, and how: every contender is a function that runs once and
says what it took.
"""
import os
import re
import shutil
import sys
from dataclasses import dataclass
from typing import Callable

from processes import RunError
from speed_work import HERE, python_has

TORCH_TILE_PX, TORCH_HALO_PX = 384, 32
# The C library keeps what PyTorch frees: otherwise the system clears every map anew.
TORCH_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 34)}
AGREEMENT = 0.999       # of PyTorch's map with ours, or it is not the same network
STAGE = re.compile(r"S2RGF: stage (\w+): ([\d.]+) s(?:, ([\d.]+) GF/s)?")
COMPUTE = re.compile(
    r"S2RGF: stages that compute: ([\d.]+) s, ([\d.]+) GF/s, done ([\d.]+) GF/s")
READS = re.compile(r"S2RGF: source (\w+): a pixel is read ([\d.]+) times, encoded ([\d.]+) times")


@dataclass(frozen=True)
class Sizes:
    """Sides of scenes in reference pixels, and parts of them for contenders that take long."""
    side: int = 2048
    large_side: int = 8192
    torch_rows: int = 1024
    maxlik_rows: int = 256
    patch_px: int = 64
    model_steps: int = 30
    short_steps: int = 2
    long_steps: int = 12
    torch_steps: int = 5
    triad_mb: int = 512


QUICK = Sizes(256, 512, 128, 128, 16, 2, 1, 3, 1, 16)


@dataclass(frozen=True)
class Contender:
    name: str
    run: Callable           # run(work): what it took
    prepare: Callable       # prepare(work): make what it needs
    needs: Callable = lambda: None      # why it cannot be measured here, or None
    first_round_only: bool = False


def figures(usage, pixels, **more):
    return {"wall_s": round(usage.wall_s, 4), "cpu_s": round(usage.cpu_s, 4),
            "peak_mb": round(usage.peak_mb, 1), "pixels": pixels, **more}


def fresh_log(work, name):
    """A log of one run alone, to be read."""
    path = work.path(f"{name}.log")
    if os.path.exists(path):
        os.remove(path)
    return path


def run_logged(work, name, threads, command, settings=()):
    """Usage of a command and what it printed."""
    kept, work.log = work.log, fresh_log(work, name)
    try:
        usage = work.run(*command, threads=threads, settings=settings)
        with open(work.log, encoding="utf-8") as file:
            return usage, file.read()
    finally:
        work.log = kept


# ---- ours


def dense_model(work, channels):
    return work.model(f"dense{channels}", "-c", str(channels))


def read_stages(text):
    """Seconds and GF/s of the stages as --debug tells them, and of those that compute together; how
    often a pixel of each source was read and encoded."""
    stages = {name: [float(seconds), float(rate) if rate else None]
              for name, seconds, rate in STAGE.findall(text)}
    together = COMPUTE.search(text)
    if not stages or not together:
        raise RunError("s2rgf_classify --debug S2RGF told no stages")
    return {"stages": stages, "compute": [float(value) for value in together.groups()],
            "reads": {name: [float(read), float(encoded)]
                      for name, read, encoded in READS.findall(text)}}


def dense(channels, threads, large=False):
    name = f"dense{channels}-{threads}" + ("-large" if large else "")

    def side(work):
        return work.sizes.large_side if large else work.sizes.side

    def run(work):
        usage, text = run_logged(work, name, threads, (
            work.program("s2rgf_classify"), "-q", "--debug", "S2RGF", "-overwrite", "-threads",
            str(threads), "-m", dense_model(work, channels), *work.inputs(side(work)),
            work.path(f"map-{name}.tif")))
        return figures(usage, side(work) ** 2, **read_stages(text))

    def prepare(work):
        dense_model(work, channels)
        work.scene(side(work))

    return Contender(name, run, prepare, first_round_only=large)


def patch(threads):
    name = f"patch-{threads}"

    def model(work):
        return work.model("patch", "-network", "patch")

    def run(work):
        px, corner = work.sizes.patch_px, (work.sizes.side - work.sizes.patch_px) // 2
        usage, _ = run_logged(work, name, threads, (
            work.program("s2rgf_classify"), "-q", "-overwrite", "-threads", str(threads), "-srcwin",
            str(corner), str(corner), str(px), str(px), "-m", model(work),
            *work.inputs(work.sizes.side), work.path("map-patch.tif")))
        return figures(usage, px * px)

    return Contender(name, run, model)


def training(channels, threads):
    """A step by two trainings of different length, so that all else cancels."""
    name = f"step{channels}-{threads}"

    def run(work):
        short, long = work.sizes.short_steps, work.sizes.long_steps
        took = [work.train(work.path(f"{name}.s2rgf"), "-overwrite", "-c", str(channels), "-steps",
                           str(steps), threads=threads) for steps in (short, long)]
        return {"wall_s": (took[1].wall_s - took[0].wall_s) / (long - short),
                "cpu_s": (took[1].cpu_s - took[0].cpu_s) / (long - short)}

    return Contender(name, run, lambda work: work.scene(work.sizes.side))


# ---- PyTorch


def without_torch():
    return None if python_has("torch", "numpy", "osgeo") else (
        "this Python has no torch, numpy or osgeo (python3-torch, python3-numpy, python3-gdal)")


def torch_map(channels, threads):
    name = f"torch{channels}-{threads}"

    def run(work):
        mapped, rows = work.path(f"map-{name}.tif"), work.sizes.torch_rows
        usage, text = run_logged(work, name, threads, (
            sys.executable, os.path.join(HERE, "torch_map.py"), dense_model(work, channels),
            str(threads), str(TORCH_TILE_PX), str(TORCH_HALO_PX), str(rows), mapped,
            *work.sources(work.sizes.side)), TORCH_MEMORY)
        loading = [float(word) for word in text.split()[:2]]
        usage = usage._replace(wall_s=usage.wall_s - loading[0], cpu_s=usage.cpu_s - loading[1])
        return figures(usage, rows * work.sizes.side, agreement=compare(work, mapped))

    def compare(work, mapped):
        """Part of the pixels with the class of our map, which is made where there is none."""
        ours = work.make(f"map-compared-{channels}.tif", lambda path: work.run(
            work.program("s2rgf_classify"), "-q", "-m", dense_model(work, channels),
            *work.inputs(work.sizes.side), path))
        _, text = run_logged(work, "agreement", 1, (
            sys.executable, os.path.join(HERE, "torch_map.py"), "-agreement", mapped, ours))
        if float(text) < AGREEMENT:
            raise RunError(f"{name}: {float(text):.5f} of the pixels as s2rgf has them, expected "
                           f"{AGREEMENT} or more")
        return float(text)

    return Contender(name, run, lambda work: dense_model(work, channels), without_torch)


def torch_step(channels, threads):
    name = f"torch-step{channels}-{threads}"

    def run(work):
        _, text = run_logged(work, name, threads, (
            sys.executable, os.path.join(HERE, "torch_step.py"), dense_model(work, channels),
            str(threads), str(work.sizes.torch_steps)), TORCH_MEMORY)
        wall, cpu = map(float, text.split())
        return {"wall_s": wall, "cpu_s": cpu}

    return Contender(name, run, lambda work: dense_model(work, channels), without_torch)


# ---- other programs


def without(program, package):
    def needs():
        if not shutil.which(program):
            return f"no {program} (package {package})"
        return None if python_has("numpy", "osgeo") else (
            "this Python, which prepares its data, has no numpy or osgeo")
    return needs


def forest(name, depth):
    def run(work):
        usage, _ = run_logged(work, name, 1, (
            "otbcli_ImageClassifier", "-in", os.path.join(work.data(), "stack.tif"), "-model",
            work.forest(depth), "-out", work.path(f"map-{name}.tif"), "uint8"))
        return figures(usage, work.sizes.side ** 2)

    return Contender(name, run, lambda work: work.forest(depth),
                     without("otbcli_ImageClassifier", "otb-bin"))


def maxlik(group, region):
    """i.maxlik itself, without a session's start-up, on the whole scene or its upper rows."""
    name = f"maxlik-{group}"

    def run(work):
        base, settings = work.grass_settings()
        rows = work.sizes.side if region == "whole" else work.sizes.maxlik_rows
        work.run(os.path.join(base, "bin", "g.region"), f"region={region}", settings=settings)
        usage, text = run_logged(work, name, 1, (
            os.path.join(base, "bin", "i.maxlik"), f"group={group}", f"subgroup={group}",
            f"signaturefile={group}", f"output=map_{group}", "--overwrite", "--quiet"), settings)
        return figures(usage, rows * work.sizes.side, ignored=text.count("- ignored"))

    return Contender(name, run, lambda work: work.grass(), without("grass", "grass-core"))


# ---- the machine


def machine():
    def run(work):
        _, text = run_logged(work, "peak", 2, (work.peak(), "2", str(work.sizes.triad_mb)))
        lines = text.split("\n")
        rows = [line.split() for line in lines[1:] if line]
        return {"vectors": lines[0], "gflops": {row[0]: float(row[1]) for row in rows},
                "gbytes": {row[0]: float(row[2]) for row in rows}}

    return Contender("machine", run, lambda work: work.peak())


def all_contenders():
    ours = [dense(channels, threads) for channels in (64, 32) for threads in (1, 2)]
    return [machine(), *ours, torch_map(64, 1), torch_map(64, 2), torch_map(32, 2),
            forest("forest", 5), forest("forest-deep", 25),
            maxlik("all", "part"), maxlik("ms", "whole"), patch(1),
            *(kind(channels, threads) for channels in (64, 32) for threads in (1, 2)
              for kind in (training, torch_step)),
            dense(64, 2, large=True), dense(32, 2, large=True)]
