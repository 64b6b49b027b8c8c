/* The steps by which files get their names for good: locks, syncs, and names that replace
   nothing. */
#include "core/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** Close a descriptor and keep errno. */
static void close_quietly(int descriptor)
{
    const int problem = errno;
    close(descriptor);
    errno = problem;
}

/** Whether a descriptor still is the file of that name. */
static bool has_name(int descriptor, const char *path)
{
    struct stat own, named;
    return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev &&
           own.st_ino == named.st_ino;
}

s2_lock_state s2_lock_file(const char *path, int flags, int *descriptor)
{
    *descriptor = open(path, O_RDWR | O_CLOEXEC | flags, 0666);
    if (*descriptor < 0)
        return S2_LOCK_FAILED;
    if (flock(*descriptor, LOCK_EX | LOCK_NB) == 0) {
        if (has_name(*descriptor, path))
            return S2_LOCKED;
        errno = EWOULDBLOCK; /* another removed it */
    }
    close_quietly(*descriptor);
    *descriptor = -1;
    return errno == EWOULDBLOCK || errno == EINTR ? S2_LOCK_BUSY : S2_LOCK_NONE;
}

bool s2_give_name(const char *from, const char *to, bool replace)
{
    struct stat there;
    if (replace)
        return rename(from, to) == 0;
    /* link() never replaces, unlike rename(). */
    if (link(from, to) == 0) {
        unlink(from);
        return true;
    }
    if (errno == EEXIST)
        return false;
    /* A folder, or a file system without hard links: a look and a rename must do. */
    if (lstat(to, &there) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(from, to) == 0;
}

bool s2_sync_path(const char *path)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == EACCES;
    const bool done = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
    close_quietly(descriptor);
    return done;
}
