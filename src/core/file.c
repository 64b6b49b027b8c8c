/* Questions about files that every verb asks before it writes. */
#include "core/file.h"

#include <string.h>
#include <sys/stat.h>

#include "core/error.h"

bool s2_same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    if (!a || !b)
        return false;
    if (strcmp(a, b) == 0)
        return true;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

s2rgf_status s2_refuse_input(const char *output, const char *input, s2rgf_error *err)
{
    if (!s2_same_file(output, input))
        return S2RGF_OK;
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is an input too: it would be lost", output);
}
