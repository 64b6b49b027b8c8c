/* What was made, opened and compared with what was written. */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal_alg.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "geo/map/map_private.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define SAMPLE_BYTES ((size_t)256 << 20) /* of pixels that are read back from a GeoTIFF */

/* ---- pixels ---------------------------------------------------------------------------------- */

static s2rgf_status check_shape(const s2_map_writer *writer, GDALDatasetH dataset, s2rgf_error *err)
{
    const int width = GDALGetRasterXSize(dataset), height = GDALGetRasterYSize(dataset);
    const int bands = GDALGetRasterCount(dataset);
    if (width != writer->grid.width || height != writer->grid.height || bands != writer->bands)
        return s2_fail(
            err, S2RGF_IO,
            "%s: differs when read back: expected %d x %d pixels and %d bands, found %d x "
            "%d and %d",
            writer->files.path, writer->grid.width, writer->grid.height, writer->bands, width,
            height, bands);
    s2_grid expected = {
        .to_geo = writer->grid.to_geo, .width = writer->reach_w, .height = writer->reach_h};
    s2_grid found = expected;
    if (GDALGetGeoTransform(dataset, found.to_geo.m) != CE_None)
        return s2_fail(err, S2RGF_IO, "%s: has no georeference when read back", writer->files.path);
    const double distance = s2_grid_distance_px(&found, &expected);
    if (!(distance <= S2_GRID_SAME_PX))
        return s2_fail(
            err, S2RGF_IO,
            "%s: its georeference differs when read back: a corner is %.3g pixels from its place",
            writer->files.path, distance);
    return S2RGF_OK;
}

/** Read lines back, over those in memory, and compare their hash. */
static s2rgf_status check_unit(const s2_map_writer *writer, GDALDatasetH dataset, int index,
                               s2rgf_error *err)
{
    const int y = index * writer->unit;
    const int left = writer->grid.height - y, count = left < writer->unit ? left : writer->unit;
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    const CPLErr outcome = s2_map_transfer(writer, dataset, GF_Read, 0, y, count);
    /* decoded blocks are of no further use */
    for (int b = 1; b <= writer->bands; b++)
        GDALFlushRasterCache(GDALGetRasterBand(dataset, b));
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: lines %d..%d cannot be read back",
                            writer->files.path, y, y + count - 1);
    if (s2_map_hash_lines(writer, 0, count) != writer->hashes[index])
        return s2_fail(err, S2RGF_IO, "%s: lines %d..%d differ when read back", writer->files.path,
                       y, y + count - 1);
    return S2RGF_OK;
}

static s2rgf_status check_pixels(const s2_map_writer *writer, GDALDatasetH dataset,
                                 s2rgf_error *err)
{
    const int units = (writer->grid.height + writer->unit - 1) / writer->unit;
    const size_t unit_bytes = (size_t)writer->unit * (size_t)writer->grid.width *
                              (size_t)writer->bands * writer->sample_bytes;
    const size_t most = SAMPLE_BYTES / (unit_bytes > 0 ? unit_bytes : 1) + 2;
    /* Another format is made in one go from a file: all of it is looked at. */
    const int count = writer->converts || (size_t)units <= most ? units : (int)most;
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        const int index = count > 1 ? (int)((int64_t)i * (units - 1) / (count - 1)) : 0;
        status = check_unit(writer, dataset, index, err);
    }
    return status;
}

/* ---- blocks of a TIFF ------------------------------------------------------------------------ */

/** A number of the TIFF's index of blocks; false where there is none. */
static bool block_number(GDALRasterBandH band, const char *key, int x, int y, uint64_t *number)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%d_%d", key, x, y);
    const char *text = GDALGetMetadataItem(band, name, "TIFF");
    *number = text ? strtoull(text, NULL, 10) : 0;
    return text != NULL;
}

/** Whether all blocks of a band are in a file of that many bytes. */
static bool blocks_are_inside(GDALRasterBandH band, uint64_t size, bool sparse)
{
    int w, h;
    GDALGetBlockSize(band, &w, &h);
    const int columns = (GDALGetRasterBandXSize(band) + w - 1) / w;
    const int rows = (GDALGetRasterBandYSize(band) + h - 1) / h;
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++) {
            uint64_t offset, bytes;
            const bool known = block_number(band, "BLOCK_OFFSET", x, y, &offset) &&
                               block_number(band, "BLOCK_SIZE", x, y, &bytes);
            if (known ? bytes == 0 || offset + bytes > size : !sparse)
                return false;
        }
    return true;
}

static s2rgf_status check_blocks(const s2_map_writer *writer, GDALDatasetH dataset,
                                 const char *path, s2rgf_error *err)
{
    VSIStatBufL stat;
    const char *interleave = GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE");
    const int bands = interleave && EQUAL(interleave, "PIXEL") ? 1 : writer->bands;
    bool inside = VSIStatL(path, &stat) == 0;
    for (int b = 1; b <= bands && inside; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, b);
        inside = blocks_are_inside(band, (uint64_t)stat.st_size, writer->sparse);
        for (int i = 0; i < GDALGetOverviewCount(band) && inside; i++)
            inside =
                blocks_are_inside(GDALGetOverview(band, i), (uint64_t)stat.st_size, writer->sparse);
    }
    return inside ? S2RGF_OK
                  : s2_fail(err, S2RGF_IO, "%s: incomplete: blocks are missing from the file",
                            writer->files.path);
}

/** Decode all overviews, which nothing else has looked at. */
static s2rgf_status check_overviews(const s2_map_writer *writer, GDALDatasetH dataset,
                                    s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    for (int b = 1; b <= writer->bands && !caught.failed; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, b);
        for (int i = 0; i < GDALGetOverviewCount(band) && !caught.failed; i++) {
            GDALRasterBandH overview = GDALGetOverview(band, i);
            GDALChecksumImage(overview, 0, 0, GDALGetRasterBandXSize(overview),
                              GDALGetRasterBandYSize(overview));
        }
    }
    s2_gdal_catch_end(&caught);
    return caught.failed ? s2_gdal_fail(&caught, err, S2RGF_IO,
                                        "%s: its overviews cannot be read back", writer->files.path)
                         : S2RGF_OK;
}

/* ---- description ----------------------------------------------------------------------------- */

unsigned s2_map_description(const s2_map_writer *writer)
{
    unsigned all = S2_KEEPS_NODATA | S2_KEEPS_METADATA | S2_KEEPS_BAND_NAMES;
    if (writer->grid.srs_wkt)
        all |= S2_KEEPS_SRS;
    if (writer->kind == S2_MAP_CLASSES)
        all |= S2_KEEPS_COLOURS;
    if (writer->kind == S2_MAP_CLASSES && !writer->is_share &&
        s2_class_has_categories(&writer->classes))
        all |= S2_KEEPS_CATEGORIES;
    if (writer->table && !writer->leave_table)
        all |= S2_KEEPS_TABLE;
    return all;
}

static bool has_nodata(const s2_map_writer *writer, GDALDatasetH dataset)
{
    for (int b = 1; b <= writer->bands; b++) {
        int has = 0;
        const double nodata = GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, b), &has);
        if (!has || nodata != s2_map_nodata(writer->kind))
            return false;
    }
    return true;
}

static bool has_metadata(const s2_map_writer *writer, GDALDatasetH dataset)
{
    for (int i = 0; writer->metadata && writer->metadata[i]; i++) {
        char *key = NULL;
        const char *expected = CPLParseNameValue(writer->metadata[i], &key);
        const char *found = key ? GDALGetMetadataItem(dataset, key, NULL) : expected;
        CPLFree(key);
        if (!found || strcmp(found, expected) != 0)
            return false;
    }
    return true;
}

static bool has_band_names(const s2_map_writer *writer, GDALDatasetH dataset)
{
    for (int b = 0; b < writer->bands; b++)
        if (strcmp(GDALGetDescription(GDALGetRasterBand(dataset, b + 1)),
                   s2_map_band_name(writer, b)) != 0)
            return false;
    return true;
}

/** Whether there is a coordinate system, the one that a miniature had. */
static bool has_srs(s2_map_writer *writer, GDALDatasetH dataset)
{
    char *wkt = NULL;
    s2_srs_to_wkt(GDALGetSpatialRef(dataset), &wkt, NULL);
    const bool same = wkt && (!writer->srs_read || strcmp(writer->srs_read, wkt) == 0);
    if (!writer->is_trial) {
        s2_free(wkt);
        return same;
    }
    s2_free(writer->srs_read);
    writer->srs_read = wkt;
    return wkt != NULL;
}

static unsigned find_description(s2_map_writer *writer, GDALDatasetH dataset)
{
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    unsigned found = 0;
    found |= has_metadata(writer, dataset) ? S2_KEEPS_METADATA : 0;
    found |= has_nodata(writer, dataset) ? S2_KEEPS_NODATA : 0;
    found |= has_srs(writer, dataset) ? S2_KEEPS_SRS : 0;
    found |= has_band_names(writer, dataset) ? S2_KEEPS_BAND_NAMES : 0;
    found |= s2_class_categories_are_set(band, &writer->classes) ? S2_KEEPS_CATEGORIES : 0;
    found |= s2_class_palette_is_set(band, &writer->classes) ? S2_KEEPS_COLOURS : 0;
    if (writer->table && s2_map_table_is_attached(writer->table, band))
        found |= S2_KEEPS_TABLE;
    return found;
}

s2rgf_status s2_map_verify_description(s2_map_writer *writer, GDALDatasetH dataset,
                                       s2rgf_error *err)
{
    static const char *const names[] = {"nodata value", "coordinate system", "metadata",
                                        "class names",  "colours",           "attribute table",
                                        "band names"};
    s2_gdal_catch caught;
    const char *name = NULL;
    s2_map_catch_begin(&caught);
    const unsigned found = find_description(writer, dataset);
    const int changed =
        writer->kind == S2_MAP_CLASSES
            ? s2_class_find_changed(GDALGetRasterBand(dataset, 1), &writer->classes, &name)
            : -1;
    s2_gdal_catch_end(&caught);
    const unsigned missing = writer->keeps & ~found;
    /* GDAL does not pass on why a file could not be opened for it. */
    if (missing != 0 && s2_failed_allocations() != writer->failed_allocations)
        return s2_fail_memory(err, "output");
    if (changed >= 0)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: class \"%s\" is called \"%s\" when it is read back", writer->files.path,
                       writer->classes.items[changed].name, name);
    if (writer->is_trial)
        writer->keeps &= found;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !writer->is_trial; i++)
        if ((missing & 1u << i) != 0)
            return s2_gdal_fail(&caught, err, S2RGF_IO,
                                "%s: incomplete: its %s cannot be read back", writer->files.path,
                                names[i]);
    return S2RGF_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

s2rgf_status s2_map_verify(s2_map_writer *writer, s2rgf_error *err)
{
    char *path = s2_map_files_new(&writer->files, writer->files.name, "");
    if (!path)
        return s2_fail_memory(err, "output");
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    GDALDatasetH dataset =
        GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    s2_gdal_catch_end(&caught);
    s2rgf_status status = dataset ? check_shape(writer, dataset, err)
                                  : s2_gdal_fail(&caught, err, S2RGF_IO,
                                                 "%s: cannot be opened again", writer->files.path);
    const bool is_tiff =
        dataset && EQUAL("GTiff", GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
    if (status == S2RGF_OK && is_tiff)
        status = check_blocks(writer, dataset, path, err);
    if (status == S2RGF_OK)
        status = s2_map_verify_description(writer, dataset, err);
    if (status == S2RGF_OK)
        status = check_pixels(writer, dataset, err);
    if (status == S2RGF_OK && is_tiff)
        status = check_overviews(writer, dataset, err);
    s2_map_catch_begin(&caught);
    GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    s2_free(path);
    return status;
}
