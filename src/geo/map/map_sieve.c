/* Small patches of a class map take the class of a neighbour. */
#include <cpl_string.h>
#include <gdal_alg.h>
#include <limits.h>
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map/map_private.h"
#include "geo/source/gdal_catch.h"

#define CONNECTED 4 /* pixels of a patch meet at edges, as gdal_sieve has it */

/** Pixels that a patch must have to stay. */
static s2rgf_status smallest_pixels(const s2_map_spec *spec, const s2_map_writer *writer,
                                    int *pixels, s2rgf_error *err)
{
    const double hectares = spec->smallest_patch.hectares;
    *pixels = spec->smallest_patch.pixels;
    if (hectares == 0.0)
        return S2RGF_OK;
    const double each = s2_map_table_pixel_hectares(writer->table);
    if (!(each > 0.0))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: the area of its pixels is not known: expected a CRS on an ellipsoid, or "
            "the smallest patch in pixels",
            spec->path);
    *pixels = (int)fmin(round(hectares / each), INT_MAX);
    if (*pixels > 1)
        s2_log(spec->host, S2RGF_INFO, "%.10g ha are %d pixels: smaller patches take another class",
               hectares, *pixels);
    else
        s2_log(spec->host, S2RGF_WARNING,
               "%s: no patch is smaller than %.10g ha: a pixel has %.3g ha", spec->path, hectares,
               each);
    return S2RGF_OK;
}

s2rgf_status s2_map_sieve_begin(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    static const char *const options[] = {"BIGTIFF=IF_SAFER", NULL};
    s2rgf_status status = smallest_pixels(spec, writer, &writer->smallest_px, err);
    if (status != S2RGF_OK || writer->smallest_px <= 1)
        return status;
    char *path = s2_map_files_scratch(&writer->files, "unsieved.tif");
    if (!path)
        return s2_fail_memory(err, "output");
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    writer->unsieved = GDALCreate(GDALGetDriverByName("GTiff"), path, writer->grid.width,
                                  writer->grid.height, 1, writer->type, (CSLConstList)options);
    const bool done =
        writer->unsieved && GDALSetRasterNoDataValue(GDALGetRasterBand(writer->unsieved, 1),
                                                     s2_map_nodata(writer->kind)) == CE_None;
    s2_gdal_catch_end(&caught);
    s2_free(path);
    return done ? S2RGF_OK
                : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be created", spec->path);
}

/** While patches are looked for the host may cancel. */
static int CPL_STDCALL sieve_goes_on(double part, const char *message, void *writer)
{
    (void)part;
    (void)message;
    return s2_progress(((const s2_map_writer *)writer)->host, 1.0);
}

/** Patches of the lines so far: a forest in which each points to one that it is part of. */
typedef struct patch_forest {
    size_t *part_of; /* [count] itself: a whole patch */
    size_t *pixels;  /* [count] of whole patches */
    size_t count, capacity;
} patch_forest;

static size_t whole_patch(patch_forest *forest, size_t patch)
{
    while (forest->part_of[patch] != patch) {
        forest->part_of[patch] = forest->part_of[forest->part_of[patch]];
        patch = forest->part_of[patch];
    }
    return patch;
}

/** Make room for as many patches as a line can begin. */
static bool reserve_patches(patch_forest *forest, size_t more)
{
    if (more <= forest->capacity - forest->count)
        return true;
    const size_t capacity = 2 * forest->count + more;
    size_t *part_of = s2_grow(forest->part_of, forest->count, capacity, sizeof *part_of);
    if (part_of)
        forest->part_of = part_of;
    size_t *pixels = s2_grow(forest->pixels, forest->count, capacity, sizeof *pixels);
    if (pixels)
        forest->pixels = pixels;
    if (part_of && pixels)
        forest->capacity = capacity;
    return part_of && pixels;
}

/**
 * Sort the pixels of a line into patches.
 * line, above  in     class values of this line and the one before
 * patches      inout  [width] patches of the line before, then of this one
 * largest      inout  pixels of the largest patch so far
 */
static void grow_patches(patch_forest *forest, const uint16_t *line, const uint16_t *above,
                         size_t *patches, int width, size_t *largest)
{
    for (int x = 0; x < width; x++) {
        if (line[x] == 0)
            continue;
        const bool joins_left = x > 0 && line[x - 1] == line[x], joins_above = above[x] == line[x];
        size_t patch = joins_left ? whole_patch(forest, patches[x - 1]) : forest->count;
        if (joins_above) {
            const size_t other = whole_patch(forest, patches[x]);
            if (joins_left && other != patch) {
                forest->part_of[patch] = other;
                forest->pixels[other] += forest->pixels[patch];
            }
            patch = other;
        } else if (!joins_left) {
            forest->part_of[patch] = patch;
            forest->pixels[patch] = 0;
            forest->count++;
        }
        patches[x] = patch;
        if (++forest->pixels[patch] > *largest)
            *largest = forest->pixels[patch];
    }
}

/** Pixels of the largest patch, or of a patch that has enough. */
static s2rgf_status find_largest(const s2_map_writer *writer, GDALRasterBandH band, size_t enough,
                                 size_t *largest, s2rgf_error *err)
{
    const int width = writer->grid.width;
    patch_forest forest = {0};
    uint16_t *lines = s2_calloc(2 * (size_t)width, sizeof *lines);
    size_t *patches = s2_alloc((size_t)width, sizeof *patches);
    s2rgf_status status = lines && patches ? S2RGF_OK : s2_fail_memory(err, "patches of the map");
    *largest = 0;
    for (int y = 0; y < writer->grid.height && *largest < enough && status == S2RGF_OK; y++) {
        uint16_t *line = lines + (y & 1 ? width : 0), *above = lines + (y & 1 ? 0 : width);
        s2_gdal_catch caught;
        s2_map_catch_begin(&caught);
        const CPLErr outcome =
            GDALRasterIO(band, GF_Read, 0, y, width, 1, line, width, 1, GDT_UInt16, 0, 0);
        s2_gdal_catch_end(&caught);
        if (outcome != CE_None)
            status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: line %d cannot be read back",
                                  writer->files.path, y);
        else if (!reserve_patches(&forest, (size_t)width))
            status = s2_fail_memory(err, "patches of the map");
        else
            grow_patches(&forest, line, above, patches, width, largest);
        if (status == S2RGF_OK && !s2_progress(writer->host, 1.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    S2_FREE_EACH(forest.part_of, forest.pixels, lines, patches);
    return status;
}

/** Let small patches take other classes. */
static s2rgf_status sieve(s2_map_writer *writer, GDALRasterBandH band, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    const CPLErr outcome = GDALSieveFilter(band, GDALGetMaskBand(band), band, writer->smallest_px,
                                           CONNECTED, NULL, sieve_goes_on, writer);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None && !s2_progress(writer->host, 1.0))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
    if (outcome != CE_None || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: its small patches cannot be removed",
                            writer->files.path);
    return S2RGF_OK;
}

s2rgf_status s2_map_sieve_end(s2_map_writer *writer, s2rgf_error *err)
{
    GDALDatasetH dataset = writer->unsieved;
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    const size_t enough = (size_t)writer->smallest_px;
    size_t largest;
    s2_gdal_catch caught;
    writer->unsieved = NULL;
    s2rgf_status status = find_largest(writer, band, enough, &largest, err);
    if (status == S2RGF_OK && largest >= enough)
        status = sieve(writer, band, err);
    else if (status == S2RGF_OK)
        s2_log(writer->host, S2RGF_WARNING,
               "%s: patches stay as they are: the smallest mapped area is %zu pixels, and the "
               "largest patch has %zu",
               writer->files.path, enough, largest);
    if (status == S2RGF_OK)
        status = s2_map_refill(writer, dataset, err);
    s2_map_catch_begin(&caught);
    GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    return status;
}
