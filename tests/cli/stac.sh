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
assert "https://stac-extensions.github.io/mlm/v1.5.2/schema.json" in item["stac_extensions"]
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
                              "dim_order": ["batch", "bands", "height", "width"]}
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

# What the schema of the extension, version 1.5, demands of an item, as far as it concerns this one. docs/models.md
# says how to check an item against the published schema.
cat > rules.py <<'PY'
import json
import re
import sys

FIELDS = {"name", "architecture", "tasks", "framework", "framework_version", "memory_size", "total_parameters",
          "pretrained", "pretrained_source", "batch_size_suggestion", "accelerator", "accelerator_constrained",
          "accelerator_summary", "accelerator_count", "input", "output", "hyperparameters", "artifact_type",
          "compile_method", "entrypoint"}
OF_ASSETS = {"artifact_type", "compile_method", "entrypoint"}
OF_ITEMS = {"name", "input", "output", "hyperparameters"}
TASKS = {"regression", "classification", "scene-classification", "detection", "object-detection", "segmentation",
         "semantic-segmentation", "instance-segmentation", "panoptic-segmentation", "similarity-search",
         "generative", "image-captioning", "super-resolution", "downscaling"}


def fields(holder):
    return {key.removeprefix("mlm:"): value for key, value in holder.items() if key.startswith("mlm:")}


def check_shape(shape, bands):
    assert len(shape["shape"]) == len(shape["dim_order"]) == len(set(shape["dim_order"]))
    assert all(isinstance(size, int) and size >= -1 for size in shape["shape"])
    assert all(re.fullmatch(r"[a-z_-]+", name) for name in shape["dim_order"])
    assert ("bands" in shape["dim_order"]) == bool(bands), "bands are listed where there is an axis of bands"
    assert not bands or shape["shape"][shape["dim_order"].index("bands")] == len(bands)
    assert shape["data_type"] == "float32"


def check_tasks(tasks):
    assert tasks and len(tasks) == len(set(tasks)) and set(tasks) <= TASKS


item = json.load(open(sys.argv[1]))
assert any(re.fullmatch(r"https://stac-extensions\.github\.io/mlm/v1\.5(\.[0-9]+)?/schema\.json", name)
           for name in item["stac_extensions"])
assert re.fullmatch(r"1\.[1-9][0-9]*\.[0-9]+", item["stac_version"]), "bands of STAC itself need 1.1"
about = fields(item["properties"])
assert set(about) <= FIELDS - OF_ASSETS
assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]", about["name"])
assert isinstance(about["architecture"], str)
assert re.fullmatch(r"(?=[^\s._-]).*[^\s._-]", about["framework"])
assert re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}([-+][0-9A-Za-z.+-]+)?", about["framework_version"])
assert isinstance(about["total_parameters"], int) and about["total_parameters"] >= 0
assert about["pretrained"] is not False or about["pretrained_source"] is None
assert all(re.fullmatch(r"[0-9a-zA-Z_.-]+", key) for key in about["hyperparameters"]) and about["hyperparameters"]
check_tasks(about["tasks"])
described = {band["name"] for band in item["properties"]["bands"]}
for entry in about["input"]:
    assert entry["name"] and entry["description"]
    assert entry["bands"] and set(entry["bands"]) <= described
    check_shape(entry["input"], entry["bands"])
    assert all(scaling["type"] == "z-score" and {"mean", "stddev"} <= set(scaling)
               for scaling in entry["value_scaling"])
    assert entry["resize_type"] is None and entry["pre_processing_function"] is None
for entry in about["output"]:
    assert entry["name"] and entry["description"]
    check_tasks(entry["tasks"])
    check_shape(entry["result"], entry.get("bands"))
    assert entry["classification:classes"] and entry["post_processing_function"] is None
models = 0
for asset in item["assets"].values():
    assert set(fields(asset)) <= FIELDS - OF_ITEMS
    is_model = "mlm:model" in asset["roles"]
    assert is_model == bool(asset.get("mlm:artifact_type")), "the type of artifact belongs to models alone"
    assert "mlm:entrypoint" not in asset or "code" in asset["roles"]
    models += is_model
assert models > 0
PY
"$PYTHON" rules.py item.json || fail "the item breaks the rules of the extension"
for change in 's/"bands",/"channel",/' 's/"mlm:architecture"/"mlm:architectur"/' 's/"mlm:artifact_type"/"type_of_artifact"/' \
    's,mlm/v1\.5\.2,mlm/v1.4.0,' 's/"semantic-segmentation"/"mapping"/'; do
    sed "$change" item.json > broken.json
    run "$PYTHON" rules.py broken.json
    [ "$status" -ne 0 ] || fail "rules.py takes an item after $change"
done

# The check bites.
sed 's/"stddev": /"stddev": 1/' item.json > other.json
run "$PYTHON" check.py other.json info.json
[ "$status" -ne 0 ] || fail "another normalisation passed"

# The network as published has an item as well.
expect_status 0 s2rgf_train -q "${sources[@]}" -labels scene/labels.gpkg -l train -a class -network patch \
    -steps 1 -batch 1 -threads 1 -val 0 patch.s2rgf
expect_status 0 s2rgf_info -stac patch.s2rgf
expect_in "$stdout" '"network": "patch"'
