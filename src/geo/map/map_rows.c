/* Pixels of an output: rectangles collected into whole rows of file blocks, then handed to GDAL. */
#include <string.h>

#include "core/checksum.h"
#include "core/error.h"
#include "core/memory.h"
#include "geo/map/map_private.h"
#include "geo/source/gdal_catch.h"

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

/** Room for another `height` collected lines per band, keeping what is there. */
static s2rgf_status reserve_lines(s2_map_writer *writer, int height, s2rgf_error *err)
{
    /* Less than a unit waits from the row before, nothing if rows are whole units: for rows of one
       height this allocates once. */
    const int most = height % writer->unit == 0 ? writer->done_lines : writer->unit - 1;
    const int waiting = most < writer->grid.height - height ? most : writer->grid.height - height;
    const int lines = waiting + height;
    if (lines <= writer->capacity)
        return S2RGF_OK;
    size_t count;
    unsigned char *grown = NULL;
    if (s2_multiply((size_t)writer->bands, (size_t)lines, &count))
        grown = s2_alloc(count, line_bytes(writer));
    if (!grown)
        return s2_fail_memory(err, "output lines");
    const size_t kept = (size_t)writer->done_lines * line_bytes(writer);
    for (int b = 0; b < writer->bands && kept > 0; b++)
        memcpy(grown + (size_t)b * (size_t)lines * line_bytes(writer), line_at(writer, b, 0), kept);
    s2_free(writer->lines);
    writer->lines = grown;
    writer->capacity = lines;
    return S2RGF_OK;
}

uint64_t s2_map_hash_lines(const s2_map_writer *writer, int from, int count)
{
    const size_t bytes = (size_t)count * line_bytes(writer);
    uint64_t sum = S2_CHECKSUM_START;
    for (int b = 0; b < writer->bands; b++)
        sum = s2_checksum_add_words(sum, line_at(writer, b, from), bytes);
    return sum;
}

CPLErr s2_map_transfer(const s2_map_writer *writer, GDALDatasetH dataset, GDALRWFlag direction,
                       int from, int y, int count)
{
    const int width = writer->grid.width;
    const size_t plane_bytes = (size_t)writer->capacity * line_bytes(writer);
    return GDALDatasetRasterIOEx(dataset, direction, 0, y, width, count, line_at(writer, 0, from),
                                 width, count, writer->type, writer->bands, NULL,
                                 (GSpacing)writer->sample_bytes, (GSpacing)line_bytes(writer),
                                 (GSpacing)plane_bytes, NULL);
}

/**
 * Hand `count` lines to GDAL, all bands, and have them in the file at once: order and errors are
 * ours.
 */
static s2rgf_status hand_over(s2_map_writer *writer, int from, int count, s2rgf_error *err)
{
    const int y = writer->first_line + from;
    if (writer->table && !writer->unsieved) {
        const s2rgf_status status = s2_map_table_count(writer->table, line_at(writer, 0, from),
                                                       writer->sample_bytes, y, count, err);
        if (status != S2RGF_OK)
            return status;
    }
    writer->hashes[y / writer->unit] = s2_map_hash_lines(writer, from, count);
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    GDALDatasetH dataset = writer->unsieved ? writer->unsieved : writer->dataset;
    CPLErr outcome = s2_map_transfer(writer, dataset, GF_Write, from, y, count);
    for (int b = 1; b <= writer->bands && outcome == CE_None; b++)
        outcome = GDALFlushRasterCache(GDALGetRasterBand(dataset, b));
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

s2rgf_status s2_map_refill(s2_map_writer *writer, GDALDatasetH dataset, s2rgf_error *err)
{
    const int height = writer->grid.height;
    s2rgf_status status = S2RGF_OK;
    writer->first_line = writer->done_lines = 0;
    while (writer->first_line < height && status == S2RGF_OK) {
        const int y = writer->first_line, left = height - y;
        const int count = left < writer->unit ? left : writer->unit;
        status = reserve_lines(writer, count, err);
        if (status != S2RGF_OK)
            break;
        s2_gdal_catch caught;
        s2_map_catch_begin(&caught);
        const CPLErr outcome = s2_map_transfer(writer, dataset, GF_Read, 0, y, count);
        s2_gdal_catch_end(&caught);
        writer->done_lines = count;
        status = outcome == CE_None
                     ? drain(writer, err)
                     : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: lines %d..%d cannot be read back",
                                    writer->files.path, y, y + count - 1);
    }
    return status;
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

/** One line of class values to a line of bytes; false for one that does not fit. */
static bool narrow_line(unsigned char *to, const uint16_t *from, int count)
{
    unsigned all = 0;
    for (int x = 0; x < count; x++) {
        to[x] = (unsigned char)from[x];
        all |= from[x];
    }
    return all <= UINT8_MAX;
}

/** One line of samples to a line of the map, whose class values may be narrower. */
static s2rgf_status keep_line(const s2_map_writer *writer, unsigned char *to, const void *from,
                              int count, s2rgf_error *err)
{
    if (writer->type != GDT_Byte)
        memcpy(to, from, (size_t)count * writer->sample_bytes);
    else if (!narrow_line(to, from, count))
        return s2_fail(err, S2RGF_INTERNAL, "%s: value of no class: expected at most %d",
                       writer->files.path, UINT8_MAX);
    return S2RGF_OK;
}

/** Collect a rectangle of any kind. values in [bands][h][w], uint16_t or float */
static s2rgf_status write_rect(s2_map_writer *writer, s2_rect rect, const void *values,
                               s2rgf_error *err)
{
    s2rgf_status status = check_order(writer, rect, err);
    if (status == S2RGF_OK)
        status = reserve_lines(writer, rect.h, err);
    if (status != S2RGF_OK)
        return status;
    const size_t value_bytes =
        writer->kind == S2_MAP_CLASSES ? sizeof(uint16_t) : writer->sample_bytes;
    const unsigned char *from = values;
    for (int b = 0; b < writer->bands && status == S2RGF_OK; b++)
        for (int y = 0; y < rect.h && status == S2RGF_OK; y++) {
            unsigned char *line = line_at(writer, b, writer->done_lines + y);
            status =
                keep_line(writer, line + (size_t)rect.x * writer->sample_bytes, from, rect.w, err);
            from += (size_t)rect.w * value_bytes;
        }
    if (status != S2RGF_OK)
        return status;
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
