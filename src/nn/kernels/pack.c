/* Weights in the order in which the inner loops read them. */
#include "nn/kernels/pack.h"

#include "nn/kernels/kernels.h"

static int block_count(int out)
{
    return (out + S2_KERNEL_BLOCK - 1) / S2_KERNEL_BLOCK;
}

size_t s2_kernel_packed_floats(int tap_count, int in, int out)
{
    return (size_t)tap_count * (size_t)in * (size_t)block_count(out) * S2_KERNEL_BLOCK;
}

void s2_kernel_pack(const float *w, const float *scale, int tap_count, int in, int out,
                    float *packed)
{
    const int rows = tap_count * in;
    for (int block = 0; block < block_count(out); block++)
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < S2_KERNEL_BLOCK; k++) {
                const int o = block * S2_KERNEL_BLOCK + k;
                const float value = o < out ? w[(size_t)r * (size_t)out + (size_t)o] : 0.0f;
                *packed++ = value * (scale && o < out ? scale[o] : 1.0f);
            }
}

size_t s2_winograd_floats(int in, int out)
{
    return (size_t)S2_WINOGRAD_PRODUCTS * S2_WINOGRAD_GROUP * (size_t)(in + out);
}

size_t s2_winograd_packed_floats(int in, int out)
{
    return (size_t)S2_WINOGRAD_PRODUCTS * (size_t)in * (size_t)out;
}

/* Three values through G: six, `step` apart on both sides. */
static void transform_three(const double *w, int w_step, double *u, int u_step)
{
    const double outer = w[0] + w[2 * w_step];
    const double middle = w[w_step];
    const double wide = w[0] / 24 + w[2 * w_step] / 6;
    u[0] = w[0] / 4;
    u[u_step] = -(outer + middle) / 6;
    u[2 * u_step] = -(outer - middle) / 6;
    u[3 * u_step] = wide + middle / 12;
    u[4 * u_step] = wide - middle / 12;
    u[5 * u_step] = w[2 * w_step];
}

void s2_winograd_pack(const float *direct, int in, int out, float *packed)
{
    const size_t each =
        (size_t)in * S2_KERNEL_BLOCK; /* weights of a tap, or a product, in a block */
    const size_t matrix = (size_t)in * (size_t)out;
    for (size_t block = 0; block < (size_t)block_count(out); block++)
        for (size_t i = 0; i < each; i++) {
            double w[9];
            double half[18]; /* [6][3] */
            double u[S2_WINOGRAD_PRODUCTS];
            for (size_t t = 0; t < 9; t++)
                w[t] = (double)direct[(block * 9 + t) * each + i];
            for (int j = 0; j < 3; j++)
                transform_three(w + j, 3, half + j, 3);
            for (int k = 0; k < 6; k++)
                transform_three(half + 3 * k, 1, u + 6 * k, 1);
            for (size_t k = 0; k < S2_WINOGRAD_PRODUCTS; k++)
                packed[k * matrix + block * each + i] = (float)u[k];
        }
}
