/* Tensors, their views, parameters, and the matrix product. */
#include <omp.h>
#include <string.h>

#include "golden/network_parts.h"
#include "nn/tensor.h"

#include "golden/golden_tensors.h"
#include "nn/layers/gemm.h"

static void test_tensor(void)
{
    s2_tensor tensor;
    REQUIRE(s2_tensor_init(&tensor, 2, 3, 4, 5, NULL) == S2RGF_OK);
    CHECK(tensor.n == 2 && tensor.h == 3 && tensor.w == 4 && tensor.c == 5 && tensor.stride == 5);
    CHECK(s2_tensor_pixels(&tensor) == 24);
    CHECK(s2_tensor_at(&tensor, 1) == tensor.data + 60);
    for (int i = 0; i < 120; i++)
        CHECK(tensor.data[i] == 0);
    for (int i = 0; i < 120; i++)
        tensor.data[i] = (float)i;

    s2_tensor view = s2_tensor_channels(&tensor, 2, 3);
    CHECK(view.c == 3 && view.stride == 5 && view.data == tensor.data + 2);
    CHECK(s2_tensor_at(&view, 1)[0] == 62);
    s2_tensor_zero(&view);
    for (int i = 0; i < 120; i++)
        CHECK(tensor.data[i] == (i % 5 < 2 ? (float)i : 0));
    s2_tensor_clear(&tensor);
    s2_tensor_clear(&tensor); /* twice is harmless */
}

/* Sizes that overflow are refused, not wrapped. */
static void test_huge_tensor(void)
{
    s2_tensor tensor;
    s2rgf_error err = {0};
    const int most = 2000000000;
    CHECK(s2_tensor_init(&tensor, most, most, most, most, &err) == S2RGF_NO_MEMORY);
    CHECK(err.status == S2RGF_NO_MEMORY && err.message[0] != '\0');
}

static void test_params(void)
{
    static s2_params params;
    memset(&params, 0, sizeof params);
    s2_param *w = s2_params_add(&params, S2_PARAM_WEIGHT, "net", "weight", (int[5]){3, 3, 2, 4});
    s2_param *b = s2_params_add(&params, S2_PARAM_BIAS, "net", "bias", (int[5]){4});
    s2_param *m = s2_params_add(&params, S2_PARAM_STATISTIC, "net", "mean", (int[5]){4});
    REQUIRE(!params.failed && params.count == 3);
    CHECK(w->count == 72 && w->dim_count == 4 && w->dims[3] == 4 && w->decay && w->grad);
    CHECK(b->count == 4 && b->dim_count == 1 && !b->decay && b->grad);
    CHECK(!m->grad && !m->decay);
    CHECK_STR(w->name, "net.weight");
    CHECK(find_param(&params, "net.bias") == b);
    CHECK(!find_param(&params, "net.bia"));
    CHECK(w->value[71] == 0 && w->grad[71] == 0);
    w->grad[7] = 1;
    b->grad[3] = 2;
    s2_params_zero_grad(&params);
    CHECK(w->grad[7] == 0 && b->grad[3] == 0);
    s2_params_clear(&params);
}

/* Entry (i, j) of a matrix as the product sees it. */
static double entry(s2_matrix m, int i, int j)
{
    return m.transposed ? m.data[j * m.ld + i] : m.data[i * m.ld + j];
}

static void test_product(int m, int n, int k)
{
    enum { LD = 19, SIZE = LD * LD };
    static float a[SIZE], b[SIZE], start[SIZE], c[SIZE];
    golden_fill("gemm.a", 1, 0, a, SIZE);
    golden_fill("gemm.b", 1, 0, b, SIZE);
    golden_fill("gemm.c", 1, 0, start, SIZE);
    for (int form = 0; form < 8; form++) {
        const s2_matrix left = {a, LD, (form & 1) != 0}, right = {b, LD, (form & 2) != 0};
        const float beta = form & 4 ? 1.0f : 0.0f;
        memcpy(c, start, sizeof c);
        s2_gemm(m, n, k, left, right, beta, c, LD);
        for (int i = 0; i < LD; i++)
            for (int j = 0; j < LD; j++) {
                double expected = start[i * LD + j];
                if (i < m && j < n) {
                    expected *= beta;
                    for (int t = 0; t < k; t++)
                        expected += entry(left, i, t) * entry(right, t, j);
                }
                CHECK_NEAR(c[i * LD + j], expected, 1e-5);
            }
    }
}

/* A product of all threads: right, and the same bits for any number of them. */
static void test_shared_product(int m)
{
    enum { N = 48, K = 160, MOST = 1100 };
    static float a[MOST * K], b[K * N], start[MOST * N], one[MOST * N], c[MOST * N];
    golden_fill("gemm.a", 1, 0, a, MOST * K);
    golden_fill("gemm.b", 1, 0, b, K * N);
    golden_fill("gemm.c", 1, 0, start, MOST * N);
    const s2_matrix right = {b, N, false};
    for (int transposed = 0; transposed < 2; transposed++) {
        const s2_matrix left = {a, transposed ? MOST : K, transposed != 0};
        for (int threads = 1; threads <= 5; threads++) {
            memcpy(c, start, sizeof c);
            omp_set_num_threads(threads);
            s2_gemm_shared(m, N, K, left, right, 1.0f, c, N);
            if (threads == 1)
                memcpy(one, c, sizeof c);
            CHECK(memcmp(one, c, sizeof c) == 0);
        }
        for (int i = 0; i < MOST; i += 7)
            for (int j = 0; j < N; j++) {
                double expected = start[i * N + j];
                for (int t = 0; t < K && i < m; t++)
                    expected += entry(left, i, t) * entry(right, t, j);
                CHECK_NEAR(c[i * N + j], expected, 1e-4);
            }
    }
}

int main(void)
{
    test_tensor();
    test_huge_tensor();
    test_params();
    test_product(1, 1, 1);
    test_product(7, 5, 11);
    test_product(16, 17, 3);
    test_shared_product(1);
    test_shared_product(65);
    test_shared_product(1100);
    return harness_end();
}
