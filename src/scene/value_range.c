/* Values of a scene beside those that its model was trained on. */
#include "scene/value_range.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/source_sample.h"
#include "geo/source/source_tell.h"
#include "scene/value_check.h"

#define FEWEST_VALUES 50  /* of a band in the sample: less says nothing */
#define WITHOUT_RANGE 4.0 /* standard deviations, where a model has no range of values */
#define BANDS_OUT 0.9   /* of a source's bands: as many are another unit, fewer another landscape */
#define FAR_RANGES 3.0  /* beyond the range, in ranges: one band alone */
#define NO_SPREAD 1e-3  /* of the training's range: scaled down */
#define SCALE_LEAST 8.0 /* of all bands, up or down */
#define SHIFT_LEAST 1.0 /* of all bands, in the training's standard deviations */
#define EVENNESS 0.6    /* shift or scale of the 10th beside that of the 90th of 100 bands */
#define EVEN_BANDS 3    /* fewer may be shifted or scaled alike by chance */

/** The range of a band's values in training. */
static void range_of(const s2_model_band *band, double range[2])
{
    const bool known = !isnan(band->low) && !isnan(band->high) && band->high > band->low;
    range[0] = known ? band->low : band->mean - WITHOUT_RANGE * band->std;
    range[1] = known ? band->high : band->mean + WITHOUT_RANGE * band->std;
}

/** How far the typical value lies beyond the training's range, in ranges; 0: within. */
static double distance_beyond(const s2_band_finding *band, const double range[2])
{
    const double width = range[1] - range[0], typical = band->series.median;
    return typical < range[0] ? (range[0] - typical) / width
                              : fmax(0.0, (typical - range[1]) / width);
}

static bool lacks_spread(const s2_band_finding *band, const double range[2])
{
    return band->series.q99 - band->series.q01 < NO_SPREAD * (range[1] - range[0]);
}

static bool is_out(const s2_band_finding *band, const s2_model_band *trained)
{
    double range[2];
    range_of(trained, range);
    return distance_beyond(band, range) > 0.0 || lacks_spread(band, range);
}

/** When to warn of a single band: far beyond the range, or just beyond it and hardly varied. */
static bool is_far(const s2_band_finding *band, const s2_model_band *trained)
{
    double range[2];
    range_of(trained, range);
    const double distance = distance_beyond(band, range);
    return distance > FAR_RANGES || (distance > 0.0 && lacks_spread(band, range));
}

/** Part of a band's values beyond the training's range. */
static double share_beyond(const s2_band_finding *band, const double range[2])
{
    size_t beyond = 0;
    for (size_t i = 0; i < band->series.count; i++) {
        const double value = (double)band->series.values[i];
        beyond += value < range[0] || value > range[1];
    }
    return (double)beyond / (double)band->series.count;
}

/** A line about the chosen bands, with the figures of the first of them. */
static void tell_range(s2_findings *found, const s2_model_source *model)
{
    int first = 0;
    double range[2];
    s2_text text = {0};
    while (!found->chosen[first])
        first++;
    const s2_band_finding *band = &found->bands[first];
    range_of(&model->bands[first], range);
    s2_findings_begin_line(&text, found);
    s2_text_append(&text, ": values far from those the model was trained on: typically %.5g, ",
                   band->series.median);
    s2_findings_put_share(&text, share_beyond(band, range));
    s2_text_append(&text,
                   " of the pixels beyond the %.5g to %.5g of the training (band %d): if the unit "
                   "differs, \"gdal_translate -of VRT -a_scale ... -a_offset ...\" states what to "
                   "apply; if it is nodata, -srcnodata",
                   range[0], range[1], s2_source_band(found->source, first)->number);
    s2_findings_end_line(&text, found->host);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/**
 * The shift of the lowest values that all bands share, as from an offset that was not applied; 0
 * where there is none. shifts, steps scratch [bands]
 */
static double common_shift(const s2_findings *found, const s2_model_source *model, double *shifts,
                           double *steps)
{
    const int bands = found->count;
    for (int b = 0; b < bands; b++) {
        shifts[b] = found->bands[b].series.low - model->bands[b].low;
        steps[b] = fabs(shifts[b]) / model->bands[b].std;
        if (isnan(shifts[b]))
            return 0.0;
    }
    qsort(shifts, (size_t)bands, sizeof *shifts, ascending);
    qsort(steps, (size_t)bands, sizeof *steps, ascending);
    const double least = shifts[bands / 10], most = shifts[bands - 1 - bands / 10];
    const bool even = least > 0.0  ? least >= EVENNESS * most
                      : most < 0.0 ? most <= EVENNESS * least
                                   : false;
    return even && steps[bands / 2] >= SHIFT_LEAST ? shifts[bands / 2] : 0.0;
}

/** Whether the ratios, sorted in place, are all much the same, and far from 1. */
static bool is_common_scale(double *ratios, int bands)
{
    qsort(ratios, (size_t)bands, sizeof *ratios, ascending);
    const double middle = ratios[bands / 2];
    return ratios[bands / 10] > 0.0 &&
           ratios[bands / 10] >= EVENNESS * ratios[bands - 1 - bands / 10] &&
           (middle >= SCALE_LEAST || middle <= 1.0 / SCALE_LEAST);
}

/**
 * Whether means and highest values of all bands are those of the training times one factor: another
 * unit. Another landscape is darker or brighter in some bands than in others. work scratch [2
 * bands]
 */
static bool is_scaled(const s2_findings *found, const s2_model_source *model, double *work)
{
    double *means = work, *highs = work + found->count;
    for (int b = 0; b < found->count; b++) {
        const s2_value_series *series = &found->bands[b].series;
        means[b] = series->mean / model->bands[b].mean;
        highs[b] = series->high / model->bands[b].high;
        if (!isfinite(means[b]) || !isfinite(highs[b]))
            return false;
    }
    return is_common_scale(means, found->count) && is_common_scale(highs, found->count);
}

/** What all bands have in common: one factor or one shift. */
static s2rgf_status tell_common(s2_findings *found, const s2_model_source *model, s2rgf_error *err)
{
    double *work = s2_alloc(2 * (size_t)found->count, sizeof *work);
    if (!work)
        return s2_fail_memory(err, "values of a source");
    const bool scaled = is_scaled(found, model, work);
    const double shift = common_shift(found, model, work, work + found->count);
    s2_free(work);
    for (int b = 0; b < found->count; b++)
        found->chosen[b] = true;
    if (scaled)
        tell_range(found, model);
    if (scaled || shift == 0.0)
        return S2RGF_OK;
    s2_text text = {0};
    /* samples are not so exact that more than two digits would mean something */
    const double step = pow(10.0, floor(log10(fabs(shift))) - 1.0);
    const double rounded = step * round(shift / step);
    s2_findings_begin_line(&text, found);
    s2_text_append(
        &text,
        ": the lowest values of 100 %% of the bands lie some %.4g %s than in training "
        "(band %d: %.5g, in training %.5g): if an offset was not applied, \"gdal_translate "
        "-of VRT -a_offset %.4g\" states it",
        fabs(rounded), shift > 0.0 ? "higher" : "lower", s2_source_band(found->source, 0)->number,
        found->bands[0].series.low, model->bands[0].low, -rounded);
    s2_findings_end_line(&text, found->host);
    return S2RGF_OK;
}

/** Compare what was found in a source with what its model was trained on. */
static s2rgf_status compare_ranges(s2_findings *found, const s2_model_source *model,
                                   s2rgf_error *err)
{
    int out = 0, far = 0, known = 0;
    for (int b = 0; b < found->count; b++) {
        const s2_band_finding *band = &found->bands[b];
        const bool some = band->series.count >= FEWEST_VALUES;
        known += some;
        out += found->chosen[b] = some && is_out(band, &model->bands[b]);
    }
    if (known == 0)
        return S2RGF_OK;
    if (out >= BANDS_OUT * known) {
        tell_range(found, model);
        return S2RGF_OK;
    }
    for (int b = 0; b < found->count; b++)
        far += found->chosen[b] = found->bands[b].series.count >= FEWEST_VALUES &&
                                  is_far(&found->bands[b], &model->bands[b]);
    if (far > 0)
        tell_range(found, model);
    else if (known == found->count && known >= EVEN_BANDS)
        return tell_common(found, model, err);
    return S2RGF_OK;
}

/** A sample as a record; its pixels count as valid where any band is. */
static s2rgf_status record_sample(const s2_source_sample *sample, s2_value_record *record,
                                  s2rgf_error *err)
{
    const size_t bands = (size_t)sample->bands;
    float *pixel = s2_alloc(bands, sizeof *pixel);
    s2rgf_status status = s2_value_record_init(record, sample->bands, sample->count, err);
    if (status == S2RGF_OK && !pixel)
        status = s2_fail_memory(err, "sample of a source");
    for (size_t p = 0; p < sample->count && status == S2RGF_OK; p++) {
        uint8_t any = 0;
        for (size_t b = 0; b < bands; b++) {
            pixel[b] = sample->values[b * sample->count + p];
            any |= isfinite(pixel[b]) != 0;
        }
        s2_value_record_add(record, pixel, &any, 1);
    }
    s2_free(pixel);
    return status;
}

/** Whether a band of the sample has no valid pixel. */
static bool lacks_values(const s2_source_sample *sample)
{
    for (int b = 0; b < sample->bands; b++) {
        size_t i = 0;
        while (i < sample->count && !isfinite(sample->values[(size_t)b * sample->count + i]))
            i++;
        if (i == sample->count)
            return true;
    }
    return false;
}

/** What is known of the sources of a scene. */
typedef struct source_census {
    bool search; /* for bands without valid pixels */
    int given;   /* sources that can have some */
    int empty;   /* of them have none in a band, where one source is enough */
} source_census;

/** Search the whole source for bands without valid pixels. */
static s2rgf_status tell_empty(s2_source *source, bool any_source, source_census *census,
                               const s2rgf_host *host, s2rgf_error *err)
{
    const int bands = s2_source_band_count(source);
    int empty = 0;
    bool not_finite = false;
    s2_text text = {0};
    s2_band_content *content = s2_calloc((size_t)bands, sizeof *content);
    bool *chosen = s2_calloc((size_t)bands, sizeof *chosen);
    s2rgf_status status = content && chosen ? S2RGF_OK : s2_fail_memory(err, "bands");
    if (status == S2RGF_OK)
        status = s2_source_find_data(source, host, content, err);
    for (int b = 0; b < bands && status == S2RGF_OK; b++) {
        empty += chosen[b] = content[b] != S2_BAND_HAS_DATA;
        not_finite = not_finite || content[b] == S2_BAND_NOT_FINITE;
    }
    if (empty > 0)
        s2_source_put_bands(&text, source, chosen);
    census->empty += any_source && empty > 0;
    if (empty > 0 && any_source && census->empty < census->given)
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): %s: no pixel is valid: what is mapped comes from the other sources",
               s2_source_name(source), s2_source_label(source), text.data ? text.data : "");
    else if (empty > 0 && not_finite)
        status =
            s2_fail(err, S2RGF_FORMAT, "source %s (%s): %s: no value is finite",
                    s2_source_name(source), s2_source_label(source), text.data ? text.data : "");
    else if (empty > 0)
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): %s: 100 %% of the pixels are nodata, and so is all of the map; "
               "-srcnodata gives another nodata value, or none",
               s2_source_name(source), s2_source_label(source), text.data ? text.data : "");
    S2_FREE_EACH(text.data, content, chosen);
    return status;
}

static s2rgf_status check_source_values(s2_scene *scene, int index, const s2_model_source *model,
                                        s2_rect rect, source_census *census, const s2rgf_host *host,
                                        s2rgf_error *err)
{
    const s2_scene_source *member = &scene->sources[index];
    s2_source_sample sample = {0};
    s2_value_record record = {0};
    s2_findings found = {0};
    const s2_rect area = s2_affine_bounds(&member->ref_to_source, rect);
    s2rgf_status status = s2_source_sample_read(member->source, area, &sample, err);
    if (status == S2RGF_IO) { /* mapping reports it, where it needs these pixels */
        s2_error_clear(err);
        return S2RGF_OK;
    }
    if (status == S2RGF_OK && sample.count > 0 && lacks_values(&sample)) {
        if (census->search)
            status = tell_empty(member->source, scene->any_source, census, host, err);
    } else if (status == S2RGF_OK && sample.count > 0) {
        status = record_sample(&sample, &record, err);
        if (status == S2RGF_OK)
            status = s2_values_examine(&record, member->source, false, host, &found, err);
        if (status == S2RGF_OK)
            status = compare_ranges(&found, model, err);
    }
    s2_findings_clear(&found);
    s2_value_record_clear(&record);
    s2_source_sample_clear(&sample);
    return status;
}

s2rgf_status s2_scene_check_values(s2_scene *scene, const s2_model_content *content, s2_rect rect,
                                   bool search, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    source_census census = {.search = search};
    for (int s = 0; s < scene->count; s++)
        census.given += !content->off.source[s] && !scene->sources[s].absent;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        if (!content->off.source[s] && !scene->sources[s].absent)
            status = check_source_values(scene, s, &content->sources[s], rect, &census, host, err);
    return status;
}
