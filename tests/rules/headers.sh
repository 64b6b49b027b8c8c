#!/usr/bin/env bash
# Rule: every header compiles alone and twice, as C11; the public ones also as strict C99 and as C++.
. "$(dirname "$0")/../tools/lib.sh"
need pkg-config
read -ra cc <<< "${CC:-cc}" # which may have a launcher before it, such as ccache
read -ra flags <<< "$(pkg-config --cflags gdal proj openblas json-c)"
flags=("${flags[@]/#-I/-isystem}") # warnings of ours only
warnings=(-Wall -Wextra -Wundef -Wstrict-prototypes -Wmissing-prototypes -Werror)

# compile_alone COMPILER... HEADER: one include is enough, a second one does no harm.
compile_alone() {
    local header=${*: -1}
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" > alone.c
    "${@:1:$#-1}" -fsyntax-only alone.c
}
as_c() { compile_alone "${cc[@]}" -std=gnu11 -D_GNU_SOURCE "${warnings[@]}" "-I$1/src" "${flags[@]}" "$2"; }

count=0
while read -r header; do
    as_c "$top_srcdir" "${header#"$top_srcdir"/src/}" || fail "$header does not compile alone"
    count=$((count + 1))
done < <(find "$top_srcdir/src" -name '*.h' | sort)
[ "$count" -gt 5 ] || fail "only $count headers found in $top_srcdir/src"

cxx=$(command -v "${CXX:-c++}" || command -v g++ || command -v clang++ || true)
[ -n "$cxx" ] || skip "no C++ compiler for s2rgf.h (all headers compile alone as C)"
mapfile -t parts < <(cd "$top_srcdir/src" && ls s2rgf/*.h)
[ "${#parts[@]}" -gt 5 ] || fail "only these parts of s2rgf.h found: ${parts[*]}"
for header in s2rgf.h "${parts[@]}"; do
    compile_alone "${cc[@]}" -std=c99 -pedantic "${warnings[@]}" "-I$top_srcdir/src" "$header" || fail "$header is not strict C99"
    compile_alone "$cxx" -x c++ -std=c++11 -pedantic -Wall -Wextra -Werror "-I$top_srcdir/src" "$header" || fail "$header is not C++"
done
for header in "${parts[@]}"; do expect_in "$top_srcdir/src/s2rgf.h" "#include \"$header\""; done
cat > use.cpp <<'CPP'
#include "s2rgf.h"
int main() { return s2rgf_version() == nullptr; }
CPP
"$cxx" -std=c++11 -pedantic -Wall -Wextra -Werror "-I$top_srcdir/src" -fsyntax-only use.cpp || fail "s2rgf.h is not C++"

# The rule bites.
mkdir -p src
printf '#ifndef A_H\n#define A_H\nsize_t planted(void);\n#endif\n' > src/needs_more.h
printf 'typedef struct planted { int x; } planted;\n' > src/no_guard.h
for header in needs_more.h no_guard.h; do
    run as_c . "$header"
    [ "$status" -ne 0 ] || fail "planted $header passed"
done
printf '#ifndef A_H\n#define A_H\n#include <stddef.h>\nsize_t planted(void);\n#endif\n' > src/whole.h
as_c . whole.h || fail "an innocent header was refused"
