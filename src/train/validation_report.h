/* What validation says class by class, and what it warns of. */
#ifndef S2_TRAIN_VALIDATION_REPORT_H
#define S2_TRAIN_VALIDATION_REPORT_H

#include "assess/metrics.h"
#include "core/class_table.h"

/**
 * Tell the host of every class that was validated how many of its pixels are right and what most of
 * the others are taken for: a warning where that is more than half of at least 10 pixels. Another
 * warning where the linear expert alone is ahead by more than a standard error.
 * expert_oa in  its overall accuracy; NaN: there is none
 */
void s2_validation_report(const s2_confusion *confusion, const s2_class_table *classes,
                          double expert_oa, const s2rgf_host *host);

#endif
