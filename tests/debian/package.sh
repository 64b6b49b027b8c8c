#!/usr/bin/env bash
# The Debian packages: built from what `make dist` packs, lintian is silent, what is in them works.
. "$(dirname "$0")/../tools/lib.sh"
need make cc pkg-config dpkg-buildpackage dh lintian gdalinfo
need_python numpy osgeo.gdal

# not as a part of the make that runs the tests, and with the tools that packages are built with
unset MAKEFLAGS MAKELEVEL MFLAGS CC
mkdir built
expect_status 0 make -s -C "$builddir" distdir distdir="$PWD/built/s2rgf"
chmod -R u+w built/s2rgf
cd built/s2rgf
run dpkg-checkbuilddeps
[ "$status" -eq 0 ] || skip "$(cat "$stderr")"

# ---- build
DEB_BUILD_OPTIONS='parallel=1 nocheck' expect_status 0 dpkg-buildpackage -us -uc -b
cd ..
expect_silence lintian --allow-root --info --display-info s2rgf_*.changes
expect_no_mpi() { # PACKAGE
    expect_status 0 dpkg-deb -f "$1"_[0-9]*.deb Depends
    expect_not_in "$stdout" mpi
}
for package in s2rgf libs2rgf0 libs2rgf-dev gdal-plugin-s2rgf s2rgf-mpi; do
    [ "$package" = s2rgf-mpi ] || expect_no_mpi "$package"
    expect_status 0 dpkg-deb -x "$package"_[0-9]*.deb "$scratch/root"
done
cd "$scratch"
rm -r built

# ---- the programs, with the library beside them
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
libraries=$scratch/root/usr/lib/$triplet
export PATH=$scratch/root/usr/bin:$PATH OMP_WAIT_POLICY=passive
"$builddir/samples/make_scene" -size 192 160 -ratio 6 -hs_bands 8 -classes 3 .
(
    export LD_LIBRARY_PATH=$libraries
    expect_status 0 ldd "$(type -P s2rgf_train)"
    expect_in "$stdout" "$libraries/libs2rgf.so.0"
    sources=(-i ms=ms.tif -i hs=hs.tif)
    expect_silence s2rgf_train -q "${sources[@]}" -labels labels.gpkg -l train -a class \
        -c 16 -steps 4 -batch 1 -crop 32 -val 0 model.s2rgf
    expect_status 0 s2rgf_info model.s2rgf
    if type -P mpirun > /dev/null; then
        export S2RGF_MPI_PLUGIN=$libraries/s2rgf/s2rgf_mpi.so OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        expect_status 0 mpirun --oversubscribe -n 2 s2rgf_train -q "${sources[@]}" -labels labels.gpkg -l train \
            -a class -c 16 -steps 4 -batch 2 -crop 32 -val 0 together.s2rgf
        expect_file together.s2rgf
    fi
    expect_in "$stdout" "dense"
    expect_silence s2rgf_classify -q -m model.s2rgf "${sources[@]}" \
        -write_scene map.s2rgf.json map.tif
    expect_status 0 s2rgf_assess map.tif -labels labels.gpkg -l test -a class
)

# ---- the plugin, without the library
export GDAL_DRIVER_PATH=$libraries/gdalplugins
expect_status 0 gdalinfo map.s2rgf.json
expect_in "$stdout" "Driver: S2RGF/"
expect_silence "$PYTHON" "$top_srcdir/tests/tools/same_pixels.py" map.tif map.s2rgf.json

# ---- a program that is compiled with the header
cat > version.c << 'C'
#include <s2rgf.h>
#include <stdio.h>

int main(void)
{
    puts(s2rgf_version());
    return 0;
}
C
export PKG_CONFIG_PATH=$libraries/pkgconfig PKG_CONFIG_SYSROOT_DIR=$scratch/root
# shellcheck disable=SC2046 # words are what is wanted
expect_silence cc version.c -o version $(pkg-config --cflags --libs libs2rgf)
LD_LIBRARY_PATH=$libraries expect_status 0 ./version
[ "$(cat "$stdout")" = "$(pkg-config --modversion libs2rgf)" ] || fail "the version is $(cat "$stdout")"

# ---- where QGIS looks for plugins
expect_file root/usr/share/qgis/python/plugins/s2rgf/metadata.txt
