/* Everything in a model but its tensors: to JSON, from JSON, and what is allowed. */
#ifndef S2_MODEL_METADATA_H
#define S2_MODEL_METADATA_H

#include "format/json_writer.h"
#include "model/file.h"

/** Write the members of the description (s2rgf_model(5)) into the object that is open. */
void s2_model_put_members(s2_json_writer *writer, const s2_model_content *content);

/** The member "expert" of a description, absent where there is none. */
void s2_model_put_expert(s2_json_writer *writer, const s2_model_expert *expert);

/**
 * Read a description into an empty content and check it.
 * subject in  file name, borrowed for the call
 * Errors  FORMAT, NO_MEMORY; content may then be filled in part and is to be cleared.
 */
s2rgf_status s2_model_read_metadata(const char *text, const char *subject,
                                    s2_model_content *content, s2rgf_error *err);

/** Refuse, with this status, what no model may say about itself. */
s2rgf_status s2_model_check_as(const s2_model_content *content, const char *subject,
                               s2rgf_status refusal, s2rgf_error *err);

#endif
