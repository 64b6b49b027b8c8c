#!/usr/bin/env bash
# Rule: what names the version of the programs names that of configure.ac.
. "$(dirname "$0")/../tools/lib.sh"

# different_versions ROOT: nothing, or the files with another version than configure.ac, or with none.
different_versions() {
    local wanted file found
    wanted=$(sed -nE 's/^AC_INIT\(\[s2rgf\], \[([^]]*)\]\)$/\1/p' "$1/configure.ac")
    [ -n "$wanted" ] || echo "configure.ac: no version"
    for file in CITATION.cff debian/changelog qgis/s2rgf/metadata.txt; do
        found=$(sed -nE '/^(version[:=]|s2rgf \()/{ s/^version[:=] *//; s/^s2rgf \((.*)\) .*/\1/; p; q; }' "$1/$file")
        [ "$found" = "$wanted" ] || echo "$file: expected $wanted, found ${found:-none}"
    done
    file=src/s2rgf.h
    found=$(sed -nE 's/^#define S2RGF_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' "$1/$file" | paste -sd .)
    [ "$found" = "$wanted" ] || echo "$file: expected $wanted, found ${found:-none}"
}

found=$(different_versions "$top_srcdir")
[ -z "$found" ] || fail $'versions differ:\n'"$found"

# The table of docs/models.md has the versions that the sources have.
constant() { sed -nE "s/^#define $1 ([0-9]+)\$/\1/p; s/^#define $1 ([0-9]+) .*/\1/p" "$top_srcdir/src/$2"; }
page=$top_srcdir/docs/models.md
expect_in "$page" "| model file with an expert that has a hidden layer | format $(constant S2_MODEL_FORMAT_VERSION model/file.h) |"
expect_in "$page" "| scene file | format $(constant S2_SCENE_FORMAT_VERSION scene/scene_description.h) |"
expect_in "$page" "| opset $(constant S2_ONNX_OPSET format/onnx_graph.h), IR $(constant IR_VERSION format/onnx_graph.c) |"
extension=$(sed -nE 's|.*"mlm/v([0-9.]+)".*|\1|p' "$top_srcdir/src/model/stac.c")
expect_in "$page" "| STAC item | STAC $(sed -nE 's/.*"stac_version", "([0-9.]+)".*/\1/p' "$top_srcdir/src/model/stac.c"), MLM $extension |"
expect_in "$page" "tried with onnxruntime-web $(sed -nE 's/.*onnxruntime-web@([0-9.]+).*/\1/p' "$top_srcdir/bootstrap")"

# The rule bites.
mkdir -p debian qgis/s2rgf src
echo 'AC_INIT([s2rgf], [1.2.3])' > configure.ac
echo 'version: 1.2.3' > CITATION.cff
printf 's2rgf (1.2.3) unstable; urgency=low\n\ns2rgf (1.2.2) unstable; urgency=low\n' > debian/changelog
echo 'version=1.2.3' > qgis/s2rgf/metadata.txt
printf '#define S2RGF_VERSION_%s\n' 'MAJOR 1' 'MINOR 2' 'PATCH 3' > src/s2rgf.h
[ -z "$(different_versions .)" ] || fail "refused equal versions: $(different_versions .)"
echo 'version: 1.2.2' > CITATION.cff
echo 's2rgf (1.2.3-1) unstable; urgency=low' > debian/changelog
echo 'name=s2rgf' > qgis/s2rgf/metadata.txt
printf '#define S2RGF_VERSION_%s\n' 'MAJOR 1' 'MINOR 2' 'PATCH 4' > src/s2rgf.h
[ "$(different_versions . | wc -l)" -eq 4 ] || fail "planted versions were not found: $(different_versions .)"
