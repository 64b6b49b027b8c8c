/* Labelled pixels of a reference grid, from polygons or from a class raster. */
#ifndef S2_GEO_LABELS_LABELS_H
#define S2_GEO_LABELS_LABELS_H

#include "geo/labels/label_set.h"
#include "geo/source/grid.h"
#include "s2rgf/labelling.h"

/* Fields of a sample, as s2rgf_sample() writes them; the brief name is for shapefiles. */
#define S2_FIELD_STRATUM "stratum"
#define S2_FIELD_SIZE "stratum_size"
#define S2_FIELD_SIZE_BRIEF "strat_size"

/** Errors: INVALID_ARGUMENT (no path, a number out of range). */
s2rgf_status s2_label_options_check(const s2rgf_label_options *options, s2rgf_error *err);

/**
 * Read labels onto a grid.
 *
 * Vector: polygons and points of the layer, class from the attribute, whose name may differ in case
 * if no other fits; the layer is the only one with geometries unless it is named. A point labels
 * the pixel that holds it, and with options->buffer_m those with their centre so near. Whole
 * numbers keep their values if all are in 0..65535 (else FORMAT) and are called "class N"; off by up to 1e-3 is whole. Text classes that are such numbers keep them as values,
 * too; the others get the lowest free values from 1 in alphabetical order of the whole layer.
 * Reprojected from the layer's CRS; without CRS and assigned_srs: INVALID_ARGUMENT. Without
 * attribute: the only text or integer field, else the message lists the fields. Colours are taken
 * from OGR feature styles (BRUSH fc). Rings that cross are filled by the even-odd rule. Longitudes
 * that differ by whole turns are the same place. What cannot be a label (lines, say, or what the
 * grid's CRS does not reach) is left out with a message to the host.
 *
 * Raster: what s2_class_band_value() takes for classes, nearest neighbour where its grid is not the
 * reference grid; names and colours: s2_class_band_classes(), class_band.h.
 *
 * Names are cleaned by s2_class_name_clean(); two that become one are refused (FORMAT).
 * A pixel that polygons of one class share goes to the first. A message says where assigned_srs
 * has no effect.
 * Errors  IO, FORMAT, INVALID_ARGUMENT, UNSUPPORTED, NO_MEMORY, CANCELLED.
 * Memory  released with s2_label_set_clear(); grows with the labelled pixels, not with the grid.
 */
s2rgf_status s2_labels_read(const s2rgf_label_options *options, const s2_grid *grid,
                            const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err);

/**
 * Read the points of a sample: as s2_labels_read(), but every point is a group of its own and keeps
 * its pixel, although others lie in it. Errors: FORMAT (a polygon, a raster), those of
 * s2_labels_read().
 */
s2rgf_status s2_labels_read_sample(const s2rgf_label_options *options, const s2_grid *grid,
                                   const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err);

/**
 * Refuse labels in which 0 is a class, as training must, for maps keep 0 for nodata.
 * path in  of the labels, for the message
 * Errors  FORMAT.
 */
s2rgf_status s2_labels_refuse_zero(const s2_label_set *labels, const char *path, s2rgf_error *err);

/**
 * Keep the pixels for which keep is not 0; groups and checksum follow, and classes without a pixel
 * move to labels->absent.
 * keep in  [labels->count]
 * Errors  NO_MEMORY, after which the set holds nothing.
 */
s2rgf_status s2_labels_keep(s2_label_set *labels, const uint8_t *keep, s2rgf_error *err);

#endif
