/* Questions about files that every verb asks before it writes. */
#ifndef S2_CORE_FILE_H
#define S2_CORE_FILE_H

#include "s2rgf.h"

/**
 * True when both name the same file, through links too; names of files that do not exist are
 * compared as text. NULL names nothing.
 */
bool s2_same_file(const char *a, const char *b);

/** Fail with INVALID_ARGUMENT when output names the file input; NULL is accepted for both. */
s2rgf_status s2_refuse_input(const char *output, const char *input, s2rgf_error *err);

#endif
