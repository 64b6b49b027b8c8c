#!/usr/bin/env bash
# Rule: sources are laid out as clang-format 14 does it by .clang-format.
. "$(dirname "$0")/../tools/lib.sh"

check_layout() { bash "$top_srcdir/tests/tools/misformatted.sh" "$1" > found; }

status=0
mkdir planted
cp "$top_srcdir/.clang-format" planted
printf '/* planted */\nint good(int x)\n{\n    return x;\n}\n' > planted/good.c
check_layout planted || status=$?
if [ "$status" -eq 2 ]; then
    # There ./bootstrap check installs it; later releases have none.
    ! grep -qs '^VERSION_ID="12"' /etc/os-release || fail "clang-format-14 is not installed"
    skip "there is no clang-format 14"
fi
[ "$status" -eq 0 ] || fail "refused what is laid out well: $(cat found)"

# The rule bites.
printf '/* planted */\nint bad(int x) { return x; }\n' > planted/bad.h
! check_layout planted || fail "a planted fault was not found"
grep -q 'planted\|bad\.h' found || fail "the planted fault is not named: $(cat found)"

check_layout "$top_srcdir" || fail $'not as clang-format 14 lays it out:\n'"$(head -40 found)"
