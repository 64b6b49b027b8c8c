#!/usr/bin/env bash
# Every option that --help lists is known with one dash and with two, and takes the values it lists.
. "$(dirname "$0")/../tools/lib.sh"

# Lines "name value value..." of a program's own options.
listed_options() {
    "$1" --help | awk "/^General options/ { stop = 1 } !stop" | sed -n "s/^  -\([a-z_]\)/\1/p" | sed "s/   *.*//"
}

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    listed_options "$program" > "$program.options"
    while read -r name values; do
        for dashes in - --; do
            # the option comes last, without its values: known, and complaining about them if it has any
            expect_status 2 "$program" "$dashes$name"
            expect_not_in "$stderr" "unknown option"
            if [ -n "$values" ] && [[ ! $values =~ ^\[[a-z]+\]$ ]]; then # not one that may be left out
                expect_in "$stderr" "-$name: expected $values after it"
            else
                expect_not_in "$stderr" "after it"
            fi
        done
        if [ "${#name}" -ge 4 ]; then # a letter too many, and a value as other programs take it
            expect_status 2 "$program" "-${name}x=2"
            expect_in "$stderr" "unknown option '-${name}x=2': did you mean -$name?"
        fi
    done < "$program.options"
done
[ "$(wc -l < s2rgf_train.options)" -ge 25 ] || fail "too few options found in --help of s2rgf_train"
[ "$(wc -l < s2rgf_classify.options)" -ge 15 ] ||
    fail "too few options found in --help of s2rgf_classify"

# Names that are nearly right, and those that are like none.
near() { # WORD SUGGESTION
    expect_status 2 s2rgf_train "$1" 2
    expect_in "$stderr" "unknown option '$1': did you mean $2?"
}
near -treads -threads
near --lables --labels
near -OVERWRITE -overwrite
near --HELP --help
for word in -x -no_such_option ---- "-$(printf '%05000d' 0)"; do
    expect_status 2 s2rgf_train "$word" 2
    expect_in "$stderr" "unknown option '"
    expect_not_in "$stderr" "did you mean"
done
