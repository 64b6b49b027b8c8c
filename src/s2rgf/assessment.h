/* Part of s2rgf.h: assessment. */
#ifndef S2RGF_ASSESSMENT_H
#define S2RGF_ASSESSMENT_H

#include "s2rgf/base.h"
#include "s2rgf/labelling.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- assessment ---------------------------------------------------------------------------- */

/** Assessed pixels whose confidence lies in one bin. */
typedef struct s2rgf_reliability_bin {
    uint64_t pixels;
    double confidence; /* mean, NaN without pixels */
    double accuracy; /* fraction of the pixels that agree with the reference, NaN without pixels */
} s2rgf_reliability_bin;

/** A figure of the whole map, estimated from a sample. NaN where it is undefined. */
typedef struct s2rgf_estimate {
    double estimate;
    double se;      /* standard error */
    double ci95[2]; /* estimate -+ 1.96 se; not cut off at 0 and 1 */
} s2rgf_estimate;

/** Estimates of one class. */
typedef struct s2rgf_class_estimates {
    char *name;
    s2rgf_estimate users_accuracy, producers_accuracy, f1, area_ha;
} s2rgf_class_estimates;

/** A part of the map that points of a sample were drawn from. */
typedef struct s2rgf_stratum {
    char *name;
    uint64_t pixels;
    double area_ha; /* NaN where areas are not known */
    uint64_t points;
} s2rgf_stratum;

/** What a probability sample says about the whole map. */
typedef struct s2rgf_map_estimates {
    const char *design;      /* "stratified", "simple" or "systematic" */
    bool strata_are_classes; /* strata are the map's classes */
    double area_ha;          /* of all that is mapped, NaN where areas are not known */
    s2rgf_estimate overall_accuracy;
    int class_count;                  /* the map's, then those that only the reference has */
    s2rgf_class_estimates *per_class; /* [class_count] */
    double
        *proportions; /* [class_count * class_count] of the area, row = reference, column = map */
    int stratum_count;
    s2rgf_stratum *strata; /* [stratum_count] */
} s2rgf_map_estimates;

/** Accuracy of a class raster against reference labels. Released with s2rgf_assessment_free(). */
typedef struct s2rgf_assessment {
    int class_count;
    char **class_names;  /* [class_count] */
    int *class_values;   /* [class_count], pixel values in the map */
    uint64_t *confusion; /* [class_count * class_count], row = reference, column = map */
    double overall_accuracy;
    double average_accuracy; /* mean producer's accuracy over classes with reference pixels */
    double kappa;
    double *users_accuracy;     /* [class_count], NaN where undefined */
    double *producers_accuracy; /* [class_count], NaN where undefined */
    double *f1;                 /* [class_count], NaN where undefined */
    uint64_t assessed;          /* pixels in the confusion matrix */
    uint64_t excluded_nodata;   /* reference pixels where the map has nodata */
    uint64_t excluded_outside;  /* labelled polygons that hold no pixel centre of the map, and
                                   points outside it */
    uint64_t excluded_unknown;  /* reference pixels of a class the map does not have */
    uint64_t excluded_conflict; /* pixels that labels of different classes share */
    s2rgf_map_estimates *area_adjusted; /* of the whole map; NULL without a design */
    bool has_confidence;      /* a confidence raster was given; the members below describe it */
    double calibration_error; /* expected, over the bins; NaN without confidence */
    /* bin b starts at b / S2RGF_RELIABILITY_BINS; the last one includes its end */
    s2rgf_reliability_bin reliability[S2RGF_RELIABILITY_BINS];
    uint64_t without_confidence; /* assessed pixels where the confidence raster has nodata */
} s2rgf_assessment;

/** Everything s2rgf_assess() needs. */
typedef struct s2rgf_assess_options {
    size_t size; /* of the structure, set by init */
    const char *map_path;
    const char *assigned_srs; /* CRS of a map that has none, or NULL */
    /* the probability of the mapped class on the map's grid, as s2rgf_classify() writes it, or
       NULL */
    const char *confidence_path;
    s2rgf_label_options labels;
    /* how the labels, which must be points, were drawn: "stratified", "simple" or "systematic"; NULL:
       not at random */
    const char *design;
    const char *strata_path; /* with "stratified", as for s2rgf_sample(); NULL: the map's classes */
} s2rgf_assess_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_assess_options_init(s2rgf_assess_options *options, size_t size);

/**
 * Compare a class raster with reference labels. Classes are matched by name, then by the number in
 * the name, then by value; see s2rgf_assess(1).
 * result out
 * Errors  IO, FORMAT, INVALID_ARGUMENT, UNSUPPORTED, MISMATCH (no class in common, no overlap, a
 *         confidence raster of another grid, or a sample that does not fit its design), NO_MEMORY,
 *         CANCELLED.
 */
S2RGF_API s2rgf_status s2rgf_assess(const s2rgf_assess_options *options, const s2rgf_host *host,
                                    s2rgf_assessment **result, s2rgf_error *err);

/**
 * The assessment as a JSON object; s2rgf_assess(1) lists its keys.
 * text out released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_assessment_json(const s2rgf_assessment *assessment, char **text,
                                             s2rgf_error *err);

/**
 * The assessment as a page of HTML that loads nothing: the map's picture, figures with their
 * intervals, matrices, what was excluded, and where all of it comes from. The map is opened again,
 * and read at up to 3200 x 3200 places, from its overviews if it has any.
 * options  in  those that the assessment was made with
 * warnings in  lines to show, such as those that the assessment gave the host, ended by NULL, or NULL
 * text     out released with s2rgf_free()
 * Errors  IO, FORMAT, UNSUPPORTED (GDAL writes no PNG), NO_MEMORY, CANCELLED.
 */
S2RGF_API s2rgf_status s2rgf_assessment_html(const s2rgf_assessment *assessment,
                                             const s2rgf_assess_options *options,
                                             const char *const *warnings, const s2rgf_host *host,
                                             char **text, s2rgf_error *err);

/** Release an assessment; NULL is accepted. */
S2RGF_API void s2rgf_assessment_free(s2rgf_assessment *assessment);

#ifdef __cplusplus
}
#endif
#endif
