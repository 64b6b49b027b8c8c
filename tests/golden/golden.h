/* Reading golden files, and the numbers that C and Python make alike.
 *
 * A golden file is plain text. Lines that begin with # are comments. Every tensor is one line
 *     NAME SHAPE NORM SUM PROJECTION STORED
 * followed by STORED values, eight a line, all printed with %.9g. SHAPE is sizes joined by x,
 * row-major, in the layout of the C code. NORM is the Euclidean norm and SUM the sum of all N
 * values; PROJECTION is sum_i value[i] golden_noise(golden_stream("projection"), i), which no
 * permutation or sign error leaves alone. The stored values are those at the flat indices floor(k
 * N / STORED), all of them when STORED = N. tests/golden/make_goldens.py writes these files.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_NAME_BYTES 64
#define GOLDEN_TENSORS_MAX 512

typedef struct golden_tensor {
    char name[GOLDEN_NAME_BYTES];
    size_t count; /* N */
    double norm, sum, projection;
    size_t stored;
    double *values; /* [stored] */
} golden_tensor;

typedef struct golden_file {
    golden_tensor items[GOLDEN_TENSORS_MAX];
    size_t count;
} golden_file;

/* ---- numbers from names -------------------------------------------------------------------- */

/** Stream number of a name: FNV-1a, 64 bits. */
static inline uint64_t golden_stream(const char *name)
{
    uint64_t value = 0xCBF29CE484222325u;
    for (; *name; name++)
        value = (value ^ (unsigned char)*name) * 0x100000001B3u;
    return value;
}

/**
 * Value i of a stream, uniform in [-1, 1) in steps of 2^-23, exact in float.
 *   (splitmix64(stream * G + i) >> 40) / 2^23 - 1, G = 0x9E3779B97F4A7C15, modulo 2^64
 * splitmix64: add G, then two rounds of xor-shift and multiply, and a last xor-shift.
 */
static inline double golden_noise(uint64_t stream, uint64_t i)
{
    const uint64_t gamma = 0x9E3779B97F4A7C15u;
    uint64_t z = stream * gamma + i + gamma;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z = z ^ (z >> 31);
    return (double)(z >> 40) / 8388608.0 - 1.0;
}

/** data[i] = offset + scale * noise(name, i), rounded to float. */
static inline void golden_fill(const char *name, double scale, double offset, float *data,
                               size_t count)
{
    uint64_t stream = golden_stream(name);
    for (size_t i = 0; i < count; i++)
        data[i] = (float)(offset + scale * golden_noise(stream, i));
}

/** mask[i] = 1 in about `part` of the positions, else 0. */
static inline void golden_mask(const char *name, double part, uint8_t *mask, size_t count)
{
    uint64_t stream = golden_stream(name);
    for (size_t i = 0; i < count; i++)
        mask[i] = golden_noise(stream, i) < 2 * part - 1;
}

/** Class indices 0..classes-1 in about `part` of the pixels, -1 elsewhere. */
static inline void golden_labels(const char *name, int classes, double part, int16_t *labels,
                                 size_t count)
{
    char text[GOLDEN_NAME_BYTES];
    snprintf(text, sizeof text, "%s.class", name);
    uint64_t kind = golden_stream(text);
    snprintf(text, sizeof text, "%s.labelled", name);
    uint64_t labelled = golden_stream(text);
    for (size_t i = 0; i < count; i++) {
        double place = (golden_noise(kind, i) + 1) / 2 * classes;
        labels[i] = golden_noise(labelled, i) < 2 * part - 1 ? (int16_t)floor(place) : -1;
    }
}

/**
 * Values of a network parameter, which follow from its full name alone: below a batch-norm (its
 * prefix begins with bn) weight 1 + 0.2 u, bias 0.1 u, running_mean 0.1 u, running_var 1 + 0.3 u;
 * biases 0.1 u; weights 1.7 u / sqrt(fan_in). u = noise(name, i).
 */
static inline void golden_parameter(const char *name, size_t fan_in, float *data, size_t count)
{
    const char *last = strrchr(name, '.');
    const char *owner = last;
    while (owner > name && owner[-1] != '.')
        owner--;
    last++;
    double scale = 1.7 / sqrt((double)fan_in), offset = 0;
    if (strncmp(owner, "bn", 2) == 0) {
        bool is_var = strcmp(last, "running_var") == 0, is_weight = strcmp(last, "weight") == 0;
        scale = is_weight ? 0.2 : is_var ? 0.3 : 0.1;
        offset = is_weight || is_var ? 1 : 0;
    } else if (strcmp(last, "bias") == 0 || strcmp(last, "b1") == 0 || strcmp(last, "b2") == 0) {
        scale = 0.1;
    }
    golden_fill(name, scale, offset, data, count);
}

/* ---- files --------------------------------------------------------------------------------- */

static inline size_t golden_parse_shape(const char *text)
{
    size_t count = 1;
    for (char *end = NULL; *text; text = *end == 'x' ? end + 1 : end) {
        count *= strtoul(text, &end, 10);
        if (end == text || (*end != 'x' && *end != '\0'))
            return 0;
    }
    return count;
}

/** Read one tensor's values; false when the file ends early or memory is out. */
static inline bool golden_read_values(FILE *stream, golden_tensor *tensor)
{
    tensor->values = (double *)calloc(tensor->stored, sizeof *tensor->values);
    for (size_t k = 0; tensor->values && k < tensor->stored; k++)
        if (fscanf(stream, "%lf", &tensor->values[k]) != 1)
            return false;
    return tensor->values && fscanf(stream, " ") == 0;
}

/** Release the values of a file. */
static inline void golden_clear(golden_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->items[i].values);
    file->count = 0;
}

/**
 * Load tests/golden/<base> below $srcdir. file out, released with golden_clear()
 * Returns false, with a line on stderr, when the file is absent or malformed.
 */
static inline bool golden_load(golden_file *file, const char *base)
{
    char path[4096], line[512], shape[64];
    const char *top = getenv("srcdir");
    snprintf(path, sizeof path, "%s/tests/golden/%s", top ? top : ".", base);
    memset(file, 0, sizeof *file);
    FILE *stream = fopen(path, "r");
    if (!stream) {
        fprintf(stderr, "%s: cannot open\n", path);
        return false;
    }
    bool whole = true;
    while (whole && fgets(line, sizeof line, stream)) {
        if (line[0] == '#')
            continue;
        golden_tensor *t = &file->items[file->count];
        whole = file->count < GOLDEN_TENSORS_MAX &&
                sscanf(line, "%63s %63s %lf %lf %lf %zu", t->name, shape, &t->norm, &t->sum,
                       &t->projection, &t->stored) == 6 &&
                (t->count = golden_parse_shape(shape)) > 0 && t->stored > 0 &&
                t->stored <= t->count && golden_read_values(stream, t);
        file->count += file->count < GOLDEN_TENSORS_MAX;
    }
    fclose(stream);
    if (!whole || file->count == 0) {
        fprintf(stderr, "%s: malformed near tensor %zu\n", path, file->count);
        golden_clear(file);
        return false;
    }
    return true;
}

/** Tensor by name, NULL if absent. */
static inline const golden_tensor *golden_find(const golden_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->items[i].name, name) == 0)
            return &file->items[i];
    return NULL;
}

/* ---- comparing ----------------------------------------------------------------------------- */

/** How far a tensor is from its golden; all figures are relative. */
typedef struct golden_distance {
    double norm;       /* |norm - expected| / scale */
    double projection; /* |projection - expected| / scale */
    double sum;        /* |sum - expected| / (scale sqrt(N)) */
    double value;      /* largest |value - expected| / (|expected| + scale / sqrt(N)) */
} golden_distance;

/** scale is the golden's norm, or `floor` where that is larger (tensors zero but for rounding). */
static inline golden_distance golden_measure(const golden_tensor *golden, const float *data,
                                             double floor)
{
    const uint64_t stream = golden_stream("projection");
    const double n = (double)golden->count;
    double square = 0, sum = 0, projection = 0;
    for (size_t i = 0; i < golden->count; i++) {
        square += (double)data[i] * data[i];
        sum += data[i];
        projection += data[i] * golden_noise(stream, i);
    }
    const double scale = fmax(fmax(golden->norm, floor), 1e-300), rms = scale / sqrt(n);
    golden_distance far = {fabs(sqrt(square) - golden->norm) / scale,
                           fabs(projection - golden->projection) / scale,
                           fabs(sum - golden->sum) / (scale * sqrt(n)), 0};
    for (size_t k = 0; k < golden->stored; k++) {
        double expected = golden->values[k];
        double difference = fabs(data[k * golden->count / golden->stored] - expected);
        far.value = fmax(far.value, difference / (fabs(expected) + rms)); /* a NaN shows in norm */
    }
    return far;
}

/** True when data agrees with the golden called name; else says on stderr by how much not. */
static inline bool golden_matches(const golden_file *file, const char *name, const float *data,
                                  size_t count, double tolerance)
{
    const golden_tensor *golden = golden_find(file, name);
    if (!golden || golden->count != count) {
        fprintf(stderr, "%s: %zu values have no golden of that size\n", name, count);
        return false;
    }
    golden_distance far = golden_measure(golden, data, 0);
    bool same = far.norm <= tolerance && far.projection <= tolerance && far.sum <= tolerance &&
                far.value <= tolerance;
    if (!same)
        fprintf(stderr, "%s: off: norm %.2g, projection %.2g, sum %.2g, value %.2g; allowed %.2g\n",
                name, far.norm, far.projection, far.sum, far.value, tolerance);
    return same;
}

#endif
