/* Names of an output and its side files: a temporary stem beside it, then its own. */
#include "geo/map/map_files.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

/** Tells the outputs of one process apart. */
static atomic_uint output_number;

/** A number that no other attempt at this output has, on any machine that shares the folder. */
static uint64_t unique_number(void)
{
    const uint64_t own = ((uint64_t)getpid() << 32) + atomic_fetch_add(&output_number, 1);
    uint64_t random = 0;
    /* without random bits, as early after booting, the process still tells its own apart */
    if (getentropy(&random, sizeof random) != 0)
        random = (uint64_t)time(NULL) * UINT64_C(0x9e3779b97f4a7c15);
    return random ^ own;
}

static bool exists(const char *path, bool *is_folder)
{
    VSIStatBufL stat;
    if (VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) != 0)
        return false;
    *is_folder = VSI_ISDIR(stat.st_mode) != 0;
    return true;
}

bool s2_map_exists(const char *path)
{
    bool is_folder;
    return exists(path, &is_folder);
}

/** Split the path and invent the temporary stems; false when memory is out. */
static bool make_names(const char *path, s2_map_files *files)
{
    const char *extension = CPLGetExtension(path);
    files->extension = extension[0] != '\0' ? s2_asprintf(".%s", extension) : s2_strdup("");
    const char *folder = CPLGetPath(path);
    files->folder = s2_strdup(folder[0] != '\0' ? folder : ".");
    files->stem = s2_strdup(CPLGetBasename(path));
    files->path = s2_strdup(path);
    if (files->stem == NULL || files->folder == NULL || files->extension == NULL ||
        files->path == NULL)
        return false;
    const uint64_t number = unique_number();
    files->temporary = s2_asprintf("%s.part-%016" PRIx64, files->stem, number);
    files->scratch = s2_asprintf("%s.work-%016" PRIx64, files->stem, number);
    return files->temporary != NULL && files->scratch != NULL;
}

char *s2_map_files_path(const s2_map_files *files, const char *stem, const char *suffix)
{
    const size_t length = strlen(files->folder);
    const char *slash = length > 0 && files->folder[length - 1] == '/' ? "" : "/";
    return s2_asprintf("%s%s%s%s", files->folder, slash, stem, suffix);
}

/** Refuse what is there already. */
static s2rgf_status check_free(const s2_map_files *files, bool style, s2rgf_error *err)
{
    bool is_folder = false;
    const bool there = exists(files->path, &is_folder);
    if (there && is_folder)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is a folder: expected a file name",
                       files->path);
    if (files->overwrite)
        return S2RGF_OK;
    if (there)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it",
                       files->path);
    char *qml = style ? s2_map_files_path(files, files->stem, ".qml") : NULL;
    if (style && qml == NULL)
        return s2_fail_memory(err, "output");
    s2rgf_status status = S2RGF_OK;
    if (qml != NULL && exists(qml, &is_folder))
        status =
            s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it", qml);
    s2_free(qml);
    return status;
}

/** Every name in the output's folder that starts with a stem; CSLDestroy() it. */
static char **names_with_stem(const s2_map_files *files, const char *stem)
{
    char **all = VSIReadDir(files->folder);
    char **found = NULL;
    for (int i = 0; all != NULL && all[i] != NULL; i++)
        if (strncmp(all[i], stem, strlen(stem)) == 0)
            found = CSLAddString(found, all[i]);
    CSLDestroy(all);
    return found;
}

/** Create, rename and remove an empty file the way the output will be. */
static s2rgf_status try_folder(const s2_map_files *files, s2rgf_error *err)
{
    char *first = s2_map_files_path(files, files->scratch, files->extension);
    char *second = s2_map_files_path(files, files->temporary, files->extension);
    s2rgf_status status = S2RGF_OK;
    if (first == NULL || second == NULL) {
        status = s2_fail_memory(err, "output");
    } else {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        VSILFILE *file = VSIFOpenExL(first, "wb", TRUE);
        bool done = file != NULL && VSIFCloseL(file) == 0;
        done = done && VSIRename(first, second) == 0;
        /* Side files are found by listing the folder. */
        char **names = done ? names_with_stem(files, files->temporary) : NULL;
        done = done && names != NULL;
        CSLDestroy(names);
        s2_gdal_catch_end(&caught);
        if (!done)
            status = s2_gdal_fail(&caught, err, S2RGF_IO,
                                  "%s: cannot be written: its folder does not take new files%s%s",
                                  files->path, caught.failed ? "" : ": ",
                                  caught.failed ? "" : VSIStrerror(errno));
        VSIUnlink(first);
        VSIUnlink(second);
    }
    s2_free(first);
    s2_free(second);
    return status;
}

s2rgf_status s2_map_files_prepare(const char *path, bool overwrite, bool style, s2_map_files *files,
                                  s2rgf_error *err)
{
    *files = (s2_map_files){.overwrite = overwrite};
    if (path[0] == '\0' || CPLGetFilename(path)[0] == '\0')
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "output \"%s\": expected a file name", path);
    if (STARTS_WITH(path, "/vsistdout"))
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: a stream: expected a file that can be renamed when it is whole", path);
    if (!make_names(path, files))
        return s2_fail_memory(err, "output");
    const s2rgf_status status = check_free(files, style, err);
    return status == S2RGF_OK ? try_folder(files, err) : status;
}

/**
 * Rename one file; without leave to overwrite, only side files of GDAL's own making are replaced.
 */
static s2rgf_status rename_file(const s2_map_files *files, const char *from, const char *to,
                                s2rgf_error *err)
{
    bool is_folder = false;
    const size_t length = strlen(to);
    const bool is_aux = length > 8 && strcmp(to + length - 8, ".aux.xml") == 0;
    if (!files->overwrite && !is_aux && exists(to, &is_folder))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: appeared meanwhile: not overwritten", to);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const bool done = VSIRename(from, to) == 0;
    s2_gdal_catch_end(&caught);
    return done ? S2RGF_OK
                : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot get its name from %s", to, from);
}

/**
 * Have a file, or the names in a folder, on the disk. Nothing can be done for the paths of GDAL's
 * virtual file systems, nor where the file system knows no such request.
 */
static bool sync_path(const char *path)
{
    if (STARTS_WITH(path, "/vsi"))
        return true;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool done = fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
    const int reason = errno;
    close(descriptor);
    errno = reason;
    return done;
}

/** Have what has the temporary stem on the disk, before it gets names that promise to be whole. */
static s2rgf_status sync_files(const s2_map_files *files, char **names, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; names != NULL && names[i] != NULL && status == S2RGF_OK; i++) {
        char *path = s2_map_files_path(files, names[i], "");
        if (path == NULL)
            status = s2_fail_memory(err, "output");
        else if (!sync_path(path))
            status = s2_fail(err, S2RGF_IO, "%s: cannot be written to the disk: %s", path,
                             strerror(errno));
        s2_free(path);
    }
    return status;
}

/** Remove side files of the former output that the new one does not bring itself. */
static void remove_stale(const s2_map_files *files, char **names)
{
    static const char *const suffixes[] = {".aux.xml", ".ovr", ".msk"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *name = s2_asprintf("%s%s%s", files->temporary, files->extension, suffixes[i]);
        char *path = s2_asprintf("%s%s", files->path, suffixes[i]);
        if (name != NULL && path != NULL && CSLFindString(names, name) < 0)
            VSIUnlink(path);
        s2_free(name);
        s2_free(path);
    }
}

/** Final and backup path of a name with the temporary stem; false when memory is out. */
static bool target_paths(const s2_map_files *files, const char *name, char **to, char **backup)
{
    const char *suffix = name + strlen(files->temporary);
    char *old = s2_asprintf("-old%s", suffix);
    *to = s2_map_files_path(files, files->stem, suffix);
    *backup = old != NULL ? s2_map_files_path(files, files->scratch, old) : NULL;
    s2_free(old);
    return *to != NULL && *backup != NULL;
}

/** Give a side file its name; one that was there is kept under the scratch stem. */
static s2rgf_status publish_side(const s2_map_files *files, const char *name, s2rgf_error *err)
{
    char *to = NULL, *backup = NULL;
    bool is_folder = false;
    char *from = s2_map_files_path(files, name, "");
    s2rgf_status status = S2RGF_OK;
    if (!target_paths(files, name, &to, &backup) || from == NULL)
        status = s2_fail_memory(err, "output");
    else if (exists(to, &is_folder) && is_folder)
        status = s2_fail(err, S2RGF_IO, "%s: is a folder: expected a file or nothing there", to);
    else if (files->overwrite && exists(to, &is_folder))
        status = rename_file(files, to, backup, err);
    /* another attempt at this output may have taken it away to put its own there */
    if (status == S2RGF_IO && !exists(to, &is_folder)) {
        s2_error_clear(err);
        status = S2RGF_OK;
    }
    if (status == S2RGF_OK)
        status = rename_file(files, from, to, err);
    if (status != S2RGF_OK && backup != NULL && exists(backup, &is_folder))
        VSIRename(backup, to);
    s2_free(from);
    s2_free(to);
    s2_free(backup);
    return status;
}

/** Take back the names of the first `count` side files and put the former ones in their place. */
static void unpublish(const s2_map_files *files, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        char *to = NULL, *backup = NULL;
        bool is_folder = false;
        if (target_paths(files, names[i], &to, &backup)) {
            VSIUnlink(to);
            if (exists(backup, &is_folder))
                VSIRename(backup, to);
        }
        s2_free(to);
        s2_free(backup);
    }
}

s2rgf_status s2_map_files_publish(const s2_map_files *files, s2rgf_error *err)
{
    char *from = s2_map_files_path(files, files->temporary, files->extension);
    char **names = names_with_stem(files, files->temporary);
    const char *main_name = from != NULL ? CPLGetFilename(from) : "";
    const int at = CSLFindString(names, main_name);
    s2rgf_status status =
        from != NULL ? sync_files(files, names, err) : s2_fail_memory(err, "output");
    if (status == S2RGF_OK && at < 0)
        status = s2_fail(err, S2RGF_IO, "%s: gone before it was renamed", from);
    else if (status == S2RGF_OK)
        names = CSLRemoveStrings(names, at, 1, NULL);
    int done = 0;
    for (; names != NULL && names[done] != NULL && status == S2RGF_OK; done++)
        status = publish_side(files, names[done], err);
    if (status != S2RGF_OK && done > 0)
        done--;
    /* Last, and in one step: until then the former output is the valid one. */
    if (status == S2RGF_OK)
        status = rename_file(files, from, files->path, err);
    if (status == S2RGF_OK)
        sync_path(files->folder);
    if (status != S2RGF_OK)
        unpublish(files, names, done);
    else
        remove_stale(files, names);
    CSLDestroy(names);
    s2_free(from);
    return status;
}

static void remove_stem(const s2_map_files *files, const char *stem)
{
    char **names = stem != NULL && files->folder != NULL ? names_with_stem(files, stem) : NULL;
    for (int i = 0; names != NULL && names[i] != NULL; i++) {
        char *path = s2_map_files_path(files, names[i], "");
        if (path != NULL)
            VSIUnlink(path);
        s2_free(path);
    }
    CSLDestroy(names);
}

void s2_map_files_discard(const s2_map_files *files)
{
    remove_stem(files, files->temporary);
    remove_stem(files, files->scratch);
}

void s2_map_files_clear(s2_map_files *files)
{
    s2_free(files->folder);
    s2_free(files->stem);
    s2_free(files->temporary);
    s2_free(files->scratch);
    s2_free(files->extension);
    s2_free(files->path);
    *files = (s2_map_files){0};
}
