#!/usr/bin/env bash
# A host that writes decimal commas, or folds I to a letter without a dot, gets the same files.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need localedef gdal-config
[[ $(nm -D "$builddir/s2rgf_info") != *__asan* ]] || skip "the address sanitizer is to be loaded first"
[ -e "$builddir/.libs/libs2rgf.so" ] || skip "no shared library was built"
export LOCPATH=$PWD
for locale in de_DE tr_TR; do
    localedef -i $locale -f UTF-8 "./$locale.UTF-8" 2> "$stderr" || skip "no locale $locale: $(cat "$stderr")"
done
# shellcheck disable=SC2046 # several options
${CC:-cc} -I"$top_srcdir/src" $(gdal-config --cflags) -o in_locale "$top_srcdir/tests/tools/in_locale.c" \
    -L"$builddir/.libs" -ls2rgf $(gdal-config --libs) 2> "$stderr" || skip "no compiler: $(cat "$stderr")"
export LD_LIBRARY_PATH=$builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

"${train[@]}" -q model.s2rgf
for locale in C de_DE.UTF-8 tr_TR.UTF-8; do
    mkdir "in_$locale"
    expect_status 0 env -u LC_ALL ./in_locale "$locale" "in_$locale"
    diff -r in_C "in_$locale" || fail "other files under $locale"
done
[ "$(find in_C -type f | wc -l)" -ge 6 ] || fail "files are missing: $(ls in_C)"
