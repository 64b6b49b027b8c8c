#!/usr/bin/env bash
# s2rgf_info -stac: an item of the machine learning model extension that says what the model says.
. "$(dirname "$0")/../tools/lib.sh"
need_python json
. "$top_srcdir/tests/cli/tiny_scene.sh"
mkdir "some folder"
expect_status 0 "${train[@]}" -q -val 0.3 "some folder/2 places_.s2rgf"
expect_status 2 s2rgf_info -stac -json "some folder/2 places_.s2rgf"
expect_in "$stderr" "-json: cannot be used with -stac"

expect_status 0 s2rgf_info -json "some folder/2 places_.s2rgf"
cp "$stdout" info.json
expect_status 0 s2rgf_info -stac "some folder/2 places_.s2rgf"
[ ! -s "$stderr" ] || fail "-stac prints on stderr"
cp "$stdout" item.json

cat > check.py <<'PY'
import json
import re
import sys

item, info = (json.load(open(name)) for name in sys.argv[1:])
assert item["type"] == "Feature" and item["stac_version"] == "1.1.0"
assert "https://stac-extensions.github.io/mlm/v1.4.0/schema.json" in item["stac_extensions"]
assert item["geometry"] is None and "bbox" not in item and item["links"] == []
assert item["id"] == "s2rgf-2_places-" + info["checksum"], item["id"]

about = item["properties"]
# without a time an item needs both ends of a span
assert about["datetime"] is None and about["start_datetime"] < about["end_datetime"]
assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]", about["mlm:name"])
assert about["mlm:name"] == "s2rgf-2_places", about["mlm:name"]
assert about["mlm:architecture"] and about["mlm:framework"] == "s2rgf"
assert about["mlm:framework_version"] == info["program_version"]
assert about["mlm:tasks"] == ["semantic-segmentation"]
assert about["mlm:total_parameters"] == info["parameters"]
assert about["mlm:pretrained"] is False and about["mlm:pretrained_source"] is None
assert about["mlm:hyperparameters"]["temperature"] == info["training"]["temperature"]
assert about["mlm:hyperparameters"]["network"] == info["network"]

bands = {band["name"]: band for band in about["bands"]}
assert len(bands) == len(about["bands"]), "two bands of one name"
assert len(about["mlm:input"]) == len(info["sources"])
for given, source in zip(about["mlm:input"], info["sources"]):
    assert given["name"] == source["name"]
    assert given["input"] == {"shape": [-1, len(source["bands"]), -1, -1], "data_type": "float32",
                              "dim_order": ["batch", "channel", "height", "width"]}
    assert given["value_scaling"] == [
        {"type": "z-score", "mean": band["mean"], "stddev": band["std"]}
        for band in source["bands"]]
    assert len(given["bands"]) == len(source["bands"])
    for name, band in zip(given["bands"], source["bands"]):
        found = bands[name].get("eo:center_wavelength")
        wanted = band["wavelength_nm"]
        assert (found is None) == (wanted is None), (found, wanted)
        assert wanted is None or abs(found * 1000 - wanted) < 1e-9 * wanted

(output,) = about["mlm:output"]
assert output["tasks"] == about["mlm:tasks"]
assert output["result"]["shape"] == [-1, len(info["classes"]), -1, -1]
assert output["result"]["dim_order"] == ["batch", "class", "height", "width"]
for given, item_class in zip(output["classification:classes"], info["classes"], strict=True):
    assert given["value"] == item_class["value"]
    assert given["title"] == given["description"] == item_class["name"]
    assert re.fullmatch(r"[0-9A-Za-z_-]+", given["name"]), given["name"]
    assert "#" + given["color_hint"].lower() == item_class["colour"]

(asset,) = item["assets"].values()
assert asset["roles"][0] == "mlm:model" and asset["mlm:artifact_type"] == "safetensors"
assert asset["href"] == "some%20folder/2%20places_.s2rgf", asset["href"]
assert asset["s2rgf:checksum"] == info["checksum"]
PY
run "$PYTHON" check.py item.json info.json
[ "$status" -eq 0 ] || fail "the item is not what the model is"

# The check bites.
sed 's/"stddev": /"stddev": 1/' item.json > other.json
run "$PYTHON" check.py other.json info.json
[ "$status" -ne 0 ] || fail "another normalisation passed"

# The network as published has an item as well.
expect_status 0 s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class -network patch \
    -steps 1 -batch 1 -threads 1 -val 0 patch.s2rgf
expect_status 0 s2rgf_info -stac patch.s2rgf
expect_in "$stdout" '"network": "patch"'
