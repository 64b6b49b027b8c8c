/* What validation says class by class, and what it warns of. */
#ifndef S2_TRAIN_VALIDATION_REPORT_H
#define S2_TRAIN_VALIDATION_REPORT_H

#include "assess/metrics.h"
#include "core/class_table.h"
#include "train/experts/expert.h"

/**
 * Tell the host of every class that was validated how many of its pixels are right and what most of
 * the others are taken for: a warning where that is more than half of at least 10 pixels. Another
 * warning where the expert's share was raised.
 */
void s2_validation_report(const s2_confusion *confusion, const s2_class_table *classes,
                          const s2_share *share, const s2rgf_host *host);

#endif
