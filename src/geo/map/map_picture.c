/* A small picture of a class map, to be looked at beside its figures. */
#include "geo/map/map_picture.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <math.h>
#include <stdint.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/ground.h"

#define SAMPLES 4  /* of the map, along each side of a pixel of the picture */
#define CHANNELS 4 /* red, green, blue, alpha */

/* ---- pixels ---------------------------------------------------------------------------------- */

/** A picture being drawn. */
typedef struct drawing {
    s2_class_map *map;
    const s2_class_table *classes;
    int width, height;
    int across;      /* samples of a pixel along its line */
    int *indices;    /* [SAMPLES][width * across] classes of a line's samples, -1: none */
    uint8_t *pixels; /* [height][width][CHANNELS] */
} drawing;

static int least(int a, int b)
{
    return a < b ? a : b;
}

/** The samples of a line of the picture as indices of classes. down out: lines of samples */
static s2rgf_status read_samples(drawing *to, int y, int *down, s2rgf_error *err)
{
    const s2_grid *grid = &to->map->grid;
    const int64_t height = grid->height;
    const int from = (int)(y * height / to->height), end = (int)((y + 1) * height / to->height);
    const s2_rect lines = {0, from, grid->width, end - from};
    const int columns = to->width * to->across;
    const double *samples = NULL;
    *down = least(lines.h, SAMPLES);
    const s2rgf_status status =
        s2_class_band_pick(&to->map->band, lines, columns, *down, &samples, err);
    for (int i = 0, value = -1, index = -1; status == S2RGF_OK && i < columns * *down; i++) {
        const int found = s2_class_band_peek(&to->map->band, samples[i]);
        if (found != value) {
            value = found;
            index = value < 0 ? -1 : s2_class_table_find_value(to->classes, value);
        }
        to->indices[i] = index;
    }
    return status;
}

/** The class that most samples of a pixel have; of several the first one met. */
static int most_frequent(const drawing *of, int x, int down)
{
    int seen[SAMPLES * SAMPLES] = {0}, votes[SAMPLES * SAMPLES] = {0}, kinds = 0, best = 0;
    for (int row = 0; row < down; row++)
        for (int column = 0; column < of->across; column++) {
            const int index = of->indices[(row * of->width + x) * of->across + column];
            int kind = 0;
            while (kind < kinds && seen[kind] != index)
                kind++;
            if (kind == kinds)
                seen[kinds++] = index;
            votes[kind]++;
        }
    for (int kind = 1; kind < kinds; kind++)
        if (votes[kind] > votes[best])
            best = kind;
    return seen[best];
}

static s2rgf_status draw_lines(drawing *to, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    uint8_t *pixel = to->pixels;
    for (int y = 0, down = 0; y < to->height && status == S2RGF_OK; y++) {
        status = read_samples(to, y, &down, err);
        for (int x = 0; x < to->width && status == S2RGF_OK; x++, pixel += CHANNELS) {
            const int index = most_frequent(to, x, down);
            for (int channel = 0; channel < 3 && index >= 0; channel++)
                pixel[channel] = to->classes->items[index].rgb[channel];
            pixel[3] = index >= 0 ? UINT8_MAX : 0;
        }
        if (status == S2RGF_OK && !s2_progress(host, (double)(y + 1) / to->height))
            status = s2_fail(err, S2RGF_CANCELLED, "%s: drawing cancelled", to->map->path);
    }
    return status;
}

/* ---- PNG ------------------------------------------------------------------------------------- */

/** A data set in memory with the drawing's pixels; NULL where GDAL has no such driver. */
static GDALDatasetH dataset_of(drawing *from)
{
    GDALDriverH memory = GDALGetDriverByName("MEM");
    GDALDatasetH dataset =
        memory ? GDALCreate(memory, "", from->width, from->height, CHANNELS, GDT_Byte, NULL) : NULL;
    for (int channel = 0; dataset && channel < CHANNELS; channel++)
        GDALSetRasterColorInterpretation(GDALGetRasterBand(dataset, channel + 1),
                                         (GDALColorInterp)(GCI_RedBand + channel));
    if (dataset && GDALDatasetRasterIO(dataset, GF_Write, 0, 0, from->width, from->height,
                                       from->pixels, from->width, from->height, GDT_Byte, CHANNELS,
                                       NULL, CHANNELS, CHANNELS * from->width, 1) == CE_None)
        return dataset;
    if (dataset)
        GDALClose(dataset);
    return NULL;
}

/** The file in GDAL's memory as text; NULL when memory is out. */
static char *encode(const char *name)
{
    vsi_l_offset bytes = 0;
    GByte *data = VSIGetMemFileBuffer(name, &bytes, FALSE);
    char *text = data ? CPLBase64Encode((int)bytes, data) : NULL;
    char *copy = s2_strdup(text);
    CPLFree(text);
    return copy;
}

static s2rgf_status write_png(drawing *from, const char *subject, char **png, s2rgf_error *err)
{
    GDALDriverH driver = GDALGetDriverByName("PNG");
    if (!driver)
        return s2_fail(err, S2RGF_UNSUPPORTED, "%s: no picture of it: GDAL has no driver for PNG",
                       subject);
    char name[64];
    CPLsnprintf(name, sizeof name, "/vsimem/s2rgf_picture_%p.png", (void *)from);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    GDALDatasetH dataset = dataset_of(from);
    GDALDatasetH written =
        dataset ? GDALCreateCopy(driver, name, dataset, FALSE, NULL, NULL, NULL) : NULL;
    if (written)
        GDALClose(written);
    if (dataset)
        GDALClose(dataset);
    *png = written && !caught.failed ? encode(name) : NULL;
    GDALDeleteDataset(driver, name);
    s2_gdal_catch_end(&caught);
    return *png ? S2RGF_OK
                : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot make a picture of it", subject);
}

/* ---- place ----------------------------------------------------------------------------------- */

static void locate(const s2_grid *grid, s2_map_picture *picture)
{
    s2_ground ground;
    double metric[3], north[2];
    const double *m = grid->to_geo.m;
    s2_ground_init(&ground, grid);
    s2_ground_metric(&ground, grid->height / 2.0, metric);
    if (!(metric[0] > 0.0 && metric[2] > 0.0)) {
        metric[0] = m[1] * m[1] + m[4] * m[4];
        metric[2] = m[2] * m[2] + m[5] * m[5];
        metric[1] = m[1] * m[2] + m[4] * m[5];
    }
    const double side_x = sqrt(metric[0]), side_y = sqrt(metric[2]);
    const double area = sqrt(metric[0] * metric[2] - metric[1] * metric[1]);
    picture->aspect = grid->width * side_x / (grid->height * side_y);
    /* what the projection makes of lengths there is taken back */
    picture->width_m = grid->width * side_x * s2_grid_pixel_metres(grid) / sqrt(area);
    s2_ground_north(grid, north);
    picture->north_degrees = atan2(north[0] * side_x, -north[1] * side_y) * 180.0 / M_PI;
}

/* ---- together -------------------------------------------------------------------------------- */

s2rgf_status s2_map_picture_draw(s2_class_map *map, const s2_class_table *classes,
                                 const s2rgf_host *host, s2_map_picture *picture, s2rgf_error *err)
{
    const s2_grid *grid = &map->grid;
    const double longer = fmax(grid->width, grid->height);
    const double scale = fmin(1.0, S2_PICTURE_SIDE_PX / longer);
    drawing to = {.map = map,
                  .classes = classes,
                  .width = (int)fmax(1.0, round(grid->width * scale)),
                  .height = (int)fmax(1.0, round(grid->height * scale))};
    *picture = (s2_map_picture){.width = to.width, .height = to.height};
    to.across = least(SAMPLES, (grid->width + to.width - 1) / to.width);
    to.indices = s2_alloc((size_t)to.width * (size_t)to.across * SAMPLES, sizeof *to.indices);
    to.pixels = s2_calloc((size_t)to.width * (size_t)to.height, CHANNELS);
    s2rgf_status status = to.indices && to.pixels ? draw_lines(&to, host, err)
                                                  : s2_fail_memory(err, "picture of the map");
    if (status == S2RGF_OK)
        status = write_png(&to, map->path, &picture->png, err);
    if (status == S2RGF_OK)
        locate(grid, picture);
    s2_free(to.indices);
    s2_free(to.pixels);
    return status;
}

void s2_map_picture_clear(s2_map_picture *picture)
{
    s2_free(picture->png);
    *picture = (s2_map_picture){0};
}
