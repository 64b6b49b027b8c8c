/* Smoothing of log-odds: against all of it by brute force, whatever the tiles. */
#include "classify/smoothing.h"

#include "core/memory.h"
#include "core/random.h"
#include "harness.h"

#define WIDTH 23
#define HEIGHT 17
#define MOST_CLASSES 5
#define SIGMA2 20.0

typedef struct scene {
    int classes, window;
    double temperature;
    float scores[HEIGHT][WIDTH][MOST_CLASSES]; /* with `classes` in use, packed */
    uint8_t valid[HEIGHT][WIDTH];
} scene;

static float *scores_of(scene *s, int x, int y)
{
    return &s->scores[0][0][0] + (size_t)(y * WIDTH + x) * (size_t)s->classes;
}

static void fill(scene *s, int classes, int window, int missing_percent, uint64_t seed)
{
    s2_random random;
    s2_random_init(&random, seed, 0);
    *s = (scene){.classes = classes, .window = window, .temperature = 1.7};
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            s->valid[y][x] = s2_random_below(&random, 100) >= (uint64_t)missing_percent;
            for (int k = 0; k < classes; k++)
                scores_of(s, x, y)[k] =
                    (float)(12.0 * s2_random_uniform(&random) + (x > 9 && k == 0 ? 3.0 : 0.0));
        }
}

/* ---- by brute force -------------------------------------------------------------------------- */

static double log_odds(scene *s, int x, int y, int k)
{
    double p[MOST_CLASSES], sum = 0.0;
    for (int c = 0; c < s->classes; c++)
        sum += p[c] = exp((double)scores_of(s, x, y)[c] / s->temperature);
    return log(p[k] / (sum - p[k]));
}

static int descending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double smoothed(scene *s, int x, int y, int k)
{
    double around[WIDTH * HEIGHT], mean = 0.0, variance = 0.0;
    int count = 0;
    for (int v = 0; v < HEIGHT; v++)
        for (int u = 0; u < WIDTH; u++)
            if (s->valid[v][u] && abs(u - x) <= s->window / 2 && abs(v - y) <= s->window / 2)
                around[count++] = log_odds(s, u, v, k);
    qsort(around, (size_t)count, sizeof *around, descending);
    const int half = (count + 1) / 2;
    for (int i = 0; i < half; i++)
        mean += around[i] / half;
    for (int i = 0; i < half && half > 1; i++)
        variance += (around[i] - mean) * (around[i] - mean) / (half - 1);
    return (variance * log_odds(s, x, y, k) + SIGMA2 * mean) / (variance + SIGMA2);
}

/* ---- row by row ------------------------------------------------------------------------------ */

/* Smooth a tile; out [HEIGHT][WIDTH][classes], NaN where there is no data. */
static void smooth_tile(scene *s, s2_rect tile, float *out)
{
    const s2_rect whole = {0, 0, WIDTH, HEIGHT};
    const s2_rect reach = s2_rect_intersect(s2_rect_grow(tile, s->window / 2), whole);
    s2_smoothing smoothing;
    int y, done = 0;
    REQUIRE(s2_smoothing_init(&smoothing, s->classes, s->window, s->temperature, reach.w, NULL) ==
            S2RGF_OK);
    s2_smoothing_begin(&smoothing, tile, reach);
    for (int row = reach.y; row < reach.y + reach.h; row++) {
        s2_smoothing_add(&smoothing, scores_of(s, reach.x, row), &s->valid[row][reach.x]);
        for (; s2_smoothing_ready(&smoothing, &y); s2_smoothing_next(&smoothing), done++) {
            CHECK(y == tile.y + done && y <= row);
            s2_smoothing_row(&smoothing, tile.x, tile.w, NULL);
            for (int x = tile.x; x < tile.x + tile.w; x++) {
                float *to = out + (size_t)(y * WIDTH + x) * (size_t)s->classes;
                if (!s2_smoothing_pixel(&smoothing, x - tile.x, to))
                    to[0] = NAN;
            }
        }
    }
    CHECK(done == tile.h);
    s2_smoothing_clear(&smoothing);
}

static void check(scene *s)
{
    static float whole[HEIGHT * WIDTH * MOST_CLASSES], parts[HEIGHT * WIDTH * MOST_CLASSES];
    smooth_tile(s, (s2_rect){0, 0, WIDTH, HEIGHT}, whole);
    for (int y = 0; y < HEIGHT; y += 5)
        for (int x = 0; x < WIDTH; x += 9)
            smooth_tile(s, s2_rect_intersect((s2_rect){x, y, 9, 5}, (s2_rect){0, 0, WIDTH, HEIGHT}),
                        parts);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const size_t at = (size_t)(y * WIDTH + x) * (size_t)s->classes;
            CHECK(isnan(whole[at]) == !s->valid[y][x]);
            for (int k = 0; k < s->classes && s->valid[y][x]; k++) {
                CHECK_NEAR(whole[at + (size_t)k], smoothed(s, x, y, k), 1e-4);
                CHECK(whole[at + (size_t)k] == parts[at + (size_t)k]);
            }
        }
}

static void test_against_brute_force(void)
{
    static scene s;
    const int windows[] = {3, 7, 51}; /* the last is larger than the scene */
    for (int i = 0; i < 3; i++)
        for (int missing = 0; missing <= 90; missing += 45) {
            fill(&s, i == 1 ? MOST_CLASSES : 2, windows[i], missing, (uint64_t)(10 * i + missing));
            check(&s);
        }
}

/* Without any data nothing is smoothed; alone, a pixel stays as it is. */
static void test_alone(void)
{
    static scene s;
    float out[HEIGHT * WIDTH * MOST_CLASSES];
    fill(&s, 3, 7, 100, 5);
    check(&s);
    s.valid[8][8] = 1;
    check(&s);
    smooth_tile(&s, (s2_rect){0, 0, WIDTH, HEIGHT}, out);
    for (int k = 0; k < 3; k++)
        CHECK_NEAR(out[(8 * WIDTH + 8) * 3 + k], log_odds(&s, 8, 8, k), 1e-5);
}

/* Scores that are not finite are no data; enormous ones, and one class alone, give numbers. */
static void test_extremes(void)
{
    static scene s;
    float out[HEIGHT * WIDTH * MOST_CLASSES];
    fill(&s, 3, 5, 0, 6);
    scores_of(&s, 4, 4)[1] = INFINITY;
    scores_of(&s, 5, 4)[0] = NAN;
    scores_of(&s, 6, 4)[2] = -INFINITY;
    scores_of(&s, 12, 9)[0] = 3.4e38f;
    scores_of(&s, 13, 9)[0] = -3.4e38f;
    smooth_tile(&s, (s2_rect){0, 0, WIDTH, HEIGHT}, out);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const float *pixel = out + (size_t)(y * WIDTH + x) * 3;
            if (y == 4 && x >= 4 && x <= 6)
                CHECK(isnan(pixel[0]));
            else
                CHECK(isfinite(pixel[0]) && isfinite(pixel[1]) && isfinite(pixel[2]));
        }
    fill(&s, 1, 3, 20, 7);
    smooth_tile(&s, (s2_rect){0, 0, WIDTH, HEIGHT}, out);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        CHECK(s.valid[i / WIDTH][i % WIDTH] ? out[i] == 0.0f : isnan(out[i]));
}

/* A pixel of another class among sure ones takes theirs; at an edge between two, both stay. */
static void test_looks(void)
{
    static scene s;
    float out[HEIGHT * WIDTH * MOST_CLASSES];
    fill(&s, 2, 7, 0, 8);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            scores_of(&s, x, y)[0] = x < 12 ? 4.0f : 0.0f;
            scores_of(&s, x, y)[1] = x < 12 ? 0.0f : 4.0f;
        }
    scores_of(&s, 5, 8)[0] = 0.0f;
    scores_of(&s, 5, 8)[1] = 1.0f;
    smooth_tile(&s, (s2_rect){0, 0, WIDTH, HEIGHT}, out);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        CHECK((out[2 * i] > out[2 * i + 1]) == (i % WIDTH < 12));
}

int main(void)
{
    test_against_brute_force();
    test_alone();
    test_extremes();
    test_looks();
    return harness_end();
}
