/* Which pieces of a source's files are read together, and held. */
#include "geo/source/source_pieces.h"

#include <cpl_string.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"

/* Pieces are not smaller, unless the file is: each call to GDAL costs something. */
#define NARROWEST_PX 64
#define LOWEST_PX 16
/* Strips are read together up to this: a call that follows computing finds the caches cold. */
#define STRIPS_BYTES ((int64_t)1 << 20)

static GDALRasterBandH delivered_band(const s2_source *source, int index)
{
    const s2_band_place place = source->bands[index];
    const s2_file *file = &source->files[place.file];
    return GDALGetRasterBand(file->dataset, file->bands[place.band].number);
}

static bool is_vrt(GDALDatasetH dataset)
{
    GDALDriverH driver = GDALGetDatasetDriver(dataset);
    return driver && EQUAL(GDALGetDriverShortName(driver), "VRT");
}

/* Blocks of the first file that a VRT takes its pixels from: its own have nothing to do with them.
   false: it cannot be told. */
static bool find_blocks_below(GDALDatasetH vrt, int *width, int *height)
{
    GDALDatasetH below = NULL;
    s2_gdal_catch caught;
    char **files = GDALGetFileList(vrt);
    s2_gdal_catch_begin(&caught);
    if (CSLCount(files) > 1)
        below = GDALOpenEx(files[1], GDAL_OF_RASTER, NULL, NULL, NULL);
    s2_gdal_catch_end(&caught);
    const bool found = below && GDALGetRasterCount(below) > 0 && !is_vrt(below);
    if (found) {
        GDALGetBlockSize(GDALGetRasterBand(below, 1), width, height);
        if (*width == GDALGetRasterXSize(below))
            *width = GDALGetRasterXSize(vrt);
    }
    GDALClose(below);
    CSLDestroy(files);
    return found;
}

static int grow_side(int side, int smallest, int largest)
{
    const int grown = side < smallest ? (smallest + side - 1) / side * side : side;
    return grown < largest ? grown : largest;
}

/* The type that holds the samples of all delivered bands as they are read without pieces: that of
   the files where it is one, unless a VRT may compute more than its type can hold. */
static GDALDataType held_type(const s2_source *source)
{
    const GDALDataType first = GDALGetRasterDataType(delivered_band(source, 0));
    bool same = true;
    bool wide = false;
    for (int b = 0; b < source->band_count; b++) {
        const s2_band_place place = source->bands[b];
        const s2_file *file = &source->files[place.file];
        same = same && GDALGetRasterDataType(delivered_band(source, b)) == first &&
               !is_vrt(file->dataset);
        wide = wide || file->bands[place.band].wide;
    }
    return same ? first : wide ? GDT_Float64 : GDT_Float32;
}

/* Lines of a piece, at least. */
static int lowest_piece(const s2_source *source, int block_width)
{
    int64_t line_bytes = source->file_grid.width;
    line_bytes *= (int64_t)source->band_count * GDALGetDataTypeSizeBytes(held_type(source));
    const bool strips = block_width >= source->file_grid.width;
    const int64_t lines = strips ? STRIPS_BYTES / line_bytes : 0;
    return lines > LOWEST_PX ? (int)lines : LOWEST_PX;
}

void s2_source_choose_lattice(s2_source *source)
{
    const int file_width = source->file_grid.width;
    const int file_height = source->file_grid.height;
    GDALDatasetH dataset = source->files[0].dataset;
    int width = 0;
    int height = 0;
    GDALGetBlockSize(delivered_band(source, 0), &width, &height);
    const bool known = !is_vrt(dataset) || find_blocks_below(dataset, &width, &height);
    source->block_width = width < file_width ? width : file_width;
    source->block_height = height < file_height ? height : file_height;
    source->lattice = (s2_piece_plan){file_width, file_height, 0};
    if (source->decimation == 1 && known && width > 0 && height > 0)
        source->lattice =
            (s2_piece_plan){grow_side(width, NARROWEST_PX, file_width),
                            grow_side(height, lowest_piece(source, width), file_height), 0};
}

s2_block_layout s2_source_blocks(const s2_source *source)
{
    s2_block_layout layout = {.width = 0};
    if (source->warp || source->decimation > 1)
        return layout;
    layout.width = source->block_width;
    layout.height = source->block_height;
    layout.file_width = source->file_grid.width;
    layout.file_height = source->file_grid.height;
    layout.x = source->has_view ? source->view.x : 0;
    layout.y = source->has_view ? source->view.y : 0;
    layout.lattice = source->lattice;
    for (int b = 0; b < source->band_count; b++)
        layout.pixel_bytes +=
            (size_t)GDALGetDataTypeSizeBytes(GDALGetRasterDataType(delivered_band(source, b)));
    for (int i = 0; i < source->quality_count; i++)
        layout.pixel_bytes += (size_t)GDALGetDataTypeSizeBytes(
            GDALGetRasterDataType(delivered_band(source->quality[i], 0)));
    layout.held_bytes =
        1 + (size_t)source->band_count * (size_t)GDALGetDataTypeSizeBytes(held_type(source));
    return layout;
}

s2rgf_status s2_source_hold(s2_source *source, const s2_piece_plan *plan, s2rgf_error *err)
{
    const size_t sample_bytes = (size_t)GDALGetDataTypeSizeBytes(held_type(source));
    const size_t pixels = (size_t)plan->width * (size_t)plan->height;
    size_t samples, bytes;
    if (!s2_multiply(pixels, (size_t)source->band_count, &samples) ||
        !s2_multiply(samples, sample_bytes, &bytes))
        return s2_fail_memory(err, "pixels");
    if (source->owns_pieces)
        s2_pieces_free(source->pieces);
    source->pieces = NULL;
    source->lattice = *plan;
    source->held_type = held_type(source);
    source->owns_pieces = plan->count > 0;
    return plan->count > 0 ? s2_pieces_create(plan, bytes + pixels, &source->pieces, err)
                           : S2RGF_OK;
}

void s2_source_drop(s2_source *source)
{
    s2_pieces_drop(source->pieces);
}

/* ---- samples of a piece ------------------------------------------------------------------------ */

/* Bytes of a plane of a piece. */
static size_t plane_bytes(const s2_source *source, s2_rect piece)
{
    return (size_t)piece.w * (size_t)piece.h * (size_t)GDALGetDataTypeSizeBytes(source->held_type);
}

/* Delivered bands from `first` on that are of one file. */
static int count_of_file(const s2_source *source, int first)
{
    int count = 1;
    while (first + count < source->band_count &&
           source->bands[first + count].file == source->bands[first].file)
        count++;
    return count;
}

static s2rgf_status load_bands(s2_source *source, int first, int count, s2_rect piece, char *planes,
                               s2rgf_error *err)
{
    const s2_file *file = &source->files[source->bands[first].file];
    int *numbers = s2_scratch_reserve(&source->numbers, (size_t)count, sizeof *numbers);
    if (!numbers)
        return s2_fail_memory(err, "pixels");
    for (int i = 0; i < count; i++)
        numbers[i] = file->bands[source->bands[first + i].band].number;
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    const CPLErr outcome =
        GDALDatasetRasterIOEx(file->dataset, GF_Read, piece.x, piece.y, piece.w, piece.h,
                              planes + (size_t)first * plane_bytes(source, piece), piece.w, piece.h,
                              source->held_type, count, numbers, 0, 0, 0, NULL);
    s2_gdal_catch_end(&caught);
    if (outcome == CE_None)
        return S2RGF_OK;
    return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot read pixels %d..%d, lines %d..%d",
                        file->path, piece.x, piece.x + piece.w - 1, piece.y, piece.y + piece.h - 1);
}

/* Where the validity of a piece lies among its samples. */
static size_t valid_at(const s2_source *source, s2_rect piece)
{
    return (size_t)source->band_count * plane_bytes(source, piece);
}

s2rgf_status s2_piece_load(s2_source *source, s2_rect piece, void *samples, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int first = 0; first < source->band_count && status == S2RGF_OK;) {
        const int count = count_of_file(source, first);
        status = load_bands(source, first, count, piece, samples, err);
        first += count;
    }
    uint8_t *valid = (uint8_t *)samples + valid_at(source, piece);
    memset(valid, 1, (size_t)piece.w * (size_t)piece.h);
    return status == S2RGF_OK ? s2_source_read_masks(source, piece, valid, err) : status;
}

/* Samples of row y, counted within the overlap, before the overlap's first one. */
static size_t samples_before(s2_rect piece, s2_rect overlap, int y)
{
    return (size_t)(overlap.y - piece.y + y) * (size_t)piece.w + (size_t)(overlap.x - piece.x);
}

s2_samples s2_piece_samples(const s2_source *source, const void *samples, s2_rect piece,
                            s2_rect overlap, int first, int count)
{
    const size_t size = (size_t)GDALGetDataTypeSizeBytes(source->held_type);
    const size_t plane = plane_bytes(source, piece);
    const char *planes = (const char *)samples + (size_t)first * plane;
    return (s2_samples){.planes = planes + samples_before(piece, overlap, 0) * size,
                        .type = source->held_type,
                        .plane_bytes = plane,
                        .row_bytes = (size_t)piece.w * size,
                        .first = first,
                        .count = count,
                        .place = first};
}

void s2_piece_copy_valid(const s2_source *source, const void *samples, s2_rect piece,
                         s2_rect overlap, uint8_t *valid)
{
    const uint8_t *from = (const uint8_t *)samples + valid_at(source, piece);
    for (int y = 0; y < overlap.h; y++)
        memcpy(valid + (size_t)y * (size_t)overlap.w, from + samples_before(piece, overlap, y),
               (size_t)overlap.w);
}
