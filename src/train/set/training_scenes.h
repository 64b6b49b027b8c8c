/* The scenes of a training: what is known of each while it is closed, a few that are open, and small
   sources that are kept in memory. */
#ifndef S2_TRAIN_SET_TRAINING_SCENES_H
#define S2_TRAIN_SET_TRAINING_SCENES_H

#include "s2rgf/scene.h"
#include "scene/network_input.h"

/** A source that is kept in memory, normalised. */
typedef struct s2_kept_source {
    float *pixels;  /* [h][w][bands], NULL: it is read from its files */
    uint8_t *valid; /* [h][w] */
    bool settled;   /* whether it is kept is known */
} s2_kept_source;

/** A scene while it is closed. */
typedef struct s2_training_scene {
    const char *name;     /* in the list, owned; NULL: there is one scene */
    s2rgf_scene *rasters; /* owned; NULL: the scene is borrowed and stays open */
    s2_scene *borrowed;   /* or NULL */
    s2_run_geometry geometry;
    const char *srs[S2RGF_MAX_SOURCES]; /* s2_source_file_srs(), of the list of all */
    size_t first, end;                  /* its labels among all */
    s2_kept_source kept[S2RGF_MAX_SOURCES];
} s2_training_scene;

/** A scene while it is open. */
typedef struct s2_open_scene {
    int index; /* of the scene; -1: none */
    s2_scene own, *scene;
    s2_network_input *input; /* NULL until it is asked for */
} s2_open_scene;

typedef struct s2_training_scenes {
    s2rgf_scene_options options;     /* but for the rasters; borrowed */
    const s2_model_content *content; /* borrowed */
    s2_training_scene *items;
    int count;
    size_t room;
    char **srs; /* [srs_count] each CRS once */
    size_t srs_count, srs_room;
    s2_open_scene *open; /* [open_room] */
    int open_room;
    int last;         /* the place of the one that was used last */
    size_t kept_room; /* bytes for further kept sources */
} s2_training_scenes;

/**
 * Begin without scenes.
 * options  in  borrowed: what all scenes are opened with, but for the rasters
 * content  in  borrowed: the sources, as the first scene has them, before a scene is opened
 */
void s2_training_scenes_init(s2_training_scenes *scenes, const s2rgf_scene_options *options,
                             const s2_model_content *content);
void s2_training_scenes_clear(s2_training_scenes *scenes);

/**
 * Add a scene, without labels so far.
 * name     in   copied; NULL: the only one
 * rasters  in   taken over; NULL: the scene is borrowed, stays open, and belongs to this thread
 * scene    in   open: its geometry is kept, and itself where rasters is NULL
 * Errors  NO_MEMORY.
 */
s2rgf_status s2_training_scenes_add(s2_training_scenes *scenes, const char *name,
                                    s2rgf_scene *rasters, s2_scene *scene, s2rgf_error *err);

/**
 * A scene, opened if it is not; valid until another one is asked for. At most 128 files stay open,
 * if a scene has no more.
 * Errors  those of s2_scene_open_for_model(), IO (it has another size than before).
 */
s2rgf_status s2_training_scenes_open(s2_training_scenes *scenes, int index, s2_scene **scene,
                                     s2rgf_error *err);
/**
 * What a network reads of a rectangle of a source, inside it, normalised as the content says at the
 * first call. Small sources, 64 MB of them in all, are kept in memory from then on.
 * pixels out [h][w][bands]; valid out [h][w]
 * Errors  those of s2_training_scenes_open(), IO.
 */
s2rgf_status s2_training_scenes_read(s2_training_scenes *scenes, int index, int source,
                                     s2_rect rect, float *pixels, uint8_t *valid, s2rgf_error *err);
/** The scene with handles of its own, for another thread. *copy is closed by s2_scene_close(). */
s2rgf_status s2_training_scenes_copy(const s2_training_scenes *scenes, int index, s2_scene *copy,
                                     s2rgf_error *err);

/** The scene of a label. */
int s2_training_scenes_of_label(const s2_training_scenes *scenes, size_t label);

#endif
