#!/usr/bin/env bash
# Debian's releases: in a chroot of each, the two commands of the README, and a table of what came of them.
#     tests/platforms/run.sh [SUITE...]      bookworm, trixie and sid by default; needs root, debootstrap and a mirror
# Of the committed tree. The table goes to standard output; docs/platforms.md is such a table with its date.
#   PLATFORMS   folder of the chroots, which are kept and used again (/var/tmp/s2rgf-platforms)
#   MIRROR      of Debian (http://deb.debian.org/debian)
#   STEPS       of these: werror (build by gcc and clang with --enable-werror), demo, check, cases ("demo check")
#   OPTIONS     of `./bootstrap check`, such as --with-qgis, which installs more
#   TESTS       the tests of `check`, in place of all
#   CASES       a folder of shell scripts, each a case that passes with status 0, run with the build on the PATH
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
platforms=${PLATFORMS:-/var/tmp/s2rgf-platforms}
mirror=${MIRROR:-http://deb.debian.org/debian}
steps=${STEPS:-demo check}
[ "$(id -u)" -eq 0 ] || { echo "run.sh: chroots need root" >&2; exit 1; }
mkdir -p "$platforms"

# inside COMMAND: a shell command in the chroot $root, in the tree, with output to the log $log.
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 ${JOBS:+JOBS="$JOBS"} sh -c "cd /s2rgf && $1" >> "$log" 2>&1; }
version() { chroot "$root" sh -c "$1" 2> /dev/null | head -n 1 || true; }
verdict() { if inside "$1"; then echo passed; else echo "**failed**"; fi; }

# prepare SUITE: its chroot with a fresh copy of the committed tree; the build of an earlier call goes.
prepare() {
    if [ ! -e "$root/etc/debian_version" ]; then
        debootstrap --variant=minbase "$1" "$root" "$mirror" >> "$log" 2>&1
        # A mirror may be a snapshot, whose lists are as old as it; and a chroot need not outlive a power cut.
        echo 'Acquire::Check-Valid-Until "false";' > "$root/etc/apt/apt.conf.d/99snapshot"
        echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    fi
    rm -rf "$root/s2rgf"
    mkdir -p "$root/s2rgf"
    git -C "$top" archive HEAD | tar -x -C "$root/s2rgf"
    # of its own, so that whoever removes the chroot removes nothing of the machine's
    local type place
    while read -r type place; do
        mountpoint -q "$root/$place" || { mkdir -p "$root/$place" && mount -t "$type" "$type" "$root/$place" 2> /dev/null; } || true
    done <<< $'proc proc\nsysfs sys\ntmpfs dev/shm\ndevpts dev/pts'
}

compilers_without_warnings() {
    local compilers
    inside "./bootstrap build" || return 1
    inside "apt-get install -q -y --no-install-recommends clang libomp-dev" || return 1
    for compilers in "gcc g++" "clang clang++"; do
        inside "mkdir -p /tmp/w && cd /tmp/w && /s2rgf/configure -q --enable-werror CC=${compilers% *} CXX=${compilers#* } && make -s -j ${JOBS:-\$(nproc)}" || return 1
        inside "rm -rf /tmp/w"
    done
}

run_checks() {
    if [ -z "${TESTS:-}" ]; then
        inside "./bootstrap check ${OPTIONS:-}" || true
        sed -nE 's/^([0-9]+ passed, [0-9]+ failed.*)/\1/p' "$log" | tail -n 1
        return
    fi
    inside "./bootstrap build --with-tests" || { echo "**no build**"; return; }
    inside "make -s -k -j ${JOBS:-\$(nproc)} -C build check TESTS='$TESTS'" || true
    for word in PASS FAIL SKIP; do printf '%s %s ' "$(sed -nE "s/^# $word: *//p" "$log" | tail -n 1)" "${word,,}"; done
}

run_cases() {
    local passed=0 failed=""
    cp -r "$CASES" "$root/cases"
    for script in "$CASES"/*.sh; do
        if inside "PATH=/s2rgf/build:\$PATH bash /cases/${script##*/}"; then
            passed=$((passed + 1))
        else
            failed+=" ${script##*/}"
        fi
    done
    rm -rf "$root/cases"
    echo "$passed passed${failed:+, failed:$failed}"
}

echo "| Debian | GDAL | gcc | json-c | QGIS | $(for step in $steps; do printf '%s | ' "$step"; done)"
echo "|---|---|---|---|---|$(for step in $steps; do printf -- '---|'; done)"
suites=("$@")
[ "${#suites[@]}" -gt 0 ] || suites=(bookworm trixie sid)
for suite in "${suites[@]}"; do
    root=$platforms/$suite log=$platforms/$suite.log
    : > "$log"
    prepare "$suite"
    results=""
    for step in $steps; do
        case $step in
        werror) results+=" $(if compilers_without_warnings; then echo "no warning"; else echo "**failed**"; fi) |" ;;
        demo) results+=" $(verdict "./bootstrap demo") |" ;;
        check) results+=" $(run_checks) |" ;;
        cases) results+=" $(run_cases) |" ;;
        *) echo "run.sh: $step: expected werror, demo, check or cases" >&2; exit 2 ;;
        esac
    done
    echo "| $suite $(version "cat /etc/debian_version") | $(version "gdal-config --version") | $(version "gcc -dumpfullversion") | $(version "pkg-config --modversion json-c") | $(version "dpkg-query -W -f '\${Version}' qgis") |$results"
done
