#!/usr/bin/env bash
# Rule: files and functions, C++ too, stay small enough to be read in one go.
. "$(dirname "$0")/../tools/lib.sh"

# long_files ROOT: .c and .cpp above 600 lines, .h above 120 (the public ones 200; what tests include is code: 600).
long_files() {
    local file limit lines
    while read -r file; do
        case $file in
        */src/s2rgf.h | */src/s2rgf/*.h) limit=200 ;;
        "$1"/tests/*) limit=600 ;;
        *.h) limit=120 ;;
        *) limit=600 ;;
        esac
        lines=$(wc -l < "$file")
        [ "$lines" -le "$limit" ] || echo "$file: too long: expected at most $limit lines, found $lines"
    done < <(find "$1/src" "$1/samples" "$1/tests" "$1/gdal_driver" -name '*.[ch]' -o -name '*.cpp' | sort)
}

# long_functions ROOT: above 80 lines, main above 60.
long_functions() {
    find "$1/src" "$1/samples" "$1/tests" "$1/gdal_driver" \( -name '*.[ch]' -o -name '*.cpp' \) -print0 | sort -z |
        xargs -0 ctags -o - --languages=C,C++ --langmap=C:.c.h --kinds-C=f --kinds-C++=f --fields=+ne --extras=-F |
        awk -F '\t' '!/^!/ {
            line = 0; end = 0
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^line:/) line = substr($i, 6)
                if ($i ~ /^end:/) end = substr($i, 5)
            }
            limit = $1 == "main" ? 60 : 80
            if (end - line + 1 > limit)
                printf "%s:%d: %s() too long: expected at most %d lines, found %d\n", $2, line, $1, limit, end - line + 1
        }'
}

found=$(long_files "$top_srcdir")
[ -z "$found" ] || fail $'long files:\n'"$found"

# The rule bites.
mkdir -p src/s2rgf samples tests gdal_driver
numbered() { seq -f '/* line %.0f */' "$1"; }
numbered 601 > src/long.c
numbered 601 > gdal_driver/long.cpp
numbered 121 > src/long.h
numbered 601 > tests/long.h
numbered 201 > src/s2rgf.h
numbered 201 > src/s2rgf/long.h
numbered 600 > src/short.c
numbered 120 > src/short.h
numbered 200 > src/s2rgf/short.h
[ "$(long_files . | wc -l)" -eq 6 ] || fail "planted long files were not found: $(long_files .)"

ctags --version 2> /dev/null | grep -q Universal || skip "no universal-ctags to measure functions (file sizes hold)"
found=$(long_functions "$top_srcdir")
[ -z "$found" ] || fail $'long functions:\n'"$found"

# a_function NAME LINES
a_function() {
    printf 'int %s(void)\n{\n' "$1"
    seq -f '    /* line %.0f */' $(($2 - 4))
    printf '    return 0;\n}\n'
}
rm src/*.[ch] src/s2rgf/* tests/*.h gdal_driver/*
a_function planted_long 81 > src/a.c
a_function planted_short 80 > src/b.c
a_function main 61 > samples/c.c
a_function planted_plus 81 > gdal_driver/d.cpp
found=$(long_functions .)
[ "$(wc -l <<< "$found")" -eq 3 ] && [[ $found == *"planted_plus()"* ]] && [[ $found == *"planted_long()"* ]] && [[ $found == *"main()"* ]] ||
    fail "planted long functions were not found: $found"
