/* Part of s2rgf.h: classification. */
#ifndef S2RGF_CLASSIFICATION_H
#define S2RGF_CLASSIFICATION_H

#include "s2rgf/base.h"
#include "s2rgf/labelling.h"
#include "s2rgf/models.h"
#include "s2rgf/scene.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- classification ------------------------------------------------------------------------ */

/** Everything s2rgf_classify() needs; see s2rgf_classify(1). */
typedef struct s2rgf_classify_options {
    size_t size; /* of the structure, set by init */
    s2rgf_scene_options scene;
    const char *model_path;
    const char *output_path;
    const char *confidence_path;  /* largest class probability, Float32, or NULL */
    const char *probability_path; /* one Float32 band a class, or NULL */
    const char *uncertainty_path; /* Float32 bands "entropy" and "margin", or NULL */
    const char *report_path;      /* the caller's own report, no output or input; or NULL */
    /* GDAL driver name of the map; NULL, and for the other outputs: by extension, else GTiff */
    const char *format;
    const char *const *creation_options; /* KEY=VALUE list ended by NULL, or NULL */
    bool overwrite;
    bool style;            /* write a QGIS .qml beside the map */
    const char *mask_path; /* map only where this raster is neither 0 nor nodata, or NULL */
    /* map only pixels whose centre is in a polygon of cutline, and in none of exclude. Only path,
       layer, where and assigned_srs count; path NULL: no such limit */
    s2rgf_label_options cutline, exclude;
    bool has_srcwin;  /* map only this rectangle of the reference grid */
    double srcwin[4]; /* x, y, width, height in reference pixels */
    bool has_projwin;
    double projwin[4];       /* ulx, uly, lrx, lry */
    const char *projwin_srs; /* CRS of projwin, or NULL for the reference grid's */
    /* smooth the classes' log-odds over a window of this many pixels, an odd number from 3 to 51; 0:
       leave them as they are */
    int smooth_px;
    /* pixels whose class is less probable than this become the class "unsure", whose value is the
       first after those of the model; 0: none, 1: all that are not certain */
    double reject;
    /* smaller patches of a class take the class of their largest neighbour; zeros: all stay. Not with
       share_count: s2rgf_mosaic() does it then */
    s2rgf_patch_size smallest_patch;
    int tile_px;   /* 0: chosen from memory_mb */
    int threads;   /* 0: as many as affinity and CPU quota allow */
    int memory_mb; /* working memory for tiles; 0: 512, or half of what cgroups grant */
    /* upper limit when sizing GDAL's block cache for the layout of the files; 0: do not touch it */
    int block_cache_mb;
    /* make only share number 1..share_count, for s2rgf_mosaic(): whole rows of tiles, in GeoTIFFs named
       MAP_03of16.tif. A share that exists is kept unless overwrite. share_count 0: make all */
    int share, share_count;
    const s2rgf_model *model; /* an open model, in place of model_path, or NULL */
    /* "float", as fast as the processor can, or "exact", the same bytes on every processor */
    const char *precision;
    bool reject_nodata; /* rejected pixels become nodata, and the map has no class "unsure" */
} s2rgf_classify_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_classify_options_init(s2rgf_classify_options *options, size_t size);

/**
 * Map a scene with a model. The pixels do not depend on tile_px, threads or the rectangle asked
 * for.
 * Errors  INVALID_ARGUMENT, NO_MEMORY (memory_mb too small), IO, FORMAT, MISMATCH, CANCELLED.
 *         After any error no output file exists under its name and none was overwritten.
 * Memory  bounded by memory_mb for tiles and decoded blocks, plus the model and GDAL's block cache.
 * Threads starts threads of its own, each with its own GDAL handles. If there are several, each may
 *         read ahead in a second thread when cores are spare or files are slow.
 */
S2RGF_API s2rgf_status s2rgf_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                                      s2rgf_error *err);

/** The results of many scenes. Released with s2rgf_scenes_result_free(). */
typedef struct s2rgf_scenes_result {
    size_t scenes; /* the sum of the following */
    size_t mapped, skipped, failed, not_reached;
    char *json; /* what happened to each scene: see s2rgf_classify(1), MANY SCENES */
} s2rgf_scenes_result;

/**
 * Map many scenes with one model: those of a folder, or those that a text file names. "{}" in paths
 * stands for the name of a scene. A share is every share_count'th scene. A scene whose map exists is
 * skipped unless overwrite. A scene that fails is reported in the result and does not stop the
 * others.
 * result  out  also after CANCELLED; NULL if it could not begin
 * Errors  INVALID_ARGUMENT, IO, FORMAT (of the list or the model), NO_MEMORY, CANCELLED.
 */
S2RGF_API s2rgf_status s2rgf_classify_scenes(const s2rgf_classify_options *options,
                                             const char *scenes_path, const s2rgf_host *host,
                                             s2rgf_scenes_result **result, s2rgf_error *err);

/** Release a result; NULL is accepted. */
S2RGF_API void s2rgf_scenes_result_free(s2rgf_scenes_result *result);

/** Everything s2rgf_mosaic() needs; see s2rgf_mosaic(1). */
typedef struct s2rgf_mosaic_options {
    size_t size; /* of the structure, set by init */
    const char *output_path;
    const char *format; /* GDAL driver name, VRT to refer to the shares, or NULL: by extension */
    const char *const *creation_options; /* KEY=VALUE list ended by NULL, or NULL */
    bool overwrite;
    bool style;                      /* write a QGIS .qml beside the map */
    int share_count;                 /* 0: as the names of the shares say */
    s2rgf_patch_size smallest_patch; /* as of s2rgf_classify_options */
} s2rgf_mosaic_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_mosaic_options_init(s2rgf_mosaic_options *options, size_t size);

/**
 * Join the shares of options->output_path, a map or another output, into what one call of
 * s2rgf_classify() would have written. It does not need scene and model.
 * Errors  IO (shares are missing), MISMATCH (shares of different models, scenes or divisions),
 *         FORMAT, INVALID_ARGUMENT, UNSUPPORTED, NO_MEMORY, CANCELLED.
 */
S2RGF_API s2rgf_status s2rgf_mosaic(const s2rgf_mosaic_options *options, const s2rgf_host *host,
                                    s2rgf_error *err);

#ifdef __cplusplus
}
#endif
#endif
