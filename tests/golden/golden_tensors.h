/* Tensors and parameters for tests of src/nn, filled from golden names and released together. */
#ifndef GOLDEN_TENSORS_H
#define GOLDEN_TENSORS_H

#include "golden/golden.h"
#include "harness.h"
#include "nn/kernels/kernels.h"
#include "nn/tensor.h"

#define GOLDEN_WORK_MAX 256
#define GOLDEN_MARGIN 3           /* channels beside a wide tensor's view, on either side */
#define GOLDEN_MARGIN_VALUE 99.0f /* what they hold */

/* All tensors of the running test and their margins; golden_tensors_end() releases them. */
static s2_tensor golden_tensors_kept[GOLDEN_WORK_MAX];
static int golden_tensors_margin[GOLDEN_WORK_MAX];
static int golden_tensors_count;
/* When true, new tensors are channels of wider tensors, to catch code that ignores the stride. */
static bool golden_tensors_wide;

/**
 * Once with narrow and once with wide tensors: for (wide = 0; golden_tensors_both(wide); wide++)
 */
static inline bool golden_tensors_both(int wide)
{
    golden_tensors_wide = wide == 1;
    return wide < 2;
}

/** Use these inner loops from now on, if this machine and this build have them. */
static inline bool golden_kernels(const char *name)
{
    const s2_kernels *kernels = NULL;
    REQUIRE(setenv("S2RGF_KERNELS", name, 1) == 0);
    const s2rgf_status status = s2_kernels_select(S2_PRECISION_FLOAT, &kernels, NULL);
    REQUIRE(status == S2RGF_OK || status == S2RGF_UNSUPPORTED);
    return status == S2RGF_OK;
}

/** A tensor of zeros. */
static inline s2_tensor golden_zeros(int n, int h, int w, int c)
{
    int margin = golden_tensors_wide ? GOLDEN_MARGIN : 0;
    s2_tensor *whole = &golden_tensors_kept[golden_tensors_count];
    REQUIRE(golden_tensors_count < GOLDEN_WORK_MAX);
    REQUIRE(s2_tensor_init(whole, n, h, w, c + 2 * margin, NULL) == S2RGF_OK);
    golden_tensors_margin[golden_tensors_count++] = margin;
    size_t count = s2_tensor_pixels(whole) * (size_t)whole->stride;
    for (size_t i = 0; i < count && margin > 0; i++)
        whole->data[i] = GOLDEN_MARGIN_VALUE;
    s2_tensor tensor = s2_tensor_channels(whole, margin, c);
    s2_tensor_zero(&tensor);
    return tensor;
}

/** Address of value i of a tensor, counted as if the tensor were contiguous. */
static inline float *golden_value(const s2_tensor *tensor, size_t i)
{
    size_t c = (size_t)tensor->c;
    return tensor->data + i / c * (size_t)tensor->stride + i % c;
}

static inline size_t golden_count(const s2_tensor *tensor)
{
    return s2_tensor_pixels(tensor) * (size_t)tensor->c;
}

/** A tensor of scale * noise(name). */
static inline s2_tensor golden_random_scaled(const char *name, double scale, int n, int h, int w,
                                             int c)
{
    s2_tensor tensor = golden_zeros(n, h, w, c);
    uint64_t stream = golden_stream(name);
    for (size_t i = 0; i < golden_count(&tensor); i++)
        *golden_value(&tensor, i) = (float)(scale * golden_noise(stream, i));
    return tensor;
}

static inline s2_tensor golden_random(const char *name, int n, int h, int w, int c)
{
    return golden_random_scaled(name, 1, n, h, w, c);
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

/** The tensor `test.part` of golden noise. */
static inline s2_tensor golden_input(const char *test, const char *part, int n, int h, int w, int c)
{
    return golden_random(golden_name(test, part), n, h, w, c);
}

/**
 * Zeros and inputs that are never channels of wider tensors: for tensors of cells, always whole.
 */
static inline s2_tensor golden_packed_zeros(int n, int h, int w, int c)
{
    const bool wide = golden_tensors_wide;
    golden_tensors_wide = false;
    s2_tensor tensor = golden_zeros(n, h, w, c);
    golden_tensors_wide = wide;
    return tensor;
}

static inline s2_tensor golden_packed(const char *test, const char *part, int n, int h, int w,
                                      int c)
{
    s2_tensor tensor = golden_packed_zeros(n, h, w, c);
    golden_fill(golden_name(test, part), 1, 0, tensor.data, golden_count(&tensor));
    return tensor;
}

/** golden_matches() for a tensor and the golden `test.part`. */
static inline bool golden_tensor_matches(const golden_file *file, const char *test,
                                         const char *part, const s2_tensor *tensor,
                                         double tolerance)
{
    size_t count = golden_count(tensor);
    float *values = (float *)malloc(count * sizeof *values);
    REQUIRE(values != NULL);
    for (size_t i = 0; i < count; i++)
        values[i] = *golden_value(tensor, i);
    bool same = golden_matches(file, golden_name(test, part), values, count, tolerance);
    free(values);
    return same;
}

/** Release all tensors; checks first that nobody wrote beside a wide tensor's view. */
static inline void golden_tensors_end(void)
{
    size_t spoilt = 0;
    for (int i = 0; i < golden_tensors_count; i++) {
        s2_tensor *whole = &golden_tensors_kept[i];
        for (size_t p = 0; p < s2_tensor_pixels(whole); p++)
            for (int k = 0; k < golden_tensors_margin[i]; k++) {
                const float *pixel = whole->data + p * (size_t)whole->stride;
                spoilt += pixel[k] != GOLDEN_MARGIN_VALUE ||
                          pixel[whole->c - 1 - k] != GOLDEN_MARGIN_VALUE;
            }
        s2_tensor_clear(whole);
    }
    CHECK(spoilt == 0);
    golden_tensors_count = 0;
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
