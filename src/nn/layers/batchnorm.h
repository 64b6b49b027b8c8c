/* Batch normalisation of channels, with its optional ReLU. */
#ifndef S2_NN_LAYERS_BATCHNORM_H
#define S2_NN_LAYERS_BATCHNORM_H

#include "nn/tensor.h"

#define S2_BATCHNORM_EPS 1e-5f

/** Which mean and variance a batch-norm in training uses. */
typedef enum s2_statistics {
    S2_STATISTICS_BATCH,  /* the batch's own */
    S2_STATISTICS_GATHER, /* the same, and the running ones become those of all batches until then */
    S2_STATISTICS_SETTLED, /* the running ones, as constants: what the network will run with */
} s2_statistics;

/** Parameters of one batch-norm over `channels` channels. */
typedef struct s2_batchnorm {
    s2_param *weight, *bias, *mean, *var; /* mean and var: running statistics */
    int channels;
} s2_batchnorm;

/** What forward leaves for backward, and what re-estimation of the statistics gathers. */
typedef struct s2_batchnorm_state {
    float *mean, *inv_std; /* [channels] used for the last batch */
    float *scale, *shift;  /* [channels] what it does to the last batch */
    float *terms[3];       /* [channels] dx = terms0 dy + terms1 x + terms2 */
    double
        *sums; /* [crops][3][channels] of one pass over the crops; the third: their first pixel */
    double *mean_sum, *square_sum; /* [channels] means and mean squares of the gathered batches */
    int gathered;                  /* batches */
    s2_statistics statistics;
    int channels;
} s2_batchnorm_state;

/** Add weight (1), bias (0), running_mean (0), running_var (1) under prefix. */
void s2_batchnorm_declare(s2_batchnorm *bn, s2_params *params, const char *prefix, int channels);

/** For batches of up to that many crops. Errors: NO_MEMORY. */
s2rgf_status s2_batchnorm_state_init(s2_batchnorm_state *state, int crops, int channels,
                                     s2rgf_error *err);
void s2_batchnorm_state_clear(s2_batchnorm_state *state);

/**
 * y = relu?(weight (x - mean) / sqrt(var + eps) + bias), mean and var (biased) of the batch over n,
 * h, w, or settled ones.
 * x in, y out [n,h,w,channels]; y may be x only if x is not needed by backward
 */
void s2_batchnorm_forward(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_tensor *x,
                          bool relu, const s2_tensor *y);
/**
 * s2_batchnorm_forward() in parts, so that each crop can be measured while it is in the cache:
 * every crop (Threads: safe for different n), what the statistics of all make of x, and the output.
 */
void s2_batchnorm_measure_crop(const s2_batchnorm_state *state, const s2_tensor *x, int n);
void s2_batchnorm_measured(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_tensor *x);
void s2_batchnorm_apply(const s2_batchnorm_state *state, const s2_tensor *x, bool relu,
                        const s2_tensor *y);
/** y = relu(norm0(x0) + norm1(x1)) with what was measured; all crops of equal sizes. */
void s2_batchnorm_apply_sum(const s2_batchnorm_state *const state[2], const s2_tensor *const x[2],
                            const s2_tensor *y);
/**
 * Gradients; those of weight and bias are added to. dy counts where y > 0: y is the output after a
 * rectifier, perhaps of a sum.
 * dx out, overwritten; may be dy.
 */
void s2_batchnorm_backward(const s2_batchnorm *bn, const s2_batchnorm_state *state,
                           const s2_tensor *x, const s2_tensor *y /* NULL without relu */,
                           const s2_tensor *dy, const s2_tensor *dx);
/** The same in parts: the parameters' gradients, then dx of every crop (Threads: safe for different
 * n). */
void s2_batchnorm_backward_start(const s2_batchnorm *bn, const s2_batchnorm_state *state,
                                 const s2_tensor *x, const s2_tensor *y, const s2_tensor *dy);
void s2_batchnorm_backward_crop(const s2_batchnorm_state *state, const s2_tensor *x,
                                const s2_tensor *y, const s2_tensor *dy, const s2_tensor *dx,
                                int n);

/**
 * From the next forward on, use these statistics. What was gathered until now becomes the running
 * statistics: those of all batches taken together.
 */
void s2_batchnorm_use(const s2_batchnorm *bn, s2_batchnorm_state *state, s2_statistics statistics);

/**
 * y = scale * x + shift per channel, what the batch-norm does when running. scale, shift out
 * [channels].
 */
void s2_batchnorm_fold(const s2_batchnorm *bn, float *scale, float *shift);

#endif
