/* A lattice of cells and its windows: statistics over 3 x 3 cells, interpolation between cell
   centres. */
#include "nn/layers/cells.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

int s2_cell_count(int size, int cell_px)
{
    return (size + cell_px - 1) / cell_px;
}

s2_lattice s2_lattice_over(int h, int w, int cell_px)
{
    if (cell_px == 0)
        return (s2_lattice){0};
    return (s2_lattice){cell_px, s2_cell_count(h, cell_px), s2_cell_count(w, cell_px)};
}

s2_cell_span s2_cell_pixels(const s2_lattice *lattice, int index, int h, int w)
{
    const int side = lattice->cell_px;
    const int y0 = index / lattice->columns * side;
    const int x0 = index % lattice->columns * side;
    return (s2_cell_span){y0, y0 + side < h ? y0 + side : h, x0, x0 + side < w ? x0 + side : w};
}

float s2_cell_moments(const s2_tensor *x, int n, const uint8_t *valid, s2_cell_span span,
                      float *sum, float *square)
{
    float count = 0.0f;
    memset(sum, 0, (size_t)x->c * sizeof(float));
    memset(square, 0, (size_t)x->c * sizeof(float));
    for (int i = span.y0; i < span.y1; i++)
        for (int j = span.x0; j < span.x1; j++) {
            const size_t p = (size_t)i * (size_t)x->w + (size_t)j;
            if (!valid[p])
                continue;
            const float *value = s2_tensor_at(x, n) + p * (size_t)x->stride;
            count += 1.0f;
            for (int c = 0; c < x->c; c++) {
                sum[c] += value[c];
                square[c] += value[c] * value[c];
            }
        }
    return count;
}

void s2_window_sum(const float *cells, int cells_y, int cells_x, size_t length, float *windows)
{
    for (int y = 0; y < cells_y; y++)
        for (int x = 0; x < cells_x; x++) {
            float *window = windows + (size_t)(y * cells_x + x) * length;
            memset(window, 0, length * sizeof(float));
            for (int i = y > 0 ? y - 1 : 0; i <= y + 1 && i < cells_y; i++)
                for (int j = x > 0 ? x - 1 : 0; j <= x + 1 && j < cells_x; j++) {
                    const float *cell = cells + (size_t)(i * cells_x + j) * length;
                    for (size_t k = 0; k < length; k++)
                        window[k] += cell[k];
                }
        }
}

void s2_window_moments(const s2_window_sums *window, int c, float *mean, float *var, float *std)
{
    const float count = window->count;
    for (int k = 0; k < c; k++) {
        const float sum = window->sum[k];
        const float centre = count > 0.0f ? sum / count : 0.0f;
        const float spread =
            count > 1.0f ? (window->square[k] - sum * centre) / (count - 1.0f) : 0.0f;
        mean[k] = centre;
        var[k] = spread < 0.0f ? 0.0f : spread;
        std[k] = sqrtf(var[k] + S2_WINDOW_STD_EPS);
    }
}

s2rgf_status s2_window_stats_init(s2_window_stats *stats, int n, s2_lattice lattice, int c,
                                  s2rgf_error *err)
{
    *stats = (s2_window_stats){.lattice = lattice};
    s2_tensor *tensors[5] = {&stats->mean, &stats->std, &stats->var, &stats->cell_sum,
                             &stats->cell_square};
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < 5 && status == S2RGF_OK; i++)
        status = s2_tensor_init(tensors[i], n, lattice.rows, lattice.columns, c, err);
    if (status == S2RGF_OK) {
        stats->count = s2_calloc(s2_tensor_pixels(&stats->mean), sizeof(float));
        stats->cell_count = s2_calloc(s2_tensor_pixels(&stats->mean), sizeof(float));
        if (!stats->count || !stats->cell_count)
            status = s2_fail_memory(err, "window statistics");
    }
    return status;
}

void s2_window_stats_clear(s2_window_stats *stats)
{
    S2_TENSORS_CLEAR(&stats->mean, &stats->std, &stats->var, &stats->cell_sum, &stats->cell_square);
    s2_free(stats->count);
    s2_free(stats->cell_count);
    *stats = (s2_window_stats){0};
}

void s2_window_stats_forward(const s2_tensor *x, const uint8_t *valid, s2_window_stats *stats)
{
    const int rows = stats->mean.h;
    const int columns = stats->mean.w;
    const size_t cells = (size_t)rows * (size_t)columns;
    const size_t pixels = (size_t)x->h * (size_t)x->w;
    const size_t c = (size_t)x->c;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++) {
        float *cell_sum = s2_tensor_at(&stats->cell_sum, n);
        float *cell_square = s2_tensor_at(&stats->cell_square, n);
        float *cell_count = stats->cell_count + (size_t)n * cells;
        float *count = stats->count + (size_t)n * cells;
        float *mean = s2_tensor_at(&stats->mean, n);
        float *var = s2_tensor_at(&stats->var, n);
        float *std = s2_tensor_at(&stats->std, n);
        for (size_t i = 0; i < cells; i++) {
            const s2_cell_span span = s2_cell_pixels(&stats->lattice, (int)i, x->h, x->w);
            cell_count[i] = s2_cell_moments(x, n, valid + (size_t)n * pixels, span,
                                            cell_sum + i * c, cell_square + i * c);
        }
        s2_window_sum(cell_count, rows, columns, 1, count);
        s2_window_sum(cell_sum, rows, columns, c, mean);
        s2_window_sum(cell_square, rows, columns, c, std);
        for (size_t i = 0; i < cells; i++) {
            const s2_window_sums window = {mean + i * c, std + i * c, count[i]};
            s2_window_moments(&window, x->c, mean + i * c, var + i * c, std + i * c);
        }
    }
}

/* Gradients of every window's sum and sum of squares, in place of dmean and dstd's meaning: to sum,
   square. */
static void moment_gradients(const s2_window_stats *stats, int n, const float *dmean,
                             const float *dstd, float *dsum, float *dsquare)
{
    const size_t cells = (size_t)stats->mean.h * (size_t)stats->mean.w;
    const size_t c = (size_t)stats->mean.c;
    for (size_t i = 0; i < cells; i++) {
        const float count = stats->count[(size_t)n * cells + i];
        for (size_t k = i * c; k < (i + 1) * c; k++) {
            const float var = s2_tensor_at(&stats->var, n)[k];
            const float mean = s2_tensor_at(&stats->mean, n)[k];
            const float dvar =
                count > 1.0f && var > 0.0f
                    ? 0.5f * dstd[k] / s2_tensor_at(&stats->std, n)[k] / (count - 1.0f)
                    : 0.0f;
            dsquare[k] = dvar;
            dsum[k] = (count > 0.0f ? dmean[k] / count : 0.0f) - 2.0f * mean * dvar;
        }
    }
}

void s2_window_stats_backward(const s2_tensor *x, const uint8_t *valid, s2_window_stats *stats,
                              const s2_tensor *dmean, const s2_tensor *dstd, const s2_tensor *dx)
{
    const int columns = stats->mean.w;
    const int side = stats->lattice.cell_px;
    const size_t c = (size_t)x->c;
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++) {
        float *dsum = s2_tensor_at(&stats->cell_sum, n);
        float *dsquare = s2_tensor_at(&stats->cell_square, n);
        float *to_sum = s2_tensor_at(&stats->mean, n);
        float *to_square = s2_tensor_at(&stats->std, n);
        moment_gradients(stats, n, s2_tensor_at(dmean, n), s2_tensor_at(dstd, n), dsum, dsquare);
        s2_window_sum(dsum, stats->mean.h, columns, c, to_sum);
        s2_window_sum(dsquare, stats->mean.h, columns, c, to_square);
        for (int i = 0; i < x->h; i++)
            for (int j = 0; j < x->w; j++) {
                const size_t in_crop = (size_t)i * (size_t)x->w + (size_t)j;
                const size_t cell = (size_t)(i / side) * (size_t)columns + (size_t)(j / side);
                const float *value = s2_tensor_at(x, n) + in_crop * (size_t)x->stride;
                float *grad = s2_tensor_at(dx, n) + in_crop * (size_t)dx->stride;
                if (!valid[(size_t)n * (size_t)x->h * (size_t)x->w + in_crop])
                    continue;
                for (size_t k = 0; k < c; k++)
                    grad[k] += to_sum[cell * c + k] + 2.0f * value[k] * to_square[cell * c + k];
            }
    }
}

s2_cell_mix s2_cell_between(int index, int cells, int cell_px)
{
    const float position = ((float)index + 0.5f) / (float)cell_px - 0.5f;
    s2_cell_mix mix = {0, 0, 0.0f};
    if (position <= 0.0f)
        return mix;
    mix.first = (int)position;
    if (mix.first >= cells - 1) {
        mix.first = mix.second = cells - 1;
        return mix;
    }
    mix.second = mix.first + 1;
    mix.weight = position - (float)mix.first;
    return mix;
}

/* The four cells around position (i, j) of crop n and their weights. */
typedef struct cell_quad {
    size_t at[4];
    float weight[4];
} cell_quad;

static cell_quad quad_at(const s2_tensor *a, int cell_px, int i, int j)
{
    const s2_cell_mix y = s2_cell_between(i, a->h, cell_px);
    const s2_cell_mix x = s2_cell_between(j, a->w, cell_px);
    const size_t stride = (size_t)a->stride;
    return (cell_quad){{(size_t)(y.first * a->w + x.first) * stride,
                        (size_t)(y.first * a->w + x.second) * stride,
                        (size_t)(y.second * a->w + x.first) * stride,
                        (size_t)(y.second * a->w + x.second) * stride},
                       {(1.0f - y.weight) * (1.0f - x.weight), (1.0f - y.weight) * x.weight,
                        y.weight * (1.0f - x.weight), y.weight * x.weight}};
}

void s2_cell_scale_forward(const s2_tensor *a, const s2_tensor *x, int cell_px, const s2_tensor *y)
{
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < x->n; n++)
        for (int i = 0; i < x->h; i++)
            for (int j = 0; j < x->w; j++) {
                const cell_quad q = quad_at(a, cell_px, i, j);
                const float *scale = s2_tensor_at(a, n);
                const size_t p = (size_t)i * (size_t)x->w + (size_t)j;
                const float *from = s2_tensor_at(x, n) + p * (size_t)x->stride;
                float *to = s2_tensor_at(y, n) + p * (size_t)y->stride;
                for (size_t k = 0; k < (size_t)x->c; k++)
                    to[k] = from[k] *
                            (q.weight[0] * scale[q.at[0] + k] + q.weight[1] * scale[q.at[1] + k] +
                             q.weight[2] * scale[q.at[2] + k] + q.weight[3] * scale[q.at[3] + k]);
            }
}

void s2_cell_scale_backward(const s2_tensor *a, const s2_tensor *x, int cell_px,
                            const s2_tensor *dy, const s2_tensor *da, const s2_tensor *dx)
{
#pragma omp parallel for schedule(static)
    for (int n = 0; n < x->n; n++)
        for (int i = 0; i < x->h; i++)
            for (int j = 0; j < x->w; j++) {
                const cell_quad q = quad_at(a, cell_px, i, j);
                const float *scale = s2_tensor_at(a, n);
                float *dscale = s2_tensor_at(da, n);
                const size_t p = (size_t)i * (size_t)x->w + (size_t)j;
                const float *from = s2_tensor_at(x, n) + p * (size_t)x->stride;
                const float *grad = s2_tensor_at(dy, n) + p * (size_t)dy->stride;
                float *to = s2_tensor_at(dx, n) + p * (size_t)dx->stride;
                for (int corner = 0; corner < 4; corner++) {
                    const float weight = q.weight[corner];
                    for (size_t k = 0; k < (size_t)x->c; k++) {
                        to[k] += grad[k] * weight * scale[q.at[corner] + k];
                        dscale[q.at[corner] + k] += grad[k] * weight * from[k];
                    }
                }
            }
}
