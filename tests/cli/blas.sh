#!/usr/bin/env bash
# A training does not run on the kernels that OpenBLAS has for processors it does not know.
. "$(dirname "$0")/../tools/lib.sh"

# cores: what OpenBLAS says of its kernels, every time it is loaded.
cores() {
    OPENBLAS_VERBOSE=2 "$@" 2>&1 > /dev/null | sed -n 's/^Core: //p'
}

grep -q 'avx2' /proc/cpuinfo || skip "a processor without AVX2: OpenBLAS's oldest kernels may be right"
last=$(env -u OPENBLAS_CORETYPE bash -c "$(declare -f cores); cores s2rgf_train --version" | tail -n 1)
[ -n "$last" ] || skip "OpenBLAS does not say which kernels it uses"
[ "$last" != Prescott ] || fail "s2rgf_train works with the kernels for a Prescott"
if grep -q avx512vl /proc/cpuinfo; then
    case $last in
    SkylakeX | Cooperlake | SapphireRapids) ;;
    *) fail "s2rgf_train works with the kernels for a $last beside AVX-512" ;;
    esac
fi

# A choice of the user's stands, and is not made twice.
chosen=$(OPENBLAS_CORETYPE=Prescott cores s2rgf_train --version)
[ "$chosen" = Prescott ] || fail "OPENBLAS_CORETYPE=Prescott gave: $chosen"
chosen=$(OPENBLAS_CORETYPE=Haswell cores s2rgf_train --version)
[ "$chosen" = Haswell ] || fail "OPENBLAS_CORETYPE=Haswell gave: $chosen"
