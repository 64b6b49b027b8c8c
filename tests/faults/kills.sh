#!/usr/bin/env bash
# kill -9 at a random system call of training, mapping, joining and assessing: what was there before or what
# was to come is there, whole, and the same command then does its work and clears the rests. S2RGF_TEST_LONG=1:
# 200 kills, else 4.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/faults/strace.sh"

count=4
if [ "$S2RGF_TEST_LONG" = 1 ]; then count=200; fi
RANDOM=${S2RGF_TEST_SEED:-1}

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
train_command=("${train[@]}" -q -overwrite now/model.s2rgf)
map_command=("${classify[@]}" -m other.s2rgf -overwrite -conf now/conf.tif now/map.tif)
join_command=(s2rgf_mosaic -q -overwrite now/map.tif)
assess_command=(s2rgf_assess -q -labels scene/labels.gpkg -l test -a class -overwrite -json now/figures.json parts/map.tif)

# prepare NAME: the folder now as it is before the command.
prepare() {
    rm -rf now
    cp -r "start/$1" now
}

declare -A before after calls
for name in train map join assess; do
    declare -n command=${name}_command
    prepare "$name"
    before[$name]=$(set_of now)
    expect_status 0 strace -f -q -c -o .calls "${command[@]}"
    calls[$name]=$(awk '/ total$/ { print $3 == "total" ? $2 : $4 }' .calls)
    after[$name]=$(set_of now)
    [ "${before[$name]}" != "${after[$name]}" ] || fail "$name changes nothing"
    [ "${calls[$name]}" -gt 100 ] || fail "system calls of $name were not counted"
done

while [ "$trials" -lt "$count" ]; do
    for name in train map join assess; do
        declare -n command=${name}_command
        prepare "$name"
        # most calls are those of the start, so every second kill falls on the last tenth
        when=$((RANDOM * 32768 + RANDOM))
        if [ $((RANDOM % 2)) -eq 0 ]; then
            when=$((when % calls[$name] + 1))
        else
            when=$((calls[$name] - when % (calls[$name] / 10)))
        fi
        with_fault all signal=KILL "$when" "${command[@]}"
        found=$(set_of now)
        [ "$found" = "${before[$name]}" ] || [ "$found" = "${after[$name]}" ] ||
            fail "$name killed at call $when: torn: $(diff <(echo "$found") <(echo "${after[$name]}"))"
        expect_status 0 "${command[@]}"
        [ "$(set_of now)" = "${after[$name]}" ] || fail "$name after a kill at call $when: other files"
    done
done
echo "$trials kills"
