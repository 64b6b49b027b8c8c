/* The warnings of some work, handed on and kept, for a report that shows them. */
#include "apps/warnings.h"

#include <stdlib.h>
#include <string.h>

static bool hand_on_progress(double fraction, void *user)
{
    const s2_warnings *warnings = user;

    return warnings->to->progress(fraction, warnings->to->user);
}

/* A line that there is no memory for has at least been shown. */
static void keep(s2_warnings *warnings, const char *line)
{
    char **lines = realloc(warnings->lines, (warnings->count + 2) * sizeof *lines);

    if (!lines)
        return;
    warnings->lines = lines;
    lines[warnings->count] = strdup(line);
    if (lines[warnings->count])
        warnings->count++;
    lines[warnings->count] = NULL;
}

static void hand_on_line(s2rgf_log_level level, const char *line, void *user)
{
    s2_warnings *warnings = user;

    if (level == S2RGF_WARNING)
        keep(warnings, line);
    warnings->to->log(level, line, warnings->to->user);
}

void s2_warnings_start(s2_warnings *warnings, const s2rgf_host *to)
{
    *warnings = (s2_warnings){{hand_on_progress, hand_on_line, warnings}, to, NULL, 0};
}

const char *const *s2_warnings_lines(const s2_warnings *warnings)
{
    return (const char *const *)warnings->lines;
}

void s2_warnings_clear(s2_warnings *warnings)
{
    for (size_t i = 0; i < warnings->count; i++)
        free(warnings->lines[i]);
    free(warnings->lines);
    *warnings = (s2_warnings){.to = NULL};
}
