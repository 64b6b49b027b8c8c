#!/usr/bin/env bash
# Rule: .ci/abi lets the interface grow at its ends, and refuses what breaks programs.
. "$(dirname "$0")/../tools/lib.sh"
need abidiff
[ -x "$top_srcdir/.ci/abi" ] || skip "this tree has no .ci"
read -ra cc <<< "${CC:-cc}"

# library NAME MEMBERS ARGUMENTS [MORE]: one with options of these members and a function of these arguments.
library() {
    cat > "$1.c" << C
typedef enum { A, B $5 } kind;
typedef struct s2rgf_x_options { $2 } s2rgf_x_options;
int s2rgf_x($3); int s2rgf_x($3) { return o->a + (int)k; }
$4
C
    "${cc[@]}" -g -w -shared -fPIC -o "$1.so" "$1.c"
}
arguments="const s2rgf_x_options *o, kind k"
more="int s2rgf_y(void) { return 1; }"
library old "unsigned long size; int a;" "$arguments" "$more" ""
library member "unsigned long size; int a; const char *b;" "$arguments" "$more" ""
library function "unsigned long size; int a;" "$arguments" "$more int s2rgf_z(void) { return 2; }" ""
library kind "unsigned long size; int a;" "$arguments" "$more" ", C"
library before "unsigned long size; const char *b; int a;" "$arguments" "$more" ""
library type "unsigned long size; double a;" "$arguments" "$more" ""
library gone "unsigned long size; int a;" "$arguments" "" ""
library argument "unsigned long size; int a;" "$arguments, int more" "$more" ""
library between "unsigned long size; int a;" "$arguments" "$more" ""
sed -i 's/{ A, B/{ A, C, B/' between.c
"${cc[@]}" -g -w -shared -fPIC -o between.so between.c

for name in old member function kind; do
    expect_status 0 "$top_srcdir/.ci/abi" "$PWD/old.so" "$PWD/$name.so"
done
for name in before type gone argument between; do
    expect_status 1 "$top_srcdir/.ci/abi" "$PWD/old.so" "$PWD/$name.so"
done
expect_status 1 "$top_srcdir/.ci/abi" "$PWD/member.so" "$PWD/old.so"
