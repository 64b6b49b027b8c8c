/* Mean and standard deviation of every band, over all scenes of a training. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/random.h"
#include "scene/value_check.h"
#include "train/set/training_set.h"

#define STRIP_PIXELS (1 << 18)                 /* read at once */
#define MOST_PIXELS ((uint64_t)1 << 26)        /* of a source, of several scenes together */
#define LEAST_SCENE_PIXELS ((uint64_t)1 << 16) /* of each of these, if it has so many */
#define STREAM_STRIPS 0x57a1
#define UNIT_BANDS 3      /* fewer may be brighter alike by chance */
#define UNIT_EVENNESS 0.6 /* least beside greatest factor of the bands: all have one */
#define UNIT_EVEN 8.0     /* such a factor, up or down, is another unit */
#define UNIT_UNEVEN 50.0  /* no landscape is brighter than another by that in nearly all bands */
/* What Sentinel-2's values have added to them since processing baseline 04.00: all bands alike. */
#define OFFSET 1000.0
#define OFFSET_SLACK 200.0
#define DARK_OF 100 /* pixels, one of which is darker than what scenes are compared by */

/* Sums over the pixels of one source, of values above a shift. */
typedef struct moments {
    double *sum, *square; /* [bands] */
    double *dark;         /* [bands] that all but a few values are above; NaN: too few tell */
    double count;
} moments;

/* Scenes that differ from the first in one way. */
typedef struct odd_scenes {
    const char *name; /* of the first of them */
    double by;        /* how it differs */
    int count;
} odd_scenes;

/* What is known of one source. */
typedef struct band_sums {
    int bands;
    double *numbers;         /* all arrays */
    double *shift;           /* [bands] */
    double *ratios[2];       /* tmp [bands] */
    moments all, first, own; /* of all scenes, of the first with data, of the one at hand */
    const char *first_name;  /* of that scene */
    odd_scenes scaled, shifted;
    s2_value_record record;
    size_t seen;    /* kept pixels of the scenes before the one at hand */
    double *column; /* tmp [kept pixels] */
} band_sums;

static void add_strip(const float *pixels, const uint8_t *valid, size_t count, band_sums *sums)
{
    moments *own = &sums->own;
    for (size_t p = 0; p < count; p++) {
        if (!valid[p])
            continue;
        own->count += 1.0;
        for (int b = 0; b < sums->bands; b++) {
            const double centred =
                (double)pixels[p * (size_t)sums->bands + (size_t)b] - sums->shift[b];
            own->sum[b] += centred;
            own->square[b] += centred * centred;
        }
    }
}

static double mean_of(const band_sums *sums, const moments *of, int b)
{
    return sums->shift[b] + of->sum[b] / of->count;
}

static double variance_of(const moments *of, int b)
{
    const double offset = of->sum[b] / of->count;
    return of->square[b] / of->count - offset * offset;
}

/* ---- units ---------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The factor between two units; 1: it may be two landscapes. Sorts the ratios; a few may be noise. */
static double factor_of(double *ratios, int count)
{
    qsort(ratios, (size_t)count, sizeof *ratios, ascending);
    const double low = ratios[count / 10], high = ratios[count - 1 - count / 10];
    const double least = low >= UNIT_EVENNESS * high ? UNIT_EVEN : UNIT_UNEVEN;
    return low >= least || high <= 1.0 / least ? ratios[count / 2] : 1.0;
}

/* How many times those of the first scene the values of the one at hand are: means and deviations
   are so. */
static double compare_units(const band_sums *sums)
{
    int count = 0;
    for (int b = 0; b < sums->bands; b++) {
        const double mean = mean_of(sums, &sums->own, b) / mean_of(sums, &sums->first, b);
        const double square = variance_of(&sums->own, b) / variance_of(&sums->first, b);
        if (!(mean > 0.0 && isfinite(mean) && square > 0.0 && isfinite(square)))
            continue;
        sums->ratios[0][count] = mean;
        sums->ratios[1][count++] = sqrt(square);
    }
    if (count < UNIT_BANDS)
        return 1.0;
    const double factor = factor_of(sums->ratios[0], count);
    const double spread = factor_of(sums->ratios[1], count);
    return (factor > 1.0 && spread > 1.0) || (factor < 1.0 && spread < 1.0) ? factor : 1.0;
}

/* What all but the darkest kept pixels of the scene at hand are above. */
static void find_dark(band_sums *sums)
{
    const s2_value_record *record = &sums->record;
    const size_t count = record->count - sums->seen, bands = (size_t)sums->bands;
    for (size_t b = 0; b < bands; b++) {
        for (size_t i = 0; i < count; i++)
            sums->column[i] = (double)record->kept[(sums->seen + i) * bands + b];
        qsort(sums->column, count, sizeof *sums->column, ascending);
        sums->own.dark[b] = count >= DARK_OF ? sums->column[count / DARK_OF] : (double)NAN;
    }
    sums->seen = record->count;
}

/* The offset of the scene at hand from the first, where all bands have it; else 0. */
static double compare_offsets(const band_sums *sums)
{
    const double sign = sums->own.dark[0] < sums->first.dark[0] ? -1.0 : 1.0;
    for (int b = 0; b < sums->bands; b++)
        if (!(fabs(sums->own.dark[b] - sums->first.dark[b] - sign * OFFSET) <= OFFSET_SLACK))
            return 0.0;
    return sums->bands < UNIT_BANDS ? 0.0 : sign * OFFSET;
}

static void note_odd(odd_scenes *odd, const char *name, double by)
{
    if (odd->count++ > 0)
        return;
    odd->name = name;
    odd->by = by;
}

/* The beginning of a line about them; NULL: there are none. Memory: s2_free(). */
static char *name_odd(const s2_source *source, const odd_scenes *odd)
{
    const char *name = s2_source_name(source);
    if (odd->count == 1)
        return s2_asprintf("source %s: the values of scene %s", name, odd->name);
    return odd->count > 0 ? s2_asprintf("source %s: the values of %d scenes, such as %s,", name,
                                        odd->count, odd->name)
                          : NULL;
}

static void tell_units(const band_sums *sums, const s2_source *source, const s2rgf_host *host)
{
    const odd_scenes *scaled = &sums->scaled, *shifted = &sums->shifted;
    char *scale = name_odd(source, scaled), *shift = name_odd(source, shifted);
    if (scale)
        s2_log(
            host, S2RGF_WARNING,
            "%s are some %.2g times those of scene %s: if the unit differs, \"gdal_translate -of "
            "VRT -a_scale ...\" states what to apply",
            scale, scaled->by, sums->first_name);
    if (shift)
        s2_log(
            host, S2RGF_WARNING,
            "%s lie some %g %s those of scene %s in all bands, as Sentinel-2's do since baseline "
            "04.00: if the offset was not applied, \"gdal_translate -of VRT -a_offset -%g\" "
            "states it for the higher ones",
            shift, fabs(shifted->by), shifted->by > 0.0 ? "above" : "below", sums->first_name,
            OFFSET);
    s2_free(scale);
    s2_free(shift);
}

/* Go from one scene to the next. */
static void end_scene(band_sums *sums, const char *name)
{
    const size_t bytes = (size_t)sums->bands * sizeof(double);
    moments *all = &sums->all, *own = &sums->own, *first = &sums->first;
    find_dark(sums);
    if (own->count > 0.0 && first->count == 0.0) {
        memcpy(first->sum, own->sum, bytes);
        memcpy(first->square, own->square, bytes);
        memcpy(first->dark, own->dark, bytes);
        first->count = own->count;
        sums->first_name = name;
    } else if (own->count > 0.0) {
        const double factor = compare_units(sums), offset = compare_offsets(sums);
        if (factor != 1.0)
            note_odd(&sums->scaled, name, factor);
        else if (offset != 0.0)
            note_odd(&sums->shifted, name, offset);
    }
    for (int b = 0; b < sums->bands; b++) {
        all->sum[b] += own->sum[b];
        all->square[b] += own->square[b];
    }
    all->count += own->count;
    memset(own->sum, 0, bytes);
    memset(own->square, 0, bytes);
    own->count = 0.0;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The first valid pixel shifts all sums: variance by sums of squares would otherwise cancel. */
static void find_shift(const float *pixels, const uint8_t *valid, size_t count, int bands,
                       double *shift)
{
    for (size_t p = 0; p < count; p++)
        if (valid[p]) {
            for (int b = 0; b < bands; b++)
                shift[b] = (double)pixels[p * (size_t)bands + (size_t)b];
            return;
        }
}

/* Which strips of a source's grid are read: all, or some drawn from them. */
typedef struct strips {
    int width, height, rows; /* of the grid, and of a strip */
    uint64_t left, wanted;   /* strips still to come, and to be read of these */
    s2_random random;
} strips;

/* most in  pixels to read; 0: all */
static strips plan_strips(int width, int height, uint64_t most, uint64_t seed, int scene)
{
    const int fit = STRIP_PIXELS / width;
    strips plan = {.width = width, .height = height};
    plan.rows = fit < 1 ? 1 : fit > height ? height : fit;
    if (most > 0 && (uint64_t)plan.rows * (uint64_t)width > most / 4)
        plan.rows = most / 4 < (uint64_t)width ? 1 : (int)(most / 4 / (uint64_t)width);
    const uint64_t strip = (uint64_t)plan.rows * (uint64_t)width;
    plan.left = (uint64_t)((height - 1) / plan.rows + 1);
    plan.wanted = most == 0 || most / strip >= plan.left ? plan.left
                  : most > strip                         ? most / strip
                                                         : 1;
    s2_random_init(&plan.random, seed, STREAM_STRIPS + (uint64_t)scene);
    return plan;
}

static bool takes_strip(strips *plan)
{
    if (plan->wanted < plan->left && s2_random_below(&plan->random, plan->left) >= plan->wanted) {
        plan->left--;
        return false;
    }
    plan->left--;
    plan->wanted--;
    return true;
}

static s2rgf_status add_source(s2_source *source, strips *plan, const s2rgf_host *host,
                               band_sums *sums, s2rgf_error *err)
{
    const int bands = s2_source_band_count(source);
    const size_t capacity = (size_t)plan->rows * (size_t)plan->width;
    float *pixels = s2_alloc(capacity * (size_t)bands, sizeof(float));
    uint8_t *valid = s2_alloc(capacity, 1);
    s2rgf_status status = pixels && valid ? S2RGF_OK : s2_fail_memory(err, "normalisation");
    for (int y = 0; y < plan->height && status == S2RGF_OK; y += plan->rows) {
        const int rows = y + plan->rows > plan->height ? plan->height - y : plan->rows;
        const size_t count = (size_t)plan->width * (size_t)rows;
        if (!takes_strip(plan))
            continue;
        status = s2_source_read(source, (s2_rect){0, y, plan->width, rows}, pixels, valid, err);
        if (status == S2RGF_OK && sums->all.count + sums->own.count == 0.0)
            find_shift(pixels, valid, count, bands, sums->shift);
        if (status == S2RGF_OK) {
            add_strip(pixels, valid, count, sums);
            s2_value_record_add(&sums->record, pixels, valid, count);
        }
        if (status == S2RGF_OK && !s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    S2_FREE_EACH(pixels, valid);
    return status;
}

/* Pixels of a scene's source that are read; 0: all, as of a scene alone. */
static uint64_t most_of(const s2_training_scenes *scenes)
{
    const uint64_t share = MOST_PIXELS / (uint64_t)scenes->count;
    return scenes->count == 1 ? 0 : share > LEAST_SCENE_PIXELS ? share : LEAST_SCENE_PIXELS;
}

static s2rgf_status start_sums(const s2_training_scenes *scenes, int source, band_sums *sums,
                               s2rgf_error *err)
{
    const size_t bands = (size_t)scenes->content->sources[source].band_count;
    uint64_t pixels = 0;
    for (int i = 0; i < scenes->count; i++) {
        const s2_run_geometry *geometry = &scenes->items[i].geometry;
        const strips plan = plan_strips(geometry->source_width[source],
                                        geometry->source_height[source], most_of(scenes), 0, i);
        const uint64_t all = (uint64_t)plan.width * (uint64_t)plan.height;
        const uint64_t read = plan.wanted * (uint64_t)plan.rows * (uint64_t)plan.width;
        pixels += read < all ? read : all;
    }
    double *numbers = sums->numbers = s2_calloc(12 * bands, sizeof *numbers);
    if (!numbers)
        return s2_fail_memory(err, "normalisation");
    sums->bands = (int)bands;
    sums->shift = numbers;
    for (int k = 0; k < 2; k++)
        sums->ratios[k] = numbers += bands;
    for (int k = 0; k < 3; k++) {
        moments *one = k == 0 ? &sums->all : k == 1 ? &sums->first : &sums->own;
        one->sum = numbers += bands;
        one->square = numbers += bands;
        one->dark = numbers += bands;
    }
    const s2rgf_status status = s2_value_record_init(&sums->record, (int)bands, pixels, err);
    sums->column = s2_alloc(sums->record.room, sizeof *sums->column);
    return status != S2RGF_OK || sums->column ? status : s2_fail_memory(err, "normalisation");
}

/* From the sums to the model. source in  that of the first scene */
static s2rgf_status settle(const band_sums *sums, const s2_source *source, const s2rgf_host *host,
                           s2_model_source *model, s2rgf_error *err)
{
    if (sums->all.count == 0.0)
        return s2_fail(err, S2RGF_FORMAT, "source %s (%s): no valid pixel", s2_source_name(source),
                       s2_source_label(source));
    tell_units(sums, source, host);
    for (int b = 0; b < model->band_count; b++) {
        const double variance = variance_of(&sums->all, b);
        model->bands[b].mean = mean_of(sums, &sums->all, b);
        /* a constant band carries nothing: this keeps it near zero in brighter crops, too */
        model->bands[b].std =
            variance > 0.0 ? sqrt(variance) : fmax(fabs(model->bands[b].mean), 1.0);
    }
    return s2_values_check(&sums->record, source, host, model, err);
}

s2rgf_status s2_training_normalisation(s2_training_scenes *scenes, uint64_t seed,
                                       const s2rgf_host *host, s2_model_content *content,
                                       s2rgf_error *err)
{
    band_sums sums[S2RGF_MAX_SOURCES] = {0};
    s2_scene *scene = NULL;
    char place[32];
    s2rgf_status status = S2RGF_OK;
    snprintf(place, sizeof place, "%d scenes", scenes->count);
    for (int s = 0; s < content->source_count && status == S2RGF_OK; s++)
        status = start_sums(scenes, s, &sums[s], err);
    for (int i = 0; i < scenes->count && status == S2RGF_OK; i++) {
        status = s2_training_scenes_open(scenes, i, &scene, err);
        for (int s = 0; s < content->source_count && status == S2RGF_OK; s++) {
            const s2_run_geometry *geometry = &scenes->items[i].geometry;
            strips plan = plan_strips(geometry->source_width[s], geometry->source_height[s],
                                      most_of(scenes), seed, i);
            status = add_source(scene->sources[s].source, &plan, host, &sums[s], err);
            if (status == S2RGF_OK)
                end_scene(&sums[s], scenes->items[i].name);
        }
    }
    if (status == S2RGF_OK)
        status = s2_training_scenes_open(scenes, 0, &scene, err);
    for (int s = 0; s < content->source_count; s++) {
        sums[s].record.place = scenes->count > 1 ? place : NULL;
        if (status == S2RGF_OK)
            status = settle(&sums[s], scene->sources[s].source, host, &content->sources[s], err);
        S2_FREE_EACH(sums[s].numbers, sums[s].column);
        s2_value_record_clear(&sums[s].record);
    }
    return status;
}
