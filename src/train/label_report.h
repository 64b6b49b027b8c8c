/* What is told of the labels before a training: classes, scenes, what is doubtful. */
#ifndef S2_TRAIN_LABEL_REPORT_H
#define S2_TRAIN_LABEL_REPORT_H

#include "geo/labels/labels.h"
#include "s2rgf/training.h"
#include "train/set/training_set.h"

/**
 * Tell the groups and pixels of every class and, of a list, the pixels of every scene; warn of
 * classes that are thin or doubtful. Errors: FORMAT (fewer than two classes), NO_MEMORY.
 */
s2rgf_status s2_label_report(const s2_label_set *labels, const s2_training_scenes *scenes,
                             const s2rgf_train_options *options, const s2rgf_host *host,
                             s2rgf_error *err);

/**
 * Warn of classes of several polygons or blocks that all train, once labels are split: a class of
 * one was warned of before.
 */
void s2_label_report_unvalidated(const s2_training_set *set, const s2rgf_host *host);

#endif
