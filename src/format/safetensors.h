/* The safetensors container: named float32 tensors and text metadata in one file. */
#ifndef S2_FORMAT_SAFETENSORS_H
#define S2_FORMAT_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/checksum.h"
#include "s2rgf/base.h"

#define S2_SAFETENSORS_MAX_HEADER_BYTES 4194304 /* of the JSON header */
#define S2_SAFETENSORS_MAX_TENSORS 4096
#define S2_SAFETENSORS_MAX_METADATA 64
#define S2_SAFETENSORS_MAX_FILE_BYTES 1073741824
#define S2_SAFETENSORS_MAX_DIM 1048576
#define S2_SAFETENSORS_NAME_BYTES 128 /* longest tensor name */

/** A named float32 tensor; owns its name and data (64-byte aligned). */
typedef struct s2_safetensors_tensor {
    char *name;
    int dims[4];
    int dim_count;
    float *data;
    size_t count; /* product of dims */
} s2_safetensors_tensor;

/** One entry of __metadata__. */
typedef struct s2_safetensors_text {
    char *key;
    char *value;
} s2_safetensors_text;

typedef struct s2_safetensors {
    s2_safetensors_tensor *tensors; /* [tensor_count], sorted by name */
    int tensor_count;
    s2_safetensors_text *texts; /* [text_count], in the order of the file */
    int text_count;
    char checksum[S2_CHECKSUM_BYTES]; /* FNV-1a 64 of the whole file, hex */
} s2_safetensors;

/**
 * Read a file whole and trust nothing in it: every size is checked against the file's before memory
 * is asked for, and the tensors must cover the data without gap or overlap.
 * Errors  IO, FORMAT, UNSUPPORTED (other types than F32, larger than the limits above), NO_MEMORY.
 * Memory  released with s2_safetensors_clear().
 */
s2rgf_status s2_safetensors_read(const char *path, s2_safetensors *content, s2rgf_error *err);

/**
 * Write atomically; equal content gives equal bytes. Tensors are sorted by name first.
 * content in/out  checksum is set
 * Errors  IO, INVALID_ARGUMENT (exists and not overwrite, a name or shape that the reader refuses,
 *         weights that are not finite), NO_MEMORY.
 */
s2rgf_status s2_safetensors_write(s2_safetensors *content, const char *path, bool overwrite,
                                  s2rgf_error *err);

/**
 * Make what s2_safetensors_write() would write and read it again, without a file and without the
 * data of the tensors.
 * again out  texts alone; released with s2_safetensors_clear()
 * Errors  those of writing and reading but for IO.
 */
s2rgf_status s2_safetensors_rehearse(s2_safetensors *content, const char *path,
                                     s2_safetensors *again, s2rgf_error *err);

/** Metadata by key, NULL if absent. */
const char *s2_safetensors_text_of(const s2_safetensors *content, const char *key);

void s2_safetensors_clear(s2_safetensors *content);

/**
 * *count = product of dims; false for other than 1 to 4 dims, dims outside 1..MAX_DIM, or too many
 * bytes.
 */
bool s2_safetensors_shape(const int *dims, int dim_count, size_t *count);

/**
 * Letters, digits, '_' and '.', at most NAME_BYTES, and not a name the container keeps to itself.
 */
bool s2_safetensors_name_valid(const char *name);

/** Release tensors[0..count-1] and the array. */
void s2_safetensors_tensors_free(s2_safetensors_tensor *tensors, int count);

#endif
