/* Whether a name can be that of an output; asked before any work. */
#include "geo/map/output_name.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "geo/map/map_vat.h"

#define LONGEST_SIDE ".aux.xml"
#define LONGEST_PATH 2047                           /* bytes that GDAL's functions for names take */
#define LONGEST_WORK ".part-0123456789abcdef/made/" /* between folder and name while it is made */

/* ---- what it is ------------------------------------------------------------------------------ */

/**
 * Whether a path leads into one of GDAL's archives, which take files but no other names for them.
 */
static bool is_in_archive(const char *path)
{
    static const char *const archives[] = {"/vsizip/", "/vsigzip/", "/vsitar/", "/vsi7z/",
                                           "/vsirar/"};
    for (size_t i = 0; i < sizeof archives / sizeof archives[0]; i++)
        if (STARTS_WITH(path, archives[i]))
            return true;
    return false;
}

s2rgf_status s2_output_name_check(const char *path, s2rgf_error *err)
{
    const size_t length = strlen(path);
    if (length > LONGEST_PATH)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "output: path too long: expected at most %d bytes, found %zu", LONGEST_PATH,
                       length);
    if (length == 0 || CPLGetFilename(path)[0] == '\0')
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "output \"%s\": expected a file name", path);
    if (STARTS_WITH(path, "/vsistdout") || s2_is_stream_name(path))
        return s2_fail(err, S2RGF_UNSUPPORTED, "%s: is a stream: expected the name of a file",
                       path);
    if (is_in_archive(path))
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: is in an archive: expected the name of a file in a folder", path);
    if (s2_is_virtual_path(path) && !s2_is_virtual_path(CPLGetPath(path)))
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: is not in a folder: expected the name of a file in a folder", path);
    return S2RGF_OK;
}

/* ---- its length ------------------------------------------------------------------------------ */

s2rgf_status s2_output_name_fits(const s2_map_target *target, const s2_map_files *files,
                                 s2rgf_error *err)
{
    const long limit =
        s2_is_virtual_path(files->place) ? NAME_MAX : pathconf(files->place, _PC_NAME_MAX);
    const size_t side = target->sides ? strlen(LONGEST_SIDE) : 0, length = strlen(files->name);
    if (limit >= 0 && length + side > (size_t)limit)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: name too long: expected at most %zu bytes%s, found %zu", files->path,
                       (size_t)limit - side,
                       side > 0 ? ", for " LONGEST_SIDE " is appended to it" : "", length);
    const size_t path = strlen(files->place) + 1 + length;
    const size_t work = strlen(files->stem) + strlen(LONGEST_WORK) + strlen(LONGEST_SIDE);
    return path + work <= LONGEST_PATH
               ? S2RGF_OK
               : s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "output: path too long: expected at most %zu bytes from the root on, so "
                         "that temporary names fit, found %zu",
                         work < LONGEST_PATH ? LONGEST_PATH - work : 0, path);
}

/* ---- what is there --------------------------------------------------------------------------- */

typedef enum found_kind { NOTHING, A_FILE, A_FOLDER, ANOTHER } found_kind;

/** What has a name; a link that leads nowhere is a file. */
static found_kind find_kind(const char *path)
{
    VSIStatBufL stat;
    if (VSIStatExL(path, &stat, VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG) == 0)
        return VSI_ISDIR(stat.st_mode) ? A_FOLDER : S_ISREG(stat.st_mode) ? A_FILE : ANOTHER;
    struct stat link;
    return !s2_is_virtual_path(path) && lstat(path, &link) == 0 ? A_FILE : NOTHING;
}

/**
 * Refuse what has a name unless it is a file that may be replaced. expected in: what it should be
 */
static s2rgf_status check_path(const char *path, bool may_replace, const char *expected,
                               s2rgf_error *err)
{
    const found_kind kind = find_kind(path);
    if (kind == NOTHING)
        return S2RGF_OK;
    if (kind == A_FILE && may_replace)
        return s2_is_virtual_path(path) ? S2RGF_OK : s2_refuse_fixed(path, err);
    if (kind == A_FILE)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: exists: use -overwrite to replace it",
                       path);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: is %s: expected %s", path,
                   kind == A_FOLDER ? "a folder" : "not a regular file", expected);
}

/** As check_path() for something beside the output. */
static s2rgf_status check_side(const s2_map_files *files, const char *name, const char *suffix,
                               bool may_replace, s2rgf_error *err)
{
    char *path = s2_asprintf("%s/%s%s", files->place, name, suffix);
    const s2rgf_status status = path ? check_path(path, may_replace, "a file or nothing there", err)
                                     : s2_fail_memory(err, "output");
    s2_free(path);
    return status;
}

/** Whether a name is that of a world file of the output: x.wld, x.pgw or x.pngw of x.png. */
static bool is_world_name(const s2_map_files *files, const char *name)
{
    const char *own = CPLGetExtension(files->name);
    const size_t stem = strlen(files->stem), length = strlen(own);
    if (length == 0 || strncmp(name, files->stem, stem) != 0 || name[stem] != '.')
        return false;
    const char *suffix = name + stem + 1;
    const char brief[] = {own[0], own[length - 1], 'w', '\0'};
    return EQUAL(suffix, "wld") || EQUAL(suffix, brief) ||
           (EQUALN(suffix, own, length) && EQUAL(suffix + length, "w"));
}

/** Refuse a world file that would be read as the output's. */
static s2rgf_status check_world(const s2_map_files *files, s2rgf_error *err)
{
    char **names = VSIReadDir(files->place);
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; names && names[i] && status == S2RGF_OK; i++)
        if (is_world_name(files, names[i]))
            status = s2_fail(
                err, S2RGF_INVALID_ARGUMENT,
                "%s: would be read as the world file of %s: choose another name, or remove that "
                "file",
                names[i], files->path);
    CSLDestroy(names);
    return status;
}

s2rgf_status s2_output_name_is_free(const s2_map_target *target, const s2_map_files *files,
                                    s2rgf_error *err)
{
    s2rgf_status status = check_path(files->path, files->overwrite, "a file name", err);
    if (status == S2RGF_OK && target->sides)
        status = check_side(files, files->name, ".aux.xml", true, err);
    if (status == S2RGF_OK && target->style)
        status = check_side(files, files->stem, ".qml", files->overwrite, err);
    if (status == S2RGF_OK && target->vat)
        status = check_side(files, files->name, S2_VAT_SUFFIX, files->overwrite, err);
    if (status == S2RGF_OK && target->vat)
        status = check_side(files, files->name, S2_VAT_ENCODING_SUFFIX, files->overwrite, err);
    return status == S2RGF_OK && target->world ? check_world(files, err) : status;
}
