#!/usr/bin/env bash
# Every command of docs/shell.md runs, in its order, and prints what the page says it prints.
. "$(dirname "$0")/../tools/lib.sh"
export OMP_WAIT_POLICY=passive
mkdir bin commands
ln -s "$PYTHON" bin/python3
ln -s "$builddir/samples" samples
PATH=$PWD/bin:$PATH

# An indented block is a script, N.sh; with prompts each is a script of its own, and what follows a
# complete command is its output, N.out.
awk -v folder=commands '
    !/^    / { inside = 0; next }
    { line = substr($0, 5); prompt = sub(/^\$ /, "", line) }
    !inside || prompt { script = sprintf("%s/%02d.sh", folder, ++count); complete = 0 }
    !inside { inside = 1; prompts = prompt }
    !complete || !prompts {
        print line >> script
        close(script)
        complete = line !~ /\\$/ && system("bash -n " script " 2> /dev/null") == 0
        next
    }
    { print line >> (folder "/" sprintf("%02d.out", count)) }' "$top_srcdir/docs/shell.md"
[ "$(find commands -name '*.sh' | wc -l)" -ge 8 ] || fail "hardly a command found in docs/shell.md"

for script in commands/*.sh; do
    output=${script%.sh}.out
    run bash -euo pipefail "$script"
    if [ -e "$output" ]; then
        while read -r line; do cat "$stdout" "$stderr" | grep -qxF -- "$line" || fail "$script does not print: $line"; done < "$output"
    fi
    if [ -e "$output" ] && grep -q ^ERROR "$output"; then expected=1; else expected=0; fi
    [ "$status" -eq "$expected" ] || fail "status $status, expected $expected: $(cat "$script")"
done
expect_file maps/T33UUU_0531_map.json tiles/T33UUU_0531_map.tif map.tif
