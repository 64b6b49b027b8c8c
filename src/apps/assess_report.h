/* The text report of an accuracy assessment. */
#ifndef S2_APPS_ASSESS_REPORT_H
#define S2_APPS_ASSESS_REPORT_H

#include <stdio.h>

#include "s2rgf/assessment.h"

/** Write the confusion matrix, the accuracies and what was excluded; columns line up. */
void s2_assess_report_write(const s2rgf_assessment *assessment, FILE *out);

#endif
