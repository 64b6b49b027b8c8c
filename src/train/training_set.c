/* Labelled pixels of a scene as a network learns from them: normalisation, crops. */
#include "train/training_set.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "scene/value_check.h"

#define STRIP_PIXELS (1 << 18) /* read at once for the normalisation */
/* native pixels around a crop: what its encoder and sampling reach */
#define RECT_MARGIN_PX 3

/* Running moments of one source's bands. */
typedef struct band_sums {
    double *sum, *square;
    double count;
} band_sums;

static void add_strip(const float *pixels, const uint8_t *valid, size_t count, int bands,
                      const double *shift, band_sums *sums)
{
    for (size_t p = 0; p < count; p++) {
        if (!valid[p])
            continue;
        sums->count += 1.0;
        for (int b = 0; b < bands; b++) {
            const double centred = (double)pixels[p * (size_t)bands + (size_t)b] - shift[b];
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

static s2rgf_status normalise_source(s2_source *source, const s2rgf_host *host,
                                     s2_model_source *model, s2rgf_error *err)
{
    const s2_grid *grid = s2_source_grid(source);
    const int bands = model->band_count;
    const int fit = STRIP_PIXELS / grid->width;
    const int rows = fit < 1 ? 1 : fit > grid->height ? grid->height : fit;
    const size_t capacity = (size_t)rows * (size_t)grid->width;
    float *pixels = s2_alloc(capacity * (size_t)bands, sizeof(float));
    uint8_t *valid = s2_alloc(capacity, 1);
    double *work = s2_calloc(3 * (size_t)bands, sizeof(double));
    band_sums sums = {work, work ? work + bands : NULL, 0.0};
    s2_value_record record = {0};
    double *shift = work ? work + 2 * bands : NULL;
    s2rgf_status status = pixels && valid && work ? S2RGF_OK : s2_fail_memory(err, "normalisation");
    if (status == S2RGF_OK)
        status = s2_value_record_init(&record, bands,
                                      (uint64_t)grid->width * (uint64_t)grid->height, err);
    for (int y = 0; y < grid->height && status == S2RGF_OK; y += rows) {
        const s2_rect rect = {0, y, grid->width, y + rows > grid->height ? grid->height - y : rows};
        const size_t count = (size_t)rect.w * (size_t)rect.h;
        status = s2_source_read(source, rect, pixels, valid, err);
        if (status == S2RGF_OK && sums.count == 0.0)
            find_shift(pixels, valid, count, bands, shift);
        if (status == S2RGF_OK)
            add_strip(pixels, valid, count, bands, shift, &sums);
        if (status == S2RGF_OK)
            s2_value_record_add(&record, pixels, valid, count);
        if (status == S2RGF_OK && !s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    if (status == S2RGF_OK && sums.count == 0.0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: no valid pixel", s2_source_label(source));
    for (int b = 0; b < bands && status == S2RGF_OK; b++) {
        const double offset = sums.sum[b] / sums.count;
        const double variance = sums.square[b] / sums.count - offset * offset;
        model->bands[b].mean = shift[b] + offset;
        /* a constant band carries nothing: any positive divisor keeps it at zero */
        model->bands[b].std = variance > 0.0 ? sqrt(variance) : 1.0;
    }
    if (status == S2RGF_OK)
        status = s2_values_check(&record, source, host, model, err);
    s2_value_record_clear(&record);
    S2_FREE_EACH(pixels, valid, work);
    return status;
}

s2rgf_status s2_training_normalisation(s2_scene *scene, const s2rgf_host *host,
                                       s2_model_content *content, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        status = normalise_source(scene->sources[s].source, host, &content->sources[s], err);
    return status;
}

/* Side of the square native rectangle that holds any crop with its margin. */
static int rect_side(const s2_affine *ref_to_source, int crop_px)
{
    const double across = fabs(ref_to_source->m[1]) + fabs(ref_to_source->m[2]);
    const double down = fabs(ref_to_source->m[4]) + fabs(ref_to_source->m[5]);
    const double extent = crop_px * (across > down ? across : down);
    return (int)ceil(extent) + 1 + 2 * RECT_MARGIN_PX;
}

s2rgf_status s2_training_set_init(s2_training_set *set, s2_scene *scene, const s2_label_set *labels,
                                  const s2_model_content *content, int crop_px, s2rgf_error *err)
{
    const int classes = labels->classes.count;
    size_t largest = 0;
    size_t most_bands = 0;
    bool ready = true;
    *set =
        (s2_training_set){.scene = scene, .labels = labels, .content = content, .crop_px = crop_px};
    for (int s = 0; s < scene->count; s++) {
        const bool aligned = scene->sources[s].on_reference;
        const int side = aligned ? crop_px : rect_side(&scene->sources[s].ref_to_source, crop_px);
        const size_t pixels = (size_t)side * (size_t)side;
        const size_t bands = (size_t)content->sources[s].band_count;
        const size_t floats = pixels * bands;
        set->rect_px[s] = side;
        largest = floats > largest ? floats : largest;
        most_bands = bands > most_bands ? bands : most_bands;
        set->valid[s] = s2_alloc(pixels, 1);
        ready = ready && set->valid[s];
    }
    set->pixels = s2_alloc(largest, sizeof(float));
    set->scale = s2_alloc(most_bands, sizeof(float));
    set->shift = s2_alloc(most_bands, sizeof(float));
    set->role = s2_calloc(labels->count, 1);
    set->by_class = s2_calloc((size_t)classes, sizeof *set->by_class);
    set->class_pixels = s2_calloc((size_t)classes, sizeof *set->class_pixels);
    ready = ready && set->pixels && set->scale && set->shift && set->role && set->by_class &&
            set->class_pixels;
    for (size_t i = 0; ready && i < labels->count; i++)
        set->class_pixels[labels->pixels[i].class_index]++;
    for (int k = 0; ready && k < classes; k++) {
        set->by_class[k] = s2_alloc(set->class_pixels[k], sizeof **set->by_class);
        ready = set->by_class[k] != NULL;
    }
    const s2rgf_status status =
        ready ? s2_network_input_open(scene, content, S2_INPUT_AT_ONCE, &set->input, err)
              : s2_fail_memory(err, "training set");
    if (status != S2RGF_OK)
        s2_training_set_clear(set);
    return status;
}

void s2_training_set_clear(s2_training_set *set)
{
    for (int k = 0; set->by_class && k < set->labels->classes.count; k++)
        s2_free(set->by_class[k]);
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        s2_free(set->valid[s]);
    s2_network_input_close(set->input);
    S2_FREE_EACH(set->by_class, set->class_pixels, set->role, set->pixels, set->scale, set->shift);
    *set = (s2_training_set){0};
}

s2_batch_shape s2_training_set_shape(const s2_training_set *set, int crops)
{
    s2_batch_shape shape = {.crops = crops, .width = set->crop_px, .height = set->crop_px};
    for (int s = 0; s < set->scene->count; s++)
        shape.source_width[s] = shape.source_height[s] = set->rect_px[s];
    return shape;
}

/* One of the eight symmetries of a square of side `side`: transpose first, then mirror. */
typedef struct symmetry {
    bool transpose, mirror_x, mirror_y;
} symmetry;

static s2_affine symmetry_affine(symmetry turn, double side)
{
    const double sx = turn.mirror_x ? -1.0 : 1.0;
    const double sy = turn.mirror_y ? -1.0 : 1.0;
    s2_affine a = {{turn.mirror_x ? side : 0.0, sx, 0.0, turn.mirror_y ? side : 0.0, 0.0, sy}};
    if (turn.transpose) {
        a.m[1] = a.m[5] = 0.0;
        a.m[2] = sx;
        a.m[4] = sy;
    }
    return a;
}

/* Where pixel (x, y) of a square of `side` pixels goes: index in the turned square. */
static size_t turned_index(symmetry turn, int side, int x, int y)
{
    const int tx = turn.transpose ? y : x;
    const int ty = turn.transpose ? x : y;
    const int column = turn.mirror_x ? side - 1 - tx : tx;
    const int row = turn.mirror_y ? side - 1 - ty : ty;
    return (size_t)row * (size_t)side + (size_t)column;
}

/* One crop: where it lies and how it is turned. */
typedef struct crop_place {
    int index; /* in the batch */
    int x, y;  /* reference pixel of its corner */
    symmetry turn;
    const s2_label_pixel *middle; /* of a centred crop, NULL otherwise */
} crop_place;

/* A source's rectangle of a crop; may reach beyond the source. */
static s2_rect crop_rect(const s2_training_set *set, int source, const crop_place *place)
{
    const s2_scene_source *from = &set->scene->sources[source];
    const s2_rect crop = {place->x, place->y, set->crop_px, set->crop_px};
    const int side = set->rect_px[source];
    if (from->on_reference)
        return (s2_rect){crop.x, crop.y, side, side};
    const s2_rect bounds = s2_affine_bounds(&from->ref_to_source, crop);
    return (s2_rect){bounds.x - RECT_MARGIN_PX, bounds.y - RECT_MARGIN_PX, side, side};
}

/* Brightness of a crop as another day, sun or sensor would have it: scale, shift out [bands], on
   normalised values.
 * With r = mean + std x the reflectance, g r is normalised again: x' = g x + (g - 1) mean / std. */
static void draw_jitter(const s2_model_source *source, double jitter, s2_random *random,
                        float *scale, float *shift)
{
    const double whole = 2.0 * jitter * s2_random_normal(random);
    for (int b = 0; b < source->band_count; b++) {
        const s2_model_band *band = &source->bands[b];
        const double gain = exp(whole + jitter * s2_random_normal(random));
        scale[b] = (float)gain;
        shift[b] = (float)((gain - 1.0) * band->mean / band->std);
    }
}

static void apply_jitter(const float *scale, const float *shift, int bands, const uint8_t *valid,
                         size_t count, float *pixels)
{
    for (size_t p = 0; p < count; p++, pixels += bands)
        for (int b = 0; valid[p] && b < bands; b++)
            pixels[b] = pixels[b] * scale[b] + shift[b];
}

/* Read a source's rectangle, normalise, change its brightness where random is given, and lay it
   turned into the batch. */
static s2rgf_status fill_source(s2_training_set *set, int s, const crop_place *place,
                                s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    const s2_source *source = set->scene->sources[s].source;
    const s2_grid *grid = s2_source_grid(source);
    const s2_rect rect = crop_rect(set, s, place);
    const s2_rect inside = s2_rect_intersect(rect, (s2_rect){0, 0, grid->width, grid->height});
    const int side = set->rect_px[s];
    const size_t bands = (size_t)set->content->sources[s].band_count;
    float *to = s2_tensor_at(&batch->pixels[s], place->index);
    uint8_t *valid = set->valid[s]; /* of the rectangle as it lies in the scene */
    memset(to, 0, (size_t)side * (size_t)side * bands * sizeof(float));
    memset(valid, 0, (size_t)side * (size_t)side);
    if (s2_rect_is_empty(inside))
        return S2RGF_OK;
    const s2rgf_status status =
        s2_network_input_read(set->input, s, inside, set->pixels, valid, err);
    if (status != S2RGF_OK)
        return status;
    if (random && set->jitter > 0.0) {
        draw_jitter(&set->content->sources[s], set->jitter, random, set->scale, set->shift);
        /* drawn anyway, so that the random numbers after it stay the same; but 0 stays 0 */
        if (!set->content->off.source[s])
            apply_jitter(set->scale, set->shift, (int)bands, valid,
                         (size_t)inside.w * (size_t)inside.h, set->pixels);
    }
    /* spread the validity just read over the rectangle, from its end so that nothing is overwritten
       early */
    for (int y = inside.h - 1; y >= 0; y--)
        for (int x = inside.w - 1; x >= 0; x--) {
            const size_t from = (size_t)y * (size_t)inside.w + (size_t)x;
            const int wx = inside.x - rect.x + x;
            const int wy = inside.y - rect.y + y;
            const uint8_t one = valid[from];
            valid[from] = 0;
            valid[(size_t)wy * (size_t)side + (size_t)wx] = one;
            memcpy(to + turned_index(place->turn, side, wx, wy) * bands, set->pixels + from * bands,
                   bands * sizeof(float));
        }
    return S2RGF_OK;
}

/* turned crop coordinates -> crop -> reference -> source -> rectangle -> turned rectangle
   coordinates. */
static s2_affine crop_to_rect(const s2_training_set *set, int s, const crop_place *place)
{
    const s2_rect rect = crop_rect(set, s, place);
    const s2_affine turn = symmetry_affine(place->turn, set->crop_px);
    const s2_affine to_reference = {{place->x, 1.0, 0.0, place->y, 0.0, 1.0}};
    const s2_affine to_rect = {{-rect.x, 1.0, 0.0, -rect.y, 0.0, 1.0}};
    const s2_affine rect_turn = symmetry_affine(place->turn, set->rect_px[s]);
    s2_affine all = S2_AFFINE_IDENTITY;
    s2_affine_invert(&turn, &all);
    all = s2_affine_compose(&all, &to_reference);
    all = s2_affine_compose(&all, &set->scene->sources[s].ref_to_source);
    all = s2_affine_compose(&all, &to_rect);
    return s2_affine_compose(&all, &rect_turn);
}

/* All sources valid at a reference pixel of the crop (nearest native pixel). */
static bool is_valid(const s2_training_set *set, const crop_place *place, int x, int y)
{
    for (int s = 0; s < set->scene->count; s++) {
        const s2_rect rect = crop_rect(set, s, place);
        double u = place->x + x + 0.5;
        double v = place->y + y + 0.5;
        if (!set->scene->sources[s].on_reference)
            s2_affine_apply(&set->scene->sources[s].ref_to_source, u, v, &u, &v);
        const int column = (int)floor(u) - rect.x;
        const int row = (int)floor(v) - rect.y;
        if (column < 0 || column >= rect.w || row < 0 || row >= rect.h ||
            !set->valid[s][(size_t)row * (size_t)rect.w + (size_t)column])
            return false;
    }
    return true;
}

/* First label from index `low` on that is at (x, y) or later. */
static size_t find_label(const s2_label_set *labels, size_t low, int x, int y)
{
    size_t high = labels->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const s2_label_pixel *pixel = &labels->pixels[middle];
        if (pixel->y < y || (pixel->y == y && pixel->x < x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Training labels inside the crop. */
static void fill_labels(const s2_training_set *set, const crop_place *place, const uint8_t *valid,
                        int16_t *labels)
{
    const int side = set->crop_px;
    const s2_label_set *all = set->labels;
    size_t i = 0;
    for (int y = 0; y < side; y++) {
        i = find_label(all, i, place->x, place->y + y);
        for (; i < all->count && all->pixels[i].y == place->y + y; i++) {
            const int x = all->pixels[i].x - place->x;
            if (x >= side)
                break;
            if (set->role[i] != S2_LABEL_TRAIN)
                continue;
            const size_t at = turned_index(place->turn, side, x, y);
            labels[at] = valid[at] ? (int16_t)all->pixels[i].class_index : -1;
        }
    }
}

/* The label of the crop's middle alone. */
static void fill_middle(const s2_label_pixel *pixel, int side, const uint8_t *valid,
                        int16_t *labels)
{
    const size_t at = (size_t)(side / 2) * (size_t)side + (size_t)(side / 2);
    labels[at] = valid[at] ? (int16_t)pixel->class_index : -1;
}

/* random: for the brightness of a crop to train on; NULL: a crop as it is, without labels. */
static s2rgf_status fill_crop(s2_training_set *set, const crop_place *place, s2_random *random,
                              s2_batch *batch, s2rgf_error *err)
{
    const int side = set->crop_px;
    const size_t area = (size_t)side * (size_t)side;
    uint8_t *valid = batch->valid + (size_t)place->index * area;
    int16_t *labels = batch->labels + (size_t)place->index * area;
    for (int s = 0; s < set->scene->count; s++) {
        const s2rgf_status status = fill_source(set, s, place, random, batch, err);
        if (status != S2RGF_OK)
            return status;
        batch->ref_to_source[s][place->index] = crop_to_rect(set, s, place);
    }
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            valid[turned_index(place->turn, side, x, y)] = is_valid(set, place, x, y);
    for (size_t i = 0; i < area; i++)
        labels[i] = -1;
    if (place->middle)
        fill_middle(place->middle, side, valid, labels);
    else if (random)
        fill_labels(set, place, valid, labels);
    return S2RGF_OK;
}

static symmetry draw_symmetry(s2_random *random)
{
    const uint64_t bits = s2_random_bits(random);
    return (symmetry){bits >> 61 & 1, bits >> 62 & 1, bits >> 63};
}

/* Corner of a crop along one axis of `size` pixels: inside the scene where it fits. */
static int keep_inside(int corner, int side, int size)
{
    const int last = size > side ? size - side : 0;
    return corner < 0 ? 0 : corner > last ? last : corner;
}

/* Around a pixel that is to lie, turned, at (side / 2, side / 2): before a mirror that is one
   less. */
static crop_place place_centred(const s2_label_pixel *pixel, int side, s2_random *random)
{
    const symmetry turn = draw_symmetry(random);
    const int column = side / 2 - (turn.mirror_x ? 1 : 0);
    const int row = side / 2 - (turn.mirror_y ? 1 : 0);
    return (crop_place){.x = pixel->x - (turn.transpose ? row : column),
                        .y = pixel->y - (turn.transpose ? column : row),
                        .turn = turn,
                        .middle = pixel};
}

/* Around a pixel, which lies anywhere in the middle half of the crop. */
static crop_place place_around(const s2_label_pixel *pixel, int side, const s2_grid *grid,
                               s2_random *random)
{
    const int dx = (int)s2_random_below(random, (uint64_t)side / 2);
    const int dy = (int)s2_random_below(random, (uint64_t)side / 2);
    return (crop_place){.x = keep_inside(pixel->x - side / 4 - dx, side, grid->width),
                        .y = keep_inside(pixel->y - side / 4 - dy, side, grid->height),
                        .turn = draw_symmetry(random)};
}

/* A training pixel, its class drawn uniformly over the classes that have any. */
static const s2_label_pixel *draw_pixel(const s2_training_set *set, s2_random *random)
{
    int skip = (int)s2_random_below(random, (uint64_t)set->trainable);
    int k = 0;
    while (set->class_pixels[k] == 0 || skip-- > 0)
        k++;
    const uint64_t at = s2_random_below(random, set->class_pixels[k]);
    return &set->labels->pixels[set->by_class[k][at]];
}

s2rgf_status s2_training_set_draw(s2_training_set *set, const s2_batch_shape *shape,
                                  s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    const int side = set->crop_px;
    const s2_grid *grid = &set->scene->grid;
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < shape->crops && status == S2RGF_OK; n++) {
        const s2_label_pixel *pixel = draw_pixel(set, random);
        crop_place place = set->centred ? place_centred(pixel, side, random)
                                        : place_around(pixel, side, grid, random);
        place.index = n;
        status = fill_crop(set, &place, random, batch, err);
    }
    return status;
}

/* Where a crop may begin along an axis of `size` pixels; where it may have its middle, if
   centred. */
static uint64_t places(const s2_training_set *set, int size)
{
    return set->centred ? (uint64_t)size
                        : (uint64_t)(size > set->crop_px ? size - set->crop_px + 1 : 1);
}

s2rgf_status s2_training_set_draw_anywhere(s2_training_set *set, const s2_batch_shape *shape,
                                           s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    const s2_grid *grid = &set->scene->grid;
    const int before = set->centred ? set->crop_px / 2 : 0;
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < shape->crops && status == S2RGF_OK; n++) {
        const int x = (int)s2_random_below(random, places(set, grid->width));
        const int y = (int)s2_random_below(random, places(set, grid->height));
        const crop_place place = {.index = n, .x = x - before, .y = y - before};
        status = fill_crop(set, &place, NULL, batch, err);
    }
    return status;
}
