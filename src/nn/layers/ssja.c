/* SSJA, spatial-spectral joint attention, one pair of attention matrices per cell. */
#include "nn/layers/ssja.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "nn/layers/gemm.h"

/* Cells of one crop. */
static int cell_total(const s2_ssja_state *state)
{
    return state->lattice.rows * state->lattice.columns;
}

s2rgf_status s2_ssja_state_init(s2_ssja_state *state, int n, s2_lattice lattice, int c,
                                s2rgf_error *err)
{
    *state = (s2_ssja_state){.lattice = lattice, .n = n, .c = c};
    float **all[5] = {&state->g11, &state->g22, &state->g21, &state->a1, &state->a2};
    const size_t cells = (size_t)n * (size_t)cell_total(state);
    for (int i = 0; i < 5; i++) {
        *all[i] = s2_calloc(cells * (size_t)c, (size_t)c * sizeof(float));
        if (!*all[i]) {
            s2_ssja_state_clear(state);
            return s2_fail_memory(err, "joint attention");
        }
    }
    return S2RGF_OK;
}

void s2_ssja_state_clear(s2_ssja_state *state)
{
    S2_FREE_EACH(state->g11, state->g22, state->g21, state->a1, state->a2);
    *state = (s2_ssja_state){0};
}

static void softmax_row(float *row, int c)
{
    float top = row[0];
    float sum = 0.0f;
    for (int k = 1; k < c; k++)
        top = row[k] > top ? row[k] : top;
    for (int k = 0; k < c; k++) {
        row[k] = expf(row[k] - top);
        sum += row[k];
    }
    for (int k = 0; k < c; k++)
        row[k] /= sum;
}

static void diagonal_norms(const float *g, int c, float *norms)
{
    for (int k = 0; k < c; k++)
        norms[k] = sqrtf(g[(size_t)k * (size_t)c + (size_t)k] + S2_SSJA_NORM_EPS);
}

void s2_ssja_attention(const float *const grams[3], int c, float *norms, float *const a[2])
{
    const float *g11 = grams[0];
    const float *g22 = grams[1];
    const float *g21 = grams[2];
    float *a1 = a[0];
    float *a2 = a[1];
    const size_t width = (size_t)c;
    float *restrict d1 = norms;
    float *restrict d2 = norms + c;
    diagonal_norms(g11, c, d1);
    diagonal_norms(g22, c, d2);
    for (size_t i = 0; i < width; i++)
        for (size_t j = 0; j < width; j++)
            a2[i * width + j] = g21[j * width + i];
    for (size_t i = 0; i < width; i++) {
        float *restrict row1 = a1 + i * width;
        float *restrict row2 = a2 + i * width;
        const float *row11 = g11 + i * width;
        const float *row22 = g22 + i * width;
        const float *row21 = g21 + i * width;
        const float own1 = d1[i];
        const float own2 = d2[i];
        for (size_t j = 0; j < width; j++)
            row1[j] = (row11[j] / own1 + row21[j] / own2) / d1[j];
        for (size_t j = 0; j < width; j++)
            row2[j] = (row22[j] / own2 + row2[j] / own1) / d2[j];
        softmax_row(row1, c);
        softmax_row(row2, c);
    }
}

/* Rows of one crop that hold the pixels of a cell, packed: out [pixels][c]; only valid ones when
   valid is given. Returns their number. */
static int gather_cell(const s2_tensor *x, int n, const uint8_t *valid, s2_cell_span span,
                       float *out)
{
    int count = 0;
    for (int i = span.y0; i < span.y1; i++)
        for (int j = span.x0; j < span.x1; j++) {
            const size_t p = (size_t)i * (size_t)x->w + (size_t)j;
            if (valid && !valid[p])
                continue;
            memcpy(out + (size_t)count++ * (size_t)x->c, s2_tensor_at(x, n) + p * (size_t)x->stride,
                   (size_t)x->c * sizeof(float));
        }
    return count;
}

static void add_to_cell(const float *rows, const s2_tensor *x, int n, const uint8_t *valid,
                        s2_cell_span span)
{
    for (int i = span.y0; i < span.y1; i++)
        for (int j = span.x0; j < span.x1; j++) {
            const size_t p = (size_t)i * (size_t)x->w + (size_t)j;
            if (valid && !valid[p])
                continue;
            float *to = s2_tensor_at(x, n) + p * (size_t)x->stride;
            for (int k = 0; k < x->c; k++)
                to[k] += rows[k];
            rows += x->c;
        }
}

/* One thread's workspace: three matrices per cell and a few cells' pixels. */
typedef struct ssja_work {
    float *m11, *m22, *m21;   /* [cells][c][c] */
    float *x1, *x2, *t1, *t2; /* [pixels of a cell][c] */
    float *norms;             /* [4c] */
} ssja_work;

static bool work_init(ssja_work *work, const s2_ssja_state *state)
{
    const size_t c = (size_t)state->c;
    const size_t matrices = (size_t)cell_total(state) * c * c;
    const size_t pixels = (size_t)state->lattice.cell_px * (size_t)state->lattice.cell_px;
    const size_t rows = pixels > 4 ? pixels : 4;
    float **all[8] = {&work->m11, &work->m22, &work->m21, &work->x1,
                      &work->x2,  &work->t1,  &work->t2,  &work->norms};
    for (int i = 0; i < 8; i++) {
        *all[i] = s2_alloc(i < 3 ? matrices : rows * c, sizeof(float));
        if (!*all[i])
            return false;
    }
    return true;
}

static void work_clear(ssja_work *work)
{
    S2_FREE_EACH(work->m11, work->m22, work->m21, work->x1, work->x2, work->t1, work->t2,
                 work->norms);
}

static s2_matrix plain(const float *data, int ld)
{
    return (s2_matrix){data, ld, false};
}

static s2_matrix transposed(const float *data, int ld)
{
    return (s2_matrix){data, ld, true};
}

static void forward_crop(s2_ssja_state *state, const s2_tensor_pair x[2], int n,
                         const uint8_t *valid, const s2_tensor *z, ssja_work *work)
{
    const s2_tensor *x1 = &x[0].value;
    const s2_tensor *x2 = &x[1].value;
    const int c = state->c;
    const int cells = cell_total(state);
    const size_t matrix = (size_t)c * (size_t)c;
    const size_t base = (size_t)n * (size_t)cells * matrix;
    for (int i = 0; i < cells; i++) {
        const s2_cell_span span = s2_cell_pixels(&state->lattice, i, x1->h, x1->w);
        const size_t at = (size_t)i * matrix;
        const int count = gather_cell(x1, n, valid, span, work->x1);
        gather_cell(x2, n, valid, span, work->x2);
        s2_gemm(c, c, count, transposed(work->x1, c), plain(work->x1, c), 0.0f, work->m11 + at, c);
        s2_gemm(c, c, count, transposed(work->x2, c), plain(work->x2, c), 0.0f, work->m22 + at, c);
        s2_gemm(c, c, count, transposed(work->x2, c), plain(work->x1, c), 0.0f, work->m21 + at, c);
    }
    s2_window_sum(work->m11, state->lattice.rows, state->lattice.columns, matrix,
                  state->g11 + base);
    s2_window_sum(work->m22, state->lattice.rows, state->lattice.columns, matrix,
                  state->g22 + base);
    s2_window_sum(work->m21, state->lattice.rows, state->lattice.columns, matrix,
                  state->g21 + base);
    for (int i = 0; i < cells; i++) {
        const s2_cell_span span = s2_cell_pixels(&state->lattice, i, x1->h, x1->w);
        const size_t at = base + (size_t)i * matrix;
        const float *const grams[3] = {state->g11 + at, state->g22 + at, state->g21 + at};
        s2_ssja_attention(grams, c, work->norms, (float *const[2]){state->a1 + at, state->a2 + at});
        const int count = gather_cell(x1, n, NULL, span, work->x1);
        gather_cell(x2, n, NULL, span, work->x2);
        for (size_t k = 0; k < (size_t)count * (size_t)c; k++)
            work->t1[k] = work->x1[k] + work->x2[k];
        s2_gemm(count, c, c, plain(work->x1, c), transposed(state->a1 + at, c), 1.0f, work->t1, c);
        s2_gemm(count, c, c, plain(work->x2, c), transposed(state->a2 + at, c), 1.0f, work->t1, c);
        add_to_cell(work->t1, z, n, NULL, span);
    }
}

s2rgf_status s2_ssja_forward(s2_ssja_state *state, const s2_tensor_pair x[2], const uint8_t *valid,
                             const s2_tensor_pair *z, s2rgf_error *err)
{
    const size_t pixels = (size_t)z->value.h * (size_t)z->value.w;
    bool failed = false;
    s2_tensor_zero(&z->value);
    if (state->lattice.cell_px == 0) {
        s2_tensor_add(&x[0].value, &z->value);
        s2_tensor_add(&x[1].value, &z->value);
        return S2RGF_OK;
    }
#pragma omp parallel reduction(|| : failed)
    {
        ssja_work work = {0};
        const bool ready = work_init(&work, state);
        failed = !ready;
#pragma omp for schedule(static)
        for (int n = 0; n < z->value.n; n++)
            if (ready)
                forward_crop(state, x, n, valid + (size_t)n * pixels, &z->value, &work);
        work_clear(&work);
    }
    return failed ? s2_fail_memory(err, "joint attention") : S2RGF_OK;
}

/* dA becomes the gradient of the matrix before softmax_rows. */
static void softmax_backward(const float *a, int c, float *da)
{
    for (int i = 0; i < c; i++, a += c, da += c) {
        float inner = 0.0f;
        for (int k = 0; k < c; k++)
            inner += a[k] * da[k];
        for (int k = 0; k < c; k++)
            da[k] = a[k] * (da[k] - inner);
    }
}

/* Gradients of one window's Gram matrices from those of its two score matrices l1, l2: dg11, dg22,
   dg21 out. */
static void gram_backward(const s2_ssja_state *state, size_t at, const float *l1, const float *l2,
                          float *norms, float *const dg[3])
{
    const size_t c = (size_t)state->c;
    const float *g11 = state->g11 + at;
    const float *g22 = state->g22 + at;
    const float *g21 = state->g21 + at;
    float *d1 = norms;
    float *d2 = norms + c;
    float *dd1 = norms + 2 * c;
    float *dd2 = norms + 3 * c;
    diagonal_norms(g11, state->c, d1);
    diagonal_norms(g22, state->c, d2);
    memset(dd1, 0, 2 * c * sizeof(float));
    for (size_t i = 0; i < c; i++)
        for (size_t j = 0; j < c; j++) {
            const size_t ij = i * c + j;
            const float l11 = l1[ij] / (d1[i] * d1[j]);
            const float l22 = l2[ij] / (d2[i] * d2[j]);
            const float l21 = (l1[ij] + l2[j * c + i]) / (d2[i] * d1[j]);
            dg[0][ij] = l11;
            dg[1][ij] = l22;
            dg[2][ij] = l21;
            dd1[i] -= l11 * g11[ij] / d1[i];
            dd1[j] -= (l11 * g11[ij] + l21 * g21[ij]) / d1[j];
            dd2[i] -= (l22 * g22[ij] + l21 * g21[ij]) / d2[i];
            dd2[j] -= l22 * g22[ij] / d2[j];
        }
    for (size_t i = 0; i < c; i++) {
        dg[0][i * c + i] += 0.5f * dd1[i] / d1[i];
        dg[1][i * c + i] += 0.5f * dd2[i] / d2[i];
    }
}

/* What z gives back to x1 and x2 directly, and the Gram gradients of every window, to work->m. */
static void backward_attention(const s2_ssja_state *state, const s2_tensor_pair x[2],
                               const s2_tensor *dz, int n, ssja_work *work,
                               float *const matrices[2])
{
    const s2_tensor *x1 = &x[0].value;
    const s2_tensor *x2 = &x[1].value;
    const int c = state->c;
    const int cells = cell_total(state);
    const size_t matrix = (size_t)c * (size_t)c;
    for (int i = 0; i < cells; i++) {
        const s2_cell_span span = s2_cell_pixels(&state->lattice, i, x1->h, x1->w);
        const size_t at = ((size_t)n * (size_t)cells + (size_t)i) * matrix;
        float *const dg[3] = {work->m11 + (size_t)i * matrix, work->m22 + (size_t)i * matrix,
                              work->m21 + (size_t)i * matrix};
        const int count = gather_cell(dz, n, NULL, span, work->t1);
        gather_cell(x1, n, NULL, span, work->x1);
        gather_cell(x2, n, NULL, span, work->x2);
        s2_gemm(c, c, count, transposed(work->t1, c), plain(work->x1, c), 0.0f, matrices[0], c);
        s2_gemm(c, c, count, transposed(work->t1, c), plain(work->x2, c), 0.0f, matrices[1], c);
        memcpy(work->t2, work->t1, (size_t)count * (size_t)c * sizeof(float));
        s2_gemm(count, c, c, plain(work->t1, c), plain(state->a1 + at, c), 1.0f, work->t2, c);
        add_to_cell(work->t2, &x[0].grad, n, NULL, span);
        memcpy(work->t2, work->t1, (size_t)count * (size_t)c * sizeof(float));
        s2_gemm(count, c, c, plain(work->t1, c), plain(state->a2 + at, c), 1.0f, work->t2, c);
        add_to_cell(work->t2, &x[1].grad, n, NULL, span);
        softmax_backward(state->a1 + at, c, matrices[0]);
        softmax_backward(state->a2 + at, c, matrices[1]);
        gram_backward(state, at, matrices[0], matrices[1], work->norms, dg);
    }
}

/* From the cells' Gram gradients to x1 and x2: dG11 is made symmetric, G21 feeds both. */
static void backward_gram(const s2_ssja_state *state, const s2_tensor_pair x[2], int n,
                          const uint8_t *valid, ssja_work *work, float *const grams[3])
{
    const s2_tensor *x1 = &x[0].value;
    const s2_tensor *x2 = &x[1].value;
    const int c = state->c;
    const size_t matrix = (size_t)c * (size_t)c;
    for (int i = 0; i < cell_total(state); i++) {
        const s2_cell_span span = s2_cell_pixels(&state->lattice, i, x1->h, x1->w);
        const float *dg11 = grams[0] + (size_t)i * matrix;
        const float *dg22 = grams[1] + (size_t)i * matrix;
        const float *dg21 = grams[2] + (size_t)i * matrix;
        const int count = gather_cell(x1, n, valid, span, work->x1);
        gather_cell(x2, n, valid, span, work->x2);
        s2_gemm(count, c, c, plain(work->x1, c), plain(dg11, c), 0.0f, work->t1, c);
        s2_gemm(count, c, c, plain(work->x1, c), transposed(dg11, c), 1.0f, work->t1, c);
        s2_gemm(count, c, c, plain(work->x2, c), plain(dg21, c), 1.0f, work->t1, c);
        add_to_cell(work->t1, &x[0].grad, n, valid, span);
        s2_gemm(count, c, c, plain(work->x2, c), plain(dg22, c), 0.0f, work->t2, c);
        s2_gemm(count, c, c, plain(work->x2, c), transposed(dg22, c), 1.0f, work->t2, c);
        s2_gemm(count, c, c, plain(work->x1, c), transposed(dg21, c), 1.0f, work->t2, c);
        add_to_cell(work->t2, &x[1].grad, n, valid, span);
    }
}

s2rgf_status s2_ssja_backward(const s2_ssja_state *state, const s2_tensor_pair x[2],
                              const uint8_t *valid, const s2_tensor_pair *z, s2rgf_error *err)
{
    const size_t pixels = (size_t)z->grad.h * (size_t)z->grad.w;
    const size_t matrix = (size_t)state->c * (size_t)state->c;
    const size_t matrices = (size_t)cell_total(state) * matrix;
    bool failed = false;
    if (state->lattice.cell_px == 0) {
        s2_tensor_add(&z->grad, &x[0].grad);
        s2_tensor_add(&z->grad, &x[1].grad);
        return S2RGF_OK;
    }
#pragma omp parallel reduction(|| : failed)
    {
        ssja_work work = {0};
        float *extra = s2_alloc(3 * matrices + 2 * matrix, sizeof(float));
        const bool ready = work_init(&work, state) && extra;
        failed = !ready;
#pragma omp for schedule(static)
        for (int n = 0; n < z->grad.n; n++) {
            if (!ready)
                continue;
            float *const grams[3] = {extra, extra + matrices, extra + 2 * matrices};
            float *const scores[2] = {extra + 3 * matrices, extra + 3 * matrices + matrix};
            backward_attention(state, x, &z->grad, n, &work, scores);
            s2_window_sum(work.m11, state->lattice.rows, state->lattice.columns, matrix, grams[0]);
            s2_window_sum(work.m22, state->lattice.rows, state->lattice.columns, matrix, grams[1]);
            s2_window_sum(work.m21, state->lattice.rows, state->lattice.columns, matrix, grams[2]);
            backward_gram(state, x, n, valid + (size_t)n * pixels, &work, grams);
        }
        work_clear(&work);
        s2_free(extra);
    }
    return failed ? s2_fail_memory(err, "joint attention gradient") : S2RGF_OK;
}
