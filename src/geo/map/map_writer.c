/*
 * Output rasters: written under a temporary name, given their own name only when whole.
 * Pixels always go into a GeoTIFF first. If another format is wanted, that is made from it by
 * GDALCreateCopy() at the end, which every writing driver has. What was made is opened and compared
 * with what was written before it gets its name.
 */
#include "geo/map/map_writer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map/checked_files.h"
#include "geo/map/class_description.h"
#include "geo/map/map_format.h"
#include "geo/map/map_private.h"
#include "geo/map/map_style.h"
#include "geo/map/map_vat.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define FLOAT_NODATA (-1.0)

double s2_map_nodata(s2_map_kind kind)
{
    return kind == S2_MAP_CLASSES ? 0.0 : FLOAT_NODATA;
}

const char *s2_map_band_name(const s2_map_writer *writer, int band)
{
    static const char *const uncertainty[S2_UNCERTAINTY_BANDS] = {"entropy", "margin"};
    switch (writer->kind) {
    case S2_MAP_PROBABILITIES:
        return writer->classes.items[band].name;
    case S2_MAP_UNCERTAINTY:
        return uncertainty[band];
    case S2_MAP_CONFIDENCE:
        return "confidence";
    default:
        return "class";
    }
}

int s2_map_bands(s2_map_kind kind, const s2_class_table *classes)
{
    if (kind == S2_MAP_PROBABILITIES)
        return classes->count;
    return kind == S2_MAP_UNCERTAINTY ? S2_UNCERTAINTY_BANDS : 1;
}

bool s2_map_describe(s2_map_writer *writer)
{
    const bool is_classes = writer->kind == S2_MAP_CLASSES;
    bool done = GDALSetGeoTransform(writer->dataset, writer->grid.to_geo.m) == CE_None;
    if (done && writer->grid.srs_wkt) {
        OGRSpatialReferenceH srs = NULL;
        done = s2_srs_from_text(writer->grid.srs_wkt, &srs, NULL) == S2RGF_OK &&
               GDALSetSpatialRef(writer->dataset, srs) == CE_None;
        OSRDestroySpatialReference(srs);
    }
    done = done && GDALSetMetadata(writer->dataset, writer->metadata, NULL) == CE_None;
    for (int b = 0; b < writer->bands && done; b++) {
        GDALRasterBandH band = GDALGetRasterBand(writer->dataset, b + 1);
        done = GDALSetRasterNoDataValue(band, s2_map_nodata(writer->kind)) == CE_None;
        GDALSetDescription(band, s2_map_band_name(writer, b));
    }
    if (!done || !is_classes)
        return done;
    GDALRasterBandH band = GDALGetRasterBand(writer->dataset, 1);
    return s2_class_set_palette(band, &writer->classes) &&
           (writer->is_share || s2_class_set_categories(band, &writer->classes));
}

/** Smallest number of lines that holds whole file blocks and whole area blocks. */
static int choose_unit(const s2_map_writer *writer)
{
    int block_width, block_height;
    GDALGetBlockSize(GDALGetRasterBand(writer->dataset, 1), &block_width, &block_height);
    if (block_height >= writer->grid.height)
        return writer->grid.height;
    int unit = block_height;
    while (unit % S2_AREA_BLOCK_PX != 0 && unit < writer->grid.height)
        unit += block_height;
    return unit < writer->grid.height ? unit : writer->grid.height;
}

static s2rgf_status create_dataset(s2_map_writer *writer, const s2_map_spec *spec, s2rgf_error *err)
{
    GDALDriverH gtiff = GDALGetDriverByName("GTiff");
    if (!gtiff)
        return s2_fail(err, S2RGF_INTERNAL, "%s: GDAL's GTiff driver is not registered",
                       spec->path);
    char **options = s2_map_format_options(gtiff, writer->type,
                                           writer->converts ? NULL : spec->creation_options);
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    /* GDAL warns of options it does not know, and goes on. */
    if (spec->creation_options)
        GDALValidateCreationOptions(writer->final_driver, (CSLConstList)spec->creation_options);
    writer->dataset = GDALCreate(gtiff, writer->written_path, writer->grid.width,
                                 writer->grid.height, writer->bands, writer->type, options);
    bool done = writer->dataset && s2_map_describe(writer);
    s2_gdal_catch_end(&caught);
    CSLDestroy(options);
    if (!done || caught.no_memory)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be created", spec->path);
    writer->unit = choose_unit(writer);
    writer->sparse =
        CPLFetchBool((CSLConstList)spec->creation_options, "SPARSE_OK", FALSE) != FALSE;
    const int units = (writer->grid.height + writer->unit - 1) / writer->unit;
    writer->hashes = s2_calloc((size_t)units, sizeof *writer->hashes);
    return writer->hashes ? S2RGF_OK : s2_fail_memory(err, "output");
}

static s2rgf_status check_spec(const s2_map_spec *spec, s2rgf_error *err)
{
    if (spec->grid->width < 1 || spec->grid->height < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no pixels: %d x %d", spec->path,
                       spec->grid->width, spec->grid->height);
    if (spec->kind == S2_MAP_PROBABILITIES && spec->classes->count < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no class, so no band", spec->path);
    return S2RGF_OK;
}

size_t s2_map_class_bytes(const s2_class_table *classes)
{
    const int largest = classes->count > 0 ? classes->items[classes->count - 1].value : 0;
    return largest > 255 ? sizeof(uint16_t) : 1;
}

/** Type, bands and copies of what the specification lends. */
static s2rgf_status take_spec(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    const s2_class_table *classes = spec->classes;
    writer->kind = spec->kind;
    writer->host = spec->host;
    writer->is_share = spec->share != NULL;
    writer->style = spec->style && spec->kind == S2_MAP_CLASSES && !writer->is_share;
    writer->type = GDT_Float32;
    writer->sample_bytes = sizeof(float);
    if (spec->kind == S2_MAP_CLASSES) {
        writer->sample_bytes = s2_map_class_bytes(classes);
        writer->type = writer->sample_bytes == 1 ? GDT_Byte : GDT_UInt16;
    }
    writer->bands = s2_map_bands(spec->kind, classes);
    s2rgf_status status = s2_grid_copy(spec->grid, &writer->grid, err);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(classes, &writer->classes, err);
    if (status != S2RGF_OK)
        return status;
    s2_class_table_paint(&writer->classes);
    writer->metadata = s2_class_metadata(spec->metadata, classes);
    if (writer->is_share) {
        char text[S2_MAP_SHARE_TEXT_BYTES];
        s2_map_share_write(spec->share, text);
        writer->metadata = CSLSetNameValue(writer->metadata, S2_MAP_SHARE_KEY, text);
    }
    if (spec->kind == S2_MAP_CLASSES && !writer->is_share)
        status = s2_map_table_create(&writer->grid, &writer->classes, &writer->table, err);
    if (status == S2RGF_OK && writer->table)
        s2_map_table_add_columns(writer->table, spec->columns);
    return status;
}

/** Its names, and the file that is written first. */
static s2rgf_status prepare_files(s2_map_writer *writer, const s2_map_spec *spec, s2rgf_error *err)
{
    writer->converts = writer->final_driver != GDALGetDriverByName("GTiff");
    writer->vat = writer->table && s2_map_has_vat(writer->final_driver);
    const CSLConstList options = (CSLConstList)spec->creation_options;
    const s2_map_target target = {.path = spec->path,
                                  .overwrite = spec->overwrite,
                                  .sides = writer->table || writer->converts,
                                  .style = writer->style,
                                  .vat = writer->vat,
                                  .world = s2_map_format_prefers_world_file(writer->final_driver) &&
                                           !CPLFetchBool(options, "WORLDFILE", FALSE)};
    s2rgf_status status = s2_map_files_prepare(&target, &writer->files, err);
    if (status != S2RGF_OK)
        return status;
    if (writer->converts)
        writer->final_options =
            s2_map_format_options(writer->final_driver, writer->type, spec->creation_options);
    char *path = writer->converts ? s2_map_files_scratch(&writer->files, "pixels.tif")
                                  : s2_map_files_new(&writer->files, writer->files.name, "");
    status =
        path ? s2_checked_name(path, &writer->written_path, err) : s2_fail_memory(err, "output");
    s2_free(path);
    return status;
}

s2rgf_status s2_map_create_untried(const s2_map_spec *spec, s2_map_writer **writer,
                                   s2rgf_error *err)
{
    s2_map_writer *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "output");
    made->failed_allocations = s2_failed_allocations();
    s2rgf_status status = check_spec(spec, err);
    if (status == S2RGF_OK)
        status = take_spec(spec, made, err);
    if (status == S2RGF_OK)
        status = s2_map_format_driver(spec->path, spec->format, &made->final_driver, err);
    if (status == S2RGF_OK)
        status = prepare_files(made, spec, err);
    if (status == S2RGF_OK)
        status = create_dataset(made, spec, err);
    if (status != S2RGF_OK) {
        s2_map_close(made);
        return status;
    }
    made->keeps = s2_map_description(made);
    made->reach_w = made->grid.width;
    made->reach_h = made->grid.height;
    *writer = made;
    return S2RGF_OK;
}

/** Tell what a file is whose name says that it is something else, or nothing that is known. */
static void tell_format(const s2_map_spec *spec, const s2_map_writer *writer)
{
    const char *extension = CPLGetExtension(spec->path);
    if (!spec->format && !writer->is_share && extension[0] != '\0' &&
        EQUAL(GDALGetDriverShortName(writer->final_driver), "GTiff") &&
        !s2_driver_has_extension(writer->final_driver, extension))
        s2_log(spec->host, S2RGF_WARNING,
               "%s: no format for maps has the extension .%s: it becomes a GeoTIFF", spec->path,
               extension);
}

s2rgf_status s2_map_create(const s2_map_spec *spec, s2_map_writer **writer, s2rgf_error *err)
{
    s2_map_writer *made = NULL;
    s2rgf_status status = s2_map_create_untried(spec, &made, err);
    if (status == S2RGF_OK && !s2_map_trial_serves(spec->trial, made))
        status = s2_map_try_format(spec, made, err);
    if (status == S2RGF_OK)
        tell_format(spec, made);
    if (status == S2RGF_OK)
        s2_map_warn_of_losses(made);
    if (status == S2RGF_OK)
        status = s2_map_sieve_begin(spec, made, err);
    if (status != S2RGF_OK) {
        s2_map_close(made);
        return status;
    }
    *writer = made;
    return S2RGF_OK;
}

/** Close a dataset; what GDAL reports then is an error. */
static s2rgf_status close_dataset(GDALDatasetH dataset, const char *path, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    return caught.failed ? s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be completed", path)
                         : S2RGF_OK;
}

/** Work on the map is done and reported; while it is copied the host may still cancel. */
static int CPL_STDCALL copy_goes_on(double part, const char *message, void *writer)
{
    (void)part;
    (void)message;
    return s2_progress(((const s2_map_writer *)writer)->host, 1.0);
}

/** The name under which the driver makes the file; released with s2_free(). */
static s2rgf_status final_name(const s2_map_writer *writer, char **name, s2rgf_error *err)
{
    char *path = s2_map_files_new(&writer->files, writer->files.name, "");
    s2rgf_status status = path ? S2RGF_OK : s2_fail_memory(err, "output");
    if (status == S2RGF_OK && !writer->unchecked)
        status = s2_checked_name(path, name, err);
    else
        *name = s2_strdup(path);
    s2_free(path);
    return status == S2RGF_OK && !*name ? s2_fail_memory(err, "output") : status;
}

/** Make the final format from the GeoTIFF: exactly, or not at all. */
static s2rgf_status convert(s2_map_writer *writer, s2rgf_error *err)
{
    char *path = NULL;
    const s2rgf_status status = final_name(writer, &path, err);
    if (status != S2RGF_OK)
        return status;
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    GDALDatasetH from =
        GDALOpenEx(writer->written_path, GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    GDALDatasetH to = NULL;
    if (from)
        to = GDALCreateCopy(writer->final_driver, path, from, TRUE, writer->final_options,
                            copy_goes_on, writer);
    GDALClose(to);
    GDALClose(from);
    s2_gdal_catch_end(&caught);
    s2_free(path);
    if (!to && !s2_progress(writer->host, 1.0))
        return s2_fail(err, S2RGF_CANCELLED, "interrupted");
    if (!to || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be written as %s",
                            writer->files.path, GDALGetDriverShortName(writer->final_driver));
    return S2RGF_OK;
}

static s2rgf_status write_style(const s2_map_writer *writer, s2rgf_error *err)
{
    char *path = s2_map_files_new(&writer->files, writer->files.stem, ".qml");
    if (!path)
        return s2_fail_memory(err, "map style");
    const s2rgf_status status = s2_map_style_write(path, &writer->classes, err);
    s2_free(path);
    return status;
}

s2rgf_status s2_map_finish(s2_map_writer *writer, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (writer->finished)
        return S2RGF_OK;
    if (writer->first_line != writer->grid.height)
        status = s2_fail(err, S2RGF_INTERNAL, "%s: incomplete: %d of %d lines were written",
                         writer->files.path, writer->first_line, writer->grid.height);
    if (status == S2RGF_OK && writer->unsieved)
        status = s2_map_sieve_end(writer, err);
    if (status == S2RGF_OK && writer->table && !writer->leave_table)
        status = s2_map_table_attach(writer->table, GDALGetRasterBand(writer->dataset, 1), err);
    if (status == S2RGF_OK) {
        GDALDatasetH dataset = writer->dataset;
        writer->dataset = NULL;
        status = close_dataset(dataset, writer->files.path, err);
    }
    if (status == S2RGF_OK && writer->converts)
        status = convert(writer, err);
    if (status == S2RGF_OK && writer->style)
        status = write_style(writer, err);
    if (status == S2RGF_OK && writer->vat && !writer->is_trial)
        status = s2_map_vat_write(&writer->files, writer->table, err);
    if (status == S2RGF_OK)
        status = s2_map_files_turn(&writer->files, err);
    if (status == S2RGF_OK)
        status = s2_map_verify(writer, err);
    writer->finished = status == S2RGF_OK;
    if (!writer->finished && err)
        s2_work_folder_hide(err->message);
    return status;
}

s2_class_extents s2_map_extents(const s2_map_writer *writer)
{
    return s2_map_table_extents(writer->table);
}

/** Remove what was made; what GDAL says on closing it is of no interest. */
static void abandon_files(s2_map_writer *writer)
{
    s2_gdal_catch caught;
    CPLPushErrorHandler(CPLQuietErrorHandler);
    s2_map_catch_begin(&caught);
    if (writer->dataset)
        GDALClose(writer->dataset);
    writer->dataset = NULL;
    if (writer->unsieved)
        GDALClose(writer->unsieved);
    writer->unsieved = NULL;
    s2_gdal_catch_end(&caught);
    CPLPopErrorHandler();
    s2_map_files_clear(&writer->files);
}

s2rgf_status s2_map_commit(s2_map_writer *const *writers, int count, s2rgf_error *err)
{
    s2_map_files **files = s2_calloc((size_t)count, sizeof *files);
    int used = 0;
    s2rgf_status status = files ? S2RGF_OK : s2_fail_memory(err, "output");
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        if (!writers[i])
            continue;
        status = s2_map_finish(writers[i], err);
        files[used++] = &writers[i]->files;
    }
    if (status == S2RGF_OK && used > 0)
        status = s2_map_files_publish(files, used, err);
    for (int i = 0; i < count; i++)
        if (writers[i])
            abandon_files(writers[i]);
    s2_free(files);
    return status;
}

void s2_map_close(s2_map_writer *writer)
{
    if (!writer)
        return;
    abandon_files(writer);
    s2_map_table_free(writer->table);
    s2_class_table_clear(&writer->classes);
    s2_grid_clear(&writer->grid);
    s2_class_metadata_free(writer->metadata);
    CSLDestroy(writer->final_options);
    S2_FREE_EACH(writer->written_path, writer->lines, writer->hashes, writer->srs_read, writer);
}
