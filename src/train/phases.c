/* The phases of a training: with validation, then on all labels. */
#include "train/phases.h"

#include <math.h>
#include <string.h>

#include "core/checksum.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plural.h"
#include "s2rgf/training.h"
#include "train/checkpoint.h"
#include "train/label_report.h"
#include "train/validation_report.h"

#define TOLD_CLASSES 12

static s2rgf_status split_labels(s2_trainer *trainer, double fraction, s2_model_content *content,
                                 s2rgf_error *err)
{
    s2_split_report report;
    const s2rgf_status status = s2_training_set_split(
        trainer->set, fraction, trainer->options->seed, trainer->host, &report, err);
    if (status != S2RGF_OK || report.validation_pixels == 0)
        return status;
    content->training.train_pixels = report.train_pixels;
    content->training.validation_pixels = report.validation_pixels;
    content->training.validation_distance = report.distance_px;
    char apart[48] = "in scenes of their own";
    if (!isnan(report.distance_px))
        s2_snprintf(apart, sizeof apart, "at least %.1f pixels apart", report.distance_px);
    s2_log(trainer->host, S2RGF_INFO, "Split: %zu %s for training, %zu for validation, %s",
           report.train_pixels, s2_plural(report.train_pixels, "pixel", "pixels"),
           report.validation_pixels, apart);
    s2_label_report_unvalidated(trainer->set, trainer->host);
    return S2RGF_OK;
}

/* The temperature that validation found, kept when all labels train afterwards: nothing is left
   then to fit it on. */
static void adopt_calibration(const s2_trainer *trainer, s2_model_training *facts)
{
    const s2_calibration *found = &trainer->progress.calibration;
    facts->temperature = found->temperature;
    facts->calibration_before = found->error_before;
    facts->calibration_after = found->error_after;
    s2_log(trainer->host, S2RGF_INFO,
           "Temperature %.3f: expected calibration error %.3f, without it %.3f", found->temperature,
           found->error_after, found->error_before);
    if (found->temperature == S2_TEMPERATURE_MIN || found->temperature == S2_TEMPERATURE_MAX)
        s2_log(trainer->host, S2RGF_INFO,
               "Temperature: the best one is beyond %g to %g: %g is used", S2_TEMPERATURE_MIN,
               S2_TEMPERATURE_MAX, found->temperature);
    if (found->pixels < S2_CALIBRATION_PIXELS)
        s2_log(trainer->host, S2RGF_INFO,
               "Temperature: fitted on %llu validation %s only: confidence may be off",
               (unsigned long long)found->pixels, s2_plural(found->pixels, "pixel", "pixels"));
}

/* The matrix of a validation, where it fits into a terminal. */
static void tell_matrix(const s2_model_history *history, const s2_class_table *classes,
                        const s2rgf_host *host)
{
    s2_text text = {0};
    if (classes->count > TOLD_CLASSES)
        return;
    s2_history_put_matrix(&text, history, classes);
    if (!text.failed)
        for (char *line = text.data, *rest; line && line[0] != '\0'; line = rest) {
            rest = strchr(line, '\n');
            *rest++ = '\0';
            s2_log(host, S2RGF_INFO, "%s", line);
        }
    s2_free(text.data);
}

/* What the best validation said, to the host and into the history. */
static s2rgf_status report_validation(const s2_trainer *trainer, s2_model_history *history,
                                      s2rgf_error *err)
{
    s2_confusion confusion = {0};
    const s2_class_table *classes = &trainer->set->labels->classes;
    const s2rgf_status status = s2_confusion_init(&confusion, classes->count, err);
    if (status != S2RGF_OK)
        return status;
    for (size_t i = 0; i < s2_trainer_confusion_floats(trainer); i++)
        confusion.counts[i] = (uint64_t)trainer->confusion[i];
    s2_validation_report(&confusion, classes, &trainer->progress.share, trainer->host);
    if (classes->count <= S2_HISTORY_MOST_CLASSES) {
        history->confusion = confusion.counts;
        confusion.counts = NULL;
        tell_matrix(history, classes, trainer->host);
    }
    s2_confusion_clear(&confusion);
    return S2RGF_OK;
}

static void tell_expert(const s2_trainer *trainer, const s2_fitted_expert *fitted)
{
    const s2_fitted_part *bands = &fitted->bands;
    const s2_fitted_part *windows = &fitted->windows;
    const s2_fitted_part *hidden = &fitted->hidden;
    s2_log(trainer->host, S2RGF_INFO, "Linear expert: shrinkage %.3f, temperature %.2f%s",
           bands->discriminant.shrinkage, bands->temperature,
           bands->calibrated ? "" : " (too few polygons or blocks to find one)");
    if (windows->discriminant.width > 0)
        s2_log(trainer->host, S2RGF_INFO, "Expert of windows: shrinkage %.3f, temperature %.2f",
               windows->discriminant.shrinkage, windows->temperature);
    if (hidden->discriminant.width > 0)
        s2_log(trainer->host, S2RGF_INFO,
               "Expert with a hidden layer: shrinkage %.3f, temperature %.2f",
               hidden->discriminant.shrinkage, hidden->temperature);
}

/* Which experts there are beside that of bands: those that there were when they were validated. */
static s2_windows_use choose_use(const s2_trainer *trainer)
{
    const s2_network_spec *spec = &trainer->network->spec;
    if (!spec->windows)
        return S2_WINDOWS_NEVER;
    if (trainer->progress.best_step == 0)
        return spec->hidden ? S2_WINDOWS_AND_HIDDEN_JUDGED : S2_WINDOWS_JUDGED;
    return (s2_windows_use[]){S2_WINDOWS_NEVER, S2_WINDOWS_ALWAYS,
                              S2_WINDOWS_AND_HIDDEN}[trainer->progress.windows];
}

/* The experts of the labels that train. fitted in/out: cleared first */
static s2rgf_status fit_parts(s2_trainer *trainer, s2_fitted_expert *fitted, s2rgf_error *err)
{
    const s2_network_spec *spec = &trainer->network->spec;
    s2_trainer_progress *progress = &trainer->progress;
    s2_fitted_expert_clear(fitted);
    trainer->expert = NULL;
    if (!spec->expert)
        return S2RGF_OK;
    const s2rgf_status status =
        s2_expert_fit(trainer->set, choose_use(trainer), trainer->host, fitted, err);
    if (status != S2RGF_OK)
        return status;
    trainer->expert = fitted->scores ? fitted : NULL;
    if (progress->best_step == 0)
        progress->windows =
            (fitted->windows.discriminant.width > 0) + (fitted->hidden.discriminant.width > 0);
    tell_expert(trainer, fitted);
    return S2RGF_OK;
}

/* The same on the rank that validates and writes the model; the others wait. */
static s2rgf_status fit_expert(s2_trainer *trainer, s2_fitted_expert *fitted, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (s2_ranks_leads(trainer->ranks))
        status = fit_parts(trainer, fitted, err);
    return status == S2RGF_OK
               ? s2_ranks_tell(trainer->ranks, &trainer->progress, sizeof trainer->progress, err)
               : status;
}

/* All ranks begin with the same: else each would train something else. */
static s2rgf_status meet_ranks(const s2_trainer *trainer, s2rgf_error *err)
{
    const s2_params *params = &trainer->network->params;
    const s2_trainer_progress *progress = &trainer->progress;
    const int at[] = {progress->phase, progress->step, progress->best_step};
    uint64_t hash = s2_checksum_add(trainer->fingerprint, at, sizeof at);
    for (int i = 0; i < params->count; i++)
        hash =
            s2_checksum_add(hash, params->items[i].value, params->items[i].count * sizeof(float));
    const s2rgf_status status = s2_ranks_agree(trainer->ranks, S2RGF_OK, err);
    return status == S2RGF_OK ? s2_ranks_compare(trainer->ranks, hash,
                                                 "data, labels, options or a checkpoint", err)
                              : status;
}

/* The expert into the network and the model, with the share that validation found, or the usual one. */
static void adopt_expert(const s2_trainer *trainer, const s2_fitted_expert *fitted, bool validated,
                         s2_model_content *content)
{
    const s2_share usual = {s2_expert_usual_share(fitted), NAN, NAN};
    const s2_share share = validated ? trainer->progress.share : usual;
    if (!trainer->network->spec.expert || !s2_ranks_leads(trainer->ranks))
        return;
    const bool windows = fitted->windows.discriminant.width > 0;
    const bool hidden = fitted->hidden.discriminant.width > 0;
    if (!validated)
        content->training.temperature = s2_expert_temperature(share.share);
    content->expert = (s2_model_expert){
        .share = share.share,
        .raised = !isnan(share.former_oa),
        .divisor = fitted->bands.temperature,
        .shrinkage = fitted->bands.discriminant.shrinkage,
        .windows_divisor = windows ? fitted->windows.temperature : 0.0,
        .windows_shrinkage = windows ? fitted->windows.discriminant.shrinkage : 0.0,
        .hidden_divisor = hidden ? fitted->hidden.temperature : 0.0,
        .hidden_shrinkage = hidden ? fitted->hidden.discriminant.shrinkage : 0.0};
    s2_expert_install(fitted, share.share, trainer->network);
}

s2rgf_status s2_train_phases(s2_trainer *trainer, s2_fitted_expert *fitted,
                             s2_model_content *content, s2rgf_error *err)
{
    const s2rgf_train_options *options = trainer->options;
    s2_model_training *facts = &content->training;
    s2_trainer_progress *progress = &trainer->progress;
    s2rgf_status status = S2RGF_OK;
    s2_trainer_start_phase(trainer, options->validation > 0.0 ? 0 : 1);
    if (options->validation > 0.0) {
        status = split_labels(trainer, options->validation, content, err);
        if (status == S2RGF_OK && facts->validation_pixels == 0) {
            s2_log(trainer->host, S2RGF_WARNING,
                   "no %s: training on all of them, without validation",
                   trainer->set->labels->whole_scenes
                       ? "scene can be left out so that every class keeps half of its labels"
                       : "class can spare labels");
            s2_trainer_start_phase(trainer, 1);
        }
    }
    if (status == S2RGF_OK && options->resume)
        status = s2_checkpoint_load(trainer, err);
    if (status == S2RGF_OK && trainer->ranks)
        status = meet_ranks(trainer, err);
    trainer->progress_to = options->validation > 0.0 && options->refit ? 0.5 : 1.0;
    if (status == S2RGF_OK && progress->phase == 0)
        status = fit_expert(trainer, fitted, err);
    if (status == S2RGF_OK && progress->phase == 0)
        status = s2_trainer_run(trainer, options->steps, true, err);
    const bool validated = progress->best_step > 0;
    if (status != S2RGF_OK)
        return status;
    facts->validation_oa = validated ? progress->best_oa : NAN;
    facts->validation_kappa = validated ? progress->best_kappa : NAN;
    facts->steps = validated ? progress->best_step : options->steps;
    facts->refit = validated && options->refit;
    if (validated) {
        status = report_validation(trainer, &content->history, err);
        adopt_calibration(trainer, facts);
    } else
        facts->temperature = 1.0;
    if (status != S2RGF_OK)
        return status;
    if (validated && !options->refit) {
        adopt_expert(trainer, fitted, true, content);
        content->history.curve = trainer->curve;
        return S2RGF_OK;
    }
    status = split_labels(trainer, 0.0, content, err);
    if (status == S2RGF_OK)
        status = fit_expert(trainer, fitted, err);
    if (status == S2RGF_OK && progress->phase == 0) {
        s2_log(trainer->host, S2RGF_INFO, "Training on all labels for %d %s", facts->steps,
               s2_plural((uint64_t)facts->steps, "step", "steps"));
        s2_trainer_start_phase(trainer, 1);
    }
    trainer->progress_from = validated ? 0.5 : 0.0;
    trainer->progress_to = 1.0;
    if (status == S2RGF_OK)
        status = s2_trainer_run(trainer, facts->steps, false, err);
    if (status == S2RGF_OK)
        adopt_expert(trainer, fitted, validated, content);
    content->history.curve = trainer->curve;
    return status;
}
