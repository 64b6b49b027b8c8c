#!/usr/bin/env bash
# Rule: only the plugin for MPI depends on MPI.
. "$(dirname "$0")/../tools/lib.sh"
need readelf

# needs_mpi FILE: the libraries of MPI that a file is linked with.
needs_mpi() {
    readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(lib(mpi|open-rte|open-pal|ompi|pmix)[^]]*)\]$/\1/p'
}

library=$builddir/.libs/libs2rgf.so
[ -e "$library" ] || skip "no shared library in this build"
for file in "$library" "$builddir"/.libs/s2rgf_train "$builddir"/.libs/gdal_S2RGF.so "$builddir"/s2rgf_{classify,info}; do
    [ -e "$file" ] || continue
    readelf -h "$file" > /dev/null 2>&1 || fail "$file is no program"
    found=$(needs_mpi "$file")
    [ -z "$found" ] || fail "$file needs $found"
done

# The rule bites: the plugin, where it is built, is found.
plugin=$builddir/.libs/s2rgf_mpi.so
[ -e "$plugin" ] || skip "no plugin for MPI in this build"
[[ $(needs_mpi "$plugin") == *libmpi* ]] || fail "the plugin was not found to need MPI"
nm -D --defined-only "$plugin" | awk '{ print $NF }' | grep -E '^s2' > exported
[ "$(cat exported)" = s2_rank_link_open ] || fail "the plugin exports $(cat exported)"
