#!/usr/bin/env bash
# Files that may not be replaced, and folders that take no files: told before any work, with nothing changed.
. "$(dirname "$0")/../tools/lib.sh"
[ "$(id -u)" -eq 0 ] || skip "only root can make files of other users"
need setpriv
. "$top_srcdir/tests/cli/tiny_scene.sh"

"${train[@]}" -q model.s2rgf
classify=(s2rgf_classify -m model.s2rgf "${sources[@]}")
# a folder in which everybody may make files and only owners may rename them, as /tmp
mkdir closed sticky own
chmod 755 closed .
chmod 777 own
chmod 1777 sticky
"${classify[@]}" -q -conf sticky/conf.tif sticky/map.tif
cp model.s2rgf sticky/model.s2rgf
touch sticky/checkpoint
somebody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
"${somebody[@]}" s2rgf_info model.s2rgf > "$stdout" 2> "$stderr" || skip "another user cannot get at $scratch"
keep_files

# refused TEXT COMMAND...: the command of another user ends with 1 and the text, before work, and changes nothing
refused() {
    expect_status 1 "${somebody[@]}" "${@:2}"
    expect_in "$stderr" "$1"
    expect_not_in "$stdout" "0..."
    expect_files_kept "${@:2}"
}
refused "closed/map.tif: cannot be written: its folder" "${classify[@]}" closed/map.tif
refused "closed/m.s2rgf: cannot create" "${train[@]}" closed/m.s2rgf
refused "sticky/map.tif: cannot be replaced: it belongs to another user" "${classify[@]}" -overwrite sticky/map.tif
refused "sticky/conf.tif: cannot be replaced" "${classify[@]}" -overwrite -conf sticky/conf.tif own/map.tif
refused "sticky/model.s2rgf: cannot be replaced" "${train[@]}" -overwrite sticky/model.s2rgf
refused "sticky/checkpoint: cannot be replaced" "${train[@]}" -overwrite -checkpoint sticky/checkpoint sticky/new.s2rgf
# their owner may
expect_status 0 "${classify[@]}" -q -overwrite sticky/map.tif

touch own/fixed.s2rgf own/fixed.tif
if chattr +i own/fixed.s2rgf own/fixed.tif 2> "$stderr"; then
    trap 'chattr -i "$scratch"/own/*; end_test' EXIT
    expect_status 1 "${train[@]}" -overwrite own/fixed.s2rgf
    expect_in "$stderr" "own/fixed.s2rgf: cannot be replaced: it is marked unchangeable"
    expect_not_in "$stdout" "0..."
    expect_status 1 "${classify[@]}" -overwrite own/fixed.tif
    expect_in "$stderr" "own/fixed.tif: cannot be replaced: it is marked unchangeable"
    [ ! -s own/fixed.s2rgf ] && [ ! -s own/fixed.tif ] || fail "a file that is marked was changed"
fi
