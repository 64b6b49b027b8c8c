/* Maps and parameters for tests of src/nn, filled from golden names and released together. */
#ifndef GOLDEN_MAPS_H
#define GOLDEN_MAPS_H

#include "golden/golden.h"
#include "harness.h"
#include "nn/kernels/kernels.h"
#include "nn/tensor.h"

#define GOLDEN_MAPS_MAX 256
#define GOLDEN_MARGIN 3           /* channels beside a wide map's view, on either side */
#define GOLDEN_MARGIN_VALUE 99.0f /* what they hold */

/* All maps of the running test and their margins; golden_maps_end() releases them. */
static s2_map golden_maps_kept[GOLDEN_MAPS_MAX];
static int golden_maps_margin[GOLDEN_MAPS_MAX];
static int golden_maps_count;
/* When true, new maps are channels of wider maps, to catch code that ignores the stride. */
static bool golden_maps_wide;

/** Use these inner loops from now on, if this machine and this build have them. */
static inline bool golden_kernels(const char *name)
{
    const s2_kernels *kernels = NULL;
    REQUIRE(setenv("S2RGF_KERNELS", name, 1) == 0);
    const s2rgf_status status = s2_kernels_select(&kernels, NULL);
    REQUIRE(status == S2RGF_OK || status == S2RGF_UNSUPPORTED);
    return status == S2RGF_OK;
}

/** A map of zeros. */
static inline s2_map golden_zeros(int n, int h, int w, int c)
{
    int margin = golden_maps_wide ? GOLDEN_MARGIN : 0;
    s2_map *whole = &golden_maps_kept[golden_maps_count];
    REQUIRE(golden_maps_count < GOLDEN_MAPS_MAX);
    REQUIRE(s2_map_init(whole, n, h, w, c + 2 * margin, NULL) == S2RGF_OK);
    golden_maps_margin[golden_maps_count++] = margin;
    size_t count = s2_map_pixels(whole) * (size_t)whole->stride;
    for (size_t i = 0; i < count && margin > 0; i++)
        whole->data[i] = GOLDEN_MARGIN_VALUE;
    s2_map map = s2_map_channels(whole, margin, c);
    s2_map_zero(&map);
    return map;
}

/** Address of value i of a map, counted as if the map were contiguous. */
static inline float *golden_value(const s2_map *map, size_t i)
{
    size_t c = (size_t)map->c;
    return map->data + i / c * (size_t)map->stride + i % c;
}

static inline size_t golden_count(const s2_map *map)
{
    return s2_map_pixels(map) * (size_t)map->c;
}

/** A map of scale * noise(name). */
static inline s2_map golden_map_scaled(const char *name, double scale, int n, int h, int w, int c)
{
    s2_map map = golden_zeros(n, h, w, c);
    uint64_t stream = golden_stream(name);
    for (size_t i = 0; i < golden_count(&map); i++)
        *golden_value(&map, i) = (float)(scale * golden_noise(stream, i));
    return map;
}

static inline s2_map golden_map(const char *name, int n, int h, int w, int c)
{
    return golden_map_scaled(name, 1, n, h, w, c);
}

/** The name `test.part`, valid until the eighth call after. */
static inline const char *golden_name(const char *test, const char *part)
{
    static char names[8][GOLDEN_NAME_BYTES];
    static int next;
    char *name = names[next++ % 8];
    REQUIRE(snprintf(name, GOLDEN_NAME_BYTES, "%s.%s", test, part) < GOLDEN_NAME_BYTES);
    return name;
}

/** The map `test.part` of golden noise. */
static inline s2_map golden_input(const char *test, const char *part, int n, int h, int w, int c)
{
    return golden_map(golden_name(test, part), n, h, w, c);
}

/** Zeros and inputs that are never channels of wider maps: for maps of cells, always whole. */
static inline s2_map golden_packed_zeros(int n, int h, int w, int c)
{
    const bool wide = golden_maps_wide;
    golden_maps_wide = false;
    s2_map map = golden_zeros(n, h, w, c);
    golden_maps_wide = wide;
    return map;
}

static inline s2_map golden_packed(const char *test, const char *part, int n, int h, int w, int c)
{
    s2_map map = golden_packed_zeros(n, h, w, c);
    golden_fill(golden_name(test, part), 1, 0, map.data, golden_count(&map));
    return map;
}

/** golden_matches() for a map and the golden `test.part`. */
static inline bool golden_map_matches(const golden_file *file, const char *test, const char *part,
                                      const s2_map *map, double tolerance)
{
    size_t count = golden_count(map);
    float *values = (float *)malloc(count * sizeof *values);
    REQUIRE(values != NULL);
    for (size_t i = 0; i < count; i++)
        values[i] = *golden_value(map, i);
    bool same = golden_matches(file, golden_name(test, part), values, count, tolerance);
    free(values);
    return same;
}

/** Release all maps; checks first that nobody wrote beside a wide map's view. */
static inline void golden_maps_end(void)
{
    size_t spoilt = 0;
    for (int i = 0; i < golden_maps_count; i++) {
        s2_map *whole = &golden_maps_kept[i];
        for (size_t p = 0; p < s2_map_pixels(whole); p++)
            for (int k = 0; k < golden_maps_margin[i]; k++) {
                const float *pixel = whole->data + p * (size_t)whole->stride;
                spoilt += pixel[k] != GOLDEN_MARGIN_VALUE ||
                          pixel[whole->c - 1 - k] != GOLDEN_MARGIN_VALUE;
            }
        s2_map_clear(whole);
    }
    CHECK(spoilt == 0);
    golden_maps_count = 0;
}

/** Give every parameter its golden value, which follows from its name. */
static inline void golden_fill_params(s2_params *params)
{
    for (int i = 0; i < params->count; i++) {
        s2_param *p = &params->items[i];
        size_t outputs = p->dim_count > 1 ? (size_t)p->dims[p->dim_count - 1] : 1;
        golden_parameter(p->name, p->count / outputs, p->value, p->count);
    }
}

#endif
