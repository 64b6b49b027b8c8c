/* Classes: pixel value, name, colour. */
#ifndef S2_CORE_CLASS_TABLE_H
#define S2_CORE_CLASS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "s2rgf/base.h"

#define S2_CLASS_MAX_VALUE 65535

typedef struct s2_class {
    int value; /* pixel value in rasters, 1..65535, or 0 where zero_allowed */
    char *name;
    uint8_t rgb[3];
    bool has_colour; /* false until a colour was found or given by s2_class_table_paint() */
} s2_class;

/** Classes in ascending order of value; index 0..count-1 is what the network knows. */
typedef struct s2_class_table {
    s2_class *items;
    int count;
    bool zero_allowed; /* labels and maps of others, where 0 is not nodata; never in a model */
} s2_class_table;

/**
 * Add a class (name is copied); the table stays sorted. Errors: NO_MEMORY, FORMAT (value outside
 * 1..65535 and not an allowed 0, value or name used already, more than S2RGF_MAX_CLASSES).
 */
s2rgf_status s2_class_table_add(s2_class_table *table, int value, const char *name,
                                const uint8_t rgb[3] /* or NULL */, s2rgf_error *err);

/** Index of a class by value or name, -1 if absent. */
int s2_class_table_find_value(const s2_class_table *table, int value);
int s2_class_table_find_name(const s2_class_table *table, const char *name);

/**
 * Give every class without a colour the one that is customary for what its name says,
 * s2_class_colours(), else one of a colour-blind-safe qualitative palette (Okabe-Ito, Tol) that is
 * clearly another, while there is one, else the colour farthest from all others; none twice.
 */
void s2_class_table_paint(s2_class_table *table);

/** Deep copy. Errors: NO_MEMORY. */
s2rgf_status s2_class_table_copy(const s2_class_table *from, s2_class_table *to, s2rgf_error *err);

/** Release what the table owns and leave it empty. */
void s2_class_table_clear(s2_class_table *table);

#endif
