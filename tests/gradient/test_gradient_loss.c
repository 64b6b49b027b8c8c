/* Finite differences for the two losses. */
#include "gradient/gradient.h"
#include "nn/layers/loss.h"

#define STEP 4e-3
#define TOLERANCE 2e-3

typedef struct loss_context {
    s2_tensor x;
    int16_t labels[2 * 6 * 5];
    uint8_t valid[2 * 6 * 5];
    s2_entropy_options entropy;
    double weights[4];
    s2_relation_form form;
} loss_context;

static double entropy_objective(void *context)
{
    loss_context *c = context;
    return s2_cross_entropy(&c->x, c->labels, &c->entropy, c->weights, NULL);
}

static double relation_objective(void *context)
{
    const loss_context *c = context;
    double loss = 0;
    s2_tensor unused = golden_zeros(c->x.n, c->x.h, c->x.w, c->x.c);
    REQUIRE(s2_relation_loss(&(s2_relation_options){c->form, 0, NULL}, &c->x, c->valid, &unused,
                             &loss, NULL) == S2RGF_OK);
    s2_tensor_clear(&golden_tensors_kept[--golden_tensors_count]);
    return loss;
}

static void test_cross_entropy(double smoothing, double balance)
{
    loss_context c = {.entropy = {smoothing, balance}};
    golden_labels("labels", 4, 0.4, c.labels, sizeof c.labels / sizeof c.labels[0]);
    c.x = golden_random_scaled("logits", 2, 2, 6, 5, 4);
    s2_tensor dx = golden_zeros(2, 6, 5, 4);
    s2_cross_entropy(&c.x, c.labels, &c.entropy, c.weights, &dx);
    const gradient_input input = {"logits", c.x, dx};
    gradient_check(&input, STEP, TOLERANCE, entropy_objective, &c);
    golden_tensors_end();
}

static void test_relation(s2_relation_form form)
{
    loss_context c = {.form = form};
    golden_mask("valid", 0.7, c.valid, sizeof c.valid);
    c.x = golden_random("relation", 2, 6, 5, 5);
    s2_tensor dx = golden_zeros(2, 6, 5, 5);
    double loss = 0;
    REQUIRE(s2_relation_loss(&(s2_relation_options){form, 1, NULL}, &c.x, c.valid, &dx, &loss,
                             NULL) == S2RGF_OK);
    const gradient_input input = {"fused tensor", c.x, dx};
    gradient_check(&input, STEP, TOLERANCE, relation_objective, &c);
    golden_tensors_end();
}

int main(void)
{
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_cross_entropy(0, 0);
        test_cross_entropy(0.1, 0.5);
        test_relation(S2_RELATION_CORRELATION);
        test_relation(S2_RELATION_SOFTMAX);
    }
    return harness_end();
}
