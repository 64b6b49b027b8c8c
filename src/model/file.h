/* The model file: one safetensors file with everything needed to map a scene (s2rgf_model(5)). */
#ifndef S2_MODEL_FILE_H
#define S2_MODEL_FILE_H

#include "core/checksum.h"
#include "core/class_table.h"
#include "format/safetensors.h"
#include "model/history.h"
#include "nn/layers/loss.h"
#include "nn/network.h"

/* Models with an expert are of format 2: a program that knows 1 alone would map without it. */
#define S2_MODEL_FORMAT_VERSION 3
#define S2_MODEL_MAX_BANDS 10000 /* of one source */
#define S2_MODEL_NAME_BYTES 1024 /* longest name of a band or class */

/** One band as the network learned it. */
typedef struct s2_model_band {
    char *name;           /* "" where unknown */
    double wavelength_nm; /* NaN where unknown */
    double mean, std;     /* normalisation: (x - mean) / std; std > 0 */
    double low, high;     /* all but one in 200 training values are above, below; NaN: unknown */
    int number;           /* among all bands of the training's files, from 1; 0: unknown */
} s2_model_band;

typedef struct s2_model_source {
    char *name;
    double pixel_size;  /* on the ground in metres, but if */
    bool pixel_unknown; /* of unknown unit: of an older version, or of a scene without CRS */
    bool on_reference;  /* its grid is the reference grid */
    int file_bands;     /* of the training's files; 0: unknown, as the numbers of all bands are */
    int band_count;
    s2_model_band *bands;
} s2_model_source;

/** Facts of the training; no clock time, so that equal input gives equal bytes. */
typedef struct s2_model_training {
    char labels_checksum[S2_CHECKSUM_BYTES];
    char initial_checksum[S2_CHECKSUM_BYTES]; /* of the model it started from; "": of none */
    uint64_t seed;
    int steps; /* optimiser steps that made these weights */
    uint64_t train_pixels, validation_pixels;
    double validation_fraction;
    double validation_distance; /* least, from a training pixel, reference pixels; NaN: none */
    double validation_oa, validation_kappa; /* NaN without validation */
    /* expected calibration error of validation at temperature 1 and at temperature; NaN: none */
    double calibration_before, calibration_after;
    bool refit;                /* weights were trained on all labels after validation */
    double temperature;        /* softmax temperature, 1 where not calibrated */
    s2_relation_form relation; /* of the de-redundancy loss */
    double source_dropout;     /* probability that a crop lacked a source; 0: none was left out */
} s2_model_training;

/** The experts whose scores are added to the network's, as they were fitted. */
typedef struct s2_model_expert {
    double share;     /* of their scores at temperature 1 in the sum; 0: there is no expert */
    bool raised;      /* the share, because validation was worse than the expert alone */
    double divisor;   /* of its scores: their temperature */
    double shrinkage; /* of the covariance, 0..1 */
    /* the same of the expert of windows, and of that with a hidden layer; 0: there is none */
    double windows_divisor, windows_shrinkage, hidden_divisor, hidden_shrinkage;
} s2_model_expert;

typedef struct s2_model_content {
    char *network; /* "dense" */
    int channels;  /* C */
    int reference; /* index of the source that defines the reference grid */
    int source_count;
    s2_model_source *sources;
    s2_class_table classes;
    s2_ablations off; /* see nn/model_ablations.h */
    s2_model_training training;
    s2_model_history history;       /* how the training went */
    s2_model_expert expert;         /* tensors expert.* */
    char *program_version;          /* of the writer */
    s2_safetensors_tensor *tensors; /* in file order (sorted by name) */
    int tensor_count;
    char checksum[S2_CHECKSUM_BYTES]; /* FNV-1a 64 of the whole file, hex: set by load and save */
} s2_model_content;

/**
 * Everything s2_model_save() would refuse except the tensors, so that a long training can find out
 * at its start (training facts that are not known yet: zeros, NaN, temperature 1).
 * subject in  what messages begin with, the model's path as a rule
 * Errors  INVALID_ARGUMENT.
 */
s2rgf_status s2_model_check(const s2_model_content *content, const char *subject, s2rgf_error *err);
/** Format version of the file: the lowest that holds the model. */
int s2_model_format_version(const s2_model_content *content);
/** In a name, '_' for what is not UTF-8 or is a control character; cut at S2_MODEL_NAME_BYTES. */
void s2_model_clean_name(char *name);
/**
 * Write to a temporary name, fsync, rename. Tensors sorted by name; same content, same bytes.
 * Errors: IO, INVALID_ARGUMENT (exists and not overwrite), NO_MEMORY.
 */
s2rgf_status s2_model_save(s2_model_content *content, const char *path, bool overwrite,
                           s2rgf_error *err);
/**
 * Write and read the model in memory, but for the tensors' data, so that no training ends in a file
 * that does not open. Errors: those of s2_model_save() and s2_model_load(), INTERNAL (a name would
 * change).
 */
s2rgf_status s2_model_rehearse(const s2_model_content *content, const char *path, s2rgf_error *err);
/**
 * Load and check everything (sizes, offsets, overlaps, gaps, dtypes, JSON depth and size,
 * duplicate keys, non-finite numbers, counts). Errors: IO, FORMAT, UNSUPPORTED, NO_MEMORY.
 */
s2rgf_status s2_model_load(const char *path, s2_model_content *content, s2rgf_error *err);
void s2_model_content_clear(s2_model_content *content);
/** Release the tensors alone: a network has them. */
void s2_model_tensors_clear(s2_model_content *content);
/** Allocate room for a tensor and append it; *data is to be filled by the caller. */
s2rgf_status s2_model_add_tensor(s2_model_content *content, const char *name, const int *dims,
                                 int dim_count, float **data, s2rgf_error *err);
/** Tensor by name with exactly these dimensions; Errors: FORMAT (missing or other shape). */
s2rgf_status s2_model_find_tensor(const s2_model_content *content, const char *name,
                                  const int *dims, int dim_count, const float **data,
                                  s2rgf_error *err);

#endif
