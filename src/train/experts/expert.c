/* The experts of a training: fitted in closed form, calibrated, and put into the network. */
#include "train/experts/expert.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "geo/labels/labels_blocks.h"
#include "nn/networks/windows.h"
#include "train/experts/label_features.h"

#define FOLDS 5 /* of polygons or blocks, for the temperature */
/* A discriminant takes pixels for independent, and so is too sure of itself: its scores are divided
   by this before its temperature is sought, and by this alone where none can be found. */
#define OVERCONFIDENCE 4.0
/* A temperature of an expert is at most this: where a class has two polygons, leaving one out says more
   of the other than of both, and would leave the network to decide. */
#define MOST_TEMPERATURE 8.0
#define MOST_SAMPLES 20000
#define LEAST_SAMPLES 1000 /* however many bands there are */
#define MOST_PRODUCTS 2e9  /* of features with each other, of all samples */
/* Random numbers that say which labels are taken where there are too many: the same for all
   seeds. */
#define SAMPLE_SEED 1
#define SAMPLE_STREAM 0xe4be
#define IMPOSSIBLE (-1e30f) /* score of a class that a fold does not know */

/* What an expert sees of a pixel. */
typedef struct s2_view {
    const s2_training_set *set;
    const s2_components *components; /* NULL: bands */
    const s2_hidden_layer *layer;    /* NULL: windows as they are */
} s2_view;

static int count_seen(const s2_view *view)
{
    int count = 0;
    if (!view->components)
        return s2_label_feature_count(view->set, NULL);
    if (view->layer)
        return s2_hidden_layer_units(view->layer);
    for (int s = 0; s < view->set->content->source_count; s++)
        if (view->components->scale[s])
            count += S2_EXPERT_FEATURES *
                     s2_expert_components(view->set->content->sources[s].band_count);
    return count;
}

/* features in  as s2_label_features() gives them; seen out [count_seen()] */
static void see(const s2_view *view, const float *features, float *seen)
{
    if (!view->components) {
        memcpy(seen, features, (size_t)count_seen(view) * sizeof *seen);
        return;
    }
    if (view->layer) {
        s2_hidden_layer_see(view->layer, features, seen);
        return;
    }
    for (int s = 0; s < view->set->content->source_count; s++) {
        const int own = s2_expert_components(view->set->content->sources[s].band_count);
        const int count = S2_EXPERT_FEATURES * own;
        if (!view->components->scale[s])
            continue;
        memcpy(seen, features, (size_t)count * sizeof *seen);
        seen += count;
        features += s2_window_feature_floats(own);
    }
}

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

/* Features of the expert that sees most: all experts are fitted to the same labels. */
static int count_widest(const s2_training_set *set)
{
    int bands = 0, units = 0;
    for (int s = 0; s < set->content->source_count; s++) {
        bands += set->content->sources[s].band_count;
        units += set->content->sources[s].on_reference ? S2_EXPERT_HIDDEN : 0;
    }
    return bands > units ? bands : units;
}

/* Most labels that are taken of one class. */
static size_t samples_of_class(const s2_training_set *set)
{
    const double widest = count_widest(set);
    const double most = fmax(fmin(MOST_PRODUCTS / (widest * widest), MOST_SAMPLES), LEAST_SAMPLES);
    return (size_t)ceil(most / (double)set->trainable);
}

static s2rgf_status start_sampler(sampler *to, const s2_training_set *set, int width,
                                  s2rgf_error *err)
{
    const size_t classes = (size_t)set->labels->classes.count;
    const size_t most = samples_of_class(set);
    s2_samples *samples = &to->samples;
    size_t room = 0;
    *to = (sampler){.set = set, .samples = {.width = width, .classes = (int)classes}};
    to->left = s2_alloc(classes, sizeof *to->left);
    to->wanted = s2_alloc(classes, sizeof *to->wanted);
    if (!to->left || !to->wanted)
        return s2_fail_memory(err, "expert");
    for (size_t k = 0; k < classes; k++) {
        to->left[k] = set->class_pixels[k];
        to->wanted[k] = set->class_pixels[k] < most ? set->class_pixels[k] : most;
        room += to->wanted[k];
    }
    samples->features = s2_alloc(room, (size_t)width * sizeof(float));
    samples->class_index = s2_alloc(room, sizeof(int));
    samples->group = s2_alloc(room, sizeof(int));
    s2_random_init(&to->random, SAMPLE_SEED, SAMPLE_STREAM);
    return samples->features && samples->class_index && samples->group
               ? S2RGF_OK
               : s2_fail_memory(err, "expert");
}

static void clear_sampler(sampler *to)
{
    S2_FREE_EACH(to->samples.features, to->samples.class_index, to->samples.group, to->left,
                 to->wanted);
}

/* ---- scale ---------------------------------------------------------------------------------- */

/* The scale of all features, [width], in their order; what it holds are those of the sources. */
typedef double (*feature_scale)[2];

static void join_scales(const s2_training_set *set, const s2_components *components,
                        feature_scale scale)
{
    for (int s = 0; s < set->content->source_count; s++) {
        const int own = s2_expert_components(set->content->sources[s].band_count);
        const size_t features = (size_t)(S2_EXPERT_FEATURES * own);
        if (!components->scale[s])
            continue;
        memcpy(scale, components->scale[s], features * sizeof *scale);
        scale += features;
    }
}

/* Features of windows as far from the scene's mean as is usual there, because shrinkage takes all for
   alike. */
static void standardise(s2_samples *samples, feature_scale scale)
{
    const size_t width = (size_t)samples->width;
    for (size_t i = 0; i < samples->count; i++)
        for (size_t j = 0; j < width; j++) {
            float *value = &samples->features[i * width + j];
            *value = (float)(((double)*value - scale[j][0]) / scale[j][1]);
        }
}

/* A discriminant of standardised features becomes one of the features as they are. */
static void undo_scale(s2_discriminant *discriminant, feature_scale scale)
{
    const size_t classes = (size_t)discriminant->classes;
    for (size_t j = 0; j < (size_t)discriminant->width; j++)
        for (size_t k = 0; k < classes; k++) {
            double *weight = &discriminant->weight[j * classes + k];
            *weight /= scale[j][1];
            discriminant->bias[k] -= *weight * scale[j][0];
        }
}

/* ---- temperature ---------------------------------------------------------------------------- */

/* Samples that a discriminant of other folds has scored. */
typedef struct left_out {
    s2_scored_pixels scored; /* at the temperature, once it is known */
    int *group;
} left_out;

static s2rgf_status start_left_out(left_out *out, const s2_samples *samples, s2rgf_error *err)
{
    out->group = s2_alloc(samples->count, sizeof *out->group);
    return out->group ? s2_scored_pixels_init(&out->scored, samples->classes, samples->count, err)
                      : s2_fail_memory(err, "expert");
}

static void clear_left_out(left_out *out)
{
    s2_scored_pixels_clear(&out->scored);
    s2_free(out->group);
}

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
                               float *row, left_out *out, s2rgf_error *err)
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
        out->group[out->scored.count] = samples->group[i];
        s2_scored_pixels_add(&out->scored, row, samples->class_index[i]);
    }
    s2_discriminant_clear(&others);
    return S2RGF_OK;
}

/* The temperature at which samples are most likely, each scored by a discriminant of other
   folds. */
static s2rgf_status calibrate(const s2_label_set *labels, const s2_samples *samples,
                              s2_fitted_part *part, left_out *out, s2rgf_error *err)
{
    int *folds = s2_alloc((size_t)labels->group_count, sizeof *folds);
    bool *used = s2_alloc(samples->count, sizeof *used);
    double *scores = s2_alloc((size_t)samples->classes, sizeof *scores);
    float *row = s2_alloc((size_t)samples->classes, sizeof *row);
    s2rgf_status status = folds && used && scores && row ? S2RGF_OK : s2_fail_memory(err, "expert");
    if (status == S2RGF_OK)
        deal_folds(labels, folds);
    for (int fold = 0; fold < FOLDS && status == S2RGF_OK; fold++) {
        size_t count = 0;
        for (size_t i = 0; i < samples->count; i++) {
            used[i] = folds[samples->group[i]] != fold;
            count += used[i];
        }
        if (count > 0 && count < samples->count)
            status = score_fold(samples, used, scores, row, out, err);
    }
    if (status == S2RGF_OK) {
        part->calibrated = out->scored.count >= S2_CALIBRATION_PIXELS;
        const double most = MOST_TEMPERATURE / OVERCONFIDENCE;
        const double found =
            part->calibrated ? fmin(s2_calibrate(&out->scored).temperature, most) : 1.0;
        part->temperature = OVERCONFIDENCE * found;
        for (size_t i = 0; i < out->scored.count * (size_t)samples->classes; i++)
            out->scored.scores[i] /= (float)found;
    }
    S2_FREE_EACH(folds, used, scores, row);
    return status;
}

/* ---- the experts ---------------------------------------------------------------------------- */

/* What s2_label_features() gives of the labels that train: bands, and windows where there are
   components. labels out [2], cleared by the caller */
static s2rgf_status sample_labels(const s2_training_set *set, const s2_components *components,
                                  const s2rgf_host *host, sampler *labels, s2rgf_error *err)
{
    const s2_wanted_features wanted[] = {{NULL, take_sample, &labels[0]},
                                         {components, take_sample, &labels[1]}};
    const int count = components ? 2 : 1;
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < count && status == S2RGF_OK; i++)
        status =
            start_sampler(&labels[i], set, s2_label_feature_count(set, wanted[i].components), err);
    return status == S2RGF_OK ? s2_label_features(set, S2_LABEL_TRAIN, wanted, count, host, err)
                              : status;
}

/* An expert of what its view shows of the labels. out  zeroed before, cleared by the caller */
static s2rgf_status fit_part(const s2_view *view, const s2_samples *labels, s2_fitted_part *part,
                             left_out *out, s2rgf_error *err)
{
    const bool scaled = view->components && !view->layer;
    const size_t width = (size_t)count_seen(view);
    s2_samples seen = *labels;
    feature_scale scale = s2_alloc(width, sizeof *scale);
    seen.width = (int)width;
    seen.features = s2_alloc(labels->count, width * sizeof(float));
    s2rgf_status status = scale && seen.features ? S2RGF_OK : s2_fail_memory(err, "expert");
    for (size_t i = 0; i < labels->count && status == S2RGF_OK; i++)
        see(view, labels->features + i * (size_t)labels->width, seen.features + i * width);
    if (status == S2RGF_OK && scaled) {
        join_scales(view->set, view->components, scale);
        standardise(&seen, scale);
    }
    if (status == S2RGF_OK)
        status = s2_discriminant_fit(&seen, NULL, &part->discriminant, err);
    if (status == S2RGF_OK && view->layer)
        s2_discriminant_centre(&part->discriminant);
    if (status == S2RGF_OK)
        status = start_left_out(out, &seen, err);
    if (status == S2RGF_OK)
        status = calibrate(view->set->labels, &seen, part, out, err);
    if (status == S2RGF_OK && scaled)
        undo_scale(&part->discriminant, scale);
    S2_FREE_EACH(scale, seen.features);
    return status;
}

/* What experts say alike counts twice in their sum: one temperature more, of the sum. other in/out:
   becomes the sum of both; surprise out: of its labels at that temperature */
static double join(const left_out *one, left_out *other, double warmest, double *surprise)
{
    s2_scored_pixels *sum = &other->scored;
    for (size_t i = 0; i < sum->count * (size_t)sum->classes; i++)
        sum->scores[i] += one->scored.scores[i];
    const double found = fmin(s2_calibrate(sum).temperature, MOST_TEMPERATURE / warmest);
    *surprise = 0.0;
    for (size_t i = 0; i < sum->count; i++)
        *surprise += s2_surprise(sum->scores + i * (size_t)sum->classes, sum->classes, found,
                                 sum->labels[i]);
    return found;
}

/* The expert with a hidden layer, beside both others; where it is judged, only if it makes the labels
   that were left out likelier. of_both in: their sum; temperature in/out: of the sum */
static s2rgf_status fit_hidden(const s2_training_set *set, s2_windows_use use,
                               const s2_samples *labels, const left_out *of_both, double surprise,
                               double *temperature, s2_fitted_expert *fitted, s2rgf_error *err)
{
    const s2_view view = {set, &fitted->components, &fitted->layer};
    left_out of_hidden = {0};
    double less = INFINITY;
    s2rgf_status status = s2_hidden_layer_draw(set, &fitted->components, &fitted->layer, err);
    if (status == S2RGF_OK)
        status = fit_part(&view, labels, &fitted->hidden, &of_hidden, err);
    if (status == S2RGF_OK && fitted->hidden.calibrated) {
        const double warmest = fmax(fmax(fitted->bands.temperature, fitted->windows.temperature),
                                    fitted->hidden.temperature);
        const double found = join(of_both, &of_hidden, warmest, &less);
        if (use == S2_WINDOWS_AND_HIDDEN || less < surprise)
            *temperature = found;
    }
    if (use != S2_WINDOWS_AND_HIDDEN && !(less < surprise))
        s2_discriminant_clear(&fitted->hidden.discriminant);
    else
        fitted->hidden.temperature *= *temperature;
    clear_left_out(&of_hidden);
    return status;
}

/* The expert of windows and that with a hidden layer. Where they are judged, labels that were left out
   say whether each is worth something; without such labels the first stays and the second does not. */
static s2rgf_status fit_windows(const s2_training_set *set, s2_windows_use use,
                                const s2_samples *labels, const left_out *of_bands,
                                s2_fitted_expert *fitted, s2rgf_error *err)
{
    const s2_view view = {set, &fitted->components, NULL};
    left_out of_windows = {0};
    double surprise = 0.0, temperature = 1.0;
    const bool judged = use == S2_WINDOWS_JUDGED || use == S2_WINDOWS_AND_HIDDEN_JUDGED;
    const bool known = fitted->bands.calibrated;
    bool worth = true;
    s2rgf_status status = fit_part(&view, labels, &fitted->windows, &of_windows, err);
    if (status == S2RGF_OK && judged && known) {
        const s2_expert_trial trial = {of_bands->scored, of_windows.scored, of_bands->group,
                                       set->labels->group_count};
        status = s2_expert_is_worth(&trial, &worth, err);
    }
    if (!worth)
        s2_discriminant_clear(&fitted->windows.discriminant);
    else if (status == S2RGF_OK && known)
        temperature = join(of_bands, &of_windows,
                           fmax(fitted->bands.temperature, fitted->windows.temperature), &surprise);
    if (status == S2RGF_OK && worth && use >= S2_WINDOWS_AND_HIDDEN && (known || !judged))
        status = fit_hidden(set, use, labels, &of_windows, surprise, &temperature, fitted, err);
    fitted->bands.temperature *= temperature;
    fitted->windows.temperature *= temperature;
    clear_left_out(&of_windows);
    return status;
}

/* ---- labels that validate ------------------------------------------------------------------- */

/* An expert that there is, or not (width 0), and what it sees. */
typedef struct scored_part {
    s2_view view;
    const s2_fitted_part *part;
} scored_part;

/* Scores of experts that see the same features, as they are found. */
typedef struct scorer {
    s2_fitted_expert *fitted;
    const scored_part *parts;
    int experts;
    float *seen;    /* of one label and expert */
    double *scores; /* [classes] likewise */
    size_t count;   /* labels so far */
} scorer;

static s2rgf_status score_label(void *context, size_t label, const float *features,
                                s2rgf_error *err)
{
    scorer *to = context;
    s2_fitted_expert *fitted = to->fitted;
    const size_t classes = (size_t)fitted->bands.discriminant.classes;
    float *row = fitted->scores + to->count * classes;
    (void)err;
    for (int i = 0; i < to->experts; i++) {
        const s2_fitted_part *part = to->parts[i].part;
        if (part->discriminant.width == 0)
            continue;
        see(&to->parts[i].view, features, to->seen);
        s2_discriminant_score(&part->discriminant, to->seen, to->scores);
        for (size_t k = 0; k < classes; k++)
            row[k] += (float)(to->scores[k] / part->temperature);
    }
    fitted->row[label] = to->count++;
    return S2RGF_OK;
}

/* Ask a scorer, if any of its experts is there. to in/out: its memory is released by the caller */
static s2rgf_status ask_scorer(const s2_training_set *set, scorer *to, s2_wanted_features *wanted,
                               int *asked, s2rgf_error *err)
{
    int width = 0;
    for (int i = 0; i < to->experts; i++)
        if (to->parts[i].part->discriminant.width > width)
            width = to->parts[i].part->discriminant.width;
    if (width == 0)
        return S2RGF_OK;
    to->seen = s2_alloc((size_t)width, sizeof *to->seen);
    to->scores = s2_alloc((size_t)set->labels->classes.count, sizeof *to->scores);
    wanted[(*asked)++] = (s2_wanted_features){to->parts->view.components, score_label, to};
    return to->seen && to->scores ? S2RGF_OK : s2_fail_memory(err, "expert");
}

/* What all experts say of the labels that validate; labels always come in the same order. */
static s2rgf_status score_validation(const s2_training_set *set, const s2rgf_host *host,
                                     s2_fitted_expert *fitted, s2rgf_error *err)
{
    const size_t classes = (size_t)set->labels->classes.count;
    const scored_part of_bands = {{set, NULL, NULL}, &fitted->bands};
    const scored_part of_windows[] = {
        {{set, &fitted->components, NULL}, &fitted->windows},
        {{set, &fitted->components, &fitted->layer}, &fitted->hidden}};
    scorer scorers[] = {{.fitted = fitted, .parts = &of_bands, .experts = 1},
                        {.fitted = fitted, .parts = of_windows, .experts = 2}};
    s2_wanted_features wanted[2];
    size_t count = 0;
    int asked = 0;
    for (size_t i = 0; i < set->labels->count; i++)
        count += set->role[i] == S2_LABEL_VALIDATE;
    if (count == 0)
        return S2RGF_OK;
    fitted->row = s2_calloc(set->labels->count, sizeof *fitted->row);
    fitted->scores = s2_calloc(count, classes * sizeof(float));
    s2rgf_status status = fitted->row && fitted->scores ? S2RGF_OK : s2_fail_memory(err, "expert");
    for (int i = 0; i < 2 && status == S2RGF_OK; i++)
        status = ask_scorer(set, &scorers[i], wanted, &asked, err);
    if (status == S2RGF_OK)
        status = s2_label_features(set, S2_LABEL_VALIDATE, wanted, asked, host, err);
    for (int i = 0; i < 2; i++)
        S2_FREE_EACH(scorers[i].seen, scorers[i].scores);
    return status;
}

s2rgf_status s2_expert_fit(const s2_training_set *set, s2_windows_use windows,
                           const s2rgf_host *host, s2_fitted_expert *fitted, s2rgf_error *err)
{
    left_out of_bands = {0};
    *fitted = (s2_fitted_expert){0};
    const s2_view view = {set, NULL, NULL};
    const s2_components *components = windows == S2_WINDOWS_NEVER ? NULL : &fitted->components;
    sampler labels[2] = {{0}};
    s2rgf_status status = components ? s2_components_find(set, &fitted->components, err) : S2RGF_OK;
    if (status == S2RGF_OK)
        status = sample_labels(set, components, host, labels, err);
    if (status == S2RGF_OK)
        status = fit_part(&view, &labels[0].samples, &fitted->bands, &of_bands, err);
    clear_sampler(&labels[0]);
    if (status == S2RGF_OK && components)
        status = fit_windows(set, windows, &labels[1].samples, &of_bands, fitted, err);
    clear_sampler(&labels[1]);
    if (status == S2RGF_OK)
        status = score_validation(set, host, fitted, err);
    if (status != S2RGF_OK)
        s2_fitted_expert_clear(fitted);
    clear_left_out(&of_bands);
    return status;
}

void s2_fitted_expert_clear(s2_fitted_expert *fitted)
{
    s2_discriminant_clear(&fitted->bands.discriminant);
    s2_discriminant_clear(&fitted->windows.discriminant);
    s2_discriminant_clear(&fitted->hidden.discriminant);
    s2_components_clear(&fitted->components);
    s2_hidden_layer_clear(&fitted->layer);
    S2_FREE_EACH(fitted->row, fitted->scores);
    *fitted = (s2_fitted_expert){0};
}

const float *s2_expert_scores(const s2_fitted_expert *fitted, size_t label)
{
    return fitted->scores + fitted->row[label] * (size_t)fitted->bands.discriminant.classes;
}

/* That factor of a part's weights into parameters [sources], NULL where a source has none. */
static void install_part(const s2_fitted_part *part, double share, s2_param *const *weights,
                         s2_param *bias)
{
    const s2_discriminant *from = &part->discriminant;
    const double factor = share / part->temperature;
    const double *weight = from->weight;
    for (int s = 0; s < S2RGF_MAX_SOURCES; s++)
        for (size_t i = 0; weights[s] && i < weights[s]->count; i++)
            weights[s]->value[i] = (float)(factor * *weight++);
    for (int k = 0; k < from->classes; k++)
        bias->value[k] += (float)(factor * from->bias[k]);
}

void s2_expert_install(const s2_fitted_expert *fitted, double share, s2_network *network)
{
    const s2_expert *to = &network->expert;
    memset(to->bias->value, 0, to->bias->count * sizeof(float));
    install_part(&fitted->bands, share, to->weight, to->bias);
    if (fitted->windows.discriminant.width == 0)
        return;
    for (int s = 0; s < network->spec.sources; s++)
        if (to->components[s])
            memcpy(to->components[s]->value, fitted->components.matrix[s],
                   to->components[s]->count * sizeof(float));
    install_part(&fitted->windows, share, to->windows, to->bias);
    if (fitted->hidden.discriminant.width == 0)
        return;
    for (int s = 0; s < network->spec.sources; s++)
        if (to->hidden[s]) {
            memcpy(to->hidden[s]->value, fitted->layer.weight[s],
                   to->hidden[s]->count * sizeof(float));
            memcpy(to->hidden_bias[s]->value, fitted->layer.bias[s],
                   to->hidden_bias[s]->count * sizeof(float));
        }
    install_part(&fitted->hidden, share, to->unit_scores, to->bias);
}
