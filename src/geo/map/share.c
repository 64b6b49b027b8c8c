/* A share of a map: its name, its lines, and what its file says about both. */
#include "geo/map/share.h"

#include <cpl_conv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

char *s2_map_share_path(const char *path, int number, int count)
{
    char *stem = s2_strdup(CPLResetExtension(path, ""));
    if (!stem)
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

s2rgf_status s2_map_share_cut(s2_rect *rect, int tile_px, s2_map_share *share, s2rgf_error *err)
{
    if (share->count > S2_MAP_SHARES_MAX || share->number < 1 || share->number > share->count)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "share: expected one of 1 to %d, of at most %d shares, found %d",
                       share->count, S2_MAP_SHARES_MAX, share->number);
    if (share->count > rect->h)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "shares: expected at most as many as the map has lines, %d, found %d",
                       rect->h, share->count);
    const int last = rect->y + rect->h - 1;
    int unit = tile_px;
    while (unit > 1 && last / unit - rect->y / unit + 1 < share->count)
        unit /= 2;
    const int64_t first = rect->y / unit, rows = last / unit - first + 1;
    const int64_t from = (first + (share->number - 1) * rows / share->count) * unit;
    const int64_t to = (first + share->number * rows / share->count) * unit;
    const s2_rect lines = {rect->x, (int)from, rect->w, (int)(to - from)};
    const s2_rect cut = s2_rect_intersect(*rect, lines);
    share->first_line = cut.y - rect->y;
    share->lines = cut.h;
    share->map_lines = rect->h;
    *rect = cut;
    return S2RGF_OK;
}

void s2_map_share_write(const s2_map_share *share, char *text)
{
    snprintf(text, S2_MAP_SHARE_TEXT_BYTES, "%d/%d, lines %d to %d of %d", share->number,
             share->count, share->first_line, share->first_line + share->lines - 1,
             share->map_lines);
}

bool s2_map_share_read(const char *text, s2_map_share *share)
{
    int last;
    char more;
    if (!text || sscanf(text, "%9d/%9d, lines %9d to %9d of %9d%c", &share->number, &share->count,
                        &share->first_line, &last, &share->map_lines, &more) != 5)
        return false;
    share->lines = last - share->first_line + 1;
    return share->number >= 1 && share->number <= share->count &&
           share->count <= S2_MAP_SHARES_MAX && share->first_line >= 0 && share->lines >= 1 &&
           last < share->map_lines;
}
