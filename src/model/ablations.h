/* Parts of a network that a model is trained and run without, by name. */
#ifndef S2_MODEL_ABLATIONS_H
#define S2_MODEL_ABLATIONS_H

#include "format/json_reader.h"
#include "format/json_writer.h"
#include "model/file.h"

#define S2_ABLATIONS_MAX (7 + S2RGF_MAX_SOURCES)
#define S2_ABLATION_BYTES 80 /* "source:" and a source's name */

/** Names as the program and the file spell them: "attention", "source:hsi". */
typedef struct s2_ablation_names {
    int count;
    char text[S2_ABLATIONS_MAX][S2_ABLATION_BYTES];
} s2_ablation_names;

/** What content->off switches off, always in the same order; all: whatever could be. */
void s2_model_ablations(const s2_model_content *content, bool all, s2_ablation_names *names);
/** The names, separated by ", ". text out [bytes], cut there. */
void s2_ablations_join(const s2_ablation_names *names, char *text, size_t bytes);
/**
 * Switch off the part of that name in content->off. place in: what the message begins with.
 * Errors: refusal (no such part; the message lists them).
 */
s2rgf_status s2_model_ablate(s2_model_content *content, const char *name, const char *place,
                             s2rgf_status refusal, s2rgf_error *err);
/** Why nothing would be left of a network without these parts, or NULL. */
const char *s2_ablations_conflict(const s2_ablations *off, int sources);

/** The member "ablations" of the description, absent where nothing is switched off. */
void s2_model_put_ablations(s2_json_writer *writer, const s2_model_content *content);
/** The same read, after the sources. Errors: FORMAT. */
s2rgf_status s2_model_get_ablations(const s2_json_node *root, s2_model_content *content,
                                    s2rgf_error *err);

#endif
