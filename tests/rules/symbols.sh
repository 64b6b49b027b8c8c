#!/usr/bin/env bash
# Rule: libs2rgf.so exports what the public headers declare and nothing else, and so says its Debian package; internal
# globals are named s2_*.
. "$(dirname "$0")/../tools/lib.sh"
need nm

# foreign NAMES-PATTERN: names on stdin that do not match; what sanitizers add does not count.
foreign() {
    grep -vE "$1" | grep -vE '^(__asan|__odr_asan|__ubsan|__tsan|__start_|__stop_|__bss_start$|_edata$|_end$|_init$|_fini$)' || true
}
exported() { nm -D --defined-only "$1" | awk '{ print $NF }' | sed 's/@.*//' | sort -u; }
global() { nm -g --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u; }
packaged() { sed -n 's/^ \(s2rgf_[a-z0-9_]*\)@Base .*/\1/p' "$1" | sort -u; }
declared() { cat "$@" | tr '\n' ' ' | grep -oE 'S2RGF_API [^(;]*\(' | grep -oE 's2rgf_[a-z0-9_]+ ?\(' | tr -d ' (' | sort -u; }

library=$builddir/.libs/libs2rgf.so
archive=$builddir/libs2rgf_internal.a
[ -e "$library" ] || skip "no shared library in this build"

found=$(exported "$library" | foreign '^s2rgf_')
[ -z "$found" ] || fail "$library exports names other than s2rgf_*: $found"
exported "$library" | foreign '^$' > exported
declared "$top_srcdir"/src/s2rgf/*.h > declared
packaged "$top_srcdir/debian/libs2rgf0.symbols" > packaged
[ "$(wc -l < declared)" -ge 10 ] || fail "found only these functions in src/s2rgf: $(cat declared)"
diff -u declared exported > "$stdout" || fail "src/s2rgf (-) and the exports of libs2rgf.so (+) differ"
diff -u declared packaged > "$stdout" || fail "src/s2rgf (-) and debian/libs2rgf0.symbols (+) differ"

# Each is given NULL, and numbers out of range, by a test.
found=$(grep -oE 's2rgf_[a-z0-9_]+ ?\(' "$top_srcdir/tests/unit/test_api.c" | tr -d ' (' | sort -u | comm -23 declared -)
[ -z "$found" ] || fail "tests/unit/test_api.c does not call $found"

# The compiler makes a lock of each named OpenMP critical section.
found=$(global "$archive" | foreign '^(s2_|s2rgf_|S2_|\.gomp_critical_user_s2_)')
[ -z "$found" ] || fail "global names other than s2_*: $found"

# The rule bites.
cat > planted.c <<'C'
int s2_planted_good(void);
int planted_bad(void);
__attribute__((visibility("default"))) int planted_bad(void) { return 1; }
__attribute__((visibility("default"))) int s2_planted_good(void) { return 2; }
static int planted_static(void) { return 3; }
int (*s2_planted_pointer)(void) = planted_static;
C
${CC:-cc} -fPIC -c planted.c -o planted.o
${CC:-cc} -shared planted.o -o planted.so
[ "$(global planted.o | foreign '^(s2_|s2rgf_|S2_)')" = planted_bad ] || fail "a planted global name was not found"
[[ "$(exported planted.so | foreign '^s2rgf_' | tr '\n' ' ')" == *"planted_bad "*"s2_planted_good "* ]] ||
    fail "planted exports were not found: $(exported planted.so)"
printf 'S2RGF_API void s2rgf_a(int x);\nS2RGF_API const char *\ns2rgf_b(void);\nvoid s2rgf_c(void);\n' > planted.h
[ "$(declared planted.h | tr '\n' ' ')" = "s2rgf_a s2rgf_b " ] || fail "declared functions misread: $(declared planted.h)"
printf 'libplanted.so.0 planted #MINVER#\n s2rgf_a@Base 0.1.0\n s2rgf_b@Base 0.2.0\n' > planted.symbols
[ "$(packaged planted.symbols | tr '\n' ' ')" = "s2rgf_a s2rgf_b " ] || fail "packaged symbols misread: $(packaged planted.symbols)"
