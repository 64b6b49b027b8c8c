/* Status and message of a failed call. */
#ifndef S2_CORE_ERROR_H
#define S2_CORE_ERROR_H

#include "s2rgf/base.h"

/**
 * Record a failure in *err (unless err is NULL) and return status, so that a caller can write
 * `return s2_fail(err, S2RGF_IO, "%s: cannot open", path);`. Who detects writes, others forward.
 */
s2rgf_status s2_fail(s2rgf_error *err, s2rgf_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Record "out of memory: what" and return S2RGF_NO_MEMORY. */
s2rgf_status s2_fail_memory(s2rgf_error *err, const char *what);

/** Set *err to S2RGF_OK and an empty message; NULL is accepted. */
void s2_error_clear(s2rgf_error *err);

#endif
