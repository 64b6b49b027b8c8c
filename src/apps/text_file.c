/* A text file that gets its name only when it is complete. */
#include "apps/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define START_BYTES 16384 /* of a file, in which its nature shows */

s2rgf_status s2_text_file_check(const char *path, bool overwrite, s2rgf_error *err)
{
    return strcmp(path, "-") == 0 ? S2RGF_OK : s2rgf_text_check(path, overwrite, err);
}

bool s2_text_file_holds(const char *path, const char *const *contents)
{
    char start[START_BYTES];
    FILE *file = fopen(path, "rb");
    bool found = file || errno == ENOENT;
    const size_t length = file ? fread(start, 1, sizeof start - 1, file) : 0;

    if (file)
        fclose(file);
    start[length] = '\0';
    for (size_t i = 0; length > 0 && contents[i] && found; i++)
        found = strstr(start, contents[i]);
    return found;
}

s2rgf_status s2_text_files_write(const s2rgf_text_file *texts, size_t count, bool overwrite,
                                 s2rgf_error *err)
{
    s2rgf_text_file files[S2_TEXT_FILES_MAX] = {{NULL, NULL}};
    size_t file_count = 0;
    const char *to_stdout = NULL;
    s2rgf_status status = S2RGF_OK;

    for (size_t i = 0; i < count && status == S2RGF_OK; i++) {
        if (!texts[i].path)
            continue;
        status = s2_text_file_check(texts[i].path, overwrite, err);
        if (strcmp(texts[i].path, "-") == 0)
            to_stdout = texts[i].text;
        else
            files[file_count++] = texts[i];
    }
    if (status == S2RGF_OK && file_count > 0)
        status = s2rgf_texts_save(files, file_count, overwrite, err);
    /* A failed write shows when s2_report_finish() flushes. */
    if (status == S2RGF_OK && to_stdout)
        printf("%s\n", to_stdout);
    return status;
}
