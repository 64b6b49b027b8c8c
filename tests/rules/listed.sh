#!/usr/bin/env bash
# Rule: Makefile.am names every source, test, sample, model, page and file of debian/, so that nothing is
# built or shipped by chance.
. "$(dirname "$0")/../tools/lib.sh"

# unlisted ROOT: files whose path is no word of Makefile.am. Unit tests are listed without .c.
unlisted() {
    local file
    tr -s '[:space:]=' '\n' < "$1/Makefile.am" | sort -u > words
    while read -r file; do
        file=${file#"$1"/}
        grep -qxF -- "$file" words || grep -qxF -- "${file%.c}" words || echo "$file"
    done < <({
        packaging "$1/debian"
        find "$1"/{src,gdal_driver,tests,samples,man,docs,bench,models,qgis,completion} \
            -name __pycache__ -prune -o -type f -print
    } 2> /dev/null | sort)
}

# packaging FOLDER: the files in it but for those that dpkg-buildpackage makes.
packaging() {
    find "$1" -mindepth 1 \( -type d ! -name source -o -name files -o -name '*.substvars' -o \
        -name '*stamp' -o -name '*.debhelper' -o -name 'autoreconf.*' \) -prune -o -type f -print
}

found=$(unlisted "$top_srcdir")
[ -z "$found" ] || fail $'not in Makefile.am:\n'"$found"

# The rule bites.
mkdir -p src tests man debian/source debian/tmp
printf 'lib_SOURCES = \\\n\tsrc/a.c src/a.h\ncheck_PROGRAMS = tests/test_a\n' > Makefile.am
touch src/a.c src/a.h tests/test_a.c debian/files debian/tmp/a
[ -z "$(unlisted .)" ] || fail "listed files were not found: $(unlisted .)"
touch src/b.c tests/test_b.c man/b.1 src/a.cc debian/b debian/source/b
[ "$(unlisted . | tr '\n' ' ')" = "debian/b debian/source/b man/b.1 src/a.cc src/b.c tests/test_b.c " ] || fail "planted files were not found: $(unlisted .)"
