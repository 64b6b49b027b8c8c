#!/usr/bin/env bash
# make install, into a root of its own: GDAL finds the plugin there, without libs2rgf beside it.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/driver/driver.sh"
need make

# not as a part of the make that runs the tests
unset MAKEFLAGS MAKELEVEL MFLAGS
expect_status 0 make -s -C "$builddir" install-gdalpluginLTLIBRARIES DESTDIR="$PWD/root"
installed=$(find root -name gdal_S2RGF.so)
[ -n "$installed" ] || fail "no plugin was installed"
[[ $installed == *gdalplugins/* ]] || fail "installed in $installed"
[ -z "$(find root -type d -empty)" ] || fail "empty folders were made: $(find root -type d -empty)"

plugins=$PWD/${installed%/*}
expect_status 0 gdal gdalinfo --format S2RGF
expect_in "$stdout" "Land-cover maps"
same_pixels map.tif map.s2rgf.json
expect_status 0 make -s -C "$builddir" uninstall-gdalpluginLTLIBRARIES DESTDIR="$PWD/root"
[ -z "$(find root -name 'gdal_*')" ] || fail "left behind: $(find root -name 'gdal_*')"
