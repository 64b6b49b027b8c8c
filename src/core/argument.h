/* What a caller of the public interface hands in: options of any version, pointers, numbers. */
#ifndef S2_CORE_ARGUMENT_H
#define S2_CORE_ARGUMENT_H

#include "s2rgf/base.h"

/** An argument or option with its name. */
typedef struct s2_argument {
    const char *name;
    const void *value;
} s2_argument;

/** Refuse NULL: S2_ARGUMENTS_GIVEN(err, {"path", path}, {"text", text}). Errors: INVALID_ARGUMENT. */
#define S2_ARGUMENTS_GIVEN(err, ...)                                                               \
    s2_arguments_given((const s2_argument[]){__VA_ARGS__},                                         \
                       sizeof(const s2_argument[]){__VA_ARGS__} / sizeof(s2_argument), err)
s2rgf_status s2_arguments_given(const s2_argument *arguments, size_t count, s2rgf_error *err);

/**
 * Begin a function that makes text of a subject: neither may be NULL, *text becomes NULL, and err
 * is cleared. Errors: INVALID_ARGUMENT
 */
s2rgf_status s2_text_asked(const char *name, const void *subject, char **text, s2rgf_error *err);

/** A number with its range. */
typedef struct s2_argument_range {
    const char *name;
    double value, low, high;
} s2_argument_range;

/** Refuse what is out of its range, NaN too. Errors: INVALID_ARGUMENT, of the first. */
#define S2_ARGUMENTS_IN_RANGE(err, ...)                                                            \
    s2_arguments_in_range(                                                                         \
        (const s2_argument_range[]){__VA_ARGS__},                                                  \
        sizeof(const s2_argument_range[]){__VA_ARGS__} / sizeof(s2_argument_range), err)
s2rgf_status s2_arguments_in_range(const s2_argument_range *ranges, size_t count, s2rgf_error *err);

/** The reserve of a structure that has no size. Errors: INVALID_ARGUMENT unless all are NULL. */
s2rgf_status s2_argument_reserve(const char *name, const void *const *reserved, size_t count,
                                 s2rgf_error *err);

/**
 * Fill a caller's options, which begin with their size, from defaults of this version; the caller's
 * header may be older or newer. options may be NULL. defaults in  [own_size]
 */
void s2_options_fill(void *options, size_t size, const void *defaults, size_t own_size);

/**
 * A caller's options as this version has them: what the caller's header does not have keeps its
 * default, and what this version does not know must be zero.
 * own     in out [own_size], filled with defaults
 * options in     begins with its size
 * Errors  INVALID_ARGUMENT (NULL, or never filled), UNSUPPORTED (a member of a later version).
 */
s2rgf_status s2_options_take(void *own, size_t own_size, const void *options, s2rgf_error *err);

#endif
