/* Which values of a quality layer, such as a scene classification, make a pixel valid. */
#ifndef S2_GEO_SOURCE_QUALITY_H
#define S2_GEO_SOURCE_QUALITY_H

#include <stdint.h>

#include "s2rgf/base.h"

#define S2_QUALITY_RANGES 64 /* of one rule */
#define S2_QUALITY_RULES 32  /* of one scene */

/** What one -qa says. */
typedef struct s2_quality_rule {
    char *source; /* whose pixels it is about; NULL: those of all sources */
    char *layer;  /* the input that has the values */
    char *text;   /* what follows "=", for messages */
    bool bits;    /* the ranges are of bits, all of which must be 0; else of values */
    int ranges[S2_QUALITY_RANGES][2]; /* first and last */
    int count;
} s2_quality_rule;

/**
 * Read "[source:]layer=4-7,11", values that are valid, or "[source:]layer=nobits:0-4", bits that may
 * not be set, from 0 to 31.
 * rule    out  released with s2_quality_rule_clear(), also after an error
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
s2rgf_status s2_quality_rule_parse(const char *text, s2_quality_rule *rule, s2rgf_error *err);
void s2_quality_rule_clear(s2_quality_rule *rule);
/** Deep copy. Errors: NO_MEMORY. Memory: s2_quality_rule_clear(), also after an error. */
s2rgf_status s2_quality_rule_copy(const s2_quality_rule *from, s2_quality_rule *to,
                                  s2rgf_error *err);

/** Whether a pixel with this value is valid; what is no whole number never is. */
bool s2_quality_accepts(const s2_quality_rule *rule, double value);

#endif
