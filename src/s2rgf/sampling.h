/* Part of s2rgf.h: sampling. */
#ifndef S2RGF_SAMPLING_H
#define S2RGF_SAMPLING_H

#include "s2rgf/base.h"
#include "s2rgf/labelling.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sampling ------------------------------------------------------------------------------ */

/** Everything s2rgf_sample() needs; see s2rgf_sample(1). */
typedef struct s2rgf_sample_options {
    size_t size; /* of the structure, set by init */
    const char *map_path;
    const char *assigned_srs; /* CRS of a map that has none, or NULL */
    const char *output_path;
    const char *format; /* GDAL driver name, or NULL: from the extension */
    bool overwrite;
    const char *design; /* "stratified", "simple" or "systematic" */
    const char
        *strata_path; /* class raster on the map's grid whose classes are the strata, or NULL */
    int points;       /* of the sample, or 0 with target_se */
    double target_se; /* the standard error of the overall accuracy to reach, 0.0005 to 0.5, or 0 */
    /* "U" or "class=U", expected user's accuracies, ended by NULL, or NULL: 0.8 */
    const char *const *accuracies;
    const char *allocation;      /* to strata: "least", "proportional", "equal" or "neyman" */
    int least;                   /* points that each stratum gets with "least" */
    s2rgf_label_options exclude; /* labels whose pixels are not drawn; path NULL: none */
    double exclude_m;            /* nor are pixels this near to them, in metres */
    uint64_t seed;
    bool blind; /* leave out the map's class of each point */
} s2rgf_sample_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_sample_options_init(s2rgf_sample_options *options, size_t size);

/**
 * Draw a probability sample of the pixels of a class raster and write it as a layer of points. The
 * map is read once. The file gets its name only when it is complete.
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the vector format), MISMATCH (no pixel to
 *         draw, or strata on another grid), NO_MEMORY, CANCELLED.
 * Memory  grows with points and strata, not with the map.
 */
S2RGF_API s2rgf_status s2rgf_sample(const s2rgf_sample_options *options, const s2rgf_host *host,
                                    s2rgf_error *err);

#ifdef __cplusplus
}
#endif
#endif
