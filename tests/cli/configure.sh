#!/usr/bin/env bash
# ./configure: a static build has no plugin, which could not be loaded; 32-bit systems and folders
# with blanks are refused in one sentence.
. "$(dirname "$0")/../tools/lib.sh"
need g++ pkg-config
[ -x "$top_srcdir/configure" ] || skip "no configure in this tree"
if [ -f "$top_srcdir/config.status" ]; then skip "this tree is configured in place"; fi

# configure OPTION...: its summary, from what an earlier call found out
configure() { "$top_srcdir/configure" -q -C "$@"; }
expect_status 1 configure ac_cv_sizeof_void_p=4
expect_in "$stderr" "error: s2rgf needs a 64-bit system"
[ "$(wc -l < "$stderr")" -eq 1 ] || fail "more than one sentence: $(cat "$stderr")"
rm -f config.cache
expect_status 0 configure --disable-shared --enable-static
[ "$(grep -c '^GDAL_PLUGIN_TRUE=.#' config.log)" -eq 1 ] || fail "a static build has the plugin"
expect_status 1 configure --disable-shared --enable-gdal-plugin
expect_in "$stderr" "needs shared libraries"
expect_status 1 configure --prefix="$PWD/our programs"
expect_in "$stderr" "our programs: cannot install into a folder with blanks in its name"
expect_status 1 configure --with-gdal-plugindir=no
expect_in "$stderr" "no: expected an absolute name of a folder"
