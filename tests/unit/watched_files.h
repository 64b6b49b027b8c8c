/* Files whose reads are watched: "/vsiwatch/" and a path is the file of that path. */
#ifndef TESTS_UNIT_WATCHED_FILES_H
#define TESTS_UNIT_WATCHED_FILES_H

#include <cpl_vsi.h>
#include <stdbool.h>

#include "harness.h"

#define WATCHED "/vsiwatch/"

/** Called for every read, by the thread that reads; false: it fails. */
typedef bool (*watch_read)(size_t bytes);

static watch_read watched_hook;

static int watched_stat(void *user, const char *name, VSIStatBufL *buffer, int flags)
{
    (void)user;
    return VSIStatExL(name, buffer, flags);
}

static void *watched_open(void *user, const char *name, const char *access)
{
    (void)user;
    return VSIFOpenL(name, access);
}

static vsi_l_offset watched_tell(void *file)
{
    return VSIFTellL(file);
}

static int watched_seek(void *file, vsi_l_offset offset, int whence)
{
    return VSIFSeekL(file, offset, whence);
}

static size_t watched_read(void *file, void *buffer, size_t size, size_t count)
{
    const size_t got = VSIFReadL(buffer, size, count, file);
    return watched_hook(got * size) ? got : 0;
}

static int watched_eof(void *file)
{
    return VSIFEofL(file);
}

static int watched_close(void *file)
{
    return VSIFCloseL(file);
}

/** From now on. */
static inline void watch_files(watch_read hook)
{
    VSIFilesystemPluginCallbacksStruct *calls = VSIAllocFilesystemPluginCallbacksStruct();
    watched_hook = hook;
    calls->stat = watched_stat;
    calls->open = watched_open;
    calls->tell = watched_tell;
    calls->seek = watched_seek;
    calls->read = watched_read;
    calls->eof = watched_eof;
    calls->close = watched_close;
    REQUIRE(VSIInstallPluginHandler(WATCHED, calls) == 0);
    VSIFreeFilesystemPluginCallbacksStruct(calls);
}

#endif
