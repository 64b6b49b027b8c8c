/* The max pool: largest of four, where its gradient goes, odd sizes. */
#include "nn/layers/pool.h"

#include "gradient/gradient.h"

typedef struct pool_context {
    s2_tensor x, y, dy;
} pool_context;

static double objective(void *context)
{
    pool_context *c = context;
    s2_pool_forward(&c->x, &c->y);
    return gradient_dot(&c->y, &c->dy);
}

static void test_gradient(int h, int w)
{
    pool_context c = {golden_input("pool", "x", 2, h, w, 5), golden_zeros(2, h / 2, w / 2, 5),
                      golden_input("pool", "dy", 2, h / 2, w / 2, 5)};
    const s2_tensor dx = golden_zeros(2, h, w, 5);
    objective(&c);
    s2_pool_backward(&c.x, &c.y, &c.dy, &dx);
    const gradient_input input = {"pool x", c.x, dx};
    gradient_check(&input, 1e-3, 1e-3, objective, &c);
    s2_pool_backward(&c.x, &c.y, &c.dy, &dx); /* added to: twice the gradient */
    double sum = 0, expected = 0;
    for (size_t i = 0; i < golden_count(&dx); i++)
        sum += *golden_value(&dx, i);
    for (size_t i = 0; i < golden_count(&c.dy); i++)
        expected += 2 * (double)*golden_value(&c.dy, i);
    CHECK_NEAR(sum, expected, 1e-4);
    golden_tensors_end();
}

/* y is the largest of its four; a last odd row and column belong to nobody. */
static void test_values(void)
{
    const s2_tensor x = golden_input("pool", "values", 2, 5, 7, 3);
    const s2_tensor y = golden_zeros(2, 2, 3, 3);
    s2_pool_forward(&x, &y);
    for (int at = 0; at < 2 * 2 * 3 * 3; at++) {
        const int k = at % 3, j = at / 3 % 3, i = at / 9 % 2, n = at / 18;
        float top = -INFINITY;
        for (int corner = 0; corner < 4; corner++) {
            const int row = 2 * i + corner / 2, column = 2 * j + corner % 2;
            top = fmaxf(top, *golden_value(&x, (size_t)(((n * 5 + row) * 7 + column) * 3 + k)));
        }
        CHECK(*golden_value(&y, (size_t)at) == top);
    }
    golden_tensors_end();
}

/* Of equals the first in row-major order takes the whole gradient. */
static void test_ties(void)
{
    float x[3][4] = {{1, 1, 1, 1}, {0, 2, 2, 1}, {0, -1, 3, 3}};
    const size_t first[3] = {0, 1, 2};
    for (int round = 0; round < 3; round++) {
        float y = 0, dy = 5, dx[4] = {0};
        const s2_tensor from = {x[round], 1, 2, 2, 1, 1}, to = {&y, 1, 1, 1, 1, 1};
        const s2_tensor grad = {&dy, 1, 1, 1, 1, 1}, dfrom = {dx, 1, 2, 2, 1, 1};
        s2_pool_forward(&from, &to);
        s2_pool_backward(&from, &to, &grad, &dfrom);
        for (size_t i = 0; i < 4; i++)
            CHECK(dx[i] == (i == first[round] ? 5 : 0));
    }
}

int main(void)
{
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_gradient(8, 6);
        test_gradient(5, 7);
        test_values();
    }
    test_ties();
    return harness_end();
}
