/* Mean and standard deviation of every band, over all scenes of a training. */
#include <math.h>

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

/* Running moments of one source's bands. */
typedef struct band_sums {
    double *sum, *square, *shift; /* [bands] */
    double count;
    s2_value_record record;
} band_sums;

static void add_strip(const float *pixels, const uint8_t *valid, size_t count, int bands,
                      band_sums *sums)
{
    for (size_t p = 0; p < count; p++) {
        if (!valid[p])
            continue;
        sums->count += 1.0;
        for (int b = 0; b < bands; b++) {
            const double centred = (double)pixels[p * (size_t)bands + (size_t)b] - sums->shift[b];
            sums->sum[b] += centred;
            sums->square[b] += centred * centred;
        }
    }
}

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
        if (status == S2RGF_OK && sums->count == 0.0)
            find_shift(pixels, valid, count, bands, sums->shift);
        if (status == S2RGF_OK) {
            add_strip(pixels, valid, count, bands, sums);
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
    sums->sum = s2_calloc(bands, sizeof(double));
    sums->square = s2_calloc(bands, sizeof(double));
    sums->shift = s2_calloc(bands, sizeof(double));
    if (!sums->sum || !sums->square || !sums->shift)
        return s2_fail_memory(err, "normalisation");
    return s2_value_record_init(&sums->record, (int)bands, pixels, err);
}

/* From the sums to the model; the source stands for those of all scenes in messages. */
static s2rgf_status settle(const band_sums *sums, const s2_source *source, const s2rgf_host *host,
                           s2_model_source *model, s2rgf_error *err)
{
    if (sums->count == 0.0)
        return s2_fail(err, S2RGF_FORMAT, "%s: no valid pixel", s2_source_label(source));
    for (int b = 0; b < model->band_count; b++) {
        const double offset = sums->sum[b] / sums->count;
        const double variance = sums->square[b] / sums->count - offset * offset;
        model->bands[b].mean = sums->shift[b] + offset;
        /* a constant band carries nothing: any positive divisor keeps it at zero */
        model->bands[b].std = variance > 0.0 ? sqrt(variance) : 1.0;
    }
    return s2_values_check(&sums->record, source, host, model, err);
}

s2rgf_status s2_training_normalisation(s2_training_scenes *scenes, uint64_t seed,
                                       const s2rgf_host *host, s2_model_content *content,
                                       s2rgf_error *err)
{
    band_sums sums[S2RGF_MAX_SOURCES] = {0};
    s2_scene *scene = NULL;
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < content->source_count && status == S2RGF_OK; s++)
        status = start_sums(scenes, s, &sums[s], err);
    for (int i = 0; i < scenes->count && status == S2RGF_OK; i++) {
        status = s2_training_scenes_open(scenes, i, &scene, err);
        for (int s = 0; s < content->source_count && status == S2RGF_OK; s++) {
            const s2_run_geometry *geometry = &scenes->items[i].geometry;
            strips plan = plan_strips(geometry->source_width[s], geometry->source_height[s],
                                      most_of(scenes), seed, i);
            status = add_source(scene->sources[s].source, &plan, host, &sums[s], err);
        }
    }
    if (status == S2RGF_OK)
        status = s2_training_scenes_open(scenes, 0, &scene, err);
    for (int s = 0; s < content->source_count; s++) {
        if (status == S2RGF_OK)
            status = settle(&sums[s], scene->sources[s].source, host, &content->sources[s], err);
        S2_FREE_EACH(sums[s].sum, sums[s].square, sums[s].shift);
        s2_value_record_clear(&sums[s].record);
    }
    return status;
}
