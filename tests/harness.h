/*
 * Checks for unit tests: one header, no library.
 * A failed check prints its place and the test goes on; main() ends with `return harness_end();`,
 * which prints the counts and yields 0 (all held), 1 (something failed, or nothing was checked).
 * SKIP("why") ends the program with status 77, which `make check` counts as skipped.
 */
#ifndef S2_TESTS_HARNESS_H
#define S2_TESTS_HARNESS_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long harness_checks;
static unsigned long harness_failures;

static inline bool harness_check(bool held, const char *file, int line, const char *text)
{
    harness_checks++;
    if (!held) {
        harness_failures++;
        printf("%s:%d: failed: %s\n", file, line, text);
    }
    return held;
}

static inline bool harness_near(double a, double b, double tolerance, const char *file, int line,
                                const char *text)
{
    /* Written so that a NaN on either side fails. */
    const bool held = a == b || fabs(a - b) <= tolerance;
    if (!harness_check(held, file, line, text))
        printf("    found %.17g, expected %.17g within %g\n", a, b, tolerance);
    return held;
}

static inline bool harness_str(const char *a, const char *b, const char *file, int line,
                               const char *text)
{
    const bool held = a && b && strcmp(a, b) == 0;
    if (!harness_check(held, file, line, text))
        printf("    found    \"%s\"\n    expected \"%s\"\n", a ? a : "(null)", b ? b : "(null)");
    return held;
}

static inline bool harness_contains(const char *text, const char *part, const char *file, int line,
                                    const char *what)
{
    const bool held = text && part && strstr(text, part);
    if (!harness_check(held, file, line, what))
        printf("    found    \"%s\"\n    expected it to contain \"%s\"\n", text ? text : "(null)",
               part ? part : "(null)");
    return held;
}

/** A new folder for the test, and into it; harness_end() removes it with all that is in it. */
static char harness_folder[] = "/tmp/s2rgf_test_XXXXXX";
static bool harness_has_folder;

static inline bool harness_enter_folder(void)
{
    harness_has_folder = mkdtemp(harness_folder) && chdir(harness_folder) == 0;
    return harness_has_folder;
}

static inline int harness_end(void)
{
    if (harness_has_folder) {
        char command[sizeof harness_folder + 16];
        snprintf(command, sizeof command, "rm -rf '%s'", harness_folder);
        harness_check(chdir("/") == 0 && system(command) == 0, __FILE__, __LINE__, command);
    }
    printf("%lu checks, %lu failed\n", harness_checks, harness_failures);
    return harness_failures == 0 && harness_checks > 0 ? 0 : 1;
}

/** The condition holds. Every CHECK_ yields true when it held, so that a test can stop early. */
#define CHECK(condition) harness_check((condition), __FILE__, __LINE__, #condition)
/** |a - b| <= tolerance; a NaN fails. */
#define CHECK_NEAR(a, b, tolerance)                                                                \
    harness_near((a), (b), (tolerance), __FILE__, __LINE__, #a " is near " #b)
/** Two strings are equal and neither is NULL. */
#define CHECK_STR(a, b) harness_str((a), (b), __FILE__, __LINE__, #a " equals " #b)
/** A string contains another. */
#define CHECK_CONTAINS(text, part)                                                                 \
    harness_contains((text), (part), __FILE__, __LINE__, #text " contains " #part)
/** End the test program as failed: going on would make no sense. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!CHECK(condition))                                                                     \
            exit(harness_end());                                                                   \
    } while (0)
/** End the test program as skipped. */
#define SKIP(reason)                                                                               \
    do {                                                                                           \
        printf("skipped: %s\n", (reason));                                                         \
        exit(77);                                                                                  \
    } while (0)

#endif
