/* The shares of one map: found by their names, opened, and checked to belong together. */
#include "geo/map/share_set.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/map/output_name.h"
#include "geo/source/gdal_catch.h"

#define NAMED_MISSING 5 /* missing shares that a message names */

/* ---- finding -------------------------------------------------------------------------------- */

/** Number of shares that a file name of the map's shares tells, 0 if it is none. */
static int count_in_name(const char *name, const char *stem)
{
    const size_t length = strlen(stem);
    int number = 0, count = 0, end = 0;
    if (strncmp(name, stem, length) != 0 || name[length] != '_')
        return 0;
    if (sscanf(name + length, "_%9dof%9d.tif%n", &number, &count, &end) != 2 || end == 0 ||
        name[length + (size_t)end] != '\0')
        return 0;
    return number >= 1 && number <= count && count <= S2_MAP_SHARES_MAX ? count : 0;
}

/** The number of shares that all names beside the map tell. */
static s2rgf_status find_count(const char *map_path, int *count, s2rgf_error *err)
{
    char *stem = s2_strdup(CPLGetBasename(map_path));
    const char *folder = CPLGetPath(map_path);
    char **names = VSIReadDir(folder[0] != '\0' ? folder : ".");
    s2rgf_status status = stem ? S2RGF_OK : s2_fail_memory(err, "name of the map");
    *count = 0;
    for (int i = 0; names && names[i] && status == S2RGF_OK; i++) {
        const int told = count_in_name(names[i], stem);
        if (told > 0 && *count > 0 && told != *count)
            status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                             "%s: there are shares of %d and shares of %d: give the number with -n",
                             map_path, *count, told);
        if (told > 0)
            *count = told;
    }
    if (status == S2RGF_OK && *count == 0)
        status = s2_fail(err, S2RGF_IO, "%s: no share found: expected names like %s_1of2.tif in %s",
                         map_path, stem, folder[0] != '\0' ? folder : "this folder");
    CSLDestroy(names);
    s2_free(stem);
    return status;
}

/** Paths of all shares; those that are not there are named. */
static s2rgf_status find_paths(s2_share_set *set, s2rgf_error *err)
{
    s2_text missing = {0};
    int missed = 0;
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < set->count && status == S2RGF_OK; i++) {
        VSIStatBufL stat;
        set->paths[i] = s2_map_share_path(set->map_path, i + 1, set->count);
        if (!set->paths[i])
            status = s2_fail_memory(err, "shares");
        else if (VSIStatExL(set->paths[i], &stat, VSI_STAT_EXISTS_FLAG) != 0 &&
                 ++missed <= NAMED_MISSING)
            s2_text_append(&missing, "%s%s", missed > 1 ? ", " : "", set->paths[i]);
    }
    if (status == S2RGF_OK && missed > NAMED_MISSING)
        s2_text_append(&missing, " and %d more", missed - NAMED_MISSING);
    if (status == S2RGF_OK && missed > 0)
        status = s2_fail(
            err, S2RGF_IO, "%s: shares are missing: expected %d, found %d; missing: %s",
            set->map_path, set->count, set->count - missed, missing.data ? missing.data : "");
    s2_free(missing.data);
    return status;
}

static s2rgf_status open_share(const s2_share_set *set, int index, GDALDatasetH *dataset,
                               s2rgf_error *err)
{
    static const char *const drivers[] = {"GTiff", NULL};
    const s2_gdal_request request = {
        .name = set->paths[index], .drivers = drivers, .complaint = "cannot open this share"};
    return s2_gdal_open(&request, dataset, err);
}

/* ---- describing ----------------------------------------------------------------------------- */

/** Classes from CLASS_n metadata, with the palette's colours: no pixel is looked at. */
static s2rgf_status read_classes(GDALDatasetH dataset, s2_class_table *classes, s2rgf_error *err)
{
    char **items = GDALGetMetadata(dataset, NULL);
    GDALColorTableH palette = GDALGetRasterColorTable(GDALGetRasterBand(dataset, 1));
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; items && items[i] && status == S2RGF_OK; i++) {
        int value = 0, end = 0;
        if (sscanf(items[i], "CLASS_%9d=%n", &value, &end) != 1 || end == 0)
            continue;
        const GDALColorEntry *entry = palette ? GDALGetColorEntry(palette, value) : NULL;
        uint8_t rgb[3] = {0};
        if (entry) {
            rgb[0] = (uint8_t)entry->c1;
            rgb[1] = (uint8_t)entry->c2;
            rgb[2] = (uint8_t)entry->c3;
        }
        status = s2_class_table_add(classes, value, items[i] + end, entry ? rgb : NULL, err);
    }
    return status;
}

static s2_map_kind kind_of(GDALDatasetH dataset)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    const int bands = GDALGetRasterCount(dataset);
    if (!GDALDataTypeIsFloating(GDALGetRasterDataType(band)))
        return S2_MAP_CLASSES;
    if (bands == 1 && EQUAL(GDALGetDescription(band), "confidence"))
        return S2_MAP_CONFIDENCE;
    if (bands == S2_UNCERTAINTY_BANDS && EQUAL(GDALGetDescription(band), "entropy") &&
        EQUAL(GDALGetDescription(GDALGetRasterBand(dataset, 2)), "margin"))
        return S2_MAP_UNCERTAINTY;
    return S2_MAP_PROBABILITIES;
}

/* In the order in which maps have it. */
static const struct {
    const char *key, *what;
    bool optional;
} PROVENANCE[] = {{"S2RGF_VERSION", "version of the program", false},
                  {"S2RGF_MODEL", "model", false},
                  {"S2RGF_SOURCES", "sources", false},
                  {"S2RGF_FINISHING", "finishing", true},
                  {S2_MAP_SHARE_CHOICES_KEY, "options", true}};
#define PROVENANCE_COUNT (sizeof PROVENANCE / sizeof PROVENANCE[0])

static char **read_provenance(GDALDatasetH dataset)
{
    char **metadata = NULL;
    for (size_t i = 0; i < PROVENANCE_COUNT; i++) {
        const char *value = GDALGetMetadataItem(dataset, PROVENANCE[i].key, NULL);
        if (value)
            metadata = CSLSetNameValue(metadata, PROVENANCE[i].key, value);
    }
    return metadata;
}

/** What the first share tells of the whole map. */
static s2rgf_status take_first(s2_share_set *set, GDALDatasetH dataset, s2rgf_error *err)
{
    set->kind = kind_of(dataset);
    set->metadata = read_provenance(dataset);
    s2rgf_status status = read_classes(dataset, &set->classes, err);
    if (status == S2RGF_OK)
        status = s2_grid_of_dataset(dataset, set->paths[0], NULL, &set->grid, err);
    if (status != S2RGF_OK)
        return status;
    set->grid.height = set->shares[0].map_lines;
    set->bands = GDALGetRasterCount(dataset);
    set->type = GDALGetRasterDataType(GDALGetRasterBand(dataset, 1));
    if (set->bands != s2_map_bands(set->kind, &set->classes))
        status = s2_fail(err, S2RGF_FORMAT, "%s: not a share of a map: found %d %s, %d %s",
                         set->paths[0], set->bands,
                         s2_plural((uint64_t)set->bands, "band", "bands"), set->classes.count,
                         s2_plural((uint64_t)set->classes.count, "class", "classes"));
    return status;
}

/* ---- checking ------------------------------------------------------------------------------- */

/** A share has the provenance of the first. */
static s2rgf_status check_provenance(const s2_share_set *set, int index, GDALDatasetH dataset,
                                     s2rgf_error *err)
{
    for (size_t i = 0; i < PROVENANCE_COUNT; i++) {
        const char *wanted = CSLFetchNameValueDef(set->metadata, PROVENANCE[i].key, "none");
        const char *item = GDALGetMetadataItem(dataset, PROVENANCE[i].key, NULL);
        const char *found = item ? item : "none";
        if (strcmp(found, wanted) != 0 || (!item && !PROVENANCE[i].optional))
            return s2_fail(err, S2RGF_MISMATCH, "%s: other %s than %s: expected %s, found %s",
                           set->paths[index], PROVENANCE[i].what, set->paths[0], wanted, found);
    }
    return S2RGF_OK;
}

/** A share lies where its lines put it on the grid of the first. */
static s2rgf_status check_grid(const s2_share_set *set, int index, GDALDatasetH dataset,
                               s2rgf_error *err)
{
    const s2_map_share *share = &set->shares[index];
    const s2_rect lines = {0, share->first_line, set->grid.width, share->lines};
    s2_grid found = {0}, expected = {0};
    s2rgf_status status = s2_grid_of_dataset(dataset, set->paths[index], NULL, &found, err);
    if (status == S2RGF_OK)
        status = s2_grid_cut(&set->grid, lines, &expected, err);
    if (status == S2RGF_OK)
        status =
            s2_grid_check_same(set->paths[index], &found, "its share of the map's", &expected, err);
    s2_grid_clear(&found);
    s2_grid_clear(&expected);
    return status;
}

/** A share has the bands of the first, and goes on where the one before it ends. */
static s2rgf_status check_place(const s2_share_set *set, int index, GDALDatasetH dataset,
                                s2rgf_error *err)
{
    const s2_map_share *share = &set->shares[index];
    const int wanted_line =
        index > 0 ? set->shares[index - 1].first_line + set->shares[index - 1].lines : 0;
    if (share->first_line != wanted_line || share->map_lines != set->grid.height)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: does not continue the map: expected line %d of %d, found %d of %d",
                       set->paths[index], wanted_line, set->grid.height, share->first_line,
                       share->map_lines);
    if (GDALGetRasterCount(dataset) != set->bands || kind_of(dataset) != set->kind ||
        GDALGetRasterDataType(GDALGetRasterBand(dataset, 1)) != set->type)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: its bands differ from those of %s: expected shares of one map",
                       set->paths[index], set->paths[0]);
    return check_grid(set, index, dataset, err);
}

static s2rgf_status check_share(s2_share_set *set, int index, s2rgf_error *err)
{
    GDALDatasetH dataset;
    s2_map_share *share = &set->shares[index];
    s2rgf_status status = open_share(set, index, &dataset, err);
    if (status != S2RGF_OK)
        return status;
    if (!s2_map_share_read(GDALGetMetadataItem(dataset, S2_MAP_SHARE_KEY, NULL), share) ||
        share->number != index + 1 || share->count != set->count)
        status = s2_fail(err, S2RGF_FORMAT, "%s: expected share %d of %d of a map, found none",
                         set->paths[index], index + 1, set->count);
    if (status == S2RGF_OK && index == 0)
        status = take_first(set, dataset, err);
    if (status == S2RGF_OK)
        status = check_provenance(set, index, dataset, err);
    if (status == S2RGF_OK)
        status = check_place(set, index, dataset, err);
    GDALClose(dataset);
    return status;
}

s2rgf_status s2_share_set_open(const char *map_path, int count, s2_share_set *set, s2rgf_error *err)
{
    *set = (s2_share_set){.map_path = map_path, .count = count};
    s2rgf_status status = s2_output_name_check(map_path, err);
    if (status == S2RGF_OK && count == 0)
        status = find_count(map_path, &set->count, err);
    if (status != S2RGF_OK)
        return status;
    set->paths = s2_calloc((size_t)set->count, sizeof *set->paths);
    set->shares = s2_calloc((size_t)set->count, sizeof *set->shares);
    if (!set->paths || !set->shares)
        return s2_fail_memory(err, "shares");
    status = find_paths(set, err);
    for (int i = 0; i < set->count && status == S2RGF_OK; i++)
        status = check_share(set, i, err);
    if (status == S2RGF_OK &&
        set->shares[set->count - 1].first_line + set->shares[set->count - 1].lines !=
            set->grid.height)
        status =
            s2_fail(err, S2RGF_MISMATCH, "%s: not the end of the map: expected line %d, found %d",
                    set->paths[set->count - 1], set->grid.height,
                    set->shares[set->count - 1].first_line + set->shares[set->count - 1].lines);
    set->metadata = CSLSetNameValue(set->metadata, S2_MAP_SHARE_CHOICES_KEY, NULL);
    return status;
}

const char *s2_share_set_item(const s2_share_set *set, const char *key)
{
    return CSLFetchNameValue(set->metadata, key);
}

void s2_share_set_put_item(s2_share_set *set, const char *key, const char *value)
{
    set->metadata = CSLSetNameValue(set->metadata, key, value);
}

void s2_share_set_close(s2_share_set *set)
{
    for (int i = 0; set->paths && i < set->count; i++)
        s2_free(set->paths[i]);
    if (set->raster)
        GDALClose(set->raster);
    s2_free(set->paths);
    s2_free(set->shares);
    s2_grid_clear(&set->grid);
    s2_class_table_clear(&set->classes);
    CSLDestroy(set->metadata);
    *set = (s2_share_set){0};
}
