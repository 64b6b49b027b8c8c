#!/usr/bin/env bash
# The sample scripts under a Slurm of two nodes on this machine: an array over one scene, one node lost
# in the middle; the map is whole and that of one run. Then an array over the scenes of a folder.
. "$(dirname "$0")/../tools/lib.sh"
need munged slurmctld slurmd sbatch pgrep
. "$top_srcdir/tests/scenes/slurm_cluster.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

# the slow loops, so that a task lasts long enough to be hit in its middle
export S2RGF_KERNELS=base
"$builddir/samples/make_scene" -size 2000 3200 -ratio 6 -hs_bands 8 -classes 3 large
one=(-m model.s2rgf -i ms=large/ms.tif -i hs=large/hs.tif)
s2rgf_classify -q -threads 1 "${one[@]}" whole.tif
start_cluster

# ---- one scene
shares=$(submit --array=1-6 --output=share-%a.log "$top_srcdir/samples/cluster/slurm_array.sh" \
    "${one[@]}" map.tif)
mosaic=$(submit --dependency="afterok:$shares" --kill-on-invalid-dep=yes \
    --output=mosaic.log "$top_srcdir/samples/cluster/slurm_mosaic.sh" map.tif)
wait_for 60 stops_on n2 || fail "no task runs on n2: $(squeue)"
fail_node n2
lost=$(find . -name 'map_*.part-*' | wc -l)
[ "$lost" -ge 1 ] || fail "nothing was in the middle when the node failed"
expect_no_file map.tif
wait_for 180 finished "$mosaic" || fail "not finished: $(squeue) $(tail -n 20 slurmctld.log)"
cat share-*.log mosaic.log
expect_in slurmctld.log "n2"
grep -q "requeue" slurmctld.log || fail "no task was put back into the queue: $(cat slurmctld.log)"
expect_file map_1of6.tif map_6of6.tif map.tif
expect_same whole.tif map.tif
expect_same whole.tif.aux.xml map.tif.aux.xml
expect_same whole.qml map.qml

# ---- many scenes, on the node that is left
scenes=$(submit --array=0-2 --output=scenes-%a.log "$top_srcdir/samples/cluster/slurm_array.sh" \
    "${many[@]:2}" 'maps/{}_map.tif')
wait_for 120 finished "$scenes" || fail "not finished: $(squeue)"
maps_are_whole=$(find maps -name '*_map.tif' | wc -l)
[ "$maps_are_whole" -eq 4 ] || fail "expected 4 maps, found $maps_are_whole: $(cat scenes-*.log)"
