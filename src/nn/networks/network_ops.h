/* What an architecture offers; its own structs begin with the ones here. */
#ifndef S2_NN_NETWORKS_NETWORK_OPS_H
#define S2_NN_NETWORKS_NETWORK_OPS_H
#include "core/random.h"
#include "format/onnx_graph.h"
#include "nn/expert.h"
#include "nn/kernels/kernels.h"
#include "nn/layers/loss.h"
#include "nn/layers/norm_list.h"
#include "nn/run/tile.h"

typedef struct s2_network_ops s2_network_ops;
/** Structure and parameters. */
typedef struct s2_network {
    const s2_network_ops *ops;
    s2_network_spec spec;
    s2_params params; /* in the order of their declaration */
    s2_expert expert;
} s2_network;

/** In training: everything backward needs is kept. */
typedef struct s2_training {
    const s2_network_ops *ops;
    s2_network *network;
    s2_batch_shape shape;
    s2_batch batch;     /* filled by the caller before a forward */
    s2_norm_list norms; /* every batch-norm of the network */
} s2_training;

/** Folded and packed weights; read-only, shared by all workers. */
typedef struct s2_weights {
    const s2_network_ops *ops;
    s2_network_spec spec;
    const s2_kernels *kernels;
} s2_weights;

/** One worker's tensors; one thread at a time. */
typedef struct s2_run {
    const s2_network_ops *ops;
    const s2_weights *weights;
    const s2_run_geometry *geometry;
    s2_run_counts counts; /* what it did so far; zeros where an architecture does not count */
} s2_run;

/** What a training is like unless its user says otherwise. */
typedef struct s2_network_defaults {
    int channels, steps, batch, crop_px;
    bool centred; /* only the pixel at (crop_px / 2, crop_px / 2) of a crop is classified */
    bool fixed;   /* crop and channels cannot be chosen */
} s2_network_defaults;

/** Which tiles suit an architecture. */
typedef struct s2_tile_traits {
    int halo_px;       /* ring around a tile that is computed again in the next one, about */
    int width, height; /* the largest that are of use */
    bool by_rows;      /* sources are read a few rows at a time */
} s2_tile_traits;

/**
 * Its structs come zeroed, with the part they begin with filled. All that fail may fail with
 * NO_MEMORY; what an init or a fold left is then cleared.
 */
struct s2_network_ops {
    const char *name;
    s2_network_defaults defaults;
    s2_tile_traits tiles;
    size_t network_bytes, training_bytes, weights_bytes, run_bytes; /* of the structs */

    /* Add all layers: zero weights and unit statistics. */
    void (*declare)(s2_network *network);

    s2rgf_status (*training_init)(s2_training *training, s2rgf_error *err);
    void (*training_clear)(s2_training *training);
    /* Forward with the statistics in use. dropout_source: stream for the mask, NULL: none. logits
       out: scores of all pixels, [crops,height,width,K] or [crops,1,1,K] where only centres have
       some, owned by training; NULL: labelled pixels alone are scored, which is all that backward
       needs and much faster. */
    s2rgf_status (*forward)(s2_training *training, double dropout, s2_random *dropout_source,
                            const s2_tensor **logits, s2rgf_error *err);
    /* Loss of the last forward and gradients of all parameters (set, not added to). */
    s2rgf_status (*backward)(s2_training *training, const s2_loss_options *options, double *loss,
                             s2rgf_error *err);

    /* Add inputs, nodes and outputs; no memory shows in graph->body.failed. NULL: no such form. */
    void (*onnx)(const s2_network *network, const s2_onnx_inputs *inputs, s2_onnx_graph *graph);

    /* The network may be freed afterwards. false: no memory. */
    bool (*weights_fold)(s2_weights *weights, const s2_network *network);
    void (*weights_clear)(s2_weights *weights);
    /* Bytes one worker takes for the tiles of a tiling. read_pixels out [sources]: pixels of the
       largest rectangle of each source read at once. quick: a lower bound, from a few tiles. */
    size_t (*run_needs)(const s2_weights *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, bool quick, size_t *read_pixels);
    /* Layout of all seams of a tiling on that side of a tile. NULL: tiles share nothing. */
    void (*seam_layout)(const s2_weights *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, int side, s2_seam_layout *layout);
    /* false: no memory. */
    bool (*run_init)(s2_run *run, const s2_tiling *tiling);
    void (*run_clear)(s2_run *run);
    /* Scores and validity of a core that is a tile of the tiling with its margin, handed to io rows by rows. wanted
       in [core.h][core.w], 0 where scores are not needed and may be anything; NULL: all are.
       Errors: those of io. */
    s2rgf_status (*run_compute)(s2_run *run, s2_rect core, const uint8_t *wanted,
                                const s2_tile_io *io, s2rgf_error *err);
    /* Work of every stage over a whole scene, without halos. NULL: unknown. */
    void (*work)(const s2_weights *weights, const s2_run_geometry *geometry,
                 s2_work work[S2_STAGES]);
};

#endif
