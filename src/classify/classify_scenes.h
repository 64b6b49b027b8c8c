/* Many scenes with one model: what is known of each. */
#ifndef S2_CLASSIFY_CLASSIFY_SCENES_H
#define S2_CLASSIFY_CLASSIFY_SCENES_H

#include "geo/files/scene_list.h"
#include "s2rgf/classification.h"

typedef enum s2_scene_outcome {
    S2_SCENE_NOT_REACHED,
    S2_SCENE_MAPPED,
    S2_SCENE_SKIPPED,
    S2_SCENE_FAILED
} s2_scene_outcome;

/** A scene of the list and what came of it. */
typedef struct s2_listed_scene {
    const char *name; /* borrowed from the list of all */
    char *map;        /* path of its map */
    s2_scene_outcome outcome;
    double seconds;
    s2rgf_error error; /* of one that failed */
} s2_listed_scene;

/** All scenes of a call. */
typedef struct s2_scene_list {
    const s2rgf_classify_options *options;
    const char *folder;   /* of relative templates, NULL where the scenes are listed */
    s2_scene_names names; /* of all shares */
    s2_listed_scene *scenes;
    size_t count;
    int share, share_count; /* 1, 1: all */
    const char *model_checksum;
} s2_scene_list;

/** The number of scenes with an outcome. */
size_t s2_scene_list_tally(const s2_scene_list *list, s2_scene_outcome outcome);

/** The report as a JSON object in new memory, released with s2_free(); NULL: no memory. */
char *s2_scene_list_report(const s2_scene_list *list);

#endif
