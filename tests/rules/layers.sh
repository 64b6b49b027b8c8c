#!/usr/bin/env bash
# Rule: who may include what. Every room of src lists the rooms below it, and nothing points back up.
. "$(dirname "$0")/../tools/lib.sh"

# ROOM: ROOMS IT MAY INCLUDE. A room may include its own files and the parts of s2rgf.h in src/s2rgf too, but not the
# whole, or a new option would compile everything anew. "header" is s2rgf.h itself.
# A room may name only rooms that stand above it in this list, so that no circle can be written down.
edges='
s2rgf:
core:
format: core
nn: core
nn/kernels: core nn
nn/ranks: core nn
nn/layers: core nn nn/kernels nn/ranks
nn/run: core nn nn/kernels nn/layers
nn/networks: core format nn nn/kernels nn/layers nn/run
nn/dense: core format nn nn/kernels nn/layers nn/run nn/networks
nn/patch: core nn nn/kernels nn/layers nn/run nn/networks
model: core format nn nn/layers nn/networks
geo/source: core
geo/files: core geo/source
geo/labels: core geo/source
geo/map: core geo/source geo/files geo/labels
geo/points: core geo/source geo/map
tiles: core nn/networks
scene: core format geo/source geo/files model nn/networks
assess: core format geo/source geo/labels geo/map geo/points
sample: core geo/source geo/labels geo/map geo/points scene
change: core format geo/source geo/labels geo/map scene assess
report: core geo/source geo/map model
classify: core format nn/kernels nn/networks model geo/source geo/files geo/labels geo/map geo/points tiles scene assess
train/set: core nn/ranks nn/networks model geo/source geo/files geo/labels scene
train/experts: core nn nn/layers nn/networks model geo/labels scene assess train/set
train: core nn/ranks nn/layers nn/networks model geo/source geo/files geo/labels tiles scene assess train/set train/experts
header:
apps:
'

# Headers of the C library and POSIX: the only <> includes that every room may use.
c_library=' assert.h complex.h ctype.h dirent.h errno.h fcntl.h fenv.h float.h inttypes.h libgen.h
limits.h locale.h math.h setjmp.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h
stddef.h stdint.h stdio.h stdlib.h string.h strings.h sys/file.h sys/mman.h sys/resource.h sys/stat.h
sys/time.h sys/types.h sys/wait.h time.h unistd.h wchar.h '

# below ROOM: the rooms it may include, on one line with a blank at either end; none: no such room.
below() {
    local line
    line=$(grep "^$1:" <<< "$edges") || return 1
    echo " ${line#*:} "
}

# circles: rooms in the list that name one which does not stand above them.
circles() {
    local room rooms other seen=' '
    while IFS=: read -r room rooms; do
        for other in $rooms; do
            [[ $seen == *" $other "* ]] || echo "$room names $other"
        done
        seen+="$room "
    done < <(grep . <<< "$edges")
}

# room_of PATH: the room of a path below src.
room_of() {
    case $1 in
    */*) echo "${1%/*}" ;;
    *) echo header ;;
    esac
}

# allowed_own ROOM INCLUDED: may a file of the room include this header of ours?
allowed_own() {
    local room
    [ "$1:$2" != core:config.h ] || return 0
    room=$(room_of "$2")
    [ "$room" != s2rgf ] || return 0
    [ "$1" = "$room" ] || [[ $(below "$1") == *" $room "* ]]
}

# allowed_foreign ROOM FILE INCLUDED: may this file (path below src) include this <header>?
allowed_foreign() {
    case $3 in
    cblas.h) [ "$2" = nn/layers/gemm.c ] ;;
    immintrin.h | arm_neon.h) [[ $2 == nn/kernels/@(vector|fused).h ]] ;;
    omp.h) [ "$2" = train/train.c ] ;;
    sched.h) [ "$2" = apps/environment.c ] || [ "$2" = core/granted.c ] ;;
    dlfcn.h) [ "$2" = apps/environment.c ] || [ "$2" = nn/ranks/plugin.c ] ;;
    sys/auxv.h) [ "$2" = apps/environment.c ] ;;
    pthread.h) [[ " scene/reading_thread.h tiles/tile_runner.c tiles/tile_seams.c geo/source/pieces.c " == *" $2 "* ]] ;;
    gdal*.h | ogr*.h | cpl_*.h) [[ $1 == geo/* ]] || [ "$1" = apps ] ;;
    proj.h | geodesic.h) [[ $1 == geo/* ]] ;;
    json.h | json-c/*.h | json_*.h) [ "$1" = format ] ;;
    *) [[ "${c_library//$'\n'/ }" == *" $3 "* ]] ;;
    esac
}

# violations SRC: one line for every include that breaks the rule.
violations() {
    local src=$1 file room path first own number line included
    while read -r file; do
        path=${file#"$src"/}
        room=$(room_of "$path")
        below "$room" > /dev/null || echo "$path: no room $room in the list"
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
                allowed_own "$room" "$included" || echo "$path:$number: $room may not include \"$included\""
                ;;
            \<*\>)
                included=${included//[<>]/}
                allowed_foreign "$room" "$path" "$included" ||
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

# crowded SRC: folders with more than 40 files.
crowded() {
    find "$1" -type f -printf '%h\n' | sort | uniq -c | awk '$1 > 40 { print $2 ": " $1 " files" }'
}

# driver_violations FOLDER: the plugin sees its own headers, parts of s2rgf.h, GDAL and the C++ library.
driver_violations() {
    local number line
    while IFS=: read -r number line; do
        case $(sed -E 's/^[^<"]*//; s/^(<[^>]*>|"[^"]*").*/\1/' <<< "$line") in
        '"s2rgf/'*'.h"' | '<gdal'*'.h>' | '<cpl_'*'.h>' | '<ogr_'*'.h>') ;;
        \"*/*) echo "$number:$line" ;;
        \"*\") [ -e "$1/$(sed -E 's/.*"(.*)".*/\1/' <<< "$line")" ] || echo "$number:$line" ;;
        '<'*.h'>') echo "$number:$line" ;;
        '<'*'>') ;;
        *) echo "$number:$line" ;;
        esac
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$1"/*.cpp "$1"/*.h | sed 's/:/ line /')
}

found=$(circles)
[ -z "$found" ] || fail $'the list of rooms has a circle:\n'"$found"

found=$(violations "$top_srcdir/src")
[ -z "$found" ] || fail $'includes that break the layers:\n'"$found"

found=$(crowded "$top_srcdir/src")
[ -z "$found" ] || fail $'crowded folders:\n'"$found"

found=$(driver_violations "$top_srcdir/gdal_driver")
[ -z "$found" ] || fail $'gdal_driver includes what it may not:\n'"$found"

# The rule bites: each of these planted files breaks it in one way.
mkdir -p src/{s2rgf,core,format,model,tiles,scene,train,classify,assess,apps,nn/{kernels,layers,dense},geo/{source,map}}
touch src/s2rgf.h src/s2rgf/base.h src/core/error.h src/format/json_reader.h src/model/file.h src/nn/tensor.h \
    src/nn/layers/{gemm,conv}.h src/nn/kernels/kernels.h src/nn/dense/run.h src/geo/source/grid.h \
    src/train/trainer.h src/apps/options.h
plant() { # FILE INCLUDE EXPECTED
    printf '/* planted */\n%s\n' "$2" > "src/$1"
    found=$(violations src)
    [[ $found == *"$3"* ]] || fail "planted '$2' in $1 was not found: $found"
    rm "src/$1"
}
[ -z "$(violations src)" ] || fail "found something in an innocent tree: $(violations src)"
plant core/a.c '#include "nn/tensor.h"' 'core may not include "nn/tensor.h"'
plant core/a.c '#include <gdal.h>' 'may not include <gdal.h>'
plant core/a.c '#include <json.h>' 'may not include <json.h>'
plant format/a.c '#include "model/file.h"' 'format may not include "model/file.h"'
plant nn/kernels/a.c '#include "nn/layers/conv.h"' 'nn/kernels may not include "nn/layers/conv.h"'
plant nn/layers/a.c '#include "geo/source/grid.h"' 'nn/layers may not include "geo/source/grid.h"'
plant nn/layers/a.c '#include "nn/dense/run.h"' 'nn/layers may not include "nn/dense/run.h"'
plant nn/layers/a.c '  #  include <gdal_priv.h>' 'may not include <gdal_priv.h>'
plant nn/layers/a.c '#include <cblas.h>' 'may not include <cblas.h>'
plant nn/layers/a.c '#include <omp.h>' 'may not include <omp.h>'
plant nn/layers/a.c '#include <pthread.h>' 'may not include <pthread.h>'
plant nn/dense/a.c '#include "model/file.h"' 'nn/dense may not include "model/file.h"'
plant geo/map/a.c '#include "nn/tensor.h"' 'geo/map may not include "nn/tensor.h"'
plant geo/source/a.c '#include "grid.h"' '"grid.h" is not written from src/'
plant classify/a.c '#include "train/trainer.h"' 'classify may not include "train/trainer.h"'
plant scene/a.c '#include <gdal.h>' 'may not include <gdal.h>'
plant scene/a.c '#include <json.h>' 'may not include <json.h>'
plant train/a.c '#include "apps/options.h"' 'train may not include "apps/options.h"'
plant apps/a.c '#include "core/error.h"' 'apps may not include "core/error.h"'
plant apps/a.c '#include "s2rgf.h"' 'apps may not include "s2rgf.h"'
plant s2rgf/a.h '#include "core/error.h"' 's2rgf may not include "core/error.h"'
plant apps/a.c '#include <openssl/md5.h>' 'may not include <openssl/md5.h>'
plant tiles/a.c '#include "geo/source/grid.h"' 'tiles may not include "geo/source/grid.h"'
plant a.h '#include "geo/source/grid.h"' 'header may not include "geo/source/grid.h"'
plant nn/layers/conv.c '#include "core/error.h"' 'own header first: expected "nn/layers/conv.h", found "core/error.h"'
plant nn/layers/conv.c '' 'own header first: expected "nn/layers/conv.h", found none'
plant nn/layers/a.c '#include HEADER' 'neither'
mkdir src/attic
plant attic/a.c '' 'no room attic'
printf '#include "nn/layers/gemm.h"\n#include "s2rgf/base.h"\n#include <cblas.h>\n#include <math.h>\n' > src/nn/layers/gemm.c
[ -z "$(violations src)" ] || fail "refused what is allowed: $(violations src)"
[[ $(edges=$'a: b\nb: a'; circles) == "a names b" ]] || fail "a planted circle was not found"
mkdir crowd
touch crowd/{1..40}.c
[ -z "$(crowded crowd)" ] || fail "40 files were too many"
touch crowd/41.c
[ -n "$(crowded crowd)" ] || fail "41 files were not found"

mkdir driver
touch driver/own.h
printf '#include "own.h"\n#include "s2rgf/base.h"\n#include <vector>\n#include <gdal_priv.h>\n' > driver/a.cpp
[ -z "$(driver_violations driver)" ] || fail "refused what is allowed: $(driver_violations driver)"
for include in '"core/error.h"' '"s2rgf.h"' '"mapping.h"' '<json.h>' '<omp.h>'; do
    printf '#include %s\n' "$include" > driver/a.cpp
    [[ $(driver_violations driver) == *"$include"* ]] || fail "planted $include was not found"
done
