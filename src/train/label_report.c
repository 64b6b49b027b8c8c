/* What is told of the labels before a training: classes, scenes, what is doubtful. */
#include "train/label_report.h"

#include <stdio.h>
#include <string.h>

#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels_blocks.h"

#define THIN_CLASS_PIXELS 10 /* fewer labelled pixels than this are worth a warning */
#define TOLD_CLASSES 10      /* warned of one by one; the others are counted */
#define TOLD_SCENES 50       /* the same */

/* What labels hold that is not used. */
static void report_unused(const s2_label_set *labels, const s2rgf_host *host)
{
    const struct {
        size_t count;
        const char *one, *many;
    } unused[] = {
        {labels->conflicts, "pixel claimed by several classes is left out",
         "pixels claimed by several classes are left out"},
        {labels->polygons_without_pixel, "polygon holds no pixel centre of the reference grid",
         "polygons hold no pixel centre of the reference grid"},
        {labels->points_outside, "point lies outside the reference grid",
         "points lie outside the reference grid"},
    };
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (unused[i].count > 0)
            s2_log(host, S2RGF_WARNING, "%zu %s", unused[i].count,
                   s2_plural(unused[i].count, unused[i].one, unused[i].many));
}

/* Warn of a class, if it is one of the first of its kind. */
static void warn_class(const s2_class *class, const char *what, int told, const s2rgf_host *host)
{
    if (told < TOLD_CLASSES)
        s2_log(host, S2RGF_WARNING, "%s%s %s", s2_class_word(class->name), class->name, what);
}

static void warn_others(int count, const char *one, const char *many, const s2rgf_host *host)
{
    const int others = count - TOLD_CLASSES;
    if (others > 0)
        s2_log(host, S2RGF_WARNING, "%d more %s", others, s2_plural((uint64_t)others, one, many));
}

/* Classes that are named in the labels, but label nothing, or are called as if they were none. */
static void report_doubtful(const s2_label_set *labels, const char *path, const s2rgf_host *host)
{
    for (int k = 0; k < labels->absent.count; k++)
        warn_class(&labels->absent.items[k], "has no labelled pixel on the reference grid", k,
                   host);
    warn_others(labels->absent.count, "class has no labelled pixel there",
                "classes have no labelled pixel there", host);
    for (int k = 0; k < labels->classes.count; k++)
        if (s2_class_name_is_nothing(labels->classes.items[k].name))
            s2_log(host, S2RGF_WARNING,
                   "%s: \"%s\" is learned as a class like any other: if it means that there is no "
                   "label, leave it out",
                   path, labels->classes.items[k].name);
}

/* One line per scene of a list: the labelled pixels of every class. counts tmp [classes] */
static void report_scene(const s2_label_set *labels, const s2_training_scene *scene, size_t *counts,
                         const s2rgf_host *host)
{
    s2_text text = {0};
    int listed = 0;
    memset(counts, 0, (size_t)labels->classes.count * sizeof *counts);
    for (size_t i = scene->first; i < scene->end; i++)
        counts[labels->pixels[i].class_index]++;
    for (int k = 0; k < labels->classes.count; k++)
        if (counts[k] > 0)
            s2_text_append(&text, "%s%s %zu", listed++ > 0 ? ", " : "",
                           labels->classes.items[k].name, counts[k]);
    if (!text.failed)
        s2_log(host, S2RGF_INFO, "Scene %s: %s", scene->name,
               listed > 0 ? text.data : "no labelled pixel");
    s2_free(text.data);
}

static s2rgf_status report_scenes(const s2_label_set *labels, const s2_training_scenes *scenes,
                                  const s2rgf_host *host, s2rgf_error *err)
{
    size_t *counts = s2_alloc((size_t)labels->classes.count + 1, sizeof *counts);
    if (!counts)
        return s2_fail_memory(err, "labels");
    for (int i = 0; i < scenes->count && i < TOLD_SCENES && scenes->items[i].name; i++)
        report_scene(labels, &scenes->items[i], counts, host);
    if (scenes->count > TOLD_SCENES)
        s2_log(host, S2RGF_INFO, "%d more scenes", scenes->count - TOLD_SCENES);
    s2_free(counts);
    return S2RGF_OK;
}

/* A class's groups that hold pixels, and their pixels. */
static int count_groups(const s2_label_set *labels, int k, size_t *pixels)
{
    int groups = 0;
    *pixels = 0;
    for (int g = 0; g < labels->group_count; g++)
        if (labels->groups[g].class_index == k && labels->groups[g].pixels > 0) {
            *pixels += labels->groups[g].pixels;
            groups++;
        }
    return groups;
}

/* A class that validation cannot have and leave some of in training. */
static bool is_single(const s2_label_set *labels, int k)
{
    int first = -1;
    for (int g = 0; g < labels->group_count; g++) {
        if (labels->groups[g].class_index != k || labels->groups[g].pixels == 0)
            continue;
        if (first >= 0 && !(labels->whole_scenes && s2_labels_same_block(labels, first, g)))
            return false;
        first = g;
    }
    return true;
}

/* One line per class: groups and pixels; a warning if there are too few. */
s2rgf_status s2_label_report(const s2_label_set *labels, const s2_training_scenes *scenes,
                             const s2rgf_train_options *options, const s2rgf_host *host,
                             s2rgf_error *err)
{
    const char *one_group = labels->from_polygons ? "polygon" : "block";
    const char *many_groups = labels->from_polygons ? "polygons" : "blocks";
    const char *single_group = labels->whole_scenes    ? "is in one scene, or in some that overlap"
                               : labels->from_polygons ? "has a single polygon"
                                                       : "has a single block";
    char what[96];
    int thin = 0, single = 0;
    report_doubtful(labels, options->labels.path, host);
    for (int k = 0; k < labels->classes.count; k++) {
        size_t pixels;
        const int groups = count_groups(labels, k, &pixels);
        const s2_class *one = &labels->classes.items[k];
        s2_log(host, S2RGF_INFO, "Class %d %s: %d %s, %zu %s", one->value, one->name, groups,
               s2_plural((uint64_t)groups, one_group, many_groups), pixels,
               s2_plural(pixels, "pixel", "pixels"));
        if (pixels < THIN_CLASS_PIXELS) {
            snprintf(what, sizeof what, "has only %zu labelled %s", pixels,
                     s2_plural(pixels, "pixel", "pixels"));
            warn_class(one, what, thin++, host);
        } else if (is_single(labels, k) && options->validation > 0.0) {
            snprintf(what, sizeof what, "%s: it cannot be validated", single_group);
            warn_class(one, what, single++, host);
        }
    }
    warn_others(thin, "class has few labelled pixels", "classes have few labelled pixels", host);
    warn_others(single, "class cannot be validated", "classes cannot be validated", host);
    report_unused(labels, host);
    if (labels->classes.count < 2)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: too few classes: expected at least 2 with labelled pixels in the "
                       "scene, found %s",
                       options->labels.path,
                       labels->classes.count == 0 ? "none" : labels->classes.items[0].name);
    return report_scenes(labels, scenes, host, err);
}

void s2_label_report_unvalidated(const s2_training_set *set, const s2rgf_host *host)
{
    const s2_label_set *labels = set->labels;
    char what[96];
    int told = 0;
    for (int k = 0; k < labels->classes.count; k++) {
        size_t pixels;
        const int groups = count_groups(labels, k, &pixels);
        if (is_single(labels, k) || set->class_pixels[k] < pixels)
            continue;
        if (labels->whole_scenes)
            snprintf(what, sizeof what, "is not validated: no scene that has it could be left out");
        else
            snprintf(what, sizeof what, "is not validated: none of its %d %s could be left out",
                     groups, labels->from_polygons ? "polygons" : "blocks");
        warn_class(&labels->classes.items[k], what, told++, host);
    }
    warn_others(told, "class is not validated", "classes are not validated", host);
}
