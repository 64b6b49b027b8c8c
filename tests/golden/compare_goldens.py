#!/usr/bin/python3
# Compares two folders of golden files: same files, same tensors, values equal to 1e-7 of the norm.
#
#   compare_goldens.py COMMITTED FRESH
#
# Not byte by byte: another processor's sums may differ in the last digits.

import glob
import os
import sys

TOLERANCE = 1e-7


def read(path):
    """Every tensor of a golden file: name -> (shape, [norm, sum, projection, values...])."""
    tensors = {}
    with open(path, encoding="ascii") as file:
        lines = [line for line in file if not line.startswith("#")]
    words = iter(" ".join(lines).split())
    for name in words:
        shape, head = next(words), [float(next(words)) for _ in range(3)]
        tensors[name] = shape, head + [float(next(words)) for _ in range(int(next(words)))]
    return tensors


def differences(committed, fresh):
    """Lines that say what differs between two files."""
    old, new = read(committed), read(fresh)
    if list(old) != list(new):
        yield f"other tensors or another order: {sorted(set(old) ^ set(new))}"
        return
    for name, (shape, values) in old.items():
        new_shape, new_values = new[name]
        if shape != new_shape or len(values) != len(new_values):
            yield f"{name}: shape {shape} became {new_shape}"
            continue
        # a sum of N values may be sqrt(N) norms large, and so may its rounding
        limit = TOLERANCE * max([abs(values[0])] + [abs(value) for value in values])
        worst = max(abs(a - b) for a, b in zip(values, new_values))
        if not worst <= limit:
            yield f"{name}: {worst:.3g} off, allowed {limit:.3g}"


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare_goldens.py COMMITTED FRESH")
    files = [sorted(os.path.basename(path) for path in glob.glob(os.path.join(folder, "*.txt")))
             for folder in sys.argv[1:]]
    if files[0] != files[1] or not files[0]:
        sys.exit(f"golden files differ: committed {files[0]}, fresh {files[1]}")
    failures = 0
    for base in files[0]:
        for line in differences(*(os.path.join(folder, base) for folder in sys.argv[1:])):
            print(f"{base}: {line}")
            failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
