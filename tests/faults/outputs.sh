#!/usr/bin/env bash
# Map, side files, confidence and probabilities are one set: whatever call fails, and wherever a process
# is killed, the former set is there or the new one, and the next run clears the rests.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/faults/strace.sh"

"${train[@]}" -q model.s2rgf
other_model model.s2rgf other.s2rgf
classify=(s2rgf_classify -q -threads 1 "${sources[@]}" -overwrite)
outputs=(-conf now/conf.tif -prob now/prob.tif now/map.tif)
mkdir now
"${classify[@]}" -m model.s2rgf "${outputs[@]}"
cp -r now old
"${classify[@]}" -m other.s2rgf "${outputs[@]}"
cp -r now new
old_set=$(set_of old)
new_set=$(set_of new)
[ "$(wc -l <<< "$new_set")" -eq 6 ] || fail "expected map, .aux.xml, .vat.dbf, .qml, confidence and probabilities"
[ "$old_set" != "$new_set" ] || fail "both models give the same files"

step=7
if [ "$S2RGF_TEST_LONG" = 1 ]; then step=1; fi

prepare() {
    rm -rf now
    cp -r old now
}

# check WHAT: after it the files are the former ones and there was an error, or they are the new ones; the next
# run clears the rests.
check() {
    local found
    found=$(set_of now)
    if [ "$found" != "$new_set" ]; then
        [ "$found" = "$old_set" ] || fail "$1: torn: $(diff <(echo "$found") <(echo "$old_set"))"
        [ "$status" -ne 0 ] || fail "$1: exit 0 and the former files"
    elif [ "${1#signal}" = "$1" ]; then
        [ "$status" -eq 0 ] || fail "$1: exit $status and the new files"
    fi
    if [ -n "$(rests now)" ]; then
        expect_status 0 "${classify[@]}" -m other.s2rgf "${outputs[@]}"
        [ -z "$(rests now)" ] || fail "$1: rests after the next run: $(rests now)"
        [ "$(set_of now)" = "$new_set" ] || fail "$1: other files after the next run"
    fi
}

command=("${classify[@]}" -m other.s2rgf "${outputs[@]}")
every_call "$changes,$writes" signal=KILL "$step" prepare check "${command[@]}"
every_call "$changes" error=EIO "$step" prepare check "${command[@]}"
every_call "$writes" error=ENOSPC "$((2 * step - 1))" prepare check "${command[@]}"
every_call '?close' error=EIO "$((20 * step - 19))" prepare check "${command[@]}"

# Both processes are killed: one while it gives names, the other when it comes to know. Nobody meets a
# map that is not whole, and the next run puts back what was there.
also=(-e 'inject=?wait4,?waitid:signal=KILL:when=1')
put_back=0
for n in 2 3 4 5 6; do
    rm -rf now
    cp -r old now
    with_fault "$names" signal=KILL "$n" "${classify[@]}" -m other.s2rgf now/map.tif
    [ "$fired" -eq 1 ] || fail "no call $n of $names"
    found=$(set_of now)
    [ ! -e now/map.tif ] || [ "$found" = "$old_set" ] || fail "torn after both were killed at call $n"
    [ "$found" = "$old_set" ] || put_back=$((put_back + 1))
    run "${classify[@]/-overwrite/-q}" -m other.s2rgf now/map.tif
    [ "$status" -eq 1 ] || fail "status $status where the former map had to be put back and kept"
    [ "$(set_of now)" = "$old_set" ] || fail "not put back after both were killed at call $n"
    [ -z "$(rests now)" ] || fail "rests after both were killed at call $n: $(rests now)"
done
[ "$put_back" -ge 3 ] || fail "only $put_back runs were killed between the first name and the last"

# A caller that wants to hear of no child, and a system that makes none: the files get their names all the same.
prepare
expect_status 0 env --ignore-signal=CHLD "${command[@]}"
[ "$(set_of now)" = "$new_set" ] || fail "other files where SIGCHLD is ignored"
prepare
with_fault '?fork,?vfork,?clone,?clone3' error=EAGAIN 1+ "${command[@]}"
[ "$fired" -eq 1 ] || fail "no process was to be made"
[ "$status" -eq 0 ] && [ "$(set_of now)" = "$new_set" ] && [ -z "$(rests now)" ] ||
    fail "status $status, or other files, where no process can be made"
echo "$trials runs with a fault"
