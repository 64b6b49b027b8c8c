/* Part of s2rgf.h: models. */
#ifndef S2RGF_MODELS_H
#define S2RGF_MODELS_H

#include "s2rgf/base.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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
    double pixel_size;         /* on the ground, in metres if the next member says so */
    bool pixel_size_in_metres; /* false: the unit is unknown */
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
 * Describe a model as a STAC item, in JSON, with the Machine Learning Model extension; see
 * s2rgf_info(1). Its asset is the file that the model was opened from.
 * text out zero-terminated, released with s2rgf_free()
 */
S2RGF_API s2rgf_status s2rgf_model_stac(const s2rgf_model *model, char **text, s2rgf_error *err);

/**
 * Write a model's network as an ONNX file; see s2rgf_info(1). The file gets its name only when it is
 * complete.
 * Errors  INVALID_ARGUMENT (exists and not overwrite, or is the model), UNSUPPORTED (the patch
 *         network), FORMAT, IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_model_export_onnx(const s2rgf_model *model, const char *path,
                                               bool overwrite, s2rgf_error *err);

#ifdef __cplusplus
}
#endif
#endif
