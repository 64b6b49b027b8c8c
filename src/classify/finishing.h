/* What is done to a map after the network: options checked, named in its metadata. */
#ifndef S2_CLASSIFY_FINISHING_H
#define S2_CLASSIFY_FINISHING_H

#include "geo/map/map_writer.h"
#include "s2rgf/classification.h"

#define S2_FINISHING_KEY "S2RGF_FINISHING" /* metadata item, absent where nothing is done */

/** Refuse what is out of range. Errors: INVALID_ARGUMENT. */
s2rgf_status s2_finishing_check(const s2rgf_classify_options *options, s2rgf_error *err);

/**
 * The metadata item of an output, "S2RGF_FINISHING=smooth 7, reject 0.5", in new memory, released
 * with s2_free(); *line is NULL where nothing is done to it.
 * before  in  what was done already, or NULL
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_finishing_describe(const s2rgf_classify_options *options, s2_map_kind kind,
                                   const char *before, char **line, s2rgf_error *err);

/**
 * The classes of the map: those of the model, and with options->reject "unsure", whose value is the
 * first after them, unless options->reject_nodata.
 * Errors  INVALID_ARGUMENT (no value is left, or the model has such a class), NO_MEMORY.
 * Memory  released with s2_class_table_clear().
 */
s2rgf_status s2_finishing_classes(const s2rgf_classify_options *options,
                                  const s2_class_table *model, s2_class_table *map,
                                  s2rgf_error *err);

#endif
