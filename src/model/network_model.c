/* Between a network and the model file. */
#include "model/network_model.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define LARGEST_VALUE 1e15f /* of a parameter */

static s2_network_spec spec_of(const s2_model_content *content)
{
    s2_network_spec spec = {.channels = content->channels,
                            .classes = content->classes.count,
                            .sources = content->source_count,
                            .runs_only = true,
                            .expert = content->expert.share > 0.0,
                            .windows = content->expert.windows_divisor > 0.0,
                            .hidden = content->expert.hidden_divisor > 0.0,
                            .off = content->off};
    for (int s = 0; s < content->source_count; s++) {
        spec.bands[s] = content->sources[s].band_count;
        spec.on_reference[s] = content->sources[s].on_reference;
    }
    return spec;
}

/** What no training yields: numbers that overflow further on, and variances below 0. */
static s2rgf_status check_values(const s2_param *param, const float *data, const char *subject,
                                 s2rgf_error *err)
{
    const char *leaf = strrchr(param->name, '.');
    const bool variance = leaf && strcmp(leaf, ".running_var") == 0;
    const float least = variance ? 0.0f : -LARGEST_VALUE;
    for (size_t i = 0; i < param->count; i++)
        if (!(data[i] >= least && data[i] <= LARGEST_VALUE))
            return s2_fail(
                err, S2RGF_FORMAT, "%s: tensor %s: value out of range: expected %g to %g, found %g",
                subject, param->name, (double)least, (double)LARGEST_VALUE, (double)data[i]);
    return S2RGF_OK;
}

static s2rgf_status take_values(const s2_model_content *content, const char *subject,
                                s2_param *param, s2rgf_error *err)
{
    s2rgf_error reason = {0};
    const float *data = NULL;
    s2rgf_status status =
        s2_model_find_tensor(content, param->name, param->dims, param->dim_count, &data, &reason);
    if (status != S2RGF_OK)
        return s2_fail(err, status, "%s: %s", subject, reason.message);
    status = check_values(param, data, subject, err);
    if (status == S2RGF_OK)
        memcpy(param->value, data, param->count * sizeof(float));
    return status;
}

s2rgf_status s2_network_from_model(const s2_model_content *content, const char *subject,
                                   s2_network **network, s2rgf_error *err)
{
    *network = NULL;
    const s2_network_ops *ops = s2_network_find(subject, content->network, err);
    if (!ops)
        return S2RGF_UNSUPPORTED;
    if (content->classes.count < 2)
        return s2_fail(err, S2RGF_FORMAT, "%s: expected at least 2 classes, found %d", subject,
                       content->classes.count);
    const s2_network_spec spec = spec_of(content);
    s2rgf_status status = s2_network_create(ops, &spec, network, err);
    for (int i = 0; status == S2RGF_OK && i < (*network)->params.count; i++)
        status = take_values(content, subject, &(*network)->params.items[i], err);
    if (status != S2RGF_OK) {
        s2_network_free(*network);
        *network = NULL;
    }
    return status;
}

s2rgf_status s2_network_to_model(const s2_network *network, s2_model_content *content,
                                 s2rgf_error *err)
{
    for (int i = 0; i < network->params.count; i++) {
        const s2_param *param = &network->params.items[i];
        float *data = NULL;
        if (s2_expert_owns(param->name) && content->expert.share == 0.0)
            continue;
        if (s2_expert_owns_windows(param->name) && content->expert.windows_divisor == 0.0)
            continue;
        if (s2_expert_owns_hidden(param->name) && content->expert.hidden_divisor == 0.0)
            continue;
        s2rgf_status status = check_values(param, param->value, "training", err);
        if (status == S2RGF_OK)
            status = s2_model_add_tensor(content, param->name, param->dims, param->dim_count, &data,
                                         err);
        if (status != S2RGF_OK)
            return status;
        memcpy(data, param->value, param->count * sizeof(float));
    }
    return S2RGF_OK;
}

s2rgf_status s2_network_rehearse(const s2_network *network, s2_model_content *content,
                                 const char *path, s2rgf_error *err)
{
    s2rgf_status status = s2_network_to_model(network, content, err);
    if (status == S2RGF_OK)
        status = s2_model_rehearse(content, path, err);
    s2_safetensors_tensors_free(content->tensors, content->tensor_count);
    content->tensors = NULL;
    content->tensor_count = 0;
    return status;
}

static s2rgf_status check_exportable(const s2_model_content *content, const char *subject,
                                     const s2_network *network, s2rgf_error *err)
{
    if (!network->ops->onnx)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: cannot be written as ONNX: expected the dense network, found \"%s\"",
                       subject, content->network);
    for (int s = 0; s < content->source_count; s++)
        if (strcmp(content->sources[s].name, S2_ONNX_LOGITS) == 0 ||
            strcmp(content->sources[s].name, S2_ONNX_PROBABILITIES) == 0)
            return s2_fail(err, S2RGF_UNSUPPORTED,
                           "%s: cannot be written as ONNX: its source %s has the name of an output",
                           subject, content->sources[s].name);
    return S2RGF_OK;
}

/* inputs out, its numbers in *numbers. Memory: s2_free() of *numbers. */
static s2rgf_status describe_inputs(const s2_model_content *content, s2_onnx_inputs *inputs,
                                    float **numbers, s2rgf_error *err)
{
    size_t bands = 0;
    for (int s = 0; s < content->source_count; s++)
        bands += (size_t)content->sources[s].band_count;
    float *next = *numbers = s2_alloc(2 * bands, sizeof(float));
    if (!next)
        return s2_fail_memory(err, "ONNX graph");
    *inputs = (s2_onnx_inputs){.reference = content->reference,
                               .temperature = (float)content->training.temperature};
    for (int s = 0; s < content->source_count; s++) {
        const s2_model_source *from = &content->sources[s];
        inputs->source[s] = (s2_onnx_source){from->name, next, next + from->band_count};
        for (int b = 0; b < from->band_count; b++) {
            next[b] = (float)from->bands[b].mean;
            next[from->band_count + b] =
                content->off.source[s] ? 0.0f : (float)(1.0 / from->bands[b].std);
        }
        next += 2 * from->band_count;
    }
    return S2RGF_OK;
}

s2rgf_status s2_network_to_onnx(const s2_model_content *content, const char *subject,
                                s2_onnx_graph *graph, s2rgf_error *err)
{
    s2_network *network = NULL;
    s2_onnx_inputs inputs;
    float *numbers = NULL;
    s2rgf_status status = s2_network_from_model(content, subject, &network, err);
    if (status == S2RGF_OK)
        status = check_exportable(content, subject, network, err);
    if (status == S2RGF_OK)
        status = describe_inputs(content, &inputs, &numbers, err);
    if (status == S2RGF_OK) {
        network->ops->onnx(network, &inputs, graph);
        status = graph->body.failed ? s2_fail_memory(err, "ONNX graph") : S2RGF_OK;
    }
    s2_free(numbers);
    s2_network_free(network);
    return status;
}
