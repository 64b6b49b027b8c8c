/* Values of a source that make no sense: undeclared nodata, a single value, wild ones. */
#ifndef S2_SCENE_VALUE_CHECK_H
#define S2_SCENE_VALUE_CHECK_H

#include "core/memory.h"
#include "geo/source/source.h"
#include "model/file.h"
#include "scene/value_series.h"

/** What is kept of a source's values while all of them pass by. */
typedef struct s2_value_record {
    int bands;
    int stride;       /* one pixel in that many is kept */
    uint64_t passed;  /* pixels */
    uint64_t counted; /* of them valid */
    float *kept;      /* [room][bands] */
    size_t count, room;
    float *ends;       /* [2][bands] lowest and highest value */
    uint64_t *at_end;  /* [2][bands] valid pixels that have it */
    const char *place; /* borrowed: what messages call the raster; NULL: its own name */
} s2_value_record;

/** Prepare for a source of that many pixels. Errors NO_MEMORY.  Memory: s2_value_record_clear(). */
s2rgf_status s2_value_record_init(s2_value_record *record, int bands, uint64_t pixels,
                                  s2rgf_error *err);
void s2_value_record_clear(s2_value_record *record);
/** pixels in [count][bands], valid in [count] */
void s2_value_record_add(s2_value_record *record, const float *pixels, const uint8_t *valid,
                         size_t count);

/**
 * Warn of bands with a single value, of values that look like undeclared nodata, and of a few
 * that are beyond reason; fill in the range of the bands' values, without the former.
 * model out  low and high of its bands
 * Errors NO_MEMORY.
 */
s2rgf_status s2_values_check(const s2_value_record *record, const s2_source *source,
                             const s2rgf_host *host, s2_model_source *model, s2rgf_error *err);

/**
 * What was found in one band: series and the value that looks like nodata, if any, and how often.
 */
typedef struct s2_band_finding {
    s2_value_series series; /* without that value */
    double fill, share;     /* NaN: none */
    bool single, wild;
} s2_band_finding;

/** What was found in the bands of a source. */
typedef struct s2_findings {
    const s2_source *source;
    const char *place; /* what messages call its raster */
    const s2rgf_host *host;
    s2_band_finding *bands;
    bool *chosen; /* [bands] that a line is about */
    int count;
    float *values; /* [bands][kept] in order */
} s2_findings;

/**
 * Look, and warn as s2_values_check() does, of single values only in training.
 * Errors NO_MEMORY.  Memory: s2_findings_clear().
 */
s2rgf_status s2_values_examine(const s2_value_record *record, const s2_source *source,
                               bool training, const s2rgf_host *host, s2_findings *found,
                               s2rgf_error *err);
void s2_findings_clear(s2_findings *found);
/** "source msi (a.tif): bands 1 to 4": the beginning of a line about the chosen bands. */
void s2_findings_begin_line(s2_text *text, const s2_findings *found);
/** Part of the pixels in words: "3.2 %", "less than 0.1 %". */
void s2_findings_put_share(s2_text *text, double share);
/** Hand the line to the host as a warning and release it. */
void s2_findings_end_line(s2_text *text, const s2rgf_host *host);

#endif
