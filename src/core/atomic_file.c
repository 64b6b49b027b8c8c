/* A file that appears under its name only when it is whole. */
#include "core/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"

#define NAME_TRIES 100

static s2rgf_status fail_exists(const char *path, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it", path);
}

static s2rgf_status check_target(const char *path, bool overwrite, s2rgf_error *err)
{
    struct stat there;
    /* A link that leads nowhere is a name taken, too. */
    if (!overwrite && lstat(path, &there) == 0 && S_ISLNK(there.st_mode))
        return fail_exists(path, err);
    if (stat(path, &there) != 0)
        return errno == ENOENT
                   ? S2RGF_OK
                   : s2_fail(err, S2RGF_IO, "%s: cannot create: %s", path, strerror(errno));
    if (!S_ISREG(there.st_mode))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: cannot be replaced: expected a regular file, found something else",
                       path);
    return overwrite ? S2RGF_OK : fail_exists(path, err);
}

/** Open a name in the same folder that nobody has; errno tells of failure. */
static int open_temporary(const char *path, char **temporary)
{
    for (int attempt = 0; attempt < NAME_TRIES; attempt++) {
        *temporary = s2_asprintf("%s.%ld-%d.tmp", path, (long)getpid(), attempt);
        if (*temporary == NULL) {
            errno = ENOMEM;
            return -1;
        }
        const int descriptor = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0)
            return descriptor;
        const int problem = errno;
        s2_free(*temporary);
        *temporary = NULL;
        errno = problem;
        if (problem != EEXIST)
            return -1;
    }
    return -1;
}

s2rgf_status s2_atomic_open(s2_atomic_file *file, const char *path, bool overwrite,
                            s2rgf_error *err)
{
    *file = (s2_atomic_file){.descriptor = -1, .overwrite = overwrite};
    s2rgf_status status = check_target(path, overwrite, err);
    if (status != S2RGF_OK)
        return status;
    file->path = s2_strdup(path);
    if (file->path == NULL)
        return s2_fail_memory(err, "file name");
    file->descriptor = open_temporary(path, &file->temporary);
    if (file->descriptor < 0) {
        status = errno == ENOMEM
                     ? s2_fail_memory(err, "file name")
                     : s2_fail(err, S2RGF_IO, "%s: cannot create: %s", path, strerror(errno));
        s2_atomic_discard(file);
    }
    return status;
}

s2rgf_status s2_atomic_check(const char *path, bool overwrite, s2rgf_error *err)
{
    s2_atomic_file probe;
    const s2rgf_status status = s2_atomic_open(&probe, path, overwrite, err);
    s2_atomic_discard(&probe);
    return status;
}

s2rgf_status s2_atomic_write(s2_atomic_file *file, const void *bytes, size_t count,
                             s2rgf_error *err)
{
    const char *next = bytes;
    while (count > 0) {
        const ssize_t written = write(file->descriptor, next, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return s2_fail(err, S2RGF_IO, "%s: cannot write: %s", file->path, strerror(errno));
        next += written;
        count -= (size_t)written;
    }
    return S2RGF_OK;
}

static s2rgf_status close_file(s2_atomic_file *file, s2rgf_error *err)
{
    /* Renaming before the data are on disk could leave an empty file after a power cut. */
    const bool synced = fsync(file->descriptor) == 0;
    const int sync_problem = errno;
    const bool closed = close(file->descriptor) == 0;
    const int close_problem = errno;
    file->descriptor = -1;
    if (!synced || !closed)
        return s2_fail(err, S2RGF_IO, "%s: cannot write: %s", file->path,
                       strerror(synced ? close_problem : sync_problem));
    return S2RGF_OK;
}

/** Give the file its name; link() never replaces, unlike rename(). */
static s2rgf_status publish(s2_atomic_file *file, s2rgf_error *err)
{
    if (!file->overwrite) {
        if (link(file->temporary, file->path) == 0)
            return S2RGF_OK;
        if (errno == EEXIST)
            return fail_exists(file->path, err);
        /* File systems without hard links: a check and a rename must do. */
        const s2rgf_status status = check_target(file->path, false, err);
        if (status != S2RGF_OK)
            return status;
    }
    if (rename(file->temporary, file->path) != 0)
        return s2_fail(err, S2RGF_IO, "%s: cannot rename to this name: %s", file->path,
                       strerror(errno));
    s2_free(file->temporary);
    file->temporary = NULL;
    return S2RGF_OK;
}

s2rgf_status s2_atomic_commit(s2_atomic_file *file, s2rgf_error *err)
{
    s2rgf_status status = close_file(file, err);
    if (status == S2RGF_OK)
        status = publish(file, err);
    s2_atomic_discard(file);
    return status;
}

void s2_atomic_discard(s2_atomic_file *file)
{
    /* A structure of zeros owns nothing, least of all descriptor 0. */
    if (file->path != NULL && file->descriptor >= 0)
        close(file->descriptor);
    if (file->temporary != NULL)
        unlink(file->temporary);
    s2_free(file->temporary);
    s2_free(file->path);
    *file = (s2_atomic_file){.descriptor = -1};
}
