/* ADRF, adaptive de-redundancy fusion of all sources' channels within one domain. */
#ifndef S2_NN_LAYERS_ADRF_H
#define S2_NN_LAYERS_ADRF_H

#include "nn/layers/cells.h"
#include "nn/layers/conv_unit.h"

/**
 * a = sigmoid(relu(mean W1 + b1) + relu(std W2 + b2)) per window of cells; out = relu(BN((a x) W)).
 * Without attention a = 1. Source network.md 1.3
 */
typedef struct s2_adrf {
    s2_param *w1, *b1, *w2, *b2; /* [n][n], [n]; NULL: no attention */
    s2_conv_unit mix;
    int in;      /* n channels */
    int cell_px; /* side of a cell of the tensor; 0: no attention */
} s2_adrf;

typedef struct s2_adrf_state {
    s2_window_stats stats;
    /* relu(mean W1 + b1), relu(std W2 + b2) per cell of all crops of the batch, other ranks' too */
    s2_tensor from_mean, from_std;
    s2_tensor attention;           /* a per cell */
    s2_tensor scaled, scaled_grad; /* a x and its gradient */
    /* without attention this is all: mix.out is the output, mix.grad its gradient */
    s2_conv_unit_state mix;
} s2_adrf_state;

/** cell_px: side of a cell of the tensor; 0: no attention, which takes no parameters. */
void s2_adrf_declare(s2_adrf *adrf, s2_params *params, const char *prefix, int in, int out,
                     int cell_px);
s2rgf_status s2_adrf_state_init(s2_adrf_state *state, const s2_adrf *adrf, int n, int h, int w,
                                s2rgf_error *err);
void s2_adrf_state_clear(s2_adrf_state *state);
/** x in [n,h,w,in]; valid in [n][h][w]. Errors: NO_MEMORY. */
s2rgf_status s2_adrf_forward(const s2_adrf *adrf, s2_adrf_state *state, const s2_tensor *x,
                             const uint8_t *valid, s2rgf_error *err);
/** From state->mix.grad; dx added to. */
s2rgf_status s2_adrf_backward(const s2_adrf *adrf, s2_adrf_state *state, const s2_tensor *x,
                              const uint8_t *valid, const s2_tensor *dx, s2rgf_error *err);

#endif
