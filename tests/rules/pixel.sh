#!/usr/bin/env bash
# Rule: HACKING.md tells the way of a pixel from GDAL to its class: what it names is there, it is at most 15 files long,
# and crosses at most four pointers to functions.
. "$(dirname "$0")/../tools/lib.sh"

# Pointers that are called in files on the way, but do not hand on pixels: begin and end, memory, seams between tiles.
beside=' start stop write run_needs weights_create await give '

# way FILE: the lines of the tour from tiles to a class.
way() {
    sed -n '/^\*\*Follow one pixel/,/^From GDAL to its class/p' "$1" | sed -n '/^2\. /,/^From /p' | sed '$d'
}

# files_of: the paths in such lines.
files_of() {
    grep -oE '`src/[a-z_/]+\.c`' | tr -d '`' | sort -u
}

# missing ROOT: files of the lines that are not there, and functions that their file does not define.
missing() {
    local file word
    grep -oE '`[a-z0-9_/.]+(\(\))?`' | tr -d '`' | while read -r word; do
        case $word in
        src/*.c)
            file=$1/$word
            [ -e "$file" ] || echo "$word"
            ;;
        *'()') grep -qE "^[a-z].*\b${word%()}\(" "$file" || echo "${file#"$1"/}: $word" ;;
        esac
    done
}

# pointers ROOT FILES: members that are called there, other than kernels and those beside the way.
pointers() {
    local root=$1 name
    shift
    (cd "$root" && sed 's/kernels->[a-z_]*(//g' "$@") |
        grep -oE '(->|\.)[a-z_]+\(' | tr -d '>().-' | sort -u |
        while read -r name; do [[ $beside == *" $name "* ]] || echo "$name"; done
}

# told: names of pointers in the lines: the words in backquotes after "by".
told() {
    grep -oE 'by `[a-z_]+`' | tr -d '`' | cut -d' ' -f2 | sort -u
}

lines=$(way "$top_srcdir/HACKING.md")
files=$(files_of <<< "$lines")
[ "$(wc -l <<< "$files")" -ge 10 ] || fail "no way of a pixel in HACKING.md: $files"
[ "$(wc -l <<< "$files")" -le 15 ] || fail $'a pixel passes through more than 15 files:\n'"$files"
found=$(missing "$top_srcdir" <<< "$lines")
[ -z "$found" ] || fail $'HACKING.md names what is not there:\n'"$found"
# shellcheck disable=SC2086 # one path a word
found=$(pointers "$top_srcdir" $files)
[ "$(wc -l <<< "$found")" -le 4 ] || fail $'a pixel crosses more than four pointers to functions:\n'"$found"
[ "$found" = "$(told <<< "$lines")" ] || fail "HACKING.md tells of other pointers than there are: $found"

# The rule bites.
mkdir -p src
printf 'static int here(int a)\n{\n    return io->next(a) + base.kernels->row(a) + job->stop(a);\n}\n' > src/a.c
printf '**Follow one pixel\n1. `src/z.c`\n2. `src/a.c`, `here()`, by `next`\nFrom GDAL to its class\n' > tour
[ -z "$(way tour | missing .)" ] || fail "what is there was missed"
[ "$(pointers . src/a.c)" = next ] && [ "$(way tour | told)" = next ] || fail "the pointer was not found"
printf '**Follow one pixel\n2. `src/a.c`, `gone()`, `src/b.c`\nFrom GDAL to its class\n' > tour
[ "$(way tour | missing . | wc -l)" -eq 2 ] || fail "what is gone was not found"
sed -i 's/return /return io->more(a) + /' src/a.c
[ "$(pointers . src/a.c | wc -l)" -eq 2 ] || fail "a new pointer was not found"
