#!/usr/bin/env bash
# SIGINT and SIGTERM in the middle of the work: exit 130 and no trace; existing files stay as they were.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"

# cancelled SIGNAL COMMAND...: send the signal once the progress line is under way
cancelled() {
    local signal=$1 child tries=0
    shift
    : > "$stdout"
    # a background job of a script ignores SIGINT unless told otherwise
    env --default-signal=INT,TERM "$@" > "$stdout" 2> "$stderr" &
    child=$!
    until grep -q '^0' "$stdout" || [ "$tries" -ge 600 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    kill "-$signal" "$child" || fail "it had ended before the signal: $*"
    status=0
    wait "$child" || status=$?
    [ "$status" -eq 130 ] || fail "status $status after SIG$signal, expected 130: $*"
    expect_in "$stderr" "ERROR"
    expect_files_kept "$@"
}

"${train[@]}" -q model.s2rgf
"$builddir/samples/make_scene" -size 2000 1500 -ratio 6 -hs_bands 8 -classes 3 large
cp model.s2rgf existing.s2rgf
cp scene/truth.tif existing.tif
keep_files

classify=(s2rgf_classify -m model.s2rgf -i ms=large/ms.tif -i hs=large/hs.tif -threads 2)
long=(s2rgf_train "${sources[@]}" -labels scene/labels.gpkg -l train -a class
    -c 32 -steps 100000 -batch 4 -crop 64 -patience 0)
for signal in INT TERM; do
    cancelled $signal "${long[@]}" m.s2rgf
    cancelled $signal "${long[@]}" -overwrite existing.s2rgf
    cancelled $signal "${classify[@]}" -conf conf.tif -prob prob.tif map.tif
    cancelled $signal "${classify[@]}" -overwrite existing.tif
done

# Between two steps, too: statistics and validation stop in the middle.
: > "$stdout"
env --default-signal=INT,TERM s2rgf_train -i ms=large/ms.tif -i hs=large/hs.tif -labels large/truth.tif \
    -c 32 -steps 1 -batch 1 -crop 64 -threads 1 m.s2rgf > "$stdout" 2> "$stderr" &
child=$!
until grep -q '^Split' "$stdout" || ! kill -0 "$child" 2> /dev/null; do sleep 0.05; done
kill -TERM "$child" || fail "it had ended before the signal: $(cat "$stderr")"
status=0
wait "$child" || status=$?
[ "$status" -eq 130 ] || fail "status $status after a signal during validation, expected 130"
expect_not_in "$stdout" "Step 1 of 1"
expect_files_kept "validation"

# Nobody reads what is printed: the same.
for command in "s2rgf_train" "s2rgf_classify"; do
    status=0
    if [ "$command" = s2rgf_train ]; then
        "${long[@]}" m.s2rgf
    else
        "${classify[@]}" map.tif
    fi 2> "$stderr" | head -n 1 > "$stdout" || status=$?
    [ "$status" -eq 130 ] || fail "status $status without a reader, expected 130: $command"
    expect_files_kept "$command"
done

mkfifo pipe
exec 4<> pipe 5> pipe 4<&- # 5 is a pipe that nobody reads
for command in "s2rgf_info model.s2rgf" "s2rgf_info model.s2rgf -json" "s2rgf_info model.s2rgf -html -"; do
    status=0
    $command >&5 2> "$stderr" || status=$?
    [ "$status" -eq 130 ] || fail "status $status without a reader, expected 130: $command"
    [ ! -s "$stderr" ] || fail "a reader that has seen enough is complained of: $command"
done
exec 5>&-
rm pipe

# A job that was started with SIGINT ignored goes on ignoring it.
: > "$stdout"
(
    trap '' INT
    exec "${classify[@]}" -srcwin 0 0 300 300 ignored.tif
) > "$stdout" 2> "$stderr" &
child=$!
until grep -q '^0' "$stdout" || ! kill -0 "$child" 2> /dev/null; do sleep 0.02; done
kill -INT "$child" 2> /dev/null || true
wait "$child" || fail "an ignored SIGINT ended the program"
expect_file ignored.tif
