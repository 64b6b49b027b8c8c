/* The table of functions behind nn/kind.h: one entry a kind. */
#ifndef S2_NN_KIND_TABLE_H
#define S2_NN_KIND_TABLE_H

#include "nn/kind.h"

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

    s2rgf_status (*weights_create)(const void *network, void **self, s2rgf_error *err);
    void (*weights_free)(void *self);

    size_t (*run_bytes)(const void *weights, const s2_run_geometry *geometry, int tile_px);
    s2rgf_status (*run_create)(const void *weights, const s2_run_geometry *geometry, int tile_px,
                               void **self, s2_tile **tile, s2rgf_error *err);
    void (*run_free)(void *self);
    s2_rect (*run_window)(const void *weights, const s2_run_geometry *geometry, int source,
                          s2_rect core);
    void (*run_compute)(void *self);
};

extern const s2_network_kind S2_DENSE_KIND;
extern const s2_network_kind S2_PATCH_KIND;

#endif
