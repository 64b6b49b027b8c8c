#!/usr/bin/env python3
"""Print the accuracy figures of assessments and their means, and hold the means to thresholds.

figures.py [-least KEY VALUE]... assessment.json...

Status 1 when the mean of KEY is below VALUE (or not a number).
"""
import argparse
import json
import sys

KEYS = ("overall_accuracy", "average_accuracy", "kappa")


def load(path):
    with open(path, encoding="utf-8") as file:
        values = json.load(file)
    return [float("nan") if values[key] is None else float(values[key]) for key in KEYS]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-least", nargs=2, action="append", default=[], metavar=("KEY", "VALUE"))
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    rows = [load(path) for path in args.files]
    means = [sum(column) / len(rows) for column in zip(*rows)]
    print(f"{'':24} " + " ".join(f"{key:>16}" for key in KEYS))
    for path, row in zip(args.files, rows):
        print(f"{path:24} " + " ".join(f"{value:16.4f}" for value in row))
    print(f"{'mean':24} " + " ".join(f"{value:16.4f}" for value in means))
    low = [f"figures: mean {key}: expected at least {least}, found {means[KEYS.index(key)]:.4f}"
           for key, least in args.least if not means[KEYS.index(key)] >= float(least)]
    if low:
        sys.exit("\n".join(low))


if __name__ == "__main__":
    main()
