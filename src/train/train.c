/* s2rgf_train(): from rasters and labels to a model file. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/argument.h"
#include "core/atomic_file.h"
#include "core/checksum.h"
#include "core/error.h"
#include "core/granted.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "model/ablations.h"
#include "model/model.h"
#include "model/network_model.h"
#include "nn/layers/gemm.h"
#include "nn/ranks/plugin.h"
#include "s2rgf/training.h"
#include "scene/output_guard.h"
#include "scene/scene_description.h"
#include "tiles/tile_runner.h"
#include "train/head_start.h"
#include "train/label_report.h"
#include "train/phases.h"
#include "train/set/description.h"
#include "train/set/scene_reading.h"

#define CROP_LEAST_PX 32

static const s2rgf_train_options DEFAULTS = {.network = "dense",
                                             .learning_rate = 2e-3,
                                             .weight_decay = 0.02,
                                             .label_smoothing = 0.1,
                                             .balance = 0.5,
                                             .settle = 0.6,
                                             .redundancy_weight = 1e-3,
                                             .redundancy = "correlation",
                                             .jitter = 0.05,
                                             .validation = 0.25,
                                             .refit = true,
                                             .patience = 0,
                                             .seed = 1,
                                             .validation_by = "group"};

void s2rgf_train_options_init(s2rgf_train_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

/* Outputs may be no file of a listed scene or of its labels. One that lacks files fails by itself. */
static s2rgf_status guard_listed(const s2_output_guard *guard, const s2rgf_train_options *options,
                                 const s2_training_list *list, const char *name, s2rgf_error *err)
{
    s2rgf_scene *rasters = NULL;
    s2_dataset_name labels = {0};
    char *path = NULL;
    s2rgf_status status = s2_scene_record_create(&rasters, err);
    if (status != S2RGF_OK)
        return status;
    if (s2_scene_record_fill(rasters, &options->scene, list->folder, name, NULL) == S2RGF_OK)
        status = s2_output_guard_scene(guard, &rasters->options, err);
    if (status == S2RGF_OK &&
        s2_training_list_labels(list, options, name, &path, NULL) == S2RGF_OK) {
        labels.path = path;
        status = s2_output_guard_input(guard, &labels, err);
    }
    s2rgf_scene_free(rasters);
    s2_free(path);
    return status;
}

static s2rgf_status guard_inputs(const s2_output_guard *guard, const s2rgf_train_options *options,
                                 const s2_training_list *list, s2rgf_error *err)
{
    const s2_dataset_name labels = {.path = options->labels.path};
    s2rgf_status status = s2_output_guard_file(guard, options->initial_path, err);
    if (status != S2RGF_OK)
        return status;
    if (!options->scenes_path) {
        status = s2_output_guard_input(guard, &labels, err);
        return status == S2RGF_OK ? s2_output_guard_scene(guard, &options->scene, err) : status;
    }
    status = s2_output_guard_file(guard, options->scenes_path, err);
    for (size_t i = 0; i < list->names.count && status == S2RGF_OK; i++)
        status = guard_listed(guard, options, list, list->names.items[i], err);
    return status;
}

/* Neither the model nor the checkpoint may destroy an input, nor replace a file unasked. */
static s2rgf_status check_paths(const s2rgf_train_options *options, const s2_training_list *list,
                                s2rgf_error *err)
{
    s2_output_guard guard = {0};
    s2rgf_status status = s2_atomic_check(options->model_path, options->overwrite, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_add(&guard, options->model_path, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_add(&guard, options->checkpoint, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_add(&guard, options->report_path, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_close(&guard, err);
    if (status == S2RGF_OK)
        status = guard_inputs(&guard, options, list, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_strangers(&guard, options->overwrite, err);
    s2_output_guard_clear(&guard);
    if (status == S2RGF_OK && options->checkpoint)
        status = s2_atomic_check(options->checkpoint, options->overwrite || options->resume, err);
    if (status == S2RGF_OK && options->report_path)
        status = s2_atomic_check(options->report_path, options->overwrite, err);
    return status;
}

/* The user's options with the network's own defaults where the user left them open. */
static s2rgf_status complete_options(const s2rgf_train_options *asked, s2rgf_train_options *options,
                                     s2rgf_error *err)
{
    const s2_network_ops *network = s2_network_find("network", asked->network, err);
    if (!network)
        return S2RGF_UNSUPPORTED;
    const s2_network_defaults *defaults = &network->defaults;
    *options = *asked;
    options->steps = asked->steps ? asked->steps : defaults->steps;
    options->batch = asked->batch ? asked->batch : defaults->batch;
    options->crop_px = asked->crop_px ? asked->crop_px : defaults->crop_px;
    options->channels = asked->channels ? asked->channels : defaults->channels;
    if (defaults->fixed &&
        (options->crop_px != defaults->crop_px || options->channels != defaults->channels))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "network %s: expected a crop of %d and %d channels, found %d and %d",
                       asked->network, defaults->crop_px, defaults->channels, options->crop_px,
                       options->channels);
    return S2RGF_OK;
}

static s2rgf_status check_options(const s2rgf_train_options *options, s2rgf_error *err)
{
    s2rgf_status status = s2_scene_options_check(&options->scene, err);
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_GIVEN(err, {"network", options->network},
                                    {"redundancy", options->redundancy},
                                    {"validation_by", options->validation_by});
    if (status == S2RGF_OK)
        status = s2_label_options_check(&options->labels, err);
    if (status != S2RGF_OK)
        return status;
    if (!options->model_path || options->scene.input_count == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "an input, labels and a model are needed");
    if (strcmp(options->redundancy, "correlation") != 0 &&
        strcmp(options->redundancy, "softmax") != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "redundancy: expected correlation or softmax, found %s",
                       options->redundancy);
    status = S2_ARGUMENTS_IN_RANGE(
        err, {"channels", options->channels, 0, 128}, {"steps", options->steps, 0, 1e6},
        {"batch", options->batch, 0, 256}, {"crop", options->crop_px, 0, 512},
        {"learning rate", options->learning_rate, 1e-8, 1},
        {"weight decay", options->weight_decay, 0, 1},
        {"label smoothing", options->label_smoothing, 0, 0.5}, {"balance", options->balance, 0, 1},
        {"settle", options->settle, 0, 1},
        {"redundancy weight", options->redundancy_weight, 0, 1e3},
        {"jitter", options->jitter, 0, 1}, {"validation", options->validation, 0, 0.5},
        {"source dropout", options->source_dropout, 0, 0.9},
        {"shift jitter", options->shift_jitter, 0, 2}, {"patience", options->patience, 0, 1e6},
        {"threads", options->threads, 0, 1024});
    if (status != S2RGF_OK)
        return status;
    if (options->channels % 16 != 0 || options->crop_px % 16 != 0 ||
        (options->crop_px != 0 && options->crop_px < CROP_LEAST_PX))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels and crop: expected multiples of 16 and a crop of %d or more, "
                       "found %d and %d",
                       CROP_LEAST_PX, options->channels, options->crop_px);
    if (strcmp(options->validation_by, "group") != 0 &&
        strcmp(options->validation_by, "scene") != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "validation by: expected group or scene, found %s", options->validation_by);
    if (options->freeze && strcmp(options->freeze, "encoders") != 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "freeze: expected encoders, found %s",
                       options->freeze);
    if (options->freeze && !options->initial_path)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "freeze: needs an initial model");
    if (options->resume && !options->checkpoint)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "resume: needs a checkpoint file");
    if (options->scene.any_source && !(options->source_dropout > 0.0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "-any_source: needs -source_dropout, by which the network learns to do "
                       "without a source");
    return S2RGF_OK;
}

/* Everything that must be equal for a checkpoint to fit. */
static uint64_t fingerprint_of(const s2rgf_train_options *options, const s2_model_content *content,
                               const s2_training_scenes *scenes, const s2_head_start *start)
{
    const double knobs[] = {options->channels,
                            options->steps,
                            options->batch,
                            options->crop_px,
                            options->learning_rate,
                            options->weight_decay,
                            options->label_smoothing,
                            options->balance,
                            options->settle,
                            options->redundancy_weight,
                            options->jitter,
                            options->source_dropout,
                            options->shift_jitter,
                            options->scene.any_source,
                            options->validation,
                            options->refit,
                            options->patience,
                            (double)(options->seed & 0xffffffff),
                            (double)(options->seed >> 32)};
    uint64_t hash = s2_checksum_add(S2_CHECKSUM_START, knobs, sizeof knobs);
    hash = s2_checksum_add(hash, &content->off, sizeof content->off);
    hash = s2_checksum_add(hash, &content->training.relation, sizeof content->training.relation);
    hash = s2_checksum_add(hash, content->training.labels_checksum,
                           sizeof content->training.labels_checksum);
    for (int s = 0; s < content->source_count; s++)
        for (int b = 0; b < content->sources[s].band_count; b++) {
            const s2_model_band *band = &content->sources[s].bands[b];
            hash = s2_checksum_add(hash, &band->number, sizeof band->number);
            hash = s2_checksum_add(hash, &band->mean, sizeof band->mean);
            hash = s2_checksum_add(hash, &band->std, sizeof band->std);
        }
    hash = s2_checksum_add(hash, options->validation_by, strlen(options->validation_by));
    for (int i = 0; i < scenes->count && scenes->items[i].name; i++)
        hash = s2_checksum_add(hash, scenes->items[i].name, strlen(scenes->items[i].name) + 1);
    return s2_head_start_fingerprint(start, hash);
}

/* One training: what the user asked for, and what goes through all of it. ranks: NULL for a process
   alone. */
typedef struct training_call {
    s2rgf_train_options options; /* complete */
    s2_training_list list;
    s2_head_start start;
    s2_ranks *ranks;
} training_call;

/* Options that have nothing to act on in this training. */
static void tell_idle(const s2rgf_train_options *options, const s2_model_content *content,
                      const s2rgf_host *host)
{
    const bool validates = options->validation > 0.0;
    const bool redundancy_asked = options->redundancy_weight != DEFAULTS.redundancy_weight ||
                                  strcmp(options->redundancy, DEFAULTS.redundancy) != 0;
    bool moves = false;
    for (int s = 0; s < content->source_count; s++)
        moves = moves || !content->sources[s].on_reference;
    if (options->shift_jitter > 0.0 && !moves)
        s2_log(host, S2RGF_WARNING,
               "-shift_jitter: no source has a grid of its own: nothing is shifted");
    if (!validates && !options->refit)
        s2_log(host, S2RGF_WARNING,
               "-no_refit: without validation no weights are better than the "
               "last: it has no effect");
    if (!validates && options->patience > 0)
        s2_log(host, S2RGF_WARNING,
               "-patience: nothing is validated: training does not stop early");
    if (!validates && strcmp(options->validation_by, DEFAULTS.validation_by) != 0)
        s2_log(host, S2RGF_WARNING, "-val_by: nothing is validated: it has no effect");
    if (content->off.redundancy && redundancy_asked)
        s2_log(host, S2RGF_WARNING,
               "-ablate redundancy: there is no such loss: -beta and -redundancy have no effect");
}

/* Normalise, build the network, train it, and fill the model. */
static s2rgf_status train_model(const training_call *call, const s2rgf_host *host,
                                s2_training_scene_data *data, s2_model_content *content,
                                s2rgf_error *err)
{
    const s2rgf_train_options *options = &call->options;
    const s2_head_start *start = &call->start;
    s2_network_spec spec = {.channels = options->channels,
                            .classes = data->labels.classes.count,
                            .sources = content->source_count,
                            .off = content->off};
    const s2_network_ops *ops = s2_network_find("network", options->network, err);
    s2_network *network = NULL;
    s2_training_set set = {0};
    s2_trainer trainer = {0};
    s2_fitted_expert expert = {0};
    int bands = 0, used = 0;
    if (!ops)
        return S2RGF_UNSUPPORTED;
    for (int s = 0; s < content->source_count; s++) {
        used += !content->off.source[s];
        spec.bands[s] = content->sources[s].band_count;
        spec.on_reference[s] = content->sources[s].on_reference;
        bands += spec.bands[s];
    }
    if (options->source_dropout > 0.0 && used < 2)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "-source_dropout: expected two sources or more, found %d", used);
    tell_idle(options, content, host);
    spec.expert = !content->off.expert && bands <= S2_EXPERT_MAX_BANDS;
    if (!content->off.expert && !spec.expert)
        s2_log(host, S2RGF_INFO, "No linear expert: with more than %d bands it would take too long",
               S2_EXPERT_MAX_BANDS);
    spec.windows = spec.expert && !content->off.windows;
    spec.hidden = spec.windows && !content->off.hidden;
    /* for the rehearsal: it is known when all is done */
    if (spec.expert)
        content->expert = (s2_model_expert){.share = S2_EXPERT_SHARE,
                                            .divisor = 1.0,
                                            .windows_divisor = spec.windows ? 1.0 : 0.0,
                                            .hidden_divisor = spec.hidden ? 1.0 : 0.0};
    s2rgf_status status =
        s2_training_normalisation(&data->scenes, options->seed, host, content, err);
    if (status == S2RGF_OK)
        s2_head_start_normalise(start, host, content);
    if (status == S2RGF_OK)
        status = s2_network_create(ops, &spec, &network, err);
    if (status == S2RGF_OK)
        s2_head_start_begin(start, content, host, network);
    if (status == S2RGF_OK && s2_ranks_leads(call->ranks))
        status = s2_network_rehearse(network, content, options->model_path, err);
    if (status == S2RGF_OK)
        status = s2_training_set_init(&set, &data->scenes, &data->labels, content, options->crop_px,
                                      err);
    set.ranks = call->ranks;
    if (status == S2RGF_OK)
        status = s2_trainer_init(&trainer, options, host, &set, network, err);
    if (status == S2RGF_OK) {
        set.jitter = options->jitter;
        set.source_dropout = options->source_dropout;
        set.shift_jitter = options->shift_jitter;
        set.centred = ops->defaults.centred;
        trainer.fingerprint = fingerprint_of(options, content, &data->scenes, start);
        trainer.start = start;
        status = s2_train_phases(&trainer, &expert, content, err);
    }
    if (status == S2RGF_OK && s2_ranks_leads(call->ranks))
        status = s2_network_to_model(network, content, err);
    s2_fitted_expert_clear(&expert);
    s2_trainer_clear(&trainer);
    s2_training_set_clear(&set);
    s2_network_free(network);
    return status;
}

/* The model, and the report where one is wanted: written before the model has its name, and named
   after it. */
static s2rgf_status save_results(s2_model_content *content, const s2rgf_train_options *options,
                                 s2rgf_error *err)
{
    s2_text text = {0};
    s2_atomic_file report = {.descriptor = -1};
    if (!options->report_path)
        return s2_model_save(content, options->model_path, options->overwrite, err);
    s2_model_put_description(content, &text);
    s2rgf_status status = text.failed ? s2_fail_memory(err, "report") : S2RGF_OK;
    if (status == S2RGF_OK)
        status = s2_atomic_open(&report, options->report_path, options->overwrite, err);
    if (status == S2RGF_OK)
        status = s2_atomic_write(&report, text.data, text.length, err);
    if (status == S2RGF_OK)
        status = s2_model_save(content, options->model_path, options->overwrite, err);
    if (status == S2RGF_OK)
        status = s2_atomic_commit(&report, err);
    else
        s2_atomic_discard(&report);
    s2_free(text.data);
    return status;
}

/* Read the scenes, train on them, and write the model. */
static s2rgf_status train_on(training_call *call, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_train_options *options = &call->options;
    s2_head_start *start = &call->start;
    s2_training_scene_data data = {0};
    s2_model_content content = {.training.source_dropout = options->source_dropout};
    s2rgf_status status = s2_training_read_scenes(options, &call->list, host, &content, &data, err);
    if (status == S2RGF_OK)
        status = s2_label_report(&data.labels, &data.scenes, options, host, err);
    if (status == S2RGF_OK)
        status = s2_describe_training(options, &data.labels, &content, err);
    if (status == S2RGF_OK)
        status = s2_head_start_match(start, &content, host, err);
    if (status == S2RGF_OK) {
        memcpy(content.training.initial_checksum, start->model.checksum,
               sizeof content.training.initial_checksum);
        status = train_model(call, host, &data, &content, err);
    }
    if (status == S2RGF_OK && s2_ranks_leads(call->ranks))
        status = save_results(&content, options, err);
    s2_training_scene_data_clear(&data);
    s2_model_content_clear(&content);
    return status;
}

/* The machine is shared out among the ranks on it, unless MPI has bound each to processors. */
static int threads_of_rank(const s2_ranks *ranks)
{
    const int usable = s2_thread_count(0);
    const int online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int granted = s2_granted_processors("");
    const int share = (online < granted ? online : granted) / ranks->link.here;
    return share < 1 ? 1 : share < usable ? share : usable;
}

/* Train in teams of exactly so many threads: in a smaller one than it knows of, OpenBLAS would share
   out products, and their sums would depend on the number. */
static s2rgf_status train_in_team(training_call *call, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_train_options *options = &call->options;
    const int team = omp_get_max_threads();
    const int dynamic = omp_get_dynamic();
    const int most = omp_get_thread_limit();
    if (options->threads == 0 && call->ranks)
        options->threads = threads_of_rank(call->ranks);
    options->threads = s2_thread_count(options->threads);
    if (options->threads > most)
        options->threads = most;
    options->threads = s2_threads_startable(options->threads, host);
    omp_set_dynamic(false);
    omp_set_num_threads(options->threads);
    s2rgf_status status = s2_gemm_start(options->threads, err);
    if (status == S2RGF_OK)
        status = train_on(call, host, err);
    omp_set_num_threads(team);
    omp_set_dynamic(dynamic);
    return status;
}

/* Train, alone or as one of several ranks. */
static s2rgf_status train_as_asked(s2rgf_train_options *asked, s2_ranks *ranks,
                                   const s2rgf_host *host, s2rgf_error *err)
{
    training_call call = {.ranks = ranks};
    s2rgf_status status = check_options(asked, err);
    if (status == S2RGF_OK)
        status = s2_training_list_find(asked, &call.list, err);
    if (status == S2RGF_OK)
        status = check_paths(asked, &call.list, err);
    if (status == S2RGF_OK)
        status = s2_head_start_open(asked, &call.start, err);
    if (status == S2RGF_OK)
        status = complete_options(asked, &call.options, err);
    if (status == S2RGF_OK)
        status = train_in_team(&call, host, err);
    s2_head_start_clear(&call.start);
    s2_scene_names_clear(&call.list.names);
    return status;
}

/* The same on all ranks at once. Only the first says anything. */
static s2rgf_status train_together(s2rgf_train_options *asked, const s2rgf_host *host,
                                   s2rgf_error *err)
{
    s2_ranks ranks = {0};
    s2rgf_host own = host ? *host : (s2rgf_host){0};
    s2rgf_error unseen = {0};
    s2rgf_error *told = err ? err : &unseen;
    s2_error_clear(told);
    s2rgf_status status = s2_ranks_join(&ranks, told);
    if (status != S2RGF_OK)
        return status;
    if (!s2_ranks_leads(&ranks))
        own.log = NULL;
    status = train_as_asked(asked, &ranks, &own, told);
    status = s2_ranks_leave(&ranks, status, host, told);
    s2_ranks_clear(&ranks);
    return status;
}

s2rgf_status s2rgf_train(const s2rgf_train_options *given, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_train_options asked = DEFAULTS;
    s2_error_clear(err);
    const s2rgf_status status = s2_options_take(&asked, sizeof asked, given, err);
    if (status != S2RGF_OK)
        return status;
    return asked.mpi ? train_together(&asked, host, err) : train_as_asked(&asked, NULL, host, err);
}
