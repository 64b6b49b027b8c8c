/* The text report of what a sample says of the whole map. */
#ifndef S2_APPS_ESTIMATES_REPORT_H
#define S2_APPS_ESTIMATES_REPORT_H

#include <stdio.h>

#include "s2rgf/assessment.h"

/**
 * Write strata, error matrix in proportions of the area, and estimates with errors and intervals.
 */
void s2_estimates_report_write(const s2rgf_map_estimates *estimates, FILE *out);

#endif
