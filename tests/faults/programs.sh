#!/usr/bin/env bash
# Training, mapping, joining and assessing, each over what is there: killed at any call that changes files, or told
# by such a call that it failed. What was there before or what was to come is there, whole, and the same command
# then does its work and clears the rests. S2RGF_TEST_LONG=1: every call, else some.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/faults/strace.sh"

"${train[@]}" -q model.s2rgf
other_model model.s2rgf other.s2rgf
classify=(s2rgf_classify -q -threads 1 "${sources[@]}")
# What is there before each command.
mkdir -p start/train start/map start/join start/assess parts
cp other.s2rgf start/train/model.s2rgf
"${classify[@]}" -m model.s2rgf -conf start/map/conf.tif start/map/map.tif
cp start/map/map* parts
cp parts/* start/join
for part in 1 2; do "${classify[@]}" -m other.s2rgf -shard "$part/2" start/join/map.tif; done
echo '{}' > start/assess/figures.json

# The commands write to the folder now, over what is there.
train_command=(s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a class -c 16 -steps 1 -batch 1
    -crop 32 -threads 1 -val 0 -q -overwrite now/model.s2rgf)
map_command=("${classify[@]}" -m other.s2rgf -overwrite -conf now/conf.tif now/map.tif)
join_command=(s2rgf_mosaic -q -overwrite now/map.tif)
assess_command=(s2rgf_assess -q -labels scene/labels.gpkg -l test -a class -overwrite -json now/figures.json parts/map.tif)

# prepare: the folder now as it is before the command.
prepare() {
    rm -rf now
    cp -r "start/$name" now
}

# repeat WHAT: the command, after what happened, does its work and leaves no rests.
repeat() {
    expect_status 0 "${command[@]}"
    [ "$(set_of now)" = "$new_set" ] || fail "$name after $1: other files"
    [ -z "$(rests now)" ] || fail "$name after $1: $(rests now) is left"
}

after_kill() {
    local found
    found=$(set_of now)
    [ "$found" = "$old_set" ] || [ "$found" = "$new_set" ] ||
        fail "$name, $1: torn: $(diff <(echo "$found") <(echo "$new_set"))"
    repeat "$1"
}

after_error() {
    local found
    found=$(set_of now)
    if [ "$status" -eq 0 ]; then
        [ "$found" = "$new_set" ] || fail "$name, $1: exit 0 and not the right files"
    else
        [ "$found" = "$old_set" ] || fail "$name, $1: exit $status and not the former files"
        # 127: libraries could not be loaded
        [ "$status" -eq 127 ] || { [ "$status" -eq 1 ] && grep -q ERROR "$stderr"; } || fail "$name, $1: exit $status without a reason"
    fi
    if [ -n "$(rests now)" ]; then repeat "$1"; fi
}

few=5 # of the calls of one name, one in so many
if [ "$S2RGF_TEST_LONG" = 1 ]; then few=1; fi
kills=0
for name in train map join assess; do
    declare -n command=${name}_command
    prepare
    old_set=$(set_of now)
    expect_status 0 "${command[@]}"
    new_set=$(set_of now)
    [ "$old_set" != "$new_set" ] || fail "$name changes nothing"
    before=$trials
    every_call "$changes,$writes" signal=KILL "$few" prepare after_kill "${command[@]}"
    kills=$((kills + trials - before))
    # in the short form tests/faults/outputs.sh does for these
    [ "$S2RGF_TEST_LONG" = 1 ] || continue
    every_call "$changes" error=EIO 1 prepare after_error "${command[@]}"
    every_call "$writes" error=ENOSPC 1 prepare after_error "${command[@]}"
    every_call "$writes" error=EDQUOT 3 prepare after_error "${command[@]}"
    every_call "$writes,?fsync,?flock,?wait4" error=EINTR 3 prepare after_error "${command[@]}"
    every_call '?close' error=EIO 7 prepare after_error "${command[@]}"
done
[ "$kills" -ge 12 ] || fail "only $kills kills"
echo "$kills kills, $((trials - kills)) calls that failed"
