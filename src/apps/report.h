/* What a program tells its user while the library works: lines, progress, errors, exit code. */
#ifndef S2_APPS_REPORT_H
#define S2_APPS_REPORT_H

#include "s2rgf/base.h"

#include <stdint.h>

/** Exit codes of all programs. */
typedef enum s2_exit_code {
    S2_EXIT_DONE = 0,
    S2_EXIT_FAILED = 1,
    S2_EXIT_USAGE = 2,
    S2_EXIT_MISMATCH = 3,
    S2_EXIT_CANCELLED = 130
} s2_exit_code;

/**
 * State of the report; host is what the library gets, valid while this structure stays in place.
 */
typedef struct s2_report {
    s2rgf_host host;
    bool quiet;
    bool writes;    /* the work writes files */
    bool another;   /* process reports for this one */
    bool line_open; /* an unfinished progress line is on stdout */
    int tick;       /* fortieths of the progress shown */
} s2_report;

/** From now on what GDAL reports is printed without what would steer a terminal. */
void s2_report_watch_gdal(void);

/** `one` where the count is 1, else `many`: "1 scene", "0 scenes". */
static inline const char *s2_report_plural(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

/** Print wrong usage and where to find help on stderr; always false. */
bool s2_report_usage(const char *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Print that memory is out for something and return the exit code of that. */
int s2_report_no_memory(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Call first: no file takes the place of a closed stream, and a library's abort() is an error of
 * the program.
 */
void s2_report_prepare(void);

/**
 * Get ready to report and let SIGINT, SIGTERM, SIGHUP and SIGPIPE cancel the work, so that it can
 * clean up; a second one ends the program.
 * quiet in  true: nothing on stdout; warnings and errors still come on stderr
 */
void s2_report_start(s2_report *report, bool quiet);

/** Another process says what this one would: from now on only errors with a message are printed. */
void s2_report_leave_to_another(s2_report *report);

/**
 * Report the outcome: closes the progress line, prints the error if there is one, flushes stdout.
 * Returns the exit code; output that could not be written to stdout is a failure too.
 */
int s2_report_finish(s2_report *report, s2rgf_status status, const s2rgf_error *err);

#endif
