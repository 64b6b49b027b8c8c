/* Labelled pixels of scenes as a network learns from them: split in space, normalisation, crops.
   */
#ifndef S2_TRAIN_SET_TRAINING_SET_H
#define S2_TRAIN_SET_TRAINING_SET_H

#include "core/random.h"
#include "geo/labels/labels.h"
#include "nn/ranks/ranks.h"
#include "train/set/training_scenes.h"

/** What a labelled pixel is for. */
typedef enum s2_label_role { S2_LABEL_TRAIN, S2_LABEL_VALIDATE } s2_label_role;

typedef struct s2_training_set {
    s2_training_scenes *scenes;      /* borrowed, read by this thread only */
    const s2_label_set *labels;      /* borrowed */
    const s2_model_content *content; /* borrowed: normalisation of the sources */
    uint8_t *role;                   /* [labels.count] s2_label_role */
    size_t **by_class;               /* [classes] indices of the training pixels of a class */
    size_t *class_pixels;            /* [classes] their number */
    /* [classes][run_count + 1] where the pixels of a scene begin in by_class, and the end */
    size_t **runs;
    int *run_count; /* [classes] scenes with training pixels of a class */
    int trainable;  /* classes with training pixels */
    int crop_px;
    /* a crop has the pixel it was drawn for at (crop_px / 2, crop_px / 2), its only label, and may
       reach beyond the scene; may be set after init */
    bool centred;
    int rect_px[S2RGF_MAX_SOURCES]; /* side of a crop's rectangle in native pixels */
    /* may be set after init: spread of the brightness of crops, 0: as they are; probability that a
       crop lacks a source; pixels of their own by which sources on other grids are moved at most */
    double jitter, source_dropout, shift_jitter;
    s2_ranks *ranks;      /* may be set after init: processes that fill the other crops of a step */
    float *pixels;        /* one rectangle of the largest source */
    float *scale, *shift; /* [bands] of the source with most */
    uint8_t *valid[S2RGF_MAX_SOURCES]; /* one rectangle a source */
} s2_training_set;

/** How a training set was divided. */
typedef struct s2_split_report {
    size_t train_pixels, validation_pixels;
    /* least distance between a training and a validation pixel; NaN without validation */
    double distance_px;
} s2_split_report;

/**
 * Mean and standard deviation of every band over the scenes' valid pixels, into content: of all
 * pixels of a scene alone; of several, a sample drawn with the seed where they have more than 2^26
 * pixels together. Errors: IO, FORMAT (no valid pixel), CANCELLED, NO_MEMORY. Source network.md 4
 */
s2rgf_status s2_training_normalisation(s2_training_scenes *scenes, uint64_t seed,
                                       const s2rgf_host *host, s2_model_content *content,
                                       s2rgf_error *err);

/**
 * Prepare crops of crop_px reference pixels. All labels train. Errors: NO_MEMORY. Memory:
 * s2_training_set_clear().
 */
s2rgf_status s2_training_set_init(s2_training_set *set, s2_training_scenes *scenes,
                                  const s2_label_set *labels, const s2_model_content *content,
                                  int crop_px, s2rgf_error *err);
void s2_training_set_clear(s2_training_set *set);

/**
 * Leave out labelled pixels at which a source of the scene has no valid data, and tell the host how
 * many, source by source and class by class: nothing can be learned from them.
 * path in  what messages call the labels;  alone in  there is no other scene to learn from
 * Errors  FORMAT (none is left of a scene alone), IO, CANCELLED, NO_MEMORY.
 */
s2rgf_status s2_training_labels_check(s2_scene *scene, const char *path, bool alone,
                                      const s2rgf_host *host, s2_label_set *labels,
                                      s2rgf_error *err);

/**
 * Where fewer than 30 blocks of points and raster labels hold labels, halve their side, down to 16
 * pixels: else a small scene has too few blocks to split.
 * Errors: NO_MEMORY.
 */
s2rgf_status s2_training_labels_block(s2_label_set *labels, s2rgf_error *err);

/**
 * Give whole polygons to validation, class by class, about `fraction` of each class's pixels; the
 * last polygon of a class stays in training. Of points and raster labels whole blocks, all classes
 * of one together, as long as every class keeps half of its pixels. fraction 0: everything trains.
 * Errors: NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_training_set_split(s2_training_set *set, double fraction, uint64_t seed,
                                   const s2rgf_host *host, s2_split_report *report,
                                   s2rgf_error *err);

/**
 * Least distance between pixels of different roles, NaN where there is one role only.
 * role in   [labels->count] 0 or 1
 * work out  rows and runs of pixels visited, a measure of the time
 * Errors: NO_MEMORY, CANCELLED.
 */
s2rgf_status s2_role_distance(const s2_label_set *labels, const uint8_t *role,
                              const s2rgf_host *host, double *distance_px, uint64_t *work,
                              s2rgf_error *err);

/** Shape of the batches that s2_training_set_draw() fills. */
s2_batch_shape s2_training_set_shape(const s2_training_set *set, int crops);

/**
 * Fill a batch with crops around training pixels: the class is drawn uniformly over the classes,
 * the scene over those that have some of the class, the pixel uniformly within both, its place in the crop, flip and quarter turn at
 * random; and so is its brightness, a gain exp(jitter (2 n_source + n_band)) with normal n, where
 * set->jitter is positive. Where set->source_dropout is positive, each source is left out with that
 * probability, as if it had no data, but one stays; where set->shift_jitter is, sources on other
 * grids than the reference grid are moved by up to so much. Where set->centred, the pixel's place is
 * the crop's middle. Errors: IO, NO_MEMORY.
 */
s2rgf_status s2_training_set_draw(s2_training_set *set, const s2_batch_shape *shape,
                                  s2_random *random, s2_batch *batch, s2rgf_error *err);

/** Fill a batch with crops anywhere in the scenes, unlabelled: for the statistics of all of them. */
s2rgf_status s2_training_set_draw_anywhere(s2_training_set *set, const s2_batch_shape *shape,
                                           s2_random *random, s2_batch *batch, s2rgf_error *err);

#endif
