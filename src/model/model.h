/* What an open model is inside the library. */
#ifndef S2_MODEL_MODEL_H
#define S2_MODEL_MODEL_H

#include "model/file.h"

struct s2rgf_model {
    char *path; /* as it was opened */
    s2_model_content content;
};

/** Elements of all tensors. */
size_t s2_model_parameters(const s2_model_content *content);

#endif
