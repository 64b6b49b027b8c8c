/* Labelled pixels split in space between training and validation. */
#include "training_set.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

/* Groups of one class in random order; returns their number. */
static int groups_of_class(const s2_label_set *labels, int class_index, s2_random *random,
                           int *groups)
{
    int count = 0;
    for (int g = 0; g < labels->group_count; g++)
        if (labels->groups[g].class_index == class_index && labels->groups[g].pixels > 0)
            groups[count++] = g;
    s2_random_shuffle(random, groups, (size_t)count);
    return count;
}

/* Choose a class's validation groups: those that bring it nearer to its share, never the last one. */
static void choose_groups(const s2_label_set *labels, const int *groups, int count,
                          double fraction, uint8_t *validates)
{
    double total = 0.0;
    double taken = 0.0;
    int left = count;
    for (int i = 0; i < count; i++)
        total += (double)labels->groups[groups[i]].pixels;
    for (int i = 0; i < count && left > 1; i++) {
        const double more = (double)labels->groups[groups[i]].pixels;
        const double goal = fraction * total;
        if (fabs(taken + more - goal) >= fabs(taken - goal) && taken > 0.0)
            continue;
        if (taken + more > 0.5 * total)
            continue;
        validates[groups[i]] = 1;
        taken += more;
        left--;
    }
}

/* Least distance between pixels of the two roles. Pixels are sorted by row: a row gap larger than the best ends the search. */
static double least_distance(const s2_training_set *set)
{
    const s2_label_pixel *pixels = set->labels->pixels;
    double best = INFINITY;
    for (size_t i = 0; i < set->labels->count; i++)
        for (size_t k = i + 1; k < set->labels->count; k++) {
            const double dy = pixels[k].y - pixels[i].y;
            const double dx = pixels[k].x - pixels[i].x;
            if (dy * dy >= best)
                break;
            if (set->role[i] != set->role[k] && dx * dx + dy * dy < best)
                best = dx * dx + dy * dy;
        }
    return isinf(best) ? NAN : sqrt(best);
}

/* Index lists of the training pixels of every class. */
static void list_training_pixels(s2_training_set *set)
{
    memset(set->class_pixels, 0, (size_t)set->labels->classes.count * sizeof(int));
    for (size_t i = 0; i < set->labels->count; i++) {
        const int k = set->labels->pixels[i].class_index;
        if (set->role[i] == S2_LABEL_TRAIN)
            set->by_class[k][set->class_pixels[k]++] = (int)i;
    }
    set->trainable = 0;
    for (int k = 0; k < set->labels->classes.count; k++)
        set->trainable += set->class_pixels[k] > 0;
}

s2rgf_status s2_training_set_split(s2_training_set *set, double fraction, uint64_t seed,
                                   s2_split_report *report, s2rgf_error *err)
{
    const s2_label_set *labels = set->labels;
    s2_random random;
    int *groups = s2_alloc((size_t)labels->group_count, sizeof *groups);
    uint8_t *validates = s2_calloc((size_t)labels->group_count, 1);
    *report = (s2_split_report){0};
    if (!groups || !validates) {
        s2_free(groups);
        s2_free(validates);
        return s2_fail_memory(err, "split");
    }
    s2_random_init(&random, seed, 0x5711);
    for (int k = 0; k < labels->classes.count && fraction > 0.0; k++)
        choose_groups(labels, groups, groups_of_class(labels, k, &random, groups), fraction,
                      validates);
    for (size_t i = 0; i < labels->count; i++) {
        set->role[i] = validates[labels->pixels[i].group] ? S2_LABEL_VALIDATE : S2_LABEL_TRAIN;
        report->validation_pixels += set->role[i] == S2_LABEL_VALIDATE;
    }
    report->train_pixels = (int)labels->count - report->validation_pixels;
    report->distance_px = report->validation_pixels ? least_distance(set) : NAN;
    list_training_pixels(set);
    s2_free(groups);
    s2_free(validates);
    return S2RGF_OK;
}
