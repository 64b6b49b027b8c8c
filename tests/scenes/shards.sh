#!/usr/bin/env bash
# Shares of many scenes and of one scene cover everything exactly once; what -shard auto reads.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/scenes/scenes.sh"

# ---- every scene in one shard
mkdir r.d
for count in 1 2 3 6; do
    rm -f maps/*
    for index in $(seq "$count"); do
        report=r.d/r_${index}of$count.json
        expect_silence "${many[@]}" -noqml -shard "$index/$count" -report r.d/r.json 'maps/{}.tif'
        told "$report" "r['shard'] == $index and r['shards'] == $count"
        told "$report" "r['mapped'] == r['scenes'] and r['skipped'] == 0"
    done
    maps_are a.tif b.tif c.tif d.tif
done
told r.d/r_6of6.json 'r["scenes"] == 0'
expect_no_file r.d/r.json
rm maps/*
expect_silence "${many[@]}" -shard 2/3 'maps/{}.tif'
maps_are b.tif

# ---- every line of a scene in one share
lines_of() { # FILE: "from to of" of a share
    gdalinfo "$1" | sed -n 's/^ *S2RGF_PART=.*, lines \([0-9]*\) to \([0-9]*\) of \([0-9]*\)$/\1 \2 \3/p'
}
one=(s2rgf_classify -q -m model.s2rgf -i ms=scene/ms.tif -i hs=scene/hs.tif)
for count in 1 2 3 10 160; do
    rm -f map_*
    next=0
    for index in $(seq "$count"); do
        [ "$count" -lt 160 ] || [ "$index" -le 3 ] || continue
        file=$(printf 'map_%0*dof%d.tif' "${#count}" "$index" "$count")
        expect_silence "${one[@]}" -tile 64 -shard "$index/$count" map.tif
        expect_file "$file"
        expect_no_file "$file.aux.xml" "${file%.tif}.qml" map.tif
        read -r from to height <<< "$(lines_of "$file")"
        [ "$from" -eq "$next" ] && [ "$height" -eq 160 ] || fail "$file: lines $from to $to of $height"
        next=$((to + 1))
    done
    [ "$count" -eq 160 ] || [ "$next" -eq 160 ] || fail "$count shares end with line $next"
done
expect_status 1 "${one[@]}" -shard 1/161 map.tif
expect_in "$stderr" "at most as many as the map has lines, 160, found 161"

# ---- a share done twice, one after the other and at the same time
rm -f map_*
parallel_parts() {
    local jobs=() job
    for job in 1 2 3 4; do
        "${one[@]}" "$@" -shard 1/2 -conf conf.tif map.tif &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || fail "one of several attempts at a share failed"; done
}
parallel_parts
cp map_1of2.tif first.tif
parallel_parts -overwrite
expect_same first.tif map_1of2.tif
before=$(stat -c %i map_1of2.tif)
expect_status 0 s2rgf_classify "${one[@]:2}" -shard 1/2 map.tif
expect_in "$stdout" "map_1of2.tif: exists already, nothing to do"
[ "$before" = "$(stat -c %i map_1of2.tif)" ] || fail "a share was made again"
[ -z "$(find . -name '*.part-*' -o -name '*.work-*')" ] || fail "temporary files are left"
rm map_1of2.tif
expect_silence "${one[@]}" -shard 1/2 -conf conf.tif map.tif
expect_same first.tif map_1of2.tif
for word in -of -co; do
    expect_status 1 "${one[@]}" -shard 2/2 "$word" COG map.tif
    expect_in "$stderr" "shares are always GeoTIFFs"
done

# ---- -shard auto
is_shard() { # INDEX COUNT VARIABLE=VALUE...
    expect_status 0 env "${@:3}" "${many[@]}" -report report -shard auto 'maps/{}.tif'
    told "report_$1of$2" "r['shard'] == $1 and r['shards'] == $2"
}
is_shard 1 3 SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=5
is_shard 3 3 SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=5 \
    SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=1
is_shard 2 3 SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 \
    SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_STEP=4
is_shard 1 4 JOB_COMPLETION_INDEX=0 JOB_COMPLETIONS=4
is_shard 4 4 JOB_COMPLETION_INDEX=3 JOB_COMPLETIONS=4
is_shard 2 2 AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=2
is_shard 1 2 OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2
expect_silence env OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 "${one[@]}" -shard auto auto.tif
expect_file auto_2of2.tif

# ---- wrong usage
wrong() { # REASON SHARD VARIABLE=VALUE...
    expect_status 2 env "${@:3}" "${many[@]}" -shard "$2" 'maps/{}.tif'
    expect_in "$stderr" "$1"
}
for shard in 0/3 4/3 1 1/ /3 -1/3 1/0 1/3x 1.5/3 a/b 1/100001; do
    wrong "-shard: expected i/n with i from 1 to n" "$shard"
done
wrong "none of SLURM_ARRAY_TASK_ID" auto
wrong "are set: unset one" auto SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=1 OMPI_COMM_WORLD_RANK=0
wrong "JOB_COMPLETIONS is not set" auto JOB_COMPLETION_INDEX=0
wrong "found task 0 of 0" auto JOB_COMPLETION_INDEX=0 JOB_COMPLETIONS=0
wrong "found task 1 of 1" auto SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=1 SLURM_ARRAY_TASK_STEP=0
wrong "expected a whole number, found 'x'" auto AWS_BATCH_JOB_ARRAY_INDEX=x AWS_BATCH_JOB_ARRAY_SIZE=2
wrong "without gaps" auto OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=2
wrong "without gaps" auto SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=1 \
    SLURM_ARRAY_TASK_MAX=7
