/* The one reader of rows: what a network reads of a scene, normalised, at once or ahead of the
   network. */
#ifndef S2_SCENE_NETWORK_INPUT_H
#define S2_SCENE_NETWORK_INPUT_H

#include "scene/model_scene.h"

typedef enum s2_input_mode {
    S2_INPUT_AT_ONCE,    /* in the thread that asks */
    S2_INPUT_AHEAD_SLOW, /* in a thread of its own where reading waits a noticeable part of the time;
                             otherwise two threads on one core only get in each
                             other's way */
    S2_INPUT_AHEAD_ALWAYS /* in a thread of its own: there is a core for it */
} s2_input_mode;

/** The rows of a scene's sources, for one thread. */
typedef struct s2_network_input s2_network_input;

/**
 * scene    borrowed, and nobody else's until s2_network_input_close()
 * content  borrowed; mean and std of its bands are taken now
 * Errors   NO_MEMORY.
 */
s2rgf_status s2_network_input_open(s2_scene *scene, const s2_model_content *content,
                                   s2_input_mode mode, s2_network_input **input, s2rgf_error *err);

/**
 * Fill rows of all sources: (x - mean) / std where valid, 0 elsewhere and everywhere in a source
 * that the model switches off. The form of s2_tile_io's next.
 * rows   in [sources]; rows that are read ahead go to the same memory as these, until the next call
 *        or s2_network_input_close()
 * Errors IO, NO_MEMORY: of the rows they belong to.  Source network.md 4
 */
s2rgf_status s2_network_input_next(void *input, const s2_input_rows *rows, s2rgf_error *err);

/** Wait for what is on its way and release everything. NULL is accepted. */
void s2_network_input_close(s2_network_input *input);

/** One rectangle of a source, inside it, by itself: pixels out [h][w][bands], valid out [h][w] */
s2rgf_status s2_network_input_read(s2_network_input *input, int source, s2_rect rect, float *pixels,
                                   uint8_t *valid, s2rgf_error *err);

/** What was read so far. */
typedef struct s2_input_counts {
    double pixels[S2RGF_MAX_SOURCES]; /* that next gave */
    double ahead_seconds;             /* of processor, by the thread that reads ahead */
} s2_input_counts;

s2_input_counts s2_network_input_counts(s2_network_input *input);

#endif
