#!/usr/bin/env bash
# The generator of sample scenes: same seed, same bytes; the properties that others rely on; any size.
. "$(dirname "$0")/../tools/lib.sh"
need_python numpy osgeo.gdal

make_scene=$builddir/samples/make_scene
files="ms.tif hs.tif truth.tif labels.gpkg"

check_scene() { # folder width height ratio bands classes corner
    expect_silence "$PYTHON" "$top_srcdir/tests/samples/check_scene.py" "$@"
}

# The defaults, under two seeds: the properties do not hang on one lucky seed.
expect_silence "$make_scene" one
check_scene one 512 512 6.4 64 8 0.15
expect_silence "$make_scene" -seed 2 two
check_scene two 512 512 6.4 64 8 0.15

# Same seed, same bytes, and another seed another scene.
expect_silence "$make_scene" -seed 1 -size 512 512 again
for file in $files; do
    expect_same "one/$file" "again/$file"
    if cmp -s "one/$file" "two/$file"; then fail "$file is the same for two seeds"; fi
done

# Every option counts; a size apart, the landscape under the same seed stays the same.
expect_silence "$make_scene" -size 389 301 -ratio 4.3 -hs_bands 33 -classes 5 -nodata_corner 0 \
    -seed 18446744073709551615 other
check_scene other 389 301 4.3 33 5 0
expect_silence "$make_scene" -size 100 60 part
expect_silence "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" -srcwin 0 0 100 60 \
    one/truth.tif part/truth.tif

# Odd shapes: one pixel, one row, one column.
for size in "1 1" "1 300" "300 1" "37 23"; do
    # shellcheck disable=SC2086
    expect_silence "$make_scene" -overwrite -size $size odd
    # shellcheck disable=SC2086
    check_scene odd $size 6.4 64 8 0.15
done

# An existing scene is safe unless -overwrite is given.
before=$(cat part/* | cksum)
expect_status 1 "$make_scene" -seed 9 part
expect_in "$stderr" "part/ms.tif: exists; -overwrite replaces it"
[ "$(cat part/* | cksum)" = "$before" ] || fail "a refused run changed the scene"
expect_silence "$make_scene" -overwrite part
expect_same one/ms.tif part/ms.tif

# Wrong use.
for arguments in "" "-size 0 5 x" "-size 5" "-ratio 0.5 x" "-classes 9 x" "-seed -1 x" "-frob x" "a b" \
    "-hs_bands 2.5 x" "-nodata_corner nan x"; do
    # shellcheck disable=SC2086
    expect_status 2 "$make_scene" $arguments
    expect_in "$stderr" "try -help"
    expect_no_file x a b
done
touch occupied
expect_status 1 "$make_scene" occupied/scene
expect_in "$stderr" "occupied/scene: cannot make the folder"
