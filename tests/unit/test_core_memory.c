/* Tests of core/memory.h. */
#include "core/memory.h"

#include <stdint.h>

#include "../harness.h"
#include "s2rgf/base.h"

static bool is_aligned(const void *memory)
{
    return (uintptr_t)memory % S2_ALIGNMENT == 0;
}

static void test_multiply(void)
{
    size_t product = 1;
    CHECK(s2_multiply(6, 7, &product) && product == 42);
    CHECK(s2_multiply(0, SIZE_MAX, &product) && product == 0);
    CHECK(s2_multiply(SIZE_MAX, 0, &product) && product == 0);
    CHECK(s2_multiply(SIZE_MAX, 1, &product) && product == SIZE_MAX);
    CHECK(!s2_multiply(SIZE_MAX, 2, &product));
    CHECK(!s2_multiply(SIZE_MAX / 2 + 1, 2, &product));
    CHECK(product == SIZE_MAX);
}

static void test_growing(void)
{
    int *items = s2_grow(NULL, 0, 2, sizeof *items);
    REQUIRE(items);
    items[0] = 7;
    items[1] = 8;
    CHECK(!s2_grow(items, 2, SIZE_MAX, sizeof *items));
    CHECK(items[0] == 7 && items[1] == 8);
    items = s2_grow(items, 2, 1000, sizeof *items);
    REQUIRE(items);
    CHECK(is_aligned(items) && items[0] == 7 && items[1] == 8);
    s2_free(items);
}

static void test_alignment_and_zeros(void)
{
    for (size_t count = 0; count < 200; count++) {
        unsigned char *plain = s2_alloc(count, 3);
        unsigned char *zeroed = s2_calloc(count, 3);
        REQUIRE(plain && zeroed);
        CHECK(is_aligned(plain) && is_aligned(zeroed));
        memset(plain, 0xFF, 3 * count);
        bool all_zero = true;
        for (size_t i = 0; i < 3 * count; i++)
            all_zero = all_zero && zeroed[i] == 0;
        CHECK(all_zero);
        s2_free(plain);
        s2_free(zeroed);
    }
    s2_free(NULL);
    s2rgf_free(NULL);
}

static void test_large(void)
{
    const size_t sizes[] = {0, 1000, (size_t)2 << 20, ((size_t)2 << 20) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *zeroed = s2_calloc_large(sizes[i], 1);
        REQUIRE(zeroed != NULL);
        CHECK(is_aligned(zeroed));
        bool all_zero = true;
        for (size_t k = 0; k < sizes[i]; k++)
            all_zero = all_zero && zeroed[k] == 0;
        CHECK(all_zero);
        s2_free(zeroed);
    }
}

static void test_overflow_is_refused(void)
{
    CHECK(!s2_calloc_large(SIZE_MAX / 4, 8));
    CHECK(!s2_alloc(SIZE_MAX, 2));
    CHECK(!s2_alloc(SIZE_MAX - 3, 1));
    CHECK(!s2_calloc(SIZE_MAX / 4, 8));
    CHECK(!s2_calloc(SIZE_MAX, 1));
}

static void test_strings(void)
{
    char *copy = s2_strdup("Gr\xC3\xBCn");
    CHECK_STR(copy, "Gr\xC3\xBCn");
    s2_free(copy);
    CHECK(!s2_strdup(NULL));
    char *made = s2_asprintf("%s-%03d", "tile", 7);
    CHECK_STR(made, "tile-007");
    s2rgf_free(made);
}

static void test_text_buffer(void)
{
    s2_text text = {0};
    for (int i = 0; i < 1000; i++)
        s2_text_append(&text, "%d,", i);
    CHECK(!text.failed);
    REQUIRE(text.data != NULL);
    CHECK(text.length == 10 * 2 + 90 * 3 + 900 * 4);
    CHECK(strlen(text.data) == text.length);
    CHECK(strncmp(text.data, "0,1,2,", 6) == 0);
    CHECK_STR(text.data + text.length - 9, ",998,999,");
    s2_text_append(&text, "%s", "");
    CHECK(strlen(text.data) == text.length);
    s2_free(text.data);

    s2_text empty = {0};
    s2_text_append(&empty, "%s", "");
    CHECK_STR(empty.data, "");
    s2_free(empty.data);

    s2_text failed = {.failed = true};
    s2_text_append(&failed, "not %s", "kept");
    CHECK(!failed.data && failed.length == 0);
}

int main(void)
{
    test_multiply();
    test_growing();
    test_alignment_and_zeros();
    test_large();
    test_overflow_is_refused();
    test_strings();
    test_text_buffer();
    return harness_end();
}
