/* s2rgf - land-cover maps from several co-registered optical rasters.
 * SPDX-License-Identifier: MIT
 *
 * The public interface of libs2rgf. It trains models, maps scenes (one, a share of one, or many),
 * joins shares of a map, assesses maps, describes models, and computes maps on demand.
 * Each of these takes one options structure, filled with defaults by its *_options_init() function,
 * and reports through s2rgf_host. No function prints, exits or changes process-wide state. The
 * caller registers GDAL's drivers first.
 *
 *     #include <gdal.h>
 *     #include <s2rgf.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         const s2rgf_input input = {"ms", "scene.tif"};
 *         s2rgf_classify_options options;
 *         s2rgf_error err;
 *         GDALAllRegister();
 *         s2rgf_classify_options_init(&options, sizeof options);
 *         options.scene.inputs = &input;
 *         options.scene.input_count = 1;
 *         options.model_path = "model.s2rgf";
 *         options.output_path = "map.tif";
 *         if (s2rgf_classify(&options, NULL, &err) == S2RGF_OK)
 *             return 0;
 *         fprintf(stderr, "%s\n", err.message);
 *         return 1;
 *     }
 *
 *     cc example.c $(pkg-config --cflags --libs libs2rgf)
 *
 * Strings are UTF-8. Pointers in options are borrowed for the length of the call. An argument that
 * may not be NULL and is, and a number out of its range, give S2RGF_INVALID_ARGUMENT; err may always
 * be NULL.
 *
 * A later version only appends members: to the options, whose size member tells the library which of
 * them the caller has, and to structures that the library makes and hands out by pointer. Others
 * stay as they are.
 */
#ifndef S2RGF_H
#define S2RGF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define S2RGF_API __attribute__((visibility("default")))
#else
#define S2RGF_API
#endif

#define S2RGF_VERSION_MAJOR 0
#define S2RGF_VERSION_MINOR 1
#define S2RGF_VERSION_PATCH 0
/** True if this header is of that version or a later one. */
#define S2RGF_CHECK_VERSION(major, minor, patch)                                                   \
    (S2RGF_VERSION_MAJOR * 1000000 + S2RGF_VERSION_MINOR * 1000 + S2RGF_VERSION_PATCH >=           \
     (major)*1000000 + (minor)*1000 + (patch))

#define S2RGF_MAX_SOURCES 8       /* sources of one scene */
#define S2RGF_MAX_CLASSES 1024    /* classes of one model */
#define S2RGF_MESSAGE_BYTES 1024  /* an error message with its terminating zero */
#define S2RGF_RELIABILITY_BINS 15 /* of equal width, over confidences from 0 to 1 */

/** The result of a call. */
typedef enum s2rgf_status {
    S2RGF_OK = 0,
    S2RGF_INVALID_ARGUMENT, /* the caller asked for something impossible: correct the options */
    S2RGF_NO_MEMORY,        /* an allocation failed or a memory limit cannot be kept */
    S2RGF_IO,               /* a file could not be opened, read, written or renamed */
    S2RGF_FORMAT,           /* a file was read but its content is malformed */
    S2RGF_MISMATCH,         /* model and input do not fit each other */
    S2RGF_UNSUPPORTED,      /* well-formed, but beyond what this version does */
    S2RGF_CANCELLED,        /* the progress function asked to stop */
    S2RGF_INTERNAL          /* a defect of this library: please report it */
} s2rgf_status;

/** A status with its one-line message: "subject: what is wrong: expected X, found Y". */
typedef struct s2rgf_error {
    s2rgf_status status;
    char message[S2RGF_MESSAGE_BYTES];
} s2rgf_error;

/** Severity of a line handed to s2rgf_host.log. */
typedef enum s2rgf_log_level { S2RGF_DEBUG, S2RGF_INFO, S2RGF_WARNING } s2rgf_log_level;

/**
 * Whom the library talks to while it works. Any member may be NULL. Both are called in the thread
 * that called the library, and no other.
 */
typedef struct s2rgf_host {
    /* fraction done in 0..1; return false to cancel (the verb then returns S2RGF_CANCELLED) */
    bool (*progress)(double fraction, void *user);
    /* one line of text without a newline */
    void (*log)(s2rgf_log_level level, const char *line, void *user);
    void *user;
} s2rgf_host;

/**
 * Text from outside on one line that a terminal may show: control characters, overrides of the
 * writing direction and bytes that are not UTF-8 become escapes (\x1b, \u202e), line breaks and
 * tabs blanks. The library's messages contain names of files and classes as they are: pass them
 * through this function before you print them.
 * line out [size], cut between characters
 */
S2RGF_API void s2rgf_printable(const char *text, char *line, size_t size);

/** One raster file of one source. Files that share a name are joined into that source's bands. */
typedef struct s2rgf_input {
    const char *name; /* source name, [A-Za-z0-9_-]+ */
    const char *path; /* anything GDAL opens */
} s2rgf_input;

/** The rasters of one scene and how to open them. All zero is the default. */
typedef struct s2rgf_scene_options {
    const s2rgf_input *inputs;
    size_t input_count;
    const char *assigned_srs; /* CRS for sources without one, or NULL */
    /* "value" or "none" in place of the files' nodata, or NULL */
    const char *source_nodata;
    const char *const *open_options;  /* KEY=VALUE list ended by NULL, or NULL */
    const char *const *input_formats; /* GDAL driver names ended by NULL, or NULL for all */
    /* above 1: average the pixels of every source to pixels so many times as large, for quick looks
       only, because the model was trained on finer ones; 0 and 1: leave them as they are */
    int decimation;
    const void *reserved[8]; /* NULL: room for later members */
} s2rgf_scene_options;

/** Labelled areas: a layer of polygons or points, or a class raster. All zero is the default. */
typedef struct s2rgf_label_options {
    const char *path;
    const char *layer;        /* NULL: the only layer with geometries */
    const char *attribute;    /* class field of a vector layer, text or whole numbers */
    const char *where;        /* attribute filter, or NULL */
    const char *assigned_srs; /* CRS of labels that have none, or NULL */
    bool all_touched;         /* burn every pixel a polygon touches, not only centres inside */
    double
        buffer_m; /* a point labels the pixels with their centre so near, too; 0: its own alone */
    const void *reserved[8]; /* NULL: room for later members */
} s2rgf_label_options;

/* ---- training ------------------------------------------------------------------------------ */

/** Everything s2rgf_train() needs; see s2rgf_train(1) for the meaning of each switch. */
typedef struct s2rgf_train_options {
    size_t size; /* of the structure, set by init */
    /* with scenes_path, "{}" in the paths of rasters and labels stands for the name of a scene */
    s2rgf_scene_options scene;
    s2rgf_label_options labels;
    const char *scenes_path;   /* folder of scenes, or list of their names; NULL: one scene */
    bool skip_bad;             /* leave out scenes that cannot be used, instead of failing */
    const char *validation_by; /* what is kept together: "group", polygons or blocks; "scene" */
    /* bands to use, "NAME=1-4,8" or "NAME=450-900nm", in this order, ended by NULL, or NULL: all that
       are not marked bad and hold data. Of a single source also without "NAME=". */
    const char *const *bands;
    const char *model_path;
    bool overwrite;
    const char *network; /* "dense" or "patch" */
    bool relations;      /* dense with ADRF's attention and SSJA, as published; patch has them */
    /* 0 in these four: the network's own default */
    int channels;             /* C: a multiple of 16, 16 to 128 */
    int steps;                /* optimiser steps of a full run, 1 to 1000000 */
    int batch;                /* crops in a step, 1 to 256 */
    int crop_px;              /* side of a training crop in reference pixels, a multiple of 16 */
    double learning_rate;     /* peak of the one-cycle schedule */
    double weight_decay;      /* decoupled */
    double label_smoothing;   /* 0 to 0.5 */
    double balance;           /* 0: all labelled pixels of a step count the same, 1: all classes */
    double settle;            /* fraction of the steps after which batch-norms use the statistics of
                                 the whole scene, 0 to 1; 1: only at the end */
    double redundancy_weight; /* beta of the de-redundancy loss */
    const char *redundancy;   /* its form: "correlation" or "softmax" (the published one) */
    /* parts to switch off, in training and in the model's maps, ended by NULL, or NULL: "attention",
       "ssja", "redundancy", "spectral", "spatial", "expert", "windows", "source:NAME" */
    const char *const *ablations;
    double jitter;     /* spread of the brightness of training crops, 0 to 1 */
    double validation; /* fraction of the labels to keep for validation, 0 to 0.5 */
    bool refit;        /* after validation, train again on all labels */
    int patience;      /* validations without improvement before stopping; 0: never */
    uint64_t seed;
    int threads;             /* 0: as affinity and CPU quota leave */
    const char *checkpoint;  /* file written atomically while training, or NULL */
    bool resume;             /* continue from that checkpoint */
    const char *report_path; /* JSON file that says how the training went, or NULL */
} s2rgf_train_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_train_options_init(s2rgf_train_options *options, size_t size);

/**
 * Train a model on one scene, or many, and their labels and write it to options->model_path.
 * The file gets its name only when it is complete.
 * Errors  INVALID_ARGUMENT, NO_MEMORY, IO, FORMAT, UNSUPPORTED, CANCELLED.
 * Memory  grows with the number of labelled pixels, the batch and C, not with the scene.
 * Memory  OpenBLAS takes and keeps 128 MB of address space for each thread; NO_MEMORY if there is
 *         less.
 * Threads one call at a time per process (OpenMP team inside). See "the process" below.
 */
S2RGF_API s2rgf_status s2rgf_train(const s2rgf_train_options *options, const s2rgf_host *host,
                                   s2rgf_error *err);

/* ---- models -------------------------------------------------------------------------------- */

/** A trained model, read-only after opening; may be shared by threads. */
typedef struct s2rgf_model s2rgf_model;

/** A class of a model or a map. */
typedef struct s2rgf_class {
    int value; /* of its pixels, 1 to 65535; 0 is nodata */
    const char *name;
    uint8_t rgb[3];
} s2rgf_class;

/** A band of a source, as the model was trained on it. */
typedef struct s2rgf_band_info {
    const char *name;     /* "" where unknown */
    double wavelength_nm; /* NaN where unknown */
} s2rgf_band_info;

/** A source that a model needs. */
typedef struct s2rgf_source_info {
    const char *name;
    double pixel_size;         /* metres on the ground, or of unknown unit: */
    bool pixel_size_in_metres; /* it is in metres */
    bool defines_reference;    /* its grid is the reference grid, that of the map */
    bool on_reference;         /* its grid is the reference grid, or equal to it */
    int band_count;
    const s2rgf_band_info *bands; /* [band_count] */
} s2rgf_source_info;

/** What a model is and needs. */
typedef struct s2rgf_model_info {
    const char *network;  /* "dense" or "patch" */
    const char *checksum; /* of the file, hexadecimal, as in the metadata of its maps */
    double pixel_size;    /* of its maps, as in the source that defines the reference grid */
    int source_count;
    const s2rgf_source_info *const *sources; /* [source_count] */
    int class_count;
    const s2rgf_class *classes; /* [class_count], in ascending order of value */
} s2rgf_model_info;

/**
 * Load a model file. The content is not trusted: sizes, offsets, names, and the shapes and values
 * of all tensors are checked.
 * Errors  IO, FORMAT, UNSUPPORTED (newer format version), NO_MEMORY.
 * Memory  *model is released with s2rgf_model_close().
 */
S2RGF_API s2rgf_status s2rgf_model_open(const char *path, s2rgf_model **model, s2rgf_error *err);

/** What the model is and needs, valid until it is closed; NULL without a model. */
S2RGF_API const s2rgf_model_info *s2rgf_model_info_get(const s2rgf_model *model);

/** Release a model; NULL is accepted. */
S2RGF_API void s2rgf_model_close(s2rgf_model *model);

/**
 * Describe a model: sources, bands, classes, training facts.
 * json in  true: one JSON object; false: readable text
 * text out zero-terminated, released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_model_describe(const s2rgf_model *model, bool json, char **text,
                                            s2rgf_error *err);

/**
 * Describe a model as a page of HTML that loads nothing: sources with their bands, classes with
 * their colours, training.
 * text out released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_model_html(const s2rgf_model *model, char **text, s2rgf_error *err);

/**
 * Describe a model as a STAC item of the Machine Learning Model extension, s2rgf_info(1): JSON,
 * whose asset is the file that the model was opened from.
 * text out zero-terminated, released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_model_stac(const s2rgf_model *model, char **text, s2rgf_error *err);

/**
 * Write a model's network as an ONNX file, s2rgf_info(1). The file gets its name only when
 * it is complete.
 * Errors  INVALID_ARGUMENT (exists and not overwrite, or is the model), UNSUPPORTED (the patch
 *         network), FORMAT, IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_model_export_onnx(const s2rgf_model *model, const char *path,
                                               bool overwrite, s2rgf_error *err);

/* ---- scenes -------------------------------------------------------------------------------- */

/** A scene and the model to map it with, as in a scene file; see s2rgf_scene(5). */
typedef struct s2rgf_scene {
    const char *model_path;
    s2rgf_scene_options options;
} s2rgf_scene;

/**
 * Read a scene file. Relative paths in it start at its folder. Model and rasters are not opened.
 * Errors  IO, FORMAT, UNSUPPORTED (newer format version), NO_MEMORY.
 * Memory  *scene is released with s2rgf_scene_free().
 */
S2RGF_API s2rgf_status s2rgf_scene_load(const char *path, s2rgf_scene **scene, s2rgf_error *err);

/**
 * Read a scene from one line, "model=m.s2rgf,name=raster,name=raster"; put a value with a comma
 * in double quotes.
 * Errors  FORMAT, NO_MEMORY.
 * Memory  *scene is released with s2rgf_scene_free().
 */
S2RGF_API s2rgf_status s2rgf_scene_parse(const char *text, s2rgf_scene **scene, s2rgf_error *err);

/**
 * Write a scene file, whose name must end in ".s2rgf.json". Relative paths are rewritten so that
 * they start at its folder. The file gets its name only when it is complete.
 * Errors  INVALID_ARGUMENT (exists and not overwrite, is one of the scene's files, or could not be
 *         read again, as with too many sources), IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_scene_save(const s2rgf_scene *scene, const char *path, bool overwrite,
                                        s2rgf_error *err);

/** Release a scene that was loaded or parsed; NULL is accepted. */
S2RGF_API void s2rgf_scene_free(s2rgf_scene *scene);

/* ---- classification ------------------------------------------------------------------------ */

/** The size of a patch of one class in a map; one of both, 0 the other. */
typedef struct s2rgf_patch_size {
    double hectares;
    int pixels;
} s2rgf_patch_size;

/** Everything s2rgf_classify() needs; see s2rgf_classify(1). */
typedef struct s2rgf_classify_options {
    size_t size; /* of the structure, set by init */
    s2rgf_scene_options scene;
    const char *model_path;
    const char *output_path;
    const char *confidence_path;  /* largest class probability, Float32, or NULL */
    const char *probability_path; /* one Float32 band a class, or NULL */
    const char *uncertainty_path; /* Float32 bands "entropy" and "margin", or NULL */
    const char *report_path;      /* the caller's report: may be no output or input; or NULL */
    /* GDAL driver name of the map; NULL, and for the other outputs: by extension, else GTiff */
    const char *format;
    const char *const *creation_options; /* KEY=VALUE list ended by NULL, or NULL */
    bool overwrite;
    bool style;            /* write a QGIS .qml beside the map */
    const char *mask_path; /* map only where this raster is neither 0 nor nodata, or NULL */
    /* map only pixels with their centre in polygons, or in none: layers as of labels, of which path,
       layer, where and assigned_srs count; path NULL: anywhere */
    s2rgf_label_options cutline, exclude;
    bool has_srcwin;  /* map only this rectangle of the reference grid */
    double srcwin[4]; /* x, y, width, height in reference pixels */
    bool has_projwin;
    double projwin[4];       /* ulx, uly, lrx, lry */
    const char *projwin_srs; /* CRS of projwin, or NULL for the reference grid's */
    /* smooth the classes' log-odds over a window of so many pixels, an odd number from 3 to 51; 0: as
       the model has them */
    int smooth_px;
    /* pixels whose class is less probable become the class "unsure", whose value is the first after
       those of the model; 0: none, 1: all that are not certain */
    double reject;
    /* smaller patches of a class take that of their largest neighbour; not in a share, but
       s2rgf_mosaic() does it; zeros: all stay */
    s2rgf_patch_size smallest_patch;
    int tile_px;   /* 0: chosen from memory_mb */
    int threads;   /* 0: as affinity and CPU quota leave */
    int memory_mb; /* working memory for tiles; 0: 512, or half of what cgroups grant */
    /* upper limit when sizing GDAL's block cache for the layout of the files; 0: do not touch it */
    int block_cache_mb;
    /* make only share 1..share_count, for s2rgf_mosaic(): whole rows of tiles, in GeoTIFFs named
       MAP_03of16.tif; one that exists is kept unless overwrite; share_count 0: all */
    int share, share_count;
    const s2rgf_model *model; /* open, in place of model_path, or NULL */
} s2rgf_classify_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_classify_options_init(s2rgf_classify_options *options, size_t size);

/**
 * Map a scene with a model. The pixels do not depend on tile_px, threads or the rectangle asked
 * for.
 * Errors  INVALID_ARGUMENT, NO_MEMORY (memory_mb too small), IO, FORMAT, MISMATCH, CANCELLED.
 *         After any error no output file exists under its name and none was overwritten.
 * Memory  bounded by memory_mb for tiles and decoded blocks, plus the model and GDAL's block cache.
 * Threads starts its own OpenMP team (see "the process" below); every worker opens its own GDAL
 *         handles. With more than one worker, each may read ahead in a second thread if there are
 *         spare cores or the files are slow.
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
 * stands for the name of a scene; a share is every share_count'th scene. A scene whose map exists
 * is skipped unless overwrite; one that fails is reported in the result and does not stop the
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

/* ---- labels to come ------------------------------------------------------------------------ */

/** Everything s2rgf_suggest() needs; see s2rgf_suggest(1). */
typedef struct s2rgf_suggest_options {
    size_t size; /* of the structure, set by init */
    s2rgf_scene_options scene;
    const char *model_path;
    const char *output_path;
    const char *format; /* GDAL driver name, or NULL: from the extension */
    bool overwrite;
    int points;                 /* places wanted, 1 to 10000 */
    double distance_m;          /* between places, and from labels, at least */
    s2rgf_label_options labels; /* that there are; path NULL: none; their classes do not matter */
    const char *mask_path;      /* only where this raster is neither 0 nor nodata, or NULL */
    int tile_px, threads, memory_mb, block_cache_mb; /* as in s2rgf_classify_options */
} s2rgf_suggest_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_suggest_options_init(s2rgf_suggest_options *options, size_t size);

/**
 * Choose places to label next, at which a model is in doubt and which differ from each other and
 * from labels, and write them as a layer of points. They do not depend on tiles and threads. The
 * file appears under its name only when it is whole.
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the vector format), MISMATCH (model and scene,
 *         or no place), NO_MEMORY, CANCELLED.
 * Memory  bounded by memory_mb for tiles, plus some megabytes for candidates.
 * Threads as s2rgf_classify().
 */
S2RGF_API s2rgf_status s2rgf_suggest(const s2rgf_suggest_options *options, const s2rgf_host *host,
                                     s2rgf_error *err);

/* ---- maps on demand ------------------------------------------------------------------------ */

#define S2RGF_MAP_LEVELS 16 /* the map and coarser views of it */

/** What is known of a map before any pixel is computed. */
typedef struct s2rgf_map_info {
    int width, height;      /* of the reference grid */
    double geotransform[6]; /* in GDAL's order */
    const char *srs_wkt;    /* WKT 2, or NULL */
    int tile_px;            /* side of a tile; tiles are counted from the upper left corner */
    int class_count;
    const s2rgf_class *classes;  /* [class_count], in ascending order of value */
    const char *const *metadata; /* KEY=VALUE list ended by NULL, as in a written map */
} s2rgf_map_info;

/** A map whose pixels are computed when they are read. */
typedef struct s2rgf_lazy_map s2rgf_lazy_map;

/** Everything s2rgf_lazy_map_open() needs. */
typedef struct s2rgf_lazy_map_options {
    size_t size; /* of the structure, set by init */
    const s2rgf_scene *scene;
    const s2rgf_model *model; /* open, in place of the scene's model_path, or NULL */
    /* working memory for a tile and the decoded blocks under it; 0: 512, or half of what the control
       groups grant where that is less */
    int memory_mb;
} s2rgf_lazy_map_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_lazy_map_options_init(s2rgf_lazy_map_options *options, size_t size);

/**
 * Open a scene with its model; nothing is computed.
 * host in  copied: the first reading warns of a scene's values; its progress is not called
 * Errors  INVALID_ARGUMENT, NO_MEMORY (memory_mb too small), IO, FORMAT, UNSUPPORTED, MISMATCH.
 * Memory  *map is released with s2rgf_lazy_map_close(); the scene is copied, and an open
 *         model may be closed before.
 * Threads a map belongs to one thread at a time; several may be open at once.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_open(const s2rgf_lazy_map_options *options,
                                           const s2rgf_host *host, s2rgf_lazy_map **map,
                                           s2rgf_error *err);

/**
 * The same map again, for another thread; it shares the weights of the model. Errors, Memory: as
 * s2rgf_lazy_map_open().
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_clone(const s2rgf_lazy_map *map, s2rgf_lazy_map **copy,
                                            s2rgf_error *err);

/** The properties of the map, valid until it is closed; NULL without a map. */
S2RGF_API const s2rgf_map_info *s2rgf_lazy_map_info(const s2rgf_lazy_map *map);

/**
 * Give a GDAL band the map's palette, category names and attribute table, as in a written map, but
 * without counts and areas, which are not known yet.
 * band in  GDALRasterBandH of a data set that supports these, such as one of GDAL's MEM driver
 * Errors  IO, also when memory runs out.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_describe(const s2rgf_lazy_map *map, void *band,
                                               s2rgf_error *err);

/**
 * Compute the class values of a rectangle; the values are not cached. The pixels of level 0 are
 * those of s2rgf_classify(). Level k has pixels 2^k times as large, sizes round up, and is
 * approximate: the network gets sources whose pixels are averaged to that size.
 * level  in  0 to S2RGF_MAP_LEVELS - 1
 * rect   in  x, y, width, height in pixels of the level
 * values out [height][width], 0 is nodata, also where the scores are not finite
 * Errors  INVALID_ARGUMENT (outside), IO, FORMAT (no pixel read so far had finite scores),
 *         NO_MEMORY.
 * Threads works in the calling thread alone.
 */
S2RGF_API s2rgf_status s2rgf_lazy_map_read(s2rgf_lazy_map *map, int level, const int rect[4],
                                           uint16_t *values, s2rgf_error *err);

/** Release the working memory of a map that is idle; the next read allocates it again. NULL is
    accepted. */
S2RGF_API void s2rgf_lazy_map_rest(s2rgf_lazy_map *map);

/** Release a map; NULL is accepted. */
S2RGF_API void s2rgf_lazy_map_close(s2rgf_lazy_map *map);

/* ---- change -------------------------------------------------------------------------------- */

/** Everything s2rgf_change() needs; see s2rgf_change(1). */
typedef struct s2rgf_change_options {
    size_t size;                          /* of the structure, set by init */
    const char *before_path, *after_path; /* class rasters */
    const char *assigned_srs;             /* CRS of maps that have none, or NULL */
    /* confidences of the maps, on their grids: both or NULL */
    const char *before_confidence_path, *after_confidence_path;
    double threshold; /* with these: a change less sure in either map is "unsure", 0 to 1 */
    const char *output_path;
    const char *report_path; /* the caller's report: may be no output or input; or NULL */
    const char *format;      /* GDAL driver name, or NULL: from the extension */
    const char *const *creation_options; /* KEY=VALUE list ended by NULL, or NULL */
    bool overwrite;
    bool style; /* write a QGIS .qml beside the map */
} s2rgf_change_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_change_options_init(s2rgf_change_options *options, size_t size);

/** What became of what between two maps. Released with s2rgf_transitions_free(). */
typedef struct s2rgf_transitions {
    int class_count;
    char **class_names; /* [class_count] that occur: in the order of the first map, then others */
    uint64_t *pixels;   /* [class_count * class_count], row = before, column = after */
    double *hectares;   /* the same, on the ellipsoid; NaN where areas are not known */
    int *values;        /* the same: pixel values in the change map, 0 where nothing is */
    int unsure_value;   /* 0: there is no such pixel */
    uint64_t unsure_pixels;
    double unsure_hectares;
    uint64_t before_only, after_only; /* pixels with a class in one map: nodata */
} s2rgf_transitions;

/**
 * Compare two class rasters and write what became of what as a third, on the grid of the first. Its
 * classes are those that did not change, with their names and colours, "A to B", and "unsure".
 * Classes are matched as in s2rgf_assess().
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the format, more than S2RGF_MAX_CLASSES kinds
 *         of change), MISMATCH (no common class or pixel), NO_MEMORY, CANCELLED. After any error no
 *         output is left and none was replaced.
 * Memory  grows with the square of the number of classes, not with the maps, which are read twice.
 */
S2RGF_API s2rgf_status s2rgf_change(const s2rgf_change_options *options, const s2rgf_host *host,
                                    s2rgf_transitions **result, s2rgf_error *err);

/** As a JSON object, s2rgf_change(1). text out zero-terminated, released with s2rgf_free() */
S2RGF_API s2rgf_status s2rgf_transitions_json(const s2rgf_transitions *transitions, char **text,
                                              s2rgf_error *err);

/** Release; NULL is accepted. */
S2RGF_API void s2rgf_transitions_free(s2rgf_transitions *transitions);

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
    int points;       /* of the sample, or 0 and: */
    double target_se; /* standard error of the overall accuracy to expect, 0.0005 to 0.5, or 0 */
    /* "U" or "class=U", expected user's accuracies, ended by NULL, or NULL: 0.8 */
    const char *const *accuracies;
    const char *allocation;      /* to strata: "least", "proportional", "equal" or "neyman" */
    int least;                   /* points that each stratum gets with "least" */
    s2rgf_label_options exclude; /* places that no point may lie in; path NULL: none */
    double exclude_m;            /* or be so near to, in metres */
    uint64_t seed;
    bool blind; /* leave out of the points what the map says of them */
} s2rgf_sample_options;

/** Fill with defaults. options out [size], size is sizeof *options. */
S2RGF_API void s2rgf_sample_options_init(s2rgf_sample_options *options, size_t size);

/**
 * Draw a probability sample of the pixels of a class raster and write it as a layer of points. The
 * map is read once. The file appears under its name only when it is whole.
 * Errors  INVALID_ARGUMENT, IO, FORMAT, UNSUPPORTED (the vector format), MISMATCH (no pixel to
 *         draw, or strata on another grid), NO_MEMORY, CANCELLED.
 * Memory  grows with points and strata, not with the map.
 */
S2RGF_API s2rgf_status s2rgf_sample(const s2rgf_sample_options *options, const s2rgf_host *host,
                                    s2rgf_error *err);

/* ---- assessment ---------------------------------------------------------------------------- */

/** Assessed pixels whose confidence lies in one bin. */
typedef struct s2rgf_reliability_bin {
    uint64_t pixels;
    double confidence; /* mean, NaN without pixels */
    double accuracy; /* fraction of the pixels that agree with the reference, NaN without pixels */
} s2rgf_reliability_bin;

/** A figure of the whole map, estimated from a sample. NaN where it cannot be told. */
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

/** What a probability sample says of the whole map. */
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
    s2rgf_map_estimates *area_adjusted; /* NULL without a design: the rest is of the labels alone */
    bool has_confidence;      /* a confidence raster was given; the members below describe it */
    double calibration_error; /* expected, over the bins; NaN without confidence */
    /* bin b from b / S2RGF_RELIABILITY_BINS on, the last one with its end */
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
    /* how the labels, points, were drawn: "stratified", "simple" or "systematic"; NULL: not at
       random */
    const char *design;
    const char *strata_path; /* of "stratified", as for s2rgf_sample(); NULL: the map's classes */
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
 * The assessment as a JSON object with the keys overall_accuracy, average_accuracy, kappa,
 * classes, confusion_matrix, per_class, excluded, with a design area_adjusted and with confidence
 * calibration. text out, released with s2rgf_free().
 */
S2RGF_API s2rgf_status s2rgf_assessment_json(const s2rgf_assessment *assessment, char **text,
                                             s2rgf_error *err);

/**
 * The assessment as a page of HTML that loads nothing: the map's picture, figures with their
 * intervals, matrices, what was excluded, and where all of it comes from. The map is opened again,
 * and read at up to 3200 x 3200 places, from its overviews where it has them.
 * options  in  those that the assessment was made with
 * warnings in  lines to be shown, such as those the assessment gave the host, ended by NULL, or NULL
 * text     out released with s2rgf_free()
 * Errors  IO, FORMAT, UNSUPPORTED (GDAL writes no PNG), NO_MEMORY, CANCELLED.
 */
S2RGF_API s2rgf_status s2rgf_assessment_html(const s2rgf_assessment *assessment,
                                             const s2rgf_assess_options *options,
                                             const char *const *warnings, const s2rgf_host *host,
                                             char **text, s2rgf_error *err);

/** Release an assessment; NULL is accepted. */
S2RGF_API void s2rgf_assessment_free(s2rgf_assessment *assessment);

/* ---- the process --------------------------------------------------------------------------- *
 *
 * Some libraries read the environment once, when they are loaded, so the host must set variables
 * before it starts or loads libs2rgf. OMP_WAIT_POLICY=passive lets waiting threads sleep. Without it
 * GNU's OpenMP threads spin, and on a busy machine training and mapping take several times as long.
 * Of OPENBLAS_CORETYPE, see s2rgf_blas_core_type(). Under a limit on address space (ulimit -v), OpenBLAS retries for ever to get its buffers while it
 * is loaded, by libs2rgf or by GDAL: allow 128 MB for each thread of OMP_NUM_THREADS.
 */

/* ---- general ------------------------------------------------------------------------------- */

/**
 * Refuse to write files of which two are one, or one is one of others, or belongs to one of these
 * data sets or to one beside it, as roads.prj belongs to roads.shp. All functions above do this with
 * the names in their options.
 * paths, others in  files; files or data sets; each ended by NULL
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_check_outputs(const char *const *paths, const char *const *others,
                                           s2rgf_error *err);

/** A text, and the file that it is to be written to. */
typedef struct s2rgf_text_file {
    const char *path, *text;
} s2rgf_text_file;

/**
 * Write texts, each with a final newline, to files that get their names only when all are complete.
 * Errors  INVALID_ARGUMENT (exists and not overwrite, or is no regular file), IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_texts_save(const s2rgf_text_file *texts, size_t count, bool overwrite,
                                        s2rgf_error *err);

/** Release a string handed out by this library; NULL is accepted. */
S2RGF_API void s2rgf_free(void *text);

/**
 * What OPENBLAS_CORETYPE should be set to before this process starts, because OpenBLAS does not
 * know the processor and has chosen kernels for an older one, and with them training is
 * slow; NULL: nothing, its kernels fit the processor, or the variable is set.
 */
S2RGF_API const char *s2rgf_blas_core_type(void);

/** The library's version, "major.minor.patch". */
S2RGF_API const char *s2rgf_version(void);

/** A status as a short English phrase ("out of memory"). */
S2RGF_API const char *s2rgf_status_text(s2rgf_status status);

/** A status as the number of GDAL's error of that kind, CPLE_*, for CPLError(). */
S2RGF_API int s2rgf_status_gdal_number(s2rgf_status status);

#ifdef __cplusplus
}
#endif
#endif
