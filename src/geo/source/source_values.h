/* From samples, as files have them, to pixels: nodata, sign, scale, normalisation, bands side by
   side. */
#ifndef S2_GEO_SOURCE_SOURCE_VALUES_H
#define S2_GEO_SOURCE_SOURCE_VALUES_H

#include "geo/source/source_private.h"

/** Planes of delivered bands first.. first + count - 1, all of one file and wanted as one type. */
typedef struct s2_samples {
    const void *planes; /* of band `first`, from the first pixel wanted on */
    GDALDataType type;
    size_t plane_bytes, row_bytes; /* from one band, one row, to the next */
    int first, count;
    int place; /* of the first among the bands of the target's pixels */
} s2_samples;

/**
 * Pixels of a rectangle into the bands of the samples, whatever their validity.
 * to     whose rows and first column are those of rect; its mean and std are of all delivered bands
 * valid  in/out [rect.h][rect.w], cleared where a band has nodata or is not finite
 */
void s2_values_put(const s2_source *source, const s2_samples *samples, s2_rect rect,
                   const s2_read_target *to, uint8_t *valid);

/** The same target for a part of its rectangle that begins `columns` further right. */
s2_read_target s2_read_target_from(const s2_read_target *to, int columns);

/** (x - mean) / std of all bands of a pixel; nothing where the target has no mean. */
void s2_values_normalise(const s2_read_target *to, int bands, float *pixel);

#endif
