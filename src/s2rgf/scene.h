/* Part of s2rgf.h: scenes. */
#ifndef S2RGF_SCENE_H
#define S2RGF_SCENE_H

#include "s2rgf/base.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- scenes -------------------------------------------------------------------------------- */

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
    /* above 1: average the pixels of every source to pixels this many times as large; for quick looks
       only, because the model was trained on finer ones. 0 and 1: leave them as they are */
    int decimation;
    bool any_source; /* map pixels that have data in at least one source, instead of in all */
    /* which pixels are valid, ended by NULL, or NULL for all: "LAYER=4-7,11" lists values of the input
       LAYER, which is then a quality layer and not a source; "LAYER=nobits:0-4" lists bits that must
       not be set. "SOURCE:" before it applies it to that source only. */
    const char *const *quality;
    const void *reserved[7]; /* NULL: room for later members */
} s2rgf_scene_options;

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
 * Errors  INVALID_ARGUMENT (exists and not overwrite, is one of the scene's files, or has too many
 *         sources or the like to be read again), IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_scene_save(const s2rgf_scene *scene, const char *path, bool overwrite,
                                        s2rgf_error *err);

/** Release a scene that was loaded or parsed; NULL is accepted. */
S2RGF_API void s2rgf_scene_free(s2rgf_scene *scene);

#ifdef __cplusplus
}
#endif
#endif
