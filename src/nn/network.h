/* What the networks share: what decides their shapes, their batches and their tiles. */
#ifndef S2_NN_NETWORK_H
#define S2_NN_NETWORK_H

#include <stdint.h>

#include "core/geometry.h"
#include "nn/tensor.h"

/** What is switched off, to measure what it is worth; nothing when zeroed. */
typedef struct s2_ablations {
    bool attention;                 /* of ADRF: its weights are 1 and no parameters */
    bool ssja;                      /* A1 = A2 = 0: Z = X1 + X2 */
    bool redundancy;                /* the de-redundancy loss, in training */
    bool spectral, spatial;         /* a domain: SSJA and the detail path get 0 from it */
    bool expert, windows, hidden;   /* none is fitted; none of windows; none with a hidden layer */
    bool source[S2RGF_MAX_SOURCES]; /* its pixels are 0 where the scene is read; still valid */
} s2_ablations;

/** What decides all shapes. */
typedef struct s2_network_spec {
    int channels; /* C */
    int classes;  /* K */
    int sources;
    int bands[S2RGF_MAX_SOURCES];
    bool on_reference[S2RGF_MAX_SOURCES]; /* source lies on the reference grid */
    bool runs_only;                       /* is never trained: parameters have no gradients */
    bool expert;                          /* a linear expert's scores are added */
    bool windows;                         /* those of the expert of windows, too */
    bool hidden;                          /* those of the expert with a hidden layer, too */
    s2_ablations off;
} s2_network_spec;

/** Sizes of a batch: every crop is a small scene of its own, all of equal size. */
typedef struct s2_batch_shape {
    int crops;
    int width, height; /* of a crop, reference pixels */
    /* of the sources' rectangles, native pixels; ignored for */
    int source_width[S2RGF_MAX_SOURCES];
    int source_height[S2RGF_MAX_SOURCES]; /* sources on the reference grid */
} s2_batch_shape;

/** One batch, filled by the caller before a forward. */
typedef struct s2_batch {
    s2_tensor pixels[S2RGF_MAX_SOURCES]; /* [crops,h,w,bands], normalised, 0 where invalid */
    /* [crops]: crop's reference corner coordinates to its rectangle's */
    s2_affine *ref_to_source[S2RGF_MAX_SOURCES];
    uint8_t *valid;  /* [crops][height][width], all sources valid */
    int16_t *labels; /* [crops][height][width], class index or -1 */
} s2_batch;

/** What every network asks of sources, classes and bands. Errors: INVALID_ARGUMENT. */
s2rgf_status s2_network_check(const s2_network_spec *spec, s2rgf_error *err);
/** Channels of a source's spectral features: C for the rich source, narrow for others. */
int s2_spectral_width(const s2_network_spec *spec, int narrow, int source);
/** Those of the sources before it: its first channel where all are stacked. */
int s2_spectral_first(const s2_network_spec *spec, int narrow, int source);
/** Random start: weights and biases uniform in +-1/sqrt(fan in), batch-norms 1 and 0. */
void s2_network_randomise(s2_params *params, uint64_t seed);

/**
 * Room for a batch; one that could not be made is to be cleared. Errors: INVALID_ARGUMENT (an
 * empty rectangle), NO_MEMORY. Memory: s2_batch_clear().
 */
s2rgf_status s2_batch_init(s2_batch *batch, const s2_network_spec *spec,
                           const s2_batch_shape *shape, s2rgf_error *err);
void s2_batch_clear(s2_batch *batch);

#endif
