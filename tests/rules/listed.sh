#!/usr/bin/env bash
# Rule: Makefile.am names every source, test, sample, model and page, so that nothing is built or shipped by chance.
. "$(dirname "$0")/../tools/lib.sh"

# unlisted ROOT: files whose path is no word of Makefile.am. Unit tests are listed without .c.
unlisted() {
    local file
    tr -s '[:space:]=' '\n' < "$1/Makefile.am" | sort -u > words
    while read -r file; do
        file=${file#"$1"/}
        grep -qxF -- "$file" words || grep -qxF -- "${file%.c}" words || echo "$file"
    done < <(find "$1/src" "$1/gdal_driver" "$1/tests" "$1/samples" "$1/man" "$1/docs" "$1/bench" "$1/models" "$1/qgis" "$1/completion" -name __pycache__ -prune -o -type f -print 2> /dev/null | sort)
}

found=$(unlisted "$top_srcdir")
[ -z "$found" ] || fail $'not in Makefile.am:\n'"$found"

# The rule bites.
mkdir -p src tests man
printf 'lib_SOURCES = \\\n\tsrc/a.c src/a.h\ncheck_PROGRAMS = tests/test_a\n' > Makefile.am
touch src/a.c src/a.h tests/test_a.c
[ -z "$(unlisted .)" ] || fail "listed files were not found: $(unlisted .)"
touch src/b.c tests/test_b.c man/b.1 src/a.cc
[ "$(unlisted . | tr '\n' ' ')" = "man/b.1 src/a.cc src/b.c tests/test_b.c " ] || fail "planted files were not found: $(unlisted .)"
