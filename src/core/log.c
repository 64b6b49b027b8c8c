/* Lines and progress for the host program. */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/memory.h"
#include "core/number.h"

void s2_log(const s2rgf_host *host, s2rgf_log_level level, const char *format, ...)
{
    if (!host || !host->log)
        return;
    char line[1024];
    va_list args;
    va_start(args, format);
    const int length = s2_vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0)
        return;
    char *whole = NULL;
    if ((size_t)length >= sizeof line) {
        whole = s2_alloc((size_t)length + 1, 1);
        if (whole) {
            va_start(args, format);
            s2_vsnprintf(whole, (size_t)length + 1, format, args);
            va_end(args);
        }
    }
    host->log(level, whole ? whole : line, host->user);
    s2_free(whole);
}

bool s2_progress(const s2rgf_host *host, double fraction)
{
    if (!host || !host->progress)
        return true;
    return host->progress(fraction, host->user);
}
