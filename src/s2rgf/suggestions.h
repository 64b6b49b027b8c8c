/* Part of s2rgf.h: labels to come. */
#ifndef S2RGF_SUGGESTIONS_H
#define S2RGF_SUGGESTIONS_H

#include "s2rgf/base.h"
#include "s2rgf/labelling.h"
#include "s2rgf/scene.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- labels to come ------------------------------------------------------------------------ */

/** Everything s2rgf_suggest() needs; see s2rgf_suggest(1). */
typedef struct s2rgf_suggest_options {
    size_t size; /* of the structure, set by init */
    s2rgf_scene_options scene;
    const char *model_path;
    const char *output_path;
    const char *format; /* GDAL driver name, or NULL: from the extension */
    bool overwrite;
    int points;                 /* number of places, 1 to 10000 */
    double distance_m;          /* least distance between places, and from labels */
    s2rgf_label_options labels; /* existing labels; path NULL: none; their classes do not matter */
    const char *mask_path;      /* only where this raster is neither 0 nor nodata, or NULL */
    int tile_px, threads, memory_mb, block_cache_mb; /* as in s2rgf_classify_options */
} s2rgf_suggest_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_suggest_options_init(s2rgf_suggest_options *options, size_t size);

/**
 * Choose places to label next, and write them as a layer of points. There the model is in doubt, and
 * they differ from each other and from labels. They do not depend on tiles and threads. The file gets
 * its name only when it is complete.
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the vector format), MISMATCH (model and scene,
 *         or no place), NO_MEMORY, CANCELLED.
 * Memory  bounded by memory_mb for tiles, plus some megabytes for candidates.
 * Threads as s2rgf_classify().
 */
S2RGF_API s2rgf_status s2rgf_suggest(const s2rgf_suggest_options *options, const s2rgf_host *host,
                                     s2rgf_error *err);

#ifdef __cplusplus
}
#endif
#endif
