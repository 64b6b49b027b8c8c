/* What a caller of the public interface hands in: options of any version, pointers, numbers. */
#include "core/argument.h"

#include <string.h>

#include "core/error.h"
#include "core/number.h"

#define LARGEST_OPTIONS 4096 /* bytes; a size beyond was never set */

s2rgf_status s2_arguments_given(const s2_argument *arguments, size_t count, s2rgf_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!arguments[i].value)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: expected one, found NULL",
                           arguments[i].name);
    return S2RGF_OK;
}

s2rgf_status s2_text_asked(const char *name, const void *subject, char **text, s2rgf_error *err)
{
    s2_error_clear(err);
    const s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {name, subject}, {"text", text});
    if (status == S2RGF_OK)
        *text = NULL;
    return status;
}

s2rgf_status s2_arguments_in_range(const s2_argument_range *ranges, size_t count, s2rgf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const s2_argument_range *range = &ranges[i];
        char found[S2_NUMBER_BYTES];
        if (!(range->value >= range->low && range->value <= range->high))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: expected %g to %g, found %s",
                           range->name, range->low, range->high,
                           s2_number_text(range->value, found));
    }
    return S2RGF_OK;
}

s2rgf_status s2_argument_reserve(const char *name, const void *const *reserved, size_t count,
                                 s2rgf_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (reserved[i])
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "%s: reserved members: expected NULL: set all of the structure to 0 "
                           "before its members",
                           name);
    return S2RGF_OK;
}

void s2_options_fill(void *options, size_t size, const void *defaults, size_t own_size)
{
    if (!options || size < sizeof size)
        return;
    memset(options, 0, size);
    memcpy(options, defaults, size < own_size ? size : own_size);
    memcpy(options, &size, sizeof size);
}

s2rgf_status s2_options_take(void *own, size_t own_size, const void *options, s2rgf_error *err)
{
    size_t size = 0;
    const s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"options", options});
    if (status != S2RGF_OK)
        return status;
    memcpy(&size, options, sizeof size);
    if (size <= sizeof size || size > LARGEST_OPTIONS)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "options: expected a size, found %zu: fill them with their "
                       "*_options_init() first",
                       size);
    for (size_t i = own_size; i < size; i++)
        if (((const unsigned char *)options)[i])
            return s2_fail(err, S2RGF_UNSUPPORTED,
                           "options: a member is set that this version of libs2rgf does not have: "
                           "the program was built for a later one");
    memcpy(own, options, size < own_size ? size : own_size);
    memcpy(own, &own_size, sizeof own_size);
    return S2RGF_OK;
}
