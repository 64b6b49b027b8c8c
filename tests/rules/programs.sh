#!/usr/bin/env bash
# Rule: of the programs, only the one that trains needs BLAS and OpenMP.
. "$(dirname "$0")/../tools/lib.sh"
need nm readelf

# training_needs FILE: prints what of BLAS and OpenMP a program asks for itself.
training_needs() {
    readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*(blas|omp).*)\]$/\1/p'
    nm -D --undefined-only "$1" | awk '{ print $NF }' | grep -E '^(cblas|openblas|omp|GOMP|__kmpc)_' || true
}

for program in assess change classify info mosaic sample suggest; do
    file=$builddir/s2rgf_$program
    readelf -h "$file" > /dev/null 2>&1 || fail "$file is no program"
    found=$(training_needs "$file")
    [ -z "$found" ] || fail $'s2rgf_'"$program needs:"$'\n'"$found"
done

# The rule bites: what trains is found.
library=$builddir/.libs/libs2rgf.so
[ -e "$library" ] || skip "no shared library in this build"
found=$(training_needs "$library")
[[ $found == *blas*cblas_sgemm* ]] || fail "libs2rgf.so was not found to need BLAS"
[[ $found == *omp*omp_set_num_threads* ]] || fail "libs2rgf.so was not found to need OpenMP"
