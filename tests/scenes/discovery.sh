#!/usr/bin/env bash
# Which scenes a call maps and which files they consist of: folders, lists, templates, refusals.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

# A folder: every scene that the first template finds, with the pixels of a run of its own.
touch tiles/notes.txt tiles/.e_ms.tif
expect_silence "${many[@]}" -report report.json 'maps/{}_map.tif' -conf 'maps/{}_conf.tif'
maps_are a_conf.tif a_map.tif b_conf.tif b_map.tif c_conf.tif c_map.tif d_conf.tif d_map.tif
expect_file maps/a_map.qml
told report.json 'r["scenes"] == 4 and r["mapped"] == 4 and list(o) == ["a", "b", "c", "d"]'
# shellcheck disable=SC2046 # several words
expect_silence s2rgf_classify -q -m model.s2rgf $(scene_of b) one.tif
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" one.tif maps/b_map.tif

# -batch, the former name of -scenes, does the same, and no text mentions it.
former=("${many[@]/#-scenes/-batch}")
[ "${former[*]}" != "${many[*]}" ] || fail "the former name is not tried"
mkdir former
expect_silence "${former[@]}" 'former/{}_map.tif'
for name in a b c d; do expect_same "maps/${name}_map.tif" "former/${name}_map.tif"; done
expect_status 0 s2rgf_classify --help
! grep -qw batch "$stdout" || fail "--help mentions -scenes"

# A list: its names in its order, with blank lines and comments; templates start here, not at the list.
rm -f maps/*
mkdir lists
printf '# two of them\ntiles/d\r\n\n  \n\t# one more:\n  tiles/a \t\n' > lists/two
list=(s2rgf_classify -q -m model.s2rgf -i 'ms={}_ms.tif' -i 'hs={}_hs.tif')
expect_silence "${list[@]}" -scenes lists/two -report report.json -noqml '{}_of_list.tif'
told report.json 'list(o) == ["tiles/d", "tiles/a"] and r["mapped"] == 2'
expect_file tiles/a_of_list.tif tiles/d_of_list.tif
rm -f tiles/*_of_list.tif*
# the same behind the byte order mark of an editor
printf '\xef\xbb\xbftiles/d\r\ntiles/a\r\n' > lists/marked
expect_silence "${list[@]}" -scenes lists/marked -report report.json -noqml '{}_of_list.tif'
told report.json 'list(o) == ["tiles/d", "tiles/a"] and r["mapped"] == 2'
rm -f tiles/*_of_list.tif*

# Names of a list stay where the templates are, whatever its author would like.
mkdir -p inner/maps outer inner/sub
ln -s ../../outer inner/maps/link
for name in sub/s evil; do
    ln scene/ms.tif "inner/${name}_ms.tif"
    ln scene/hs.tif "inner/${name}_hs.tif"
done
mkdir -p inner/link
ln scene/ms.tif inner/link/s_ms.tif
ln scene/hs.tif inner/link/s_hs.tif
for name in ../inner/evil "$PWD/inner/evil" sub/../evil sub/..; do
    printf 'sub/s\n%s\n' "$name" > inner/names
    (cd inner && expect_status 1 "${list[@]/model.s2rgf/../model.s2rgf}" -scenes names 'maps/{}.tif')
    expect_in "$stderr" "names: a scene's name leads out of its folder"
    expect_in "$stderr" "found $name"
done
printf 'sub/s\nlink/s\n' > inner/names
mkdir inner/maps/sub
(cd inner && expect_status 1 "${list[@]/model.s2rgf/../model.s2rgf}" -scenes names 'maps/{}.tif')
expect_in "$stderr" "maps/link/s.tif: a link leads out of the folder of the outputs"
expect_file inner/maps/sub/s.tif
[ -z "$(ls outer)" ] || fail "written elsewhere: $(ls outer)"

# Scenes that are folders, a name twice in one path, patterns, a raster that all share.
mkdir -p tree/x.SAFE/R10 tree/y.SAFE/R10 tree/empty.SAFE
gdal_translate -q -b 1 scene/ms.tif ms_1.tif
bands=$(gdalinfo scene/ms.tif | grep -c '^Band')
for name in x y; do
    for band in $(seq "$bands"); do
        gdal_translate -q -b "$band" scene/ms.tif "tree/$name.SAFE/R10/${name}_B$band.tif"
    done
done
tree=(s2rgf_classify -q -m model.s2rgf -i 'ms={}.SAFE/R10/{}_B?.tif' -i hs=scene/hs.tif)
expect_silence "${tree[@]}" -scenes tree -report report.json 'maps/{}.tif'
told report.json 'list(o) == ["x", "y"] and r["mapped"] == 2'
"$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" one.tif maps/x.tif
rm tree/y.SAFE/R10/y_B2.tif maps/*
expect_status 1 "${tree[@]}" -scenes tree/ -report report.json 'maps/{}.tif'
told report.json 'o["x"]["outcome"] == "mapped" and o["y"]["outcome"] == "failed"'
told report.json 'o["y"]["error"] == "model and input do not fit"' ||
    told report.json '"ms" in o["y"]["message"]'
maps_are x.tif

# The shortest name that fits, in byte order, and each once.
mkdir order
for name in B_1_ms.tif a_ms_ms.tif a_ms_2.tif; do touch "order/$name"; done
expect_status 1 "${list[@]:0:4}" -i 'ms={}_*s*' -scenes order -report report.json 'maps/{}.tif'
told report.json 'list(o) == ["B", "a"]'

# A mask of each scene's own.
rm -f maps/*
gdal_translate -q -b 1 -ot Byte -scale 0 1 1 1 scene/ms.tif tiles/a_mask.tif
for name in b c d; do cp tiles/a_mask.tif "tiles/${name}_mask.tif"; done
expect_silence "${many[@]}" -mask '{}_mask.tif' 'maps/{}_map.tif'
maps_are a_map.tif b_map.tif c_map.tif d_map.tif
rm -f maps/*

# refused REASON COMMAND...: status 1, the reason, no map
refused() {
    expect_status 1 "${@:2}"
    expect_in "$stderr" "$1"
    maps_are
}
refused "no scene: expected files like {}_xs.tif" \
    "${list[@]:0:4}" -i 'ms={}_xs.tif' -scenes tiles 'maps/{}.tif'
refused "no such list: cannot open the list of scenes" "${list[@]}" -scenes "no such list" 'maps/{}.tif'
printf '# none\n\n' > none
refused "none: no scene" "${list[@]}" -scenes none 'maps/{}.tif'
printf 'a\nb\na\n' > twice
refused "found a twice" "${list[@]}" -scenes twice 'maps/{}.tif'
printf 'b/a\n./b//a\n' > twice
refused "found b/a twice" "${list[@]}" -scenes twice 'maps/{}.tif'
# no list: a raster, and a text of Windows
refused "scene/ms.tif: no list of scenes: expected a folder, or a text" "${list[@]}" -scenes scene/ms.tif 'maps/{}.tif'
printf 'a\nb\n' | iconv -t UTF-16 > wide
refused "wide: no list of scenes: expected a folder, or a text" "${list[@]}" -scenes wide 'maps/{}.tif'
refused "maps/map.tif: one output for many scenes" "${many[@]}" maps/map.tif
refused "conf.tif: one output for many scenes" "${many[@]}" -conf conf.tif 'maps/{}.tif'
refused "scene/ms.tif: one input for many scenes" \
    "${list[@]:0:4}" -i ms=scene/ms.tif -scenes tiles 'maps/{}.tif'
refused "no * or ? before {}" "${list[@]:0:4}" -i 'ms=*{}_ms.tif' -scenes tiles 'maps/{}.tif'
refused "no * right behind it" "${list[@]:0:4}" -i 'ms={}*.tif' -scenes tiles 'maps/{}.tif'
refused "absent.s2rgf" s2rgf_classify -q -m absent.s2rgf -i 'ms={}_ms.tif' -scenes tiles 'maps/{}.tif'
refused "model.s2rgf: is an input" "${many[@]}" -report model.s2rgf 'maps/{}.tif'
refused "no/report.json" "${many[@]}" -report no/report.json 'maps/{}.tif'
expect_status 2 s2rgf_classify -m model.s2rgf -i ms=a.tif -report report.json map.tif
expect_in "$stderr" "-report: needs -scenes"
