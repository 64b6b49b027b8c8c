#!/usr/bin/env bash
# Rule: what HACKING.md and docs/decisions.md name is there: files, and functions with their parentheses.
. "$(dirname "$0")/../tools/lib.sh"

# absent_in PAGE ROOT: names in backquotes that are neither a file of the tree nor a function in it.
absent_in() {
    local name tree
    tree=$(cd "$2" && find . -type f -not -path './.git/*' -not -path './build*' | sed 's,^\./,/,')
    grep -oE '`[A-Za-z0-9_./*-]+\.(c|h|cpp|sh|py|map|json|am|ac|md)`' "$1" | tr -d '`' | sort -u | while read -r name; do
        # shellcheck disable=SC2254 # a pattern, as in safetensors_*.c
        grep -qE "/${name//\*/[^/]*}\$" <<< "$tree" || echo "$name"
    done
    grep -oE '`[a-z0-9_]+\(\)`' "$1" | tr -d '`()' | sort -u | while read -r name; do
        grep -rqE "(^|[^A-Za-z0-9_])$name\(" "$2/src" "$2/gdal_driver" --include='*.[ch]' --include='*.cpp' || echo "$name()"
    done
}

# Headers and functions of others, and a file that shall not be.
foreign='cblas.h omp.h pthread.h util.c dlopen() fork() _exit()'
for page in HACKING.md docs/decisions.md; do
    found=$(absent_in "$top_srcdir/$page" "$top_srcdir" | grep -vxF -f <(tr ' ' '\n' <<< "$foreign") || true)
    [ -z "$found" ] || fail "$page names what is not there: $found"
done

# The rule bites.
mkdir -p src/room gdal_driver
echo 'int s2_here(void);' > src/room/here.c
# shellcheck disable=SC2016 # backquotes of the page
echo '`room/here.c`, `here.c`, `room/h*.c`, `s2_here()`; `room/gone.c`, `ere.c`, `s2_gone()`, `ere()`' > page.md
[ "$(absent_in page.md . | tr '\n' ' ')" = "ere.c room/gone.c ere() s2_gone() " ] ||
    fail "planted names: $(absent_in page.md . | tr '\n' ' ')"
