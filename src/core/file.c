/* Questions about files that every verb asks before it writes. */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"

#define MOST_LINKS 8 /* one to the other, to a file that is not there */

/** Where a link leads whose target does not exist; NULL: it is no such link. Memory: s2_free(). */
static char *dangling_target(const char *path)
{
    char target[PATH_MAX];
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return NULL;
    target[length] = '\0';
    const char *slash = target[0] == '/' ? NULL : strrchr(path, '/');
    return s2_asprintf("%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, target);
}

/** Key of a name that no file has yet: its folder's own name and the last part of it. */
static char *absent_key(const char *path, int links)
{
    char *target = links < MOST_LINKS ? dangling_target(path) : NULL;
    if (target) {
        char *key = absent_key(target, links + 1);
        s2_free(target);
        return key;
    }
    const char *slash = strrchr(path, '/');
    char *folder = slash ? s2_asprintf("%.*s", (int)(slash - path) + 1, path) : s2_strdup(".");
    char *real = folder ? realpath(folder, NULL) : NULL;
    char *key = NULL;
    if (real)
        key = s2_asprintf("%s/%s", strcmp(real, "/") == 0 ? "" : real, slash ? slash + 1 : path);
    else if (folder)
        key = s2_strdup(path);
    free(real);
    s2_free(folder);
    return key;
}

char *s2_file_key(const char *path)
{
    struct stat there;
    if (stat(path, &there) == 0)
        return s2_asprintf("%ju:%ju", (uintmax_t)there.st_dev, (uintmax_t)there.st_ino);
    return absent_key(path, 0);
}

bool s2_same_file(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    if (strcmp(a, b) == 0)
        return true;
    char *one = s2_file_key(a), *other = s2_file_key(b);
    const bool same = one && other && strcmp(one, other) == 0;
    s2_free(one);
    s2_free(other);
    return same;
}

bool s2_is_stream_name(const char *path)
{
    static const char *const folders[] = {"/dev/std", "/dev/fd/", "/proc/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

const char *s2_open_problem(const char *path)
{
    return strncmp(path, "/vsi", 4) == 0
               ? "GDAL's /vsi paths are for rasters and vectors: expected a file on a disk"
               : strerror(errno);
}

s2rgf_status s2_refuse_input(const char *output, const char *input, s2rgf_error *err)
{
    if (!s2_same_file(output, input))
        return S2RGF_OK;
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is an input too: it would be lost", output);
}

/** Whether only the owner of a file, or of its folder, may rename it, and we are neither. */
static bool is_of_another(const char *path, const char *folder)
{
    const uid_t user = geteuid();
    struct stat file, around;
    return user != 0 && lstat(path, &file) == 0 && stat(folder, &around) == 0 &&
           (around.st_mode & S_ISVTX) != 0 && file.st_uid != user && around.st_uid != user;
}

/**
 * Whether a file is marked unchangeable: opening it then fails for another reason than its mode.
 */
static bool is_unchangeable(const char *path)
{
    struct stat file;
    if (lstat(path, &file) != 0 || !S_ISREG(file.st_mode))
        return false;
    const int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor >= 0)
        close(descriptor);
    return descriptor < 0 && errno == EPERM;
}

s2rgf_status s2_refuse_fixed(const char *path, s2rgf_error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? s2_asprintf("%.*s", (int)(slash - path) + 1, path) : s2_strdup(".");
    if (!folder)
        return s2_fail_memory(err, "file name");
    const bool another = is_of_another(path, folder);
    s2_free(folder);
    if (another)
        return s2_fail(err, S2RGF_IO,
                       "%s: cannot be replaced: it belongs to another user, and in its folder only "
                       "owners may rename",
                       path);
    return is_unchangeable(path)
               ? s2_fail(err, S2RGF_IO, "%s: cannot be replaced: it is marked unchangeable", path)
               : S2RGF_OK;
}
