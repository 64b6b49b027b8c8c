#!/usr/bin/env bash
# models/make_models.sh [FOLDER [TRAIN-OPTION...]]: train the models of this folder on the real scenes, at
# the defaults and with seed 1, and write a card beside each: NAME.s2rgf and NAME.md in FOLDER, by
# default this one. `make models` calls it. Scenes: S2RGF_TEST_DATA; programs: builddir; Python: PYTHON.
set -euo pipefail
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
builddir=$(cd "${builddir:-$here/../build}" && pwd)
data=${S2RGF_TEST_DATA:-$here/../../shared/data}
if ! [ -d "$data/redclover" ] || ! [ -d "$data/berlin" ]; then
    echo "make_models: no redclover and berlin in $data (S2RGF_TEST_DATA)" >&2
    exit 77
fi
mkdir -p "${1:-$here}"
out=$(cd "${1:-$here}" && pwd)
options=("${@:2}")
limit_bytes=2100000

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# make_model NAME TEST-LABELS [FIELD]: uses the arrays `inputs` and `labels`. Paths are relative to the
# data, so that the card holds the command as it was run.
make_model() {
    local name=$1 model=$scratch/$1.s2rgf size
    local reference=(-labels "${@:2:1}" "${@:3}")
    local command=(s2rgf_train "${inputs[@]}" "${labels[@]}" -seed 1 -threads 2
        ${options[@]+"${options[@]}"} "$name.s2rgf")
    echo "== $name"
    (
        cd "$data"
        "$builddir/${command[0]}" -q "${command[@]:1:${#command[@]}-2}" "$model"
        "$builddir/s2rgf_classify" -q -m "$model" "${inputs[@]}" "$scratch/$name.tif"
        "$builddir/s2rgf_assess" -q "$scratch/$name.tif" "${reference[@]}" \
            -json "$scratch/$name.accuracy.json"
    )
    size=$(stat -c %s "$model")
    if [ "$size" -gt "$limit_bytes" ]; then
        echo "make_models: $name: too large: expected at most $limit_bytes bytes, found $size" >&2
        return 1
    fi
    "$builddir/s2rgf_info" -json "$model" > "$scratch/$name.info.json"
    "${PYTHON:-/usr/bin/python3}" -B "$here/write_card.py" "$name" "$model" \
        "$scratch/$name.info.json" "$scratch/$name.accuracy.json" "${command[*]}" > "$scratch/$name.md"
    mv "$model" "$scratch/$name.md" "$out"
    echo "$out/$name.s2rgf"
}

inputs=()
for band in B02 B03 B04 B08; do inputs+=(-i "s2_10m=redclover/$band.tif"); done
for band in B05 B06 B07 B8A B11 B12; do inputs+=(-i "s2_20m=redclover/$band.tif"); done
labels=(-labels redclover/polys_train.gpkg -a class)
make_model redclover redclover/polys_test.gpkg -a class

inputs=(-i enmap=berlin/enmap_30m.tif -i hymap=berlin/hymap_3p6m.tif)
labels=(-labels berlin/split_train.tif)
make_model berlin berlin/split_test.tif
