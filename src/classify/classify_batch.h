/* Many scenes with one model: what is known of each. */
#ifndef S2_CLASSIFY_CLASSIFY_BATCH_H
#define S2_CLASSIFY_CLASSIFY_BATCH_H

#include "geo/source/scene_list.h"

typedef enum s2_scene_outcome {
    S2_SCENE_NOT_REACHED,
    S2_SCENE_MAPPED,
    S2_SCENE_SKIPPED,
    S2_SCENE_FAILED
} s2_scene_outcome;

/** A scene of the batch and what came of it. */
typedef struct s2_batch_scene {
    const char *name; /* borrowed from the list of all */
    char *map;        /* path of its map */
    s2_scene_outcome outcome;
    double seconds;
    s2rgf_error error; /* of one that failed */
} s2_batch_scene;

/** All scenes of a call. */
typedef struct s2_scene_batch {
    const s2rgf_classify_options *options;
    const char *folder;   /* of relative templates, NULL where the scenes are listed */
    s2_scene_names names; /* of all shards */
    s2_batch_scene *scenes;
    size_t count;
    int shard, shard_count; /* 1, 1: all */
    const char *model_checksum;
} s2_scene_batch;

/** The number of scenes with an outcome. */
size_t s2_scene_batch_tally(const s2_scene_batch *batch, s2_scene_outcome outcome);

/** The report as a JSON object in new memory, released with s2_free(); NULL: no memory. */
char *s2_scene_batch_report(const s2_scene_batch *batch);

#endif
