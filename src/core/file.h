/* Questions about files that every verb asks before it writes. */
#ifndef S2_CORE_FILE_H
#define S2_CORE_FILE_H

#include "s2rgf/base.h"

/**
 * A text that two names have in common if and only if they name one file, through links too,
 * whether it exists or not. What is not found on a file system is its own name.
 * Memory  released with s2_free(); NULL when that is out.
 */
char *s2_file_key(const char *path);

/** True when both name the same file, by s2_file_key(). NULL names nothing. */
bool s2_same_file(const char *a, const char *b);

/** Whether a name is of an open stream of a process, as /dev/stdout: no file to be replaced. */
bool s2_is_stream_name(const char *path);

/**
 * Refuse a file that another cannot take the name of, which only the rename would tell, after the
 * work: one of another user in a folder where only owners may rename (the sticky bit), or one that
 * is marked unchangeable. A path that names nothing is accepted. Errors: IO, NO_MEMORY.
 */
s2rgf_status s2_refuse_fixed(const char *path, s2rgf_error *err);

/** Why a file that GDAL does not open could not be opened or made, by errno and its name. */
const char *s2_open_problem(const char *path);

/** Fail with INVALID_ARGUMENT when output names the file input; NULL is accepted for both. */
s2rgf_status s2_refuse_input(const char *output, const char *input, s2rgf_error *err);

#endif
