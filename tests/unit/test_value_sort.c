/* Sorting of numbers, against the C library's. */
#include "scene/value_sort.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define MOST 5000

static float values[MOST], expected[MOST];
static uint32_t room[2 * MOST];

static int ascending(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The first count values. */
static void check_sorting(size_t count)
{
    size_t wrong = 0;
    memcpy(expected, values, sizeof expected);
    qsort(expected, count, sizeof *expected, ascending);
    s2_value_sort(values, count, room);
    for (size_t i = 0; i < MOST; i++)
        wrong += values[i] != expected[i];
    CHECK(wrong == 0);
}

static void fill(float spread)
{
    for (int i = 0; i < MOST; i++)
        values[i] = spread * ((float)rand() / (float)RAND_MAX - 0.5f);
}

int main(void)
{
    static const float special[] = {0.0f,     -0.0f,     FLT_MAX, -FLT_MAX, FLT_MIN, -FLT_MIN,
                                    1e-42f,   -1e-42f,   1.0f,    -1.0f,    255.0f,  256.0f,
                                    INFINITY, -INFINITY, 65535.f, -32768.f, 1.0f,    1.0000001f};
    const size_t specials = sizeof special / sizeof *special;
    srand(1);
    fill(1.0f);
    for (size_t count = 0; count <= 4; count++)
        check_sorting(count);
    fill(1e30f);
    check_sorting(MOST);
    fill(1e-40f);
    check_sorting(MOST);
    for (int i = 0; i < MOST; i++)
        values[i] = (float)(rand() % 7);
    check_sorting(MOST);
    for (int i = 0; i < MOST; i++)
        values[i] = -3.5f;
    check_sorting(MOST);
    fill(10.0f);
    memcpy(values + 100, special, sizeof special);
    check_sorting(MOST);
    memcpy(values, special, sizeof special);
    s2_value_sort(values, specials, room);
    CHECK(values[0] == -INFINITY && values[specials - 1] == INFINITY);
    for (size_t i = 0; i < specials; i++)
        CHECK(values[i] != 0.0f || !signbit(values[i]));
    return harness_end();
}
