/* Values of a source that make no sense: undeclared nodata, a single value, wild ones. */
#include "scene/value_check.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/source_tell.h"

#define KEPT_PIXELS 16384
#define TOLD_VALUES 3 /* of one source that look like nodata */

s2rgf_status s2_value_record_init(s2_value_record *record, int bands, uint64_t pixels,
                                  s2rgf_error *err)
{
    const size_t count = (size_t)bands;
    *record = (s2_value_record){.bands = bands, .room = KEPT_PIXELS};
    record->stride = (int)((pixels + KEPT_PIXELS - 1) / KEPT_PIXELS);
    /* odd, so that it does not divide the width of the usual rasters */
    record->stride += record->stride % 2 == 0;
    record->kept = s2_alloc(record->room * count, sizeof *record->kept);
    record->ends = s2_alloc(2 * count, sizeof *record->ends);
    record->at_end = s2_calloc(2 * count, sizeof *record->at_end);
    if (!record->kept || !record->ends || !record->at_end) {
        s2_value_record_clear(record);
        return s2_fail_memory(err, "values of a source");
    }
    for (int b = 0; b < bands; b++) {
        record->ends[b] = INFINITY;
        record->ends[bands + b] = -INFINITY;
    }
    return S2RGF_OK;
}

void s2_value_record_clear(s2_value_record *record)
{
    S2_FREE_EACH(record->kept, record->ends, record->at_end);
    *record = (s2_value_record){0};
}

/** One pixel's values against the ends of its bands; what is not finite is passed over. */
static void count_ends(s2_value_record *record, const float *pixel)
{
    const int bands = record->bands;
    for (int b = 0; b < bands; b++) {
        const float value = pixel[b];
        if (value < record->ends[b] && value >= -FLT_MAX) {
            record->ends[b] = value;
            record->at_end[b] = 0;
        }
        if (value > record->ends[bands + b] && value <= FLT_MAX) {
            record->ends[bands + b] = value;
            record->at_end[bands + b] = 0;
        }
        record->at_end[b] += value == record->ends[b];
        record->at_end[bands + b] += value == record->ends[bands + b];
    }
}

void s2_value_record_add(s2_value_record *record, const float *pixels, const uint8_t *valid,
                         size_t count)
{
    const size_t bands = (size_t)record->bands;
    for (size_t p = 0; p < count; p++) {
        const float *pixel = pixels + p * bands;
        const bool keep = record->passed++ % (uint64_t)record->stride == 0;
        if (!valid[p])
            continue;
        record->counted++;
        count_ends(record, pixel);
        if (keep && record->count < record->room)
            memcpy(record->kept + record->count++ * bands, pixel, bands * sizeof *pixel);
    }
}

/* ---- values that look like nodata ----------------------------------------------------------- */

void s2_findings_clear(s2_findings *found)
{
    S2_FREE_EACH(found->bands, found->chosen, found->values);
    *found = (s2_findings){0};
}

void s2_findings_begin_line(s2_text *text, const s2_findings *found)
{
    s2_text_append(text, "source %s (%s): ", s2_source_name(found->source), found->place);
    s2_source_put_bands(text, found->source, found->chosen);
}

void s2_findings_end_line(s2_text *text, const s2rgf_host *host)
{
    if (!text->failed && text->data)
        s2_log(host, S2RGF_WARNING, "%s", text->data);
    s2_free(text->data);
}

/** The chosen bands; how many. */
static int choose(s2_findings *found, bool (*is)(const s2_band_finding *, double), double value)
{
    int count = 0;
    for (int b = 0; b < found->count; b++)
        count += found->chosen[b] = is(&found->bands[b], value);
    return count;
}

static bool is_filled_with(const s2_band_finding *band, double value)
{
    return band->fill == value;
}

static bool is_single(const s2_band_finding *band, double value)
{
    (void)value;
    return band->single;
}

static bool is_wild(const s2_band_finding *band, double value)
{
    (void)value;
    return band->wild;
}

void s2_findings_put_share(s2_text *text, double share)
{
    if (share < 0.001)
        s2_text_append(text, "less than 0.1 %%");
    else
        s2_text_append(text, "%.*f %%", share < 0.1 ? 1 : 0, 100.0 * share);
}

/**
 * One line per value that looks like nodata: the bands that have it, and how many of their pixels.
 */
static void tell_fills(s2_findings *found)
{
    int told = 0;
    for (int b = 0; b < found->count && told < TOLD_VALUES; b++) {
        const double fill = found->bands[b].fill;
        bool known = isnan(fill);
        for (int i = 0; i < b && !known; i++)
            known = found->bands[i].fill == fill;
        if (known)
            continue;
        const int bands = choose(found, is_filled_with, fill);
        double share = 0.0;
        for (int i = 0; i < found->count; i++)
            if (found->chosen[i])
                share = fmax(share, found->bands[i].share);
        s2_text text = {0};
        s2_findings_begin_line(&text, found);
        s2_text_append(&text, " %s the value %.9g in ", bands == 1 ? "has" : "have", fill);
        s2_findings_put_share(&text, share);
        s2_text_append(&text,
                       " of the pixels, far from all others: if it means nodata, -srcnodata %.9g "
                       "leaves them out",
                       s2_source_stored(found->source, b, fill));
        s2_findings_end_line(&text, found->host);
        told++;
    }
}

static void tell_single(s2_findings *found)
{
    const int bands = choose(found, is_single, 0.0);
    s2_text text = {0};
    if (bands == 0)
        return;
    s2_findings_begin_line(&text, found);
    if (bands == 1) {
        int only = 0;
        while (!found->chosen[only])
            only++;
        s2_text_append(&text,
                       " has the value %.9g in 100 %% of the valid pixels: nothing can be learned "
                       "from it; if it means nodata, -srcnodata says so",
                       found->bands[only].series.low);
    } else {
        s2_text_append(&text, " have one value each in 100 %% of the valid pixels: nothing can be "
                              "learned from them; if it means nodata, -srcnodata says so");
    }
    s2_findings_end_line(&text, found->host);
}

static void tell_wild(s2_findings *found)
{
    const int bands = choose(found, is_wild, 0.0);
    s2_text text = {0};
    if (bands == 0)
        return;
    int worst = 0;
    while (!found->chosen[worst])
        worst++;
    const s2_band_finding *band = &found->bands[worst];
    s2_findings_begin_line(&text, found);
    s2_text_append(
        &text,
        ": values from %.9g to %.9g where 98 %% of the pixels lie between %.6g and %.6g: "
        "the few others drown the rest; -srcnodata leaves out one value",
        band->series.lowest, band->series.highest, band->series.q01, band->series.q99);
    s2_findings_end_line(&text, found->host);
}

/** Sort every band's kept values and look for outliers. */
static s2rgf_status find_outliers(const s2_value_record *record, const s2_source *source,
                                  const s2rgf_host *host, s2_findings *found, s2rgf_error *err)
{
    const size_t bands = (size_t)record->bands, kept = record->count;
    *found = (s2_findings){.source = source,
                           .place = record->place ? record->place : s2_source_label(source),
                           .host = host,
                           .count = record->bands};
    found->bands = s2_calloc(bands, sizeof *found->bands);
    found->chosen = s2_calloc(bands, sizeof *found->chosen);
    found->values = s2_alloc(bands * kept + 1, sizeof *found->values);
    uint32_t *room = s2_alloc(2 * kept, sizeof *room);
    if (!found->bands || !found->chosen || !found->values || !room) {
        s2_free(room);
        s2_findings_clear(found);
        return s2_fail_memory(err, "values of a source");
    }
    for (size_t b = 0; b < bands; b++) {
        s2_band_finding *band = &found->bands[b];
        const s2_value_ends ends = {{(double)record->ends[b], (double)record->ends[bands + b]},
                                    {(double)record->at_end[b] / (double)record->counted,
                                     (double)record->at_end[bands + b] / (double)record->counted},
                                    record->counted};
        float *values = found->values + b * kept;
        size_t count = 0;
        for (size_t i = 0; i < kept; i++)
            if (isfinite(record->kept[i * bands + b]))
                values[count++] = record->kept[i * bands + b];
        s2_value_series_make(values, count, &ends, room, &band->series);
        band->fill = s2_value_series_fill(&band->series, &ends, bands == 1, &band->share);
        band->single = count > 0 && ends.value[0] == ends.value[1];
    }
    s2_free(room);
    return S2RGF_OK;
}

/**
 * Pixels that have one and the same value in all bands, the least or greatest of each: the frame
 * around a scene, as spectra are never so. Bands with a single value do not count.
 */
static void find_frames(const s2_value_record *record, s2_findings *found)
{
    int apart = 0, varied = 0;
    double value = NAN;
    for (int end = 0; end < 2 && isnan(value); end++) {
        const float *ends = record->ends + end * record->bands;
        bool same = true;
        varied = apart = 0;
        for (int b = 0; b < record->bands; b++) {
            const s2_band_finding *band = &found->bands[b];
            if (band->single)
                continue;
            same = same && (varied == 0 || (double)ends[b] == value);
            value = same ? (double)ends[b] : NAN;
            varied++;
            apart += s2_value_series_is_apart(&band->series, value);
        }
        if (!same || !(value <= 0.0))
            value = NAN;
    }
    if (isnan(value) || varied < 2 || 2 * apart < varied)
        return;
    size_t frame = 0;
    for (size_t i = 0; i < record->count; i++) {
        bool all = true;
        for (int b = 0; b < record->bands && all; b++)
            all = found->bands[b].single ||
                  (double)record->kept[i * (size_t)record->bands + (size_t)b] == value;
        frame += all;
    }
    const double share = (double)frame / (double)record->count;
    for (int b = 0; b < record->bands && share >= S2_FRAME_SHARE; b++)
        if (isnan(found->bands[b].fill) && !found->bands[b].single) {
            found->bands[b].fill = value;
            found->bands[b].share = share;
        }
}

s2rgf_status s2_values_examine(const s2_value_record *record, const s2_source *source,
                               bool training, const s2rgf_host *host, s2_findings *found,
                               s2rgf_error *err)
{
    const s2rgf_status status = find_outliers(record, source, host, found, err);
    if (status != S2RGF_OK || record->count == 0)
        return status;
    find_frames(record, found);
    for (int b = 0; b < found->count; b++) {
        s2_band_finding *band = &found->bands[b];
        s2_value_series_drop(&band->series, band->fill);
        band->wild = isnan(band->fill) && s2_value_series_is_wild(&band->series);
    }
    tell_fills(found);
    if (training)
        tell_single(found);
    tell_wild(found);
    return S2RGF_OK;
}

s2rgf_status s2_values_check(const s2_value_record *record, const s2_source *source,
                             const s2rgf_host *host, s2_model_source *model, s2rgf_error *err)
{
    s2_findings found;
    const s2rgf_status status = s2_values_examine(record, source, true, host, &found, err);
    for (int b = 0; b < model->band_count && status == S2RGF_OK; b++) {
        const s2_value_series *series = &found.bands[b].series;
        model->bands[b].low = series->count > 0 ? series->low : NAN;
        model->bands[b].high = series->count > 0 ? series->high : NAN;
    }
    if (status == S2RGF_OK)
        s2_findings_clear(&found);
    return status;
}
