/* A part of a map: its name, its lines, and what its file says about both. */
#include "geo/map/share.h"

#include <cpl_conv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

char *s2_map_part_path(const char *path, int number, int count)
{
    char *stem = s2_strdup(CPLResetExtension(path, ""));
    if (stem == NULL)
        return NULL;
    /* without an extension CPLResetExtension() leaves a point at the end */
    const size_t length = strlen(stem);
    if (length > 0 && stem[length - 1] == '.')
        stem[length - 1] = '\0';
    char *made =
        s2_asprintf("%s_%0*dof%d.tif", stem, snprintf(NULL, 0, "%d", count), number, count);
    s2_free(stem);
    return made;
}

s2rgf_status s2_map_part_cut(s2_rect *window, int tile_px, s2_map_part *part, s2rgf_error *err)
{
    if (part->count > S2_MAP_PARTS_MAX || part->number < 1 || part->number > part->count)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "part: expected one of 1 to %d, of at most %d parts, found %d", part->count,
                       S2_MAP_PARTS_MAX, part->number);
    if (part->count > window->h)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "parts: expected at most as many as the map has lines, %d, found %d",
                       window->h, part->count);
    const int last = window->y + window->h - 1;
    int unit = tile_px;
    while (unit > 1 && last / unit - window->y / unit + 1 < part->count)
        unit /= 2;
    const int64_t first = window->y / unit, rows = last / unit - first + 1;
    const int64_t from = (first + (part->number - 1) * rows / part->count) * unit;
    const int64_t to = (first + part->number * rows / part->count) * unit;
    const s2_rect lines = {window->x, (int)from, window->w, (int)(to - from)};
    const s2_rect cut = s2_rect_intersect(*window, lines);
    part->first_line = cut.y - window->y;
    part->lines = cut.h;
    part->map_lines = window->h;
    *window = cut;
    return S2RGF_OK;
}

void s2_map_part_write(const s2_map_part *part, char *text)
{
    snprintf(text, S2_MAP_PART_TEXT_BYTES, "%d/%d, lines %d to %d of %d", part->number, part->count,
             part->first_line, part->first_line + part->lines - 1, part->map_lines);
}

bool s2_map_part_read(const char *text, s2_map_part *part)
{
    int last;
    char more;
    if (text == NULL ||
        sscanf(text, "%9d/%9d, lines %9d to %9d of %9d%c", &part->number, &part->count,
               &part->first_line, &last, &part->map_lines, &more) != 5)
        return false;
    part->lines = last - part->first_line + 1;
    return part->number >= 1 && part->number <= part->count && part->count <= S2_MAP_PARTS_MAX &&
           part->first_line >= 0 && part->lines >= 1 && last < part->map_lines;
}
