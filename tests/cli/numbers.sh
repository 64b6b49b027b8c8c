#!/usr/bin/env bash
# Every command of docs/numbers.md runs, and its table is the one on the page, but for what rounding does to the map;
# the intervals hold the truth.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/tools/page.sh"
need_python osgeo numpy json
export OMP_WAIT_POLICY=passive
run_page numbers.md 5

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
# intervals of 95 %: one or two of them may miss; one without a width does not claim to be one
def names(path):
    raster = gdal.Open(path)
    of = [raster.GetMetadataItem(f"CLASS_{value}") or "" for value in range(6)]
    return np.array(of)[raster.ReadAsArray()]
truth, mapped = names("land/truth.tif"), names("map.tif")
truth, mapped = truth[mapped != ""], mapped[mapped != ""]  # a sample of the map says nothing of where it has nodata
a = json.load(open("numbers.json"))["area_adjusted"]
inside = lambda e, value: e["se"] == 0 or e["ci95"][0] <= value <= e["ci95"][1]
seen = [inside(a["overall_accuracy"], (truth == mapped).mean())]
for c in a["per_class"]:
    is_mapped, is_there = mapped == c["class"], truth == c["class"]
    right = (is_mapped & is_there).sum()
    seen += [inside(c["users_accuracy"], right / is_mapped.sum()),
             inside(c["producers_accuracy"], right / is_there.sum()),
             inside(c["area_ha"], is_there.sum() * 25 / 1e4)]
assert sum(seen) >= len(seen) - 2, seen
END
