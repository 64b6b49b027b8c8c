/* The linear expert of a training: fitted in closed form, calibrated, and put into the network. */
#include "train/expert.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "geo/labels/labels_blocks.h"
#include "train/label_features.h"

#define FOLDS 5 /* of polygons or blocks, for the temperature */
/* A discriminant takes pixels for independent, and so is too sure of itself: its scores are divided
   by this before its temperature is sought, and by this alone where none can be found. */
#define OVERCONFIDENCE 4.0
#define MOST_SAMPLES 20000
#define LEAST_SAMPLES 1000 /* however many bands there are */
#define MOST_PRODUCTS 2e9  /* of features with each other, of all samples */
/* Random numbers that say which labels are taken where there are too many: the same for all
   seeds. */
#define SAMPLE_SEED 1
#define SAMPLE_STREAM 0xe4be
#define IMPOSSIBLE (-1e30f) /* score of a class that a fold does not know */

/* Labels that train, as they come in: all, or so many of each class drawn from them. */
typedef struct sampler {
    const s2_training_set *set;
    s2_samples samples;
    size_t *left;   /* [classes] labels still to come */
    size_t *wanted; /* [classes] to be taken of these */
    s2_random random;
} sampler;

static s2rgf_status take_sample(void *context, size_t label, const float *features,
                                s2rgf_error *err)
{
    sampler *to = context;
    s2_samples *samples = &to->samples;
    const s2_label_pixel *pixel = &to->set->labels->pixels[label];
    const size_t k = (size_t)pixel->class_index;
    (void)err;
    if (s2_random_below(&to->random, to->left[k]--) >= to->wanted[k])
        return S2RGF_OK;
    to->wanted[k]--;
    memcpy(samples->features + samples->count * (size_t)samples->width, features,
           (size_t)samples->width * sizeof(float));
    samples->class_index[samples->count] = pixel->class_index;
    samples->group[samples->count++] = pixel->group;
    return S2RGF_OK;
}

static int count_bands(const s2_training_set *set)
{
    int bands = 0;
    for (int s = 0; s < set->scene->count; s++)
        bands += set->content->sources[s].band_count;
    return bands;
}

/* Most labels that are taken of one class. */
static size_t samples_of_class(const s2_training_set *set)
{
    const double bands = count_bands(set);
    const double most = fmax(fmin(MOST_PRODUCTS / (bands * bands), MOST_SAMPLES), LEAST_SAMPLES);
    return (size_t)ceil(most / (double)set->trainable);
}

static s2rgf_status collect(sampler *to, const s2rgf_host *host, s2rgf_error *err)
{
    const s2_training_set *set = to->set;
    const size_t classes = (size_t)set->labels->classes.count;
    const size_t most = samples_of_class(set);
    s2_samples *samples = &to->samples;
    size_t room = 0;
    samples->width = count_bands(set);
    samples->classes = (int)classes;
    to->left = s2_alloc(classes, sizeof *to->left);
    to->wanted = s2_alloc(classes, sizeof *to->wanted);
    if (!to->left || !to->wanted)
        return s2_fail_memory(err, "expert");
    for (size_t k = 0; k < classes; k++) {
        to->left[k] = set->class_pixels[k];
        to->wanted[k] = set->class_pixels[k] < most ? set->class_pixels[k] : most;
        room += to->wanted[k];
    }
    samples->features = s2_alloc(room, (size_t)samples->width * sizeof(float));
    samples->class_index = s2_alloc(room, sizeof(int));
    samples->group = s2_alloc(room, sizeof(int));
    if (!samples->features || !samples->class_index || !samples->group)
        return s2_fail_memory(err, "expert");
    s2_random_init(&to->random, SAMPLE_SEED, SAMPLE_STREAM);
    return s2_label_features(set, S2_LABEL_TRAIN, host, take_sample, to, err);
}

static void clear_sampler(sampler *to)
{
    S2_FREE_EACH(to->samples.features, to->samples.class_index, to->samples.group, to->left,
                 to->wanted);
}

/* ---- temperature ---------------------------------------------------------------------------- */

/* Blocks that follow each other are a fold, so that a pixel left out has few neighbours among those
   that are not. folds out [groups], the groups of a block together */
static void cut_blocks(const s2_label_set *labels, int *folds)
{
    int block = 0;
    for (int g = 0; g < labels->group_count; g++) {
        block += g > 0 && !s2_labels_same_block(labels, g - 1, g);
        folds[g] = block;
    }
    for (int g = 0; g < labels->group_count; g++)
        folds[g] = folds[g] * FOLDS / (block + 1);
}

/* The fold of every group; the polygons of a class are dealt in turn. folds out [groups] */
static void deal_folds(const s2_label_set *labels, int *folds)
{
    int dealt = 0;
    if (!labels->from_polygons) {
        cut_blocks(labels, folds);
        return;
    }
    for (int k = 0; k < labels->classes.count; k++)
        for (int g = 0; g < labels->group_count; g++)
            if (labels->groups[g].class_index == k)
                folds[g] = dealt++ % FOLDS;
}

/* Scores of a fold's samples by a discriminant of the others. scores, row tmp [classes] */
static s2rgf_status score_fold(const s2_samples *samples, const bool *used, double *scores,
                               float *row, s2_scored_pixels *scored, s2rgf_error *err)
{
    s2_discriminant others;
    const s2rgf_status status = s2_discriminant_fit(samples, used, &others, err);
    if (status != S2RGF_OK)
        return status;
    for (size_t i = 0; i < samples->count; i++) {
        if (used[i] || !others.known[samples->class_index[i]])
            continue;
        s2_discriminant_score(&others, samples->features + i * (size_t)samples->width, scores);
        for (int k = 0; k < samples->classes; k++)
            row[k] = others.known[k] ? (float)(scores[k] / OVERCONFIDENCE) : IMPOSSIBLE;
        s2_scored_pixels_add(scored, row, samples->class_index[i]);
    }
    s2_discriminant_clear(&others);
    return S2RGF_OK;
}

/* The temperature at which samples are most likely, each scored by a discriminant of other
   folds. */
static s2rgf_status calibrate(const s2_label_set *labels, const s2_samples *samples,
                              s2_fitted_expert *fitted, s2rgf_error *err)
{
    s2_scored_pixels scored = {0};
    int *folds = s2_alloc((size_t)labels->group_count, sizeof *folds);
    bool *used = s2_alloc(samples->count, sizeof *used);
    double *scores = s2_alloc((size_t)samples->classes, sizeof *scores);
    float *row = s2_alloc((size_t)samples->classes, sizeof *row);
    s2rgf_status status = folds && used && scores && row ? S2RGF_OK : s2_fail_memory(err, "expert");
    if (status == S2RGF_OK)
        status = s2_scored_pixels_init(&scored, samples->classes, samples->count, err);
    if (status == S2RGF_OK)
        deal_folds(labels, folds);
    for (int fold = 0; fold < FOLDS && status == S2RGF_OK; fold++) {
        size_t count = 0;
        for (size_t i = 0; i < samples->count; i++) {
            used[i] = folds[samples->group[i]] != fold;
            count += used[i];
        }
        if (count > 0 && count < samples->count)
            status = score_fold(samples, used, scores, row, &scored, err);
    }
    if (status == S2RGF_OK) {
        fitted->calibrated = scored.count >= S2_CALIBRATION_PIXELS;
        fitted->temperature =
            OVERCONFIDENCE * (fitted->calibrated ? s2_calibrate(&scored).temperature : 1.0);
    }
    s2_scored_pixels_clear(&scored);
    S2_FREE_EACH(folds, used, scores, row);
    return status;
}

/* ---- labels that validate ------------------------------------------------------------------- */

/* Scores as they are found. */
typedef struct scorer {
    s2_fitted_expert *fitted;
    double *scores; /* [classes] of one label */
    size_t count;
} scorer;

static s2rgf_status score_label(void *context, size_t label, const float *features,
                                s2rgf_error *err)
{
    scorer *to = context;
    s2_fitted_expert *fitted = to->fitted;
    const size_t classes = (size_t)fitted->discriminant.classes;
    float *row = fitted->scores + to->count * classes;
    (void)err;
    s2_discriminant_score(&fitted->discriminant, features, to->scores);
    for (size_t k = 0; k < classes; k++)
        row[k] = (float)(to->scores[k] / fitted->temperature);
    fitted->row[label] = to->count++;
    return S2RGF_OK;
}

static s2rgf_status score_validation(const s2_training_set *set, const s2rgf_host *host,
                                     s2_fitted_expert *fitted, s2rgf_error *err)
{
    const size_t classes = (size_t)set->labels->classes.count;
    size_t count = 0;
    for (size_t i = 0; i < set->labels->count; i++)
        count += set->role[i] == S2_LABEL_VALIDATE;
    if (count == 0)
        return S2RGF_OK;
    scorer to = {.fitted = fitted, .scores = s2_alloc(classes, sizeof(double))};
    fitted->row = s2_calloc(set->labels->count, sizeof *fitted->row);
    fitted->scores = s2_alloc(count, classes * sizeof(float));
    const s2rgf_status status =
        to.scores && fitted->row && fitted->scores
            ? s2_label_features(set, S2_LABEL_VALIDATE, host, score_label, &to, err)
            : s2_fail_memory(err, "expert");
    s2_free(to.scores);
    return status;
}

s2rgf_status s2_expert_fit(const s2_training_set *set, const s2rgf_host *host,
                           s2_fitted_expert *fitted, s2rgf_error *err)
{
    sampler labels = {.set = set};
    *fitted = (s2_fitted_expert){0};
    s2rgf_status status = collect(&labels, host, err);
    if (status == S2RGF_OK)
        status = s2_discriminant_fit(&labels.samples, NULL, &fitted->discriminant, err);
    if (status == S2RGF_OK)
        status = calibrate(set->labels, &labels.samples, fitted, err);
    clear_sampler(&labels);
    if (status == S2RGF_OK)
        status = score_validation(set, host, fitted, err);
    if (status != S2RGF_OK)
        s2_fitted_expert_clear(fitted);
    return status;
}

void s2_fitted_expert_clear(s2_fitted_expert *fitted)
{
    s2_discriminant_clear(&fitted->discriminant);
    s2_free(fitted->row);
    s2_free(fitted->scores);
    *fitted = (s2_fitted_expert){0};
}

const float *s2_expert_scores(const s2_fitted_expert *fitted, size_t label)
{
    return fitted->scores + fitted->row[label] * (size_t)fitted->discriminant.classes;
}

void s2_expert_install(const s2_fitted_expert *fitted, double share, s2_network *network)
{
    const s2_discriminant *from = &fitted->discriminant;
    const s2_expert *to = &network->expert;
    const double factor = share / fitted->temperature;
    const double *weight = from->weight;
    for (int s = 0; s < network->spec.sources; s++)
        for (size_t i = 0; i < to->weight[s]->count; i++)
            to->weight[s]->value[i] = (float)(factor * *weight++);
    for (int k = 0; k < from->classes; k++)
        to->bias->value[k] = (float)(factor * from->bias[k]);
}

/* ---- share ---------------------------------------------------------------------------------- */

#define ERRORS 2.0 /* standard errors that a share must be better by */

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

/* Whether one share is better than another by more than chance explains. */
static bool is_better(const s2_expert_trial *trial, const share_trial *one,
                      const share_trial *other)
{
    double groups = 0.0, squares = 0.0;
    const double gain = other->total - one->total;
    for (int g = 0; g < trial->groups; g++)
        groups += other->of_group[g] > 0.0;
    for (int g = 0; g < trial->groups; g++) {
        const double apart = other->of_group[g] - one->of_group[g] - gain / groups;
        squares += other->of_group[g] > 0.0 ? apart * apart : 0.0;
    }
    return groups > 1.0 && gain > ERRORS * sqrt(squares * groups / (groups - 1.0));
}

s2rgf_status s2_expert_choose_share(s2_expert_trial *trial, double *share, s2rgf_error *err)
{
    static const double shares[] = {0.0, 0.125, 0.25, 0.5, 1.0, 4.0};
    share_trial usual = {S2_EXPERT_SHARE, 0.0, NULL};
    share_trial best = {0.0, INFINITY, NULL}, tried = best;
    s2_scored_pixels sum = {0};
    *share = S2_EXPERT_SHARE;
    if (trial->network.count == 0)
        return S2RGF_OK;
    usual.of_group = s2_alloc((size_t)trial->groups, sizeof(double));
    best.of_group = s2_alloc((size_t)trial->groups, sizeof(double));
    tried.of_group = s2_alloc((size_t)trial->groups, sizeof(double));
    s2rgf_status status =
        s2_scored_pixels_init(&sum, trial->network.classes, trial->network.count, err);
    if (status == S2RGF_OK && !(usual.of_group && best.of_group && tried.of_group))
        status = s2_fail_memory(err, "expert");
    if (status == S2RGF_OK) {
        memcpy(sum.labels, trial->network.labels, trial->network.count * sizeof *sum.labels);
        sum.count = trial->network.count;
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
        if (is_better(trial, &best, &usual))
            *share = best.share;
        add_share(trial, *share, &trial->network);
    }
    s2_scored_pixels_clear(&sum);
    S2_FREE_EACH(usual.of_group, best.of_group, tried.of_group);
    return status;
}
