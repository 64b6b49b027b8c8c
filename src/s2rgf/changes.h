/* Part of s2rgf.h: change. */
#ifndef S2RGF_CHANGES_H
#define S2RGF_CHANGES_H

#include "s2rgf/base.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- change -------------------------------------------------------------------------------- */

/** Everything s2rgf_change() needs; see s2rgf_change(1). */
typedef struct s2rgf_change_options {
    size_t size;                          /* of the structure, set by init */
    const char *before_path, *after_path; /* class rasters */
    const char *assigned_srs;             /* CRS of maps that have none, or NULL */
    /* confidences of the maps, on their grids: both or NULL */
    const char *before_confidence_path, *after_confidence_path;
    double threshold; /* with these: changes less sure in either map are "unsure", 0 to 1 */
    const char *output_path;
    const char *report_path;             /* the caller's own report, no output or input; or NULL */
    const char *format;                  /* GDAL driver name, or NULL: from the extension */
    const char *const *creation_options; /* KEY=VALUE list ended by NULL, or NULL */
    bool overwrite;
    bool style; /* write a QGIS .qml beside the map */
} s2rgf_change_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_change_options_init(s2rgf_change_options *options, size_t size);

/** Which class became which between two maps. Released with s2rgf_transitions_free(). */
typedef struct s2rgf_transitions {
    int class_count;
    char **class_names; /* [class_count] that occur: in the order of the first map, then others */
    uint64_t *pixels;   /* [class_count * class_count], row = before, column = after */
    double *hectares;   /* the same, on the ellipsoid; NaN where areas are not known */
    int *values; /* the same: pixel values in the change map, 0 for a change that does not occur */
    int unsure_value; /* 0: there is no such pixel */
    uint64_t unsure_pixels;
    double unsure_hectares;
    uint64_t before_only, after_only; /* pixels with a class in one map only, which become nodata */
} s2rgf_transitions;

/**
 * Compare two class rasters and write a third, on the grid of the first, which says which class became
 * which. Its classes are those that did not change, with their names and colours, "A to B", and
 * "unsure". Classes are matched as in s2rgf_assess().
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the format, more than S2RGF_MAX_CLASSES kinds
 *         of change), MISMATCH (no common class or pixel), NO_MEMORY, CANCELLED. After any error no
 *         output is left and none was replaced.
 * Memory  grows with the square of the number of classes, not with the maps, which are read twice.
 */
S2RGF_API s2rgf_status s2rgf_change(const s2rgf_change_options *options, const s2rgf_host *host,
                                    s2rgf_transitions **result, s2rgf_error *err);

/**
 * Transitions as a JSON object; see s2rgf_change(1).
 * text out zero-terminated, released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_transitions_json(const s2rgf_transitions *transitions, char **text,
                                              s2rgf_error *err);

/** Release; NULL is accepted. */
S2RGF_API void s2rgf_transitions_free(s2rgf_transitions *transitions);

#ifdef __cplusplus
}
#endif
#endif
