/* The files that a data set consists of, and the data set that a file belongs to. */
#include "geo/files/dataset_files.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <string.h>
#include <sys/stat.h>

#include "core/file.h"
#include "core/memory.h"
#include "core/path.h"

#define ANY_KIND (GDAL_OF_RASTER | GDAL_OF_VECTOR)
#define STYLE_BYTES 65536 /* of a style, to find out what it is for */
#define LONGEST_NAME 4096 /* what is longer is a document, as a VRT in place of its name */

/* ---- the file in a name ---------------------------------------------------------------------- */

static bool is_regular(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && S_ISREG(there.st_mode);
}

/** What waits for somebody else when it is opened. */
static bool is_pipe(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

/** The longest file that a text begins with: "a.zip" of "a.zip/b.tif"; NULL: none. CPLFree() it. */
static char *file_at_start(const char *text)
{
    char *name = CPLStrdup(text);
    for (size_t length = strlen(name); length > 0; length--) {
        if (name[length] != '\0' && !strchr("/:,\"}?", name[length]))
            continue;
        name[length] = '\0';
        if (is_regular(name))
            return name;
    }
    CPLFree(name);
    return NULL;
}

/** Behind a prefix such as "/vsizip/"; NULL: there is none. */
static const char *behind_prefix(const char *text)
{
    if (!STARTS_WITH(text, "/vsi"))
        return NULL;
    const char *slash = strchr(text + 1, '/');
    return slash ? slash + 1 : NULL;
}

/** Add the file that a name of GDAL's leads to: an archive, that of a subdataset, or itself. */
static char **add_file_of_name(char **files, const char *name)
{
    if (is_regular(name))
        return CSLAddString(files, name);
    if (strlen(name) > LONGEST_NAME)
        return files;
    for (const char *at = name; *at != '\0'; at++) {
        const char *start = NULL;
        if (STARTS_WITH(at, "/vsi"))
            start = behind_prefix(at);
        else if (at > name && strchr(":,\"{", at[-1]) != NULL)
            start = STARTS_WITH(at, "//") ? at + 2 : at;
        char *file = start ? file_at_start(start) : NULL;
        if (file) {
            files = CSLAddString(files, file);
            CPLFree(file);
            return files;
        }
    }
    return files;
}

/* ---- what a VRT refers to -------------------------------------------------------------------- */

static bool names_source(const char *element)
{
    static const char *const elements[] = {"SourceFilename", "SourceDataset", "SrcDataSource",
                                           "SrcDataset", "IndexDataset"};
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        if (EQUAL(element, elements[i]))
            return true;
    return false;
}

static char **add_vrt_sources(char **files, const char *vrt, const CPLXMLNode *node)
{
    for (; node; node = node->psNext) {
        if (node->eType != CXT_Element)
            continue;
        if (names_source(node->pszValue)) {
            const char *text = CPLGetXMLValue(node, "", "");
            const bool relative = CPLTestBool(CPLGetXMLValue(node, "relativeToVRT", "0")) ||
                                  CPLTestBool(CPLGetXMLValue(node, "relativetoVRT", "0"));
            char *path = relative ? s2_path_resolve(vrt, text) : s2_strdup(text);
            if (path)
                files = CSLAddString(files, path);
            s2_free(path);
        }
        files = add_vrt_sources(files, vrt, node->psChild);
    }
    return files;
}

static bool is_vrt_driver(GDALDriverH driver)
{
    const char *name = driver ? GDALGetDriverShortName(driver) : "";
    return EQUAL(name, "VRT") || EQUAL(name, "OGR_VRT") || EQUAL(name, "GTI");
}

/** Names as a VRT has them: GDAL's list lacks those that are no plain files. */
static char **add_references(char **files, const s2_dataset_name *name, GDALDatasetH dataset)
{
    if (!is_vrt_driver(GDALGetDatasetDriver(dataset)))
        return files;
    CPLXMLNode *document =
        strchr(name->path, '<') ? CPLParseXMLString(name->path) : CPLParseXMLFile(name->path);
    files = add_vrt_sources(files, name->path, document);
    CPLDestroyXMLNode(document);
    return files;
}

/* ---- data sets ------------------------------------------------------------------------------- */

static GDALDatasetH open_quietly(const s2_dataset_name *name)
{
    return GDALOpenEx(name->path, ANY_KIND | GDAL_OF_READONLY, name->input_formats,
                      name->open_options, NULL);
}

/** GeoPackages, which take longest to open. */
static bool is_one_file(const char *path)
{
    const char *const only[] = {"GPKG", NULL};
    return GDALIdentifyDriverEx(path, ANY_KIND, only, NULL) != NULL;
}

char **s2_dataset_files(const s2_dataset_name *name)
{
    char **files = add_file_of_name(NULL, name->path);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    GDALDatasetH dataset = is_one_file(name->path) ? NULL : open_quietly(name);
    if (dataset) {
        char **listed = add_references(GDALGetFileList(dataset), name, dataset);
        for (int i = 0; listed && listed[i]; i++) {
            files = CSLAddString(files, listed[i]);
            files = is_regular(listed[i]) ? files : add_file_of_name(files, listed[i]);
        }
        CSLDestroy(listed);
        GDALClose(dataset);
    }
    CPLPopErrorHandler();
    return files;
}

void s2_dataset_files_free(char **files)
{
    CSLDestroy(files);
}

bool s2_dataset_refers(const char *path)
{
    CPLPushErrorHandler(CPLQuietErrorHandler);
    const bool refers = is_vrt_driver(GDALIdentifyDriverEx(path, ANY_KIND, NULL, NULL));
    CPLPopErrorHandler();
    return refers;
}

/* ---- owners ---------------------------------------------------------------------------------- */

/** Whether a file may be the main one of a data set that another name of its folder belongs to. */
static bool may_own(const char *name, const char *part)
{
    const size_t stem = strlen(CPLGetBasename(part)), length = strlen(name);
    if (strcmp(name, part) == 0 || (length > 8 && EQUAL(name + length - 8, ".aux.xml")))
        return false;
    if (strncmp(name, part, stem) == 0 && name[stem] == '.')
        return true;
    return strncmp(name, part, length) == 0 && part[length] == '.';
}

/**
 * ".tfw", ".pgw", ".wld", ".qml" and ".vat.dbf" are of the raster beside them: GDAL lists no style,
 * no table of Esri's, and no world file that repeats what the raster says itself.
 */
static bool is_for_raster(const char *path)
{
    const char *extension = CPLGetExtension(path);
    const size_t length = strlen(extension), whole = strlen(path);
    return EQUAL(extension, "wld") || EQUAL(extension, "qml") ||
           (whole > 8 && EQUAL(path + whole - 8, ".vat.dbf")) ||
           (length >= 3 && length <= 4 && (extension[length - 1] | ' ') == 'w');
}

/** Nor does GDAL list a shapefile's encoding and indices. */
static bool is_for_shapefile(const char *path)
{
    static const char *const extensions[] = {"cpg", "qix", "sbn", "sbx", NULL};
    return CSLFindString((CSLConstList)extensions, CPLGetExtension(path)) >= 0;
}

/** The driver to open a file with: one that knows its extension too comes first. */
static GDALDriverH driver_of(const char *path)
{
    for (int i = 0; i < GDALGetDriverCount(); i++) {
        GDALDriverH driver = GDALGetDriver(i);
        const char *const only[] = {GDALGetDriverShortName(driver), NULL};
        const char *known = GDALGetMetadataItem(driver, GDAL_DMD_EXTENSIONS, NULL);
        char **extensions = CSLTokenizeString2(known ? known : "", " ", 0);
        const bool knows = CSLFindString(extensions, CPLGetExtension(path)) >= 0;
        CSLDestroy(extensions);
        if (knows && GDALIdentifyDriverEx(path, ANY_KIND, only, NULL))
            return driver;
    }
    return GDALIdentifyDriverEx(path, ANY_KIND, NULL, NULL);
}

/**
 * Raw rasters are recognised by a header beside them, whatever file has its name: what has fewer
 * bytes than pixels is none.
 */
static bool is_too_small(GDALDatasetH dataset, const char *path)
{
    VSIStatBufL there;
    const double pixels = (double)GDALGetRasterXSize(dataset) * GDALGetRasterYSize(dataset) *
                          GDALGetRasterCount(dataset);
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
    return (EQUAL(driver, "ENVI") || EQUAL(driver, "EHdr") || EQUAL(driver, "GenBin")) &&
           (VSIStatL(path, &there) != 0 || (double)there.st_size < pixels);
}

static bool is_part(const char *path, const char *owner)
{
    GDALDriverH driver = driver_of(owner);
    if (!driver || is_vrt_driver(driver))
        return false;
    if (is_for_raster(path) && GDALIdentifyDriverEx(owner, GDAL_OF_RASTER, NULL, NULL))
        return true;
    if (is_for_shapefile(path) && EQUAL(CPLGetExtension(owner), "shp"))
        return true;
    const char *const only[] = {GDALGetDriverShortName(driver), NULL};
    GDALDatasetH dataset = open_quietly(&(s2_dataset_name){.path = owner, .input_formats = only});
    char **files = NULL;
    if (dataset && !is_too_small(dataset, owner))
        files = GDALGetFileList(dataset);
    bool found = false;
    for (int i = 0; files && files[i] && !found; i++)
        found = s2_same_file(files[i], path);
    CSLDestroy(files);
    if (dataset)
        GDALClose(dataset);
    return found;
}

/** A data set that needs no other to be one: not overviews or a mask, which lie beside one. */
static bool stands_alone(const char *path)
{
    const char *extension = CPLGetExtension(path);
    return !EQUAL(extension, "ovr") && !EQUAL(extension, "msk") &&
           GDALIdentifyDriverEx(path, GDAL_OF_RASTER, NULL, NULL);
}

char *s2_dataset_owner(const char *path, s2_dataset_filter *is_own, const void *context)
{
    char *owner = NULL;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    char *folder = CPLStrdup(CPLGetPath(path));
    char **names = stands_alone(path) ? NULL : VSIReadDir(folder[0] != '\0' ? folder : ".");
    for (int i = 0; names && names[i] && !owner; i++) {
        if (!may_own(names[i], CPLGetFilename(path)))
            continue;
        const char *candidate = CPLFormFilename(folder, names[i], NULL);
        owner = s2_strdup(candidate);
        if (owner && (is_own(context, owner) || is_pipe(owner) || !is_part(path, owner))) {
            s2_free(owner);
            owner = NULL;
        }
    }
    CSLDestroy(names);
    CPLFree(folder);
    CPLPopErrorHandler();
    return owner;
}

bool s2_is_raster_style(const char *path)
{
    char *text = s2_calloc(1, STYLE_BYTES + 1);
    VSILFILE *file = text ? VSIFOpenL(path, "rb") : NULL;
    const bool found =
        file && VSIFReadL(text, 1, STYLE_BYTES, file) > 0 && strstr(text, "<rasterrenderer");
    if (file)
        VSIFCloseL(file);
    s2_free(text);
    return found;
}
