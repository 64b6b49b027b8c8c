/* Names of files that are written relative to the folder of another file. */
#include "core/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

bool s2_path_is_relative(const char *path)
{
    return path[0] != '/' && path[0] != '<' && path[strcspn(path, ":/")] != ':';
}

/** Length of the folder in front of a file's name, with its '/'; 0: the current folder. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

char *s2_path_resolve(const char *file, const char *path)
{
    const size_t length = s2_path_is_relative(path) ? folder_length(file) : 0;
    return s2_asprintf("%.*s%s", (int)length, file, path);
}

/** Absolute name of a file's folder, ended by '/', without links. Memory: s2_free(). */
static s2rgf_status real_folder(const char *path, char **folder, s2rgf_error *err)
{
    const size_t length = folder_length(path);
    char *written = length > 0 ? s2_asprintf("%.*s", (int)length, path) : s2_strdup(".");
    char *real = written ? realpath(written, NULL) : NULL;
    s2rgf_status status = S2RGF_OK;
    if (!written)
        status = s2_fail_memory(err, "file name");
    else if (!real)
        status = s2_fail(err, S2RGF_IO, "%s: folder cannot be found: %s", path, strerror(errno));
    else if (!(*folder = s2_asprintf("%s%s", real, strcmp(real, "/") == 0 ? "" : "/")))
        status = s2_fail_memory(err, "file name");
    free(real);
    s2_free(written);
    return status;
}

/** From one folder to another, both absolute and ended by '/'. */
static void append_way(const char *from, const char *to, s2_text *way)
{
    size_t common = 0;
    for (size_t i = 0; from[i] && from[i] == to[i]; i++)
        if (from[i] == '/')
            common = i + 1;
    for (const char *c = from + common; *c; c++)
        if (*c == '/')
            s2_text_append(way, "../");
    s2_text_append(way, "%s", to + common);
}

s2rgf_status s2_path_relate(const char *file, const char *path, char **relative, s2rgf_error *err)
{
    char *from = NULL, *to = NULL;
    s2_text way = {0};
    *relative = NULL;
    if (!s2_path_is_relative(path)) {
        *relative = s2_strdup(path);
        return *relative ? S2RGF_OK : s2_fail_memory(err, "file name");
    }
    s2rgf_status status = real_folder(file, &from, err);
    if (status == S2RGF_OK)
        status = real_folder(path, &to, err);
    if (status == S2RGF_OK) {
        append_way(from, to, &way);
        s2_text_append(&way, "%s", path + folder_length(path));
        if (!way.failed)
            *relative =
                s2_path_is_relative(way.data) ? s2_strdup(way.data) : s2_asprintf("./%s", way.data);
        if (!*relative)
            status = s2_fail_memory(err, "file name");
    }
    S2_FREE_EACH(way.data, from, to);
    return status;
}

s2rgf_status s2_path_is_below(const char *path, const char *top, bool *below, s2rgf_error *err)
{
    char *folder = NULL, *top_folder = NULL;
    *below = true;
    s2rgf_status status = real_folder(path, &folder, err);
    if (status == S2RGF_OK)
        status = real_folder(top, &top_folder, err);
    if (status == S2RGF_OK)
        *below = strncmp(folder, top_folder, strlen(top_folder)) == 0;
    s2_free(folder);
    s2_free(top_folder);
    return status == S2RGF_NO_MEMORY ? status : S2RGF_OK;
}
