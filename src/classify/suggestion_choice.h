/* Where to label next, second round: which of the candidates, and in which order. */
#ifndef S2_CLASSIFY_SUGGESTION_CHOICE_H
#define S2_CLASSIFY_SUGGESTION_CHOICE_H

#include "classify/candidates.h"
#include "geo/labels/label_runs.h"
#include "geo/source/ground.h"

/** What a choice is made of; all is borrowed. */
typedef struct s2_choice_input {
    const s2_candidate *candidates; /* [count] by rows */
    const float *features;          /* [count][bands] what the network reads of each */
    size_t count;
    const s2_label_runs *labels; /* places that have a label */
    const float *label_features; /* [known_count][bands] of some of these */
    size_t known_count, bands;
    int classes;
    const s2_ground *ground;
    double distance_m; /* chosen places lie at least so far from each other and from labels */
    size_t wanted;
} s2_choice_input;

/**
 * Choose one place after the other. Its predicted class is that with the fewest places so far; of
 * its candidates the one with the largest (1 - margin) d is taken, where d is the distance in
 * features to the nearest label or place chosen before. Equal input gives an equal choice.
 * chosen  out  [wanted] indices of candidates in the order of the choice
 * found   out  how many they are: fewer than wanted where the distance leaves no more
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_choose_suggestions(const s2_choice_input *input, size_t *chosen, size_t *found,
                                   s2rgf_error *err);

#endif
