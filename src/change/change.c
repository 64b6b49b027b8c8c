/* s2rgf_change: which class became which between two maps. */
#include "s2rgf/changes.h"

#include <math.h>
#include <stdio.h>

#include "change/compared_maps.h"
#include "change/transitions.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/map/map_files.h"
#include "geo/map/map_writer.h"
#include "geo/map/side_files.h"
#include "scene/output_guard.h"

#define FIRST_PASS 0.5 /* of the work: both passes read the same */

/** Two maps being compared. */
typedef struct comparison {
    const s2rgf_change_options *options;
    const s2rgf_host *host;
    s2_compared_maps pair;
    s2_pair_census census;
    s2_transitions transitions;
    s2_map_writer *writer;
    uint16_t *values; /* [S2_PAIR_BLOCK_PIXELS] of the change map */
} comparison;

static const s2rgf_change_options DEFAULTS = {.threshold = -1.0, .style = true};

void s2rgf_change_options_init(s2rgf_change_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

static s2rgf_status check_change_options(const s2rgf_change_options *options, s2rgf_error *err)
{
    const s2rgf_status status =
        S2_ARGUMENTS_GIVEN(err, {"first map", options->before_path},
                           {"second map", options->after_path}, {"output", options->output_path});
    if (status != S2RGF_OK)
        return status;
    if (!options->before_confidence_path != !options->after_confidence_path)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "change: expected the confidences of both maps or of none");
    return options->before_confidence_path
               ? S2_ARGUMENTS_IN_RANGE(err, {"threshold", options->threshold, 0, 1})
               : S2RGF_OK;
}

/** Refuse to write over an input, a part of one, or what belongs to another data set. */
static s2rgf_status guard_change(const s2rgf_change_options *options, s2rgf_error *err)
{
    const char *const paths[] = {options->before_path, options->after_path,
                                 options->before_confidence_path, options->after_confidence_path};
    const s2_guarded_inputs inputs = {.paths = paths, .count = sizeof paths / sizeof paths[0]};
    char **suffixes = s2_side_suffixes(options->output_path, S2_MAP_CLASSES, options->format,
                                       options->creation_options, options->style);
    s2_output_guard guard = {0};
    s2_map_files_recover(options->output_path);
    s2rgf_status status = s2_output_guard_add_map(&guard, options->output_path, suffixes, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_add(&guard, options->report_path, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_check(&guard, &inputs, options->overwrite, err);
    s2_output_guard_clear(&guard);
    s2_side_suffixes_free(suffixes);
    return status;
}

/** Create the map, or find out before any work whether it can be. */
static s2rgf_status create_map(comparison *c, const s2_class_table *classes,
                               const s2_class_column *columns, s2rgf_error *err)
{
    const s2rgf_change_options *options = c->options;
    char *lines[3] = {s2_asprintf("S2RGF_VERSION=%s", s2rgf_version()),
                      s2_asprintf("S2RGF_BEFORE=%s", options->before_path),
                      s2_asprintf("S2RGF_AFTER=%s", options->after_path)};
    const char *metadata[] = {lines[0], lines[1], lines[2], NULL};
    const s2_map_spec spec = {.kind = S2_MAP_CLASSES,
                              .path = options->output_path,
                              .format = options->format,
                              .creation_options = options->creation_options,
                              .overwrite = options->overwrite,
                              .style = options->style,
                              .grid = &c->pair.before.grid,
                              .classes = classes,
                              .metadata = metadata,
                              .columns = columns,
                              .host = c->host};
    const s2rgf_status status = lines[0] && lines[1] && lines[2]
                                    ? s2_map_create(&spec, &c->writer, err)
                                    : s2_fail_memory(err, "metadata");
    for (int i = 0; i < 3; i++)
        s2_free(lines[i]);
    return status;
}

/** Try what will be written, without being told twice what the format does not keep. */
static s2rgf_status try_output(comparison *c, s2rgf_error *err)
{
    const s2rgf_host *host = c->host;
    s2_class_table any = {0};
    s2rgf_status status = s2_class_table_add(&any, 1, "any", NULL, err);
    c->host = NULL;
    if (status == S2RGF_OK)
        status = create_map(c, &any, NULL, err);
    c->host = host;
    s2_map_close(c->writer);
    c->writer = NULL;
    s2_class_table_clear(&any);
    return status;
}

/** First pass: what occurs. */
static s2rgf_status find_transitions(comparison *c, s2rgf_error *err)
{
    const s2_pair_census *census = &c->census;
    s2rgf_status status = s2_compared_maps_read(&c->pair, c->host, 0.0, FIRST_PASS,
                                                s2_pair_census_visit, &c->census, err);
    if (status != S2RGF_OK)
        return status;
    if (census->count[0] == 0 && census->before_only == 0)
        return s2_class_band_fail_empty(&c->pair.before.band, err);
    if (census->count[0] == 0)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s, %s: no pixel has a class in both: expected maps of one area",
                       c->pair.before.path, c->pair.after.path);
    s2_class_band_report(&c->pair.before.band, c->host);
    s2_class_band_report(&c->pair.after.band, c->host);
    if (c->pair.without_confidence > 0)
        s2_log(c->host, S2RGF_WARNING, "%llu %s no confidence: a change there is unsure",
               (unsigned long long)c->pair.without_confidence,
               s2_plural(c->pair.without_confidence, "pixel has", "pixels have"));
    if (census->before_only + census->after_only > 0)
        s2_log(c->host, S2RGF_INFO,
               "Pixels with a class in one map only are nodata: %llu in %s, %llu in %s",
               (unsigned long long)census->before_only, c->pair.before.path,
               (unsigned long long)census->after_only, c->pair.after.path);
    return s2_transitions_make(&c->pair, census, c->host, &c->transitions, err);
}

/** An s2_pair_visit of the second pass: write a block. */
static s2rgf_status write_block(void *of, s2_rect block, const int *before, const int *after,
                                const uint8_t *sure, s2rgf_error *err)
{
    comparison *c = of;
    const s2_pair_census *census = &c->census;
    const s2_transitions *made = &c->transitions;
    const size_t count = (size_t)block.w * (size_t)block.h;
    for (size_t i = 0; i < count; i++) {
        c->values[i] = 0;
        if (before[i] < 0 || after[i] < 0)
            continue;
        const int row = census->index[0][before[i]], column = census->index[1][after[i]];
        if (row < 0 || column < 0)
            return s2_fail(err, S2RGF_IO, "%s: changed while it was read: it now has the value %d",
                           row < 0 ? c->pair.before.path : c->pair.after.path,
                           row < 0 ? before[i] : after[i]);
        const bool changed = made->joint[0][row] != made->joint[1][column];
        c->values[i] =
            changed && !sure[i] ? (uint16_t)made->unsure : made->code[s2_pair_place(row, column)];
    }
    return s2_map_write_classes(c->writer, block, c->values, err);
}

/** Second pass: the map. */
static s2rgf_status write_map(comparison *c, s2rgf_error *err)
{
    const s2_class_column columns[] = {
        {"From", c->transitions.from_names}, {"To", c->transitions.to_names}, {NULL, NULL}};
    s2rgf_status status = create_map(c, &c->transitions.classes, columns, err);
    if (status == S2RGF_OK)
        status = s2_compared_maps_read(&c->pair, c->host, FIRST_PASS, 1.0, write_block, c, err);
    if (status == S2RGF_OK)
        status = s2_map_finish(c->writer, err);
    return status;
}

void s2rgf_transitions_free(s2rgf_transitions *transitions)
{
    if (!transitions)
        return;
    s2_strings_free(transitions->class_names, (size_t)transitions->class_count);
    S2_FREE_EACH(transitions->pixels, transitions->hectares, transitions->values, transitions);
}

/** From the areas of the finished map's classes. */
static s2rgf_status fill_result(const comparison *c, s2rgf_transitions *result, s2rgf_error *err)
{
    const s2_transitions *made = &c->transitions;
    const s2_class_extents extents = s2_map_extents(c->writer);
    const size_t n = (size_t)made->count;
    result->class_count = made->count;
    result->class_names = s2_calloc(n, sizeof *result->class_names);
    result->pixels = s2_calloc(n * n, sizeof *result->pixels);
    result->hectares = s2_calloc(n * n, sizeof *result->hectares);
    result->values = s2_calloc(n * n, sizeof *result->values);
    if (!result->class_names || !result->pixels || !result->hectares || !result->values)
        return s2_fail_memory(err, "transitions");
    for (size_t i = 0; i < n; i++) {
        result->class_names[i] = s2_strdup(made->names[i]);
        if (!result->class_names[i])
            return s2_fail_memory(err, "class name");
    }
    for (size_t i = 0; i < n * n && !extents.hectares; i++)
        result->hectares[i] = (double)NAN;
    for (int k = 0; k < made->classes.count; k++) {
        const s2_transition *of = &made->of[k];
        const double hectares = extents.hectares ? extents.hectares[k] : (double)NAN;
        if (of->from < 0) {
            result->unsure_value = made->classes.items[k].value;
            result->unsure_pixels = extents.pixels[k];
            result->unsure_hectares = hectares;
            continue;
        }
        const size_t at = (size_t)of->from * n + (size_t)of->to;
        result->values[at] = made->classes.items[k].value;
        result->pixels[at] = extents.pixels[k];
        result->hectares[at] = hectares;
    }
    result->before_only = c->census.before_only;
    result->after_only = c->census.after_only;
    return S2RGF_OK;
}

static s2rgf_status compare(comparison *c, s2rgf_transitions *result, s2rgf_error *err)
{
    s2rgf_status status = guard_change(c->options, err);
    if (status == S2RGF_OK)
        status = s2_compared_maps_open(c->options, c->host, &c->pair, err);
    if (status == S2RGF_OK)
        status = try_output(c, err);
    if (status == S2RGF_OK)
        status = s2_pair_census_init(&c->census, err);
    c->values = s2_alloc(S2_PAIR_BLOCK_PIXELS, sizeof *c->values);
    if (status == S2RGF_OK && !c->values)
        status = s2_fail_memory(err, "block of the map");
    if (status == S2RGF_OK)
        status = find_transitions(c, err);
    if (status == S2RGF_OK)
        status = write_map(c, err);
    if (status == S2RGF_OK)
        status = fill_result(c, result, err);
    return status == S2RGF_OK ? s2_map_commit(&c->writer, 1, err) : status;
}

s2rgf_status s2rgf_change(const s2rgf_change_options *options, const s2rgf_host *host,
                          s2rgf_transitions **result, s2rgf_error *err)
{
    s2rgf_change_options own = DEFAULTS;
    comparison c = {.options = &own, .host = host};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"result", result});
    if (status != S2RGF_OK)
        return status;
    *result = s2_calloc(1, sizeof **result);
    status = *result ? s2_options_take(&own, sizeof own, options, err)
                     : s2_fail_memory(err, "transitions");
    if (status == S2RGF_OK)
        status = check_change_options(&own, err);
    if (status == S2RGF_OK)
        status = compare(&c, *result, err);
    if (status != S2RGF_OK) {
        s2rgf_transitions_free(*result);
        *result = NULL;
    }
    s2_map_close(c.writer);
    s2_transitions_clear(&c.transitions);
    s2_pair_census_clear(&c.census);
    s2_compared_maps_close(&c.pair);
    s2_free(c.values);
    return status;
}
