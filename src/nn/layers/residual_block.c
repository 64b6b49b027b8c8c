/* Residual block whose shortcut is always a convolution; as spatial encoder and in the head. */
#include "nn/layers/residual_block.h"

void s2_residual_block_declare(s2_residual_block *block, s2_params *params, const char *prefix,
                               const s2_residual_shape *shape)
{
    const int in = shape->in;
    const int out = shape->out;
    const s2_conv_unit_shape conv1 = {"conv1", "bn1", {3, shape->stride, 1, in, out}, .bias = true};
    const s2_conv_unit_shape conv2 = {
        "conv2", "bn2", {3, 1, shape->dilation, out, out}, .bias = true, .linear = true};
    const s2_conv_unit_shape shortcut = {
        "shortcut", "bns", {1, shape->stride, 1, in, out}, .bias = true, .linear = true};
    s2_conv_unit_declare(&block->conv1, params, prefix, &conv1);
    s2_conv_unit_declare(&block->conv2, params, prefix, &conv2);
    s2_conv_unit_declare(&block->shortcut, params, prefix, &shortcut);
}

s2rgf_status s2_residual_block_state_init(s2_residual_block_state *state,
                                          const s2_residual_block *block, int n, int h, int w,
                                          s2rgf_error *err)
{
    const int out_h = s2_conv_out_size(&block->conv1.conv, h);
    const int out_w = s2_conv_out_size(&block->conv1.conv, w);
    const int c = block->conv1.conv.out;
    *state = (s2_residual_block_state){0};
    s2rgf_status status = s2_tensor_init(&state->out, n, out_h, out_w, c, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->grad, n, out_h, out_w, c, err);
    if (status == S2RGF_OK)
        status = s2_tensor_init(&state->part_grad, n, out_h, out_w, c, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&state->conv1, &block->conv1, n, h, w, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init_over(&state->conv2, &block->conv2,
                                              &(s2_tensor_pair){state->out, state->part_grad}, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init_over(&state->shortcut, &block->shortcut,
                                              &(s2_tensor_pair){state->out, state->part_grad}, err);
    return status;
}

void s2_residual_block_state_clear(s2_residual_block_state *state)
{
    s2_conv_unit_state_clear(&state->conv1);
    s2_conv_unit_state_clear(&state->conv2);
    s2_conv_unit_state_clear(&state->shortcut);
    S2_TENSORS_CLEAR(&state->out, &state->grad, &state->part_grad);
}

s2rgf_status s2_residual_block_forward(const s2_residual_block *block,
                                       s2_residual_block_state *state, const s2_tensor *x,
                                       s2rgf_error *err)
{
    s2rgf_status status = s2_conv_unit_forward(&block->conv1, &state->conv1, x, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_measure(&block->conv2, &state->conv2, &state->conv1.out, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_measure(&block->shortcut, &state->shortcut, x, err);
    if (status != S2RGF_OK)
        return status;
    const s2_batchnorm_state *const norms[2] = {&state->conv2.norm, &state->shortcut.norm};
    const s2_tensor *const raw[2] = {&state->conv2.raw, &state->shortcut.raw};
    s2_batchnorm_apply_sum(norms, raw, &state->out);
    return S2RGF_OK;
}

s2rgf_status s2_residual_block_backward(const s2_residual_block *block,
                                        s2_residual_block_state *state, const s2_tensor *x,
                                        const s2_tensor *dx, s2rgf_error *err)
{
    const s2_conv_unit_output output = {&state->out, &state->grad, false};
    const s2_conv_unit_output added = {&state->out, &state->grad, true};
    s2rgf_status status = s2_conv_unit_backward_from(
        &block->conv2, &state->conv2, &state->conv1.out, &state->conv1.grad, &output, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward(&block->conv1, &state->conv1, x, dx, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_backward_from(&block->shortcut, &state->shortcut, x, dx, &added, err);
    return status;
}
