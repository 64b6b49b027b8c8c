/* 3 x 3 convolutions without stride in training, by Winograd's transforms. */
#include "nn/layers/conv_winograd.h"

#include "core/error.h"
#include "core/memory.h"
#include "nn/kernels/kernels.h"
#include "nn/layers/gemm.h"

/* Transformed tiles of one strip, in and out, should stay in the second-level cache. */
#define STRIP_FLOATS (64 * 1024)
#define TILES_MIN 16 /* of a crop, for the products to be worthwhile */

/* Crop n in tiles of tile_px x tile_px pixels. */
static s2_winograd_tensor cut_crop(const s2_conv *conv, const s2_tensor *tensor, int n, int tile_px)
{
    const int across = tile_px * conv->dilation;
    return (s2_winograd_tensor){.data = s2_tensor_at(tensor, n),
                                .h = tensor->h,
                                .w = tensor->w,
                                .c = tensor->c,
                                .stride = tensor->stride,
                                .dilation = conv->dilation,
                                .rows = (tensor->h + across - 1) / across,
                                .columns = (tensor->w + across - 1) / across};
}

static int tile_total(const s2_winograd_tensor *tensor)
{
    return tensor->dilation * tensor->dilation * tensor->rows * tensor->columns;
}

bool s2_conv_winograd_suits(const s2_conv *conv, const s2_tensor *y)
{
    const s2_winograd_tensor tensor = cut_crop(conv, y, 0, S2_WINOGRAD_PX);
    const int tiles = tile_total(&tensor);
    return conv->kernel == 3 && conv->stride == 1 && conv->in % S2_WINOGRAD_CHANNELS == 0 &&
           conv->out % S2_WINOGRAD_CHANNELS == 0 && tiles >= TILES_MIN &&
           tiles * S2_WINOGRAD_PX * S2_WINOGRAD_PX <= 2 * y->h * y->w;
}

static int strip_tiles(const s2_conv *conv, int planes)
{
    const int c = conv->in > conv->out ? conv->in : conv->out;
    const int tiles = STRIP_FLOATS / (planes * c);
    return tiles < 1 ? 1 : tiles;
}

/* What one call needs beside the tensors. */
typedef struct winograd_call {
    const s2_conv *conv;
    const s2_winograd_passes *passes;
    float *u; /* [planes][in][out], transformed weights */
    bool add; /* to dx, in place of writing it */
} winograd_call;

static size_t weight_count(const s2_conv *conv)
{
    return (size_t)conv->in * (size_t)conv->out;
}

/* One thread's workspace. */
typedef struct winograd_work {
    float *v, *m; /* transformed tiles of a strip */
    float *du;    /* [36][in][out], or NULL if not needed */
} winograd_work;

/* Room for strips of transformed tiles with that many planes. */
static bool work_init(winograd_work *work, const s2_conv *conv, int planes, bool gradient)
{
    const int c = conv->in > conv->out ? conv->in : conv->out;
    const size_t strip = (size_t)strip_tiles(conv, planes) * (size_t)planes * (size_t)c;
    const size_t weights = gradient ? (size_t)planes * weight_count(conv) : 0;
    float *memory = s2_alloc(2 * strip + weights, sizeof(float));
    *work = (winograd_work){memory, memory ? memory + strip : NULL,
                            memory && gradient ? memory + 2 * strip : NULL};
    return memory;
}

static void forward_crop(const winograd_call *call, const s2_tensor *x, int n, const float *b,
                         const s2_tensor *y, const winograd_work *work)
{
    const s2_conv *conv = call->conv;
    const s2_winograd_tensor from = cut_crop(conv, x, n, S2_WINOGRAD_FINE_PX);
    const s2_winograd_tensor to = cut_crop(conv, y, n, S2_WINOGRAD_FINE_PX);
    const int step = strip_tiles(conv, S2_WINOGRAD_FINE_PLANES);
    const int total = tile_total(&to);
    for (int first = 0; first < total; first += step) {
        const int count = first + step > total ? total - first : step;
        call->passes->fine_input(&from, first, count, work->v);
        for (size_t e = 0; e < S2_WINOGRAD_FINE_PLANES; e++)
            s2_gemm(count, conv->out, conv->in,
                    (s2_matrix){work->v + e * (size_t)count * (size_t)conv->in, conv->in, false},
                    (s2_matrix){call->u + e * weight_count(conv), conv->out, false}, 0.0f,
                    work->m + e * (size_t)count * (size_t)conv->out, conv->out);
        call->passes->fine_output(&to, first, count, work->m, b);
    }
}

s2rgf_status s2_conv_winograd_forward(const s2_conv *conv, const s2_conv_weights *weights,
                                      const s2_tensor *x, const s2_tensor *y,
                                      const s2_tensor_task *then, s2rgf_error *err)
{
    const size_t floats = S2_WINOGRAD_FINE_PLANES * weight_count(conv);
    const winograd_call call = {conv, s2_kernels_selected()->train_winograd,
                                s2_alloc(floats, sizeof(float)), false};
    bool failed = !call.u;
    if (failed)
        return s2_fail_memory(err, "convolution");
#pragma omp parallel reduction(|| : failed)
    {
        winograd_work work;
        const bool ready = work_init(&work, conv, S2_WINOGRAD_FINE_PLANES, false);
        failed = !ready;
#pragma omp for schedule(static)
        for (int c = 0; c < conv->in; c++)
            call.passes->fine_weights(weights->w, conv->in, conv->out, c, call.u);
#pragma omp for schedule(static)
        for (int n = 0; n < x->n; n++)
            if (ready) {
                forward_crop(&call, x, n, weights->b, y, &work);
                then->run(then->context, n);
            }
        s2_free(work.v);
    }
    s2_free(call.u);
    return failed ? s2_fail_memory(err, "convolution") : S2RGF_OK;
}

/* Weight gradients of a strip, added to work->du; work->m and work->v are used up. */
static void multiply_gradients(const s2_conv *conv, int count, float beta,
                               const winograd_work *work)
{
    for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
        s2_gemm(conv->in, conv->out, count,
                (s2_matrix){work->v + e * (size_t)count * (size_t)conv->in, conv->in, true},
                (s2_matrix){work->m + e * (size_t)count * (size_t)conv->out, conv->out, false},
                beta, work->du + e * weight_count(conv), conv->out);
}

/* The gradient of the input is a convolution of that of the output, with the weights turned by 180
   degrees. */
static void input_gradient(const winograd_call *call, const s2_winograd_tensor *dy,
                           const s2_winograd_tensor *dx, int first, int count,
                           const winograd_work *work)
{
    const s2_conv *conv = call->conv;
    call->passes->input(dy, first, count, work->m);
    for (size_t e = 0; e < S2_WINOGRAD_PLANES; e++)
        s2_gemm(count, conv->in, conv->out,
                (s2_matrix){work->m + e * (size_t)count * (size_t)conv->out, conv->out, false},
                (s2_matrix){call->u + e * weight_count(conv), conv->out, true}, 0.0f,
                work->v + e * (size_t)count * (size_t)conv->in, conv->in);
    call->passes->output(dx, first, count, work->v, call->add);
}

static void backward_crop(const winograd_call *call, const s2_tensor *x, int n, const s2_tensor *dy,
                          const s2_tensor *dx, float *sum, const winograd_work *work)
{
    const s2_conv *conv = call->conv;
    const s2_winograd_tensor from = cut_crop(conv, x, n, S2_WINOGRAD_PX);
    const s2_winograd_tensor gradient = cut_crop(conv, dy, n, S2_WINOGRAD_PX);
    const s2_winograd_tensor to =
        dx ? cut_crop(conv, dx, n, S2_WINOGRAD_PX) : (s2_winograd_tensor){0};
    const int step = strip_tiles(conv, S2_WINOGRAD_PLANES);
    const int total = tile_total(&gradient);
    for (int first = 0; first < total; first += step) {
        const int count = first + step > total ? total - first : step;
        call->passes->input(&from, first, count, work->v);
        call->passes->output_gradient(&gradient, first, count, work->m,
                                      sum + 9 * weight_count(conv));
        multiply_gradients(conv, count, first > 0 ? 1.0f : 0.0f, work);
        if (dx)
            input_gradient(call, &gradient, &to, first, count, work);
    }
    call->passes->weights_gradient(work->du, conv->in, conv->out, sum);
}

s2rgf_status s2_conv_winograd_backward(const s2_conv *conv, const s2_conv_weights *weights,
                                       const s2_tensor *x, const s2_tensor *dx, const s2_tensor *dy,
                                       const s2_tensor_task *first, float *sums)
{
    const size_t each = 9 * weight_count(conv) + (size_t)conv->out;
    const size_t floats = S2_WINOGRAD_PLANES * weight_count(conv);
    const winograd_call call = {conv, s2_kernels_selected()->train_winograd,
                                s2_alloc(floats, sizeof(float)), weights->add_dx};
    bool failed = !call.u;
    if (failed)
        return S2RGF_NO_MEMORY;
#pragma omp parallel reduction(|| : failed)
    {
        winograd_work work;
        const bool ready = work_init(&work, conv, S2_WINOGRAD_PLANES, true);
        failed = !ready;
#pragma omp for schedule(static)
        for (int c = 0; c < conv->in; c++)
            call.passes->turned_weights(weights->w, conv->in, conv->out, c, call.u);
#pragma omp for schedule(static)
        for (int n = 0; n < x->n; n++)
            if (ready) {
                first->run(first->context, n);
                backward_crop(&call, x, n, dy, dx, sums + (size_t)n * each, &work);
            }
        s2_free(work.v);
    }
    s2_free(call.u);
    return failed ? S2RGF_NO_MEMORY : S2RGF_OK;
}
