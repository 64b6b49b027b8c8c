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

s2rgf_status s2_map_sieve_end(s2_map_writer *writer, s2rgf_error *err)
{
    GDALDatasetH dataset = writer->unsieved;
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    s2rgf_status status = S2RGF_OK;
    writer->unsieved = NULL;
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    const CPLErr outcome = GDALSieveFilter(band, GDALGetMaskBand(band), band, writer->smallest_px,
                                           CONNECTED, NULL, sieve_goes_on, writer);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None && !s2_progress(writer->host, 1.0))
        status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    else if (outcome != CE_None || caught.failed)
        status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: its small patches cannot be removed",
                              writer->files.path);
    if (status == S2RGF_OK)
        status = s2_map_refill(writer, dataset, err);
    s2_map_catch_begin(&caught);
    GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    return status;
}
