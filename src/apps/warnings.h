/* The warnings of some work, handed on and kept, for a report that shows them. */
#ifndef S2_APPS_WARNINGS_H
#define S2_APPS_WARNINGS_H

#include "s2rgf/base.h"

/** A host that keeps warnings; valid while this structure stays in place. */
typedef struct s2_warnings {
    s2rgf_host host;      /* what the library gets */
    const s2rgf_host *to; /* who gets all of it in turn */
    char **lines;         /* [count] and a NULL; NULL: none so far */
    size_t count;
} s2_warnings;

/** Begin; to is borrowed. */
void s2_warnings_start(s2_warnings *warnings, const s2rgf_host *to);

/** The lines so far, ended by NULL; NULL: none. */
const char *const *s2_warnings_lines(const s2_warnings *warnings);

/** Release what was kept. */
void s2_warnings_clear(s2_warnings *warnings);

#endif
