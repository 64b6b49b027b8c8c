/* Quality layers: which values make a pixel valid, and the layers of a source. */
#include "geo/source/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "geo/source/source_private.h"
#include "geo/source/source_tell.h"

#define BITS "nobits:"
#define HIGHEST_BIT 31
#define LARGEST 1000000000 /* value */
#define FOUND_VALUES 6     /* that a message shows */
#define LOOK_PIXELS 65536

/* ---- rules ------------------------------------------------------------------------------------ */

static s2rgf_status fail_rule(const char *text, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "-qa %s: expected a layer with the values that are valid, as scl=4-7,11, or the "
                   "bits from 0 to %d that may not be set, as qa_pixel=" BITS "0-4",
                   text, HIGHEST_BIT);
}

/* One number of a list; *at moves behind it. */
static bool read_number(const char **at, bool bits, int *number)
{
    char *end = NULL;
    const bool starts = (**at >= '0' && **at <= '9') || (!bits && **at == '-');
    const long value = starts ? strtol(*at, &end, 10) : 0;
    if (!starts || end == *at || value < -LARGEST || value > LARGEST)
        return false;
    *number = (int)value;
    *at = end;
    return !bits || *number <= HIGHEST_BIT;
}

/* "4" or "4-7"; *at moves behind it. */
static bool read_range(const char **at, bool bits, int range[2])
{
    if (!read_number(at, bits, &range[0]))
        return false;
    range[1] = range[0];
    if (**at != '-')
        return true;
    (*at)++;
    return read_number(at, bits, &range[1]) && range[0] <= range[1];
}

static bool read_ranges(const char *list, s2_quality_rule *rule)
{
    const char *at = list;
    rule->bits = strncmp(list, BITS, strlen(BITS)) == 0;
    if (rule->bits)
        at += strlen(BITS);
    for (;; at++) {
        if (rule->count == S2_QUALITY_RANGES ||
            !read_range(&at, rule->bits, rule->ranges[rule->count++]))
            return false;
        if (*at != ',')
            return *at == '\0';
    }
}

s2rgf_status s2_quality_rule_parse(const char *text, s2_quality_rule *rule, s2rgf_error *err)
{
    const char *equals = strchr(text, '=');
    const char *colon = strchr(text, ':');
    *rule = (s2_quality_rule){.count = 0};
    if (!equals)
        return fail_rule(text, err);
    const char *layer = colon && colon < equals ? colon + 1 : text;
    if (layer == equals || layer == text + 1)
        return fail_rule(text, err);
    rule->layer = s2_asprintf("%.*s", (int)(equals - layer), layer);
    rule->text = s2_strdup(equals + 1);
    if (layer > text)
        rule->source = s2_asprintf("%.*s", (int)(layer - text - 1), text);
    if (!rule->layer || !rule->text || (layer > text && !rule->source))
        return s2_fail_memory(err, "quality layer");
    return read_ranges(equals + 1, rule) ? S2RGF_OK : fail_rule(text, err);
}

void s2_quality_rule_clear(s2_quality_rule *rule)
{
    S2_FREE_EACH(rule->source, rule->layer, rule->text);
    *rule = (s2_quality_rule){.count = 0};
}

s2rgf_status s2_quality_rule_copy(const s2_quality_rule *from, s2_quality_rule *to,
                                  s2rgf_error *err)
{
    *to = *from;
    to->source = s2_strdup(from->source);
    to->layer = s2_strdup(from->layer);
    to->text = s2_strdup(from->text);
    const bool whole = to->layer && to->text && (to->source || !from->source);
    return whole ? S2RGF_OK : s2_fail_memory(err, "quality layer");
}

bool s2_quality_accepts(const s2_quality_rule *rule, double value)
{
    if (!(fabs(value) <= (double)UINT32_MAX) || value != floor(value))
        return false;
    const uint32_t word = (uint32_t)(int64_t)value;
    for (int i = 0; i < rule->count; i++) {
        const int first = rule->ranges[i][0];
        const int last = rule->ranges[i][1];
        if (!rule->bits && value >= first && value <= last)
            return true;
        for (int bit = first; rule->bits && bit <= last; bit++)
            if ((word >> bit & 1U) != 0)
                return false;
    }
    return rule->bits;
}

/* ---- layers of a source ----------------------------------------------------------------------- */

/* A bit beyond those of the layer's type is never set: another layer, or another bit, is meant. */
static s2rgf_status check_bits(const s2_file *file, const s2_quality_rule *rule, s2rgf_error *err)
{
    const GDALDataType type =
        GDALGetRasterDataType(GDALGetRasterBand(file->dataset, file->bands[0].number));
    const int bits = 8 * GDALGetDataTypeSizeBytes(type);
    for (int i = 0; rule->bits && !GDALDataTypeIsFloating(type) && i < rule->count; i++)
        if (rule->ranges[i][0] >= bits)
            return s2_fail(
                err, S2RGF_FORMAT,
                "quality layer %s: %s: expected bits from 0 to %d, as %s has them, found "
                "%d",
                rule->layer, file->label, bits - 1, GDALGetDataTypeName(type), rule->ranges[i][0]);
    return S2RGF_OK;
}

s2rgf_status s2_file_apply_rule(s2_file *file, const s2_quality_rule *rule, s2rgf_error *err)
{
    s2_file_band *band = &file->bands[0];
    if (file->band_count != 1)
        return s2_fail(err, S2RGF_FORMAT, "quality layer %s: %s: expected one band, found %d",
                       rule->layer, file->label, file->band_count);
    band->rule = rule;
    band->scale = 1.0;
    band->offset = 0.0;
    /* Who lists values has decided about nodata too: 0 is "clear" in some layers that declare it. */
    band->has_nodata = band->has_nodata && rule->bits;
    band->mask = NULL;
    file->mask_count = 0;
    return check_bits(file, rule, err);
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
