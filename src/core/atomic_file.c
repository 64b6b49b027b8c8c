/* A file that appears under its name only when it is whole. */
#include "core/atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/naming.h"

#define NAME_TRIES 100
#define TEMPORARY_FORMAT "%s.%ld-%d.tmp" /* path, process, attempt */

static s2rgf_status fail_exists(const char *path, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it", path);
}

static s2rgf_status check_target(const char *path, bool overwrite, s2rgf_error *err)
{
    struct stat there;
    if (s2_is_stream_name(path))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is a stream: expected the name of a file",
                       path);
    /* A link that leads nowhere is a name taken, too. */
    if (!overwrite && lstat(path, &there) == 0 && S_ISLNK(there.st_mode))
        return fail_exists(path, err);
    if (stat(path, &there) != 0)
        return errno == ENOENT
                   ? S2RGF_OK
                   : s2_fail(err, S2RGF_IO, "%s: cannot create: %s", path, s2_open_problem(path));
    if (!S_ISREG(there.st_mode))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: cannot be replaced: it is not a regular file", path);
    return overwrite ? s2_refuse_fixed(path, err) : fail_exists(path, err);
}

/* ---- what killed processes left -------------------------------------------------------------- */

/** Whether a name is that of a temporary file of a file, by TEMPORARY_FORMAT. */
static bool is_temporary_name(const char *name, const char *of)
{
    const size_t length = strlen(of);
    if (strncmp(name, of, length) != 0 || name[length] != '.')
        return false;
    const char *process = name + length + 1;
    const size_t digits = strspn(process, "0123456789");
    const char *number = process + digits + 1;
    if (digits == 0 || process[digits] != '-')
        return false;
    return strcmp(number + strspn(number, "0123456789"), ".tmp") == 0;
}

/** Remove a temporary file whose writer, on any machine, has ended. */
static void remove_rest(const char *folder, const char *name)
{
    int lock = -1;
    char *path = s2_asprintf("%s/%s", folder, name);
    if (path && s2_lock_file(path, O_NOFOLLOW | O_NONBLOCK, &lock) == S2_LOCKED)
        unlink(path);
    if (lock >= 0)
        close(lock);
    s2_free(path);
}

static void remove_rests(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder = slash ? s2_asprintf("%.*s", (int)(name - path), path) : s2_strdup(".");
    DIR *listing = folder ? opendir(folder) : NULL;
    const struct dirent *entry;
    while (listing && (entry = readdir(listing)))
        if (is_temporary_name(entry->d_name, name))
            remove_rest(folder, entry->d_name);
    if (listing)
        closedir(listing);
    s2_free(folder);
}

/* ---- temporary files ------------------------------------------------------------------------- */

/**
 * Lock a new file, through a descriptor of its own that outlives the one it is written through.
 * False: another process has taken it for a rest. File systems without locks keep rests.
 */
static bool lock_temporary(s2_atomic_file *file)
{
    const s2_lock_state state = s2_lock_file(file->temporary, 0, &file->lock);
    return state == S2_LOCKED || state == S2_LOCK_NONE ||
           (state == S2_LOCK_FAILED && errno != ENOENT);
}

static void close_lock(s2_atomic_file *file)
{
    if (file->lock >= 0)
        close(file->lock);
    file->lock = -1;
}

/** Open an unused name in the same folder; errno says why it failed. */
static bool open_temporary(s2_atomic_file *file)
{
    for (int attempt = 0; attempt < NAME_TRIES; attempt++) {
        file->temporary = s2_asprintf(TEMPORARY_FORMAT, file->path, (long)getpid(), attempt);
        if (!file->temporary) {
            errno = ENOMEM;
            return false;
        }
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->descriptor >= 0 && lock_temporary(file))
            return true;
        const int problem = file->descriptor >= 0 ? EEXIST : errno;
        if (file->descriptor >= 0)
            close(file->descriptor);
        file->descriptor = -1;
        close_lock(file);
        s2_free(file->temporary);
        file->temporary = NULL;
        errno = problem;
        if (problem != EEXIST)
            return false;
    }
    return false;
}

s2rgf_status s2_atomic_open(s2_atomic_file *file, const char *path, bool overwrite,
                            s2rgf_error *err)
{
    *file = (s2_atomic_file){.descriptor = -1, .lock = -1, .overwrite = overwrite};
    s2rgf_status status = check_target(path, overwrite, err);
    if (status != S2RGF_OK)
        return status;
    file->path = s2_strdup(path);
    if (!file->path)
        return s2_fail_memory(err, "file name");
    remove_rests(path);
    if (!open_temporary(file)) {
        status = errno == ENOMEM
                     ? s2_fail_memory(err, "file name")
                     : s2_fail(err, S2RGF_IO, "%s: cannot create: %s", path, s2_open_problem(path));
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

static s2rgf_status publish(s2_atomic_file *file, s2rgf_error *err)
{
    if (s2_give_name(file->temporary, file->path, file->overwrite)) {
        s2_free(file->temporary);
        file->temporary = NULL;
        return S2RGF_OK;
    }
    if (errno == EEXIST)
        return fail_exists(file->path, err);
    return s2_fail(err, S2RGF_IO, "%s: cannot rename to this name: %s", file->path,
                   strerror(errno));
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
    if (file->path && file->descriptor >= 0)
        close(file->descriptor);
    if (file->temporary)
        unlink(file->temporary);
    if (file->path)
        close_lock(file);
    s2_free(file->temporary);
    s2_free(file->path);
    *file = (s2_atomic_file){.descriptor = -1, .lock = -1};
}

s2rgf_status s2_atomic_save(const char *path, const void *bytes, size_t count, bool overwrite,
                            s2rgf_error *err)
{
    s2_atomic_file file;
    s2rgf_status status = s2_atomic_open(&file, path, overwrite, err);
    if (status == S2RGF_OK)
        status = s2_atomic_write(&file, bytes, count, err);
    if (status == S2RGF_OK)
        status = s2_atomic_commit(&file, err);
    else
        s2_atomic_discard(&file);
    return status;
}

s2rgf_status s2rgf_text_check(const char *path, bool overwrite, s2rgf_error *err)
{
    s2_error_clear(err);
    const s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"path", path});
    return status == S2RGF_OK ? s2_atomic_check(path, overwrite, err) : status;
}

s2rgf_status s2rgf_texts_save(const s2rgf_text_file *texts, size_t count, bool overwrite,
                              s2rgf_error *err)
{
    size_t opened = 0, done = 0;
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"texts", texts});
    if (status != S2RGF_OK)
        return status;
    s2_atomic_file *files = s2_calloc(count, sizeof *files);
    if (!files)
        return s2_fail_memory(err, "names of files");
    while (opened < count && status == S2RGF_OK) {
        status =
            S2_ARGUMENTS_GIVEN(err, {"path", texts[opened].path}, {"text", texts[opened].text});
        if (status == S2RGF_OK)
            status = s2_atomic_open(&files[opened], texts[opened].path, overwrite, err);
        if (status != S2RGF_OK)
            break;
        status =
            s2_atomic_write(&files[opened], texts[opened].text, strlen(texts[opened].text), err);
        if (status == S2RGF_OK)
            status = s2_atomic_write(&files[opened], "\n", 1, err);
        opened++;
    }
    while (done < count && status == S2RGF_OK)
        status = s2_atomic_commit(&files[done++], err);
    while (opened > done)
        s2_atomic_discard(&files[--opened]);
    s2_free(files);
    return status;
}
