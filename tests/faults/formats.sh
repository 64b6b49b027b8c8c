#!/usr/bin/env bash
# Every format that GDAL writes, whether or not its driver looks at the result of a write: one write fails, or
# the disk has too little room. Either there is an error and nothing, or the files are the right ones, byte for
# byte. S2RGF_TEST_LONG=1: every write of many formats, and disks of many sizes; else some of them.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
. "$top_srcdir/tests/faults/strace.sh"

formats=(HFA:img ILWIS:mpr netCDF:nc)
step=9
if [ "$S2RGF_TEST_LONG" = 1 ]; then
    formats=(GTiff:tif COG:tif HFA:img ILWIS:mpr netCDF:nc ENVI:dat PNG:png EHdr:bil RST:rst SAGA:sdat MRF:mrf
        BMP:bmp GIF:gif JP2OpenJPEG:jp2 NITF:ntf ERS:ers FITS:fits AAIGrid:asc LAN:gis SGI:sgi)
    step=1
fi

"${train[@]}" -q model.s2rgf
mkdir now

# classify FORMAT FILE: the command, in the variable of that name
make_command() {
    command=(s2rgf_classify -q -threads 1 -m model.s2rgf "${sources[@]}" -srcwin 0 0 64 48 -of "$1" "$2")
}

# check FORMAT WHAT: status and the files in now: the right ones, or none and an error.
check() {
    if [ "$status" -eq 0 ]; then
        diff -r right now || fail "$1, $2: exit 0 and other files"
    else
        [ "$status" -eq 1 ] || fail "$1, $2: exit $status"
        expect_in "$stderr" ERROR
        [ -z "$(ls -A now)" ] || fail "$1, $2: left $(ls -A now)"
    fi
}

# ---- one write fails --------------------------------------------------------------------------------

tried=()
for item in "${formats[@]}"; do
    format=${item%:*}
    make_command "$format" "now/map.${item#*:}"
    rm -rf now right
    mkdir now
    run "${command[@]}"
    grep -qF "not known" "$stderr" && continue # a GDAL without that driver
    [ "$status" -eq 0 ] || fail "$format: exit $status without a fault"
    mv now right
    mkdir now
    run "${command[@]}"
    diff -rq right now > /dev/null || continue # it holds the time at which it was made
    tried+=("$item")
    for ((n = 2;; n += step)); do
        rm -rf now
        mkdir now
        with_fault '?write,?pwrite64,?writev' error=ENOSPC "$n" "${command[@]}"
        [ "$fired" -eq 1 ] || break
        check "$format" "write $n failed"
    done
done
[ "${#tried[@]}" -ge 2 ] || fail "only these formats were tried: ${tried[*]}"
echo "$trials runs in which a write failed: ${tried[*]%:*}"

# ---- too small a disk --------------------------------------------------------------------------------

disk=$scratch/now
rm -rf now
mkdir now
mount -t tmpfs -o size=1m none now 2> /dev/null || { echo "no disk can be mounted here"; exit 0; }
umount now
trap 'umount -q "$disk" || true; end_test' EXIT
disks=0 full=0
for item in "${tried[@]}"; do
    format=${item%:*}
    make_command "$format" "now/map.${item#*:}"
    rm -rf right
    "${command[@]}" 2> "$stderr"
    mv now right
    mkdir now
    whole=0
    for ((kb = 4; whole < 2; kb += step == 1 ? 4 : 24)); do
        mount -t tmpfs -o "size=${kb}k" none now
        run "${command[@]}"
        check "$format" "a disk of $kb kB"
        umount now
        disks=$((disks + 1))
        if [ "$status" -eq 0 ]; then whole=$((whole + 1)); else full=$((full + 1)); fi
    done
done
[ "$full" -ge "${#tried[@]}" ] || fail "only $full of $disks disks were too small"
echo "$disks disks, $full of them too small"
