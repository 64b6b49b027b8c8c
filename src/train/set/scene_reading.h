/* From the options of a training to its scenes and their labels: one scene, or those of a list. */
#ifndef S2_TRAIN_SET_SCENE_READING_H
#define S2_TRAIN_SET_SCENE_READING_H

#include "geo/files/scene_list.h"
#include "s2rgf/training.h"
#include "train/set/training_set.h"

/** The names of many scenes. */
typedef struct s2_training_list {
    const char *folder; /* of relative templates, NULL where the scenes are listed */
    s2_scene_names names;
} s2_training_list;

/**
 * Find the scenes that options->scenes_path stands for; without it the list stays empty.
 * Errors  INVALID_ARGUMENT (no {} in the first raster), IO, FORMAT, NO_MEMORY.
 * Memory  s2_scene_names_clear(&list->names).
 */
s2rgf_status s2_training_list_find(const s2rgf_train_options *options, s2_training_list *list,
                                   s2rgf_error *err);

/** Where the labels of a listed scene are, released with s2_free(). Errors: NO_MEMORY. */
s2rgf_status s2_training_list_labels(const s2_training_list *list,
                                     const s2rgf_train_options *options, const char *name,
                                     char **path, s2rgf_error *err);

/** All that is read before a training begins; zeros are empty. */
typedef struct s2_training_scene_data {
    s2_scene scene; /* where there is one alone: stays open */
    s2_training_scenes scenes;
    s2_label_set labels; /* of all scenes, scene after scene */
} s2_training_scene_data;

/**
 * Open the scenes, describe the sources of the first one, and read and check the labels.
 * list     in   empty: one scene, options->scene
 * content  in/out  gets the sources; borrowed by data->scenes
 * data     out  released with s2_training_scene_data_clear()
 * Errors   those of s2_scene_open(), s2_scene_open_for_model() and s2_labels_read(), with the name
 *          of the scene; FORMAT (no scene has labels).
 */
s2rgf_status s2_training_read_scenes(const s2rgf_train_options *options,
                                     const s2_training_list *list, const s2rgf_host *host,
                                     s2_model_content *content, s2_training_scene_data *data,
                                     s2rgf_error *err);
void s2_training_scene_data_clear(s2_training_scene_data *data);

#endif
