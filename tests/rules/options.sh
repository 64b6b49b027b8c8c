#!/usr/bin/env bash
# Rule: the options that `prog --help` lists are those that its manual page lists.
. "$(dirname "$0")/../tools/lib.sh"

# in_help: option names in the help text on stdin. Entries are indented by two columns.
in_help() {
    sed -nE 's/^  (-[^ ].*)$/\1/p' | awk '{
        for (i = 1; i <= NF && $i ~ /^-/; i++) {
            more = $i ~ /,$/
            sub(/,$/, "", $i); sub(/^--?/, "", $i)
            print $i
            if (!more) break
        }
    }' | sort -u
}
# in_page FILE: option names of the `.It Fl x` entries of an mdoc page.
in_page() {
    awk '$1 == ".It" {
        for (i = 2; i < NF; i++)
            if ($i == "Fl" && $(i + 1) != "Fl") {
                name = $(i + 1)
                sub(/^(\\-|-)*/, "", name)
                print name
            }
    }' "$1" | sort -u
}

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    page=$top_srcdir/man/$program.1
    expect_file "$page"
    expect_status 0 "$program" --help
    [ ! -s "$stderr" ] || fail "$program --help prints on stderr"
    in_help < "$stdout" > "$program.help"
    in_page "$page" > "$program.page"
    [ "$(wc -l < "$program.help")" -ge 3 ] || fail "hardly an option found in $program --help"
    diff -u "$program.help" "$program.page" > options.diff || {
        cat options.diff >&2
        fail "$program: options in --help (-) and in $page (+) differ"
    }
done

# The rule bites.
printf 'Usage: a [-x]\n\nGroup:\n  -x                        an ex\n  -q, --quiet N             hush\n                            -not an option\n' > planted.help
printf '.Bl -tag -width x\n.It Fl x\nsets\n.It Fl q , Fl Fl quiet Ar N\n.El\n' > planted.page
[ "$(in_help < planted.help | tr '\n' ' ')" = "q quiet x " ] || fail "help misread: $(in_help < planted.help)"
[ "$(in_page planted.page | tr '\n' ' ')" = "q quiet x " ] || fail "page misread: $(in_page planted.page)"
echo '.It Fl y Ar file' >> planted.page
[ "$(in_page planted.page | tr '\n' ' ')" = "q quiet x y " ] || fail "a planted option was not found"
