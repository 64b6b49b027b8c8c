#!/usr/bin/env bash
# The steps of Containerfile, run without an engine: each stage is a chroot that debootstrap makes, RUN runs in it,
# COPY copies into it. At the end the image's command runs, and its programs train on a sample scene and map it.
#     tests/platforms/image.sh
# Of the committed tree. It needs root, debootstrap and a mirror; PLATFORMS and MIRROR are those of run.sh.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
platforms=${PLATFORMS:-/var/tmp/s2rgf-platforms}
mirror=${MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || { echo "image.sh: chroots need root" >&2; exit 1; }
mkdir -p "$platforms"
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
git -C "$top" archive HEAD | tar -x -C "$context"

root="" stage="" command="" folder=""
in_stage() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive sh -c "cd $folder && $1"; }
# expect TEXT COMMAND: it succeeds and prints the text.
expect() {
    in_stage "$2" > "$context/.output" || { echo "image.sh: failed: $2" >&2; exit 1; }
    grep -q "$1" "$context/.output" || { echo "image.sh: no \"$1\" from: $2" >&2; exit 1; }
}

while read -r instruction rest; do
    case $instruction in
    FROM)
        [[ $rest =~ ^docker.io/library/debian:12(\ AS\ ([a-z]+))?$ ]] || { echo "image.sh: FROM $rest: unknown" >&2; exit 1; }
        stage=${BASH_REMATCH[2]:-image}
        root=$platforms/container-$stage
        folder=/
        ! mountpoint -q "$root/proc" || umount "$root/proc"
        rm -rf "$root"
        debootstrap --variant=minbase bookworm "$root" "$mirror" > /dev/null
        mount -t proc proc "$root/proc"
        ;;
    COPY)
        from=$context
        if [[ $rest == --from=* ]]; then
            from=${rest%% *}
            from=$platforms/container-${from#--from=}
            rest=${rest#* }
        fi
        target=$root${rest##* }
        mkdir -p "$target"
        for source in ${rest% *}; do
            # a folder's content, or the files that a pattern names
            if [ "$source" = . ]; then cp -r "$from/." "$target"; else cp "$from"$source "$target"; fi
        done
        ;;
    RUN) in_stage "$rest" ;;
    WORKDIR) mkdir -p "$root$rest"; folder=$rest ;;
    CMD) command=$(sed -E 's/^\["//; s/"\]$//; s/", "/ /g' <<< "$rest") ;;
    "#"* | "") ;;
    *) echo "image.sh: $instruction: unknown" >&2; exit 1 ;;
    esac
done < "$top/Containerfile"

expect "Map the land cover of a scene" "$command"
expect "Land-cover maps" "gdalinfo --format S2RGF"
if in_stage "command -v gcc" > /dev/null; then echo "image.sh: a compiler is in the image" >&2; exit 1; fi
chroot "$platforms/container-build" /src/build-debian/samples/make_scene -size 192 160 -ratio 6 -hs_bands 8 -classes 3 /scene
cp -r "$platforms/container-build/scene/." "$root$folder"
in_stage "s2rgf_train -q -i ms=ms.tif -labels labels.gpkg -l train -a class -c 16 -steps 4 -batch 1 -crop 32 model.s2rgf"
in_stage "s2rgf_classify -q -m model.s2rgf -i ms=ms.tif -write_scene map.s2rgf.json map.tif"
expect "Description = class" "gdalinfo map.tif"
expect "Driver: S2RGF" "gdalinfo map.s2rgf.json"
echo "image.sh: $(du -shx "$root" | cut -f1) in the image; its command and programs run"
