/* A network of any kind, in training and at work; which kinds there are: kind.c. */
#ifndef S2_NN_NETWORKS_NETWORKS_H
#define S2_NN_NETWORKS_NETWORKS_H

#include "core/random.h"
#include "nn/layers/batchnorm.h"
#include "nn/layers/loss.h"
#include "nn/run/tile.h"

/** The functions of one kind of network, nn/kind_table.h. */
typedef struct s2_network_kind s2_network_kind;

/** What a training of a kind is like unless its user says otherwise. */
typedef struct s2_network_defaults {
    int channels, steps, batch, crop_px;
    bool centred; /* only the pixel at (crop_px / 2, crop_px / 2) of a crop is classified */
    bool fixed;   /* crop and channels cannot be chosen */
} s2_network_defaults;

/** How a kind's tiles like to be. */
typedef struct s2_tile_traits {
    int halo_px;       /* ring around a tile that is computed again in the next one, about */
    int width, height; /* the largest that are of use */
    bool by_rows;      /* sources are read a few rows at a time */
} s2_tile_traits;

/** Structure and parameters. */
typedef struct s2_network {
    const s2_network_kind *kind;
    s2_network_spec spec;
    s2_params *params; /* in the order of their declaration, owned by self */
    void *self;        /* the kind's own network */
} s2_network;

/** In training: everything backward needs is kept. */
typedef struct s2_training {
    const s2_network_kind *kind;
    s2_batch *batch; /* to be filled before s2_training_forward() */
    void *self;      /* the kind's own training */
} s2_training;

/** Folded and packed weights; read-only, shared by all workers. */
typedef struct s2_weights {
    const s2_network_kind *kind;
    void *self; /* the kind's own weights */
} s2_weights;

/** One worker's maps; one thread at a time. */
typedef struct s2_run {
    const s2_network_kind *kind;
    void *self; /* the kind's own run */
} s2_run;

/** Defaults of the kind of this name, NULL: there is none. */
const s2_network_defaults *s2_network_defaults_of(const char *name);
/** Whether a network of this name exists. Errors: UNSUPPORTED, the message lists all names. */
s2rgf_status s2_network_check_name(const char *subject, const char *name, s2rgf_error *err);

/**
 * Build the structure with zero weights and unit statistics. Errors: UNSUPPORTED (no such kind),
 * INVALID_ARGUMENT (spec out of range), NO_MEMORY. Memory: s2_network_free().
 */
s2rgf_status s2_network_create(const char *name, const s2_network_spec *spec, s2_network **network,
                               s2rgf_error *err);
void s2_network_free(s2_network *network);

/**
 * Errors: NO_MEMORY, INVALID_ARGUMENT, those of s2_kernels_select(). Memory: s2_training_free(). The
 * network is borrowed.
 */
s2rgf_status s2_training_create(s2_network *network, const s2_batch_shape *shape,
                                s2_training **training, s2rgf_error *err);
void s2_training_free(s2_training *training);
/** Forward with the statistics in use. dropout_source: stream for the dropout mask, NULL: none. */
s2rgf_status s2_training_forward(s2_training *training, double dropout, s2_random *dropout_source,
                                 s2rgf_error *err);
/** Loss of the last forward and gradients of all parameters (set, not added to). */
s2rgf_status s2_training_backward(s2_training *training, const s2_loss_options *options,
                                  double *loss, s2rgf_error *err);
/** What all batch-norms use from the next forward on, s2_batchnorm_use(). */
void s2_training_use(s2_training *training, s2_statistics statistics);

/** Errors: NO_MEMORY. Memory: s2_weights_free(). The network may be freed afterwards. */
s2rgf_status s2_weights_create(const s2_network *network, s2_weights **weights, s2rgf_error *err);
void s2_weights_free(s2_weights *weights);
/** What one asks of a kind's tiles before there are any. */
s2_tile_traits s2_run_traits(const s2_weights *weights);
/**
 * Bytes one worker takes for the parts of a tiling. read_pixels out [sources]: pixels of the
 * largest window of each source that is read at once.
 */
size_t s2_run_bytes(const s2_weights *weights, const s2_run_geometry *geometry,
                    const s2_tiling *tiling, size_t *read_pixels);
/** Layout of all seams of a tiling on that side of a tile, S2_RIGHT or S2_BELOW. */
void s2_run_seam_layout(const s2_weights *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, int side, s2_seam_layout *layout);
/** Errors: NO_MEMORY. Memory: s2_run_free(). weights and geometry are borrowed. */
s2rgf_status s2_run_create(const s2_weights *weights, const s2_run_geometry *geometry,
                           const s2_tiling *tiling, s2_run **run, s2rgf_error *err);
void s2_run_free(s2_run *run);
/**
 * Scores and validity of a core that is a part of the tiling, handed to io rows by rows.
 * wanted  in [core.h][core.w], 0 where scores are not needed and may be anything; NULL: all are
 * Errors  those of io
 */
s2rgf_status s2_run_compute(s2_run *run, s2_rect core, const uint8_t *wanted, const s2_tile_io *io,
                            s2rgf_error *err);
/** What this run did so far; NULL: not counted. */
const s2_run_counts *s2_run_counted(const s2_run *run);
/** Work of every stage over a whole scene, without halos; 0: unknown. */
void s2_run_work(const s2_weights *weights, const s2_run_geometry *geometry,
                 s2_work work[S2_STAGES]);

#endif
