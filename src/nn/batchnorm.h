/* Batch normalisation of channels, with its optional ReLU. */
#ifndef S2_NN_BATCHNORM_H
#define S2_NN_BATCHNORM_H

#include "nn/tensor.h"

#define S2_BATCHNORM_EPS 1e-5f

/** Which mean and variance a batch-norm in training uses. */
typedef enum s2_statistics {
    S2_STATISTICS_BATCH,   /* the batch's own */
    S2_STATISTICS_GATHER,  /* the same, and the running ones become those of all batches until then */
    S2_STATISTICS_SETTLED, /* the running ones, as constants: what the network will run with */
} s2_statistics;

/** Parameters of one batch-norm over `channels` channels. */
typedef struct s2_batchnorm {
    s2_param *weight, *bias, *mean, *var; /* mean and var: running statistics */
    int channels;
} s2_batchnorm;

/** What forward leaves for backward, and what re-estimation of the statistics gathers. */
typedef struct s2_batchnorm_state {
    float *mean, *inv_std;         /* [channels] of the last batch */
    double *mean_sum, *square_sum; /* [channels] means and mean squares of the gathered batches */
    int gathered;                  /* batches */
    s2_statistics statistics;
} s2_batchnorm_state;

/** Add weight (1), bias (0), running_mean (0), running_var (1) under prefix. */
void s2_batchnorm_declare(s2_batchnorm *bn, s2_params *params, const char *prefix, int channels);

s2rgf_status s2_batchnorm_state_init(s2_batchnorm_state *state, int channels, s2rgf_error *err);
void s2_batchnorm_state_clear(s2_batchnorm_state *state);

/**
 * y = relu?(weight (x - mean) / sqrt(var + eps) + bias), mean and var (biased) of the batch over n,
 * h, w, or settled ones.
 * x in, y out [n,h,w,channels]; y may be x only if x is not needed by backward
 */
void s2_batchnorm_forward(const s2_batchnorm *bn, s2_batchnorm_state *state, const s2_map *x,
                          bool relu, const s2_map *y);
/** The same with the running statistics. */
void s2_batchnorm_infer(const s2_batchnorm *bn, const s2_map *x, bool relu, const s2_map *y);
/**
 * Gradients. dy is consumed (masked in place where relu cut y); weight and bias gradients are added
 * to.
 * dx out, overwritten; may be dy.
 */
void s2_batchnorm_backward(const s2_batchnorm *bn, const s2_batchnorm_state *state, const s2_map *x,
                           const s2_map *y /* NULL without relu */, const s2_map *dy,
                           const s2_map *dx);

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
