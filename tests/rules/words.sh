#!/usr/bin/env bash
# Rule: no notes to self in committed files; they belong into the tracker.
. "$(dirname "$0")/../tools/lib.sh"
notes='\b(TO''DO|FIX''ME|X''XX|HA''CK)\b'

# notes_in ROOT: the places.
notes_in() {
    local part
    for part in src gdal_driver samples man tests docs bench models qgis completion debian m4/s2rgf.m4 Makefile.am configure.ac bootstrap README.md HACKING.md NEWS.md; do
        [ ! -e "$1/$part" ] || grep -rnIE "$notes" --exclude-dir=__pycache__ "$1/$part" || true
    done
}

found=$(notes_in "$top_srcdir")
[ -z "$found" ] || fail $'notes to self:\n'"$found"

# The rule bites.
mkdir -p src man
echo '/* TO''DO: later */' > src/a.c
echo '.\" FIX''ME' > man/a.1
echo 'int mastodon; /* read HACKING.md */' > src/b.c
[ "$(notes_in . | wc -l)" -eq 2 ] || fail "planted notes were not found: $(notes_in .)"
