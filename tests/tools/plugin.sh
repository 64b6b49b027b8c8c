# GDAL's programs with the plugin; sourced after tools/lib.sh.
# shellcheck shell=bash
# Sets  plugin     the file, which a build may lack
#       plugins    the folder from which gdal() takes it

plugin=$builddir/.libs/gdal_S2RGF.so
plugins=$builddir/.libs

# A plugin with sanitizers needs their libraries loaded before those of the program.
sanitizers=
if [[ -e $plugin && $(nm -D --undefined-only "$plugin") == *__asan_* ]]; then
    compiler=${CC:-gcc}
    sanitizers="$($compiler -print-file-name=libasan.so) $($compiler -print-file-name=libubsan.so)"
fi

# gdal COMMAND...: run a program with the plugin; what GDAL's programs themselves leak is not looked at.
gdal() {
    if [ -n "$sanitizers" ]; then
        ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$sanitizers GDAL_DRIVER_PATH=$plugins "$@"
    else
        GDAL_DRIVER_PATH=$plugins "$@"
    fi
}
