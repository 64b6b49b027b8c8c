/* core/checksum: published vectors, and sums over pieces. */
#include "core/checksum.h"

#include "harness.h"

static void test_published_vectors(void)
{
    char text[S2_CHECKSUM_BYTES];
    s2_checksum_text(s2_checksum_add(S2_CHECKSUM_START, "", 0), text);
    CHECK_STR(text, "cbf29ce484222325");
    s2_checksum_text(s2_checksum_add(S2_CHECKSUM_START, "a", 1), text);
    CHECK_STR(text, "af63dc4c8601ec8c");
    s2_checksum_text(s2_checksum_add(S2_CHECKSUM_START, "foobar", 6), text);
    CHECK_STR(text, "85944171f73967e8");
}

static void test_pieces(void)
{
    const uint64_t whole = s2_checksum_add(S2_CHECKSUM_START, "foobar", 6);
    CHECK(s2_checksum_add(s2_checksum_add(S2_CHECKSUM_START, "foo", 3), "bar", 3) == whole);
    CHECK(s2_checksum_add(S2_CHECKSUM_START, "foobaz", 6) != whole);
}

/** Every byte counts, the last ones of no whole word too, and so does their place. */
static void test_words(void)
{
    for (size_t length = 1; length <= 19; length++) {
        unsigned char bytes[19] = {0};
        const uint64_t zeros = s2_checksum_add_words(S2_CHECKSUM_START, bytes, length);
        uint64_t sums[19];
        for (size_t i = 0; i < length; i++) {
            bytes[i] = 1;
            sums[i] = s2_checksum_add_words(S2_CHECKSUM_START, bytes, length);
            CHECK(sums[i] != zeros);
            for (size_t k = 0; k < i; k++)
                CHECK(sums[k] != sums[i]);
            bytes[i] = 0;
        }
    }
}

int main(void)
{
    test_published_vectors();
    test_pieces();
    test_words();
    return harness_end();
}
