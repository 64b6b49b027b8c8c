/* One source: opened, described, reopened for another thread. */
#include "geo/source/source.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/source_pieces.h"

/* Files of one source may differ by this much of a pixel: rounding in their headers. */

static s2rgf_status open_source_file(const s2_source *source, s2_file *file, s2rgf_error *err)
{
    const s2_gdal_request request = {.name = file->path,
                                     .subject = file->label,
                                     .drivers = (const char *const *)source->input_formats,
                                     .open_options = (const char *const *)source->open_options,
                                     .complaint = "cannot be opened as a raster"};
    const s2rgf_status status = s2_gdal_open(&request, &file->dataset, err);
    if (status != S2RGF_OK)
        return status;
    const s2rgf_status described = s2_file_describe(file, source->source_nodata, err);
    return described == S2RGF_OK && source->rule.layer
               ? s2_file_apply_rule(file, &source->rule, err)
               : described;
}

/** Refuse a file of another grid than the source's first. */
static s2rgf_status check_same_grid(const s2_source *source, const s2_file *file,
                                    const s2_grid *grid, s2rgf_error *err)
{
    char *subject = s2_asprintf("source %s: %s", source->name, file->label);
    char *whose = s2_asprintf("%s's", source->files[0].label);
    const s2rgf_status status =
        subject && whose ? s2_grid_check_same(subject, grid, whose, &source->file_grid, err)
                         : s2_fail_memory(err, "file name");
    s2_free(subject);
    s2_free(whose);
    return status;
}

/**
 * Where all files have one band, and these one name, it tells nothing: the names of the files are
 * taken instead, with those of their folders where they are one name, too.
 */
static s2rgf_status name_by_files(s2_source *source, s2rgf_error *err)
{
    const s2_file *files = source->files;
    bool bands_alike = source->file_count > 1, files_alike = true;
    for (int f = 0; f < source->file_count && bands_alike; f++) {
        bands_alike = files[f].band_count == 1 &&
                      strcmp(files[f].bands[0].desc.name, files[0].bands[0].desc.name) == 0;
        files_alike =
            files_alike && strcmp(s2_file_title(files[f].path), s2_file_title(files[0].path)) == 0;
    }
    for (int f = 0; f < source->file_count && bands_alike; f++) {
        char **name = &files[f].bands[0].desc.name;
        s2_free(*name);
        *name = s2_asprintf("%s%s%s", files_alike ? CPLGetFilename(CPLGetPath(files[f].path)) : "",
                            files_alike ? "/" : "", s2_file_title(files[f].path));
        if (!*name)
            return s2_fail_memory(err, "band name");
    }
    return S2RGF_OK;
}

/** Open all files and take over the grid of the first. */
static s2rgf_status open_files(const char *known_srs, s2_source *source, s2rgf_error *err)
{
    for (int i = 0; i < source->file_count; i++) {
        s2_file *file = &source->files[i];
        s2_grid grid = {0};
        s2rgf_status status = open_source_file(source, file, err);
        if (status == S2RGF_OK)
            status = known_srs ? s2_grid_with_srs(file->dataset, file->label, known_srs, &grid, err)
                               : s2_grid_of_dataset(file->dataset, file->label,
                                                    source->assigned_srs, &grid, err);
        if (status == S2RGF_OK)
            s2_grid_coarsen(&grid, source->decimation);
        if (status == S2RGF_OK && i > 0)
            status = check_same_grid(source, file, &grid, err);
        if (status == S2RGF_OK && i == 0)
            source->file_grid = grid;
        else
            s2_grid_clear(&grid);
        if (status != S2RGF_OK)
            return status;
    }
    return name_by_files(source, err);
}

s2rgf_status s2_source_select_all(s2_source *source, s2rgf_error *err)
{
    int count = 0, before = 0;
    for (int f = 0; f < source->file_count; f++)
        count += source->files[f].band_count;
    s2_band_place *bands = s2_alloc((size_t)count, sizeof *bands);
    if (!bands)
        return s2_fail_memory(err, "band list");
    s2_free(source->bands);
    source->bands = bands;
    source->band_count = 0;
    for (int f = 0; f < source->file_count; f++) {
        s2_file *file = &source->files[f];
        for (int b = 0; b < file->band_count; b++) {
            file->bands[b].desc.number = before + file->bands[b].number;
            source->bands[source->band_count++] = (s2_band_place){f, b};
        }
        before += GDALGetRasterCount(file->dataset);
    }
    return S2RGF_OK;
}

/** Copy what the caller's specification says; false when memory is out. */
static bool copy_spec(const s2_source_spec *spec, s2_source *source)
{
    const size_t count = (size_t)spec->path_count;
    const char *const *labels = spec->labels ? spec->labels : spec->paths;
    source->decimation = spec->decimation > 1 ? spec->decimation : 1;
    source->name = s2_strdup(spec->name);
    source->label = spec->path_count == 1
                        ? s2_strdup(labels[0])
                        : s2_asprintf("%s and %d more", labels[0], spec->path_count - 1);
    source->assigned_srs = s2_strdup(spec->assigned_srs);
    source->source_nodata = s2_strdup(spec->source_nodata);
    source->open_options = CSLDuplicate((char **)spec->open_options);
    source->input_formats = CSLDuplicate((char **)spec->input_formats);
    source->files = s2_calloc(count, sizeof *source->files);
    if (!source->files || !source->name || !source->label ||
        (spec->assigned_srs && !source->assigned_srs) ||
        (spec->source_nodata && !source->source_nodata))
        return false;
    for (; source->file_count < spec->path_count; source->file_count++) {
        s2_file *file = &source->files[source->file_count];
        file->path = s2_strdup(spec->paths[source->file_count]);
        file->label = s2_strdup(labels[source->file_count]);
        if (!file->path || !file->label)
            return false;
    }
    return true;
}

s2rgf_status s2_source_open(const s2_source_spec *spec, s2_source **source, s2rgf_error *err)
{
    if (spec->path_count < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "source %s: no file", spec->name);
    s2_source *made = s2_calloc(1, sizeof *made);
    if (!made)
        return s2_fail_memory(err, "source");
    s2rgf_status status = copy_spec(spec, made) ? S2RGF_OK : s2_fail_memory(err, "source");
    if (status == S2RGF_OK && spec->rule)
        status = s2_quality_rule_copy(spec->rule, &made->rule, err);
    if (status == S2RGF_OK)
        status = open_files(spec->known_srs, made, err);
    if (status == S2RGF_OK)
        status = s2_source_select_all(made, err);
    if (status == S2RGF_OK)
        s2_source_choose_lattice(made);
    if (status == S2RGF_OK)
        status = s2_grid_copy(&made->file_grid, &made->base, err);
    if (status == S2RGF_OK)
        status = s2_grid_copy(&made->file_grid, &made->grid, err);
    if (status != S2RGF_OK) {
        s2_source_close(made);
        return status;
    }
    *source = made;
    return S2RGF_OK;
}

void s2_source_close(s2_source *source)
{
    if (!source)
        return;
    for (int i = 0; i < source->file_count; i++) {
        s2_file_forget(&source->files[i]);
        GDALClose(source->files[i].dataset);
        s2_free(source->files[i].path);
        s2_free(source->files[i].label);
    }
    s2_scratch *scratches[] = {&source->planes, &source->mask_plane, &source->overlap_valid,
                               &source->numbers, &source->quality_valid};
    for (size_t i = 0; i < sizeof scratches / sizeof scratches[0]; i++)
        s2_free(scratches[i]->data);
    for (int i = 0; i < source->quality_count; i++)
        s2_source_close(source->quality[i]);
    s2_quality_rule_clear(&source->rule);
    s2_warp_free(source->warp);
    if (source->owns_pieces)
        s2_pieces_free(source->pieces);
    s2_grid_clear(&source->file_grid);
    s2_grid_clear(&source->base);
    s2_grid_clear(&source->grid);
    CSLDestroy(source->open_options);
    CSLDestroy(source->input_formats);
    S2_FREE_EACH(source->files, source->bands, source->source_nodata, source->assigned_srs,
                 source->quality, source->label, source->name, source);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/**
 * Is a band described as it was? Where memory runs out GDAL may leave out what a file says of it.
 */
static bool same_band(const s2_file_band *a, const s2_file_band *b)
{
    return a->number == b->number && a->has_nodata == b->has_nodata &&
           same_number(a->nodata, b->nodata) && same_number(a->scale, b->scale) &&
           same_number(a->offset, b->offset) &&
           same_number(a->desc.wavelength_nm, b->desc.wavelength_nm) &&
           strcmp(a->desc.name, b->desc.name) == 0;
}

/** Take over the band list of another source with the same files. */
static s2rgf_status copy_bands(const s2_source *from, s2_source *to, s2rgf_error *err)
{
    const size_t count = (size_t)from->band_count;
    for (int i = 0; i < from->band_count; i++) {
        const s2_band_place place = from->bands[i];
        const s2_file *file = &to->files[place.file];
        if (place.band >= file->band_count ||
            !same_band(&from->files[place.file].bands[place.band], &file->bands[place.band]))
            return s2_fail(err, S2RGF_IO,
                           "%s: changed while it was in use, or memory ran out while it was opened "
                           "again",
                           to->label);
    }
    s2_band_place *bands = s2_alloc(count, sizeof *bands);
    if (!bands)
        return s2_fail_memory(err, "band list");
    memcpy(bands, from->bands, count * sizeof *bands);
    s2_free(to->bands);
    to->bands = bands;
    to->band_count = from->band_count;
    return S2RGF_OK;
}

s2rgf_status s2_source_reopen(const s2_source *source, s2_source **copy, s2rgf_error *err)
{
    const size_t count = (size_t)source->file_count;
    const char **paths = s2_alloc(2 * count, sizeof *paths);
    if (!paths)
        return s2_fail_memory(err, "source");
    const char **labels = paths + count;
    for (size_t i = 0; i < count; i++) {
        paths[i] = source->files[i].path;
        labels[i] = source->files[i].label;
    }
    const s2_source_spec spec = {
        .name = source->name,
        .paths = paths,
        .labels = labels,
        .path_count = source->file_count,
        .assigned_srs = source->assigned_srs,
        .known_srs = source->file_grid.srs_wkt,
        .source_nodata = source->source_nodata,
        .open_options = (const char *const *)source->open_options,
        .input_formats = (const char *const *)source->input_formats,
        .decimation = source->decimation,
        .rule = source->rule.layer ? &source->rule : NULL,
    };
    s2_source *made = NULL;
    s2rgf_status status = s2_source_open(&spec, &made, err);
    s2_free(paths);
    if (status == S2RGF_OK && (made->file_grid.width != source->file_grid.width ||
                               made->file_grid.height != source->file_grid.height))
        status = s2_fail(err, S2RGF_IO, "%s: changed while it was in use", source->label);
    if (status == S2RGF_OK)
        status = copy_bands(source, made, err);
    for (int i = 0; i < source->quality_count && status == S2RGF_OK; i++) {
        s2_source *layer = NULL;
        status = s2_source_reopen(source->quality[i], &layer, err);
        if (status == S2RGF_OK)
            status = s2_source_add_quality(made, layer, err);
    }
    if (status == S2RGF_OK && source->warp)
        status = s2_source_warp_to_grid(made, &source->base, err);
    if (status == S2RGF_OK && source->has_view)
        status = s2_source_set_view(made, source->view, err);
    if (status != S2RGF_OK) {
        s2_source_close(made);
        return status;
    }
    made->lattice = source->lattice;
    made->pieces = source->pieces;
    made->held_type = source->held_type;
    *copy = made;
    return S2RGF_OK;
}

const char *s2_source_name(const s2_source *source)
{
    return source->name;
}

const s2_grid *s2_source_grid(const s2_source *source)
{
    return &source->grid;
}

const char *s2_source_file_srs(const s2_source *source)
{
    return source->file_grid.srs_wkt;
}

int s2_source_band_count(const s2_source *source)
{
    return source->band_count;
}

int s2_source_file_bands(const s2_source *source)
{
    int count = 0;
    for (int f = 0; f < source->file_count; f++)
        count += GDALGetRasterCount(source->files[f].dataset);
    return count;
}

const s2_band_desc *s2_source_band(const s2_source *source, int band)
{
    const s2_band_place place = source->bands[band];
    return &source->files[place.file].bands[place.band].desc;
}

double s2_source_stored(const s2_source *source, int band, double value)
{
    const s2_band_place place = source->bands[band];
    const s2_file_band *of = &source->files[place.file].bands[place.band];
    const double stored = (value - of->offset) / of->scale;
    if (!of->is_float)
        return round(stored);
    for (int digits = 1; digits < 10; digits++) {
        char text[32];
        CPLsnprintf(text, sizeof text, "%.*g", digits, stored);
        const double shorter = CPLAtof(text), held = of->wide ? shorter : (double)(float)shorter;
        if ((float)(held * of->scale + of->offset) == (float)value)
            return shorter;
    }
    return stored;
}

const char *s2_source_label(const s2_source *source)
{
    return source->label;
}

size_t s2_block_cache_bytes(void)
{
    return (size_t)GDALGetCacheMax64();
}

void s2_block_cache_resize(size_t bytes)
{
    GDALSetCacheMax64((GIntBig)bytes);
}

const char *s2_source_type(const s2_source *source)
{
    const s2_band_place place = source->bands[0];
    const s2_file *file = &source->files[place.file];
    const s2_file_band *band = &file->bands[place.band];
    if (band->signed_byte)
        return "Int8";
    return GDALGetDataTypeName(
        GDALGetRasterDataType(GDALGetRasterBand(file->dataset, band->number)));
}
