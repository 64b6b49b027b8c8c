#!/usr/bin/env python3
"""What a step of training costs with few bands and with many: processor seconds with 4 + 6 and 4 + 355 bands, the
second source with pixels of 4 and of 1 reference pixels, of one or several builds, taken in turns.

    bench/many_bands.py [-builds build ...] [-channels 32] [-rounds 3]
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

from many_scenes import measure
from small_scenes import label

SIDE = 256
FEW, MANY = 4, 14  # steps of the two trainings whose difference is what steps take
BANDS = (6, 355)
RATIOS = (4, 1)


def step(build, scene, channels):
    """Processor seconds of a step."""
    def train(steps):
        return measure(
            [build / "s2rgf_train", "-q", "-overwrite", "-i", f"ms={scene}/ms.tif", "-i", f"hs={scene}/hs.tif", "-labels",
             scene / "labels.gpkg", "-l", "train", "-a", "class", "-c", str(channels), "-val", "0", "-settle", "1",
             "-threads", "1", "-steps", str(steps), scene / "model.s2rgf"])[0]
    return (train(MANY) - train(FEW)) / (MANY - FEW)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-builds", type=pathlib.Path, nargs="+", default=[pathlib.Path("build")])
    parser.add_argument("-channels", type=int, default=32)
    parser.add_argument("-rounds", type=int, default=3)
    options = parser.parse_args()
    builds = [build.resolve() for build in options.builds]
    os.environ["OMP_WAIT_POLICY"] = "passive"
    print("| build | coarse pixel, in reference pixels | " + " | ".join(f"4 + {bands} bands, s" for bands in BANDS) +
          " | ratio |\n|---|---|" + "---|" * (len(BANDS) + 1))
    with tempfile.TemporaryDirectory() as name:
        for ratio in RATIOS:
            scenes = [pathlib.Path(name) / f"{bands}_{ratio}" for bands in BANDS]
            for bands, scene in zip(BANDS, scenes):
                subprocess.run(
                    [builds[0] / "samples/make_scene", "-size", str(SIDE), str(SIDE), "-ratio", str(ratio), "-hs_bands",
                     str(bands), scene], check=True, stdout=subprocess.DEVNULL)
            rounds = [{build: [step(build, scene, options.channels) for scene in scenes] for build in builds}
                      for _ in range(options.rounds)]
            for build in builds:
                seconds = [statistics.median(one[build][i] for one in rounds) for i in range(len(BANDS))]
                times = statistics.median(one[build][1] / one[build][0] for one in rounds)
                print(f"| {label(build)} | {ratio} | " + " | ".join(f"{s:.3f}" for s in seconds) +
                      f" | {times:.2f} |", flush=True)


if __name__ == "__main__":
    main()
