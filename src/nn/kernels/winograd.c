/* Winograd's F(4x4,3x3), y = A^T ((G w G^T) . (B^T x B)) A, for groups of tiles: compiled once per
   instruction set, S2_KERNEL_SUFFIX names the result. */
#include "nn/kernels/kernel_vector.h"
#include "nn/kernels/winograd_lines.h"

/* First column of a tile, counted from the first tile's. */
static int tile_column(const s2_kernel_winograd *strip, int tile)
{
    return S2_WINOGRAD_SIDE * strip->dilation * (tile / strip->dilation) + tile % strip->dilation;
}

/* Input of one tile to its place in the 36 matrices: v [36][group][in], at the tile's first. */
static void transform_input(const s2_kernel_winograd *strip, int tile, float *v)
{
    const int in = strip->in;
    const ptrdiff_t at = (ptrdiff_t)tile_column(strip, tile) * strip->x_stride;
    const ptrdiff_t step = (ptrdiff_t)strip->dilation * strip->x_stride;
    for (int c = 0; c < in; c += LANES) {
        vector d[S2_WINOGRAD_PRODUCTS];
        _Pragma("GCC unroll 6") for (int j = 0; j < 6; j++)
        {
            _Pragma("GCC unroll 6") for (int i = 0; i < 6; i++) d[i * 6 + j] =
                *(const vector *)(strip->x[i] + at + j * step + c);
            transform_six(d + j, 6);
        }
        _Pragma("GCC unroll 6") for (int i = 0; i < 6; i++)
        {
            transform_six(d + i * 6, 1);
            _Pragma("GCC unroll 6") for (int j = 0; j < 6; j++) *
                (vector *)(v + (ptrdiff_t)(i * 6 + j) * S2_WINOGRAD_GROUP * in + c) = d[i * 6 + j];
        }
    }
}

/* Products of one tile, m [36][group][out] at the tile's first, to its pixels. */
static void transform_output(const s2_kernel_winograd *strip, int tile, const float *m)
{
    const int out = strip->out;
    const int column = tile_column(strip, tile);
    for (int c = 0; c < out; c += LANES) {
        const vector bias = *(const vector *)(strip->bias + c);
        vector d[S2_WINOGRAD_PRODUCTS];
        _Pragma("GCC unroll 6") for (int j = 0; j < 6; j++)
        {
            _Pragma("GCC unroll 6") for (int i = 0; i < 6; i++) d[i * 6 + j] =
                *(const vector *)(m + (ptrdiff_t)(i * 6 + j) * S2_WINOGRAD_GROUP * out + c);
            transform_four(d + j, 6);
        }
        _Pragma("GCC unroll 4") for (int i = 0; i < S2_WINOGRAD_SIDE; i++)
        {
            transform_four(d + i * 6, 1);
            for (int j = 0; strip->y[i] && j < S2_WINOGRAD_SIDE; j++) {
                const ptrdiff_t x = column + j * strip->dilation - strip->first;
                vector value = d[i * 6 + j] + bias;
                if (x < 0 || x >= strip->end - strip->first)
                    continue;
                if (strip->add[i])
                    value += *(const vector *)(strip->add[i] + x * strip->add_stride + c);
                *(vector *)(strip->y[i] + x * strip->y_stride + c) =
                    strip->relu ? relu(value) : value;
            }
        }
    }
}

void KERNEL_WINOGRAD(const s2_kernel_winograd *strip)
{
    static const ptrdiff_t here = 0;
    const int in = strip->in;
    const int out = strip->out;
    float *v = strip->scratch;
    float *m = v + (ptrdiff_t)S2_WINOGRAD_PRODUCTS * S2_WINOGRAD_GROUP * in;
    for (int first = 0; first < strip->tiles; first += S2_WINOGRAD_GROUP) {
        const int left = strip->tiles - first;
        const int count = left < S2_WINOGRAD_GROUP ? left : S2_WINOGRAD_GROUP;
        for (int t = 0; t < count; t++)
            transform_input(strip, first + t, v + (ptrdiff_t)t * in);
        for (int k = 0; k < S2_WINOGRAD_PRODUCTS; k++) {
            const s2_kernel_row row = {.x = v + (ptrdiff_t)k * S2_WINOGRAD_GROUP * in,
                                       .x_step = in,
                                       .taps = &here,
                                       .tap_count = 1,
                                       .in = in,
                                       .w = strip->w + (ptrdiff_t)k * in * out,
                                       .y = m + (ptrdiff_t)k * S2_WINOGRAD_GROUP * out,
                                       .y_step = out,
                                       .count = count,
                                       .out = out};
            KERNEL_ROW(&row);
        }
        for (int t = 0; t < count; t++)
            transform_output(strip, first + t, m + (ptrdiff_t)t * out);
    }
}
