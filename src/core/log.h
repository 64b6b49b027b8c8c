/* Lines and progress for the host program. */
#ifndef S2_CORE_LOG_H
#define S2_CORE_LOG_H

#include "s2rgf/base.h"

/** Hand one formatted line to host->log; host or its log may be NULL. */
void s2_log(const s2rgf_host *host, s2rgf_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Report progress; false when the host wants to stop. host or its progress may be NULL. */
bool s2_progress(const s2rgf_host *host, double fraction);

#endif
