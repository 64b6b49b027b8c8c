/* A small valid model and helpers to damage its file: shared by the tests of the model file. */
#ifndef S2_TESTS_MODEL_SAMPLE_H
#define S2_TESTS_MODEL_SAMPLE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "model/file.h"

#define SAMPLE_TENSORS 4

/** A file's bytes. */
typedef struct sample_bytes {
    unsigned char *data;
    size_t length;
} sample_bytes;

static inline bool sample_source(s2_model_source *source, const char *name, int band_count)
{
    source->name = s2_strdup(name);
    source->bands = s2_calloc((size_t)band_count, sizeof *source->bands);
    source->band_count = band_count;
    if (!source->name || !source->bands)
        return false;
    for (int i = 0; i < band_count; i++) {
        source->bands[i] = (s2_model_band){.name = s2_strdup(""),
                                           .wavelength_nm = NAN,
                                           .mean = 0.1 * i - 1.0 / 3,
                                           .std = 1e-3 + i,
                                           .low = i == 0 ? NAN : -2.5 * i,
                                           .high = i == 0 ? NAN : 0.1 * i};
        if (!source->bands[i].name)
            return false;
    }
    return true;
}

static inline void sample_name(s2_model_band *band, const char *name, double wavelength_nm)
{
    s2_free(band->name);
    band->name = s2_strdup(name);
    band->wavelength_nm = wavelength_nm;
}

/** Tensors in an order that is not the file's when `reversed`. */
static inline bool sample_tensors(s2_model_content *content, bool reversed)
{
    static const struct {
        const char *name;
        int dims[4];
        int dim_count;
    } wanted[SAMPLE_TENSORS] = {
        {"a.bias", {6}, 1},
        {"a.weight", {2, 3}, 2},
        {"b.conv.weight", {3, 3, 2, 2}, 4},
        {"b.k3.bias", {1}, 1},
    };
    for (int n = 0; n < SAMPLE_TENSORS; n++) {
        const int i = reversed ? SAMPLE_TENSORS - 1 - n : n;
        float *data;
        if (s2_model_add_tensor(content, wanted[i].name, wanted[i].dims, wanted[i].dim_count, &data,
                                NULL) != S2RGF_OK)
            return false;
        const size_t count = content->tensors[content->tensor_count - 1].count;
        for (size_t k = 0; k < count; k++)
            data[k] = (float)(i + 1) + (float)k / 16;
    }
    return true;
}

/** Fill an empty content; false when memory is out. */
static inline bool sample_build(s2_model_content *content, bool reversed)
{
    static const char *const names[] = {"B02", "B03", "B04", "B08 \"wide\""};
    static const double wavelengths[] = {492.4, 559.8, 664.6, 832.8};
    *content = (s2_model_content){.channels = 32, .source_count = 2, .reference = 1};
    content->network = s2_strdup("dense");
    content->program_version = s2_strdup("0.1.0");
    content->sources = s2_calloc(2, sizeof *content->sources);
    if (!content->sources || !sample_source(&content->sources[0], "hsi", 3) ||
        !sample_source(&content->sources[1], "msi-10_m", 4))
        return false;
    for (int i = 0; i < 4; i++)
        sample_name(&content->sources[1].bands[i], names[i], wavelengths[i]);
    content->sources[0].pixel_size = 30.5;
    content->sources[0].pixel_unknown = true;
    content->sources[1].pixel_size = 10;
    content->sources[1].on_reference = true;
    const uint8_t green[3] = {0x0A, 0xB0, 0xFF};
    if (s2_class_table_add(&content->classes, 7,
                           "Feuchtfl\xC3\xA4"
                           "che",
                           green, NULL) != S2RGF_OK ||
        s2_class_table_add(&content->classes, 2, "back\\slash", NULL, NULL) != S2RGF_OK)
        return false;
    content->training = (s2_model_training){.labels_checksum = "0123456789abcdef",
                                            .initial_checksum = "fedcba9876543210",
                                            .seed = UINT64_MAX,
                                            .steps = 150,
                                            .train_pixels = 400,
                                            .validation_pixels = 100,
                                            .validation_fraction = 0.2,
                                            .validation_distance = 12.25,
                                            .validation_oa = 0.1 + 0.2,
                                            .validation_kappa = -0.125,
                                            .refit = true,
                                            .calibration_before = 0.25,
                                            .calibration_after = 0.0625,
                                            .temperature = 1};
    s2_history_add(&content->history.curve, (s2_history_moment){8, 0, 1.5, NAN, NAN, NAN});
    s2_history_add(&content->history.curve, (s2_history_moment){150, 0, 0.75, 0.5, 0.25, -0.125});
    s2_history_add(&content->history.curve, (s2_history_moment){150, 1, 0.5, NAN, NAN, NAN});
    content->history.confusion = s2_calloc(4, sizeof(uint64_t));
    if (!content->history.confusion)
        return false;
    memcpy(content->history.confusion, (const uint64_t[]){30, 20, 10, 123456},
           4 * sizeof(uint64_t));
    return sample_tensors(content, reversed);
}

static inline sample_bytes sample_read_file(const char *path)
{
    sample_bytes bytes = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return bytes;
    if (fseek(file, 0, SEEK_END) == 0) {
        const long length = ftell(file);
        rewind(file);
        bytes.data = malloc((size_t)length + 1);
        if (bytes.data)
            bytes.length = fread(bytes.data, 1, (size_t)length, file);
    }
    fclose(file);
    return bytes;
}

static inline bool sample_write_file(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    const bool written = fwrite(data, 1, length, file) == length;
    return fclose(file) == 0 && written;
}

static inline size_t sample_header_length(const sample_bytes *file)
{
    uint64_t length = 0;
    for (int i = 7; i >= 0; i--)
        length = length << 8 | file->data[i];
    return (size_t)length;
}

static inline void sample_set_header_length(unsigned char *file, uint64_t length)
{
    for (int i = 0; i < 8; i++)
        file[i] = (unsigned char)(length >> (8 * i));
}

/** The file with its header (without padding) replaced; released with free(). */
static inline sample_bytes sample_with_header(const sample_bytes *file, const char *header,
                                              size_t header_length)
{
    const size_t old = sample_header_length(file);
    const size_t data_length = file->length - 8 - old;
    sample_bytes made = {malloc(8 + header_length + data_length + 1), 0};
    if (!made.data)
        return made;
    made.length = 8 + header_length + data_length;
    sample_set_header_length(made.data, header_length);
    memcpy(made.data + 8, header, header_length);
    memcpy(made.data + 8 + header_length, file->data + 8 + old, data_length);
    return made;
}

/** The file with the first `find` of its header replaced; .data is NULL if it is not there. */
static inline sample_bytes sample_replace(const sample_bytes *file, const char *find,
                                          const char *replacement)
{
    sample_bytes made = {NULL, 0};
    const size_t length = sample_header_length(file);
    char *header = malloc(length + strlen(replacement) + 1);
    if (!header)
        return made;
    memcpy(header, file->data + 8, length);
    header[length] = '\0';
    char *place = strstr(header, find);
    if (place) {
        const size_t head = (size_t)(place - header);
        const size_t tail = length - head - strlen(find);
        memmove(place + strlen(replacement), place + strlen(find), tail);
        memcpy(place, replacement, strlen(replacement));
        made = sample_with_header(file, header, head + strlen(replacement) + tail);
    }
    free(header);
    return made;
}

/** Facts of no training. */
static inline s2_model_training sample_no_training(void)
{
    return (s2_model_training){.validation_distance = NAN,
                               .validation_oa = NAN,
                               .validation_kappa = NAN,
                               .calibration_before = NAN,
                               .calibration_after = NAN,
                               .temperature = 1.0};
}

/** A dense model of 16 channels with no training behind it; its sources are still to be filled. */
static inline s2_model_content sample_dense(int source_count)
{
    return (s2_model_content){.network = s2_strdup("dense"),
                              .channels = 16,
                              .program_version = s2_strdup("0"),
                              .training = sample_no_training(),
                              .source_count = source_count,
                              .sources = s2_calloc((size_t)source_count, sizeof(s2_model_source))};
}

#endif
