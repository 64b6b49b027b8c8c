/* Parts of networks as tests use them: a parameter by its name, a convolution without a task
   beside it. */
#ifndef S2_TESTS_GOLDEN_NETWORK_PARTS_H
#define S2_TESTS_GOLDEN_NETWORK_PARTS_H

#include <string.h>

#include "nn/layers/conv.h"

/** Parameter by name, NULL if absent. */
static inline s2_param *find_param(s2_params *params, const char *name)
{
    for (int i = 0; i < params->count; i++)
        if (strcmp(params->items[i].name, name) == 0)
            return &params->items[i];
    return NULL;
}

static inline void conv_has_no_task(const void *context, int n)
{
    (void)context;
    (void)n;
}

static inline s2rgf_status conv_forward(const s2_conv *conv, const s2_tensor *x, const float *w,
                                        const float *b, const s2_tensor *y, s2rgf_error *err)
{
    const s2_conv_weights weights = {.w = w, .b = b};
    const s2_tensor_task nothing = {conv_has_no_task, NULL};
    return s2_conv_forward_then(conv, &weights, x, y, &nothing, err);
}

/** Adds to dx, dw and db; dx and db may be NULL. */
static inline s2rgf_status conv_backward(const s2_conv *conv, const s2_tensor *x, const float *w,
                                         const s2_tensor *dy, const s2_tensor *dx, float *dw,
                                         float *db, s2rgf_error *err)
{
    const s2_conv_weights weights = {.w = w, .dw = dw, .db = db, .add_dx = true};
    const s2_tensor_task nothing = {conv_has_no_task, NULL};
    return s2_conv_backward_after(conv, &weights, x, dx, dy, &nothing, err);
}

#endif
