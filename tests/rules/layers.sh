#!/usr/bin/env bash
# Rule: who may include what. core <- nn, geo <- src/*.c <- s2rgf.h <- apps, gdal_driver; nn and geo
# never meet.
. "$(dirname "$0")/../tools/lib.sh"

# Headers of the C library and POSIX: the only <> includes that every layer may use.
c_library=' assert.h complex.h ctype.h dirent.h errno.h fcntl.h fenv.h float.h inttypes.h libgen.h
limits.h locale.h math.h setjmp.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h
stddef.h stdint.h stdio.h stdlib.h string.h strings.h sys/mman.h sys/resource.h sys/stat.h
sys/time.h sys/types.h sys/wait.h time.h unistd.h wchar.h '

# allowed_own LAYER INCLUDED: may a file of the layer include this header of ours?
allowed_own() {
    case $1:$2 in
    core:core/* | core:s2rgf.h) ;;
    nn:nn/* | nn:core/* | nn:s2rgf.h) ;;
    geo:geo/* | geo:core/* | geo:s2rgf.h) ;;
    apps:apps/* | apps:s2rgf.h) ;;
    top:nn/* | top:geo/* | top:core/*) ;;
    top:config.h) ;;
    top:*/*) return 1 ;;
    top:*.h) ;;
    *) return 1 ;;
    esac
}

# allowed_foreign LAYER FILE INCLUDED: may this file (path below src) include this <header>?
allowed_foreign() {
    case $3 in
    cblas.h) [ "$2" = nn/gemm.c ] ;;
    omp.h) [ "$2" = tile_runner.c ] || [ "$2" = train.c ] ;;
    pthread.h) [ "$2" = read_ahead.c ] || [ "$2" = tile_seams.c ] ;;
    gdal*.h | ogr*.h | cpl_*.h) [ "$1" = geo ] || [ "$1" = apps ] ;;
    proj.h | geodesic.h) [ "$1" = geo ] ;;
    json.h | json-c/*.h | json_*.h) [ "$1" = nn ] || [ "$1" = top ] ;;
    *) [[ "${c_library//$'\n'/ }" == *" $3 "* ]] ;;
    esac
}

# violations SRC: one line for every include that breaks the rule.
violations() {
    local src=$1 file layer path first own number line included
    while read -r file; do
        path=${file#"$src"/}
        case $path in
        core/* | nn/* | geo/* | apps/*) layer=${path%%/*} ;;
        *) layer=top ;;
        esac
        first=
        own=${path%.c}.h
        while IFS=: read -r number line; do
            included=$(sed -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*//; s/^(<[^>]*>|"[^"]*").*/\1/' <<< "$line")
            first=${first:-$included}
            case $included in
            \"*\")
                included=${included//\"/}
                [ -e "$src/$included" ] || [ "$included" = config.h ] ||
                    echo "$path:$number: \"$included\" is not written from src/"
                allowed_own "$layer" "$included" || echo "$path:$number: $layer may not include \"$included\""
                ;;
            \<*\>)
                included=${included//[<>]/}
                allowed_foreign "$layer" "$path" "$included" ||
                    echo "$path:$number: $path may not include <$included>"
                ;;
            *) echo "$path:$number: include of neither \"\" nor <>" ;;
            esac
        done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$file" || true)
        if [[ $path == *.c ]] && [ -e "$src/$own" ] && [ "$first" != "\"$own\"" ]; then
            echo "$path: does not include its own header first: expected \"$own\", found ${first:-none}"
        fi
    done < <(find "$src" -name '*.[ch]' | sort)
}

# driver_violations FOLDER: the plugin sees its own headers, s2rgf.h, GDAL and the C++ library.
driver_violations() {
    local number line
    while IFS=: read -r number line; do
        case $(sed -E 's/^[^<"]*//; s/^(<[^>]*>|"[^"]*").*/\1/' <<< "$line") in
        '"s2rgf.h"' | '<gdal'*'.h>' | '<cpl_'*'.h>' | '<ogr_'*'.h>') ;;
        \"*/*) echo "$number:$line" ;;
        \"*\") [ -e "$1/$(sed -E 's/.*"(.*)".*/\1/' <<< "$line")" ] || echo "$number:$line" ;;
        '<'*.h'>') echo "$number:$line" ;;
        '<'*'>') ;;
        *) echo "$number:$line" ;;
        esac
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$1"/*.cpp "$1"/*.h | sed 's/:/ line /')
}

found=$(violations "$top_srcdir/src")
[ -z "$found" ] || fail $'includes that break the layers:\n'"$found"

found=$(driver_violations "$top_srcdir/gdal_driver")
[ -z "$found" ] || fail $'gdal_driver includes what it may not:\n'"$found"

# The rule bites: each of these planted files breaks it in one way.
mkdir -p src/core src/nn src/geo src/apps
touch src/s2rgf.h src/model.h src/core/error.h src/nn/gemm.h src/nn/conv.h src/geo/grid.h src/apps/options.h
plant() { # FILE INCLUDE EXPECTED
    printf '/* planted */\n%s\n' "$2" > "src/$1"
    found=$(violations src)
    [[ $found == *"$3"* ]] || fail "planted '$2' in $1 was not found: $found"
    rm "src/$1"
}
[ -z "$(violations src)" ] || fail "found something in an innocent tree: $(violations src)"
plant core/a.c '#include "nn/gemm.h"' 'core may not include "nn/gemm.h"'
plant core/a.c '#include <gdal.h>' 'may not include <gdal.h>'
plant core/a.c '#include <json.h>' 'may not include <json.h>'
plant nn/a.c '#include "geo/grid.h"' 'nn may not include "geo/grid.h"'
plant nn/a.c '  #  include <gdal_priv.h>' 'may not include <gdal_priv.h>'
plant nn/a.c '#include <cblas.h>' 'may not include <cblas.h>'
plant nn/a.c '#include <omp.h>' 'may not include <omp.h>'
plant nn/a.c '#include <pthread.h>' 'may not include <pthread.h>'
plant nn/a.c '#include "model.h"' 'nn may not include "model.h"'
plant geo/a.c '#include "nn/gemm.h"' 'geo may not include "nn/gemm.h"'
plant geo/a.c '#include "grid.h"' '"grid.h" is not written from src/'
plant a.c '#include <gdal.h>' 'may not include <gdal.h>'
plant a.c '#include "apps/options.h"' 'top may not include "apps/options.h"'
plant apps/a.c '#include "core/error.h"' 'apps may not include "core/error.h"'
plant apps/a.c '#include <openssl/md5.h>' 'may not include <openssl/md5.h>'
plant nn/conv.c '#include "core/error.h"' 'own header first: expected "nn/conv.h", found "core/error.h"'
plant nn/conv.c '' 'own header first: expected "nn/conv.h", found none'
plant nn/a.c '#include HEADER' 'neither'
printf '#include "nn/gemm.h"\n#include <cblas.h>\n#include <math.h>\n' > src/nn/gemm.c
[ -z "$(violations src)" ] || fail "refused what is allowed: $(violations src)"

mkdir driver
touch driver/own.h
printf '#include "own.h"\n#include "s2rgf.h"\n#include <vector>\n#include <gdal_priv.h>\n' > driver/a.cpp
[ -z "$(driver_violations driver)" ] || fail "refused what is allowed: $(driver_violations driver)"
for include in '"core/error.h"' '"mapping.h"' '<json.h>' '<omp.h>'; do
    printf '#include %s\n' "$include" > driver/a.cpp
    [[ $(driver_violations driver) == *"$include"* ]] || fail "planted $include was not found"
done
