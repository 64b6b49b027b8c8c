/* Labelled pixels split in space between training and validation. */
#include "train/training_set.h"

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

/* Choose a class's validation groups: those that bring it nearer to its share, never the last one.
   */
static void choose_groups(const s2_label_set *labels, const int *groups, int count, double fraction,
                          uint8_t *validates)
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

/* The block of a raster's labels that a group lies in. */
static s2_rect block_of(const s2_label_group *group)
{
    return (s2_rect){group->bounds.x / S2_LABEL_BLOCK_PX, group->bounds.y / S2_LABEL_BLOCK_PX, 1,
                     1};
}

static bool same_block(s2_rect a, s2_rect b)
{
    return a.x == b.x && a.y == b.y;
}

/* A block holds several classes and stays whole: the classes left in one would tell the network
   that all of it is
   theirs. Would giving this group's block to validation leave each of its classes at least half of
   its pixels? */
static bool can_spare(const s2_label_set *labels, int group, const double *total, double *taken)
{
    const s2_rect where = block_of(&labels->groups[group]);
    bool spared = true;
    for (int g = 0; g < labels->group_count; g++)
        if (same_block(where, block_of(&labels->groups[g]))) {
            const int k = labels->groups[g].class_index;
            taken[k] += (double)labels->groups[g].pixels;
            spared = spared && taken[k] <= 0.5 * total[k];
        }
    for (int g = 0; !spared && g < labels->group_count; g++)
        if (same_block(where, block_of(&labels->groups[g])))
            taken[labels->groups[g].class_index] -= (double)labels->groups[g].pixels;
    return spared;
}

/* Choose whole blocks until their share of all pixels is reached. work tmp [2 * classes] */
static void choose_blocks(const s2_label_set *labels, const int *groups, double fraction,
                          double *work, uint8_t *validates)
{
    double *total = work;
    double *taken = work + labels->classes.count;
    double chosen = 0.0;
    for (int g = 0; g < labels->group_count; g++)
        total[labels->groups[g].class_index] += (double)labels->groups[g].pixels;
    for (int i = 0; i < labels->group_count && chosen < fraction * (double)labels->count; i++) {
        if (validates[groups[i]] || !can_spare(labels, groups[i], total, taken))
            continue;
        for (int g = 0; g < labels->group_count; g++)
            if (same_block(block_of(&labels->groups[groups[i]]), block_of(&labels->groups[g]))) {
                validates[g] = 1;
                chosen += (double)labels->groups[g].pixels;
            }
    }
}

/* Least distance between pixels of the two roles. Pixels are sorted by row: a row gap larger than
   the best ends the search. */
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
    double *work = s2_calloc(2 * (size_t)labels->classes.count, sizeof *work);
    *report = (s2_split_report){0};
    s2rgf_status status = groups && validates && work ? S2RGF_OK : s2_fail_memory(err, "split");
    if (status != S2RGF_OK)
        goto done;
    s2_random_init(&random, seed, 0x5711);
    for (int k = 0; labels->from_polygons && k < labels->classes.count && fraction > 0.0; k++)
        choose_groups(labels, groups, groups_of_class(labels, k, &random, groups), fraction,
                      validates);
    if (!labels->from_polygons) {
        for (int g = 0; g < labels->group_count; g++)
            groups[g] = g;
        s2_random_shuffle(&random, groups, (size_t)labels->group_count);
        choose_blocks(labels, groups, fraction, work, validates);
    }
    for (size_t i = 0; i < labels->count; i++) {
        set->role[i] = validates[labels->pixels[i].group] ? S2_LABEL_VALIDATE : S2_LABEL_TRAIN;
        report->validation_pixels += set->role[i] == S2_LABEL_VALIDATE;
    }
    report->train_pixels = (int)labels->count - report->validation_pixels;
    report->distance_px = report->validation_pixels ? least_distance(set) : NAN;
    list_training_pixels(set);
done:
    s2_free(groups);
    s2_free(validates);
    s2_free(work);
    return status;
}
