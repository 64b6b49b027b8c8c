#!/usr/bin/env bash
# Rule: no notes to self in committed files; they belong into the tracker. No former names in code: HACKING.md
# has one word for one thing.
. "$(dirname "$0")/../tools/lib.sh"
notes='\b(TO''DO|FIX''ME|X''XX|HA''CK)\b'

# notes_in ROOT: the places.
notes_in() {
    local place
    for place in src gdal_driver samples man tests docs bench models qgis completion debian m4/s2rgf.m4 Makefile.am configure.ac bootstrap README.md HACKING.md NEWS.md; do
        [ ! -e "$1/$place" ] || grep -rnIE "$notes" --exclude-dir=__pycache__ "$1/$place" || true
    done
}

# What is now a tensor, a share, a tile, a scene list and a rect; one name a line.
former='s2_map
s2_map_(at|init|zero|pixels|channels|copy|add|pair\w*|passes\w*|task)
\w*(golden|joint|region|winograd)_maps?
s2_map_part\w*|s2_part_set\w*|\w*part_count|\w*_parts_max
read_part
s2_tiling_parts
s2_scene_batch\w*|\w*classify_batch|\w*batch_result\w*|batch_report
\w*(read|crop|choose|expect|grid)_window'
# a rectangle of pixels as a member or parameter; windows of cells are found where they are used
window_rect='\bs2_rect \*?windows?[,;)]'

# former_in ROOT: the places in C.
former_in() {
    local place
    for place in src gdal_driver samples tests; do
        [ ! -e "$1/$place" ] ||
            grep -rnIiE "\b($(tr '\n' '|' <<< "$former" | sed 's/|$//'))\b" --include='*.[ch]' --include='*.cpp' "$1/$place" || true
    done
}

# twice_in ROOT: static functions in more than one file that once had one name for many things.
twice_in() {
    grep -rhoE '^static [^;=()]*\b(read_(window|source|scene|text)|(start|stop)_worker|take_rows|look_at|tell)\(' \
        --include='*.c' "$1/src" | grep -oE '[a-z_]+\($' | sort | uniq -d
}

found=$(notes_in "$top_srcdir")
[ -z "$found" ] || fail $'notes to self:\n'"$found"
found=$(former_in "$top_srcdir")
[ -z "$found" ] || fail $'names that are no longer used; HACKING.md has those that are:\n'"$found"
found=$(twice_in "$top_srcdir")
[ -z "$found" ] || fail "static functions that differ have one name: $found"

# The rules bite.
mkdir -p src man
echo '/* TO''DO: later */' > src/a.c
echo '.\" FIX''ME' > man/a.1
echo 'int mastodon; /* read HACKING.md */' > src/b.c
[ "$(notes_in . | wc -l)" -eq 2 ] || fail "planted notes were not found: $(notes_in .)"

cat > src/c.c <<'C'
typedef struct s2_map { int n; } s2_map;
void read(const s2_rect *window, s2_map_pair *pair);
int part_count = S2_MAP_PARTS_MAX; /* of classify_batch.c */
float *golden_maps, *s2_region_map;
C
cat > src/d.c <<'C'
typedef struct s2_map_writer s2_map_writer; /* the map; a part of it */
s2_window_stats window; int parts, window_cells; s2_batch batch;
C
[ "$(former_in . | wc -l)" -eq 4 ] || fail "planted names were not found, or others were: $(former_in .)"

printf 'static int read_text(void)\n' > src/e.c
printf 'static int read_text(void);\nstatic void tell(void)\n' > src/f.c
[ "$(twice_in . | tr '\n' ' ')" = "read_text( " ] || fail "planted static functions: $(twice_in . | tr '\n' ' ')"
