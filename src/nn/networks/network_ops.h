/* The table of functions behind nn/kind.h: one entry a kind. */
#ifndef S2_NN_NETWORKS_NETWORK_OPS_H
#define S2_NN_NETWORKS_NETWORK_OPS_H

#include "nn/networks/networks.h"
#include "model/file.h"
#include "format/onnx_graph.h"

/** self is what the create function of the same group returned. */
struct s2_network_kind {
    const char *name;
    s2_network_defaults defaults;

    s2rgf_status (*create)(const s2_network_spec *spec, void **self, s2_params **params,
                           s2rgf_error *err);
    void (*free)(void *self);

    s2rgf_status (*training_create)(void *network, const s2_batch_shape *shape, void **self,
                                    s2_batch **batch, s2rgf_error *err);
    void (*training_free)(void *self);
    s2rgf_status (*forward)(void *self, double dropout, s2_random *dropout_source,
                            s2rgf_error *err);
    s2rgf_status (*backward)(void *self, const s2_loss_options *options, double *loss,
                             s2rgf_error *err);
    void (*use)(void *self, s2_statistics statistics);

    /* NULL: cannot be exported */
    void (*onnx)(const void *network, const s2_model_content *content, s2_onnx_graph *graph);

    s2rgf_status (*weights_create)(const void *network, void **self, s2rgf_error *err);
    void (*weights_free)(void *self);

    s2_tile_traits tiles;
    size_t (*run_bytes)(const void *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, size_t *read_pixels);
    void (*seam_layout)(const void *weights, const s2_run_geometry *geometry,
                        const s2_tiling *tiling, int side, s2_seam_layout *layout);
    s2rgf_status (*run_create)(const void *weights, const s2_run_geometry *geometry,
                               const s2_tiling *tiling, void **self, s2rgf_error *err);
    void (*run_free)(void *self);
    s2rgf_status (*run_compute)(void *self, s2_rect core, const uint8_t *wanted,
                                const s2_tile_io *io, s2rgf_error *err);
    const s2_run_counts *(*run_counts)(const void *self);
    void (*work)(const void *weights, const s2_run_geometry *geometry, s2_work work[S2_STAGES]);
};

extern const s2_network_kind S2_DENSE_KIND;
extern const s2_network_kind S2_PATCH_KIND;

#endif
