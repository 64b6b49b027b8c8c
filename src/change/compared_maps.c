/* Two maps of one area, read side by side on the grid of the first. */
#include "change/compared_maps.h"

#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"

/** Tell how the second map gets onto the grid of the first, if that is another one. */
static s2rgf_status tell_grids(const s2_compared_maps *pair, const s2rgf_host *host,
                               s2rgf_error *err)
{
    char from[160], to[160];
    const s2_grid *before = &pair->before.grid, *after = &pair->after.grid;
    s2rgf_error difference;
    const s2rgf_status status =
        s2_grid_check_same(pair->after.path, after, "the map's", before, &difference);
    if (status == S2RGF_OK)
        return S2RGF_OK;
    if (status != S2RGF_MISMATCH)
        return s2_fail(err, status, "%s", difference.message);
    s2_grid_pixel_text(after, from, sizeof from);
    s2_grid_pixel_text(before, to, sizeof to);
    s2_log(host, S2RGF_INFO,
           "%s: another grid (pixels of %s) than that of %s (%s): each pixel there takes the class "
           "that lies under its centre",
           pair->after.path, from, pair->before.path, to);
    return S2RGF_OK;
}

/** A second map without CRS is in that of the first; the other way round it might lie anywhere. */
static s2rgf_status settle_srs(s2_compared_maps *pair, const s2rgf_host *host, s2rgf_error *err)
{
    const s2_grid *before = &pair->before.grid;
    s2_grid *after = &pair->after.grid;
    if (!before->srs_wkt == !after->srs_wkt)
        return S2RGF_OK;
    if (!before->srs_wkt)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: it has no CRS, %s has one: expected its CRS with -a_srs",
                       pair->before.path, pair->after.path);
    s2_log(host, S2RGF_WARNING, "%s: it has no CRS: it is taken to be in that of %s",
           pair->after.path, pair->before.path);
    after->srs_wkt = s2_strdup(before->srs_wkt);
    return after->srs_wkt ? S2RGF_OK : s2_fail_memory(err, "CRS of the second map");
}

static s2rgf_status open_confidences(const s2rgf_change_options *options, s2_compared_maps *pair,
                                     s2rgf_error *err)
{
    pair->has_confidence = options->before_confidence_path != NULL;
    if (!pair->has_confidence)
        return S2RGF_OK;
    const s2rgf_status status =
        s2_overlay_open(options->before_confidence_path, &pair->before.grid, "the first map's",
                        &pair->before_confidence.overlay, err);
    return status == S2RGF_OK
               ? s2_overlay_open(options->after_confidence_path, &pair->after.grid,
                                 "the second map's", &pair->after_confidence.overlay, err)
               : status;
}

s2rgf_status s2_compared_maps_open(const s2rgf_change_options *options, const s2rgf_host *host,
                                   s2_compared_maps *pair, s2rgf_error *err)
{
    *pair = (s2_compared_maps){.threshold = options->threshold};
    s2rgf_status status = s2_class_map_open_unread(options->before_path, options->assigned_srs,
                                                   host, &pair->before, err);
    if (status == S2RGF_OK)
        status = s2_class_map_open_unread(options->after_path, options->assigned_srs, host,
                                          &pair->after, err);
    if (status == S2RGF_OK)
        status = settle_srs(pair, host, err);
    if (status == S2RGF_OK)
        status = tell_grids(pair, host, err);
    if (status == S2RGF_OK)
        status = s2_pixel_lookup_init(&pair->lookup, options->after_path, &pair->after.grid,
                                      &pair->before.grid, S2_PAIR_BLOCK_PIXELS, err);
    if (status == S2RGF_OK)
        status = open_confidences(options, pair, err);
    if (status != S2RGF_OK)
        return status;
    pair->before_values = s2_alloc(S2_PAIR_BLOCK_PIXELS, sizeof *pair->before_values);
    pair->after_values = s2_alloc(S2_PAIR_BLOCK_PIXELS, sizeof *pair->after_values);
    pair->sure = s2_alloc(S2_PAIR_BLOCK_PIXELS, 1);
    return pair->before_values && pair->after_values && pair->sure
               ? S2RGF_OK
               : s2_fail_memory(err, "blocks of the maps");
}

static void close_confidence(s2_pair_confidence *confidence)
{
    s2_overlay_close(&confidence->overlay);
    S2_FREE_EACH(confidence->values, confidence->valid);
}

void s2_compared_maps_close(s2_compared_maps *pair)
{
    close_confidence(&pair->before_confidence);
    close_confidence(&pair->after_confidence);
    s2_pixel_lookup_clear(&pair->lookup);
    s2_class_map_close(&pair->before);
    s2_class_map_close(&pair->after);
    S2_FREE_EACH(pair->before_values, pair->after_values, pair->sure);
    *pair = (s2_compared_maps){0};
}

/** An s2_pixel_reader: confidences, NaN where there is none. */
static s2rgf_status read_confidence(void *of, s2_rect rect, const double **pixels, s2rgf_error *err)
{
    s2_pair_confidence *confidence = of;
    const size_t count = (size_t)rect.w * (size_t)rect.h;
    if (count > confidence->room) {
        S2_FREE_EACH(confidence->values, confidence->valid);
        confidence->values = s2_alloc(count, sizeof *confidence->values);
        confidence->valid = s2_alloc(count, 1);
        confidence->room = confidence->values && confidence->valid ? count : 0;
        if (confidence->room == 0)
            return s2_fail_memory(err, "confidences");
    }
    const s2rgf_status status = s2_overlay_read_confidence(
        &confidence->overlay, rect, confidence->values, confidence->valid, err);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        const double value = confidence->values[i];
        char found[S2_NUMBER_BYTES];
        if (!confidence->valid[i])
            confidence->values[i] = (double)NAN;
        else if (!(value >= 0.0 && value <= 1.0))
            return s2_fail(err, S2RGF_FORMAT, "%s: not a confidence: expected 0 to 1, found %s",
                           confidence->overlay.path, s2_number_text(value, found));
    }
    *pixels = confidence->values;
    return status;
}

/** Which pixels of a block are sure in both maps; the lookup is at that block. */
static s2rgf_status judge_block(s2_compared_maps *pair, s2_rect block, s2rgf_error *err)
{
    const size_t count = (size_t)block.w * (size_t)block.h;
    const double *before = NULL, *after = NULL;
    s2rgf_status status = read_confidence(&pair->before_confidence, block, &before, err);
    if (status == S2RGF_OK)
        status = s2_pixel_lookup_read(&pair->lookup, count, read_confidence,
                                      &pair->after_confidence, &after, err);
    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        const bool has_class = pair->before_values[i] >= 0 && pair->after_values[i] >= 0;
        pair->without_confidence += has_class && (isnan(before[i]) || isnan(after[i]));
        pair->sure[i] = before[i] >= pair->threshold && after[i] >= pair->threshold;
    }
    return status;
}

static s2rgf_status read_block(s2_compared_maps *pair, s2_rect block, s2rgf_error *err)
{
    const size_t count = (size_t)block.w * (size_t)block.h;
    s2rgf_status status = s2_class_map_read_block(&pair->before, block, pair->before_values, err);
    if (status == S2RGF_OK)
        status =
            s2_class_band_look_up(&pair->after.band, &pair->lookup, block, pair->after_values, err);
    if (status == S2RGF_OK && pair->has_confidence)
        return judge_block(pair, block, err);
    for (size_t i = 0; i < count; i++)
        pair->sure[i] = 1;
    return status;
}

s2rgf_status s2_compared_maps_read(s2_compared_maps *pair, const s2rgf_host *host, double from,
                                   double to, s2_pair_visit visit, void *context, s2rgf_error *err)
{
    const s2_grid *grid = &pair->before.grid;
    const s2_rect whole = {0, 0, grid->width, grid->height};
    s2rgf_status status = S2RGF_OK;
    pair->without_confidence = 0;
    for (int y = 0; y < grid->height && status == S2RGF_OK; y += S2_PAIR_BLOCK_HEIGHT) {
        for (int x = 0; x < grid->width && status == S2RGF_OK; x += S2_PAIR_BLOCK_WIDTH) {
            const s2_rect block = s2_rect_intersect(
                (s2_rect){x, y, S2_PAIR_BLOCK_WIDTH, S2_PAIR_BLOCK_HEIGHT}, whole);
            status = read_block(pair, block, err);
            if (status == S2RGF_OK)
                status =
                    visit(context, block, pair->before_values, pair->after_values, pair->sure, err);
        }
        const double done = fmin(1.0, (double)(y + S2_PAIR_BLOCK_HEIGHT) / grid->height);
        if (status == S2RGF_OK && !s2_progress(host, from + (to - from) * done))
            status = s2_fail(err, S2RGF_CANCELLED, "%s: interrupted", pair->before.path);
    }
    return status;
}
