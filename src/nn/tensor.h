/* Tensors and the parameters of a network. */
#ifndef S2_NN_TENSOR_H
#define S2_NN_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "s2rgf/base.h"

/**
 * Tensors in NHWC order: value (n, y, x, k) is at data[((n*h + y)*w + x)*stride + k].
 * stride >= c, so that a tensor can be a range of channels of a wider one (concatenation without
 * copying).
 */
typedef struct s2_tensor {
    float *data;
    int n, h, w, c;
    int stride; /* floats from one pixel to the next */
} s2_tensor;

/**
 * Allocate a zeroed tensor with stride c. Errors: NO_MEMORY. Memory: released with
 * s2_tensor_clear().
 */
s2rgf_status s2_tensor_init(s2_tensor *tensor, int n, int h, int w, int c, s2rgf_error *err);
/** Release a tensor from s2_tensor_init() (never a view). */
void s2_tensor_clear(s2_tensor *tensor);
/** Release all tensors that are listed, as s2_tensor_clear() does. */
#define S2_TENSORS_CLEAR(...)                                                                      \
    s2_tensors_clear((s2_tensor *const[]){__VA_ARGS__},                                            \
                     sizeof(s2_tensor *const[]){__VA_ARGS__} / sizeof(s2_tensor *))
void s2_tensors_clear(s2_tensor *const *tensors, size_t count);
/** Channels first..first+count-1 of tensor, sharing its memory. */
s2_tensor s2_tensor_channels(const s2_tensor *tensor, int first, int count);
/** Number of pixels n*h*w, and the address of the first pixel of crop n. */
size_t s2_tensor_pixels(const s2_tensor *tensor);
float *s2_tensor_at(const s2_tensor *tensor, int n);
/** Set all values to zero, channel ranges included. */
void s2_tensor_zero(const s2_tensor *tensor);

/** to = from, to += from; tensors of equal sizes, strides may differ. */
void s2_tensor_copy(const s2_tensor *from, const s2_tensor *to);
void s2_tensor_add(const s2_tensor *from, const s2_tensor *to);

/** A tensor and the gradient of the loss with respect to it. */
typedef struct s2_tensor_pair {
    s2_tensor value, grad;
} s2_tensor_pair;

/**
 * Both as s2_tensor_init(). Errors: NO_MEMORY. Memory: s2_tensor_pair_clear(), also after a
 * failure.
 */
s2rgf_status s2_tensor_pair_init(s2_tensor_pair *pair, int n, int h, int w, int c,
                                 s2rgf_error *err);
void s2_tensor_pair_clear(s2_tensor_pair *pair);

/** Other processes that train the same network, ranks.h. */
struct s2_ranks;

/** A named array of the network. Trainable ones have a gradient of the same shape. */
typedef struct s2_param {
    char name[64];
    int dims[4];
    int dim_count;
    size_t count;
    float *value;
    float *grad;            /* NULL: running statistics, or a network that only runs */
    bool decay;             /* weight decay applies: weights, not biases nor batch-norm */
    struct s2_ranks *ranks; /* that hold other crops of a batch; NULL: none do */
} s2_param;

#define S2_PARAMS_MAX 640

/** All parameters of a network, in the order in which they were added. */
typedef struct s2_params {
    s2_param items[S2_PARAMS_MAX];
    int count;
    bool without_gradients; /* of those added from now on */
    bool failed;            /* an allocation failed; checked once after all were added */
} s2_params;

/** How a parameter is treated. */
typedef enum s2_param_role { S2_PARAM_WEIGHT, S2_PARAM_BIAS, S2_PARAM_STATISTIC } s2_param_role;

/** Add a zeroed parameter named prefix.name; dims are ended by 0. The address stays valid. */
s2_param *s2_params_add(s2_params *params, s2_param_role role, const char *prefix, const char *name,
                        const int dims[5]);
/** No training changes the parameter from now on: it has no gradient. */
void s2_param_freeze(s2_param *param);
/** From now on each of these processes holds some crops of a batch. Borrowed. */
void s2_params_share(s2_params *params, struct s2_ranks *ranks);
/** Zero all gradients. */
void s2_params_zero_grad(s2_params *params);
void s2_params_clear(s2_params *params);

#endif
