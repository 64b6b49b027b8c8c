/* Runs of pixels: against a picture of them. */
#include "geo/labels/label_runs.h"

#include "core/memory.h"
#include "core/random.h"
#include "harness.h"

#define WIDTH 31
#define HEIGHT 12

/* Runs at random, in no order, that overlap and touch; the picture has 1 where they are. */
static void draw(s2_label_runs *runs, int count, uint64_t seed, uint8_t picture[HEIGHT][WIDTH])
{
    s2_random random;
    s2_random_init(&random, seed, 0);
    memset(picture, 0, WIDTH * HEIGHT);
    *runs = (s2_label_runs){0};
    for (int i = 0; i < count; i++) {
        const int y = (int)s2_random_below(&random, HEIGHT),
                  x = (int)s2_random_below(&random, WIDTH);
        const int last = x + (int)s2_random_below(&random, (uint64_t)(WIDTH - x));
        REQUIRE(s2_label_runs_add(runs, (s2_label_run){y, x, last}, NULL) == S2RGF_OK);
        memset(&picture[y][x], 1, (size_t)(last - x + 1));
    }
    s2_label_runs_settle(runs);
}

static void check_settled(const s2_label_runs *runs, uint8_t picture[HEIGHT][WIDTH])
{
    size_t pixels = 0, drawn = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const s2_label_run *run = &runs->items[i], *before = run - 1;
        CHECK(run->x <= run->last);
        if (i > 0)
            CHECK(run->y > before->y || (run->y == before->y && run->x > before->last + 1));
        for (int x = run->x; x <= run->last; x++, pixels++)
            CHECK(picture[run->y][x] == 1);
    }
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        drawn += picture[i / WIDTH][i % WIDTH];
    CHECK(pixels == drawn);
}

/* Erased inside and outside, in rectangles that hold all, a part and a single pixel. */
static void check_erase(const s2_label_runs *runs, uint8_t picture[HEIGHT][WIDTH])
{
    const s2_rect rects[] = {
        {0, 0, WIDTH, HEIGHT}, {3, 2, 17, 5}, {WIDTH - 1, 7, 1, 5}, {9, 4, 1, 1}};
    for (size_t r = 0; r < sizeof rects / sizeof rects[0]; r++) {
        const s2_rect rect = rects[r];
        uint8_t in[WIDTH * HEIGHT], out[WIDTH * HEIGHT];
        bool met = false;
        memset(in, 1, sizeof in);
        memset(out, 1, sizeof out);
        s2_label_runs_erase(runs, true, rect, in);
        s2_label_runs_erase(runs, false, rect, out);
        for (int i = 0; i < rect.w * rect.h; i++) {
            const uint8_t drawn = picture[rect.y + i / rect.w][rect.x + i % rect.w];
            CHECK(in[i] == !drawn && out[i] == drawn);
            met = met || drawn;
        }
        CHECK(s2_label_runs_meet(runs, rect) == met);
    }
}

int main(void)
{
    static uint8_t picture[HEIGHT][WIDTH];
    s2_label_runs runs;
    for (int count = 0; count <= 60; count += 3) {
        draw(&runs, count, (uint64_t)count, picture);
        check_settled(&runs, picture);
        check_erase(&runs, picture);
        s2_label_runs_clear(&runs);
    }
    /* pixels one after the other are one run, also before they are settled */
    for (int x = 4; x < 20; x++)
        REQUIRE(s2_label_runs_add(&runs, (s2_label_run){1, x, x}, NULL) == S2RGF_OK);
    CHECK(runs.count == 1 && runs.items[0].last == 19);
    s2_label_runs_clear(&runs);
    return harness_end();
}
