/*
 * Files whose every failed write is an error. Some drivers of GDAL (HFA and ILWIS, for instance) do
 * not look at the result of a write, and what they lose may be something that GDAL itself never
 * reads.
 */
#include "geo/map/checked_files.h"

#include <cpl_error.h>
#include <cpl_multiproc.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/work_folder.h"

typedef struct checked_file {
    VSILFILE *file;
    char *path;
    bool is_written;
} checked_file;

/** Report a failure, unless the file is only read. */
static void check(const checked_file *checked, bool done)
{
    if (!done && checked->is_written)
        CPLError(CE_Failure, CPLE_FileIO, "%s: cannot be written: %s", checked->path,
                 strerror(errno != 0 ? errno : EIO));
}

/* ---- a file ---------------------------------------------------------------------------------- */

static void *open_file(void *unused, const char *path, const char *access)
{
    (void)unused;
    checked_file *checked = s2_calloc(1, sizeof *checked);
    char *copy = s2_strdup(path);
    VSILFILE *file = checked && copy ? VSIFOpenL(path, access) : NULL;
    if (!file) {
        const int reason = errno;
        s2_free(checked);
        s2_free(copy);
        errno = reason;
        return NULL;
    }
    *checked =
        (checked_file){.file = file, .path = copy, .is_written = strpbrk(access, "wa+") != NULL};
    return checked;
}

static vsi_l_offset tell_file(void *checked)
{
    return VSIFTellL(((checked_file *)checked)->file);
}

static int seek_file(void *checked, vsi_l_offset offset, int whence)
{
    errno = 0;
    const int outcome = VSIFSeekL(((checked_file *)checked)->file, offset, whence);
    check(checked, outcome == 0);
    return outcome;
}

static size_t read_file(void *checked, void *buffer, size_t size, size_t count)
{
    return VSIFReadL(buffer, size, count, ((checked_file *)checked)->file);
}

static int is_at_end(void *checked)
{
    return VSIFEofL(((checked_file *)checked)->file);
}

static size_t write_file(void *checked, const void *buffer, size_t size, size_t count)
{
    errno = 0;
    const size_t written = VSIFWriteL(buffer, size, count, ((checked_file *)checked)->file);
    check(checked, written == count || size == 0);
    return written;
}

static int flush_file(void *checked)
{
    errno = 0;
    const int outcome = VSIFFlushL(((checked_file *)checked)->file);
    check(checked, outcome == 0);
    return outcome;
}

static int truncate_file(void *checked, vsi_l_offset size)
{
    errno = 0;
    const int outcome = VSIFTruncateL(((checked_file *)checked)->file, size);
    check(checked, outcome == 0);
    return outcome;
}

static int close_file(void *opened)
{
    checked_file *checked = opened;
    if (!checked) /* GDAL 3.10: where a driver closed the file itself, its handle closes it again */
        return 0;
    errno = 0;
    const int outcome = VSIFCloseL(checked->file);
    check(checked, outcome == 0);
    s2_free(checked->path);
    s2_free(checked);
    return outcome;
}

/* ---- names ----------------------------------------------------------------------------------- */

static int stat_path(void *unused, const char *path, VSIStatBufL *stat, int flags)
{
    (void)unused;
    return VSIStatExL(path, stat, flags);
}

static int unlink_path(void *unused, const char *path)
{
    (void)unused;
    return VSIUnlink(path);
}

static int rename_path(void *unused, const char *from, const char *to)
{
    (void)unused;
    return VSIRename(from, to);
}

static int make_folder(void *unused, const char *path, long mode)
{
    (void)unused;
    return VSIMkdir(path, mode);
}

static int remove_folder(void *unused, const char *path)
{
    (void)unused;
    return VSIRmdir(path);
}

static char **read_folder(void *unused, const char *path, int most)
{
    (void)unused;
    return VSIReadDirEx(path, most);
}

/** Have GDAL know of them; false when memory is out. */
static bool install(void)
{
    VSIFilesystemPluginCallbacksStruct *calls = VSIAllocFilesystemPluginCallbacksStruct();
    if (!calls)
        return false;
    calls->open = open_file;
    calls->tell = tell_file;
    calls->seek = seek_file;
    calls->read = read_file;
    calls->eof = is_at_end;
    calls->write = write_file;
    calls->flush = flush_file;
    calls->truncate = truncate_file;
    calls->close = close_file;
    calls->stat = stat_path;
    calls->unlink = unlink_path;
    calls->rename = rename_path;
    calls->mkdir = make_folder;
    calls->rmdir = remove_folder;
    calls->read_dir = read_folder;
    const bool done = VSIInstallPluginHandler(S2_CHECKED_PREFIX, calls) == 0;
    VSIFreeFilesystemPluginCallbacksStruct(calls);
    return done;
}

s2rgf_status s2_checked_name(const char *path, char **name, s2rgf_error *err)
{
    static CPLMutex *mutex;
    static bool installed;
    if (s2_is_virtual_path(path)) {
        *name = s2_strdup(path);
        return *name ? S2RGF_OK : s2_fail_memory(err, "output");
    }
    bool ready = CPLCreateOrAcquireMutex(&mutex, 1000.0) != 0;
    if (ready) {
        ready = installed = installed || install();
        CPLReleaseMutex(mutex);
    }
    *name = ready ? s2_asprintf(S2_CHECKED_PREFIX "%s", path) : NULL;
    return *name ? S2RGF_OK : s2_fail_memory(err, "output");
}
