/* Labelled pixels split in space between training and validation. */
#include "train/set/training_set.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/labels/labels_blocks.h"

/* Groups class by class, each class's in order. first out [classes + 1], groups out [groups] */
static void sort_by_class(const s2_label_set *labels, int *first, int *groups)
{
    const int classes = labels->classes.count;
    memset(first, 0, (size_t)(classes + 1) * sizeof *first);
    for (int g = 0; g < labels->group_count; g++)
        first[labels->groups[g].class_index + 1]++;
    for (int k = 0; k < classes; k++)
        first[k + 1] += first[k];
    /* from behind, so that every class's end moves down to its beginning */
    for (int g = labels->group_count; g-- > 0;)
        groups[--first[labels->groups[g].class_index + 1]] = g;
    for (int k = 0; k < classes; k++)
        first[k] = first[k + 1];
    first[classes] = labels->group_count;
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

/* The groups of a group's block: from *first to before *end. */
static void find_block(const s2_label_set *labels, int group, int *first, int *end)
{
    *first = group;
    *end = group + 1;
    while (*first > 0 && s2_labels_same_block(labels, group, *first - 1))
        (*first)--;
    while (*end < labels->group_count && s2_labels_same_block(labels, group, *end))
        (*end)++;
}

/* A block holds several classes and stays whole: the classes left in one would tell the network
   that all of it is theirs. Would giving a block to validation leave each of its classes at least
   half of its pixels? */
static bool can_spare(const s2_label_set *labels, int first, int end, const double *total,
                      double *taken)
{
    bool spared = true;
    for (int g = first; g < end; g++) {
        const int k = labels->groups[g].class_index;
        taken[k] += (double)labels->groups[g].pixels;
        spared = spared && taken[k] <= 0.5 * total[k];
    }
    for (int g = first; !spared && g < end; g++)
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
        int first, end;
        if (validates[groups[i]])
            continue;
        find_block(labels, groups[i], &first, &end);
        if (!can_spare(labels, first, end, total, taken))
            continue;
        for (int g = first; g < end; g++) {
            validates[g] = 1;
            chosen += (double)labels->groups[g].pixels;
        }
    }
}

/* Where the pixels of every scene begin in the list of a class. */
static void list_runs(s2_training_set *set, int k)
{
    const s2_training_scene *scenes = set->scenes->items;
    int runs = 0, scene = -1;
    for (size_t at = 0; at < set->class_pixels[k]; at++) {
        if (scene >= 0 && set->by_class[k][at] < scenes[scene].end)
            continue;
        scene = s2_training_scenes_of_label(set->scenes, set->by_class[k][at]);
        set->runs[k][runs++] = at;
    }
    set->runs[k][runs] = set->class_pixels[k];
    set->run_count[k] = runs;
}

/* Index lists of the training pixels of every class. */
static void list_training_pixels(s2_training_set *set)
{
    memset(set->class_pixels, 0, (size_t)set->labels->classes.count * sizeof *set->class_pixels);
    for (size_t i = 0; i < set->labels->count; i++) {
        const int k = set->labels->pixels[i].class_index;
        if (set->role[i] == S2_LABEL_TRAIN)
            set->by_class[k][set->class_pixels[k]++] = i;
    }
    set->trainable = 0;
    for (int k = 0; k < set->labels->classes.count; k++) {
        set->trainable += set->class_pixels[k] > 0;
        list_runs(set, k);
    }
}

/* Least distance within a scene between pixels that train and that validate. */
static s2rgf_status find_distance(const s2_training_set *set, const s2rgf_host *host,
                                  double *distance_px, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < set->scenes->count && status == S2RGF_OK; i++) {
        const s2_training_scene *scene = &set->scenes->items[i];
        const s2_label_set own = {.pixels = set->labels->pixels + scene->first,
                                  .count = scene->end - scene->first};
        double found;
        uint64_t compared;
        status = s2_role_distance(&own, set->role + scene->first, host, &found, &compared, err);
        *distance_px = fmin(*distance_px, found); /* of NaN and a number it is the number */
    }
    return status;
}

s2rgf_status s2_training_set_split(s2_training_set *set, double fraction, uint64_t seed,
                                   const s2rgf_host *host, s2_split_report *report,
                                   s2rgf_error *err)
{
    const s2_label_set *labels = set->labels;
    const int classes = labels->classes.count;
    s2_random random;
    int *first = s2_alloc((size_t)classes + 1, sizeof *first);
    int *groups = s2_alloc((size_t)labels->group_count, sizeof *groups);
    uint8_t *validates = s2_calloc((size_t)labels->group_count, 1);
    double *work = s2_calloc(2 * (size_t)classes, sizeof *work);
    *report = (s2_split_report){.distance_px = NAN};
    s2rgf_status status =
        first && groups && validates && work ? S2RGF_OK : s2_fail_memory(err, "split");
    if (status == S2RGF_OK) {
        s2_random_init(&random, seed, 0x5711);
        if (labels->from_polygons && !labels->whole_scenes) {
            sort_by_class(labels, first, groups);
            for (int k = 0; k < classes && fraction > 0.0; k++) {
                const int count = first[k + 1] - first[k];
                s2_random_shuffle(&random, groups + first[k], (size_t)count);
                choose_groups(labels, groups + first[k], count, fraction, validates);
            }
        } else {
            for (int g = 0; g < labels->group_count; g++)
                groups[g] = g;
            s2_random_shuffle(&random, groups, (size_t)labels->group_count);
            choose_blocks(labels, groups, fraction, work, validates);
        }
    }
    for (size_t i = 0; i < labels->count && status == S2RGF_OK; i++) {
        set->role[i] = validates[labels->pixels[i].group] ? S2_LABEL_VALIDATE : S2_LABEL_TRAIN;
        report->validation_pixels += set->role[i] == S2_LABEL_VALIDATE;
    }
    S2_FREE_EACH(first, groups, validates, work);
    if (status != S2RGF_OK)
        return status;
    report->train_pixels = labels->count - report->validation_pixels;
    if (report->validation_pixels > 0)
        status = find_distance(set, host, &report->distance_px, err);
    list_training_pixels(set);
    return status;
}
