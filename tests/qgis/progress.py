"""The bar that a program prints becomes percentages, everything else lines, however it is cut."""

import os
import sys

top_srcdir = os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(top_srcdir, "qgis"))

from s2rgf.progress import BAR, ProgressReader  # noqa: E402

TICKS = [2.5 * tick for tick in range(41)]


def read(chunks):
    lines, percents = [], []
    reader = ProgressReader(lines.append, percents.append)
    for chunk in chunks:
        reader.feed(chunk)
    reader.finish()
    return lines, percents


def distinct(values):
    return [value for i, value in enumerate(values) if i == 0 or value != values[i - 1]]


def pieces(data, size):
    return [data[i : i + size] for i in range(0, len(data), size)]


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: expected {expected}, found {found}")


PLAIN = f"ms: 192 x 160\n{BAR}\n".encode()
# what s2rgf_train prints: log lines break the bar, which goes on where it stopped
BROKEN = (
    "Class 1 forêt: 2 polygons\n\n0\nSplit: 979 pixels\n...10.\nStep 2 of 4\n..20..\n10 more\n"
    ".30...40...50\nTraining\n...60...70...80...90...100 - done.\n" + BAR + "\nlast"
).encode()
BROKEN_LINES = [
    "Class 1 forêt: 2 polygons", "", "Split: 979 pixels", "Step 2 of 4", "10 more", "Training", "last"
]

for size in (1, 2, 3, 7, 1000):
    lines, percents = read(pieces(PLAIN, size))
    expect(f"lines in pieces of {size}", lines, ["ms: 192 x 160"])
    if size == 1:
        expect("percentages", distinct(percents), TICKS)
    expect(f"last percentage in pieces of {size}", percents[-1], 100.0)

    lines, percents = read(pieces(BROKEN, size))
    expect(f"broken lines in pieces of {size}", lines, BROKEN_LINES)
    if size == 1:
        # the "1" of "10 more" is no progress, and the second bar begins at 0
        expect("percentages of two bars", distinct(percents), TICKS + TICKS)

    slow = PLAIN.replace(b"done.", b"done in 00:00:25.")
    lines, percents = read(pieces(slow + b"saved in 00:00:01.\n", size))
    expect(f"lines after 25 s in pieces of {size}", lines, ["ms: 192 x 160", "saved in 00:00:01."])
    expect(f"last percentage after 25 s in pieces of {size}", percents[-1], 100.0)

for text, percent in (("0", 0.0), ("0..", 5.0), ("0...10", 10.0), ("0...10...20.", 22.5)):
    expect(f"percentage after {text}", read([text.encode()])[1][-1], percent)
expect("percentages of a text", read([b"Step 1\nStep 2\n"]), (["Step 1", "Step 2"], []))
