#!/usr/bin/env python3
"""What small scenes cost in one call: scenes a second, and a second of processor time, with 1 and 2 threads, of one or
several builds, taken in turns; what starting takes; and what side maps and smoothing add to the time of a map.

    bench/small_scenes.py [-builds build ...] [-scenes 2000] [-side 64] [-channels 64 32] [-rounds 3]
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from many_scenes import measure

LARGE = 1024  # pixels along a side of the scene for side maps
WINDOWS = (16, 256)  # pixels along a side of a window of that scene
EXTRAS = {"-conf": ["-conf", "conf.tif"], "-prob": ["-prob", "prob.tif"], "-smooth 7": ["-smooth", "7"]}


def make_scene(build, folder, side):
    subprocess.run(
        [build / "samples/make_scene", "-size", str(side), str(side), "-ratio", "4", "-hs_bands", "64", folder],
        check=True, stdout=subprocess.DEVNULL)


def label(build):
    return f"{build.parent.name}/{build.name}"


def sources(folder):
    return ["-i", f"ms={folder}/ms.tif", "-i", f"hs={folder}/hs.tif"]


def map_all(build, folder, threads):
    """Wall and processor seconds of mapping all scenes of a folder."""
    maps = folder / "maps"
    maps.mkdir()
    start = time.monotonic()
    processor, _ = measure([build / "s2rgf_classify", "-q", "-m", folder / "model.s2rgf", "-i", "ms={}_ms.tif", "-i",
                            "hs={}_hs.tif", "-scenes", folder / "scenes", "-threads", str(threads), maps / "{}.tif"])
    wall = time.monotonic() - start
    shutil.rmtree(maps)
    return wall, processor


def tell_scenes(options, folder):
    print("| build | C | threads | scenes a second | a second of processor time |\n|---|---|---|---|---|")
    for channels in options.channels:
        subprocess.run([options.builds[0] / "s2rgf_train", "-q", "-overwrite", *sources(folder / "large"), "-labels",
                        folder / "large/labels.gpkg", "-l", "train", "-a", "class", "-c", str(channels), "-steps", "4",
                        "-settle", "1", "-val", "0", folder / "model.s2rgf"], check=True)
        cases = [(build, threads) for build in options.builds for threads in (1, 2)]
        rounds = [{case: map_all(case[0], folder, case[1]) for case in cases} for _ in range(options.rounds)]
        for build, threads in cases:
            wall, processor = (options.scenes / statistics.median(one[build, threads][k] for one in rounds)
                               for k in (0, 1))
            print(f"| {label(build)} | {channels} | {threads} | {wall:.0f} | {processor:.0f} |", flush=True)


def tell_start(options, folder):
    """Processor time of a program that does nothing, and of windows of a larger scene, with the last model."""
    cases = {"`--version`": ["--version"]}
    for side in WINDOWS:
        cases[f"{side} x {side}"] = ["-q", "-overwrite", "-threads", "1", "-m", folder / "model.s2rgf",
                                     *sources(folder / "large"), "-srcwin", "0", "0", str(side), str(side),
                                     folder / "window.tif"]
    del os.environ["OMP_WAIT_POLICY"]  # with which no program would start twice
    rounds = [{(build, case): measure([build / "s2rgf_classify", *arguments])[0]
               for case, arguments in cases.items() for build in options.builds} for _ in range(options.rounds)]
    os.environ["OMP_WAIT_POLICY"] = "passive"
    print(f"\n| build | {' | '.join(cases)} |")
    print("|---|" + "---|" * len(cases))
    for build in options.builds:
        seconds = (statistics.median(one[build, case] for one in rounds) for case in cases)
        print(f"| {label(build)} | " + " | ".join(f"{s:.3f}" for s in seconds) + " |", flush=True)


def tell_extras(options, folder):
    """Of a larger scene, with the last model."""
    print(f"\n| build | processor s of a map of {LARGE} x {LARGE} | {' | '.join(EXTRAS)} |")
    print("|---|---|" + "---|" * len(EXTRAS))
    for build in options.builds:
        def seconds(*extra, window=()):
            return measure([build / "s2rgf_classify", "-q", "-overwrite", "-threads", "1", "-m", folder / "model.s2rgf",
                            *sources(folder / "large"), *window, *extra, folder / "map.tif"])[0]
        rows = []
        for _ in range(options.rounds):
            plain, start = seconds(), seconds(window=("-srcwin", "0", "0", "16", "16"))
            rows.append([plain] + [(seconds(*extra) - plain) / (plain - start) for extra in EXTRAS.values()])
        plain, *shares = (statistics.median(column) for column in zip(*rows))
        print(f"| {label(build)} | {plain:.2f} | " + " | ".join(f"+{share:.2f}" for share in shares) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-builds", type=pathlib.Path, nargs="+", default=[pathlib.Path("build")])
    parser.add_argument("-scenes", type=int, default=2000)
    parser.add_argument("-side", type=int, default=64)
    parser.add_argument("-channels", type=int, nargs="+", default=[64, 32])
    parser.add_argument("-rounds", type=int, default=3)
    options = parser.parse_args()
    options.builds = [build.resolve() for build in options.builds]
    os.environ["OMP_WAIT_POLICY"] = "passive"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chdir(folder)
        make_scene(options.builds[0], folder / "large", LARGE)
        make_scene(options.builds[0], folder / "small", options.side)
        (folder / "scenes").mkdir()
        for number in range(options.scenes):
            for source in ("ms.tif", "hs.tif"):
                os.link(folder / "small" / source, folder / "scenes" / f"{number:04d}_{source}")
        tell_scenes(options, folder)
        tell_start(options, folder)
        tell_extras(options, folder)


if __name__ == "__main__":
    main()
