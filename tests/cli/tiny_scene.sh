# A tiny scene and a model of it, for tests of the programs; sourced after tools/lib.sh.
# shellcheck shell=bash
# Sets  sources   the -i options of the scene in the folder `scene`
#       train     a command that trains for a few steps; the model's name is to be added
# shellcheck disable=SC2034,SC2154 # used by the tests that source this; set by tools/lib.sh

"$builddir/samples/make_scene" -size 192 160 -ratio 6 -hs_bands 8 -classes 3 scene ||
    fail "make_scene failed"
sources=(-i ms=scene/ms.tif -i hs=scene/hs.tif)
train=(s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a class
    -c 16 -steps 4 -batch 1 -crop 32 -threads 1)

# sums: checksums of all files here but the test's own.
sums() {
    find . -type f ! -name .stdout ! -name .stderr ! -name .before -print0 | sort -z |
        xargs -0 sha256sum
}

# keep_files / expect_files_kept: since the former no file was made, changed or removed.
keep_files() {
    sums > .before
}
expect_files_kept() {
    sums | diff .before - || fail "files were made or changed: $*"
}
# expect_refused STATUS TEXT COMMAND...: it ends like that, says so, and leaves what keep_files has seen.
expect_refused() {
    expect_status "$1" "${@:3}"
    expect_in "$stderr" "$2"
    expect_files_kept "${@:3}"
}
