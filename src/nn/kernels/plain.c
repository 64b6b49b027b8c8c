/* The inner loops of running as their formula says: what the fast ones are tested against. */
#include "nn/kernels/kernels.h"

#include <math.h>
#include <stdlib.h>

extern const s2_kernels s2_kernels_plain;

static float plain_value(const s2_kernel_row *row, int pixel, int o)
{
    const size_t block_floats = (size_t)row->tap_count * (size_t)row->in * S2_KERNEL_BLOCK;
    const float *w = row->w + (size_t)(o / S2_KERNEL_BLOCK) * block_floats + o % S2_KERNEL_BLOCK;
    float sum = row->bias ? row->bias[o] : 0.0f;
    for (int t = 0; t < row->tap_count; t++)
        for (int c = 0; c < row->in; c++, w += S2_KERNEL_BLOCK)
            sum += row->x[pixel * row->x_step + row->taps[t] + c] * *w;
    if (row->add)
        sum += row->add[pixel * row->add_step + o];
    return row->relu && sum < 0.0f ? 0.0f : sum;
}

static void row_plain(const s2_kernel_row *row)
{
    for (int p = 0; p < row->count; p++)
        for (int o = 0; o < row->out; o++)
            row->y[p * row->y_step + o] = plain_value(row, p, o);
}

static void sample_plain(const s2_kernel_sample *sample)
{
    for (int p = 0; p < sample->count; p++) {
        const ptrdiff_t left = (ptrdiff_t)(sample->left[p] - sample->first_column) * sample->stride;
        const ptrdiff_t right =
            (ptrdiff_t)(sample->right[p] - sample->first_column) * sample->stride;
        const float u = sample->right_weights[p];
        const float v = sample->bottom_weight;
        float *y = sample->y + p * sample->y_step;
        for (int k = 0; k < sample->channels; k++) {
            const float top = (1.0f - u) * sample->top[left + k] + u * sample->top[right + k];
            const float bottom =
                (1.0f - u) * sample->bottom[left + k] + u * sample->bottom[right + k];
            const float value = (1.0f - v) * top + v * bottom;
            y[k] = sample->add ? y[k] + value : value;
        }
    }
}

static float moments_plain(const s2_kernel_moments *row)
{
    const int channels = row->channels;
    float *sum = row->sum;
    float *square = row->square;
    float count = 0.0f;
    for (int p = 0; p < row->count; p++) {
        const float *x = row->x + (ptrdiff_t)p * row->stride;
        if (!row->valid[p])
            continue;
        count += 1.0f;
        for (int k = 0; k < channels; k++) {
            sum[k] += x[k];
            square[k] += x[k] * x[k];
        }
    }
    return count;
}

static void scale_plain(const s2_kernel_scale *run)
{
    const float v = run->bottom_weight;
    const float *const *at = run->corners;
    for (int p = 0; p < run->count; p++)
        for (int k = 0; k < run->channels; k++) {
            const float u = run->right_weights[p];
            const float top = (1.0f - u) * at[0][k] + u * at[1][k];
            const float bottom = (1.0f - u) * at[2][k] + u * at[3][k];
            const size_t i = (size_t)(p * run->channels + k);
            run->y[i] = run->x[i] * ((1.0f - v) * top + v * bottom);
        }
}

static void sum_plain(const float *const *terms, int count, size_t floats, float *out)
{
    for (size_t k = 0; k < floats; k++) {
        float sum = terms[0][k];
        for (int i = 1; i < count; i++)
            sum += terms[i][k];
        out[k] = sum;
    }
}

/* Place of an element in a matrix of Gram's: first float of its square, then its place there. */
static size_t element_of(size_t square, int row, int column)
{
    return square + (size_t)(row % S2_GRAM_SIDE * S2_GRAM_SIDE + column % S2_GRAM_SIDE);
}

static size_t symmetric_at(int channels, int row, int column)
{
    const bool there = row / S2_GRAM_SIDE <= column / S2_GRAM_SIDE;
    const int i = there ? row : column;
    const int j = there ? column : row;
    return element_of(s2_gram_symmetric_at(channels, i / S2_GRAM_SIDE, j / S2_GRAM_SIDE), i, j);
}

static size_t whole_at(int channels, int row, int column)
{
    return element_of(s2_gram_whole_at(channels, row / S2_GRAM_SIDE, column / S2_GRAM_SIDE), row,
                      column);
}

static float plain_gram(const float *left, const float *right, int count, int channels)
{
    float sum = 0.0f;
    for (int p = 0; p < count; p++)
        sum += left[p * channels] * right[p * channels];
    return sum;
}

static void gram_plain(const s2_kernel_gram *cell)
{
    const int c = cell->channels;
    float *g11 = cell->grams;
    float *g22 = g11 + s2_gram_symmetric_floats(c);
    float *g21 = g22 + s2_gram_symmetric_floats(c);
    for (int i = 0; i < c; i++)
        for (int j = 0; j < c; j++) {
            g11[symmetric_at(c, i, j)] = plain_gram(cell->x1 + i, cell->x1 + j, cell->count, c);
            g22[symmetric_at(c, i, j)] = plain_gram(cell->x2 + i, cell->x2 + j, cell->count, c);
            g21[whole_at(c, i, j)] = plain_gram(cell->x2 + i, cell->x1 + j, cell->count, c);
        }
}

/* Logits of row i of a matrix of attention, a block apart, to that row of it and I. */
static void finish_attention(float *row, int channels, int i)
{
    float sum = 0.0f;
    for (int j = 0; j < channels; j++) {
        row[j * S2_KERNEL_BLOCK] = expf(row[j * S2_KERNEL_BLOCK]);
        sum += row[j * S2_KERNEL_BLOCK];
    }
    for (int j = 0; j < channels; j++)
        row[j * S2_KERNEL_BLOCK] = row[j * S2_KERNEL_BLOCK] / sum + (i == j ? 1.0f : 0.0f);
}

static void attend_plain(const s2_kernel_attend *attend)
{
    const int c = attend->channels;
    const float *g11 = attend->grams;
    const float *g22 = g11 + s2_gram_symmetric_floats(c);
    const float *g21 = g22 + s2_gram_symmetric_floats(c);
    float *d1 = attend->norms;
    float *d2 = d1 + c;
    for (int i = 0; i < c; i++) {
        d1[i] = 1.0f / sqrtf(g11[symmetric_at(c, i, i)] + S2_SSJA_NORM_EPS);
        d2[i] = 1.0f / sqrtf(g22[symmetric_at(c, i, i)] + S2_SSJA_NORM_EPS);
    }
    for (int i = 0; i < c; i++) {
        const ptrdiff_t block = (ptrdiff_t)(i / S2_KERNEL_BLOCK) * 2 * c * S2_KERNEL_BLOCK;
        float *row1 = attend->packed + block + i % S2_KERNEL_BLOCK;
        float *row2 = row1 + (ptrdiff_t)c * S2_KERNEL_BLOCK;
        for (int j = 0; j < c; j++) {
            const float same1 = g11[symmetric_at(c, i, j)] * d1[i];
            const float same2 = g22[symmetric_at(c, i, j)] * d2[i];
            row1[j * S2_KERNEL_BLOCK] = (same1 + g21[whole_at(c, i, j)] * d2[i]) * d1[j];
            row2[j * S2_KERNEL_BLOCK] = (same2 + g21[whole_at(c, j, i)] * d1[i]) * d2[j];
        }
        finish_attention(row1, c, i);
        finish_attention(row2, c, i);
    }
}

void s2_band_filter(const float *restrict x, int bands, const float *w, float bias, int width,
                    float *restrict y)
{
    const int reach = (width - 1) / 2;
    for (int b = 0; b < bands; b++)
        y[b] = bias;
    for (int k = 0; k < width; k++) {
        const int shift = k - reach;
        const int first = shift < 0 ? -shift : 0;
        const int end = shift > 0 ? bands - shift : bands;
        for (int b = first; b < end; b++)
            y[b] += w[k] * x[b + shift];
    }
    for (int b = 0; b < bands; b++)
        y[b] = y[b] > 0.0f ? y[b] : 0.0f;
}

static void filter_plain(const s2_kernel_filter *filter)
{
    const int bands = filter->bands;
    for (int p = 0; p < filter->count; p++) {
        const float *x = filter->pixels + (ptrdiff_t)p * bands;
        float *out = filter->out + (ptrdiff_t)p * 2 * bands;
        s2_band_filter(x, bands, filter->filter3, filter->bias3, 3, out);
        s2_band_filter(x, bands, filter->filter5, filter->bias5, 5, out + bands);
    }
}

static int compare_descending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* The numbers of a window in order; returns how many of them are data. */
static int take_window(const s2_kernel_smooth *row, int x, float *values)
{
    int count = 0;
    for (int r = 0; r < row->row_count; r++)
        for (int u = 0; u < row->window; u++)
            if (!isnan(row->rows[r][x + u]))
                values[count++] = row->rows[r][x + u];
    return count;
}

static void smooth_plain(const s2_kernel_smooth *row)
{
    float values[S2_SMOOTH_MOST_PX * S2_SMOOTH_MOST_PX];
    for (int x = 0; x < row->count; x++) {
        const int half = row->halves[x];
        double sum = 0.0, squares = 0.0;
        if (half == 0)
            continue;
        int count = take_window(row, x, values);
        qsort(values, (size_t)count, sizeof *values, compare_descending);
        const float least = values[half - 1];
        count = take_window(row, x, values);
        for (int i = 0; i < count; i++) {
            const double from = values[i] > least ? (double)values[i] - (double)least : 0.0;
            sum += from;
            squares += from * from;
        }
        row->least[x] = least;
        row->y[x] = s2_smooth_posterior(sum, squares, half, (double)least, (double)row->own[x]);
    }
}

/* training has no plain form of its own */
const s2_kernels s2_kernels_plain = {"plain",
                                     row_plain,
                                     NULL,
                                     sample_plain,
                                     moments_plain,
                                     scale_plain,
                                     sum_plain,
                                     gram_plain,
                                     attend_plain,
                                     filter_plain,
                                     smooth_plain,
                                     &s2_winograd_passes_base,
                                     &s2_tensor_passes_base,
                                     false};
