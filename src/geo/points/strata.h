/* The strata of a class raster: parts of it whose pixels are counted, measured and drawn from. */
#ifndef S2_GEO_POINTS_STRATA_H
#define S2_GEO_POINTS_STRATA_H

#include "geo/map/class_map.h"
#include "geo/source/ground.h"

/** A map with its strata: its own classes, or those of another raster on its grid. */
typedef struct s2_strata {
    s2_class_map map;
    s2_class_map own; /* with has_own */
    bool has_own;
    s2_ground ground;
    /* of strata, by value, where the map has a class, too: [S2_CLASS_MAX_VALUE + 1] */
    uint64_t *pixels;
    double *area_m2; /* NaN where areas are not known */
    uint64_t total;  /* pixels of all strata, and their area */
    double total_m2;
    uint64_t without_stratum; /* pixels of the map that have none */
    int *map_values;          /* [width] of the row at hand */
    double least_m2, most_m2; /* of a pixel */
} s2_strata;

/**
 * Handed the strata of a row: values [width] is -1 for pixels that are in none; it may change them.
 */
typedef s2rgf_status (*s2_strata_visit)(void *context, int y, int *values, s2rgf_error *err);

/**
 * Open a map and its strata; no pixel is read.
 * assigned_srs in  CRS of a map that has none, or NULL
 * strata_path  in  NULL: the map's classes are its strata
 * Errors  IO, FORMAT, UNSUPPORTED, MISMATCH (the other raster is not on the map's grid), NO_MEMORY.
 * Memory  released with s2_strata_close(), after errors too.
 */
s2rgf_status s2_strata_open(const char *map_path, const char *assigned_srs, const char *strata_path,
                            const s2rgf_host *host, s2_strata *strata, s2rgf_error *err);
void s2_strata_close(s2_strata *strata);

/**
 * Read all of it once, row by row: counts, areas and classes are complete then. The host is told in
 * what areas are measured, and where that is doubtful. visit may be NULL.
 * Errors  IO, FORMAT (a pixel that is no class), NO_MEMORY, CANCELLED, MISMATCH (no pixel in a
 *         stratum); those of visit.
 */
s2rgf_status s2_strata_read(s2_strata *strata, const s2rgf_host *host, s2_strata_visit visit,
                            void *context, s2rgf_error *err);

/** Strata of one row, as for s2_strata_visit; map_values has the row's classes. */
s2rgf_status s2_strata_read_row(s2_strata *strata, int y, int *values, s2rgf_error *err);

/** What the strata are called. */
const s2_class_table *s2_strata_classes(const s2_strata *strata);

/** A stratum's share of the area, of the pixels where areas are not known. */
double s2_strata_weight(const s2_strata *strata, int value);

#endif
