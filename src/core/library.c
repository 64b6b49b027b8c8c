/* Version, status texts and the release of handed-out memory. */
#include "s2rgf/base.h"

#include "config.h"
#include "core/memory.h"

void s2rgf_free(void *text)
{
    s2_free(text);
}

const char *s2rgf_version(void)
{
    return PACKAGE_VERSION;
}

const char *s2rgf_status_text(s2rgf_status status)
{
    switch (status) {
    case S2RGF_OK:
        return "success";
    case S2RGF_INVALID_ARGUMENT:
        return "invalid argument";
    case S2RGF_NO_MEMORY:
        return "out of memory";
    case S2RGF_IO:
        return "input or output failed";
    case S2RGF_FORMAT:
        return "malformed file";
    case S2RGF_MISMATCH:
        return "model and input do not fit";
    case S2RGF_UNSUPPORTED:
        return "not supported";
    case S2RGF_CANCELLED:
        return "cancelled";
    case S2RGF_INTERNAL:
        return "internal error";
    }
    return "unknown status";
}
