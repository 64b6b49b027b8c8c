#!/usr/bin/env python3
"""What a map would gain from products in 8 bits: each layer of a dense network in both forms (bench/integer.c), and the
processor time of a whole map, in turns; medians over the rounds.

    bench/integer.py [-build build] [-channels 64] [-side 1024] [-rounds 5]
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

from many_scenes import measure


def prepare(build, folder, options):
    """A scene and a model whose training is short: that does not change the speed of a map."""
    subprocess.run(["make", "-s", "-C", build, "bench/integer"], check=True)
    subprocess.run([build / "samples/make_scene", "-size", *[str(options.side)] * 2, "-ratio", "4", "-hs_bands", "64",
                    folder], check=True, stdout=subprocess.DEVNULL)
    sources = ["-i", f"ms={folder}/ms.tif", "-i", f"hs={folder}/hs.tif"]
    subprocess.run([build / "s2rgf_train", "-q", *sources, "-labels", folder / "labels.gpkg", "-l", "train", "-a",
                    "class", "-c", str(options.channels), "-steps", "4", "-settle", "1", "-val", "0",
                    folder / "model.s2rgf"], check=True)
    return sources


def map_ns(build, folder, sources, side):
    """Processor nanoseconds a pixel, without what the start takes."""
    whole, start = (measure([build / "s2rgf_classify", "-q", "-overwrite", "-threads", "1", "-m",
                             folder / "model.s2rgf", *sources, *window, folder / "map.tif"])[0]
                    for window in ([], ["-srcwin", "0", "0", "16", "16"]))
    return (whole - start) * 1e9 / side ** 2


def layers_ns(build, channels):
    """Names of both forms; float and 8-bit nanoseconds of each layer."""
    text = subprocess.check_output([build / "bench/integer", str(channels)], text=True)
    forms, *lines = (line.split("\t") for line in text.splitlines())
    return forms, {name: (float(one), float(other)) for name, one, other in lines}


def tell(forms, layers, maps):
    print(f"Float: {forms[0]}; 8 bits: {forms[1]}.\n")
    print("| layer | float, ns a pixel of the map | float to 8 bits |\n|---|---|---|")
    saved = []
    for name in layers[0]:
        taken = statistics.median(one[name][0] for one in layers)
        ratio = statistics.median(one[name][0] / one[name][1] for one in layers)
        print(f"| {name} | {taken:.0f} | {ratio:.2f} |")
    for one, whole in zip(layers, maps):
        saved.append(sum(max(0.0, old - new) for old, new in one.values()) / whole)
    gain = statistics.median(saved)
    print(f"\nA map takes {statistics.median(maps):.0f} ns of processor time a pixel. With 8 bits wherever they are "
          f"faster it would be {1 / (1 - gain):.2f} times as fast.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("-channels", type=int, default=64)
    parser.add_argument("-side", type=int, default=1024)
    parser.add_argument("-rounds", type=int, default=5)
    options = parser.parse_args()
    build = options.build.resolve()
    os.environ["OMP_WAIT_POLICY"] = "passive"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sources = prepare(build, folder, options)
        rounds = [(layers_ns(build, options.channels), map_ns(build, folder, sources, options.side))
                  for _ in range(options.rounds)]
    tell(rounds[0][0][0], [layers for (_, layers), _ in rounds], [whole for _, whole in rounds])


if __name__ == "__main__":
    main()
