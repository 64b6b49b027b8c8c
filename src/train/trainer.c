/* The training loop: steps, schedule, statistics, validation, checkpoints. */
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "tiles/tile_runner.h"
#include "train/checkpoint.h"
#include "train/validation.h"

#define DROPOUT 0.5
#define AVERAGE_DECAY 0.98   /* of the weights' running average */
#define VALIDATIONS 4        /* measurements along a full run */
#define FIRST_VALIDATION 0.7 /* of the run: before, the learning rate is too high to judge */
#define LOSS_DECAY 0.9       /* of a step's weight in the loss that is told, a step later */
#define CURVE_MOMENTS 20     /* told of a full run, beside validations */
#define CHECKPOINTS 20       /* written along a full run */
#define STATISTICS_PIXELS (64 * 96 * 96) /* of crops that stand for the whole scene */

/* Streams of random numbers: one per purpose and step, so that nothing needs to be stored to
   resume. */
enum { STREAM_CROPS = 1 << 28, STREAM_DROPOUT = 2 << 28, STREAM_STATISTICS = 3 << 28 };

size_t s2_trainer_confusion_floats(const s2_trainer *trainer)
{
    const size_t classes = (size_t)trainer->set->labels->classes.count;
    return classes * classes;
}

s2rgf_status s2_trainer_init(s2_trainer *trainer, const s2rgf_train_options *options,
                             const s2rgf_host *host, s2_training_set *set, s2_network *network,
                             s2rgf_error *err)
{
    *trainer = (s2_trainer){
        .options = options, .host = host, .set = set, .network = network, .ranks = set->ranks};
    s2rgf_status status = s2_ranks_divide(set->ranks, options->batch, err);
    if (status != S2RGF_OK)
        return status;
    s2_params_share(&network->params, set->ranks);
    for (int i = 0; i < network->params.count; i++) {
        const s2_param *param = &network->params.items[i];
        trainer->all += param->count;
        trainer->trainable += param->grad ? param->count : 0;
    }
    trainer->shape = s2_training_set_shape(set, s2_ranks_own(set->ranks, options->batch));
    trainer->average = s2_calloc(trainer->trainable, sizeof(float));
    trainer->best = s2_calloc(trainer->all, sizeof(float));
    trainer->confusion = s2_calloc(s2_trainer_confusion_floats(trainer), sizeof(float));
    status = trainer->average && trainer->best && trainer->confusion
                 ? S2RGF_OK
                 : s2_fail_memory(err, "training");
    if (status == S2RGF_OK)
        status = s2_adam_init(&trainer->adam, &network->params, options->weight_decay, err);
    if (status == S2RGF_OK)
        status = s2_training_create(network, &trainer->shape, &trainer->training, err);
    if (status == S2RGF_OK)
        status = s2_batch_queue_init(&trainer->queue, set, &network->spec, &trainer->shape,
                                     s2_thread_count(options->threads) > 1, err);
    if (status != S2RGF_OK)
        s2_trainer_clear(trainer);
    return status;
}

void s2_trainer_clear(s2_trainer *trainer)
{
    S2_FREE_EACH(trainer->average, trainer->best, trainer->confusion);
    s2_adam_clear(&trainer->adam);
    s2_batch_queue_clear(&trainer->queue);
    s2_training_free(trainer->training);
    *trainer = (s2_trainer){0};
}

/* Copy all values between the network and one array: parameters alone, or statistics too. */
static void exchange(const s2_params *params, bool statistics, bool to_network, float *array)
{
    for (int i = 0; i < params->count; i++) {
        const s2_param *param = &params->items[i];
        if (!param->grad && !statistics)
            continue;
        if (to_network)
            memcpy(param->value, array, param->count * sizeof(float));
        else
            memcpy(array, param->value, param->count * sizeof(float));
        array += param->count;
    }
}

void s2_trainer_start_phase(s2_trainer *trainer, int phase)
{
    s2_adam *adam = &trainer->adam;
    trainer->progress.phase = phase;
    trainer->progress.step = 0;
    trainer->progress.loss = 0.0;
    trainer->progress.loss_weight = 0.0;
    adam->step = 0;
    memset(adam->m, 0, adam->count * sizeof(float));
    memset(adam->v, 0, adam->count * sizeof(float));
    memset(trainer->average, 0, trainer->trainable * sizeof(float));
    s2_network_randomise(&trainer->network->params, trainer->options->seed);
    if (trainer->start && trainer->start->network) {
        s2_head_start_take(trainer->start, trainer->network, NULL);
        exchange(&trainer->network->params, false, false, trainer->average);
    }
}

/* average = d average + (1 - d) weights, with d growing from 0 so that the start does not linger.
   */
static void update_average(s2_trainer *trainer)
{
    const double step = trainer->progress.step;
    const double decay = fmin(AVERAGE_DECAY, step / (step + 9.0));
    float *average = trainer->average;
    for (int i = 0; i < trainer->network->params.count; i++) {
        const s2_param *param = &trainer->network->params.items[i];
        if (!param->grad)
            continue;
        for (size_t k = 0; k < param->count; k++)
            average[k] += (float)((1.0 - decay) * ((double)param->value[k] - (double)average[k]));
        average += param->count;
    }
}

/* The batch forward and, where a loss is asked for, backward: on all ranks together, so that one that
   fails leaves the others waiting. knobs, loss  or NULL */
static s2rgf_status compute(s2_trainer *trainer, s2_random *dropout, const s2_loss_options *knobs,
                            double *loss, s2rgf_error *err)
{
    s2_training *training = trainer->training;
    s2rgf_status status =
        training->ops->forward(training, knobs ? knobs->dropout : 0.0, dropout, NULL, err);
    if (status == S2RGF_OK && knobs)
        status = training->ops->backward(training, knobs, loss, err);
    if (status != S2RGF_OK) {
        s2_ranks_break(trainer->ranks, status);
        return status;
    }
    if (knobs)
        s2_ranks_spread_gradients(trainer->ranks, &trainer->network->params);
    return s2_ranks_check(trainer->ranks, err);
}

/* The crops of a step, those of the next one meanwhile. */
static s2rgf_status draw_crops(s2_trainer *trainer, int steps, s2rgf_error *err)
{
    const uint64_t seed = trainer->options->seed, step = (uint64_t)trainer->progress.step;
    s2_random random;
    s2_random_init(&random, seed, STREAM_CROPS + step);
    const s2rgf_status status = s2_batch_queue_take(&trainer->queue, s2_training_set_draw, &random,
                                                    &trainer->training->batch, err);
    s2_random_init(&random, seed, STREAM_CROPS + step + 1);
    if (status == S2RGF_OK && trainer->progress.step + 1 < steps)
        s2_batch_queue_expect(&trainer->queue, s2_training_set_draw, &random);
    return status;
}

static s2rgf_status take_step(s2_trainer *trainer, int steps, double *loss, s2rgf_error *err)
{
    const s2rgf_train_options *options = trainer->options;
    const uint64_t step = (uint64_t)trainer->progress.step;
    const s2_model_content *content = trainer->set->content;
    const s2_loss_options knobs = {{options->label_smoothing, options->balance},
                                   content->off.redundancy ? 0.0 : options->redundancy_weight,
                                   DROPOUT,
                                   content->training.relation};
    s2_random dropout;
    s2_random_init(&dropout, options->seed, STREAM_DROPOUT + step);
    s2rgf_status status = draw_crops(trainer, steps, err);
    if (status == S2RGF_OK)
        status = s2_ranks_agree(trainer->ranks, status, err);
    if (status == S2RGF_OK)
        status = compute(trainer, &dropout, &knobs, loss, err);
    if (status == S2RGF_OK && !isfinite(*loss))
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "training: the loss is no longer finite at step %d: try a smaller "
                         "learning rate than %g",
                         trainer->progress.step + 1, options->learning_rate);
    if (status != S2RGF_OK)
        return status;
    s2_adam_step(&trainer->adam, &trainer->network->params,
                 s2_one_cycle(options->learning_rate, trainer->progress.step, steps));
    trainer->progress.step++;
    update_average(trainer);
    return S2RGF_OK;
}

/* Between two reports of steps: does the host cancel? Where there is a checkpoint, the next report
   has to be reached, so that it can be saved. */
static bool goes_on(double fraction, void *data)
{
    const s2_trainer *trainer = data;
    (void)fraction;
    return trainer->options->checkpoint || s2_progress(trainer->host, trainer->reported);
}

/* Running statistics of every batch-norm from crops all over the scene, with the weights as they
   stand. */
static s2rgf_status estimate_statistics(s2_trainer *trainer, s2rgf_error *err)
{
    s2_training *training = trainer->training;
    s2_random random;
    s2rgf_status status = S2RGF_OK;
    s2_random_init(&random, trainer->options->seed, STREAM_STATISTICS);
    const int crops = STATISTICS_PIXELS / (trainer->shape.width * trainer->shape.height);
    const int step = s2_ranks_crops(trainer->ranks, trainer->shape.crops);
    s2_norm_list_use(&training->norms, S2_STATISTICS_GATHER);
    for (int done = 0; done < crops && status == S2RGF_OK; done += step) {
        status = s2_batch_queue_take(&trainer->queue, s2_training_set_draw_anywhere, &random,
                                     &training->batch, err);
        if (status == S2RGF_OK && done + step < crops)
            s2_batch_queue_expect(&trainer->queue, s2_training_set_draw_anywhere, &random);
        if (status == S2RGF_OK && !goes_on(0.0, trainer))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
        if (status == S2RGF_OK)
            status = s2_ranks_agree(trainer->ranks, status, err);
        if (status == S2RGF_OK)
            status = compute(trainer, NULL, NULL, NULL, err);
    }
    s2_norm_list_use(&training->norms, S2_STATISTICS_BATCH);
    return status;
}

/* Before the step at which batch-norms are to settle: on statistics of the scene with the weights
   as they stand. After it, in a resumed training, on those of the checkpoint. */
static s2rgf_status settle_norms(s2_trainer *trainer, int steps, s2rgf_error *err)
{
    const int at = (int)ceil(trainer->options->settle * steps);
    if (trainer->settled || trainer->progress.step < at || at >= steps)
        return S2RGF_OK;
    const s2rgf_status status =
        trainer->progress.step == at ? estimate_statistics(trainer, err) : S2RGF_OK;
    s2_norm_list_use(&trainer->training->norms, S2_STATISTICS_SETTLED);
    trainer->settled = true;
    return status;
}

/* The averaged weights instead of the network's own, with statistics that go with them. */
static s2rgf_status adopt_average(s2_trainer *trainer, s2rgf_error *err)
{
    exchange(&trainer->network->params, false, true, trainer->average);
    return trainer->settled ? S2RGF_OK : estimate_statistics(trainer, err);
}

/* How far an overall accuracy measured on so few pixels may be off by chance. */
static double standard_error(const s2_confusion *confusion)
{
    const double oa = s2_confusion_overall(confusion);
    return sqrt(oa * (1.0 - oa) / (double)s2_confusion_total(confusion));
}

/* What is left to do: the rest of the steps, and as many as were best once more on all labels. */
static double seconds_left(const s2_trainer *trainer, int steps, bool better)
{
    const s2_trainer_progress *progress = &trainer->progress;
    const double each =
        (s2_wall_seconds() - trainer->started) / (progress->step - trainer->started_step);
    const int best = better ? progress->step : progress->best_step;
    /* rounded up: 0 is said when nothing is left to do */
    return ceil(each * (steps - progress->step + (trainer->options->refit ? best : 0)));
}

static double recent_loss(const s2_trainer *trainer)
{
    return trainer->progress.loss / trainer->progress.loss_weight;
}

static void tell_validation(const s2_trainer *trainer, int steps, const s2_validated *found,
                            bool better)
{
    const double oa = s2_confusion_overall(&found->confusion);
    const double kappa = s2_confusion_kappa(&found->confusion);
    char figures[64] = "no validation pixel has a class";
    char agreement[32] = "";
    char share[48] = "";
    if (!isnan(kappa))
        s2_snprintf(agreement, sizeof agreement, ", kappa %.3f", kappa);
    if (!isnan(oa))
        s2_snprintf(figures, sizeof figures, "validation OA %.3f%s", oa, agreement);
    if (trainer->expert)
        s2_snprintf(share, sizeof share, ", share of the expert %g", found->share.share);
    s2_log(trainer->host, S2RGF_INFO, "Step %d of %d: loss %.3f, %s%s%s; %.0f s left",
           trainer->progress.step, steps, recent_loss(trainer), figures, share,
           better ? "" : ", worse than before", seconds_left(trainer, steps, better));
}

/* Into the curve, with what validation measured, if it did. confusion in  or NULL */
static void add_moment(s2_trainer *trainer, const s2_confusion *confusion)
{
    const s2_history_moment moment = {trainer->progress.step,
                                      trainer->progress.phase == 1 &&
                                          trainer->progress.best_step > 0,
                                      recent_loss(trainer),
                                      confusion ? s2_confusion_overall(confusion) : NAN,
                                      confusion ? s2_confusion_average(confusion) : NAN,
                                      confusion ? s2_confusion_kappa(confusion) : NAN};
    s2_history_add(&trainer->curve, moment);
}

/* Measure the network, and whether that is progress: it is unless an earlier measurement was higher
   by more than a standard error. The schedule ends in small steps, and fewer steps are not chosen for
   a difference that chance explains. */
static s2rgf_status measure(s2_trainer *trainer, int steps, s2rgf_error *err)
{
    s2_trainer_progress *progress = &trainer->progress;
    const s2rgf_host host = {.progress = goes_on, .user = trainer};
    const s2_validation asked = {.set = trainer->set,
                                 .network = trainer->network,
                                 .expert = trainer->expert,
                                 .threads = s2_thread_count(trainer->options->threads),
                                 .host = &host};
    s2_validated found = {0};
    const s2rgf_status status = s2_validate(&asked, &found, err);
    if (status == S2RGF_OK) {
        const double oa = s2_confusion_overall(&found.confusion);
        const bool better = oa >= progress->highest_oa - standard_error(&found.confusion);
        progress->highest_oa = fmax(progress->highest_oa, oa);
        tell_validation(trainer, steps, &found, better);
        add_moment(trainer, &found.confusion);
        progress->stale = better ? 0 : progress->stale + 1;
        if (better) {
            progress->best_step = progress->step;
            progress->best_oa = oa;
            progress->best_kappa = s2_confusion_kappa(&found.confusion);
            progress->share = found.share;
            progress->calibration =
                found.share.share > 0.0
                    ? s2_calibrate_near(&found.scored, s2_expert_temperature(found.share.share))
                    : s2_calibrate(&found.scored);
            for (size_t i = 0; i < s2_trainer_confusion_floats(trainer); i++)
                trainer->confusion[i] = (float)found.confusion.counts[i];
        }
    }
    s2_validated_clear(&found);
    return status;
}

/* Measure the averaged weights, and keep them if they are the best. The network's own weights are left
   as they were. */
static s2rgf_status validate(s2_trainer *trainer, int steps, float *own, s2rgf_error *err)
{
    s2_params *params = &trainer->network->params;
    s2_trainer_progress *progress = &trainer->progress;
    exchange(params, true, false, own);
    s2rgf_status status = adopt_average(trainer, err);
    s2_batch_queue_rest(&trainer->queue);
    if (status == S2RGF_OK && s2_ranks_leads(trainer->ranks))
        status = measure(trainer, steps, err);
    if (status == S2RGF_OK)
        status = s2_ranks_tell(trainer->ranks, progress, sizeof *progress, err);
    if (status == S2RGF_OK && progress->best_step == progress->step)
        exchange(params, true, false, trainer->best);
    exchange(params, true, true, own);
    return status;
}

static bool is_checkpoint_step(int step, int steps)
{
    const int every = steps / CHECKPOINTS > 0 ? steps / CHECKPOINTS : 1;
    return step % every == 0 || step == steps;
}

/* A curve has these, and all validations. */
static bool is_curve_step(int step, int steps)
{
    return step % ((steps + CURVE_MOMENTS - 1) / CURVE_MOMENTS) == 0 || step == steps;
}

static bool is_validation_step(int step, int steps)
{
    const int first = (int)(FIRST_VALIDATION * steps);
    const int every = (steps - first) / VALIDATIONS > 0 ? (steps - first) / VALIDATIONS : 1;
    return step == steps || (step >= first && (steps - step) % every == 0);
}

/* Leave the network with the weights that the phase is for. */
static s2rgf_status finish_phase(s2_trainer *trainer, bool validated, s2rgf_error *err)
{
    if (!validated)
        return adopt_average(trainer, err);
    exchange(&trainer->network->params, true, true, trainer->best);
    return S2RGF_OK;
}

/* Progress, checkpoint where one is due; when the host cancels, one more so that nothing is lost.
   */
static s2rgf_status report_step(s2_trainer *trainer, int steps, s2rgf_error *err)
{
    const int step = trainer->progress.step;
    const double part = trainer->progress_to - trainer->progress_from;
    trainer->reported = trainer->progress_from + part * (double)step / (double)steps;
    const bool wanted = s2_ranks_all(trainer->ranks, s2_progress(trainer->host, trainer->reported));
    s2rgf_status status = s2_ranks_check(trainer->ranks, err);
    if (status == S2RGF_OK && s2_ranks_leads(trainer->ranks) && trainer->options->checkpoint &&
        (!wanted || is_checkpoint_step(step, steps)))
        status = s2_checkpoint_save(trainer, err);
    if (status == S2RGF_OK && !wanted)
        status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    return status;
}

s2rgf_status s2_trainer_run(s2_trainer *trainer, int steps, bool with_validation, s2rgf_error *err)
{
    s2_trainer_progress *progress = &trainer->progress;
    const int patience = trainer->options->patience;
    float *own = s2_alloc(trainer->all, sizeof(float));
    s2rgf_status status = own ? S2RGF_OK : s2_fail_memory(err, "training");
    trainer->started = s2_wall_seconds();
    trainer->started_step = progress->step;
    trainer->settled = false;
    s2_norm_list_use(&trainer->training->norms, S2_STATISTICS_BATCH);
    if (status == S2RGF_OK)
        status = settle_norms(trainer, steps, err); /* resumed, perhaps with nothing left to do */
    while (status == S2RGF_OK && progress->step < steps &&
           !(with_validation && patience > 0 && progress->stale >= patience)) {
        double loss = 0.0;
        status = settle_norms(trainer, steps, err);
        if (status == S2RGF_OK)
            status = take_step(trainer, steps, &loss, err);
        progress->loss = LOSS_DECAY * progress->loss + loss;
        progress->loss_weight = LOSS_DECAY * progress->loss_weight + 1.0;
        if (status == S2RGF_OK && with_validation && is_validation_step(progress->step, steps))
            status = validate(trainer, steps, own, err);
        else if (status == S2RGF_OK && is_curve_step(progress->step, steps))
            add_moment(trainer, NULL);
        if (status == S2RGF_OK)
            status = report_step(trainer, steps, err);
    }
    if (status == S2RGF_OK)
        status = finish_phase(trainer, with_validation, err);
    s2_batch_queue_rest(&trainer->queue);
    s2_free(own);
    return status;
}
