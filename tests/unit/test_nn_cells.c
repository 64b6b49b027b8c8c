/* Window statistics and interpolation between cells, against PyTorch and against plain counting. */
#include "nn/layers/cells.h"

#include "golden/golden_tensors.h"

#define TOLERANCE 1e-5
#define CELL_PX 8
#define H 25
#define W 19
#define C 3

/* window_validity() of tests/golden/make_goldens.py: holes; one corner position; none; all. */
static void fill_validity(uint8_t *valid, size_t pixels)
{
    memset(valid, 0, 4 * pixels);
    golden_mask("window.valid", 0.7, valid, pixels);
    valid[2 * pixels - 1] = 1;
    memset(valid + 3 * pixels, 1, pixels);
}

static void test_stats(const golden_file *file)
{
    static uint8_t valid[4 * H * W];
    s2_window_stats stats;
    const int cy = s2_cell_count(H, CELL_PX), cx = s2_cell_count(W, CELL_PX);
    fill_validity(valid, (size_t)H * W);
    s2_tensor x = golden_input("window", "x", 4, H, W, C), dx = golden_zeros(4, H, W, C);
    s2_tensor dmean = golden_packed("window", "dmean", 4, cy, cx, C);
    s2_tensor dstd = golden_packed("window", "dstd", 4, cy, cx, C);
    REQUIRE(s2_window_stats_init(&stats, 4, s2_lattice_over(H, W, CELL_PX), C, NULL) == S2RGF_OK);
    s2_window_stats_forward(&x, valid, &stats);
    CHECK(golden_tensor_matches(file, "window", "mean", &stats.mean, TOLERANCE));
    CHECK(golden_tensor_matches(file, "window", "std", &stats.std, TOLERANCE));
    s2_window_stats_backward(&x, valid, &stats, &dmean, &dstd, &dx);
    CHECK(golden_tensor_matches(file, "window", "dx", &dx, TOLERANCE));
    s2_window_stats_clear(&stats);
    golden_tensors_end();
}

static void test_scale(const golden_file *file, const char *name, int h, int w)
{
    const int cy = s2_cell_count(h, CELL_PX), cx = s2_cell_count(w, CELL_PX);
    s2_tensor a = golden_packed(name, "a", 2, cy, cx, C), x = golden_input(name, "x", 2, h, w, C);
    s2_tensor y = golden_zeros(2, h, w, C), dy = golden_input(name, "dy", 2, h, w, C);
    s2_tensor da = golden_packed_zeros(2, cy, cx, C), dx = golden_zeros(2, h, w, C);
    s2_cell_scale_forward(&a, &x, CELL_PX, &y);
    CHECK(golden_tensor_matches(file, name, "y", &y, TOLERANCE));
    s2_cell_scale_backward(&a, &x, CELL_PX, &dy, &da, &dx);
    CHECK(golden_tensor_matches(file, name, "da", &da, TOLERANCE));
    CHECK(golden_tensor_matches(file, name, "dx", &dx, TOLERANCE));
    golden_tensors_end();
}

/* Cells tile the tensor: every position is in exactly one, cell_px wide but at the far edges. */
static void test_lattice(int cell_px)
{
    int seen[H][W] = {{0}};
    const s2_lattice lattice = s2_lattice_over(H, W, cell_px);
    CHECK(lattice.rows == (H + cell_px - 1) / cell_px);
    CHECK(lattice.columns == (W + cell_px - 1) / cell_px);
    for (int i = 0; i < lattice.rows * lattice.columns; i++) {
        s2_cell_span span = s2_cell_pixels(&lattice, i, H, W);
        CHECK(span.y0 == cell_px * (i / lattice.columns));
        CHECK(span.x0 == cell_px * (i % lattice.columns));
        CHECK(span.y1 <= H && span.x1 <= W);
        for (int y = span.y0; y < span.y1; y++)
            for (int x = span.x0; x < span.x1; x++)
                seen[y][x]++;
    }
    for (int i = 0; i < H * W; i++)
        CHECK(seen[i / W][i % W] == 1);
    CHECK(s2_cell_count(1, cell_px) == 1 && s2_cell_count(cell_px, cell_px) == 1);
    CHECK(s2_cell_count(cell_px + 1, cell_px) == 2);
}

/* The mix interpolates between the cells' centres and is constant outside the outermost. */
static void test_between(int cell_px)
{
    for (int cells = 1; cells <= 4; cells++)
        for (int i = 0; i < cell_px * cells; i++) {
            s2_cell_mix mix = s2_cell_between(i, cells, cell_px);
            double place = fmin(fmax((i + 0.5) / cell_px - 0.5, 0), cells - 1);
            CHECK(0 <= mix.first && mix.first <= mix.second && mix.second < cells);
            CHECK_NEAR(mix.first + (double)mix.weight * (mix.second - mix.first), place, 1e-6);
        }
}

/* A channel far from zero keeps its spread: shifted by 100, only its mean shifts. */
static void test_offset(void)
{
    static uint8_t valid[H * W];
    s2_window_stats plain, shifted;
    memset(valid, 1, sizeof valid);
    s2_tensor x = golden_input("offset", "x", 1, H, W, C);
    s2_tensor far = golden_input("offset", "x", 1, H, W, C);
    for (size_t i = 0; i < golden_count(&far); i++)
        *golden_value(&far, i) += 100;
    REQUIRE(s2_window_stats_init(&plain, 1, s2_lattice_over(H, W, CELL_PX), C, NULL) == S2RGF_OK);
    REQUIRE(s2_window_stats_init(&shifted, 1, s2_lattice_over(H, W, CELL_PX), C, NULL) == S2RGF_OK);
    s2_window_stats_forward(&x, valid, &plain);
    s2_window_stats_forward(&far, valid, &shifted);
    for (size_t i = 0; i < golden_count(&plain.mean); i++) {
        CHECK_NEAR(*golden_value(&shifted.mean, i), *golden_value(&plain.mean, i) + 100, 1e-4);
        CHECK_NEAR(*golden_value(&shifted.std, i), *golden_value(&plain.std, i), 2e-2);
    }
    s2_window_stats_clear(&plain);
    s2_window_stats_clear(&shifted);
    golden_tensors_end();
}

int main(void)
{
    static golden_file file;
    REQUIRE(golden_load(&file, "layers.txt"));
    for (int wide = 0; golden_tensors_both(wide); wide++) {
        test_stats(&file);
        test_scale(&file, "cell_scale_25x19", 25, 19);
        test_scale(&file, "cell_scale_5x16", 5, 16);
    }
    for (int cell_px = 4; cell_px <= 16; cell_px *= 2) {
        test_lattice(cell_px);
        test_between(cell_px);
    }
    test_offset();
    golden_clear(&file);
    return harness_end();
}
