#!/usr/bin/env bash
# Rule: every manual page is clean for mandoc's lint, and every program has one.
. "$(dirname "$0")/../tools/lib.sh"
need mandoc

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    expect_file "$top_srcdir/man/$program.1"
done
lint() { mandoc -Tlint -W warning "$@"; }
expect_silence lint "$top_srcdir"/man/*.[0-9]

# The rule bites.
printf '.Dd $Mdocdate$\n.Dt A 1\n.Os\n.Sh NAME\n.Nm a\n.Nd x\n.Sh DESCRIPTION\n.Bl -tag\n.It Fl x\n' > planted.1
run lint planted.1
[ "$status" -ne 0 ] || fail "a planted faulty page passed"
