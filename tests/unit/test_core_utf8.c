/* Text from outside: which characters steer a terminal, and what is shown in their place. */
#include "core/utf8.h"

#include "harness.h"
#include "s2rgf/base.h"

static void check_shown(const char *text, size_t size, const char *expected)
{
    char line[64];
    memset(line, 'x', sizeof line);
    s2rgf_printable(text, line, size);
    CHECK_STR(line, expected);
    CHECK(s2_utf8_printable(line));
}

static void shows(void)
{
    check_shown("plain, gr\xC3\xBC\xC3\x9F, \xE6\xA3\xAE, \xF0\x9F\x8C\xB2", 64,
                "plain, gr\xC3\xBC\xC3\x9F, \xE6\xA3\xAE, \xF0\x9F\x8C\xB2");
    check_shown("\x1B]0;title\x07 \x01\x7F", 64, "\\x1b]0;title\\x07 \\x01\\x7f");
    check_shown("a\nb\rc\td", 64, "a b c d");
    /* C1, overrides and isolates of the direction, separators of lines */
    check_shown("\xC2\x9B"
                "1m \xE2\x80\xAE \xE2\x81\xA6 \xE2\x80\xA8",
                64, "\\u009b1m \\u202e \\u2066 \\u2028");
    check_shown("\xFF \x9B \xC3", 64, "\\xff \\x9b \\xc3");
    /* cut between characters, and never within an escape */
    check_shown("ab\xC3\xBC", 4, "ab");
    check_shown("ab\x1B", 6, "ab");
    check_shown("ab\x1B", 7, "ab\\x1b");
    check_shown("abc", 1, "");
}

static void cleans(void)
{
    char name[] = "a\x1B\xC2\x9B\xE2\x80\xAE\xFF\xEF\xBF\xBE"
                  "b";
    s2_utf8_clean(name, sizeof name);
    CHECK_STR(name, "a_____b");
    CHECK(!s2_utf8_printable("\xE2\x80\xAD"));
    /* marks of direction belong to names in scripts that need them */
    CHECK(s2_utf8_printable("\xE2\x80\x8F\xD7\x99\xD7\xA2\xD7\xA8"));
}

int main(void)
{
    shows();
    cleans();
    return harness_end();
}
