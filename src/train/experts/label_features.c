/* What a linear expert sees of labelled pixels. */
#include "train/experts/label_features.h"

#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "nn/layers/resample.h"
#include "train/experts/window_part.h"

#define TILE_PX 64 /* side of what is read at once, in reference pixels */

/* Pixels of a source around the labels of a tile. */
typedef struct source_part {
    s2_rect rect;
    size_t capacity; /* pixels */
    float *pixels;   /* [h][w][bands] */
    uint8_t *valid;
    float *values; /* [h][w][components]; NULL where no windows are wanted */
} source_part;

typedef struct feature_reader {
    const s2_training_set *set;
    s2_label_role role;
    int scene;                       /* at hand */
    const s2_components *components; /* NULL: bands are wanted, not windows */
    s2_run_geometry geometry;
    source_part parts[S2RGF_MAX_SOURCES];
    float *features; /* of one label */
    size_t *order;   /* [labels] those of a row of tiles, tile by tile */
    size_t *ends;    /* [tiles of a row] */
} feature_reader;

static s2_sampling sampling_of(const feature_reader *reader, int source)
{
    const s2_run_geometry *geometry = &reader->geometry;
    return (s2_sampling){geometry->ref_to_source[source], 1.0, geometry->source_width[source],
                         geometry->source_height[source]};
}

static s2_window_part windows_of(const feature_reader *reader, int source)
{
    const source_part *part = &reader->parts[source];
    const int bands = reader->set->content->sources[source].band_count;
    return (s2_window_part){part->rect, s2_expert_components(bands), part->values, part->valid};
}

static s2rgf_status read_source(feature_reader *reader, int source, s2_rect box, s2rgf_error *err)
{
    const s2_training_set *set = reader->set;
    source_part *part = &reader->parts[source];
    const s2_sampling sampling = sampling_of(reader, source);
    part->rect =
        set->content->sources[source].on_reference ? box : s2_sampling_bounds(&sampling, box);
    if (reader->components)
        part->rect =
            s2_rect_intersect(s2_rect_grow(box, S2_EXPERT_REACH),
                              (s2_rect){0, 0, reader->geometry.width, reader->geometry.height});
    const size_t pixels = (size_t)part->rect.w * (size_t)part->rect.h;
    if (pixels > part->capacity) {
        const int bands = set->content->sources[source].band_count;
        S2_FREE_EACH(part->pixels, part->valid, part->values);
        part->pixels = s2_alloc(pixels * (size_t)bands, sizeof(float));
        part->valid = s2_alloc(pixels, 1);
        part->values = s2_alloc(pixels * (size_t)s2_expert_components(bands), sizeof(float));
        part->capacity = part->pixels && part->valid && part->values ? pixels : 0;
        if (part->capacity == 0)
            return s2_fail_memory(err, "expert");
    }
    const s2rgf_status status = s2_training_scenes_read(set->scenes, reader->scene, source,
                                                        part->rect, part->pixels, part->valid, err);
    const s2_window_part windows = windows_of(reader, source);
    if (status == S2RGF_OK && reader->components)
        s2_window_part_fill(&windows, part->pixels, set->content->sources[source].band_count,
                            reader->components->matrix[source]);
    return status;
}

/* One source's bands at a reference pixel; features out [bands] */
static void sample_source(const feature_reader *reader, int source, const s2_label_pixel *label,
                          float *features)
{
    const source_part *part = &reader->parts[source];
    const size_t bands = (size_t)reader->set->content->sources[source].band_count;
    const s2_sampling sampling = sampling_of(reader, source);
    s2_tap tap = {label->x, label->y, label->x, label->y, 0.0f, 0.0f};
    if (!reader->set->content->sources[source].on_reference)
        tap = s2_sampling_tap(&sampling, label->x, label->y);
    const int columns[2] = {tap.x0 - part->rect.x, tap.x1 - part->rect.x};
    const int rows[2] = {tap.y0 - part->rect.y, tap.y1 - part->rect.y};
    const float across[2] = {1.0f - tap.fx, tap.fx};
    const float down[2] = {1.0f - tap.fy, tap.fy};
    memset(features, 0, bands * sizeof(float));
    for (int i = 0; i < 4; i++) {
        const float weight = down[i / 2] * across[i % 2];
        const float *pixel =
            part->pixels +
            ((size_t)rows[i / 2] * (size_t)part->rect.w + (size_t)columns[i % 2]) * bands;
        for (size_t b = 0; b < bands; b++)
            features[b] += weight * pixel[b];
    }
}

/* Whether a source has a part in the features that are wanted. */
static bool is_wanted(const s2_training_set *set, const s2_components *components, int source)
{
    return !components || set->content->sources[source].on_reference;
}

static int source_features(const s2_training_set *set, const s2_components *components, int source)
{
    const int bands = set->content->sources[source].band_count;
    return !components ? bands : s2_window_feature_floats(s2_expert_components(bands));
}

int s2_label_feature_count(const s2_training_set *set, const s2_components *components)
{
    int count = 0;
    for (int s = 0; s < set->content->source_count; s++)
        count += is_wanted(set, components, s) ? source_features(set, components, s) : 0;
    return count;
}

/* The labels of one tile: read around them, and hand them over one by one. */
static s2rgf_status take_tile(feature_reader *reader, const size_t *labels, size_t count,
                              const s2_wanted_features *wanted, s2rgf_error *err)
{
    const s2_training_set *set = reader->set;
    const s2_label_pixel *pixels = set->labels->pixels;
    s2_rect box = {pixels[labels[0]].x, pixels[labels[0]].y, 1, 1};
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 1; i < count; i++) {
        const s2_label_pixel *pixel = &pixels[labels[i]];
        const int right = pixel->x >= box.x + box.w ? pixel->x + 1 : box.x + box.w;
        box.x = pixel->x < box.x ? pixel->x : box.x;
        box.w = right - box.x;
        box.h = pixel->y + 1 - box.y; /* labels come in order of y */
    }
    for (int s = 0; s < set->content->source_count && status == S2RGF_OK; s++)
        if (is_wanted(set, reader->components, s))
            status = read_source(reader, s, box, err);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        float *features = reader->features;
        for (int s = 0; s < set->content->source_count; s++) {
            if (!is_wanted(set, reader->components, s))
                continue;
            const s2_label_pixel *pixel = &pixels[labels[i]];
            const s2_window_part windows = windows_of(reader, s);
            if (reader->components)
                s2_window_part_see(&windows, pixel->x, pixel->y, features);
            else
                sample_source(reader, s, pixel, features);
            features += source_features(set, reader->components, s);
        }
        status = wanted->take(wanted->context, labels[i], reader->features, err);
    }
    return status;
}

/* Labels first..end of the role, which lie in one row of tiles, tile by tile into order; ends
   out. */
static void sort_row(feature_reader *reader, size_t first, size_t end, size_t tiles)
{
    const s2_training_set *set = reader->set;
    size_t before = 0;
    memset(reader->ends, 0, tiles * sizeof *reader->ends);
    for (size_t i = first; i < end; i++)
        reader->ends[set->labels->pixels[i].x / TILE_PX] += set->role[i] == reader->role;
    for (size_t t = 0; t < tiles; t++) {
        const size_t count = reader->ends[t];
        reader->ends[t] = before; /* where it begins, until it is filled */
        before += count;
    }
    for (size_t i = first; i < end; i++)
        if (set->role[i] == reader->role)
            reader->order[reader->ends[set->labels->pixels[i].x / TILE_PX]++] = i;
}

/* The labels of the scene at hand. */
static s2rgf_status read_scene(feature_reader *reader, const s2_wanted_features *wanted,
                               const s2rgf_host *host, s2rgf_error *err)
{
    const s2_label_set *labels = reader->set->labels;
    const s2_training_scene *scene = &reader->set->scenes->items[reader->scene];
    const size_t tiles = (size_t)((reader->geometry.width - 1) / TILE_PX + 1);
    s2rgf_status status = S2RGF_OK;
    reader->components = wanted->components;
    for (size_t first = scene->first, end; first < scene->end && status == S2RGF_OK; first = end) {
        const int below = (labels->pixels[first].y / TILE_PX + 1) * TILE_PX;
        for (end = first; end < scene->end && labels->pixels[end].y < below;)
            end++;
        sort_row(reader, first, end, tiles);
        for (size_t t = 0, from = 0; t < tiles && status == S2RGF_OK; from = reader->ends[t++])
            if (reader->ends[t] > from)
                status =
                    take_tile(reader, reader->order + from, reader->ends[t] - from, wanted, err);
        if (status == S2RGF_OK && !s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    return status;
}

s2rgf_status s2_label_features(const s2_training_set *set, s2_label_role role,
                               const s2_wanted_features *wanted, int count, const s2rgf_host *host,
                               s2rgf_error *err)
{
    feature_reader reader = {.set = set, .role = role};
    const s2_training_scenes *scenes = set->scenes;
    int widest = 1, most = 1;
    for (int i = 0; i < count; i++) {
        const int features = s2_label_feature_count(set, wanted[i].components);
        most = features > most ? features : most;
    }
    for (int i = 0; i < scenes->count; i++)
        widest =
            scenes->items[i].geometry.width > widest ? scenes->items[i].geometry.width : widest;
    reader.features = s2_alloc((size_t)most, sizeof(float));
    reader.order = s2_alloc(set->labels->count, sizeof *reader.order);
    reader.ends = s2_alloc((size_t)((widest - 1) / TILE_PX + 1), sizeof *reader.ends);
    s2rgf_status status =
        reader.features && reader.order && reader.ends ? S2RGF_OK : s2_fail_memory(err, "expert");
    for (; reader.scene < scenes->count && status == S2RGF_OK; reader.scene++) {
        reader.geometry = scenes->items[reader.scene].geometry;
        for (int i = 0; i < count && status == S2RGF_OK; i++)
            status = read_scene(&reader, &wanted[i], host, err);
    }
    for (int s = 0; s < set->content->source_count; s++)
        S2_FREE_EACH(reader.parts[s].pixels, reader.parts[s].valid, reader.parts[s].values);
    S2_FREE_EACH(reader.features, reader.order, reader.ends);
    return status;
}
