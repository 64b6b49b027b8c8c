/* What lies between the encoders and the classifier in every network: both domains through ADRF and
   a neck each, SSJA, the head. */
#include "nn/layers/trunk.h"

#include "nn/layers/pool.h"

void s2_trunk_declare(s2_trunk *trunk, s2_params *params, const s2_trunk_shape *shape,
                      const s2_ablations *off)
{
    static const char *const ADRF[S2_DOMAINS] = {"adrf_spectral", "adrf_spatial"};
    static const char *const NECK[S2_DOMAINS] = {"neck_spectral", "neck_spatial"};
    const int between = shape->neck[S2_SPECTRAL].out;
    *trunk = (s2_trunk){.pool = shape->pool,
                        .silent = {off->spectral, off->spatial},
                        .ssja_cell_px = off->ssja ? 0 : shape->ssja_cell_px};
    for (int d = 0; d < S2_DOMAINS; d++)
        s2_adrf_declare(&trunk->adrf[d], params, ADRF[d], shape->in[d], shape->neck[d].in,
                        off->attention ? 0 : shape->adrf_cell_px);
    for (int d = 0; d < S2_DOMAINS; d++)
        s2_conv_unit_declare(&trunk->neck[d], params, NECK[d],
                             &(s2_conv_unit_shape){.conv = shape->neck[d]});
    s2_residual_block_declare(&trunk->head_block, params, "head.block",
                              &(s2_residual_shape){between, between, 1, shape->dilation});
    s2_conv_unit_declare(&trunk->head_conv, params, "head",
                         &(s2_conv_unit_shape){.conv = {3, 1, 1, between, shape->out}});
}

static s2rgf_status init_domain(s2_trunk_state *state, const s2_trunk *trunk, int d,
                                const s2_tensor *in, s2rgf_error *err)
{
    const s2_conv_unit_state *neck = &state->neck[d];
    s2rgf_status status =
        s2_adrf_state_init(&state->adrf[d], &trunk->adrf[d], in->n, in->h, in->w, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_state_init(&state->neck[d], &trunk->neck[d], in->n, in->h, in->w, err);
    if (status == S2RGF_OK && trunk->pool)
        status = s2_tensor_pair_init(&state->pooled[d], in->n, neck->out.h / 2, neck->out.w / 2,
                                     neck->out.c, err);
    return status;
}

/* What SSJA reads of a domain, and its gradient. */
static s2_tensor_pair joint_of(const s2_trunk *trunk, const s2_trunk_state *state, int d)
{
    return trunk->pool ? state->pooled[d]
                       : (s2_tensor_pair){state->neck[d].out, state->neck[d].grad};
}

static s2rgf_status init_head(s2_trunk_state *state, const s2_trunk *trunk, s2rgf_error *err)
{
    const s2_tensor joint = joint_of(trunk, state, S2_SPECTRAL).value;
    const s2_lattice lattice = s2_lattice_over(joint.h, joint.w, trunk->ssja_cell_px);
    s2rgf_status status = s2_ssja_state_init(&state->ssja, joint.n, lattice, joint.c, err);
    if (status == S2RGF_OK)
        status = s2_tensor_pair_init(&state->fused, joint.n, joint.h, joint.w, joint.c, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_state_init(&state->head_block, &trunk->head_block, joint.n,
                                              joint.h, joint.w, err);
    if (status == S2RGF_OK)
        status = s2_conv_unit_state_init(&state->head_conv, &trunk->head_conv, joint.n, joint.h,
                                         joint.w, err);
    return status;
}

s2rgf_status s2_trunk_state_init(s2_trunk_state *state, const s2_trunk *trunk, int n, int h, int w,
                                 s2rgf_error *err)
{
    const s2_tensor in = {NULL, n, h, w, 0, 0};
    s2rgf_status status = S2RGF_OK;
    *state = (s2_trunk_state){0};
    for (int d = 0; d < S2_DOMAINS && status == S2RGF_OK; d++)
        status = init_domain(state, trunk, d, &in, err);
    if (status == S2RGF_OK)
        status = init_head(state, trunk, err);
    return status;
}

void s2_trunk_state_clear(s2_trunk_state *state)
{
    for (int d = 0; d < S2_DOMAINS; d++) {
        s2_adrf_state_clear(&state->adrf[d]);
        s2_conv_unit_state_clear(&state->neck[d]);
        s2_tensor_pair_clear(&state->pooled[d]);
    }
    s2_ssja_state_clear(&state->ssja);
    s2_tensor_pair_clear(&state->fused);
    s2_residual_block_state_clear(&state->head_block);
    s2_conv_unit_state_clear(&state->head_conv);
}

/* A silent domain's neck gives 0. It ends in a rectifier, which lets no gradient through where it
   gave 0. */
static s2rgf_status forward_domain(const s2_trunk *trunk, s2_trunk_state *state, int d,
                                   const s2_trunk_input *input, s2rgf_error *err)
{
    s2rgf_status status = s2_adrf_forward(&trunk->adrf[d], &state->adrf[d],
                                          &input->features[d].value, input->valid, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&trunk->neck[d], &state->neck[d], &state->adrf[d].mix.out, err);
    if (status == S2RGF_OK && trunk->silent[d])
        s2_tensor_zero(&state->neck[d].out);
    if (status == S2RGF_OK && trunk->pool)
        s2_pool_forward(&state->neck[d].out, &state->pooled[d].value);
    return status;
}

s2rgf_status s2_trunk_forward(const s2_trunk *trunk, s2_trunk_state *state,
                              const s2_trunk_input *input, s2rgf_error *err)
{
    const s2_tensor_pair joint[S2_DOMAINS] = {joint_of(trunk, state, S2_SPECTRAL),
                                              joint_of(trunk, state, S2_SPATIAL)};
    s2rgf_status status = S2RGF_OK;
    for (int d = 0; d < S2_DOMAINS && status == S2RGF_OK; d++)
        status = forward_domain(trunk, state, d, input, err);
    if (status == S2RGF_OK)
        status = s2_ssja_forward(&state->ssja, joint, input->valid, &state->fused, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_forward(&trunk->head_block, &state->head_block,
                                           &state->fused.value, err);
    if (status == S2RGF_OK)
        status =
            s2_conv_unit_forward(&trunk->head_conv, &state->head_conv, &state->head_block.out, err);
    return status;
}

/* From the head's output to what SSJA reads. */
static s2rgf_status backward_head(const s2_trunk *trunk, s2_trunk_state *state,
                                  const uint8_t *valid, s2rgf_error *err)
{
    const s2_tensor_pair joint[S2_DOMAINS] = {joint_of(trunk, state, S2_SPECTRAL),
                                              joint_of(trunk, state, S2_SPATIAL)};
    for (int d = 0; d < S2_DOMAINS; d++)
        s2_tensor_zero(&joint[d].grad);
    s2rgf_status status = s2_conv_unit_backward(
        &trunk->head_conv, &state->head_conv, &state->head_block.out, &state->head_block.grad, err);
    if (status == S2RGF_OK)
        status = s2_residual_block_backward(&trunk->head_block, &state->head_block,
                                            &state->fused.value, &state->fused.grad, err);
    if (status == S2RGF_OK)
        status = s2_ssja_backward(&state->ssja, joint, valid, &state->fused, err);
    return status;
}

/* From what SSJA reads to the output of ADRF. */
static s2rgf_status backward_neck(const s2_trunk *trunk, s2_trunk_state *state, int d,
                                  s2rgf_error *err)
{
    s2_conv_unit_state *neck = &state->neck[d];
    const s2_conv_unit_state *mix = &state->adrf[d].mix;
    if (trunk->pool) {
        s2_tensor_zero(&neck->grad);
        s2_pool_backward(&neck->out, &state->pooled[d].value, &state->pooled[d].grad, &neck->grad);
    }
    return s2_conv_unit_backward(&trunk->neck[d], neck, &mix->out, &mix->grad, err);
}

s2rgf_status s2_trunk_backward(const s2_trunk *trunk, s2_trunk_state *state,
                               const s2_trunk_input *input, const s2_loss_options *options,
                               double *loss, s2rgf_error *err)
{
    const double weight = options->redundancy_weight;
    const s2_relation_options asked = {options->relation, weight, trunk->head_conv.weight->ranks};
    double relation[S2_DOMAINS] = {0.0, 0.0};
    s2rgf_status status = backward_head(trunk, state, input->valid, err);
    for (int d = 0; d < S2_DOMAINS && status == S2RGF_OK; d++) {
        const s2_conv_unit_state *mix = &state->adrf[d].mix;
        const s2_tensor_pair *features = &input->features[d];
        status = backward_neck(trunk, state, d, err);
        if (status == S2RGF_OK && weight > 0.0 && !trunk->silent[d])
            status =
                s2_relation_loss(&asked, &mix->out, input->valid, &mix->grad, &relation[d], err);
        s2_tensor_zero(&features->grad);
        if (status == S2RGF_OK)
            status = s2_adrf_backward(&trunk->adrf[d], &state->adrf[d], &features->value,
                                      input->valid, &features->grad, err);
    }
    *loss += weight * (relation[S2_SPECTRAL] + relation[S2_SPATIAL]);
    return status;
}
