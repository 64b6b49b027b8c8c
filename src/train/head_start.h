/* The head start of a training: what it takes from a model that was made before. */
#ifndef S2_TRAIN_HEAD_START_H
#define S2_TRAIN_HEAD_START_H

#include "model/file.h"
#include "nn/networks/networks.h"
#include "s2rgf/training.h"

/** Empty when zeroed: the training starts from nothing. */
typedef struct s2_head_start {
    const char *path;              /* of the model, borrowed; NULL: there is none */
    bool freeze;                   /* the encoders that it gives stay as they are */
    s2_model_content model;        /* without its tensors: */
    s2_network *network;           /* has them */
    int source[S2RGF_MAX_SOURCES]; /* of the model, for each source of the training; -1: none */
    int *class_index;              /* [classes] likewise */
} s2_head_start;

/** How many parameters were taken, of how many: of each source's encoders, and of the network. */
typedef struct s2_head_start_count {
    size_t source_taken[S2RGF_MAX_SOURCES], source_all[S2RGF_MAX_SOURCES];
    size_t taken, all;
} s2_head_start_count;

/**
 * Load the model that the options name, if any. Where the options leave the channels open, they
 * become the model's.
 * Errors  those of s2_model_load(), MISMATCH (another network, or other channels).
 * Memory  s2_head_start_clear(), also after a failure.
 */
s2rgf_status s2_head_start_open(s2rgf_train_options *options, s2_head_start *start,
                                s2rgf_error *err);
void s2_head_start_clear(s2_head_start *start);

/**
 * Find the training's sources, by name and bands, and classes, by name, in the model. The host
 * hears of sources of the same name that do not fit.
 * Errors  MISMATCH (no source fits), NO_MEMORY.
 */
s2rgf_status s2_head_start_match(s2_head_start *start, const s2_model_content *content,
                                 const s2rgf_host *host, s2rgf_error *err);

/**
 * Sources that fit get the model's normalisation. The host hears of bands whose values are far from
 * it: of another unit, as a rule.
 */
void s2_head_start_normalise(const s2_head_start *start, const s2rgf_host *host,
                             s2_model_content *content);

/**
 * Copy all weights and statistics that fit into a network of the training; the others stay as they
 * are. What joins the sources is taken channel by channel, and the classifier class by class.
 * count out  or NULL
 */
void s2_head_start_take(const s2_head_start *start, s2_network *network,
                        s2_head_start_count *count);

/** Once for a new network: freeze what is to be, and tell the host what is taken and what is new. */
void s2_head_start_begin(const s2_head_start *start, const s2_model_content *content,
                         const s2rgf_host *host, s2_network *network);

/** The checksum of the model and what is frozen, added to a training's fingerprint. */
uint64_t s2_head_start_fingerprint(const s2_head_start *start, uint64_t hash);

#endif
