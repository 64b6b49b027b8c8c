/* AdamW with a one-cycle learning rate. */
#include "nn/layers/adam.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"

s2rgf_status s2_adam_init(s2_adam *adam, const s2_params *params, double weight_decay,
                          s2rgf_error *err)
{
    *adam = (s2_adam){.weight_decay = weight_decay, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
    for (int i = 0; i < params->count; i++)
        if (params->items[i].grad)
            adam->count += params->items[i].count;
    adam->m = s2_calloc(adam->count, sizeof(float));
    adam->v = s2_calloc(adam->count, sizeof(float));
    return adam->m && adam->v ? S2RGF_OK : s2_fail_memory(err, "optimiser");
}

void s2_adam_clear(s2_adam *adam)
{
    s2_free(adam->m);
    s2_free(adam->v);
    *adam = (s2_adam){0};
}

void s2_adam_step(s2_adam *adam, s2_params *params, double learning_rate)
{
    adam->step++;
    const double correction1 = 1.0 - pow(adam->beta1, adam->step);
    const double correction2 = 1.0 - pow(adam->beta2, adam->step);
    const float step_size = (float)(learning_rate / correction1);
    const float root = (float)(1.0 / sqrt(correction2));
    const float b1 = (float)adam->beta1;
    const float b2 = (float)adam->beta2;
    const float eps = (float)adam->eps;
    size_t at = 0;
    for (int i = 0; i < params->count; i++) {
        const s2_param *param = &params->items[i];
        if (!param->grad)
            continue;
        const float keep = param->decay ? (float)(1.0 - learning_rate * adam->weight_decay) : 1.0f;
        float *m = adam->m + at;
        float *v = adam->v + at;
        for (size_t k = 0; k < param->count; k++) {
            const float g = param->grad[k];
            m[k] = b1 * m[k] + (1.0f - b1) * g;
            v[k] = b2 * v[k] + (1.0f - b2) * g * g;
            param->value[k] =
                param->value[k] * keep - step_size * m[k] / (sqrtf(v[k]) * root + eps);
        }
        at += param->count;
    }
}

static double cosine_between(double from, double to, double part)
{
    return to + (from - to) * 0.5 * (1.0 + cos(acos(-1.0) * part));
}

double s2_one_cycle(double peak, int step, int total)
{
    const double start = peak / 25.0;
    const double end = start / 1e4;
    const double up = 0.3 * total - 1.0; /* last step of the rise */
    if (total < 2 || step >= total)
        return total < 2 ? peak : end;
    if (step <= up)
        return cosine_between(start, peak, step / up);
    return cosine_between(peak, end, (step - up) / (total - 1.0 - up));
}
