/* A file that appears under its name only when it is whole. */
#ifndef S2_CORE_ATOMIC_FILE_H
#define S2_CORE_ATOMIC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "s2rgf/base.h"

/** A file being written beside its final place. */
typedef struct s2_atomic_file {
    int descriptor;
    int lock; /* held on the temporary file as long as it has its name, or -1 */
    char *path;
    char *temporary; /* NULL once there is nothing to remove */
    bool overwrite;
} s2_atomic_file;

/**
 * Refuse a path that s2_atomic_open() would refuse, without creating anything that stays. Errors:
 * as there.
 */
s2rgf_status s2_atomic_check(const char *path, bool overwrite, s2rgf_error *err);

/**
 * Create a temporary file in the folder of path, and remove those that killed processes left there
 * of the same file: their locks are free.
 * Errors  INVALID_ARGUMENT (path exists and not overwrite; path is not a regular file), IO,
 * NO_MEMORY.
 * Memory  released with s2_atomic_commit() or s2_atomic_discard().
 */
s2rgf_status s2_atomic_open(s2_atomic_file *file, const char *path, bool overwrite,
                            s2rgf_error *err);

/** Append bytes. Errors: IO. */
s2rgf_status s2_atomic_write(s2_atomic_file *file, const void *bytes, size_t count,
                             s2rgf_error *err);

/**
 * Flush to the disk, close and rename; release the structure. On failure nothing is left.
 * Without overwrite a file that has appeared under the name since is kept.
 * Errors  IO, INVALID_ARGUMENT (the name was taken meanwhile).
 */
s2rgf_status s2_atomic_commit(s2_atomic_file *file, s2rgf_error *err);

/** Give up: remove the temporary file and release the structure. Harmless after commit. */
void s2_atomic_discard(s2_atomic_file *file);

/** A whole file at once: open, write, commit. Errors: theirs. */
s2rgf_status s2_atomic_save(const char *path, const void *bytes, size_t count, bool overwrite,
                            s2rgf_error *err);

#endif
