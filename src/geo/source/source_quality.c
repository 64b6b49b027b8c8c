/* Quality layers of a source: rasters whose values say which of its pixels are valid. */
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "geo/source/source_private.h"
#include "geo/source/source_tell.h"

#define FOUND_VALUES 6 /* that a message shows */
#define LOOK_PIXELS 65536

s2rgf_status s2_file_apply_rule(s2_file *file, const s2_quality_rule *rule, s2rgf_error *err)
{
    s2_file_band *band = &file->bands[0];
    if (file->band_count != 1)
        return s2_fail(err, S2RGF_FORMAT, "quality layer %s: %s: expected one band, found %d",
                       rule->layer, file->path, file->band_count);
    band->rule = rule;
    band->scale = 1.0;
    band->offset = 0.0;
    /* Who lists values has decided about nodata too: 0 is "clear" in some layers that declare it. */
    band->has_nodata = band->has_nodata && rule->bits;
    band->mask = NULL;
    file->mask_count = 0;
    return S2RGF_OK;
}

s2rgf_status s2_source_add_quality(s2_source *source, s2_source *layer, s2rgf_error *err)
{
    const size_t count = (size_t)source->quality_count;
    s2_source **grown = s2_grow(source->quality, count, count + 1, sizeof *grown);
    s2rgf_status status = grown ? S2RGF_OK : s2_fail_memory(err, "quality layer");
    if (status == S2RGF_OK) {
        source->quality = grown;
        status = s2_source_warp_to_grid(layer, &source->file_grid, err);
    }
    if (status == S2RGF_OK)
        source->quality[source->quality_count++] = layer;
    else
        s2_source_close(layer);
    return status;
}

s2rgf_status s2_source_read_quality(s2_source *source, s2_rect rect, uint8_t *valid,
                                    s2rgf_error *err)
{
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    s2rgf_status status = S2RGF_OK;
    if (source->quality_count == 0)
        return S2RGF_OK;
    uint8_t *accepted = s2_scratch_reserve(&source->quality_valid, count, 1);
    if (!accepted)
        return s2_fail_memory(err, "quality layer");
    for (int i = 0; i < source->quality_count && status == S2RGF_OK; i++) {
        status = s2_source_read_valid(source->quality[i], rect, accepted, err);
        for (size_t p = 0; p < count && status == S2RGF_OK; p++)
            valid[p] &= accepted[p];
    }
    return status;
}

/* ---- what is said of a layer ------------------------------------------------------------------ */

/* Rows of a grid that are looked at together. */
static int look_rows(const s2_grid *grid)
{
    const int rows = LOOK_PIXELS / grid->width;
    return rows < 1 ? 1 : rows > grid->height ? grid->height : rows;
}

/* Whether any pixel of the source is valid by its layer. */
static s2rgf_status find_accepted(s2_source *source, s2_source *layer, bool *any, s2rgf_error *err)
{
    const s2_grid *grid = &source->file_grid;
    const int rows = look_rows(grid);
    uint8_t *valid = s2_alloc((size_t)rows * (size_t)grid->width, 1);
    s2rgf_status status = valid ? S2RGF_OK : s2_fail_memory(err, "quality layer");
    *any = false;
    for (int y = 0; y < grid->height && status == S2RGF_OK && !*any; y += rows) {
        const int h = y + rows > grid->height ? grid->height - y : rows;
        const s2_rect rect = {0, y, grid->width, h};
        status = s2_source_read_valid(layer, rect, valid, err);
        *any = status == S2RGF_OK && memchr(valid, 1, (size_t)h * (size_t)rect.w);
    }
    s2_free(valid);
    return status;
}

/* Add a value to those found, in order, if it is new; when there is no room it is only counted. */
static void note_value(float value, float *found, int *count)
{
    int at = 0;
    while (at < *count && at < FOUND_VALUES && found[at] < value)
        at++;
    if (at < *count && at < FOUND_VALUES && found[at] == value)
        return;
    if (*count < FOUND_VALUES) {
        memmove(found + at + 1, found + at, (size_t)(*count - at) * sizeof *found);
        found[at] = value;
    }
    (*count)++;
}

/* Values of a layer, wherever it lies: "1, 2, 3". *any out  whether some pixel is valid there */
static s2rgf_status list_values(s2_source *layer, s2_text *text, bool *any, s2rgf_error *err)
{
    const s2_grid *grid = &layer->file_grid;
    const int rows = look_rows(grid);
    const size_t room = (size_t)rows * (size_t)grid->width;
    float found[FOUND_VALUES];
    float *values = s2_alloc(room, sizeof *values);
    uint8_t *valid = s2_alloc(room, 1);
    s2rgf_status status = values && valid ? S2RGF_OK : s2_fail_memory(err, "quality layer");
    int count = 0;
    for (int y = 0; y < grid->height && status == S2RGF_OK && count <= FOUND_VALUES; y += rows) {
        const int h = y + rows > grid->height ? grid->height - y : rows;
        status = s2_source_read_band(layer, 0, (s2_rect){0, y, grid->width, h}, values, valid, err);
        const size_t pixels = (size_t)h * (size_t)grid->width;
        *any = *any || (status == S2RGF_OK && memchr(valid, 1, pixels));
        for (size_t p = 0; p < pixels && status == S2RGF_OK && count <= FOUND_VALUES; p++)
            note_value(values[p], found, &count);
    }
    for (int i = 0; i < count && i < FOUND_VALUES; i++) {
        char number[S2_NUMBER_BYTES];
        s2_text_append(text, "%s%s", i > 0 ? ", " : "", s2_number_text(found[i], number));
    }
    if (count > FOUND_VALUES)
        s2_text_append(text, " and others");
    s2_free(values);
    s2_free(valid);
    return status == S2RGF_OK && text->failed ? s2_fail_memory(err, "quality layer") : status;
}

s2rgf_status s2_source_tell_quality(s2_source *source, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < source->quality_count && status == S2RGF_OK; i++) {
        s2_source *layer = source->quality[i];
        s2_text values = {0};
        bool any = true, elsewhere = false;
        status = find_accepted(source, layer, &any, err);
        if (status == S2RGF_OK && !any)
            status = list_values(layer, &values, &elsewhere, err);
        if (status == S2RGF_OK && !any)
            s2_log(host, S2RGF_WARNING,
                   "quality layer %s (%s): no pixel of source %s is valid by %s: %s%s",
                   layer->rule.layer, layer->label, source->name, layer->rule.text,
                   elsewhere ? "what is valid in the layer does not lie over the source"
                             : "the layer has the values ",
                   elsewhere ? "" : values.data);
        s2_free(values.data);
    }
    return status;
}
