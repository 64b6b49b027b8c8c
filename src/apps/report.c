/* What a program tells its user while the library works: lines, progress, errors, exit code. */
#include "apps/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cpl_error.h>
#include <cpl_progress.h>

#define LINE_BYTES 16384 /* of a message; longer ones are cut */

static volatile sig_atomic_t cancelled_by; /* a signal's number, or 0 */
static bool warnings_muted;                /* GDAL's: another process prints them */

/* The first signal asks the work to stop; the default action is for users who cannot wait. */
static void request_cancel(int number)
{
    cancelled_by = number;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

/* A signal that the parent chose to ignore (nohup, a script's background job) stays ignored. */
static void watch_signal(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN)
        return;
    memset(&action, 0, sizeof action);
    action.sa_handler = request_cancel;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/* What GDAL prints, ours included, names files, and files may be named to steer a terminal. */
static void CPL_STDCALL print_message(CPLErr level, CPLErrorNum number, const char *message)
{
    char line[LINE_BYTES];

    if (warnings_muted && level < CE_Failure)
        return;
    s2rgf_printable(message, line, sizeof line);
    CPLDefaultErrorHandler(level, number, line);
}

void s2_report_watch_gdal(void)
{
    CPLSetErrorHandler(print_message);
}

/* GDAL and the C++ library abort without memory: make that an error, not a core dump. */
static void end_aborted(int number)
{
    static const char line[] = "ERROR 2: stopped by a library, as when memory is out\n";
    const ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);

    (void)number;
    _exit(written < 0 ? S2_EXIT_USAGE : S2_EXIT_FAILED);
}

static void close_line(s2_report *report)
{
    if (report->line_open)
        putchar('\n');
    report->line_open = false;
}

static bool show_progress(double fraction, void *user)
{
    s2_report *report = user;
    int tick = fraction >= 1.0 ? 40 : (int)(fraction * 40.0);

    /* another phase of the work begins after one that was done */
    if (tick < report->tick && report->tick == 40)
        report->tick = -1;
    /* A repeated tick prints nothing, so it must not count as an open line after a log line. */
    if (!report->quiet && tick > report->tick) {
        GDALTermProgress(fraction, NULL, NULL);
        report->tick = tick;
        report->line_open = tick < 40;
    }
    return cancelled_by == 0;
}

static void show_line(s2rgf_log_level level, const char *line, void *user)
{
    s2_report *report = user;
    char shown[LINE_BYTES];

    if (level == S2RGF_DEBUG) {
        CPLDebug("S2RGF", "%s", line);
        return;
    }
    if (level == S2RGF_WARNING) {
        close_line(report);
        fflush(stdout);
        /* of a process that another reports for this is all that is heard */
        CPLError(report->another ? CE_Failure : CE_Warning, CPLE_AppDefined, "%s", line);
        return;
    }
    if (report->quiet)
        return;
    close_line(report);
    s2rgf_printable(line, shown, sizeof shown);
    printf("%s\n", shown);
    fflush(stdout);
}

/* A file that is opened gets the first free number: that of a closed stream would bring it all that
   is printed. What takes the number here fails as a closed stream does. */
static void keep_stream_numbers(void)
{
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++)
        if (fcntl(number, F_GETFD) < 0)
            open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void s2_report_prepare(void)
{
    keep_stream_numbers();
    signal(SIGABRT, end_aborted);
}

void s2_report_start(s2_report *report, bool quiet)
{
    memset(report, 0, sizeof *report);
    report->quiet = quiet;
    report->tick = -1;
    report->host.progress = show_progress;
    report->host.log = show_line;
    report->host.user = report;
    cancelled_by = 0;
    watch_signal(SIGINT);
    watch_signal(SIGTERM);
    watch_signal(SIGHUP);
    watch_signal(SIGPIPE);
}

void s2_report_leave_to_another(s2_report *report)
{
    report->another = report->quiet = true;
    warnings_muted = true;
}

bool s2_report_usage(const char *program, const char *format, ...)
{
    va_list list;
    char text[LINE_BYTES];
    char line[LINE_BYTES];

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    s2rgf_printable(text, line, sizeof line);
    fprintf(stderr, "%s: %s\nTry '%s --help'\n", program, line, program);
    return false;
}

int s2_report_no_memory(const char *format, ...)
{
    va_list list;

    fputs("ERROR 2: out of memory: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return S2_EXIT_FAILED;
}

static int exit_code(s2rgf_status status)
{
    switch (status) {
    case S2RGF_OK:
        return S2_EXIT_DONE;
    case S2RGF_MISMATCH:
        return S2_EXIT_MISMATCH;
    case S2RGF_CANCELLED:
        return S2_EXIT_CANCELLED;
    default:
        return S2_EXIT_FAILED;
    }
}

int s2_report_finish(s2_report *report, s2rgf_status status, const s2rgf_error *err)
{
    close_line(report);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == S2RGF_OK) {
        /* the reader has seen enough, as with `| head` */
        if (cancelled_by == SIGPIPE)
            return S2_EXIT_CANCELLED;
        /* no errno: an earlier line was lost and this flush had nothing to write */
        CPLError(CE_Failure, CPLE_FileIO, "standard output: cannot write%s%s%s",
                 errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "",
                 report->writes ? "; all other outputs are written and complete" : "");
        return S2_EXIT_FAILED;
    }
    if (status != S2RGF_OK && !(report->another && !err->message[0]))
        CPLError(CE_Failure, s2rgf_status_gdal_number(status), "%s",
                 err && err->message[0] ? err->message : s2rgf_status_text(status));
    return exit_code(status);
}
