#!/usr/bin/env python3
"""What a training costs on 1, 10, 100 and 1,000 scenes: processor seconds before the first step and for a
step, and peak memory. The scenes are one sample scene under many names, each with labels of its own, or ten of
them.

    bench/many_scenes.py [-build build] [-rounds 3] [-scenes 1 10 100 1000]
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

FEW, MANY = 5, 105  # steps of the two trainings whose difference is what steps take
FEW_LABELLED = 10


def measure(command):
    """Processor seconds and peak memory in MB of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)}: failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def make_scenes(build, folder, count, labelled):
    """A sample scene, and links to it under `count` names, the first `labelled` with labels."""
    subprocess.run(
        [build / "samples/make_scene", "-size", "240", "200", "-ratio", "6", "-hs_bands", "16", "-classes", "4",
         folder / "one"],
        check=True, stdout=subprocess.DEVNULL)
    for number in range(count):
        for name in ("ms.tif", "hs.tif", *(["labels.gpkg"] if number < labelled else [])):
            os.link(folder / "one" / name, folder / f"{number:04d}_{name}")


def train(build, folder, steps):
    return measure(
        [build / "s2rgf_train", "-q", "-overwrite", "-scenes", folder, "-i", "ms={}_ms.tif", "-i", "hs={}_hs.tif",
         "-labels", "{}_labels.gpkg", "-l", "train", "-a", "class", "-c", "16", "-batch", "4", "-crop", "32",
         "-val", "0", "-threads", "1", "-steps", str(steps), folder / "model.s2rgf"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("-rounds", type=int, default=3)
    parser.add_argument("-scenes", type=int, nargs="+", default=[1, 10, 100, 1000])
    options = parser.parse_args()
    build = options.build.resolve()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    print("| scenes | with labels | before the first step, s | a step, s | peak memory, MB |\n|---|---|---|---|---|")
    for count, labelled in ((count, few) for count in options.scenes
                            for few in sorted({min(count, FEW_LABELLED), count})):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            make_scenes(build, folder, count, labelled)
            rounds = [(train(build, folder, FEW), train(build, folder, MANY)) for _ in range(options.rounds)]
        step = statistics.median((many[0] - few[0]) / (MANY - FEW) for few, many in rounds)
        start = statistics.median(few[0] - FEW * step for few, _ in rounds)
        peak = statistics.median(many[1] for _, many in rounds)
        print(f"| {count:,} | {labelled:,} | {start:.2f} | {step:.3f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
