/* A sample of a source's values, without reading all of it. */
#ifndef S2_GEO_SOURCE_SOURCE_SAMPLE_H
#define S2_GEO_SOURCE_SOURCE_SAMPLE_H

#include "geo/source/source.h"

/** Values of all delivered bands at pixels spread over the files. */
typedef struct s2_source_sample {
    int bands;
    size_t count; /* pixels */
    /* [bands][count] scale and offset applied; NaN: nodata or masked; infinite: not a number */
    float *values;
} s2_source_sample;

/**
 * Read some thousand pixels from a few blocks: from a tenth of the blocks or four, at most 16. Where
 * there are no more pixels than that, read each of them once.
 * area  in  of the source's grid; a warped source is sampled as a whole
 * Errors IO, NO_MEMORY.  Memory: s2_source_sample_clear().
 */
s2rgf_status s2_source_sample_read(s2_source *source, s2_rect area, s2_source_sample *sample,
                                   s2rgf_error *err);
void s2_source_sample_clear(s2_source_sample *sample);

/** What there is in a band. */
typedef enum s2_band_content {
    S2_BAND_EMPTY,      /* nodata and masked pixels only */
    S2_BAND_NOT_FINITE, /* of the others, all are NaN or infinite */
    S2_BAND_HAS_DATA
} s2_band_content;

/**
 * Look for a valid pixel of every delivered band: in a sample, then, for bands without one in it,
 * block by block until there is one.
 * content out [band count]
 * Errors IO, NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_source_find_data(s2_source *source, const s2rgf_host *host,
                                 s2_band_content *content, s2rgf_error *err);

#endif
