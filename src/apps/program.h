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
 * The largest block cache of GDAL, in MB; 0: GDAL_CACHEMAX decides. GDAL's own default, a part of
 * the machine's memory, would let the peak grow with the scene.
 */
int s2_program_cache_mb(void);

/** Bound GDAL's block cache by s2_program_cache_mb(). For a verb that reads maps once. */
void s2_program_bound_cache(void);

#endif
