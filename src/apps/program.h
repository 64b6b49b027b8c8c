/* What every program does around its verb. */
#ifndef S2_APPS_PROGRAM_H
#define S2_APPS_PROGRAM_H

#include "apps/options.h"
#include "apps/report.h"

/** What a program does once its command line is read; values is the structure its options fill. */
typedef s2rgf_status (*s2_program_verb)(void *values, s2_report *report, s2rgf_error *err);

/**
 * Register GDAL's drivers, read the command line into values (which hold the defaults), run the
 * verb with a report that can be interrupted, and return the exit code.
 * report->quiet says whether -q was given; the verb may set it.
 */
int s2_program_run(const s2_program *program, int argc, char **argv, void *values,
                   s2_program_verb verb);

/**
 * Keep GDAL's block cache at 256 MB, unless GDAL_CACHEMAX says otherwise. For a verb that reads maps
 * once: GDAL's own default, a part of the machine's memory, would let the peak grow with the map.
 */
void s2_program_bound_cache(void);

#endif
