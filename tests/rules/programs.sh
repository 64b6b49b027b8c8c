#!/usr/bin/env bash
# Rule: of the programs, only the one that trains needs BLAS.
. "$(dirname "$0")/../tools/lib.sh"
need nm readelf

# uses_blas FILE: prints what of BLAS a program asks for itself.
uses_blas() {
    readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*blas.*)\]$/\1/p'
    nm -D --undefined-only "$1" | awk '{ print $NF }' | grep -E '^(cblas|openblas)_' || true
}

for program in assess change classify info mosaic sample suggest; do
    file=$builddir/s2rgf_$program
    readelf -h "$file" > /dev/null 2>&1 || fail "$file is no program"
    found=$(uses_blas "$file")
    [ -z "$found" ] || fail $'s2rgf_'"$program needs:"$'\n'"$found"
done

# The rule bites: what trains is found.
library=$builddir/.libs/libs2rgf.so
[ -e "$library" ] || skip "no shared library in this build"
[[ $(uses_blas "$library") == *blas*cblas_sgemm* ]] || fail "libs2rgf.so was not found to need BLAS"
