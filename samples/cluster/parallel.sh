#!/bin/bash
# One map, or the maps of many scenes, by several processes of one machine, or of several that share
# the files, with GNU parallel.
#
#   parallel.sh 16 -m model.s2rgf -i ms=ms.tif map.tif && s2rgf_mosaic -of COG map.tif
#   PARALLEL="--sshloginfile machines --workdir ." parallel.sh 16 ...
#
# The first argument is the number of shares, what follows it are options of s2rgf_classify. A share
# that fails is tried once more; run it all again to do what is missing.
set -eu

shares=$1
shift
# {} belongs to the templates of -scenes, so parallel's own place is called ,, here.
seq "$shares" | parallel --quote --retries 2 -I ,, s2rgf_classify -q -threads 1 --shard ",,/$shares" "$@"
