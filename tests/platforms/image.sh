#!/usr/bin/env bash
# The steps of Containerfile, run without an engine: each stage is a chroot that debootstrap makes, RUN runs in it,
# COPY copies into it. At the end the image's command runs, and its programs map the sample scene.
#     tests/platforms/image.sh SCENE     a folder with model.s2rgf and ms.tif, its only source
# It needs root, debootstrap and a mirror; PLATFORMS and MIRROR are those of run.sh.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
platforms=${PLATFORMS:-/var/tmp/s2rgf-platforms}
mirror=${MIRROR:-http://deb.debian.org/debian}
[ "$(id -u)" -eq 0 ] || { echo "image.sh: chroots need root" >&2; exit 1; }
scene=${1:?a folder with model.s2rgf and ms.tif is needed}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
git -C "$top" archive HEAD | tar -x -C "$context"

root="" stage="" command=""
in_stage() { chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c "$1"; }
while read -r instruction rest; do
    case $instruction in
    FROM)
        [[ $rest =~ ^docker.io/library/debian:12(\ AS\ ([a-z]+))?$ ]] || { echo "image.sh: FROM $rest: unknown" >&2; exit 1; }
        stage=${BASH_REMATCH[2]:-image}
        root=$platforms/container-$stage
        rm -rf "$root"
        debootstrap --variant=minbase bookworm "$root" "$mirror" > /dev/null
        ;;
    COPY)
        from=$context
        if [[ $rest == --from=* ]]; then
            from=$platforms/container-${rest%% *}
            from=${from/--from=/}
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

in_stage "cd $folder && $command" | grep -q "Map the land cover of a scene"
in_stage "gdalinfo --format S2RGF" | grep -q "Land-cover maps"
if in_stage "command -v gcc" > /dev/null; then echo "image.sh: a compiler is in the image" >&2; exit 1; fi
cp -r "$scene/." "$root$folder"
in_stage "cd $folder && s2rgf_classify -q -m model.s2rgf -i ms=ms.tif map.tif && gdalinfo map.tif" | grep -q "Description = class"
echo "image.sh: $(du -sh "$root" | cut -f1) in the image; its command and programs run"
