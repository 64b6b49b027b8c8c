/*
 * Output rasters: written under a temporary name, given their own name only when whole.
 * Pixels always go into a GeoTIFF first. If another format is wanted, that is made from it by
 * GDALCreateCopy() at the end, which every writing driver has.
 */
#include "geo/map_writer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <limits.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/gdal_catch.h"
#include "geo/map_files.h"
#include "geo/map_format.h"
#include "geo/map_style.h"
#include "geo/map_table.h"

/* Lists of names by value are kept to this length; the attribute table and CLASS_n have no such limit. */
#define MAX_CATEGORIES 4096
#define FLOAT_NODATA (-1.0)

struct s2_map_writer {
    s2_map_kind kind;
    bool style;
    s2_grid grid;
    s2_class_table classes; /* painted copy */
    char **metadata;        /* provenance and CLASS_n */
    char **final_options;   /* creation options of the final driver, where that is not GTiff */
    GDALDriverH final_driver;
    bool converts;          /* final format is not the GeoTIFF written first */
    s2_map_files files;
    char *written_path;     /* the GeoTIFF */
    GDALDatasetH dataset;
    GDALDataType type;
    int bands;
    s2_map_table *table;    /* class maps only */
    /* Lines not yet handed to GDAL: [bands][capacity][width] of the type below. */
    unsigned char *lines;
    size_t sample_bytes;
    int first_line, capacity;
    int done_lines;         /* whole lines collected, from first_line on */
    int row_height, next_x; /* the row of rectangles in hand */
    int unit;               /* lines handed over at a time: whole file blocks and whole area blocks */
};

/* ---- creation -------------------------------------------------------------------------------- */

/** Provenance and class names as dataset metadata: survives where side files are lost. */
static char **make_metadata(const s2_map_spec *spec)
{
    char **metadata = CSLDuplicate((char **)spec->metadata);
    for (int c = 0; c < spec->classes->count; c++) {
        char key[32];
        CPLsnprintf(key, sizeof key, "CLASS_%d", spec->classes->items[c].value);
        metadata = CSLSetNameValue(metadata, key, spec->classes->items[c].name);
    }
    return metadata;
}

/** Palette of a class band: transparent 0, the classes' colours. */
static bool set_palette(GDALRasterBandH band, const s2_class_table *classes)
{
    GDALColorTableH palette = GDALCreateColorTable(GPI_RGB);
    const GDALColorEntry nothing = {0, 0, 0, 0};
    GDALSetColorEntry(palette, 0, &nothing);
    for (int c = 0; c < classes->count; c++) {
        const s2_class *item = &classes->items[c];
        const GDALColorEntry entry = {item->rgb[0], item->rgb[1], item->rgb[2], 255};
        GDALSetColorEntry(palette, item->value, &entry);
    }
    const bool done = GDALSetRasterColorTable(band, palette) == CE_None;
    GDALDestroyColorTable(palette);
    return done;
}

/** Category names of a class band, from 0 up to the largest value. */
static bool set_categories(GDALRasterBandH band, const s2_class_table *classes)
{
    const int largest = classes->count > 0 ? classes->items[classes->count - 1].value : 0;
    if (largest > MAX_CATEGORIES)
        return true;
    char **names = NULL;
    for (int value = 0; value <= largest; value++) {
        const int c = s2_class_table_find_value(classes, value);
        names = CSLAddString(names, c >= 0 ? classes->items[c].name : "");
    }
    const bool done = GDALSetRasterCategoryNames(band, names) == CE_None;
    CSLDestroy(names);
    return done;
}

/** Georeference, metadata, nodata, palette and names: all that must precede the pixels. */
static bool describe_dataset(s2_map_writer *writer)
{
    const bool is_classes = writer->kind == S2_MAP_CLASSES;
    bool done = GDALSetGeoTransform(writer->dataset, writer->grid.to_geo.m) == CE_None;
    if (done && writer->grid.srs_wkt != NULL) {
        OGRSpatialReferenceH srs = s2_srs_from_text(writer->grid.srs_wkt);
        done = srs != NULL && GDALSetSpatialRef(writer->dataset, srs) == CE_None;
        OSRDestroySpatialReference(srs);
    }
    done = done && GDALSetMetadata(writer->dataset, writer->metadata, NULL) == CE_None;
    for (int b = 0; b < writer->bands && done; b++) {
        GDALRasterBandH band = GDALGetRasterBand(writer->dataset, b + 1);
        done = GDALSetRasterNoDataValue(band, is_classes ? 0.0 : FLOAT_NODATA) == CE_None;
        if (writer->kind == S2_MAP_PROBABILITIES)
            GDALSetDescription(band, writer->classes.items[b].name);
        else
            GDALSetDescription(band, is_classes ? "class" : "confidence");
    }
    if (!done || !is_classes)
        return done;
    GDALRasterBandH band = GDALGetRasterBand(writer->dataset, 1);
    return set_palette(band, &writer->classes) && set_categories(band, &writer->classes);
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

static s2rgf_status create_dataset(s2_map_writer *writer, const s2_map_spec *spec,
                                   s2rgf_error *err)
{
    GDALDriverH gtiff = GDALGetDriverByName("GTiff");
    if (gtiff == NULL)
        return s2_fail(err, S2RGF_INTERNAL, "%s: GDAL's GTiff driver is not registered",
                       spec->path);
    char **options = s2_map_format_options(gtiff, writer->type,
                                           writer->converts ? NULL : spec->creation_options);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    /* GDAL warns of options it does not know, and goes on. */
    if (spec->creation_options != NULL)
        GDALValidateCreationOptions(writer->final_driver,
                                    (CSLConstList)spec->creation_options);
    writer->dataset = GDALCreate(gtiff, writer->written_path, writer->grid.width,
                                 writer->grid.height, writer->bands, writer->type, options);
    bool done = writer->dataset != NULL && describe_dataset(writer);
    s2_gdal_catch_end(&caught);
    CSLDestroy(options);
    if (!done)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be created", spec->path);
    writer->unit = choose_unit(writer);
    return S2RGF_OK;
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

/** Type, bands and copies of what the specification lends. */
static s2rgf_status take_spec(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    const s2_class_table *classes = spec->classes;
    const int largest = classes->count > 0 ? classes->items[classes->count - 1].value : 0;
    writer->kind = spec->kind;
    writer->style = spec->style && spec->kind == S2_MAP_CLASSES;
    writer->type = GDT_Float32;
    if (spec->kind == S2_MAP_CLASSES)
        writer->type = largest > 255 ? GDT_UInt16 : GDT_Byte;
    writer->sample_bytes = spec->kind == S2_MAP_CLASSES ? sizeof(uint16_t) : sizeof(float);
    writer->bands = spec->kind == S2_MAP_PROBABILITIES ? classes->count : 1;
    s2rgf_status status = s2_grid_copy(spec->grid, &writer->grid, err);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(classes, &writer->classes, err);
    if (status != S2RGF_OK)
        return status;
    s2_class_table_paint(&writer->classes);
    writer->metadata = make_metadata(spec);
    if (spec->kind == S2_MAP_CLASSES)
        status = s2_map_table_create(&writer->grid, &writer->classes, &writer->table, err);
    return status;
}

s2rgf_status s2_map_create(const s2_map_spec *spec, s2_map_writer **writer, s2rgf_error *err)
{
    s2_map_writer *made = s2_calloc(1, sizeof *made);
    if (made == NULL)
        return s2_fail_memory(err, "output");
    s2rgf_status status = check_spec(spec, err);
    if (status == S2RGF_OK)
        status = take_spec(spec, made, err);
    if (status == S2RGF_OK)
        status = s2_map_format_driver(spec->path, spec->format, &made->final_driver, err);
    if (status == S2RGF_OK)
        status = s2_map_files_prepare(spec->path, spec->overwrite, made->style, &made->files, err);
    if (status == S2RGF_OK) {
        made->converts = made->final_driver != GDALGetDriverByName("GTiff");
        if (made->converts)
            made->final_options = s2_map_format_options(made->final_driver, made->type,
                                                        spec->creation_options);
        made->written_path =
            made->converts
                ? s2_map_files_path(&made->files, made->files.scratch, ".tif")
                : s2_map_files_path(&made->files, made->files.temporary, made->files.extension);
        status = made->written_path != NULL ? create_dataset(made, spec, err)
                                            : s2_fail_memory(err, "output");
    }
    if (status != S2RGF_OK) {
        s2_map_close(made);
        return status;
    }
    *writer = made;
    return S2RGF_OK;
}

/* ---- pixels ---------------------------------------------------------------------------------- */

/** Bytes of one line of one band. */
static size_t line_bytes(const s2_map_writer *writer)
{
    return (size_t)writer->grid.width * writer->sample_bytes;
}

static unsigned char *line_at(const s2_map_writer *writer, int band, int line)
{
    const size_t index = (size_t)band * (size_t)writer->capacity + (size_t)line;
    return writer->lines + index * line_bytes(writer);
}

/** Room for another `height` collected lines a band, keeping what is there. */
static s2rgf_status reserve_lines(s2_map_writer *writer, int height, s2rgf_error *err)
{
    /* Less than a unit waits from the row before: for rows of one height this allocates once. */
    const int waiting = writer->unit - 1 < writer->grid.height - height
                            ? writer->unit - 1
                            : writer->grid.height - height;
    const int lines = waiting + height;
    if (lines <= writer->capacity)
        return S2RGF_OK;
    size_t count;
    unsigned char *grown = NULL;
    if (s2_multiply((size_t)writer->bands, (size_t)lines, &count))
        grown = s2_alloc(count, line_bytes(writer));
    if (grown == NULL)
        return s2_fail_memory(err, "output lines");
    const size_t kept = (size_t)writer->done_lines * line_bytes(writer);
    for (int b = 0; b < writer->bands && kept > 0; b++)
        memcpy(grown + (size_t)b * (size_t)lines * line_bytes(writer), line_at(writer, b, 0), kept);
    s2_free(writer->lines);
    writer->lines = grown;
    writer->capacity = lines;
    return S2RGF_OK;
}

/** Hand `count` lines to GDAL, all bands, and have them in the file at once: order and errors are ours. */
static s2rgf_status hand_over(s2_map_writer *writer, int from, int count, s2rgf_error *err)
{
    const bool is_classes = writer->kind == S2_MAP_CLASSES;
    const int y = writer->first_line + from, width = writer->grid.width;
    const size_t plane_bytes = (size_t)writer->capacity * line_bytes(writer);
    if (is_classes) {
        const s2rgf_status status = s2_map_table_count(
            writer->table, (const uint16_t *)(const void *)line_at(writer, 0, from), y, count, err);
        if (status != S2RGF_OK)
            return status;
    }
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    CPLErr outcome = GDALDatasetRasterIOEx(
        writer->dataset, GF_Write, 0, y, width, count, line_at(writer, 0, from), width, count,
        is_classes ? GDT_UInt16 : GDT_Float32, writer->bands, NULL, (GSpacing)writer->sample_bytes,
        (GSpacing)line_bytes(writer), (GSpacing)plane_bytes, NULL);
    for (int b = 1; b <= writer->bands && outcome == CE_None; b++)
        outcome = GDALFlushRasterCache(GDALGetRasterBand(writer->dataset, b));
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: lines %d..%d cannot be written",
                            writer->files.path, y, y + count - 1);
    return S2RGF_OK;
}

/** Hand over whole units of collected lines, and the rest too at the end of the map. */
static s2rgf_status drain(s2_map_writer *writer, s2rgf_error *err)
{
    const bool is_last = writer->first_line + writer->done_lines == writer->grid.height;
    int from = 0;
    s2rgf_status status = S2RGF_OK;
    while (status == S2RGF_OK && from < writer->done_lines) {
        const int left = writer->done_lines - from;
        if (left < writer->unit && !is_last)
            break;
        const int count = left < writer->unit ? left : writer->unit;
        status = hand_over(writer, from, count, err);
        from += count;
    }
    if (status != S2RGF_OK)
        return status;
    const int left = writer->done_lines - from;
    for (int b = 0; b < writer->bands && from > 0 && left > 0; b++)
        memmove(line_at(writer, b, 0), line_at(writer, b, from), (size_t)left * line_bytes(writer));
    writer->first_line += from;
    writer->done_lines = left;
    return S2RGF_OK;
}

/** Refuse a rectangle out of order. */
static s2rgf_status check_order(const s2_map_writer *writer, s2_rect rect, s2rgf_error *err)
{
    const int y = writer->first_line + writer->done_lines;
    const bool starts_row = writer->next_x == 0;
    if (rect.w > 0 && rect.h > 0 && rect.y == y && rect.x == writer->next_x &&
        rect.w <= writer->grid.width - rect.x && rect.h <= writer->grid.height - y &&
        (starts_row || rect.h == writer->row_height))
        return S2RGF_OK;
    return s2_fail(err, S2RGF_INTERNAL,
                   "%s: rectangle out of order: expected one at %d,%d, found %d,%d %d x %d",
                   writer->files.path, writer->next_x, y, rect.x, rect.y, rect.w, rect.h);
}

/** Collect a rectangle of any kind. values in [bands][h][w] of sample_bytes */
static s2rgf_status write_rect(s2_map_writer *writer, s2_rect rect, const void *values,
                               s2rgf_error *err)
{
    s2rgf_status status = check_order(writer, rect, err);
    if (status == S2RGF_OK)
        status = reserve_lines(writer, rect.h, err);
    if (status != S2RGF_OK)
        return status;
    const size_t bytes = (size_t)rect.w * writer->sample_bytes;
    const unsigned char *from = values;
    for (int b = 0; b < writer->bands; b++) {
        for (int y = 0; y < rect.h; y++) {
            memcpy(line_at(writer, b, writer->done_lines + y) +
                       (size_t)rect.x * writer->sample_bytes,
                   from, bytes);
            from += bytes;
        }
    }
    writer->row_height = rect.h;
    writer->next_x = rect.x + rect.w;
    if (writer->next_x < writer->grid.width)
        return S2RGF_OK;
    writer->next_x = 0;
    writer->done_lines += rect.h;
    return drain(writer, err);
}

s2rgf_status s2_map_write_classes(s2_map_writer *writer, s2_rect rect, const uint16_t *values,
                                  s2rgf_error *err)
{
    if (writer->kind != S2_MAP_CLASSES)
        return s2_fail(err, S2RGF_INTERNAL, "%s: classes for a map of numbers", writer->files.path);
    return write_rect(writer, rect, values, err);
}

s2rgf_status s2_map_write_floats(s2_map_writer *writer, s2_rect rect, const float *values,
                                 s2rgf_error *err)
{
    if (writer->kind == S2_MAP_CLASSES)
        return s2_fail(err, S2RGF_INTERNAL, "%s: numbers for a map of classes", writer->files.path);
    return write_rect(writer, rect, values, err);
}

/* ---- the end --------------------------------------------------------------------------------- */

/** Close a dataset; what GDAL reports then is an error. */
static s2rgf_status close_dataset(GDALDatasetH dataset, const char *path, s2rgf_error *err)
{
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    GDALClose(dataset);
    s2_gdal_catch_end(&caught);
    return caught.failed ? s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be completed", path)
                         : S2RGF_OK;
}

/** Make the final format from the GeoTIFF. */
static s2rgf_status convert(s2_map_writer *writer, s2rgf_error *err)
{
    char *path = s2_map_files_path(&writer->files, writer->files.temporary,
                                   writer->files.extension);
    if (path == NULL)
        return s2_fail_memory(err, "output");
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    GDALDatasetH from = GDALOpenEx(writer->written_path, GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR,
                                   NULL, NULL, NULL);
    GDALDatasetH to = NULL;
    if (from != NULL)
        to = GDALCreateCopy(writer->final_driver, path, from, FALSE, writer->final_options, NULL,
                            NULL);
    GDALClose(to);
    GDALClose(from);
    s2_gdal_catch_end(&caught);
    s2_free(path);
    if (to == NULL || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be written as %s",
                            writer->files.path, GDALGetDriverShortName(writer->final_driver));
    return S2RGF_OK;
}

static s2rgf_status write_style(const s2_map_writer *writer, s2rgf_error *err)
{
    char *path = s2_map_files_path(&writer->files, writer->files.temporary, ".qml");
    if (path == NULL)
        return s2_fail_memory(err, "map style");
    const s2rgf_status status = s2_map_style_write(path, &writer->classes, err);
    s2_free(path);
    return status;
}

s2rgf_status s2_map_commit(s2_map_writer *writer, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (writer->first_line != writer->grid.height)
        status = s2_fail(err, S2RGF_INTERNAL, "%s: incomplete: %d of %d lines were written",
                         writer->files.path, writer->first_line, writer->grid.height);
    if (status == S2RGF_OK && writer->kind == S2_MAP_CLASSES)
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
    if (status == S2RGF_OK)
        status = s2_map_files_publish(&writer->files, err);
    s2_map_files_discard(&writer->files);
    return status;
}

void s2_map_close(s2_map_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->dataset != NULL) {
        /* The file is removed next: what GDAL says on closing it is of no interest. */
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        GDALClose(writer->dataset);
        s2_gdal_catch_end(&caught);
    }
    if (writer->files.temporary != NULL && writer->files.scratch != NULL)
        s2_map_files_discard(&writer->files);
    s2_map_files_clear(&writer->files);
    s2_map_table_free(writer->table);
    s2_class_table_clear(&writer->classes);
    s2_grid_clear(&writer->grid);
    CSLDestroy(writer->metadata);
    CSLDestroy(writer->final_options);
    s2_free(writer->written_path);
    s2_free(writer->lines);
    s2_free(writer);
}
