/* Cross entropy and de-redundancy loss, against PyTorch and by their properties. */
#include "nn/layers/loss.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5

#define CLASSES 4

static void test_cross_entropy(const golden_file *file, const char *name,
                               s2_entropy_options options)
{
    double weights[CLASSES];
    int16_t labels[2 * 6 * 5];
    golden_labels("entropy.labels", 4, 0.4, labels, sizeof labels / sizeof labels[0]);
    s2_tensor logits = golden_random_scaled("entropy.logits", 3, 2, 6, 5, 4);
    s2_tensor dlogits = golden_zeros(2, 6, 5, 4);
    for (size_t i = 0; i < golden_count(&dlogits); i++)
        *golden_value(&dlogits, i) = 5; /* overwritten, unlabelled pixels included */
    float loss = (float)s2_cross_entropy(&logits, labels, &options, weights, &dlogits);
    CHECK(golden_matches(file, golden_name(name, "y"), &loss, 1, TOLERANCE));
    CHECK(golden_tensor_matches(file, name, "dlogits", &dlogits, TOLERANCE));
    CHECK_NEAR(s2_cross_entropy(&logits, labels, &options, weights, NULL), loss, 1e-6);
    golden_tensors_end();
}

/* Without a label there is nothing to learn; scores of any size give finite figures. */
static void test_edges(void)
{
    const s2_entropy_options options = {0.1, 0.5};
    double weights[3];
    int16_t none[4] = {-1, -1, -1, -1}, some[4] = {2, -1, 0, 1};
    s2_tensor logits = golden_random_scaled("edges.logits", 1e4, 1, 2, 2, 3);
    s2_tensor dlogits = golden_zeros(1, 2, 2, 3);
    CHECK(s2_cross_entropy(&logits, none, &options, weights, &dlogits) == 0);
    for (size_t i = 0; i < golden_count(&dlogits); i++)
        CHECK(*golden_value(&dlogits, i) == 0);
    CHECK(isfinite(s2_cross_entropy(&logits, some, &options, weights, &dlogits)));
    for (size_t i = 0; i < golden_count(&dlogits); i++)
        CHECK(isfinite(*golden_value(&dlogits, i)));
    golden_tensors_end();
}

/* relation.y of make_goldens.py: noise with the left neighbour's channel added. */
static s2_tensor correlated_tensor(void)
{
    s2_tensor y = golden_random("relation.y", 2, 9, 8, 6);
    for (size_t i = golden_count(&y); i-- > 0;)
        if (i % 6 > 0)
            *golden_value(&y, i) += *golden_value(&y, i - 1);
    return y;
}

static void test_relation(const golden_file *file, s2_relation_form form, const char *name)
{
    uint8_t valid[2 * 9 * 8];
    double loss = 0, weighted = 0;
    golden_mask("relation.valid", 0.7, valid, 72);
    memset(valid + 72, 1, 72);
    s2_tensor y = correlated_tensor(), dy = golden_zeros(2, 9, 8, 6);
    CHECK(s2_relation_loss(&(s2_relation_options){form, 1, NULL}, &y, valid, &dy, &loss, NULL) ==
          S2RGF_OK);
    float as_float = (float)loss;
    CHECK(golden_matches(file, golden_name(name, "loss"), &as_float, 1, TOLERANCE));
    CHECK(golden_tensor_matches(file, name, "dy", &dy, TOLERANCE));

    /* the weight scales the gradient, which is added to; the loss is reported without it */
    CHECK(s2_relation_loss(&(s2_relation_options){form, 0.5, NULL}, &y, valid, &dy, &weighted,
                           NULL) == S2RGF_OK);
    CHECK_NEAR(weighted, loss, 1e-12);
    for (size_t i = 0; i < golden_count(&dy); i++)
        *golden_value(&dy, i) /= 1.5f;
    CHECK(golden_tensor_matches(file, name, "dy", &dy, TOLERANCE));
    golden_tensors_end();
}

/* Uncorrelated channels cost nothing, identical ones C - 1; nodata and constants stay finite. */
static void test_relation_extremes(void)
{
    uint8_t valid[16];
    double loss = -1;
    memset(valid, 1, sizeof valid);
    s2_tensor y = golden_zeros(1, 4, 4, 2), dy = golden_zeros(1, 4, 4, 2);
    for (int p = 0; p < 16; p++) {
        *golden_value(&y, (size_t)(2 * p)) = p & 1 ? 1 : -1;
        *golden_value(&y, (size_t)(2 * p + 1)) = p & 2 ? 1 : -1;
    }
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_CORRELATION, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, 0, 1e-6);
    for (int p = 0; p < 16; p++)
        *golden_value(&y, (size_t)(2 * p + 1)) = *golden_value(&y, (size_t)(2 * p));
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_CORRELATION, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, 1, 1e-5);

    memset(valid, 0, sizeof valid);
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_CORRELATION, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK(isfinite(loss));
    s2_tensor_zero(&y);
    memset(valid, 1, sizeof valid);
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_CORRELATION, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, 1, 1e-6); /* R is zero: its diagonal misses by one */
    for (size_t i = 0; i < golden_count(&dy); i++)
        CHECK(isfinite(*golden_value(&dy, i)));
    golden_tensors_end();
}

/* The diagonal of the published form cannot pass e / (e + C - 1), however large the values are. */
static void test_softmax_extremes(void)
{
    enum { C = 8 };
    const double top = exp(1) / (exp(1) + C - 1), rest = 1 / (exp(1) + C - 1);
    uint8_t valid[16];
    double loss = -1;
    memset(valid, 1, sizeof valid);
    s2_tensor y = golden_zeros(1, 4, 4, C), dy = golden_zeros(1, 4, 4, C);
    for (int k = 0; k < C; k++) /* one pixel a channel: Y Y^T is diagonal and huge */
        *golden_value(&y, (size_t)(k * C + k)) = 1e4f;
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_SOFTMAX, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, (1 - top) * (1 - top) + (C - 1) * rest * rest, 1e-6);
    s2_tensor_zero(&y); /* nothing to tell the channels apart: all are 1 / C */
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_SOFTMAX, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, (1 - 1.0 / C) * (1 - 1.0 / C) + (C - 1.0) / C / C, 1e-6);
    for (size_t i = 0; i < golden_count(&y); i++)
        *golden_value(&y, i) = 1;
    memset(valid, 0, sizeof valid); /* no pixel counts, and none gets a gradient */
    s2_tensor_zero(&dy);
    CHECK(s2_relation_loss(&(s2_relation_options){S2_RELATION_SOFTMAX, 1, NULL}, &y, valid, &dy,
                           &loss, NULL) == S2RGF_OK);
    CHECK_NEAR(loss, (1 - 1.0 / C) * (1 - 1.0 / C) + (C - 1.0) / C / C, 1e-6);
    for (size_t i = 0; i < golden_count(&dy); i++)
        CHECK(*golden_value(&dy, i) == 0);
    golden_tensors_end();
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_cross_entropy(&file, "entropy_0_0", (s2_entropy_options){0, 0});
        test_cross_entropy(&file, "entropy_0.1_0", (s2_entropy_options){0.1, 0});
        test_cross_entropy(&file, "entropy_0.1_0.5", (s2_entropy_options){0.1, 0.5});
        test_cross_entropy(&file, "entropy_0_1", (s2_entropy_options){0, 1});
        test_relation(&file, S2_RELATION_CORRELATION, "relation");
        test_relation(&file, S2_RELATION_SOFTMAX, "relation_softmax");
    }
    golden_tensors_wide = false;
    test_edges();
    test_relation_extremes();
    test_softmax_extremes();
    golden_clear(&file);
    return harness_end();
}
