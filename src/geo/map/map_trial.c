/* A miniature of a map, written to find out whether a format can hold it. */
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/map_private.h"

#define TRIAL_WIDTH 64
#define TRIAL_HEIGHT 48
#define ROOM_BYTES 65536 /* as many as a block has pixels */
#define LONG_PX 30000    /* more pixels in a line or a column than some formats can have */

/** Pixel values without a pattern that a lossy compression could keep. */
static uint32_t scramble(uint32_t n)
{
    n = (n ^ n >> 16) * UINT32_C(0x7feb352d);
    n = (n ^ n >> 15) * UINT32_C(0x846ca68b);
    return n ^ n >> 16;
}

static s2rgf_status fill_classes(s2_map_writer *writer, s2rgf_error *err)
{
    const s2_rect all = {0, 0, writer->grid.width, writer->grid.height};
    const size_t count = (size_t)all.w * (size_t)all.h;
    const uint32_t choices = (uint32_t)writer->classes.count + 1;
    uint16_t *values = s2_alloc(count, sizeof *values);
    if (!values)
        return s2_fail_memory(err, "output");
    for (size_t i = 0; i < count; i++) {
        const uint32_t choice = scramble((uint32_t)i) % choices;
        values[i] = choice == 0 ? 0 : (uint16_t)writer->classes.items[choice - 1].value;
    }
    const s2rgf_status status = s2_map_write_classes(writer, all, values, err);
    s2_free(values);
    return status;
}

static s2rgf_status fill_floats(s2_map_writer *writer, s2rgf_error *err)
{
    const s2_rect all = {0, 0, writer->grid.width, writer->grid.height};
    const size_t plane = (size_t)all.w * (size_t)all.h, count = plane * (size_t)writer->bands;
    float *values = s2_alloc(count, sizeof *values);
    if (!values)
        return s2_fail_memory(err, "output");
    for (size_t i = 0; i < count; i++)
        values[i] = scramble((uint32_t)(i % plane)) % 7 == 0
                        ? -1.0f
                        : (float)(scramble((uint32_t)i) >> 8) / (float)(1 << 24);
    const s2rgf_status status = s2_map_write_floats(writer, all, values, err);
    s2_free(values);
    return status;
}

/** The message names the miniature, which the user does not know. */
static void cut_paths(char *message, const char *path)
{
    const size_t length = strlen(path);
    if (strncmp(message, path, length) == 0 && strncmp(message + length, ": ", 2) == 0)
        memmove(message, message + length + 2, strlen(message + length + 2) + 1);
    s2_work_folder_hide(message);
}

/** Write a miniature of this size in the writer's work folder; what it keeps goes to the writer. */
static s2rgf_status try_size(const s2_map_spec *spec, s2_map_writer *writer, int width, int height,
                             s2rgf_error *err)
{
    s2_map_writer *trial = NULL;
    s2_map_spec small = *spec;
    s2_grid grid = writer->grid;
    char *path = s2_map_files_scratch(&writer->files, writer->files.name);
    if (!path)
        return s2_fail_memory(err, "output");
    grid.width = width;
    grid.height = height;
    small.path = path;
    small.grid = &grid;
    small.style = false;
    small.host = NULL; /* to which this is no progress */
    s2rgf_status status = s2_map_create_untried(&small, &trial, err);
    if (status == S2RGF_OK) {
        trial->is_trial = true;
        trial->leave_table = writer->leave_table;
        trial->unchecked = writer->unchecked;
        trial->keeps = s2_map_description(trial);
        trial->reach_w = writer->grid.width;
        trial->reach_h = writer->grid.height;
        status = spec->kind == S2_MAP_CLASSES ? fill_classes(trial, err) : fill_floats(trial, err);
    }
    if (status == S2RGF_OK)
        status = s2_map_finish(trial, err);
    if (status == S2RGF_OK) {
        writer->keeps &= trial->keeps;
        s2_free(writer->srs_read);
        writer->srs_read = trial->srs_read;
        trial->srs_read = NULL;
    } else if (err) {
        cut_paths(err->message, path);
    }
    s2_map_close(trial);
    s2_free(path);
    return status;
}

/** Whether files can be written at all: then the format caused the failure. */
static bool has_disk_space(const s2_map_writer *writer)
{
    static const unsigned char bytes[ROOM_BYTES];
    char *path = s2_map_files_scratch(&writer->files, "room");
    VSILFILE *file = path ? VSIFOpenL(path, "wb") : NULL;
    bool done = file != NULL;
    /* a block in which a miniature lies, and its description */
    for (size_t i = 0; i <= (size_t)writer->bands * writer->sample_bytes && done; i++)
        done = VSIFWriteL(bytes, 1, sizeof bytes, file) == sizeof bytes;
    if (file) {
        done = VSIFCloseL(file) == 0 && done;
        VSIUnlink(path);
    }
    s2_free(path);
    return done;
}

static s2rgf_status try_sizes(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    const int w = writer->grid.width, h = writer->grid.height;
    writer->keeps = s2_map_description(writer);
    s2rgf_status status = try_size(spec, writer, w < TRIAL_WIDTH ? w : TRIAL_WIDTH,
                                   h < TRIAL_HEIGHT ? h : TRIAL_HEIGHT, err);
    if (status == S2RGF_OK && w > LONG_PX)
        status = try_size(spec, writer, w, 1, err);
    if (status == S2RGF_OK && h > LONG_PX)
        status = try_size(spec, writer, 1, h, err);
    return status;
}

void s2_map_warn_of_losses(const s2_map_writer *writer)
{
    const unsigned names = S2_KEEPS_METADATA | S2_KEEPS_CATEGORIES | S2_KEEPS_TABLE;
    const unsigned lost = s2_map_description(writer) & ~writer->keeps;
    s2_text text = {0};
    if ((lost & S2_KEEPS_NODATA) != 0)
        s2_text_append(&text, ", the nodata value");
    if ((lost & S2_KEEPS_SRS) != 0)
        s2_text_append(&text, ", the coordinate system");
    if (writer->kind == S2_MAP_CLASSES && (writer->keeps & names) == 0)
        s2_text_append(&text, ", the names of the classes");
    if (writer->leave_table)
        s2_text_append(&text, ", the attribute table");
    if (text.length > 0)
        CPLError(CE_Warning, CPLE_AppDefined, "%s: format %s does not keep%s", writer->files.path,
                 GDALGetDriverShortName(writer->final_driver), text.data + 1);
    s2_free(text.data);
}

typedef s2rgf_status (*attempt_function)(const s2_map_spec *spec, s2_map_writer *writer,
                                         s2rgf_error *err);

/** Attempt again, with something that a driver may need. */
static s2rgf_status attempt_with(bool *need, attempt_function attempt, const s2_map_spec *spec,
                                 s2_map_writer *writer, s2rgf_error *err)
{
    *need = true;
    const s2rgf_status status = attempt(spec, writer, err);
    *need = false;
    /* Was it that, or a fault of the moment? */
    if (status != S2RGF_OK || attempt(spec, writer, NULL) == S2RGF_OK)
        return status;
    *need = true;
    return attempt(spec, writer, err);
}

/** Some drivers refuse a map for its attribute table; it can do without. */
static s2rgf_status try_tables(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    writer->leave_table = false;
    const s2rgf_status status = try_sizes(spec, writer, err);
    if (status != S2RGF_OK && writer->table &&
        attempt_with(&writer->leave_table, try_sizes, spec, writer, NULL) == S2RGF_OK)
        return S2RGF_OK;
    return status;
}

/** Some drivers write through libraries that do not know GDAL's virtual files. */
static s2rgf_status try_names(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    const s2rgf_status status = try_tables(spec, writer, err);
    return status == S2RGF_OK || !writer->converts
               ? status
               : attempt_with(&writer->unchecked, try_tables, spec, writer, err);
}

/* ---- for further maps ------------------------------------------------------------------------ */

void s2_map_trial_clear(s2_map_trial *trial)
{
    s2_free(trial->srs_read);
    s2_grid_clear(&trial->grid);
    *trial = (s2_map_trial){0};
}

/** Without memory nothing is remembered, and the next map is tried again. */
static void remember(const s2_map_writer *writer, s2_map_trial *trial)
{
    if (!trial)
        return;
    s2_map_trial_clear(trial);
    *trial = (s2_map_trial){.leaves_table = writer->leave_table,
                            .is_unchecked = writer->unchecked,
                            .keeps = writer->keeps,
                            .srs_read = s2_strdup(writer->srs_read),
                            .driver = writer->final_driver};
    trial->is_known = s2_grid_copy(&writer->grid, &trial->grid, NULL) == S2RGF_OK &&
                      (!writer->srs_read || trial->srs_read);
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

/** Whether a grid differs from another in its place alone, and in being smaller. */
static bool is_alike(const s2_grid *grid, const s2_grid *tried)
{
    static const int linear[] = {1, 2, 4, 5};
    for (int i = 0; i < 4; i++)
        if (grid->to_geo.m[linear[i]] != tried->to_geo.m[linear[i]])
            return false;
    return grid->width <= tried->width && grid->height <= tried->height &&
           is_same_text(grid->srs_wkt, tried->srs_wkt);
}

bool s2_map_trial_serves(const s2_map_trial *trial, s2_map_writer *writer)
{
    if (!trial || !trial->is_known || trial->driver != writer->final_driver ||
        !is_alike(&writer->grid, &trial->grid))
        return false;
    char *srs_read = s2_strdup(trial->srs_read);
    if (trial->srs_read && !srs_read)
        return false;
    s2_free(writer->srs_read);
    writer->srs_read = srs_read;
    writer->keeps = trial->keeps;
    writer->leave_table = trial->leaves_table;
    writer->unchecked = trial->is_unchecked;
    return true;
}

s2rgf_status s2_map_try_format(const s2_map_spec *spec, s2_map_writer *writer, s2rgf_error *err)
{
    s2rgf_error why = {0};
    CPLPushErrorHandler(CPLQuietErrorHandler);
    const s2rgf_status status = try_names(spec, writer, &why);
    const bool room = status == S2RGF_OK || has_disk_space(writer);
    CPLPopErrorHandler();
    if (status == S2RGF_OK) {
        remember(writer, spec->trial);
        return S2RGF_OK;
    }
    if (status == S2RGF_NO_MEMORY)
        return s2_fail(err, status, "%s", why.message);
    if (!room)
        return s2_fail(err, S2RGF_IO, "%s: cannot be written: %s", spec->path, why.message);
    return s2_fail(
        err, S2RGF_UNSUPPORTED, "%s: format %s%s cannot hold it: %s", spec->path,
        GDALGetDriverShortName(writer->final_driver),
        spec->creation_options && spec->creation_options[0] ? " with these creation options" : "",
        why.message);
}
