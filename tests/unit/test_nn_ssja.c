/* Spatial-spectral joint attention against PyTorch, and what holds for any attention matrix. */
#include "nn/layers/ssja.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5
#define H 18
#define W 25
#define C 8

static uint8_t valid[4 * H * W];

/* window_validity() of tests/golden/make_goldens.py: holes; one corner position; none; all. */
static void fill_validity(void)
{
    const size_t pixels = (size_t)H * W;
    memset(valid, 0, sizeof valid);
    golden_mask("window.valid", 0.7, valid, pixels);
    valid[2 * pixels - 1] = 1;
    memset(valid + 3 * pixels, 1, pixels);
}

static void test_golden(const golden_file *file)
{
    s2_ssja_state state;
    s2_tensor x1 = golden_input("ssja", "x1", 4, H, W, C),
              x2 = golden_input("ssja", "x2", 4, H, W, C);
    s2_tensor z = golden_zeros(4, H, W, C), dz = golden_input("ssja", "dy", 4, H, W, C);
    s2_tensor dx1 = golden_zeros(4, H, W, C), dx2 = golden_zeros(4, H, W, C);
    REQUIRE(s2_ssja_state_init(&state, 4, s2_lattice_over(H, W, 8), C, NULL) == S2RGF_OK);
    CHECK(s2_ssja_forward(&state, (s2_tensor_pair[2]){{.value = x1}, {.value = x2}}, valid,
                          &(s2_tensor_pair){.value = z}, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, "ssja", "y", &z, TOLERANCE));
    CHECK(s2_ssja_backward(&state, (s2_tensor_pair[2]){{x1, dx1}, {x2, dx2}}, valid,
                           &(s2_tensor_pair){.grad = dz}, NULL) == S2RGF_OK);
    CHECK(golden_tensor_matches(file, "ssja", "dx1", &dx1, TOLERANCE));
    CHECK(golden_tensor_matches(file, "ssja", "dx2", &dx2, TOLERANCE));
    s2_ssja_state_clear(&state);
    golden_tensors_end();
}

/* Rows of both matrices are probabilities; they depend on the channels' directions, not sizes. */
static void test_attention(void)
{
    float x1[C][20], x2[C][20], g11[C * C], g22[C * C], g21[C * C], norms[2 * C];
    float a1[2][C * C], a2[2][C * C];
    golden_fill("attention.x1", 1, 0, &x1[0][0], C * 20);
    golden_fill("attention.x2", 1, 0, &x2[0][0], C * 20);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < C; i++)
            for (int j = 0; j < C; j++) {
                double s11 = 0, s22 = 0, s21 = 0;
                for (int p = 0; p < 20; p++) {
                    s11 += (double)x1[i][p] * x1[j][p];
                    s22 += (double)x2[i][p] * x2[j][p];
                    s21 += (double)x2[i][p] * x1[j][p];
                }
                g11[i * C + j] = (float)s11;
                g22[i * C + j] = (float)s22;
                g21[i * C + j] = (float)s21;
            }
        s2_ssja_attention((const float *const[3]){g11, g22, g21}, C, norms,
                          (float *const[2]){a1[round], a2[round]});
        for (int i = 0; i < C; i++) {
            double sum1 = 0, sum2 = 0;
            for (int j = 0; j < C; j++) {
                CHECK(a1[round][i * C + j] > 0 && a2[round][i * C + j] > 0);
                sum1 += a1[round][i * C + j];
                sum2 += a2[round][i * C + j];
            }
            CHECK_NEAR(sum1, 1, 1e-6);
            CHECK_NEAR(sum2, 1, 1e-6);
        }
        for (int k = 0; k < C; k++) /* for the second round: other sizes, same directions */
            for (int p = 0; p < 20; p++) {
                x1[k][p] *= (float)(k + 2);
                x2[k][p] *= 30;
            }
    }
    for (int i = 0; i < C * C; i++) {
        CHECK_NEAR(a1[0][i], a1[1][i], 1e-5);
        CHECK_NEAR(a2[0][i], a2[1][i], 1e-5);
    }
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    fill_validity();
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_golden(&file);
    }
    test_attention();
    golden_clear(&file);
    return harness_end();
}
