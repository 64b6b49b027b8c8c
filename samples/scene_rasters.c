/* The rasters of a sample scene: two sensors look at the landscape, row by row. */
#include "scene_spec.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <string.h>

#include "core/memory.h"
#include "core/random.h"
#include "row_writer.h"

#define REFLECTANCE_SCALE 10000.0
#define MS_NODATA 0.0
#define HS_NODATA (-9999.0)

enum {
    MS_BANDS = 4,
    MS_REACH = 2, /* fine pixels on each side that blur into one */
    MS_TAPS = 2 * MS_REACH + 1,
    HS_ACTIVE_ROWS = 4,  /* coarse rows that one fine row can contribute to, at most 3 */
    STREAM_MS = 1 << 20, /* random streams: one a row and sensor */
    STREAM_HS = 2 << 20
};

#define MS_SIGMA_PX 0.50 /* of the fine sensor's point spread, fine pixels */
#define HS_SIGMA_PX 0.42 /* of the coarse one's, coarse pixels: half height at the pixel's edges */
#define HS_REACH_PX 1.25 /* where it is cut off, coarse pixels */

static const struct {
    const char *name;
    double nm, fwhm_nm;
} MS_BAND[MS_BANDS] = {
    {"blue", 490.0, 65.0}, {"green", 560.0, 35.0}, {"red", 665.0, 30.0}, {"nir", 842.0, 115.0}};

bool scene_ms_is_nodata(const scene_spec *spec, double x, double y)
{
    int side = spec->width < spec->height ? spec->width : spec->height;
    return (spec->width - x) + 0.6 * y < spec->nodata_corner * side;
}

bool scene_hs_is_nodata(const scene_spec *spec, double x, double y)
{
    int side = spec->width < spec->height ? spec->width : spec->height;
    return x + 0.8 * (spec->height - y) < 0.6 * spec->nodata_corner * side;
}

/* ---- sensors --------------------------------------------------------------------------------- */

/* Reflectance in 1/10000 with the sensor's noise, kept off the nodata value. */
static float measure(s2_random *random, double reflectance, double dark, double gain)
{
    double sigma = dark + gain * reflectance;
    double value = REFLECTANCE_SCALE * (reflectance + sigma * s2_random_normal(random));
    return (float)fmin(fmax(round(value), 1.0), 16000.0);
}

typedef struct ms_sensor {
    row_writer out;
    float spectra[MATERIAL_COUNT][MS_BANDS];
    float taps[MS_TAPS];
    float *raw;           /* [width + 2 MS_REACH][MS_BANDS], reflectance of a fine row */
    float *ring[MS_TAPS]; /* [width][MS_BANDS], rows blurred along x */
} ms_sensor;

typedef struct hs_sensor {
    row_writer out;
    float *spectra; /* [MATERIAL_COUNT][bands] */
    double *noise;  /* [bands], factor on the noise */
    double x0, y0;  /* fine coordinates of its upper left corner */
    double ratio;
    int reach;                   /* fine pixels from a coarse centre */
    float *blurred;              /* [width][MATERIAL_COUNT], a fine row blurred along x */
    float *ring[HS_ACTIVE_ROWS]; /* [width][MATERIAL_COUNT], sums of the rows being seen */
    double weights[HS_ACTIVE_ROWS];
    int first_row; /* of the rows being seen */
} hs_sensor;

static double hs_wavelength(const scene_spec *spec, int band)
{
    return spec->hs_bands < 2 ? 842.0 : 420.0 + band * (2450.0 - 420.0) / (spec->hs_bands - 1);
}

static bool describe_band(GDALRasterBandH band, const char *name, double nm, double nodata)
{
    char text[32];
    snprintf(text, sizeof text, "%.2f", nm);
    GDALSetDescription(band, name);
    return GDALSetMetadataItem(band, "wavelength", text, NULL) == CE_None &&
           GDALSetMetadataItem(band, "wavelength_units", "Nanometers", NULL) == CE_None &&
           GDALSetRasterScale(band, 1.0 / REFLECTANCE_SCALE) == CE_None &&
           GDALSetRasterOffset(band, 0.0) == CE_None &&
           GDALSetRasterNoDataValue(band, nodata) == CE_None;
}

static bool open_ms(ms_sensor *ms, const scene_spec *spec)
{
    double sum = 0.0;
    for (int t = 0; t < MS_TAPS; t++)
        sum += exp(-0.5 * pow((t - MS_REACH) / MS_SIGMA_PX, 2.0));
    for (int t = 0; t < MS_TAPS; t++)
        ms->taps[t] = (float)(exp(-0.5 * pow((t - MS_REACH) / MS_SIGMA_PX, 2.0)) / sum);
    for (int m = 0; m < MATERIAL_COUNT; m++)
        for (int b = 0; b < MS_BANDS; b++)
            ms->spectra[m][b] =
                (float)material_band_reflectance((material)m, MS_BAND[b].nm, MS_BAND[b].fwhm_nm);

    ms->out = (row_writer){
        .width = spec->width, .height = spec->height, .bands = MS_BANDS, .block_rows = 128};
    if (!row_writer_create(&ms->out, spec, "ms.tif", GDT_UInt16) ||
        !row_writer_georeference(&ms->out, SCENE_ORIGIN_X, SCENE_ORIGIN_Y, SCENE_PIXEL_M))
        return false;
    for (int b = 0; b < MS_BANDS; b++)
        if (!describe_band(GDALGetRasterBand(ms->out.dataset, b + 1), MS_BAND[b].name,
                           MS_BAND[b].nm, MS_NODATA))
            return false;
    size_t row_bytes = MS_BANDS * sizeof(float);
    bool ok = (ms->raw = s2_alloc((size_t)spec->width + 2 * MS_REACH, row_bytes)) != NULL;
    for (int t = 0; t < MS_TAPS; t++)
        ok = (ms->ring[t] = s2_alloc((size_t)spec->width, row_bytes)) && ok;
    if (!ok)
        CPLError(CE_Failure, CPLE_OutOfMemory, "ms.tif: no memory for a row");
    return ok;
}

static bool close_ms(ms_sensor *ms)
{
    s2_free(ms->raw);
    for (int t = 0; t < MS_TAPS; t++)
        s2_free(ms->ring[t]);
    return row_writer_close(&ms->out);
}

/* Water vapour leaves little light near 1400 and 1900 nm. */
static double noise_factor(double nm)
{
    return fabs(nm - 1400.0) < 40.0 || fabs(nm - 1890.0) < 60.0 ? 6.0 : nm > 2350.0 ? 2.0 : 1.0;
}

static bool fill_hs_spectra(hs_sensor *hs, const scene_spec *spec)
{
    double spacing = spec->hs_bands < 2 ? 20.0 : (2450.0 - 420.0) / (spec->hs_bands - 1);
    hs->spectra = s2_alloc(MATERIAL_COUNT * sizeof(float), (size_t)spec->hs_bands);
    hs->noise = s2_alloc((size_t)spec->hs_bands, sizeof *hs->noise);
    if (!hs->spectra || !hs->noise)
        return false;
    for (int b = 0; b < spec->hs_bands; b++) {
        double nm = hs_wavelength(spec, b);
        hs->noise[b] = noise_factor(nm);
        for (int m = 0; m < MATERIAL_COUNT; m++)
            hs->spectra[m * spec->hs_bands + b] =
                (float)material_band_reflectance((material)m, nm, fmax(10.0, spacing));
    }
    return true;
}

static bool open_hs(hs_sensor *hs, const scene_spec *spec)
{
    double pixel = spec->ratio * SCENE_PIXEL_M;
    hs->ratio = spec->ratio;
    hs->x0 = -SCENE_SHIFT_X * spec->ratio;
    hs->y0 = -SCENE_SHIFT_Y * spec->ratio;
    hs->reach = (int)ceil(HS_REACH_PX * spec->ratio);
    hs->out = (row_writer){.width = (int)ceil((spec->width - hs->x0) / spec->ratio),
                           .height = (int)ceil((spec->height - hs->y0) / spec->ratio),
                           .bands = spec->hs_bands,
                           .block_rows = 32};
    if (!row_writer_create(&hs->out, spec, "hs.tif", GDT_Int16) ||
        !row_writer_georeference(&hs->out, SCENE_ORIGIN_X + hs->x0 * SCENE_PIXEL_M,
                                 SCENE_ORIGIN_Y - hs->y0 * SCENE_PIXEL_M, pixel))
        return false;
    for (int b = 0; b < spec->hs_bands; b++) {
        char name[32];
        snprintf(name, sizeof name, "%.0f nm", hs_wavelength(spec, b));
        if (!describe_band(GDALGetRasterBand(hs->out.dataset, b + 1), name, hs_wavelength(spec, b),
                           HS_NODATA))
            return false;
    }
    size_t pixel_bytes = MATERIAL_COUNT * sizeof(float);
    bool ok = (hs->blurred = s2_alloc((size_t)hs->out.width, pixel_bytes)) != NULL;
    for (int r = 0; r < HS_ACTIVE_ROWS; r++)
        ok = (hs->ring[r] = s2_calloc((size_t)hs->out.width, pixel_bytes)) && ok;
    ok = fill_hs_spectra(hs, spec) && ok;
    if (!ok)
        CPLError(CE_Failure, CPLE_OutOfMemory, "hs.tif: no memory for a row");
    return ok;
}

static bool close_hs(hs_sensor *hs)
{
    s2_free(hs->blurred);
    s2_free(hs->spectra);
    s2_free(hs->noise);
    for (int r = 0; r < HS_ACTIVE_ROWS; r++)
        s2_free(hs->ring[r]);
    return row_writer_close(&hs->out);
}

/* ---- one fine row ---------------------------------------------------------------------------- */

/* The landscape along fine row y, columns x0 to x0 + count - 1. */
typedef struct fine_row {
    int x0, count;
    uint8_t *classes; /* [count] */
    float *parts;     /* [count][MATERIAL_COUNT] */
} fine_row;

static void look(const landscape *land, int y, fine_row *row)
{
    for (int i = 0; i < row->count; i++) {
        land_point point = landscape_at(land, row->x0 + i + 0.5, y + 0.5);
        row->classes[i] = (uint8_t)(point.class_index + 1);
        landscape_mixture(land, point, row->x0 + i, y, row->parts + (size_t)i * MATERIAL_COUNT);
    }
}

/* Reflectance of row y in the fine sensor's bands, blurred along x, into the ring. */
static void ms_see_row(ms_sensor *ms, const fine_row *row, int y)
{
    const float *parts = row->parts + (size_t)(-MS_REACH - row->x0) * MATERIAL_COUNT;
    for (int i = 0; i < ms->out.width + 2 * MS_REACH; i++, parts += MATERIAL_COUNT)
        for (int b = 0; b < MS_BANDS; b++) {
            float sum = 0.0f;
            for (int m = 0; m < MATERIAL_COUNT; m++)
                sum += parts[m] * ms->spectra[m][b];
            ms->raw[i * MS_BANDS + b] = sum;
        }
    float *out = ms->ring[(y + MS_TAPS) % MS_TAPS];
    for (int i = 0; i < ms->out.width * MS_BANDS; i++) {
        out[i] = 0.0f;
        for (int t = 0; t < MS_TAPS; t++)
            out[i] += ms->taps[t] * ms->raw[i + t * MS_BANDS];
    }
}

/* Row y of ms.tif, once the rows up to y + MS_REACH have been seen. */
static bool ms_write_row(ms_sensor *ms, const scene_spec *spec, int y)
{
    s2_random random;
    s2_random_init(&random, spec->seed, (uint64_t)STREAM_MS + (uint64_t)y);
    float *out = row_writer_begin(&ms->out);
    for (int x = 0; x < spec->width; x++)
        for (int b = 0; b < MS_BANDS; b++) {
            double sum = 0.0;
            for (int t = 0; t < MS_TAPS; t++)
                sum += ms->taps[t] *
                       ms->ring[(y - MS_REACH + t + MS_TAPS) % MS_TAPS][x * MS_BANDS + b];
            float value = measure(&random, sum, 0.003, 0.01);
            bool hidden = scene_ms_is_nodata(spec, x + 0.5, y + 0.5);
            out[x * MS_BANDS + b] = hidden ? (float)MS_NODATA : value;
        }
    return row_writer_end(&ms->out);
}

/* Blur the row's mixtures along x into the coarse columns. */
static void hs_blur_row(hs_sensor *hs, const fine_row *row)
{
    double sigma = HS_SIGMA_PX * hs->ratio;
    memset(hs->blurred, 0, (size_t)hs->out.width * MATERIAL_COUNT * sizeof(float));
    for (int j = 0; j < hs->out.width; j++) {
        double centre = hs->x0 + (j + 0.5) * hs->ratio, total = 0.0;
        float *out = hs->blurred + (size_t)j * MATERIAL_COUNT;
        int first = (int)floor(centre) - hs->reach;
        for (int x = first; x <= first + 2 * hs->reach; x++) {
            double t = (x + 0.5 - centre) / sigma, weight = exp(-0.5 * t * t);
            const float *parts = row->parts + (size_t)(x - row->x0) * MATERIAL_COUNT;
            for (int m = 0; m < MATERIAL_COUNT; m++)
                out[m] += (float)weight * parts[m];
            total += weight;
        }
        for (int m = 0; m < MATERIAL_COUNT; m++)
            out[m] /= (float)total;
    }
}

/* Row r of hs.tif: the mixtures seen, turned into spectra. */
static bool hs_write_row(hs_sensor *hs, const scene_spec *spec, int r)
{
    s2_random random;
    s2_random_init(&random, spec->seed, (uint64_t)STREAM_HS + (uint64_t)r);
    float *sums = hs->ring[r % HS_ACTIVE_ROWS], *out = row_writer_begin(&hs->out);
    double y = hs->y0 + (r + 0.5) * hs->ratio, total = hs->weights[r % HS_ACTIVE_ROWS];
    for (int j = 0; j < hs->out.width; j++)
        for (int b = 0; b < hs->out.bands; b++) {
            double sum = 0.0;
            for (int m = 0; m < MATERIAL_COUNT; m++)
                sum += sums[j * MATERIAL_COUNT + m] * hs->spectra[m * hs->out.bands + b];
            float value = measure(&random, sum / total, 0.003 * hs->noise[b], 0.01 * hs->noise[b]);
            bool hidden = scene_hs_is_nodata(spec, hs->x0 + (j + 0.5) * hs->ratio, y);
            out[(size_t)j * (size_t)hs->out.bands + (size_t)b] = hidden ? (float)HS_NODATA : value;
        }
    memset(sums, 0, (size_t)hs->out.width * MATERIAL_COUNT * sizeof(float));
    hs->weights[r % HS_ACTIVE_ROWS] = 0.0;
    return row_writer_end(&hs->out);
}

/* Add fine row y to the coarse rows that see it, and write those that have seen enough. */
static bool hs_see_row(hs_sensor *hs, const scene_spec *spec, const fine_row *row, int y)
{
    double sigma = HS_SIGMA_PX * hs->ratio;
    bool blurred = false;
    for (int r = hs->first_row; r < hs->out.height; r++) {
        double centre = hs->y0 + (r + 0.5) * hs->ratio;
        int first = (int)floor(centre) - hs->reach, last = first + 2 * hs->reach;
        if (y < first)
            break;
        if (!blurred)
            hs_blur_row(hs, row);
        blurred = true;
        double t = (y + 0.5 - centre) / sigma, weight = exp(-0.5 * t * t);
        float *sums = hs->ring[r % HS_ACTIVE_ROWS];
        for (int i = 0; i < hs->out.width * MATERIAL_COUNT; i++)
            sums[i] += (float)weight * hs->blurred[i];
        hs->weights[r % HS_ACTIVE_ROWS] += weight;
        if (y == last) {
            hs->first_row = r + 1;
            if (!hs_write_row(hs, spec, r))
                return false;
        }
    }
    return true;
}

/* ---- truth ----------------------------------------------------------------------------------- */

static bool open_truth(row_writer *truth, const scene_spec *spec)
{
    *truth =
        (row_writer){.width = spec->width, .height = spec->height, .bands = 1, .block_rows = 128};
    if (!row_writer_create(truth, spec, "truth.tif", GDT_Byte) ||
        !row_writer_georeference(truth, SCENE_ORIGIN_X, SCENE_ORIGIN_Y, SCENE_PIXEL_M))
        return false;
    GDALRasterBandH band = GDALGetRasterBand(truth->dataset, 1);
    GDALColorTableH palette = GDALCreateColorTable(GPI_RGB);
    char **names = CSLAddString(NULL, "nodata");
    bool ok = true;
    for (int k = 0; k < spec->classes; k++) {
        const land_class *c = &LAND_CLASSES[k];
        GDALColorEntry entry = {c->rgb[0], c->rgb[1], c->rgb[2], 255};
        GDALSetColorEntry(palette, k + 1, &entry);
        names = CSLAddString(names, c->name);
        ok = GDALSetMetadataItem(truth->dataset, CPLSPrintf("CLASS_%d", k + 1), c->name, NULL) ==
                 CE_None &&
             ok;
    }
    ok = GDALSetRasterColorTable(band, palette) == CE_None &&
         GDALSetRasterCategoryNames(band, names) == CE_None &&
         GDALSetRasterNoDataValue(band, 0.0) == CE_None && ok;
    GDALDestroyColorTable(palette);
    CSLDestroy(names);
    return ok;
}

static bool truth_write_row(row_writer *truth, const fine_row *row)
{
    float *out = row_writer_begin(truth);
    for (int x = 0; x < truth->width; x++)
        out[x] = row->classes[x - row->x0];
    return row_writer_end(truth);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool alloc_fine_row(fine_row *row, const hs_sensor *hs, const scene_spec *spec)
{
    int margin = 2 * hs->reach + MS_REACH + 2;
    row->x0 = -margin;
    row->count = spec->width + 2 * margin;
    row->classes = s2_alloc((size_t)row->count, sizeof *row->classes);
    row->parts = s2_alloc((size_t)row->count, MATERIAL_COUNT * sizeof *row->parts);
    if (!row->classes || !row->parts) {
        CPLError(CE_Failure, CPLE_OutOfMemory, "no memory for a row of %d pixels", row->count);
        return false;
    }
    return true;
}

bool scene_write_rasters(const scene_spec *spec, const landscape *land)
{
    ms_sensor ms = {0};
    hs_sensor hs = {0};
    row_writer truth = {0};
    fine_row row = {0};
    bool ok = open_ms(&ms, spec) && open_hs(&hs, spec) && open_truth(&truth, spec) &&
              alloc_fine_row(&row, &hs, spec);
    int margin = ok ? -row.x0 : 0;
    for (int y = -margin; ok && y < spec->height + margin; y++) {
        look(land, y, &row);
        if (y >= -MS_REACH && y < spec->height + MS_REACH)
            ms_see_row(&ms, &row, y);
        if (y >= MS_REACH && y < spec->height + MS_REACH)
            ok = ms_write_row(&ms, spec, y - MS_REACH);
        if (ok && y >= 0 && y < spec->height)
            ok = truth_write_row(&truth, &row);
        ok = ok && hs_see_row(&hs, spec, &row, y);
    }
    if (ok && hs.first_row != hs.out.height) {
        CPLError(CE_Failure, CPLE_AppDefined, "hs.tif: %d of %d rows written", hs.first_row,
                 hs.out.height);
        ok = false;
    }
    s2_free(row.classes);
    s2_free(row.parts);
    ok = close_ms(&ms) && ok;
    ok = close_hs(&hs) && ok;
    return row_writer_close(&truth) && ok;
}
