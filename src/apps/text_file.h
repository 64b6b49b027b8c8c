/* A text file that appears under its name only when it is whole. */
#ifndef S2_APPS_TEXT_FILE_H
#define S2_APPS_TEXT_FILE_H

#include "s2rgf/base.h"

/**
 * Check that a file could be written there, as s2rgf_text_check(), or that it is "-".
 */
s2rgf_status s2_text_file_check(const char *path, bool overwrite, s2rgf_error *err);

/**
 * Whether all of these texts stand at the beginning of a file; one that is absent or empty holds
 * anything. contents in  ended by NULL
 */
bool s2_text_file_holds(const char *path, const char *const *contents);

#define S2_TEXT_FILES_MAX 2 /* that are written at once */

/**
 * Write texts, each with a final newline, to temporary files and rename these when all are complete.
 * The path "-" is standard output, for one of them; one without a path is left out.
 * Errors  as s2_text_file_check(); IO.  After an error nothing is left and nothing was replaced.
 */
s2rgf_status s2_text_files_write(const s2rgf_text_file *texts, size_t count, bool overwrite,
                                 s2rgf_error *err);

#endif
