/* The two encoders of a source, and where its features stand among those of all sources. */
#ifndef S2_NN_LAYERS_SOURCE_ENCODER_H
#define S2_NN_LAYERS_SOURCE_ENCODER_H

#include "nn/layers/residual_block.h"
#include "nn/layers/spectral_encoder.h"
#include "nn/network.h"

/** The domains: features of both are stacked over the sources and fused apart. */
enum { S2_SPECTRAL, S2_SPATIAL, S2_DOMAINS };

typedef struct s2_source_encoder {
    s2_spectral_encoder spectral;
    s2_residual_block spatial;
    int first[S2_DOMAINS]; /* channel of a domain's stack; the source's others follow */
} s2_source_encoder;

typedef struct s2_source_encoder_state {
    s2_spectral_encoder_state
        spectral; /* spectral.mix.out is an output, spectral.mix.grad its gradient */
    s2_residual_block_state spatial; /* likewise spatial.out and spatial.grad */
    s2_tensor_pair part[S2_DOMAINS]; /* the source's channels of the stacks */
} s2_source_encoder_state;

/**
 * Encoders of all sources, encoders out [spec->sources]. narrow: spectral width of all but the rich
 * source. halve: every source lies on the reference grid and comes out on the feature grid;
 * otherwise only the spatial features of those that lie there do.
 */
void s2_source_encoders_declare(s2_source_encoder *encoders, s2_params *params,
                                const s2_network_spec *spec, int narrow, bool halve);
/** The source whose encoders have a parameter of that name; -1: it is none of theirs. */
int s2_source_encoder_owner(const char *name);
/** Nothing of it is trained: its parameters have no gradients. */
bool s2_source_encoder_frozen(const s2_source_encoder *encoder);
/** The source's channels of a domain's stack. */
s2_tensor s2_source_encoder_part(const s2_source_encoder *encoder, int domain,
                                 const s2_tensor *stack);

/** For inputs like x. The stacks are borrowed, and are the caller's to fill and to read. */
s2rgf_status s2_source_encoder_state_init(s2_source_encoder_state *state,
                                          const s2_source_encoder *encoder, const s2_tensor *x,
                                          const s2_tensor_pair stack[S2_DOMAINS], s2rgf_error *err);
void s2_source_encoder_state_clear(s2_source_encoder_state *state);
/** x in [n,h,w,bands]. Errors: NO_MEMORY. */
s2rgf_status s2_source_encoder_forward(const s2_source_encoder *encoder,
                                       s2_source_encoder_state *state, const s2_tensor *x,
                                       s2rgf_error *err);
/** From the gradients of both outputs to those of the parameters, if any. Errors: NO_MEMORY. */
s2rgf_status s2_source_encoder_backward(const s2_source_encoder *encoder,
                                        s2_source_encoder_state *state, const s2_tensor *x,
                                        s2rgf_error *err);

#endif
