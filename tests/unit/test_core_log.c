/* Tests of core/log.h. */
#include "core/log.h"

#include "../harness.h"

typedef struct record {
    char line[8192];
    s2rgf_log_level level;
    int lines;
    double fraction;
    bool keep_going;
} record;

static void take_line(s2rgf_log_level level, const char *line, void *user)
{
    record *seen = user;
    seen->level = level;
    seen->lines++;
    snprintf(seen->line, sizeof seen->line, "%s", line);
}

static bool take_progress(double fraction, void *user)
{
    record *seen = user;
    seen->fraction = fraction;
    return seen->keep_going;
}

static void test_lines(void)
{
    record seen = {.keep_going = true};
    const s2rgf_host host = {take_progress, take_line, &seen};
    s2_log(&host, S2RGF_WARNING, "%s: %d bands", "hsi", 144);
    CHECK_STR(seen.line, "hsi: 144 bands");
    CHECK(seen.level == S2RGF_WARNING);
    CHECK(seen.lines == 1);

    char longer[5000];
    memset(longer, 'y', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    s2_log(&host, S2RGF_INFO, "%s!", longer);
    CHECK(strlen(seen.line) == sizeof longer);
    CHECK(seen.line[sizeof longer - 1] == '!');
    CHECK(seen.level == S2RGF_INFO);
}

static void test_progress(void)
{
    record seen = {.keep_going = true};
    const s2rgf_host host = {take_progress, take_line, &seen};
    CHECK(s2_progress(&host, 0.25));
    CHECK_NEAR(seen.fraction, 0.25, 0.0);
    seen.keep_going = false;
    CHECK(!s2_progress(&host, 0.5));
    CHECK_NEAR(seen.fraction, 0.5, 0.0);
}

static void test_absent_host(void)
{
    const s2rgf_host silent = {NULL, NULL, NULL};
    s2_log(NULL, S2RGF_INFO, "%s", "nobody");
    s2_log(&silent, S2RGF_INFO, "%s", "nobody");
    CHECK(s2_progress(NULL, 0.5));
    CHECK(s2_progress(&silent, 0.5));
}

int main(void)
{
    test_lines();
    test_progress();
    test_absent_host();
    return harness_end();
}
