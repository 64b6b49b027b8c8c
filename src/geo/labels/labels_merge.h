/* Labels of many scenes as one set. */
#ifndef S2_GEO_LABELS_LABELS_MERGE_H
#define S2_GEO_LABELS_LABELS_MERGE_H

#include "geo/labels/labels.h"

/** The labels of one scene, and the grid that they are on. */
typedef struct s2_scene_labels {
    const char *name; /* of the scene, for messages; borrowed */
    s2_label_set set;
    s2_grid grid;
} s2_scene_labels;

/** What labels of several scenes have in common. */
typedef struct s2_merge_rules {
    bool one_file;     /* all were read from one file: its polygons are the same in all scenes */
    bool whole_scenes; /* a scene, with all that it overlaps, is one block */
} s2_merge_rules;

/**
 * Join the labels of scenes, scene after scene, into one set, of which pixels keep their places in
 * their own scene. What lies on one ground goes together in a split: a polygon of one file is one
 * group in all scenes; blocks of points, beside polygons or not, and of rasters are squares of the
 * first scene's grid, carried on over the ground of the others. A class is known by its name; where
 * values do not agree, all are numbered anew as those of one layer, and the host is told.
 * scenes in   [count], their sets are taken over and left empty; of one scene the set stays as it is
 * first  out  [count + 1] index of the first pixel of every scene, and the number of all
 * Errors  FORMAT (files of polygons in some scenes, of points or a raster in others; too many
 *         classes),
 *         NO_MEMORY.
 */
s2rgf_status s2_labels_merge(s2_scene_labels *scenes, int count, s2_merge_rules rules,
                             const s2rgf_host *host, s2_label_set *all, size_t *first,
                             s2rgf_error *err);

#endif
