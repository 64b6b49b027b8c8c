/* Labelled pixels of scenes as a network learns from them: crops. */
#include "train/set/training_set.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

/* native pixels around a crop: what its encoder and sampling reach */
#define RECT_MARGIN_PX 3
#define MOST_DISTANT 20.0 /* standard deviations from 0 to the mean of a band that gets brighter */

/* Side of the square native rectangle that holds any crop with its margin. */
static int rect_side(const s2_affine *ref_to_source, int crop_px)
{
    const double across = fabs(ref_to_source->m[1]) + fabs(ref_to_source->m[2]);
    const double down = fabs(ref_to_source->m[4]) + fabs(ref_to_source->m[5]);
    const double extent = crop_px * (across > down ? across : down);
    return (int)ceil(extent) + 1 + 2 * RECT_MARGIN_PX;
}

/* Room for the rectangles of every source's crops, as large as any scene needs. */
static bool reserve_rects(s2_training_set *set)
{
    const s2_model_content *content = set->content;
    size_t largest = 0, most_bands = 0;
    bool ready = true;
    for (int s = 0; s < content->source_count; s++) {
        int side = set->crop_px;
        for (int i = 0; i < set->scenes->count && !content->sources[s].on_reference; i++) {
            const int own =
                rect_side(&set->scenes->items[i].geometry.ref_to_source[s], set->crop_px);
            side = i == 0 || own > side ? own : side;
        }
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
    return ready && set->pixels && set->scale && set->shift;
}

s2rgf_status s2_training_set_init(s2_training_set *set, s2_training_scenes *scenes,
                                  const s2_label_set *labels, const s2_model_content *content,
                                  int crop_px, s2rgf_error *err)
{
    const size_t classes = (size_t)labels->classes.count;
    *set = (s2_training_set){
        .scenes = scenes, .labels = labels, .content = content, .crop_px = crop_px};
    bool ready = reserve_rects(set);
    set->role = s2_calloc(labels->count, 1);
    set->by_class = s2_calloc(classes, sizeof *set->by_class);
    set->class_pixels = s2_calloc(classes, sizeof *set->class_pixels);
    set->runs = s2_calloc(classes, sizeof *set->runs);
    set->run_count = s2_calloc(classes, sizeof *set->run_count);
    ready = ready && set->role && set->by_class && set->class_pixels && set->runs && set->run_count;
    for (size_t i = 0; ready && i < labels->count; i++)
        set->class_pixels[labels->pixels[i].class_index]++;
    for (size_t k = 0; ready && k < classes; k++) {
        set->by_class[k] = s2_alloc(set->class_pixels[k], sizeof **set->by_class);
        set->runs[k] = s2_alloc((size_t)scenes->count + 1, sizeof **set->runs);
        ready = set->by_class[k] && set->runs[k];
    }
    if (ready)
        return S2RGF_OK;
    s2_training_set_clear(set);
    return s2_fail_memory(err, "training set");
}

void s2_training_set_clear(s2_training_set *set)
{
    for (int k = 0; set->by_class && k < set->labels->classes.count; k++)
        s2_free(set->by_class[k]);
    for (int k = 0; set->runs && k < set->labels->classes.count; k++)
        s2_free(set->runs[k]);
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        s2_free(set->valid[s]);
    S2_FREE_EACH(set->by_class, set->class_pixels, set->runs, set->run_count, set->role,
                 set->pixels, set->scale, set->shift);
    *set = (s2_training_set){0};
}

s2_batch_shape s2_training_set_shape(const s2_training_set *set, int crops)
{
    s2_batch_shape shape = {.crops = crops, .width = set->crop_px, .height = set->crop_px};
    for (int s = 0; s < set->content->source_count; s++)
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
    int scene;
    int x, y; /* reference pixel of its corner */
    symmetry turn;
    const s2_label_pixel *middle;       /* of a centred crop, NULL otherwise */
    bool dropped[S2RGF_MAX_SOURCES];    /* sources that are left out */
    double shift[S2RGF_MAX_SOURCES][2]; /* by which a source is moved, in its own pixels */
} crop_place;

/* From the reference grid to a source, moved as the crop has it. */
static s2_affine source_affine(const s2_training_set *set, int source, const crop_place *place)
{
    s2_affine affine = set->scenes->items[place->scene].geometry.ref_to_source[source];
    affine.m[0] += place->shift[source][0];
    affine.m[3] += place->shift[source][1];
    return affine;
}

/* A source's rectangle of a crop; may reach beyond the source. */
static s2_rect crop_rect(const s2_training_set *set, int source, const crop_place *place)
{
    const s2_affine ref_to_source = source_affine(set, source, place);
    const s2_rect crop = {place->x, place->y, set->crop_px, set->crop_px};
    const int side = set->rect_px[source];
    if (set->content->sources[source].on_reference)
        return (s2_rect){crop.x, crop.y, side, side};
    const s2_rect bounds = s2_affine_bounds(&ref_to_source, crop);
    return (s2_rect){bounds.x - RECT_MARGIN_PX, bounds.y - RECT_MARGIN_PX, side, side};
}

/* Brightness of a crop as another day, sun or sensor would have it: scale, shift out [bands], on
   normalised values.
 * With r = mean + std x the reflectance, g r is normalised again: x' = g x + (g - 1) mean / std.
 * What hardly varies for its size, as a temperature or a height, would be lost in that: it stays. */
static void draw_jitter(const s2_model_source *source, double jitter, s2_random *random,
                        float *scale, float *shift)
{
    const double whole = 2.0 * jitter * s2_random_normal(random);
    for (int b = 0; b < source->band_count; b++) {
        const s2_model_band *band = &source->bands[b];
        const double drawn = exp(whole + jitter * s2_random_normal(random));
        const double gain = fabs(band->mean) > MOST_DISTANT * band->std ? 1.0 : drawn;
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

/* What there is to read of a source's rectangle; empty where it is left out. */
static s2_rect rect_inside(const s2_training_set *set, int s, const crop_place *place)
{
    const s2_run_geometry *geometry = &set->scenes->items[place->scene].geometry;
    if (place->dropped[s])
        return (s2_rect){0};
    return s2_rect_intersect(crop_rect(set, s, place), (s2_rect){0, 0, geometry->source_width[s],
                                                                 geometry->source_height[s]});
}

/* Draw the random numbers of fill_crop() alone, for a crop that another rank fills. */
static void pass_crop(s2_training_set *set, const crop_place *place, s2_random *random)
{
    for (int s = 0; random && set->jitter > 0.0 && s < set->content->source_count; s++)
        if (!s2_rect_is_empty(rect_inside(set, s, place)))
            draw_jitter(&set->content->sources[s], set->jitter, random, set->scale, set->shift);
}

/* Read a source's rectangle, normalise, change its brightness where random is given, and lay it
   turned into the batch. */
static s2rgf_status fill_source(s2_training_set *set, int s, const crop_place *place,
                                s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    const s2_rect rect = crop_rect(set, s, place);
    const s2_rect inside = rect_inside(set, s, place);
    const int side = set->rect_px[s];
    const size_t bands = (size_t)set->content->sources[s].band_count;
    float *to = s2_tensor_at(&batch->pixels[s], place->index);
    uint8_t *valid = set->valid[s]; /* of the rectangle as it lies in the scene */
    if (!s2_rect_equal(inside, rect))
        memset(to, 0, (size_t)side * (size_t)side * bands * sizeof(float));
    memset(valid, 0, (size_t)side * (size_t)side);
    if (s2_rect_is_empty(inside))
        return S2RGF_OK;
    const s2rgf_status status =
        s2_training_scenes_read(set->scenes, place->scene, s, inside, set->pixels, valid, err);
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
    const s2_affine to_source = source_affine(set, s, place);
    s2_affine all = S2_AFFINE_IDENTITY;
    s2_affine_invert(&turn, &all);
    all = s2_affine_compose(&all, &to_reference);
    all = s2_affine_compose(&all, &to_source);
    all = s2_affine_compose(&all, &to_rect);
    return s2_affine_compose(&all, &rect_turn);
}

/* Whether a source is valid at a reference pixel of the crop (nearest native pixel). */
static bool is_source_valid(const s2_training_set *set, int s, const crop_place *place, int x,
                            int y)
{
    const s2_rect rect = crop_rect(set, s, place);
    const s2_affine to_source = source_affine(set, s, place);
    double u = place->x + x + 0.5;
    double v = place->y + y + 0.5;
    if (!set->content->sources[s].on_reference)
        s2_affine_apply(&to_source, u, v, &u, &v);
    const int column = (int)floor(u) - rect.x;
    const int row = (int)floor(v) - rect.y;
    return column >= 0 && column < rect.w && row >= 0 && row < rect.h &&
           set->valid[s][(size_t)row * (size_t)rect.w + (size_t)column];
}

/* Whether those sources that are not left out, or one of them, are valid at a reference pixel. */
static bool is_valid(const s2_training_set *set, const crop_place *place, int x, int y)
{
    const bool any = set->scenes->items[place->scene].geometry.any_source;
    for (int s = 0; s < set->content->source_count; s++)
        if (!place->dropped[s] && is_source_valid(set, s, place, x, y) == any)
            return any;
    return !any;
}

/* First label of low to high that is at (x, y) or later; they are of one scene. */
static size_t find_label(const s2_label_set *labels, size_t low, size_t high, int x, int y)
{
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
    const size_t end = set->scenes->items[place->scene].end;
    size_t i = set->scenes->items[place->scene].first;
    for (int y = 0; y < side; y++) {
        i = find_label(all, i, end, place->x, place->y + y);
        for (; i < end && all->pixels[i].y == place->y + y; i++) {
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
    if (place->index < 0 || place->index >= batch->pixels[0].n) {
        pass_crop(set, place, random);
        return S2RGF_OK;
    }
    const int side = set->crop_px;
    const size_t area = (size_t)side * (size_t)side;
    uint8_t *valid = batch->valid + (size_t)place->index * area;
    int16_t *labels = batch->labels + (size_t)place->index * area;
    for (int s = 0; s < set->content->source_count; s++) {
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
static crop_place place_around(const s2_label_pixel *pixel, int side,
                               const s2_run_geometry *geometry, s2_random *random)
{
    const int dx = (int)s2_random_below(random, (uint64_t)side / 2);
    const int dy = (int)s2_random_below(random, (uint64_t)side / 2);
    return (crop_place){.x = keep_inside(pixel->x - side / 4 - dx, side, geometry->width),
                        .y = keep_inside(pixel->y - side / 4 - dy, side, geometry->height),
                        .turn = draw_symmetry(random)};
}

/* A label that trains: its class drawn uniformly over the classes that have any, then its scene
   over those that have some of the class. */
static size_t draw_label(const s2_training_set *set, s2_random *random)
{
    int skip = (int)s2_random_below(random, (uint64_t)set->trainable);
    int k = 0;
    while (set->class_pixels[k] == 0 || skip-- > 0)
        k++;
    const size_t *run = set->runs[k];
    if (set->run_count[k] > 1)
        run += s2_random_below(random, (uint64_t)set->run_count[k]);
    return set->by_class[k][run[0] + s2_random_below(random, run[1] - run[0])];
}

/* Leave sources out of a crop; one of those that the model uses stays. */
static void draw_dropout(const s2_training_set *set, s2_random *random, crop_place *place)
{
    const s2_model_content *content = set->content;
    int used[S2RGF_MAX_SOURCES], count = 0, left = 0;
    for (int s = 0; s < content->source_count; s++)
        if (!content->off.source[s])
            used[count++] = s;
    for (int i = 0; i < count; i++) {
        place->dropped[used[i]] = s2_random_uniform(random) < set->source_dropout;
        left += !place->dropped[used[i]];
    }
    const uint64_t stays = s2_random_below(random, (uint64_t)count);
    if (left == 0)
        place->dropped[used[stays]] = false;
}

/* Move sources that have grids of their own. */
static void draw_shift(const s2_training_set *set, s2_random *random, crop_place *place)
{
    for (int s = 0; s < set->content->source_count; s++)
        for (int axis = 0; axis < 2 && !set->content->sources[s].on_reference; axis++)
            place->shift[s][axis] = set->shift_jitter * (2.0 * s2_random_uniform(random) - 1.0);
}

s2rgf_status s2_training_set_draw(s2_training_set *set, const s2_batch_shape *shape,
                                  s2_random *random, s2_batch *batch, s2rgf_error *err)
{
    const int side = set->crop_px;
    const int crops = s2_ranks_crops(set->ranks, shape->crops);
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < crops && status == S2RGF_OK; n++) {
        const size_t label = draw_label(set, random);
        const int scene = s2_training_scenes_of_label(set->scenes, label);
        const s2_label_pixel *pixel = &set->labels->pixels[label];
        crop_place place =
            set->centred ? place_centred(pixel, side, random)
                         : place_around(pixel, side, &set->scenes->items[scene].geometry, random);
        place.index = n - s2_ranks_first_crop(set->ranks);
        place.scene = scene;
        if (set->source_dropout > 0.0)
            draw_dropout(set, random, &place);
        if (set->shift_jitter > 0.0)
            draw_shift(set, random, &place);
        status = fill_crop(set, &place, random, batch, err);
    }
    return status;
}

/* A scene, each as often as it is large. */
static int draw_scene(const s2_training_scenes *scenes, s2_random *random)
{
    uint64_t pixels = 0;
    int scene = 0;
    if (scenes->count == 1)
        return 0;
    for (int i = 0; i < scenes->count; i++)
        pixels +=
            (uint64_t)scenes->items[i].geometry.width * (uint64_t)scenes->items[i].geometry.height;
    uint64_t at = s2_random_below(random, pixels);
    for (;; scene++) {
        const s2_run_geometry *geometry = &scenes->items[scene].geometry;
        const uint64_t own = (uint64_t)geometry->width * (uint64_t)geometry->height;
        if (at < own)
            return scene;
        at -= own;
    }
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
    const int before = set->centred ? set->crop_px / 2 : 0;
    const int crops = s2_ranks_crops(set->ranks, shape->crops);
    s2rgf_status status = S2RGF_OK;
    for (int n = 0; n < crops && status == S2RGF_OK; n++) {
        const int scene = draw_scene(set->scenes, random);
        const s2_run_geometry *geometry = &set->scenes->items[scene].geometry;
        const int x = (int)s2_random_below(random, places(set, geometry->width));
        const int y = (int)s2_random_below(random, places(set, geometry->height));
        const crop_place place = {.index = n - s2_ranks_first_crop(set->ranks),
                                  .scene = scene,
                                  .x = x - before,
                                  .y = y - before};
        status = fill_crop(set, &place, NULL, batch, err);
    }
    return status;
}
