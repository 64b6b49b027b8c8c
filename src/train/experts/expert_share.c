/* How much of a network's scores an expert gets: chosen by what makes validation most likely. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "train/experts/expert.h"

/* standard errors by which a share must be better, and no expert of windows than one */
#define SHARE_ERRORS 2.0
#define WINDOWS_ERRORS 1.0

/* Of one share: the surprise of every group's pixels, and of all. */
typedef struct share_trial {
    double share, total;
    double *of_group; /* [groups] */
} share_trial;

static void add_share(const s2_expert_trial *trial, double share, s2_scored_pixels *sum)
{
    const size_t values = trial->network.count * (size_t)trial->network.classes;
    for (size_t i = 0; i < values; i++)
        sum->scores[i] = trial->network.scores[i] + (float)share * trial->expert.scores[i];
}

/* sum tmp [the network's pixels] */
static void try_share(const s2_expert_trial *trial, s2_scored_pixels *sum, share_trial *tried)
{
    add_share(trial, tried->share, sum);
    const double temperature = s2_calibrate(sum).temperature;
    tried->total = 0.0;
    memset(tried->of_group, 0, (size_t)trial->groups * sizeof(double));
    for (size_t i = 0; i < sum->count; i++) {
        const double surprise = s2_surprise(sum->scores + i * (size_t)sum->classes, sum->classes,
                                            temperature, sum->labels[i]);
        tried->of_group[trial->group[i]] += surprise;
        tried->total += surprise;
    }
}

/* Whether one share is better than another by more than so many standard errors, taken over groups. */
static bool is_better(const s2_expert_trial *trial, const share_trial *one,
                      const share_trial *other, double errors)
{
    double groups = 0.0, squares = 0.0;
    const double gain = other->total - one->total;
    for (int g = 0; g < trial->groups; g++)
        groups += other->of_group[g] > 0.0;
    for (int g = 0; g < trial->groups; g++) {
        const double apart = other->of_group[g] - one->of_group[g] - gain / groups;
        squares += other->of_group[g] > 0.0 ? apart * apart : 0.0;
    }
    return groups > 1.0 && gain > errors * sqrt(squares * groups / (groups - 1.0));
}

/* Room to try shares: sum has the labels of the trial. Cleared by the caller. */
static s2rgf_status start_trials(const s2_expert_trial *trial, share_trial *const tried[],
                                 int count, s2_scored_pixels *sum, s2rgf_error *err)
{
    const s2_scored_pixels *from = &trial->network;
    const s2rgf_status status = s2_scored_pixels_init(sum, from->classes, from->count, err);
    if (status != S2RGF_OK)
        return status;
    memcpy(sum->labels, from->labels, from->count * sizeof *sum->labels);
    sum->count = from->count;
    for (int i = 0; i < count; i++) {
        tried[i]->of_group = s2_alloc((size_t)trial->groups, sizeof(double));
        if (!tried[i]->of_group)
            return s2_fail_memory(err, "expert");
    }
    return S2RGF_OK;
}

s2rgf_status s2_expert_is_worth(const s2_expert_trial *trial, bool *worth, s2rgf_error *err)
{
    share_trial without = {0.0, 0.0, NULL}, with = {1.0, 0.0, NULL};
    s2_scored_pixels sum = {0};
    const s2rgf_status status =
        start_trials(trial, (share_trial *const[]){&without, &with}, 2, &sum, err);
    if (status == S2RGF_OK) {
        try_share(trial, &sum, &without);
        try_share(trial, &sum, &with);
        *worth = !is_better(trial, &without, &with, WINDOWS_ERRORS);
    }
    s2_scored_pixels_clear(&sum);
    S2_FREE_EACH(without.of_group, with.of_group);
    return status;
}

static double accuracy_of(const s2_scored_pixels *scored)
{
    size_t right = 0;
    for (size_t i = 0; i < scored->count; i++)
        right += s2_best_class(scored->scores + i * (size_t)scored->classes, scored->classes) ==
                 scored->labels[i];
    return (double)right / (double)scored->count;
}

/* Double the share until the sum is as good as the expert alone. sum in/out: at the share */
static void raise_share(const s2_expert_trial *trial, s2_scored_pixels *sum, s2_share *share)
{
    const double alone = accuracy_of(&trial->expert);
    const double error = sqrt(alone * (1.0 - alone) / (double)sum->count);
    double oa = accuracy_of(sum);
    share->expert_oa = alone;
    while (alone - oa > error && share->share < S2_EXPERT_SHARE_MOST) {
        if (isnan(share->former_oa))
            share->former_oa = oa;
        share->share =
            share->share > 0.0 ? fmin(2.0 * share->share, S2_EXPERT_SHARE_MOST) : S2_EXPERT_SHARE;
        add_share(trial, share->share, sum);
        oa = accuracy_of(sum);
    }
}

double s2_expert_usual_share(const s2_fitted_expert *fitted)
{
    return fitted->bands.calibrated ? S2_EXPERT_SHARE : S2_EXPERT_SHARE_UNSURE;
}

double s2_expert_temperature(double share)
{
    return fmax(share, 1.0);
}

s2rgf_status s2_expert_choose_share(s2_expert_trial *trial, double usual_share, s2_share *share,
                                    s2rgf_error *err)
{
    static const double shares[] = {0.0, 0.125, 0.25, 0.5, 1.0, S2_EXPERT_SHARE, 6.0};
    share_trial usual = {usual_share, 0.0, NULL};
    share_trial best = {0.0, INFINITY, NULL}, tried = best;
    s2_scored_pixels sum = {0};
    *share = (s2_share){usual_share, NAN, NAN};
    if (trial->network.count == 0)
        return S2RGF_OK;
    const s2rgf_status status =
        start_trials(trial, (share_trial *const[]){&usual, &best, &tried}, 3, &sum, err);
    if (status == S2RGF_OK) {
        try_share(trial, &sum, &usual);
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            tried.share = shares[i];
            try_share(trial, &sum, &tried);
            if (tried.total < best.total) {
                const share_trial former = best;
                best = tried;
                tried = former;
            }
        }
        if (is_better(trial, &best, &usual, SHARE_ERRORS))
            share->share = best.share;
        add_share(trial, share->share, &sum);
        raise_share(trial, &sum, share);
        add_share(trial, share->share, &trial->network);
    }
    s2_scored_pixels_clear(&sum);
    S2_FREE_EACH(usual.of_group, best.of_group, tried.of_group);
    return status;
}
