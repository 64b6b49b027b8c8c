/* What user's accuracies are expected before anything is assessed. */
#include "sample/expectation.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/number.h"

#define USUAL_ACCURACY 0.8

/** Bytes of the class in "class=U", whose name may have a "=" in it; 0: for all. */
static size_t class_length(const char *text)
{
    const char *sign = strrchr(text, '=');
    return sign ? (size_t)(sign - text) : 0;
}

static bool is_of(const char *text, int value, const char *name)
{
    char number[16];
    const size_t length = class_length(text);
    snprintf(number, sizeof number, "%d", value);
    return (strlen(name) == length && strncmp(text, name, length) == 0) ||
           (strlen(number) == length && strncmp(text, number, length) == 0);
}

s2rgf_status s2_expected_accuracy(const char *const *accuracies, int value, const char *name,
                                  double *accuracy, s2rgf_error *err)
{
    *accuracy = USUAL_ACCURACY;
    for (int i = 0; accuracies && accuracies[i]; i++) {
        const size_t length = class_length(accuracies[i]);
        const char *number = accuracies[i] + length + (length > 0);
        char *end;
        const double found = s2_strtod(number, &end);
        if (end == number || *end != '\0' || !(found >= 0.0 && found <= 1.0))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "expected accuracy: expected a number from 0 to 1, or class=number, "
                           "found %s",
                           accuracies[i]);
        if (length == 0 || is_of(accuracies[i], value, name))
            *accuracy = found;
    }
    return S2RGF_OK;
}

s2rgf_status s2_expectation_check(const char *const *accuracies, const s2_class_table *classes,
                                  s2rgf_error *err)
{
    for (int i = 0; accuracies && accuracies[i]; i++) {
        bool found = class_length(accuracies[i]) == 0;
        for (int c = 0; c < classes->count; c++)
            found = found || is_of(accuracies[i], classes->items[c].value, classes->items[c].name);
        if (!found)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "expected accuracy %s: no such class among the strata", accuracies[i]);
    }
    return S2RGF_OK;
}
