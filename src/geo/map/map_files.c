/* Names of an output and its side files: made in a folder beside it under the names they will
   have. */
#include "geo/map/map_files.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/naming.h"
#include "geo/files/dataset_files.h"
#include "geo/map/checked_files.h"
#include "geo/map/map_style.h"
#include "geo/map/map_vat.h"
#include "geo/map/output_name.h"
#include "geo/map/publication.h"
#include "geo/source/gdal_catch.h"

#define MADE "made"            /* where files are made */
#define NEW "new"              /* where they are once they are whole */
#define SCRATCH "work"         /* what is no part of the output */
#define OLD "old"              /* former files, while names are given */
#define LONGEST_TEXT (1 << 20) /* bytes of a text that may name files */

/* ---- names ----------------------------------------------------------------------------------- */

bool s2_map_exists(const char *path)
{
    VSIStatBufL stat;
    return VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0 &&
           VSI_ISREG(stat.st_mode);
}

static char *join_path(const char *folder, const char *name, const char *suffix)
{
    const size_t length = strlen(folder);
    return s2_asprintf("%s%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name,
                       suffix);
}

/** The folder of a path, absolute where it is one of the system; released with s2_free(). */
static char *find_place(const char *path)
{
    const char *folder = CPLGetPath(path);
    if (folder[0] == '\0')
        folder = ".";
    char *real = s2_is_virtual_path(folder) ? NULL : realpath(folder, NULL);
    char *place = s2_strdup(real ? real : folder);
    free(real);
    return place;
}

static s2rgf_status make_names(const char *path, s2_map_files *files, s2rgf_error *err)
{
    files->place = find_place(path);
    files->stem = s2_strdup(CPLGetBasename(path));
    files->name = s2_strdup(CPLGetFilename(path));
    files->path = s2_strdup(path);
    return files->place && files->stem && files->name && files->path
               ? S2RGF_OK
               : s2_fail_memory(err, "output");
}

/** Path of something in one of the folders of the work folder. */
static char *inside(const s2_map_files *files, const char *folder, const char *name,
                    const char *suffix)
{
    char *path = join_path(files->work.path, folder, "");
    char *made = path ? join_path(path, name, suffix) : NULL;
    s2_free(path);
    return made;
}

char *s2_map_files_new(const s2_map_files *files, const char *name, const char *suffix)
{
    return inside(files, files->turned ? NEW : MADE, name, suffix);
}

char *s2_map_files_scratch(const s2_map_files *files, const char *name)
{
    return inside(files, SCRATCH, name, "");
}

/* ---- before work ----------------------------------------------------------------------------- */

/** Make the folders in the work folder; false: GDAL or errno tell why. */
static s2rgf_status make_folders(const s2_map_files *files, s2rgf_error *err)
{
    static const char *const names[] = {MADE, SCRATCH, OLD};
    bool done = true;
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && done; i++) {
        char *path = join_path(files->work.path, names[i], "");
        done = path && VSIMkdir(path, 0777) == 0;
        s2_free(path);
    }
    s2_gdal_catch_end(&caught);
    return done ? S2RGF_OK
                : s2_gdal_fail(&caught, err, S2RGF_IO,
                               "%s: cannot be written: no room in its folder%s%s", files->path,
                               caught.failed ? "" : ": ", caught.failed ? "" : strerror(errno));
}

/** File systems of GDAL's: not all can rename and list, which is needed in the end. */
static s2rgf_status try_renaming(const s2_map_files *files, s2rgf_error *err)
{
    char *from = inside(files, SCRATCH, files->name, ""), *to = inside(files, OLD, files->name, "");
    char *folder = join_path(files->work.path, OLD, "");
    s2rgf_status status = S2RGF_OK;
    if (!from || !to || !folder) {
        status = s2_fail_memory(err, "output");
    } else {
        s2_gdal_catch caught;
        s2_map_catch_begin(&caught);
        VSILFILE *file = VSIFOpenExL(from, "wb", TRUE);
        bool done = file && VSIFCloseL(file) == 0 && VSIRename(from, to) == 0;
        char **names = done ? VSIReadDir(folder) : NULL;
        done = done && CSLFindString(names, files->name) >= 0 && VSIUnlink(to) == 0;
        CSLDestroy(names);
        s2_gdal_catch_end(&caught);
        if (!done)
            status =
                s2_gdal_fail(&caught, err, S2RGF_IO,
                             "%s: cannot be written: its folder accepts no new files", files->path);
    }
    S2_FREE_EACH(from, to, folder);
    return status;
}

void s2_map_files_recover(const char *path)
{
    s2_work_rests rests = {0};
    s2_map_files_recover_one(path, &rests);
    s2_work_rests_clear(&rests);
}

void s2_map_files_recover_one(const char *path, s2_work_rests *rests)
{
    s2_map_files files = {.work.lock = -1};
    if (s2_output_name_check(path, NULL) == S2RGF_OK && make_names(path, &files, NULL) == S2RGF_OK)
        s2_work_folder_sweep(files.place, files.stem, rests);
    s2_map_files_clear(&files);
}

s2rgf_status s2_map_files_prepare(const s2_map_target *target, s2_map_files *files,
                                  s2rgf_error *err)
{
    const char *path = target->path;
    *files = (s2_map_files){.overwrite = target->overwrite, .work.lock = -1};
    s2rgf_status status = s2_output_name_check(path, err);
    if (status == S2RGF_OK)
        status = make_names(path, files, err);
    if (status == S2RGF_OK)
        status = s2_output_name_fits(target, files, err);
    if (status == S2RGF_OK)
        status = s2_output_name_is_free(target, files, err);
    if (status == S2RGF_OK)
        status = s2_work_folder_create(files->place, files->stem, path, &files->work, err);
    if (status == S2RGF_OK)
        status = make_folders(files, err);
    if (status == S2RGF_OK && s2_is_virtual_path(files->place))
        status = try_renaming(files, err);
    return status;
}

/* ---- after work ------------------------------------------------------------------------------ */

/** A short text; *text is NULL where the file is none. Released with s2_free(). */
static s2rgf_status read_text(const char *path, char **text, s2rgf_error *err)
{
    VSIStatBufL stat;
    *text = NULL;
    if (VSIStatL(path, &stat) != 0 || VSI_ISDIR(stat.st_mode) || stat.st_size > LONGEST_TEXT)
        return S2RGF_OK;
    const size_t bytes = (size_t)stat.st_size;
    char *read = s2_calloc(bytes + 1, 1);
    if (!read)
        return s2_fail_memory(err, "output");
    VSILFILE *file = VSIFOpenL(path, "rb");
    const bool done = file && VSIFReadL(read, 1, bytes, file) == bytes;
    if (file)
        VSIFCloseL(file);
    if (done && strlen(read) == bytes)
        *text = read;
    else
        s2_free(read);
    return done ? S2RGF_OK : s2_fail(err, S2RGF_IO, "%s: cannot be read", path);
}

s2rgf_status s2_map_text_write(const char *path, const char *text, s2rgf_error *err)
{
    const size_t length = strlen(text);
    VSILFILE *file = VSIFOpenL(path, "wb");
    bool done = file && VSIFWriteL(text, 1, length, file) == length;
    done = file && VSIFCloseL(file) == 0 && done;
    return done ? S2RGF_OK : s2_fail(err, S2RGF_IO, "%s: cannot be written", path);
}

/** In a text that names the folder in which it was made, name that where it will be. */
static s2rgf_status rename_in_text(const char *path, const char *made, const char *place,
                                   s2rgf_error *err)
{
    char *text = NULL;
    s2rgf_status status = read_text(path, &text, err);
    const char *at = text, *found = text ? strstr(text, made) : NULL;
    if (found) {
        s2_text changed = {0};
        for (; found; found = strstr(at, made)) {
            s2_text_append(&changed, "%.*s%s", (int)(found - at), at, place);
            at = found + strlen(made);
        }
        s2_text_append(&changed, "%s", at);
        status = changed.failed ? s2_fail_memory(err, "output")
                                : s2_map_text_write(path, changed.data, err);
        s2_free(changed.data);
    }
    s2_free(text);
    return status;
}

static s2rgf_status rename_in_texts(const s2_map_files *files, const char *folder, s2rgf_error *err)
{
    char **names = VSIReadDir(folder), *checked = NULL;
    s2rgf_status status = s2_checked_name(folder, &checked, err);
    for (int i = 0; names && names[i] && status == S2RGF_OK; i++) {
        char *path = join_path(folder, names[i], "");
        status =
            path ? rename_in_text(path, checked, files->place, err) : s2_fail_memory(err, "output");
        if (status == S2RGF_OK)
            status = rename_in_text(path, folder, files->place, err);
        s2_free(path);
    }
    CSLDestroy(names);
    s2_free(checked);
    return status;
}

s2rgf_status s2_map_files_turn(s2_map_files *files, s2rgf_error *err)
{
    char *from = join_path(files->work.path, MADE, ""), *to = join_path(files->work.path, NEW, "");
    s2rgf_status status = from && to ? S2RGF_OK : s2_fail_memory(err, "output");
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    if (status == S2RGF_OK)
        status = rename_in_texts(files, from, err);
    const bool turned = status == S2RGF_OK && VSIRename(from, to) == 0;
    s2_gdal_catch_end(&caught);
    if (status == S2RGF_OK && !turned)
        status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be completed", files->path);
    files->turned = turned;
    s2_free(from);
    s2_free(to);
    return status;
}

/** Sync everything to the disk before it gets its names. */
static s2rgf_status sync_files(const s2_map_files *files, s2rgf_error *err)
{
    char *folder = join_path(files->work.path, NEW, "");
    char **names = folder ? VSIReadDirRecursive(folder) : NULL;
    s2rgf_status status = folder ? S2RGF_OK : s2_fail_memory(err, "output");
    for (int i = 0; names && names[i] && status == S2RGF_OK; i++) {
        char *path = join_path(folder, names[i], "");
        if (!path)
            status = s2_fail_memory(err, "output");
        else if (!s2_is_virtual_path(path) && !s2_sync_path(path))
            status = s2_fail(err, S2RGF_IO, "%s: cannot be written to the disk: %s", files->path,
                             strerror(errno));
        s2_free(path);
    }
    CSLDestroy(names);
    s2_free(folder);
    return status;
}

/** Add one name. from in: its name in the folder of new files, or NULL to remove the name */
static s2rgf_status add_name(const s2_map_files *files, const char *from, const char *to,
                             bool is_main, s2_publication *publication, s2rgf_error *err)
{
    const size_t length = strlen(to), aux = strlen(".aux.xml");
    /* Without leave to overwrite, only side files of GDAL's own making are replaced. */
    const bool is_aux = length > aux && strcmp(to + length - aux, ".aux.xml") == 0;
    const s2_naming item = {.from = from ? inside(files, NEW, from, "") : NULL,
                            .to = join_path(files->place, to, ""),
                            .backup = inside(files, OLD, to, ""),
                            .is_main = is_main,
                            .replace = files->overwrite || is_aux || !from};
    if (from && !item.from) {
        s2_free(item.to);
        s2_free(item.backup);
        return s2_fail_memory(err, "output");
    }
    return s2_publication_add(publication, item, err);
}

/** A file of a former output by what follows its name, or its stem. */
typedef struct stale_file {
    const char *suffix;
    enum { AFTER_NAME, STYLE, OF_SHAPEFILE } kind;
} stale_file;

/** An s2_dataset_filter: the output itself. */
static bool is_output(const void *of, const char *path)
{
    const s2_map_files *files = of;
    return s2_same_file(files->path, path);
}

/** Whether a style was made for a former map of this name, and not for one beside it. */
static bool is_stale_style(const s2_map_files *files, const char *path)
{
    if (!s2_map_exists(files->path) || !s2_map_style_is_own(path))
        return false;
    char *owner = s2_dataset_owner(path, is_output, files);
    const bool found = owner != NULL;
    s2_free(owner);
    return !found;
}

/** Whether a file that the new output does not bring itself belongs to the former one. */
static bool is_stale(const s2_map_files *files, const stale_file *of, const char *path)
{
    if (!s2_map_exists(path))
        return false;
    if (of->kind == STYLE)
        return is_stale_style(files, path);
    return of->kind == AFTER_NAME || EQUAL(CPLGetExtension(files->name), "shp");
}

/** Side files of the former output; one of them would tell wrong things of the new one. */
static s2rgf_status add_stale(const s2_map_files *files, char **names, s2_publication *publication,
                              s2rgf_error *err)
{
    /* a database is repaired by the log beside it, a shapefile is searched by its index */
    static const stale_file all[] = {{".aux.xml", AFTER_NAME},
                                     {".ovr", AFTER_NAME},
                                     {".msk", AFTER_NAME},
                                     {S2_VAT_SUFFIX, AFTER_NAME},
                                     {S2_VAT_ENCODING_SUFFIX, AFTER_NAME},
                                     {"-wal", AFTER_NAME},
                                     {"-shm", AFTER_NAME},
                                     {"-journal", AFTER_NAME},
                                     {".qml", STYLE},
                                     {".qix", OF_SHAPEFILE},
                                     {".sbn", OF_SHAPEFILE},
                                     {".sbx", OF_SHAPEFILE},
                                     {".idm", OF_SHAPEFILE},
                                     {".cpg", OF_SHAPEFILE}};
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && status == S2RGF_OK; i++) {
        const char *before = all[i].kind == AFTER_NAME ? files->name : files->stem;
        char *name = s2_asprintf("%s%s", before, all[i].suffix);
        char *path = name ? join_path(files->place, name, "") : NULL;
        if (!path)
            status = s2_fail_memory(err, "output");
        else if (CSLFindString(names, name) < 0 && is_stale(files, &all[i], path))
            status = add_name(files, NULL, name, false, publication, err);
        s2_free(path);
        s2_free(name);
    }
    return status;
}

/** Add all names of one output, its own last. */
static s2rgf_status add_output(const s2_map_files *files, s2_publication *publication,
                               s2rgf_error *err)
{
    char *folder = join_path(files->work.path, NEW, "");
    char **names = folder ? VSIReadDir(folder) : NULL;
    const int before = publication->count;
    bool found = false;
    s2rgf_status status =
        folder ? add_stale(files, names, publication, err) : s2_fail_memory(err, "output");
    for (int i = 0; names && names[i] && status == S2RGF_OK; i++) {
        if (strcmp(names[i], files->name) == 0)
            found = true;
        else if (strcmp(names[i], ".") != 0 && strcmp(names[i], "..") != 0)
            status = add_name(files, names[i], names[i], false, publication, err);
    }
    if (status == S2RGF_OK && !found)
        status = s2_fail(err, S2RGF_IO, "%s: disappeared before it was renamed", files->path);
    const bool alone = publication->count == before;
    if (status == S2RGF_OK)
        status = add_name(files, files->name, files->name, true, publication, err);
    if (status == S2RGF_OK)
        publication->items[publication->count - 1].alone = alone;
    CSLDestroy(names);
    s2_free(folder);
    return status;
}

/** A lock of the names of a stem. */
typedef struct held_lock {
    const s2_map_files *files;
    int descriptor;
    char *path;
} held_lock;

static int compare_stems(const void *a, const void *b)
{
    const s2_map_files *one = ((const held_lock *)a)->files, *other = ((const held_lock *)b)->files;
    const int places = strcmp(one->place, other->place);
    return places != 0 ? places : strcmp(one->stem, other->stem);
}

/** Lock the names of all outputs, in one order for all processes. locks out [count] */
static s2rgf_status lock_names(s2_map_files *const *files, int count, held_lock *locks,
                               s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count; i++)
        locks[i].files = files[i];
    qsort(locks, (size_t)count, sizeof *locks, compare_stems);
    for (int i = 0; i < count && status == S2RGF_OK; i++)
        if (i == 0 || compare_stems(&locks[i - 1], &locks[i]) != 0)
            status = s2_stem_lock(locks[i].files->place, locks[i].files->stem, &locks[i].descriptor,
                                  &locks[i].path, err);
    return status;
}

s2rgf_status s2_map_files_publish(s2_map_files *const *files, int count, s2rgf_error *err)
{
    s2_publication publication = {0};
    held_lock *locks = s2_calloc((size_t)count, sizeof *locks);
    char *journal = s2_work_folder_journal(files[0]->work.path);
    s2rgf_status status = locks && journal ? S2RGF_OK : s2_fail_memory(err, "output");
    for (int i = 0; i < count && locks; i++)
        locks[i].descriptor = -1;
    for (int i = 0; i < count && status == S2RGF_OK; i++)
        status = sync_files(files[i], err);
    if (status == S2RGF_OK)
        status = lock_names(files, count, locks, err);
    for (int i = count - 1; i >= 0 && status == S2RGF_OK; i--)
        status = add_output(files[i], &publication, err);
    if (status == S2RGF_OK)
        status = s2_publication_run(&publication, journal, err);
    for (int i = count - 1; i >= 0 && locks; i--)
        s2_stem_unlock(locks[i].descriptor, locks[i].path);
    /* What cannot be put back now must not be removed: the next run will try again. */
    for (int i = 0; i < count && publication.stranded; i++)
        s2_work_folder_leave(&files[i]->work);
    s2_publication_clear(&publication);
    s2_free(journal);
    s2_free(locks);
    return status;
}

void s2_map_files_clear(s2_map_files *files)
{
    s2_work_folder_close(&files->work);
    S2_FREE_EACH(files->place, files->stem, files->name, files->path);
    *files = (s2_map_files){.work.lock = -1};
}
