/* How a training went: its curve, and what validation took for what. */
#ifndef S2_MODEL_HISTORY_H
#define S2_MODEL_HISTORY_H

#include <stdint.h>

#include "core/class_table.h"
#include "format/json_reader.h"
#include "format/json_writer.h"

#define S2_HISTORY_MOMENTS 64       /* of a curve at most */
#define S2_HISTORY_MOST_CLASSES 100 /* of more classes there is no matrix: it would not be small */

/** A moment of a training. */
typedef struct s2_history_moment {
    int step;             /* of its phase, from 1 */
    int refit;            /* 1: on all labels, after validation; else 0 */
    double loss;          /* of recent steps, each with 0.9 of the weight of the next */
    double oa, aa, kappa; /* of the validation at this step; NaN: none, or not defined */
} s2_history_moment;

typedef struct s2_history_curve {
    int count;
    s2_history_moment moments[S2_HISTORY_MOMENTS]; /* in the order of time */
} s2_history_curve;

typedef struct s2_model_history {
    s2_history_curve curve;
    /* [classes][classes] pixels of the validation that chose the steps, row = label, column = map;
       owned, NULL: none */
    uint64_t *confusion;
} s2_model_history;

/** Release what the history owns, and empty it. */
void s2_model_history_clear(s2_model_history *history);

/** Add a moment; a curve that is full stays as it is. */
void s2_history_add(s2_history_curve *curve, s2_history_moment moment);

/** The member "history" of a description (s2rgf_model(5)), absent where nothing is known. */
void s2_history_put_json(s2_json_writer *writer, const s2_model_history *history, int classes);

/**
 * Read it, where there is one, into an empty history.
 * Errors  FORMAT, NO_MEMORY; history may then be filled in part and is to be cleared.
 */
s2rgf_status s2_history_get_json(const s2_json_node *root, int classes, s2_model_history *history,
                                 s2rgf_error *err);

/** The matrix as lines for people, with the classes' values and names; none: nothing. */
void s2_history_put_matrix(s2_text *text, const s2_model_history *history,
                           const s2_class_table *classes);

/** The validations of the curve as lines for people; none: nothing. */
void s2_history_put_curve(s2_text *text, const s2_model_history *history);

#endif
