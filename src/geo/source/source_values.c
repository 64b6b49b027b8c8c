/* From samples, as files have them, to pixels: nodata, sign, scale, normalisation, bands side by
   side. */
#include "geo/source/source_values.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STRETCH_PX 128 /* pixels of a row that are taken together: they stay in the nearest cache */
#define GROUP 16       /* bands likewise: of a pixel, they fill a cache line */

s2_read_target s2_read_target_whole(s2_rect rect, int bands, float *pixels, uint8_t *valid)
{
    const size_t width = (size_t)rect.w;
    return (s2_read_target){.pixels = {pixels, width * (size_t)bands * sizeof *pixels, rect.y, 0},
                            .valid = {valid, width, rect.y, 0},
                            .bands = bands};
}

s2_read_target s2_read_target_from(const s2_read_target *to, int columns)
{
    s2_read_target inside_pixels = *to;
    if (inside_pixels.pixels.data)
        inside_pixels.pixels.data =
            (float *)inside_pixels.pixels.data + (ptrdiff_t)columns * to->bands;
    inside_pixels.valid.data = (uint8_t *)inside_pixels.valid.data + columns;
    return inside_pixels;
}

/* Values of a stretch: planes of a group of bands; where any band of all had none, in full words as
   comparisons of floats yield them. */
typedef struct stretch {
    float values[GROUP][STRETCH_PX];
    int32_t lost[STRETCH_PX];
    int count; /* pixels */
} stretch;

/* Samples to float: what most rasters have in loops of our own. */
static void load_floats(const void *from, GDALDataType type, int count, float *out)
{
    const uint8_t *bytes = from;
    const uint16_t *words = from;
    const int16_t *integers = from;
    if (type == GDT_Byte)
        for (int i = 0; i < count; i++)
            out[i] = (float)bytes[i];
    else if (type == GDT_UInt16)
        for (int i = 0; i < count; i++)
            out[i] = (float)words[i];
    else if (type == GDT_Int16)
        for (int i = 0; i < count; i++)
            out[i] = (float)integers[i];
    else if (type == GDT_Float32)
        memcpy(out, from, (size_t)count * sizeof *out);
    else
        GDALCopyWords(from, type, GDALGetDataTypeSizeBytes(type), out, GDT_Float32, sizeof *out,
                      count);
}

/* Note where values, of a type that float holds exactly, are the band's nodata value. */
static void find_nodata(const s2_file_band *band, const float *values, stretch *at)
{
    const float nodata = (float)band->nodata;
    /* As GDAL: a nodata value written as text may differ in the last digits of a float. */
    const double slack = 10.0 * FLT_EPSILON * fabs(band->nodata);
    if (band->is_float) {
        for (int i = 0; i < at->count; i++)
            at->lost[i] |= fabs((double)values[i] - band->nodata) <= slack;
    } else if ((double)nodata == band->nodata) {
        for (int i = 0; i < at->count; i++)
            at->lost[i] |= values[i] == nodata;
    }
}

/* Sign, nodata and scale of a plane of a type that float holds exactly. */
static void finish_floats(const s2_file_band *band, float *values, stretch *at)
{
    if (band->signed_byte)
        for (int i = 0; i < at->count; i++)
            values[i] -= values[i] > 127.0f ? 256.0f : 0.0f;
    if (band->has_nodata)
        find_nodata(band, values, at);
    for (int i = 0; band->rule && i < at->count; i++)
        at->lost[i] |= !s2_quality_accepts(band->rule, (double)values[i]);
    const double scale = band->scale;
    const double offset = band->offset;
    const bool scaled = scale != 1.0 || offset != 0.0;
    if (scaled)
        for (int i = 0; i < at->count; i++)
            values[i] = (float)((double)values[i] * scale + offset);
    if (band->is_float || scaled)
        for (int i = 0; i < at->count; i++)
            at->lost[i] |= !(fabsf(values[i]) <= FLT_MAX);
}

/* The same for types that need double. */
static void finish_doubles(const s2_file_band *band, const double *wide, float *values, stretch *at)
{
    const double slack = band->is_float ? 10.0 * DBL_EPSILON * fabs(band->nodata) : 0.0;
    for (int i = 0; i < at->count; i++) {
        const double value = wide[i] * band->scale + band->offset;
        const bool is_nodata = band->has_nodata && fabs(wide[i] - band->nodata) <= slack;
        const bool fits = fabs(value) <= (double)FLT_MAX;
        at->lost[i] |=
            is_nodata || !fits || (band->rule && !s2_quality_accepts(band->rule, wide[i]));
        values[i] = fits ? (float)value : NAN;
    }
}

static void load_band(const s2_file_band *band, const void *from, GDALDataType type, float *values,
                      stretch *at)
{
    double wide[STRETCH_PX];
    if (!band->wide) {
        load_floats(from, type, at->count, values);
        finish_floats(band, values, at);
        return;
    }
    GDALCopyWords(from, type, GDALGetDataTypeSizeBytes(type), wide, GDT_Float64, sizeof *wide,
                  at->count);
    finish_doubles(band, wide, values, at);
}

static void normalise(double mean, double std, int count, float *values)
{
    for (int i = 0; i < count; i++)
        values[i] = (float)(((double)values[i] - mean) / std);
}

typedef float four __attribute__((vector_size(4 * sizeof(float)), aligned(4), may_alias));

/* Four pixels of four planes, STRETCH_PX apart, to where pixels are `bands` apart. */
static void turn_four(const float *from, float *to, ptrdiff_t bands)
{
    const four a = *(const four *)from;
    const four b = *(const four *)(from + STRETCH_PX);
    const four c = *(const four *)(from + 2 * STRETCH_PX);
    const four d = *(const four *)(from + 3 * STRETCH_PX);
    const four ab = {a[0], b[0], a[1], b[1]};
    const four cd = {c[0], d[0], c[1], d[1]};
    const four ab_after = {a[2], b[2], a[3], b[3]};
    const four cd_after = {c[2], d[2], c[3], d[3]};
    *(four *)to = (four){ab[0], ab[1], cd[0], cd[1]};
    *(four *)(to + bands) = (four){ab[2], ab[3], cd[2], cd[3]};
    *(four *)(to + 2 * bands) = (four){ab_after[0], ab_after[1], cd_after[0], cd_after[1]};
    *(four *)(to + 3 * bands) = (four){ab_after[2], ab_after[3], cd_after[2], cd_after[3]};
}

/* Planes of `count` bands to their place in pixels of `bands`. */
static void interleave(const stretch *at, int count, float *out, int bands)
{
    const int whole = at->count / 4 * 4; /* pixels, and bands, that go by fours */
    const int fours = count / 4 * 4;
    for (int i = 0; i < whole; i += 4)
        for (int b = 0; b < fours; b += 4)
            turn_four(&at->values[b][i], out + (ptrdiff_t)i * bands + b, bands);
    for (int i = 0; i < at->count; i++)
        for (int b = i < whole ? fours : 0; b < count; b++)
            out[(ptrdiff_t)i * bands + b] = at->values[b][i];
}

/* Bands of a stretch; from: its samples of the first; out: its first pixel, or NULL. */
static void put_stretch(const s2_source *source, const s2_samples *samples, const char *from,
                        const s2_read_target *to, float *out, stretch *at)
{
    for (int first = 0; first < samples->count; first += GROUP) {
        const int left = samples->count - first;
        const int here = left < GROUP ? left : GROUP;
        for (int b = 0; b < here; b++, from += samples->plane_bytes) {
            const int delivered = samples->first + first + b;
            const s2_band_place place = source->bands[delivered];
            load_band(&source->files[place.file].bands[place.band], from, samples->type,
                      at->values[b], at);
            if (to->mean)
                normalise(to->mean[delivered], to->std[delivered], at->count, at->values[b]);
        }
        if (out)
            interleave(at, here, out + samples->place + first, to->bands);
    }
}

void s2_values_put(const s2_source *source, const s2_samples *samples, s2_rect rect,
                   const s2_read_target *to, uint8_t *valid)
{
    const size_t sample_bytes = (size_t)GDALGetDataTypeSizeBytes(samples->type);
    const char *row = samples->planes;
    stretch at;
    for (int y = rect.y; y < rect.y + rect.h; y++, row += samples->row_bytes) {
        float *out = to->pixels.data ? s2_row_ring_at(&to->pixels, y) : NULL;
        for (int x = 0; x < rect.w; x += STRETCH_PX, valid += at.count) {
            at.count = rect.w - x < STRETCH_PX ? rect.w - x : STRETCH_PX;
            for (int i = 0; i < at.count; i++)
                at.lost[i] = !valid[i];
            put_stretch(source, samples, row + (size_t)x * sample_bytes, to,
                        out ? out + (size_t)x * (size_t)to->bands : NULL, &at);
            for (int i = 0; i < at.count; i++)
                valid[i] = !at.lost[i];
        }
    }
}

void s2_values_normalise(const s2_read_target *to, int bands, float *pixel)
{
    for (int b = 0; to->mean && b < bands; b++)
        pixel[b] = (float)(((double)pixel[b] - to->mean[b]) / to->std[b]);
}
