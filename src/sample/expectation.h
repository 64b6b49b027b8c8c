/* What user's accuracies are expected before anything is assessed. */
#ifndef S2_SAMPLE_EXPECTATION_H
#define S2_SAMPLE_EXPECTATION_H

#include "core/class_table.h"

/**
 * The user's accuracy expected of a class.
 * accuracies in  "U" for all or "class=U", by name or value, where the last that fits counts; ended by
 *                NULL; NULL: .8
 * Errors  INVALID_ARGUMENT (U is no number from 0 to 1).
 */
s2rgf_status s2_expected_accuracy(const char *const *accuracies, int value, const char *name,
                                  double *accuracy, s2rgf_error *err);

/** Refuse accuracies of classes that there are not. Errors: INVALID_ARGUMENT. */
s2rgf_status s2_expectation_check(const char *const *accuracies, const s2_class_table *classes,
                                  s2rgf_error *err);

#endif
