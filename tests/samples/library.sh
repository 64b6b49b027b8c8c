#!/usr/bin/env bash
# The installed library: pkg-config alone is enough to build the example of s2rgf.h and samples/classify.c, and
# samples/classify.py needs only the library; all make the map that s2rgf_classify makes.
. "$(dirname "$0")/../tools/lib.sh"
need make pkg-config mandoc
[ -e "$builddir/.libs/libs2rgf.so" ] || skip "no shared library in this build"
read -ra cc <<< "${CC:-cc}" # which may have a launcher before it, such as ccache

unset MAKEFLAGS MAKELEVEL MFLAGS
expect_status 0 make -s -C "$builddir" DESTDIR="$PWD/root" \
    install-includeHEADERS install-s2rgfincludeHEADERS install-pkgconfigDATA install-libLTLIBRARIES install-man3
header=$(find root -name s2rgf.h)
description=$(find root -name libs2rgf.pc)
prefix=$PWD/${header%/include/s2rgf.h}
export PKG_CONFIG_PATH=$PWD/${description%/*}${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$PWD/$(dirname "$(find root -name 'libs2rgf.so')")
export LD_LIBRARY_PATH
flags() { pkg-config --define-variable=prefix="$prefix" --cflags --libs libs2rgf; }
expect_status 0 flags
read -ra flags < "$stdout"
[[ "${flags[*]}" == *-ls2rgf*-lgdal* ]] || fail "pkg-config: ${flags[*]}"

. "$top_srcdir/tests/cli/tiny_scene.sh"
"${train[@]}" -q two.s2rgf
s2rgf_classify -q -m two.s2rgf "${sources[@]}" expected_two.tif
s2rgf_train -q -i ms=scene/ms.tif -labels scene/labels.gpkg -l train -a class -c 16 -steps 4 -batch 1 -crop 32 \
    model.s2rgf
cp scene/ms.tif scene.tif
s2rgf_classify -q -m model.s2rgf -i ms=scene.tif expected.tif

# ---- the example that the header prints
sed -n '/^ \*     #include/,/^ \*     }$/s/^ \*     //p' "$header" > example.c
build() { "${cc[@]}" -std=c99 -Wall -Wextra -Werror -o "$1" "$2" "${flags[@]}"; }
expect_silence build example example.c
expect_silence ./example
expect_same expected.tif map.tif
expect_status 1 ./example
expect_in "$stderr" "exists: use -overwrite"

# ---- samples
expect_silence build classify "$top_srcdir/samples/classify.c"
expect_status 0 ./classify two.s2rgf c.tif ms=scene/ms.tif hs=scene/hs.tif
expect_same expected_two.tif c.tif
for text in "source ms: 4 bands" "source hs: 8 bands" "class 1: forest"; do expect_in "$stdout" "$text"; done
expect_in "$stderr" "100 %"
expect_status 1 ./classify two.s2rgf bad.tif ms=scene/ms.tif
expect_in "$stderr" "source hs: missing"
expect_status 0 "$PYTHON" "$top_srcdir/samples/classify.py" two.s2rgf python.tif ms=scene/ms.tif hs=scene/hs.tif
expect_same expected_two.tif python.tif
cp scene/hs.tif a=b.tif
expect_status 0 "$PYTHON" "$top_srcdir/samples/classify.py" two.s2rgf python_named.tif ms=scene/ms.tif hs=a=b.tif
expect_in "$stdout" "100 %"
expect_status 1 "$PYTHON" "$top_srcdir/samples/classify.py" two.s2rgf bad.tif ms=scene/ms.tif
expect_in "$stderr" "source hs: missing"
expect_no_file bad.tif

# ---- the manual page made of the headers names all functions
page=$(find root -name libs2rgf.3)
expect_silence mandoc -Tlint -W warning "$page"
grep -oE '^[^*]*\bs2rgf_[a-z_0-9]+\(' -h "${header%.h}"/*.h | grep -oE 's2rgf_[a-z_0-9]+' | sort -u > functions
[ "$(wc -l < functions)" -ge 20 ] || fail "functions misread: $(cat functions)"
while read -r name; do grep -q "^\.Ss $name\$" "$page" || fail "$name: not in libs2rgf.3"; done < functions
for name in s2rgf_classify_options s2rgf_train_options; do expect_in "$page" ".Ss $name"; done
! grep -q '^\.Ss .*_H$' "$page" || fail "a guard of a header in libs2rgf.3"
