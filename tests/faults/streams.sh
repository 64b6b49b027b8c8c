#!/usr/bin/env bash
# Standard input, output or error is closed: no output takes its number, or what is printed would go into it.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/faults/strace.sh"

"${train[@]}" -q model.s2rgf
classify=(s2rgf_classify -m model.s2rgf "${sources[@]}" -overwrite)
"${classify[@]}" -q map.tif

# apart COMMAND...: with any of the streams closed, no file is opened for writing in its place.
apart() {
    local closed number
    for closed in '<&-' '>&-' '2>&-' '>&- 2>&-'; do
        (eval "strace -f -o calls -e trace=open,openat,openat2,creat \"\$@\" $closed") > "$stdout" || true
        expect_in calls O_RDONLY
        for number in 0 1 2; do
            if grep -vF /dev/null calls | grep -E "(O_WRONLY|O_RDWR|creat\().* = $number\$"; then
                fail "a file takes the place of stream $number: $* $closed"
            fi
        done
    done
}
apart s2rgf_info -onnx model.s2rgf m.onnx -overwrite
apart "${classify[@]}" map.tif
apart s2rgf_assess map.tif -labels scene/truth.tif -json figures.json -overwrite
