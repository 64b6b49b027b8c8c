#!/usr/bin/env bash
# --help: on stdout, exit 0, readable, and with the defaults that the manual pages state.
. "$(dirname "$0")/../tools/lib.sh"

# Lines "option default" of a program's help: its "[...; default X]", which may wrap.
defaults_in_help() {
    "$1" --help | tr '\n' ' ' | sed 's/  \+\(--\?[a-z]\)/\n\1/g' | tr -s ' ' |
        sed -n 's/^-\([a-z_]*\) .*default \([^] ]*\)\].*/\1 \2/p'
}

# The same of a manual page: "The default is X" under ".It Fl option".
defaults_in_page() {
    awk '/^\.It Fl / { option = $3 }
        match($0, /The default is [^ ,]*/) {
            value = substr($0, RSTART + 15, RLENGTH - 15); sub(/\.$/, "", value)
            print option, value
        }' "$1"
}

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    for spelling in -h --h -help --help; do
        expect_status 0 "$program" "$spelling"
        [ ! -s "$stderr" ] || fail "$program $spelling prints on stderr"
        expect_in "$stdout" "Usage: $program "
        expect_in "$stdout" "--help"
    done
    # help before anything that is missing or wrong
    expect_status 0 "$program" --help --no_such_option
    expect_status 0 "$program" --config A=B --help
    run "$program" --help
    awk 'length > 80 || / $/ { print; bad = 1 } END { exit bad }' "$stdout" ||
        fail "$program --help: lines too wide or with blanks at their end"
    if [ -e /dev/full ]; then
        status=0
        "$program" --help > /dev/full 2> "$stderr" || status=$?
        [ "$status" -eq 1 ] || fail "$program --help > /dev/full: status $status, expected 1"
        expect_in "$stderr" "standard output"
    fi
done

for program in s2rgf_train s2rgf_classify; do
    defaults_in_help "$program" > "$program.help"
    defaults_in_page "$top_srcdir/man/$program.1" > "$program.page"
    [ -s "$program.help" ] || fail "$program --help states no default"
    diff "$program.help" "$program.page" ||
        fail "$program: --help (<) and the manual page (>) state different defaults"
done
grep -q '^steps ' s2rgf_train.help || fail "the default of -steps was not found"

# Values on the same command line are not taken for defaults.
run s2rgf_classify --help
cp "$stdout" plain
run s2rgf_classify -wm 17 -noqml --help
expect_same plain "$stdout"
