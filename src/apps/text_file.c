/* A text file that gets its name only when it is complete. */
#include "apps/text_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_BYTES 16384 /* of a file, in which its nature shows */

static s2rgf_status fail(s2rgf_error *err, s2rgf_status status, const char *path, const char *what)
{
    err->status = status;
    snprintf(err->message, sizeof err->message, "%s: %s", path, what);
    return status;
}

/* As fail(), with the system's reason for the last failed call. */
static s2rgf_status fail_system(s2rgf_error *err, const char *path, const char *what)
{
    char text[256];

    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    return fail(err, S2RGF_IO, path, text);
}

/* The folder of path must be there and writable. */
static s2rgf_status check_folder(const char *path, s2rgf_error *err)
{
    char *copy = strdup(path);
    s2rgf_status status = S2RGF_OK;

    if (!copy)
        return fail(err, S2RGF_NO_MEMORY, path, "out of memory");
    if (access(dirname(copy), W_OK | X_OK) != 0)
        status = fail_system(err, path, "cannot write to its folder");
    free(copy);
    return status;
}

s2rgf_status s2_text_file_check(const char *path, bool overwrite, s2rgf_error *err)
{
    struct stat info;

    if (strcmp(path, "-") == 0)
        return S2RGF_OK;
    if (stat(path, &info) != 0)
        return errno == ENOENT || errno == ENOTDIR ? check_folder(path, err)
                                                   : fail_system(err, path, "cannot be examined");
    if (!S_ISREG(info.st_mode))
        return fail(err, S2RGF_IO, path, "exists and is not a regular file");
    if (!overwrite)
        return fail(err, S2RGF_INVALID_ARGUMENT, path, "exists: use -overwrite to replace it");
    return check_folder(path, err);
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

static s2rgf_status write_stdout(const char *text, s2rgf_error *err)
{
    if (fputs(text, stdout) == EOF || fputc('\n', stdout) == EOF || fflush(stdout) != 0)
        return fail_system(err, "standard output", "cannot write");
    return S2RGF_OK;
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
    return status == S2RGF_OK && to_stdout ? write_stdout(to_stdout, err) : status;
}
