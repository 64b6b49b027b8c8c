/* The text report of what became of what. */
#ifndef S2_APPS_CHANGE_REPORT_H
#define S2_APPS_CHANGE_REPORT_H

#include <stdio.h>

#include "s2rgf/changes.h"

/** Print transitions in pixels and hectares, and gains and losses of classes. */
void s2_change_report_write(const s2rgf_transitions *transitions, FILE *out);

#endif
