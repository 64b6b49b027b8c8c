/* s2rgf_sample: a probability sample of the pixels of a map. */
#include "s2rgf/sampling.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels.h"
#include "geo/points/point_layer.h"
#include "geo/points/strata.h"
#include "sample/allocation.h"
#include "sample/exclusion.h"
#include "sample/expectation.h"
#include "sample/lattice.h"
#include "sample/reservoir.h"
#include "scene/output_guard.h"

#define VALUES (S2_CLASS_MAX_VALUE + 1)
#define MUCH 0.1       /* of the map: to be warned of, where it is excluded */
#define TOLD_STRATA 10 /* that get too few points, each by its name */
#define ALL 1          /* the one stratum of designs that have none */
#define STREAM_OF_CODES VALUES
#define STREAM_OF_ORDER (VALUES + 1)
#define STREAM_OF_LATTICE (VALUES + 2)

typedef enum design { STRATIFIED, SIMPLE, SYSTEMATIC } design;

/** A stratum that has pixels. */
typedef struct stratum {
    int value, code; /* of its pixels, and as the points say it */
    const char *name;
    uint64_t size; /* with what is excluded; allotment.pixels is without */
} stratum;

/** A pixel that was drawn. */
typedef struct sample_point {
    int x, y; /* pixel */
    int stratum;
    uint64_t stratum_size;
    double probability;    /* of getting into the sample */
    const char *map_class; /* borrowed; NULL in a blind sample */
} sample_point;

/* Fields of the points; a blind sample lacks the one before the last. */
static const s2_point_field FIELDS[] = {{S2_FIELD_STRATUM, NULL, S2_POINT_INTEGER},
                                        {S2_FIELD_SIZE, S2_FIELD_SIZE_BRIEF, S2_POINT_COUNT},
                                        {"inclusion_probability", "incl_prob", S2_POINT_REAL},
                                        {"map_class", NULL, S2_POINT_TEXT},
                                        {"reference", NULL, S2_POINT_TEXT}};
#define FIELD_COUNT (sizeof FIELDS / sizeof FIELDS[0])

/** A sample being drawn. */
typedef struct drawing {
    const s2rgf_sample_options *options;
    const s2rgf_host *host;
    design design;
    s2_allocation allocation;
    s2_strata strata;
    bool excludes;
    s2_exclusion exclusion;
    size_t capacity;           /* points that a stratum may get at most */
    s2_reservoir **reservoirs; /* [VALUES] of strata with pixels */
    uint64_t *drawable;        /* [VALUES] pixels that are not excluded */
    stratum *list;             /* [count] */
    s2_allotment *allotted;    /* [count] */
    int count;
    sample_point *points;
    size_t point_count;
    s2_point_field fields[FIELD_COUNT]; /* [field_count] */
    size_t field_count;
    s2_point_layer layer;
} drawing;

static const s2rgf_sample_options DEFAULTS = {
    .design = "stratified", .allocation = "least", .least = 50, .seed = 1};

void s2rgf_sample_options_init(s2rgf_sample_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

/* ---- what is asked for ------------------------------------------------------------------------ */

static s2rgf_status check_sample_options(drawing *d, s2rgf_error *err)
{
    static const char *const designs[] = {"stratified", "simple", "systematic"};
    const s2rgf_sample_options *options = d->options;
    s2rgf_status status =
        S2_ARGUMENTS_GIVEN(err, {"map", options->map_path}, {"output", options->output_path},
                           {"design", options->design}, {"allocation", options->allocation});
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_IN_RANGE(err, {"points", options->points, 0, INT_MAX},
                                       {"standard error", options->target_se, 0, 0.5},
                                       {"least", options->least, 0, INT_MAX},
                                       {"distance", options->exclude_m, 0, 1e7});
    if (status == S2RGF_OK && options->exclude.path)
        status = s2_label_options_check(&options->exclude, err);
    if (status != S2RGF_OK)
        return status;
    for (d->design = STRATIFIED; strcmp(options->design, designs[d->design]) != 0; d->design++)
        if (d->design == SYSTEMATIC)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "design: expected stratified, simple or systematic, found %s",
                           options->design);
    if (d->design != STRATIFIED && options->strata_path)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: a %s sample has no strata: expected the design stratified",
                       options->strata_path, options->design);
    const bool by_se = options->target_se > 0.0;
    if (by_se == (options->points > 0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "sample: expected a number of points or a standard error to reach");
    if (by_se && options->target_se < 0.0005)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "standard error: expected 0.0005 to 0.5, found %g", options->target_se);
    if (!options->exclude.path && options->exclude_m > 0.0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "distance of %g m: expected labels to keep away from", options->exclude_m);
    /* S is 1/2 at most: no stratum gets more */
    d->capacity = by_se ? (size_t)ceil(0.25 / (options->target_se * options->target_se))
                        : (size_t)options->points;
    return s2_allocation_of(options->allocation, &d->allocation, err);
}

/* ---- reading ---------------------------------------------------------------------------------- */

/** Show the pixels of a run to the stratum that they are in. */
static s2rgf_status add_run(drawing *d, int key, int x, int y, int length, s2rgf_error *err)
{
    d->drawable[key] += (uint64_t)length;
    if (d->design == SYSTEMATIC)
        return S2RGF_OK;
    s2_reservoir *reservoir = d->reservoirs[key];
    if (!reservoir) {
        reservoir = s2_calloc(1, sizeof *reservoir);
        if (!reservoir)
            return s2_fail_memory(err, "sample");
        s2_reservoir_init(reservoir, d->capacity, d->options->seed, (uint64_t)key);
        d->reservoirs[key] = reservoir;
    }
    return s2_reservoir_add(reservoir, x, y, length, err);
}

/** An s2_strata_visit: leave out what is excluded, hand on the rest run by run. */
static s2rgf_status visit_row(void *context, int y, int *values, s2rgf_error *err)
{
    drawing *d = context;
    const int width = d->strata.map.grid.width;
    s2rgf_status status = S2RGF_OK;
    if (d->excludes)
        s2_exclusion_apply(&d->exclusion, y, values);
    for (int x = 0, end; x < width && status == S2RGF_OK; x = end) {
        for (end = x + 1; end < width && values[end] == values[x];)
            end++;
        if (values[x] >= 0)
            status = add_run(d, d->design == STRATIFIED ? values[x] : ALL, x, y, end - x, err);
    }
    return status;
}

/** List the strata that have pixels, in the order of their values. */
static s2rgf_status list_strata(drawing *d, s2rgf_error *err)
{
    const s2_class_table *classes = s2_strata_classes(&d->strata);
    const int most = d->design == STRATIFIED ? classes->count : 1;
    d->list = s2_calloc((size_t)most, sizeof *d->list);
    d->allotted = s2_calloc((size_t)most, sizeof *d->allotted);
    if (!d->list || !d->allotted)
        return s2_fail_memory(err, "strata");
    if (d->design != STRATIFIED) {
        d->list[0] = (stratum){ALL, ALL, "all pixels", d->strata.total};
        d->allotted[0] = (s2_allotment){.pixels = d->drawable[ALL], .weight = 1.0};
        d->count = 1;
        return S2RGF_OK;
    }
    for (int c = 0; c < classes->count; c++) {
        const s2_class *class = &classes->items[c];
        const uint64_t pixels = d->strata.pixels[class->value];
        if (d->drawable[class->value] == 0)
            s2_log(d->host, S2RGF_WARNING, "Stratum %d (%s) has no pixel%s", class->value,
                   class->name,
                   pixels > 0 ? " outside of excluded places: without a point in it nothing can be "
                                "estimated: exclude less"
                              : ": it gets no point");
        if (pixels == 0)
            continue;
        d->allotted[d->count] =
            (s2_allotment){.pixels = d->drawable[class->value],
                           .weight = s2_strata_weight(&d->strata, class->value)};
        d->list[d->count++] = (stratum){class->value, class->value, class->name, pixels};
    }
    return S2RGF_OK;
}

/** How right and wrong are expected to vary: in each stratum, or, without strata, in the map. */
static s2rgf_status expect_deviations(drawing *d, s2rgf_error *err)
{
    const char *const *accuracies = d->options->accuracies;
    const s2_class_table *classes = s2_strata_classes(&d->strata);
    s2rgf_status status = s2_expectation_check(accuracies, classes, err);
    double overall = 0.0, accuracy;
    for (int c = 0, h = 0; c < classes->count && status == S2RGF_OK; c++) {
        const s2_class *class = &classes->items[c];
        status = s2_expected_accuracy(accuracies, class->value, class->name, &accuracy, err);
        overall += s2_strata_weight(&d->strata, class->value) * accuracy;
        if (d->design == STRATIFIED && d->strata.pixels[class->value] > 0)
            d->allotted[h++].deviation = sqrt(accuracy * (1.0 - accuracy));
    }
    if (d->design != STRATIFIED)
        d->allotted[0].deviation = sqrt(fmax(overall * (1.0 - overall), 0.0));
    return status;
}

/* ---- drawing ---------------------------------------------------------------------------------- */

/** Numbers in random order in place of values that would tell the map's classes. */
static void hide_strata(drawing *d)
{
    s2_random random;
    s2_random_init(&random, d->options->seed, STREAM_OF_CODES);
    for (int i = 0; i < d->count; i++)
        d->list[i].code = i + 1;
    for (int i = d->count - 1; i > 0; i--) {
        const int other = (int)s2_random_below(&random, (uint64_t)i + 1);
        const int code = d->list[i].code;
        d->list[i].code = d->list[other].code;
        d->list[other].code = code;
    }
}

/** Tell how many points each stratum gets, and what stands against what was asked for. */
static void tell_allocation(const drawing *d, uint64_t wanted)
{
    const s2rgf_sample_options *options = d->options;
    uint64_t points = 0, pixels = 0, fewest = UINT64_MAX;
    int thin = 0;
    for (int h = 0; h < d->count; h++) {
        const s2_allotment *part = &d->allotted[h];
        points += part->points;
        pixels += part->pixels;
        s2_log(d->host, S2RGF_INFO, "Stratum %d (%s): %llu of %llu %s%s", d->list[h].value,
               d->list[h].name, (unsigned long long)part->points, (unsigned long long)part->pixels,
               s2_plural(part->pixels, "pixel", "pixels"),
               part->points == part->pixels && part->pixels > 0 ? ": all" : "");
        if (part->points < (uint64_t)options->least && part->points < part->pixels)
            fewest = part->points < fewest ? part->points : fewest;
        if (part->points < 2 && part->points < part->pixels && thin++ < TOLD_STRATA)
            s2_log(d->host, S2RGF_WARNING,
                   "Stratum %d (%s) gets %s undefined: expected two or more", d->list[h].value,
                   d->list[h].name,
                   part->points == 1 ? "1 point: its standard error is"
                                     : "no point: all estimates are");
    }
    if (thin > TOLD_STRATA)
        s2_log(d->host, S2RGF_WARNING, "%d more strata get fewer than two points",
               thin - TOLD_STRATA);
    if (points < wanted)
        s2_log(d->host, S2RGF_WARNING,
               "%llu points were asked for, there %s %llu %s: all are in the sample",
               (unsigned long long)wanted, s2_plural(pixels, "is", "are"),
               (unsigned long long)pixels, s2_plural(pixels, "pixel", "pixels"));
    else if (d->design == STRATIFIED && d->allocation == S2_ALLOCATION_LEAST && fewest < UINT64_MAX)
        s2_log(d->host, S2RGF_WARNING,
               "%llu %s not suffice for %d in each of %d strata: some get %llu",
               (unsigned long long)points, s2_plural(points, "point does", "points do"),
               options->least, d->count, (unsigned long long)fewest);
}

static s2rgf_status reserve_points(drawing *d, uint64_t points, s2rgf_error *err)
{
    d->points = s2_calloc((size_t)points, sizeof *d->points);
    return d->points ? S2RGF_OK : s2_fail_memory(err, "sample");
}

/** Take the points of all strata out of their reservoirs. */
static s2rgf_status take_points(drawing *d, s2rgf_error *err)
{
    uint64_t total = 0;
    for (int h = 0; h < d->count; h++)
        total += d->allotted[h].points;
    const s2rgf_status status = reserve_points(d, total, err);
    for (int h = 0; h < d->count && status == S2RGF_OK; h++) {
        const s2_allotment *part = &d->allotted[h];
        s2_reservoir *reservoir = d->reservoirs[d->list[h].value];
        if (part->points == 0)
            continue;
        s2_reservoir_cut(reservoir, (size_t)part->points);
        for (size_t i = 0; i < reservoir->count; i++)
            d->points[d->point_count++] =
                (sample_point){.x = reservoir->items[i].x,
                               .y = reservoir->items[i].y,
                               .stratum = d->list[h].code,
                               .stratum_size = d->list[h].size,
                               .probability = (double)part->points / (double)part->pixels};
    }
    return status;
}

/** Read the rows that a lattice of about as many points meets, and take what may be drawn. */
static s2rgf_status take_lattice(drawing *d, uint64_t wanted, s2rgf_error *err)
{
    const s2_grid *grid = &d->strata.map.grid;
    const uint64_t pixels = d->allotted[0].pixels;
    s2_lattice lattice;
    s2_random random;
    s2_random_init(&random, d->options->seed, STREAM_OF_LATTICE);
    s2_lattice_init(&lattice, grid->width, grid->height, pixels, wanted, &random);
    int *values = s2_alloc((size_t)grid->width, sizeof *values);
    s2rgf_status status = values ? S2RGF_OK : s2_fail_memory(err, "sample");
    const uint64_t nodes = s2_lattice_most(&lattice, grid->width, grid->height);
    if (status == S2RGF_OK)
        status = reserve_points(d, nodes < pixels ? nodes : pixels, err);
    s2_exclusion_rewind(&d->exclusion);
    for (int row = 0, y; status == S2RGF_OK && (y = s2_lattice_row(&lattice, row)) < grid->height;
         row++) {
        status = s2_strata_read_row(&d->strata, y, values, err);
        if (status == S2RGF_OK && d->excludes)
            s2_exclusion_apply(&d->exclusion, y, values);
        for (int column = 0, x;
             status == S2RGF_OK && (x = s2_lattice_column(&lattice, column)) < grid->width;
             column++)
            if (values[x] >= 0)
                d->points[d->point_count++] =
                    (sample_point){.x = x,
                                   .y = y,
                                   .stratum = d->list[0].code,
                                   .stratum_size = d->list[0].size,
                                   .probability = s2_lattice_probability(&lattice)};
    }
    s2_free(values);
    if (status == S2RGF_OK && d->point_count == 0)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: the lattice of the sample meets no pixel with a class: expected more "
                       "points, or another seed",
                       d->options->map_path);
    if (status == S2RGF_OK)
        s2_log(
            d->host, S2RGF_INFO,
            "%zu %s, every %.6g pixels along rows and every %.6g along columns; %llu %s asked for",
            d->point_count, s2_plural(d->point_count, "point", "points"), lattice.step_x,
            lattice.step_y, (unsigned long long)wanted, s2_plural(wanted, "was", "were"));
    return status;
}

/** Random order, so that whoever labels only the first points still has a random sample. */
static void shuffle_points(drawing *d)
{
    s2_random random;
    s2_random_init(&random, d->options->seed, STREAM_OF_ORDER);
    for (size_t i = d->point_count; i > 1; i--) {
        const size_t other = (size_t)s2_random_below(&random, i);
        const sample_point last = d->points[i - 1];
        d->points[i - 1] = d->points[other];
        d->points[other] = last;
    }
}

/** Look up what the points are mapped as. */
static s2rgf_status look_up_classes(drawing *d, s2rgf_error *err)
{
    const s2_class_table *classes = &d->strata.map.classes;
    s2_class_band *band = &d->strata.map.band;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < d->point_count && status == S2RGF_OK; i++) {
        sample_point *point = &d->points[i];
        const double *pixel = NULL;
        status = s2_class_band_read(band, (s2_rect){point->x, point->y, 1, 1}, &pixel, err);
        const int class = status == S2RGF_OK
                              ? s2_class_table_find_value(classes, s2_class_band_peek(band, *pixel))
                              : -1;
        if (class >= 0)
            point->map_class = classes->items[class].name;
        else if (status == S2RGF_OK)
            status = s2_fail(err, S2RGF_IO,
                             "%s: changed while it was read: pixel %d, %d has no class now",
                             d->options->map_path, point->x, point->y);
    }
    return status;
}

/** Tell how much of the map the sample cannot speak of. */
static void tell_excluded(const drawing *d, uint64_t drawable)
{
    const uint64_t pixels = d->strata.total;
    const double share = (double)(pixels - drawable) / (double)pixels;
    if (drawable == pixels) {
        s2_log(d->host, S2RGF_WARNING, "%s: nothing is excluded: no pixel with a class lies there",
               d->options->exclude.path);
        return;
    }
    s2_log(d->host, share > MUCH ? S2RGF_WARNING : S2RGF_INFO,
           "%s: %llu %s excluded, %.2g %% of the map: estimates assume that the map is as "
           "good there as elsewhere",
           d->options->exclude.path, (unsigned long long)(pixels - drawable),
           s2_plural(pixels - drawable, "pixel is", "pixels are"), 100.0 * share);
}

/** Decide how many points, and draw them. */
static s2rgf_status draw_points(drawing *d, s2rgf_error *err)
{
    const s2rgf_sample_options *options = d->options;
    uint64_t wanted = (uint64_t)options->points;
    s2rgf_status status = list_strata(d, err);
    uint64_t drawable = 0;
    for (int h = 0; h < d->count && status == S2RGF_OK; h++)
        drawable += d->allotted[h].pixels;
    if (status == S2RGF_OK && drawable == 0)
        status = s2_fail(err, S2RGF_MISMATCH, "%s: every pixel is excluded by %s",
                         options->map_path, options->exclude.path);
    if (status == S2RGF_OK && d->excludes)
        tell_excluded(d, drawable);
    if (status == S2RGF_OK)
        status = expect_deviations(d, err);
    if (status != S2RGF_OK)
        return status;
    if (options->target_se > 0.0) {
        wanted = s2_points_for(options->target_se, d->allotted, d->count);
        if (wanted == 0)
            return s2_fail(
                err, S2RGF_INVALID_ARGUMENT,
                "expected accuracy: 0 or 1 in every stratum leaves no error to estimate: "
                "expected a number between them for a standard error to reach");
        s2_log(d->host, S2RGF_INFO, "%llu %s for a standard error of %g of the overall accuracy%s",
               (unsigned long long)wanted, s2_plural(wanted, "point", "points"), options->target_se,
               !options->accuracies ? ", if every class is right in 80 % of its pixels" : "");
    }
    if (options->blind && d->design == STRATIFIED && !d->strata.has_own)
        hide_strata(d);
    if (d->design == SYSTEMATIC) {
        status = take_lattice(d, wanted, err);
    } else {
        s2_allocate(d->allocation, wanted, (uint64_t)options->least, d->allotted, d->count);
        tell_allocation(d, wanted);
        status = take_points(d, err);
    }
    if (status == S2RGF_OK)
        shuffle_points(d);
    return status == S2RGF_OK && !options->blind ? look_up_classes(d, err) : status;
}

/* ---- all -------------------------------------------------------------------------------------- */

/** Refuse to write over an input, a part of one, or what belongs to another data set. */
static s2rgf_status guard_output(const drawing *d, s2rgf_error *err)
{
    const s2rgf_sample_options *options = d->options;
    const char *const paths[] = {options->map_path, options->strata_path, options->exclude.path};
    const s2_guarded_inputs inputs = {.paths = paths, .count = sizeof paths / sizeof paths[0]};
    s2_output_guard guard = {0};
    s2rgf_status status =
        s2_output_guard_add_map(&guard, options->output_path, d->layer.suffixes, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_check(&guard, &inputs, options->overwrite, err);
    s2_output_guard_clear(&guard);
    return status;
}

/** Choose the fields of the points. */
static void choose_fields(drawing *d)
{
    for (size_t f = 0; f < FIELD_COUNT; f++)
        if (!d->options->blind || f != FIELD_COUNT - 2)
            d->fields[d->field_count++] = FIELDS[f];
}

/** Open what is read and try what will be written. */
static s2rgf_status prepare_sample(drawing *d, s2rgf_error *err)
{
    const s2rgf_sample_options *options = d->options;
    s2rgf_status status = s2_strata_open(options->map_path, options->assigned_srs,
                                         options->strata_path, d->host, &d->strata, err);
    choose_fields(d);
    if (status == S2RGF_OK)
        status = s2_point_layer_prepare(
            &(s2_map_target){.path = options->output_path, .overwrite = options->overwrite},
            options->format, &d->strata.map.grid, d->fields, d->field_count, &d->layer, err);
    if (status == S2RGF_OK)
        status = guard_output(d, err);
    d->excludes = options->exclude.path != NULL;
    if (status == S2RGF_OK && d->excludes)
        status = s2_exclusion_read(&options->exclude, options->exclude_m, &d->strata.map.grid,
                                   d->host, &d->exclusion, err);
    d->reservoirs = s2_calloc(VALUES, sizeof(s2_reservoir *));
    d->drawable = s2_calloc(VALUES, sizeof *d->drawable);
    if (status == S2RGF_OK && (!d->reservoirs || !d->drawable))
        status = s2_fail_memory(err, "sample");
    return status;
}

static s2rgf_status write_points(drawing *d, s2rgf_error *err)
{
    s2_point *points = s2_alloc(d->point_count, sizeof *points);
    s2_point_value *values = s2_alloc(d->point_count * FIELD_COUNT, sizeof *values);
    s2rgf_status status = points && values ? S2RGF_OK : s2_fail_memory(err, "sample");
    for (size_t i = 0; i < d->point_count && status == S2RGF_OK; i++) {
        const sample_point *from = &d->points[i];
        s2_point_value *of = values + i * FIELD_COUNT;
        points[i] = (s2_point){from->x, from->y, of};
        *of++ = (s2_point_value){.integer = from->stratum};
        *of++ = (s2_point_value){.count = from->stratum_size};
        *of++ = (s2_point_value){.real = from->probability};
        if (!d->options->blind)
            *of++ = (s2_point_value){.text = from->map_class};
        *of = (s2_point_value){.text = NULL};
    }
    if (status == S2RGF_OK)
        status = s2_point_layer_write(&d->layer, points, d->point_count, err);
    s2_free(points);
    s2_free(values);
    return status;
}

static void clear_drawing(drawing *d)
{
    for (int value = 0; d->reservoirs && value < VALUES; value++)
        if (d->reservoirs[value]) {
            s2_reservoir_clear(d->reservoirs[value]);
            s2_free(d->reservoirs[value]);
        }
    S2_FREE_EACH(d->reservoirs, d->drawable, d->list, d->allotted, d->points);
    s2_exclusion_clear(&d->exclusion);
    s2_point_layer_close(&d->layer);
    s2_strata_close(&d->strata);
}

s2rgf_status s2rgf_sample(const s2rgf_sample_options *options, const s2rgf_host *host,
                          s2rgf_error *err)
{
    s2rgf_sample_options own = DEFAULTS;
    drawing d = {.options = &own, .host = host, .layer.files.work.lock = -1};
    s2_error_clear(err);
    s2rgf_status status = s2_options_take(&own, sizeof own, options, err);
    if (status == S2RGF_OK)
        status = check_sample_options(&d, err);
    if (status == S2RGF_OK)
        status = prepare_sample(&d, err);
    if (status == S2RGF_OK)
        status = s2_strata_read(&d.strata, host, visit_row, &d, err);
    if (status == S2RGF_OK)
        status = draw_points(&d, err);
    if (status == S2RGF_OK)
        s2_class_band_report(&d.strata.map.band, host);
    if (status == S2RGF_OK)
        status = write_points(&d, err);
    if (status == S2RGF_OK)
        s2_log(host, S2RGF_INFO, "%s: %zu %s", own.output_path, d.point_count,
               s2_plural(d.point_count, "point", "points"));
    clear_drawing(&d);
    return status;
}
