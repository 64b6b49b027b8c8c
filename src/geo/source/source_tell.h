/* What is said of a source: what opening took for granted, bands in words. */
#ifndef S2_GEO_SOURCE_SOURCE_TELL_H
#define S2_GEO_SOURCE_SOURCE_TELL_H

#include "core/memory.h"
#include "geo/source/source_set.h"

/**
 * Tell what opening took for granted and may be wrong: nodata values that no pixel can have,
 * colour tables, one of several rasters, alpha bands; a warning where an alpha band has so many
 * values that it may be data.
 * Errors IO, NO_MEMORY.
 */
s2rgf_status s2_source_tell(s2_source *source, const s2rgf_host *host, s2rgf_error *err);

/** Warn where one band of a file is delivered twice, by one source or by two. */
void s2_scene_tell_twice(const s2_scene *scene, const s2rgf_host *host);

/**
 * Warn of quality layers by which no pixel of the source is valid. In the other cases the first rows
 * that have such a pixel are the last to be read. Errors IO, NO_MEMORY.
 */
s2rgf_status s2_source_tell_quality(s2_source *source, const s2rgf_host *host, s2rgf_error *err);

/**
 * "band 4 of a.tif is taken for an alpha band, not for data: gdal_translate ... makes it data"; NULL
 * where no file has an alpha band, or memory is out. Released with s2_free().
 */
char *s2_source_alpha_text(const s2_source *source);

/**
 * "band 3 (B04, 665 nm)", "bands 1 to 4 (490 to 830 nm), 9 and 12 more": chosen in [delivered bands].
 */
void s2_source_put_bands(s2_text *text, const s2_source *source, const bool *chosen);

/** A line "source hs (cube.tif): bands 1 to 4 (...): what"; nothing where no band is chosen. */
void s2_source_tell_bands(const s2_source *source, const bool *chosen, const char *what,
                          s2rgf_log_level level, const s2rgf_host *host);

#endif
