#!/usr/bin/env bash
# What one scene of a list found out of a format serves the next ones: every scene gets the files, and the warnings, that
# it gets by itself, whatever its grid and coordinate system.
. "$(dirname "$0")/../tools/lib.sh"
need gdal_translate
. "$top_srcdir/tests/scenes/scenes.sh"
export OMP_WAIT_POLICY=passive

# b: another zone; c: no coordinate system; d: turned; e: a part of a; f: at the far end of the plane
for name in b c d e f; do rm -f "tiles/${name}"_*; done
part=(-srcwin 0 0 32 32)
for source in ms hs; do
    from=tiles/a_$source.tif
    gdal_translate -q -a_srs EPSG:32619 $from tiles/b_$source.tif
    [ $source = ms ] || part=(-srcwin 0 0 5 5)
    gdal_translate -q "${part[@]}" $from tiles/e_$source.tif
done
"$PYTHON" << 'END'
from osgeo import gdal
gdal.UseExceptions()
for source in "ms", "hs":
    a = gdal.Open(f"tiles/a_{source}.tif")
    x, dx, _, y, _, dy = a.GetGeoTransform()
    for name, place in ("c", None), ("d", (x, .8 * dx, .6 * dx, y, .6 * dx, -.8 * dx)), ("f", (x, dx, 0, y - 4e6, 0, dy)):
        out = gdal.GetDriverByName("GTiff").CreateCopy(f"tiles/{name}_{source}.tif", a)
        if name == "c":
            out.SetProjection("")
        else:
            out.SetGeoTransform(place)
        out = None
END

for form in GTiff:tif PNG:png ENVI:img AAIGrid:asc; do
    driver=${form%%:*} extension=${form#*:}
    rm -rf maps together
    mkdir maps
    run "${many[@]}" -of "$driver" "maps/{}.$extension"
    many_status=$status
    sed -n '/cannot hold/d; s/.*\(format .*\)/\1/p' "$stderr" | sort > together.txt
    mv maps together
    mkdir maps
    : > alone.txt
    failed=0
    for name in a b c d e f; do
        # shellcheck disable=SC2046 # several words
        run s2rgf_classify -q -m model.s2rgf $(scene_of $name) -of "$driver" "maps/$name.$extension"
        sed -n '/cannot hold/d; s/.*\(format .*\)/\1/p' "$stderr" >> alone.txt
        [ "$status" -eq 0 ] || failed=1
    done
    sort -o alone.txt alone.txt
    cmp -s together.txt alone.txt || fail "$driver: other warnings: $(cat together.txt alone.txt)"
    diff -r together maps > differ.txt || fail "$driver: $(cat differ.txt)"
    [ $((many_status != 0)) -eq $failed ] || fail "$driver: status $many_status of the list, $failed of its scenes"
    [ -e "maps/a.$extension" ] || fail "$driver: no map of a"
done
