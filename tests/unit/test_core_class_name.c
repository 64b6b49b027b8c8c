/* Tests of core/class_name.h, of what it takes from core/utf8.h, and of core/number.h. */
#include "core/class_name.h"

#include <math.h>
#include <stdint.h>

#include "../harness.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/utf8.h"

/** A raw name becomes text, is shown as original, and stays as it is when cleaned again. */
static void check_clean(const char *raw, const char *text, const char *original, bool recoded)
{
    s2_class_name name, again;
    s2rgf_error err;
    REQUIRE(s2_class_name_clean(raw, &name, &err) == S2RGF_OK);
    CHECK_STR(name.text, text);
    CHECK_STR(name.original, original);
    CHECK(name.recoded == recoded);
    CHECK(s2_utf8_printable(name.text));
    REQUIRE(s2_class_name_clean(name.text, &again, &err) == S2RGF_OK);
    CHECK_STR(again.text, name.text);
    CHECK(!again.recoded);
    s2_class_name_clear(&again);
    s2_class_name_clear(&name);
}

static void test_clean(void)
{
    check_clean("forest", "forest", "forest", false);
    check_clean(" \t forest\r\n", "forest", "forest", false);
    check_clean("", "", "", false);
    check_clean(" \xC2\xA0\xE3\x80\x80 ", "", "", false);
    check_clean("\xEF\xBB\xBFwood\xC2\xA0", "wood", "wood", false);
    check_clean("a\tb", "a b", "a\\x09b", false);
    check_clean("a\x1b[31mb", "a_[31mb", "a\\x1b[31mb", false);
    check_clean("p\xC3\xA9", "p\xC3\xA9", "p\xC3\xA9", false);
    /* Latin-1, and what Windows-1252 has beyond it: a euro sign; 0x81 is no character at all */
    check_clean(" pr\xE9s ", "pr\xC3\xA9s", "pr\\xe9s ", true);
    check_clean("\x80\xFF", "\xE2\x82\xAC\xC3\xBF", "\\x80\\xff", true);
    check_clean("\x81\xE9", "_\xC3\xA9", "\\x81\\xe9", true);
    /* letters with accents of their own: Latin, Greek, Cyrillic, two accents, one that fits no
       letter */
    check_clean("e\xCC\x81t", "\xC3\xA9t", "\xC3\xA9t", false);
    check_clean("\xCE\xB1\xCC\x81", "\xCE\xAC", "\xCE\xAC", false);
    check_clean("\xD0\xB8\xCC\x86", "\xD0\xB9", "\xD0\xB9", false);
    check_clean("e\xCC\xA3\xCC\x82", "\xE1\xBB\x87", "\xE1\xBB\x87", false);
    check_clean("q\xCC\x81\xCC\x81", "q\xCC\x81\xCC\x81", "q\xCC\x81\xCC\x81", false);
    /* a blank of any script is a blank: no-break, thin, ideographic */
    check_clean("dry\xC2\xA0land", "dry land", "dry land", false);
    check_clean("a\xE2\x80\x89"
                "b\xE3\x80\x80"
                "c",
                "a b c", "a b c", false);
    /* what nobody sees goes, but not what joins emoji */
    check_clean("wa\xE2\x80\x8Bter\xE2\x81\xA0", "water", "water", false);
    check_clean("a\xE2\x80\x8D"
                "b",
                "a\xE2\x80\x8D"
                "b",
                "a\xE2\x80\x8D"
                "b",
                false);
}

/** Whatever the bytes: printable, within the limit, and the same when cleaned again. */
static void test_any_bytes(void)
{
    uint64_t state = 1;
    for (int round = 0; round < 2000; round++) {
        char raw[40];
        const int length = round % 39;
        for (int i = 0; i < length; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            raw[i] = (char)(1 + (state >> 33) % 255);
        }
        raw[length] = '\0';
        s2_class_name name, again;
        REQUIRE(s2_class_name_clean(raw, &name, NULL) == S2RGF_OK);
        REQUIRE(s2_class_name_clean(name.text, &again, NULL) == S2RGF_OK);
        if (!CHECK(s2_utf8_printable(name.text) && s2_utf8_printable(name.original) &&
                   strcmp(name.text, again.text) == 0 && !again.recoded))
            printf("    round %d: \"%s\"\n", round, name.original);
        s2_class_name_clear(&again);
        s2_class_name_clear(&name);
    }
}

static void test_length(void)
{
    char text[S2_CLASS_NAME_BYTES + 2];
    s2_class_name name;
    s2rgf_error err;
    memset(text, 'L', sizeof text);
    text[S2_CLASS_NAME_BYTES] = '\0';
    CHECK(s2_class_name_clean(text, &name, &err) == S2RGF_OK);
    CHECK(name.text && strlen(name.text) == S2_CLASS_NAME_BYTES);
    s2_class_name_clear(&name);
    text[S2_CLASS_NAME_BYTES] = 'L';
    text[S2_CLASS_NAME_BYTES + 1] = '\0';
    CHECK(s2_class_name_clean(text, &name, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "LLL...\": name too long: expected at most 1024 bytes, found 1025");
    s2_class_name_clear(&name);
    /* 600 bytes of Latin-1 are 1200 of UTF-8 */
    memset(text, 0xE9, 600);
    text[600] = '\0';
    CHECK(s2_class_name_clean(text, &name, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "found 1200");
    s2_class_name_clear(&name);
}

static void test_numbers_and_nothing(void)
{
    const struct {
        const char *name;
        int number;
    } numbers[] = {{"1", 1},        {"10", 10},
                   {"007", 7},      {"7.0", 7},
                   {"7.000", 7},    {"0", 0},
                   {"-1", -1},      {"65535", 65535},
                   {"65536", -1},   {"", -1},
                   {"7.", -1},      {"7.5", -1},
                   {"1e2", -1},     {"99999999999999999999", -1},
                   {"class 7", 7},  {"class 007", 7},
                   {"class", -1},   {"Class 7", -1},
                   {"class x", -1}, {"7 ", -1}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(s2_class_name_number(numbers[i].name) == numbers[i].number);
    CHECK(s2_class_name_is_nothing("Unclassified") && s2_class_name_is_nothing("NO DATA"));
    CHECK(!s2_class_name_is_nothing("field") && !s2_class_name_is_nothing(""));
}

static void test_letters(void)
{
    CHECK(s2_utf8_same_letters("Forest", "fOREST"));
    CHECK(s2_utf8_same_letters("\xC3\x84"
                               "cker",
                               "\xC3\xA4"
                               "cker"));                                 /* Äcker */
    CHECK(s2_utf8_same_letters("\xC5\x81\xC4\x84", "\xC5\x82\xC4\x85")); /* ŁĄ */
    CHECK(s2_utf8_same_letters("\xC5\xBB\xC5\xB8", "\xC5\xBC\xC3\xBF")); /* ŻŸ */
    CHECK(s2_utf8_same_letters("\xD0\x9B\xD0\x95\xD0\x81", "\xD0\xBB\xD0\xB5\xD1\x91")); /* ЛЕЁ */
    CHECK(s2_utf8_same_letters("\xCE\x94", "\xCE\xB4"));                                 /* Δ */
    CHECK(!s2_utf8_same_letters("\xC3\x97", "\xC3\xB7")); /* × is no letter */
    CHECK(!s2_utf8_same_letters("forest", "forests") && !s2_utf8_same_letters("a", "b"));
    CHECK(s2_utf8_same_letters("", "") && !s2_utf8_same_letters("", "a"));
}

static void test_escape(void)
{
    char *shown = s2_utf8_escape("p\xC3\xA9\xE9\n", SIZE_MAX);
    CHECK_STR(shown, "p\xC3\xA9\\xe9\\x0a");
    s2_free(shown);
    shown = s2_utf8_escape("ab\xC3\xA9", 3); /* never half a character */
    CHECK_STR(shown, "ab...");
    s2_free(shown);
    shown = s2_utf8_escape("", SIZE_MAX);
    CHECK_STR(shown, "");
    s2_free(shown);
}

static void test_whole_numbers(void)
{
    double whole = -1;
    CHECK(s2_whole_number(3, &whole) && whole == 3);
    CHECK(s2_whole_number((double)2.9999998f, &whole) && whole == 3);
    CHECK(s2_whole_number(2.999, &whole) && s2_whole_number((double)1.001f, &whole) && whole == 1);
    CHECK(s2_whole_number(-0.0005, &whole) && whole == 0);
    CHECK(!s2_whole_number(2.9985, &whole) && !s2_whole_number(2.5, &whole));
    CHECK(!s2_whole_number(NAN, &whole) && !s2_whole_number(INFINITY, &whole));
    char text[S2_NUMBER_BYTES];
    CHECK_STR(s2_number_text(2.9985, text), "2.9985");
    CHECK_STR(s2_number_text(2.9999999999999996, text), "2.9999999999999996");
    CHECK_STR(s2_number_text(70000, text), "70000");
    CHECK_STR(s2_number_text(1e6, text), "1000000");
    CHECK_STR(s2_number_text((double)1.3f, text), "1.3");
    CHECK_STR(s2_number_text(1.2999999, text), "1.2999999");
    CHECK_STR(s2_number_text((double)2.9999998f, text), "2.9999998");
    CHECK_STR(s2_number_text(-9223372036854775808.0, text), "-9.223372e+18");
    CHECK_STR(s2_number_text(-INFINITY, text), "-inf");
    CHECK_STR(s2_number_text(NAN, text), "nan");
}

int main(void)
{
    test_clean();
    test_any_bytes();
    test_length();
    test_numbers_and_nothing();
    test_letters();
    test_escape();
    test_whole_numbers();
    return harness_end();
}
