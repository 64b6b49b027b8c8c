/* The one reader of rows: what a network reads of a scene, normalised, at once or ahead of the
   network. */
#include "scene/network_input.h"

#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "scene/reading_thread.h"

#define WORTH_WAITING 0.05 /* part of the time; below, a thread more costs more than it saves */

/* The scene is the thread's while it reads, else the caller's. */
struct s2_network_input {
    s2_scene *scene;
    const s2_model_content *content;
    s2_input_mode mode;
    double *statistics; /* what the next two point into */
    const double *mean[S2RGF_MAX_SOURCES], *std[S2RGF_MAX_SOURCES];
    double pixels[S2RGF_MAX_SOURCES];
    double opened; /* on the wall */
    double waited; /* for files, and for a core: they cannot be told apart */
    s2_input_rows ahead[S2RGF_MAX_SOURCES]; /* what the thread reads, or was told to */
    s2rgf_status status;                    /* of that */
    s2rgf_error error;
    s2_reading_thread thread;
};

/* ---- reading ---------------------------------------------------------------------------------- */

static s2rgf_status read_source_rows(s2_network_input *input, int s, const s2_input_rows *rows,
                                     s2rgf_error *err)
{
    const s2_rect rect = rows->rect;
    s2_read_target to = {.pixels = rows->pixels,
                         .valid = rows->valid,
                         .bands = input->content->sources[s].band_count,
                         .mean = input->mean[s],
                         .std = input->std[s]};
    if (s2_rect_is_empty(rect))
        return S2RGF_OK;
    if (input->content->off.source[s]) {
        for (int y = rect.y; y < rect.y + rect.h; y++)
            memset(s2_row_ring_at(&to.pixels, y), 0,
                   (size_t)rect.w * (size_t)to.bands * sizeof(float));
        to.pixels.data = NULL;
    }
    return s2_source_read_to(input->scene->sources[s].source, rect, &to, err);
}

/* Read rows of all sources, by whichever thread has the scene. */
static s2rgf_status read_all_sources(s2_network_input *input, const s2_input_rows *rows,
                                     s2rgf_error *err)
{
    const double idle = s2_wall_seconds() - s2_thread_seconds();
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < input->content->source_count && status == S2RGF_OK; s++)
        status = read_source_rows(input, s, &rows[s], err);
    input->waited += s2_wall_seconds() - s2_thread_seconds() - idle;
    return status;
}

/* ---- the thread that reads ahead -------------------------------------------------------------- */

static void read_ahead(void *data)
{
    s2_network_input *input = data;
    s2_error_clear(&input->error);
    input->status = read_all_sources(input, input->ahead, &input->error);
}

static bool same_rows(const s2_input_rows *a, const s2_input_rows *b)
{
    return s2_rect_is_empty(a->rect)
               ? s2_rect_is_empty(b->rect)
               : s2_rect_equal(a->rect, b->rect) && a->pixels.data == b->pixels.data &&
                     a->pixels.first == b->pixels.first;
}

/* Whether the thread has read these rows, once it has ended what it does; the scene is the
   caller's. */
static bool claim_scene(s2_network_input *input, const s2_input_rows *rows)
{
    bool there = s2_reading_thread_claim(&input->thread);
    for (int s = 0; s < input->content->source_count; s++)
        there = there && same_rows(&input->ahead[s], &rows[s]);
    return there;
}

static bool is_worth_it(const s2_network_input *input)
{
    return input->mode == S2_INPUT_AHEAD_ALWAYS ||
           input->waited > WORTH_WAITING * (s2_wall_seconds() - input->opened);
}

/* Let the thread read what comes after these rows, if it is known and that pays. */
static void leave_scene(s2_network_input *input, const s2_input_rows *rows)
{
    bool any = false;
    for (int s = 0; s < input->content->source_count; s++) {
        input->ahead[s] = rows[s];
        input->ahead[s].rect = rows[s].after;
        any = any || !s2_rect_is_empty(rows[s].after);
    }
    if (any && is_worth_it(input))
        s2_reading_thread_begin(&input->thread);
}

s2rgf_status s2_network_input_next(void *data, const s2_input_rows *rows, s2rgf_error *err)
{
    s2_network_input *input = data;
    s2rgf_status status = S2RGF_OK;
    if (!claim_scene(input, rows)) {
        status = read_all_sources(input, rows, err);
    } else if (input->status != S2RGF_OK) {
        status = input->status;
        if (err)
            *err = input->error;
    }
    for (int s = 0; s < input->content->source_count; s++)
        if (!s2_rect_is_empty(rows[s].rect))
            input->pixels[s] += (double)rows[s].rect.w * rows[s].rect.h;
    if (input->thread.running && status == S2RGF_OK)
        leave_scene(input, rows);
    return status;
}

/* ---- open and close --------------------------------------------------------------------------- */

static bool take_statistics(s2_network_input *input)
{
    const s2_model_content *content = input->content;
    size_t bands = 0;
    for (int s = 0; s < content->source_count; s++)
        bands += (size_t)content->sources[s].band_count;
    input->statistics = s2_alloc(2 * bands, sizeof *input->statistics);
    double *mean = input->statistics;
    for (int s = 0; mean && s < content->source_count; s++) {
        const s2_model_source *source = &content->sources[s];
        double *std = mean + source->band_count;
        input->mean[s] = mean;
        input->std[s] = std;
        for (int b = 0; b < source->band_count; b++) {
            mean[b] = source->bands[b].mean;
            std[b] = source->bands[b].std;
        }
        mean = std + source->band_count;
    }
    return input->statistics != NULL;
}

s2rgf_status s2_network_input_open(s2_scene *scene, const s2_model_content *content,
                                   s2_input_mode mode, s2_network_input **input, s2rgf_error *err)
{
    s2_network_input *made = s2_calloc(1, sizeof *made);
    *input = NULL;
    if (!made)
        return s2_fail_memory(err, "input");
    made->scene = scene;
    made->content = content;
    made->mode = mode;
    made->opened = s2_wall_seconds();
    if (!take_statistics(made)) {
        s2_network_input_close(made);
        return s2_fail_memory(err, "input");
    }
    if (mode != S2_INPUT_AT_ONCE)
        s2_reading_thread_start(&made->thread, read_ahead, made);
    *input = made;
    return S2RGF_OK;
}

void s2_network_input_close(s2_network_input *input)
{
    if (!input)
        return;
    s2_reading_thread_stop(&input->thread);
    s2_free(input->statistics);
    s2_free(input);
}

s2rgf_status s2_network_input_read(s2_network_input *input, int source, s2_rect rect, float *pixels,
                                   uint8_t *valid, s2rgf_error *err)
{
    const int bands = input->content->sources[source].band_count;
    const s2_read_target whole = s2_read_target_whole(rect, bands, pixels, valid);
    const s2_input_rows rows = {.rect = rect, .pixels = whole.pixels, .valid = whole.valid};
    return read_source_rows(input, source, &rows, err);
}

s2_input_counts s2_network_input_counts(s2_network_input *input)
{
    s2_input_counts counts;
    memcpy(counts.pixels, input->pixels, sizeof counts.pixels);
    counts.ahead_seconds = s2_reading_thread_seconds(&input->thread);
    return counts;
}
