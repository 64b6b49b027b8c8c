# What runs the commands of a page; sourced after lib.sh.
# shellcheck shell=bash

# run_page PAGE LEAST: run every command of a page of docs/ in its order, at least so many, and see that each
# prints what the page says it prints. The programs, samples/ and python3 are those of the build.
#
# An indented block is a script, N.sh. In a block with prompts each of them starts a script, which
# ends where it is complete; what follows is its output, N.out.
run_page() {
    local script output line expected
    mkdir bin commands
    ln -s "$PYTHON" bin/python3
    ln -s "$builddir/samples" samples
    PATH=$PWD/bin:$PATH
    awk '
        !/^    / { inside = 0; next }
        { line = substr($0, 5); prompt = sub(/^\$ /, "", line) }
        !inside || prompt { name = sprintf("commands/%02d", ++count); complete = 0 }
        !inside { inside = 1; prompts = prompt }
        prompts && complete { print line >> (name ".out"); next }
        {
            print line >> (name ".sh")
            close(name ".sh")
            complete = line !~ /\\$/ && system("bash -n " name ".sh 2> /dev/null") == 0
        }' "$top_srcdir/docs/$1"
    [ "$(find commands -name '*.sh' | wc -l)" -ge "$2" ] || fail "hardly a command found in docs/$1"
    for script in commands/*.sh; do
        output=${script%.sh}.out
        touch "$output"
        run bash -euo pipefail "$script"
        while read -r line; do
            grep -qxF -- "$line" "$stdout" "$stderr" || fail "$script does not print: $line"
        done < "$output"
        expected=0
        ! grep -q '^ERROR' "$output" || expected=1
        [ "$status" -eq "$expected" ] || fail "status $status, expected $expected: $(cat "$script")"
    done
}
