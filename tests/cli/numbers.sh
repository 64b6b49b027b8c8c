#!/usr/bin/env bash
# Every command of docs/numbers.md runs, and its table is the one on the page, but for what rounding does to the map;
# the intervals hold the truth.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/page.sh"
need_python osgeo numpy json
export OMP_WAIT_POLICY=passive
run_page numbers.md 9

"$PYTHON" - "$top_srcdir/docs/numbers.md" << 'END' || fail "the table is another: $(cat table.md)"
import json, re, sys
import numpy as np
from osgeo import gdal
row = re.compile(r"^\| (\w+) \| (.*) ± (.*) \| (.*) ± (.*) \| [\d.]+ \| (.*) ± (.*) \|$", re.M)
def table(path):
    text = open(path, encoding="utf-8").read()
    overall = re.search(r"^Overall accuracy (.*) ± (.*)$", text, re.M)
    return {"": tuple(map(float, overall.groups())), **{r[0]: tuple(map(float, r[1:])) for r in row.findall(text)}}
page, now = table(sys.argv[1]), table("table.md")
assert list(page) == list(now) and len(now) == 6, (page, now)
for name, figures in page.items():
    for i in range(0, len(figures), 2):  # another map draws other points: two estimates, each with its error
        figure, error = figures[i:i + 2]
        least = 3 if i == 4 else .03  # hectares, accuracies
        assert abs(figure - now[name][i]) <= 1.5 * error + least, (name, i)
        assert abs(error - now[name][i + 1]) <= .5 * max(error, now[name][i + 1]) + least, (name, i)
# the change: the page's row, but for rounding, and the truth in its interval, for which twice 95 % are allowed
change = re.compile(r"^\| forest to meadow \| ([\d.]+) \| ([\d.]+) ± ([\d.]+) \|$", re.M)
said, found = (tuple(map(float, change.search(open(path, encoding="utf-8").read()).groups())) for path in (sys.argv[1], "changes.md"))
assert abs(said[0] - found[0]) <= 2 and abs(said[1] - found[1]) <= 1.5 * said[2] + 3, (said, found)
places = [gdal.Open(path) for path in ("truth_before.tif", "land/truth.tif", "map.tif")]
was, now_is, mapped = (place.ReadAsArray() for place in places)
true_change = 25 / 1e4 * ((was != now_is) & (mapped > 0)).sum()
assert abs(true_change - found[1]) <= 2 * found[2] < found[1], (true_change, found)
# intervals of 95 %: of two classes that are confused four may miss together, but none by much; one without a width
# does not claim to be one
def names(path):
    raster = gdal.Open(path)
    of = [raster.GetMetadataItem(f"CLASS_{value}") or "" for value in range(6)]
    return np.array(of)[raster.ReadAsArray()]
truth, mapped = names("land/truth.tif"), names("map.tif")
truth, mapped = truth[mapped != ""], mapped[mapped != ""]  # a sample of the map says nothing of where it has nodata
a = json.load(open("numbers.json"))["area_adjusted"]
def off(estimate, value):
    """How far outside, in half widths of the interval: above 1."""
    low, high = estimate["ci95"]
    return abs(value - (low + high) / 2) / ((high - low) / 2) if estimate["se"] > 0 else 0
seen = [off(a["overall_accuracy"], (truth == mapped).mean())]
for c in a["per_class"]:
    is_mapped, is_there = mapped == c["class"], truth == c["class"]
    right = (is_mapped & is_there).sum()
    seen += [off(c["users_accuracy"], right / is_mapped.sum()),
             off(c["producers_accuracy"], right / is_there.sum()),
             off(c["area_ha"], is_there.sum() * 25 / 1e4)]
assert sum(one > 1 for one in seen) <= 4 and max(seen) < 2, seen
END
