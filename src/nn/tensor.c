/* Tensors and the parameters of a network. */
#include "nn/tensor.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

s2rgf_status s2_tensor_init(s2_tensor *tensor, int n, int h, int w, int c, s2rgf_error *err)
{
    size_t rows = 0;
    size_t pixels = 0;
    size_t count = 0;
    *tensor = (s2_tensor){NULL, n, h, w, c, c};
    if (!s2_multiply((size_t)n, (size_t)h, &rows) || !s2_multiply(rows, (size_t)w, &pixels) ||
        !s2_multiply(pixels, (size_t)c, &count))
        return s2_fail_memory(err, "tensors");
    tensor->data = s2_calloc_large(count, sizeof(float));
    return tensor->data ? S2RGF_OK : s2_fail_memory(err, "tensors");
}

void s2_tensor_clear(s2_tensor *tensor)
{
    s2_free(tensor->data);
    *tensor = (s2_tensor){0};
}

void s2_tensors_clear(s2_tensor *const *tensors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        s2_tensor_clear(tensors[i]);
}

s2_tensor s2_tensor_channels(const s2_tensor *tensor, int first, int count)
{
    s2_tensor view = *tensor;
    view.data += first;
    view.c = count;
    return view;
}

size_t s2_tensor_pixels(const s2_tensor *tensor)
{
    return (size_t)tensor->n * (size_t)tensor->h * (size_t)tensor->w;
}

float *s2_tensor_at(const s2_tensor *tensor, int n)
{
    return tensor->data +
           (size_t)n * (size_t)tensor->h * (size_t)tensor->w * (size_t)tensor->stride;
}

void s2_tensor_zero(const s2_tensor *tensor)
{
    const size_t pixels = s2_tensor_pixels(tensor);
    if (tensor->stride == tensor->c) {
        memset(tensor->data, 0, pixels * (size_t)tensor->c * sizeof(float));
        return;
    }
    for (size_t p = 0; p < pixels; p++)
        memset(tensor->data + p * (size_t)tensor->stride, 0, (size_t)tensor->c * sizeof(float));
}

void s2_tensor_copy(const s2_tensor *from, const s2_tensor *to)
{
    const size_t pixels = s2_tensor_pixels(from);
    for (size_t p = 0; p < pixels; p++)
        memcpy(to->data + p * (size_t)to->stride, from->data + p * (size_t)from->stride,
               (size_t)from->c * sizeof(float));
}

void s2_tensor_add(const s2_tensor *from, const s2_tensor *to)
{
    const size_t pixels = s2_tensor_pixels(from);
    for (size_t p = 0; p < pixels; p++)
        for (size_t k = 0; k < (size_t)from->c; k++)
            to->data[p * (size_t)to->stride + k] += from->data[p * (size_t)from->stride + k];
}

s2rgf_status s2_tensor_pair_init(s2_tensor_pair *pair, int n, int h, int w, int c, s2rgf_error *err)
{
    const s2rgf_status status = s2_tensor_init(&pair->value, n, h, w, c, err);
    return status == S2RGF_OK ? s2_tensor_init(&pair->grad, n, h, w, c, err) : status;
}

void s2_tensor_pair_clear(s2_tensor_pair *pair)
{
    s2_tensor_clear(&pair->value);
    s2_tensor_clear(&pair->grad);
}

s2_param *s2_params_add(s2_params *params, s2_param_role role, const char *prefix, const char *name,
                        const int dims[5])
{
    if (params->count == S2_PARAMS_MAX) {
        params->failed = true;
        return &params->items[0];
    }
    s2_param *param = &params->items[params->count++];
    const int length = snprintf(param->name, sizeof param->name, "%s.%s", prefix, name);
    param->count = 1;
    for (param->dim_count = 0; dims[param->dim_count] > 0; param->dim_count++) {
        param->dims[param->dim_count] = dims[param->dim_count];
        if (!s2_multiply(param->count, (size_t)dims[param->dim_count], &param->count))
            params->failed = true;
    }
    const bool trained = role != S2_PARAM_STATISTIC && !params->without_gradients;
    param->decay = role == S2_PARAM_WEIGHT;
    param->value = s2_calloc(param->count, sizeof(float));
    param->grad = trained ? s2_calloc(param->count, sizeof(float)) : NULL;
    if (length >= (int)sizeof param->name || !param->value || (trained && !param->grad))
        params->failed = true;
    return param;
}

void s2_param_freeze(s2_param *param)
{
    s2_free(param->grad);
    param->grad = NULL;
}

void s2_params_share(s2_params *params, struct s2_ranks *ranks)
{
    for (int i = 0; i < params->count; i++)
        params->items[i].ranks = ranks;
}

void s2_params_zero_grad(s2_params *params)
{
    for (int i = 0; i < params->count; i++)
        if (params->items[i].grad)
            memset(params->items[i].grad, 0, params->items[i].count * sizeof(float));
}

void s2_params_clear(s2_params *params)
{
    for (int i = 0; i < params->count; i++) {
        s2_free(params->items[i].value);
        s2_free(params->items[i].grad);
    }
    *params = (s2_params){0};
}
