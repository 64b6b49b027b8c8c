#!/usr/bin/env bash
# Rule: GDAL's plugin shows its entry point alone, and needs no library that could be missing where GDAL is.
. "$(dirname "$0")/../tools/lib.sh"
need nm readelf
plugin=$builddir/.libs/gdal_S2RGF.so
[ -e "$plugin" ] || skip "no plugin for GDAL in this build"

exported() { nm -D --defined-only "$1" | awk '{ print $NF }' | sort -u; }
needed() { readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]$/\1/p' | sort -u; }

# foreign_libraries FILE GDAL: libraries that a file needs, but GDAL and what GDAL needs itself.
foreign_libraries() {
    needed "$1" | grep -vxF -f <(needed "$2"; basename "$2") |
        grep -vE '^(libc|libm|libstdc\+\+|libgcc_s|ld-linux.*|libgdal)\.so\.|^lib[at]san\.so|^libubsan\.so' || true
}

found=$(exported "$plugin" | tr '\n' ' ')
[ "$found" = "GDALRegister_S2RGF " ] || fail "$plugin shows $found"

gdal=$(ldd "$plugin" | sed -nE 's/.*libgdal\.so[^ ]* => ([^ ]*) .*/\1/p')
[ -e "$gdal" ] || fail "the plugin does not find libgdal"
found=$(foreign_libraries "$plugin" "$gdal")
[ -z "$found" ] || fail $'the plugin needs:\n'"$found"
[[ $(needed "$plugin") == *libgdal* ]] || fail "the plugin was not linked with GDAL"

# Neither BLAS, whose threads are the host's, nor OpenMP, nor training.
found=$(nm -D --undefined-only "$plugin" | grep -E 'cblas_|openblas_|GOMP_|omp_(get|set)_|geod_' || true)
[ -z "$found" ] || fail $'the plugin refers to:\n'"$found"

# The rule bites.
echo 'int planted(void); int planted(void) { return 1; }' > planted.c
${CC:-cc} -shared -fPIC planted.c -o libforeign.so -Wl,-soname,libforeign.so.1 || fail "cannot plant a library"
${CC:-cc} -shared -fPIC planted.c -o planted.so -Wl,--no-as-needed libforeign.so || fail "cannot plant exports"
[ "$(exported planted.so)" = planted ] || fail "planted exports were not found: $(exported planted.so)"
[ "$(foreign_libraries planted.so "$gdal")" = libforeign.so.1 ] || fail "a planted library was not found"
