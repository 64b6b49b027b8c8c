/* s2rgf_train(): from rasters and labels to a model file. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/atomic_file.h"
#include "core/checksum.h"
#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "model/ablations.h"
#include "model/model.h"
#include "model/network_model.h"
#include "nn/layers/gemm.h"
#include "scene/output_guard.h"
#include "scene/scene_description.h"
#include "scene/usable_bands.h"
#include "tiles/tile_runner.h"
#include "train/phases.h"

#define CROP_LEAST_PX 32
#define THIN_CLASS_PIXELS 10 /* fewer labelled pixels than this are worth a warning */
#define TOLD_CLASSES 10      /* warned of one by one; the others are counted */

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
                                             .seed = 1};

void s2rgf_train_options_init(s2rgf_train_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

/* Neither the model nor the checkpoint may destroy an input, nor replace a file unasked. */
static s2rgf_status check_paths(const s2rgf_train_options *options, s2rgf_error *err)
{
    const s2_dataset_name labels = {.path = options->labels.path};
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
        status = s2_output_guard_input(&guard, &labels, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_scene(&guard, &options->scene, err);
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
                                    {"redundancy", options->redundancy});
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
        {"patience", options->patience, 0, 1e6}, {"threads", options->threads, 0, 1024});
    if (status != S2RGF_OK)
        return status;
    if (options->channels % 16 != 0 || options->crop_px % 16 != 0 ||
        (options->crop_px != 0 && options->crop_px < CROP_LEAST_PX))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "channels and crop: expected multiples of 16 and a crop of %d or more, "
                       "found %d and %d",
                       CROP_LEAST_PX, options->channels, options->crop_px);
    if (options->resume && !options->checkpoint)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "resume: needs a checkpoint file");
    return check_paths(options, err);
}

/* What the model says of one source; normalisation comes later. */
static s2rgf_status describe_source(const s2_scene_source *from, s2_model_source *to,
                                    s2rgf_error *err)
{
    to->name = s2_strdup(s2_source_name(from->source));
    to->pixel_size = s2_grid_pixel_metres(s2_source_grid(from->source));
    to->pixel_unknown = isnan(to->pixel_size);
    if (to->pixel_unknown)
        to->pixel_size = s2_grid_pixel_size(s2_source_grid(from->source));
    to->on_reference = from->on_reference;
    to->band_count = s2_source_band_count(from->source);
    to->file_bands = s2_source_file_bands(from->source);
    to->bands = s2_calloc((size_t)to->band_count, sizeof *to->bands);
    if (!to->name || !to->bands)
        return s2_fail_memory(err, "model");
    for (int b = 0; b < to->band_count; b++) {
        const s2_band_desc *band = s2_source_band(from->source, b);
        to->bands[b] = (s2_model_band){.name = s2_strdup(band->name ? band->name : ""),
                                       .wavelength_nm = band->wavelength_nm,
                                       .number = band->number,
                                       .std = 1.0,
                                       .low = NAN,
                                       .high = NAN};
        if (!to->bands[b].name)
            return s2_fail_memory(err, "model");
        s2_model_clean_name(to->bands[b].name);
    }
    return S2RGF_OK;
}

/* What is switched off, and the form of the loss where there is any. */
static s2rgf_status describe_ablations(const s2rgf_train_options *options,
                                       s2_model_content *content, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; options->ablations && options->ablations[i] && status == S2RGF_OK; i++)
        status =
            s2_model_ablate(content, options->ablations[i], "ablate", S2RGF_INVALID_ARGUMENT, err);
    if (strcmp(options->redundancy, "softmax") == 0 && !content->off.redundancy &&
        options->redundancy_weight > 0.0)
        content->training.relation = S2_RELATION_SOFTMAX;
    return status;
}

static s2rgf_status describe_model(const s2rgf_train_options *options, const s2_scene *scene,
                                   const s2_label_set *labels, s2_model_content *content,
                                   s2rgf_error *err)
{
    content->network = s2_strdup(options->network);
    content->program_version = s2_strdup(s2rgf_version());
    content->channels = options->channels;
    content->reference = scene->reference;
    content->sources = s2_calloc((size_t)scene->count, sizeof *content->sources);
    if (!content->network || !content->program_version || !content->sources)
        return s2_fail_memory(err, "model");
    content->source_count = scene->count;
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        status = describe_source(&scene->sources[s], &content->sources[s], err);
    if (status == S2RGF_OK)
        status = describe_ablations(options, content, err);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(&labels->classes, &content->classes, err);
    s2_class_table_paint(&content->classes);
    content->training.seed = options->seed;
    content->training.temperature = 1.0;
    content->training.validation_fraction = options->validation;
    memcpy(content->training.labels_checksum, labels->checksum,
           sizeof content->training.labels_checksum);
    content->training.validation_distance = NAN;
    content->training.validation_oa = NAN;
    content->training.validation_kappa = NAN;
    content->training.calibration_before = NAN;
    content->training.calibration_after = NAN;
    content->training.train_pixels = labels->count;
    return status == S2RGF_OK ? s2_model_check(content, options->model_path, err) : status;
}

/* What labels hold that is not used. */
static void report_unused(const s2_label_set *labels, const s2rgf_host *host)
{
    const struct {
        size_t count;
        const char *one, *many;
    } unused[] = {
        {labels->conflicts, "pixel claimed by several classes is left out",
         "pixels claimed by several classes are left out"},
        {labels->polygons_without_pixel, "polygon holds no pixel centre of the reference grid",
         "polygons hold no pixel centre of the reference grid"},
        {labels->points_outside, "point lies outside the reference grid",
         "points lie outside the reference grid"},
    };
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        if (unused[i].count > 0)
            s2_log(host, S2RGF_WARNING, "%zu %s", unused[i].count,
                   s2_plural(unused[i].count, unused[i].one, unused[i].many));
}

/* Warn of a class, if it is one of the first of its kind. */
static void warn_class(const s2_class *class, const char *what, int told, const s2rgf_host *host)
{
    if (told < TOLD_CLASSES)
        s2_log(host, S2RGF_WARNING, "%s%s %s", s2_class_word(class->name), class->name, what);
}

static void warn_others(int count, const char *one, const char *many, const s2rgf_host *host)
{
    const int others = count - TOLD_CLASSES;
    if (others > 0)
        s2_log(host, S2RGF_WARNING, "%d more %s", others, s2_plural((uint64_t)others, one, many));
}

/* Classes that are named in the labels, but label nothing, or are called as if they were none. */
static void report_doubtful(const s2_label_set *labels, const char *path, const s2rgf_host *host)
{
    for (int k = 0; k < labels->absent.count; k++)
        warn_class(&labels->absent.items[k], "has no labelled pixel on the reference grid", k,
                   host);
    warn_others(labels->absent.count, "class has no labelled pixel there",
                "classes have no labelled pixel there", host);
    for (int k = 0; k < labels->classes.count; k++)
        if (s2_class_name_is_nothing(labels->classes.items[k].name))
            s2_log(host, S2RGF_WARNING,
                   "%s: \"%s\" is learned as a class like any other: if it means that there is no "
                   "label, leave it out",
                   path, labels->classes.items[k].name);
}

/* One line per class: groups and pixels; a warning if there are too few. */
static s2rgf_status report_labels(const s2_label_set *labels, const s2rgf_train_options *options,
                                  const s2rgf_host *host, s2rgf_error *err)
{
    const char *one_group = labels->from_polygons ? "polygon" : "block";
    const char *many_groups = labels->from_polygons ? "polygons" : "blocks";
    char what[96];
    int thin = 0, single = 0;
    report_doubtful(labels, options->labels.path, host);
    for (int k = 0; k < labels->classes.count; k++) {
        size_t pixels = 0;
        int groups = 0;
        for (int g = 0; g < labels->group_count; g++)
            if (labels->groups[g].class_index == k && labels->groups[g].pixels > 0) {
                pixels += labels->groups[g].pixels;
                groups++;
            }
        const s2_class *one = &labels->classes.items[k];
        s2_log(host, S2RGF_INFO, "Class %d %s: %d %s, %zu %s", one->value, one->name, groups,
               s2_plural((uint64_t)groups, one_group, many_groups), pixels,
               s2_plural(pixels, "pixel", "pixels"));
        if (pixels < THIN_CLASS_PIXELS) {
            snprintf(what, sizeof what, "has only %zu labelled %s", pixels,
                     s2_plural(pixels, "pixel", "pixels"));
            warn_class(one, what, thin++, host);
        } else if (groups == 1 && options->validation > 0.0) {
            snprintf(what, sizeof what, "has a single %s: it cannot be validated", one_group);
            warn_class(one, what, single++, host);
        }
    }
    warn_others(thin, "class has few labelled pixels", "classes have few labelled pixels", host);
    warn_others(single, "class cannot be validated", "classes cannot be validated", host);
    report_unused(labels, host);
    if (labels->classes.count < 2)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: too few classes: expected at least 2 with labelled pixels in the "
                       "scene, found %s",
                       options->labels.path,
                       labels->classes.count == 0 ? "none" : labels->classes.items[0].name);
    return S2RGF_OK;
}

/* Everything that must be equal for a checkpoint to fit. */
static uint64_t fingerprint_of(const s2rgf_train_options *options, const s2_model_content *content)
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
    return hash;
}

/* Normalise, build the network, train it, and fill the model. */
static s2rgf_status train_model(const s2rgf_train_options *options, const s2rgf_host *host,
                                s2_scene *scene, const s2_label_set *labels,
                                s2_model_content *content, s2rgf_error *err)
{
    s2_network_spec spec = {.channels = options->channels,
                            .classes = labels->classes.count,
                            .sources = scene->count,
                            .off = content->off};
    const s2_network_ops *ops = s2_network_find("network", options->network, err);
    s2_network *network = NULL;
    s2_training_set set = {0};
    s2_trainer trainer = {0};
    s2_fitted_expert expert = {0};
    int bands = 0;
    if (!ops)
        return S2RGF_UNSUPPORTED;
    for (int s = 0; s < scene->count; s++) {
        spec.bands[s] = s2_source_band_count(scene->sources[s].source);
        spec.on_reference[s] = scene->sources[s].on_reference;
        bands += spec.bands[s];
    }
    spec.expert = !content->off.expert && bands <= S2_EXPERT_MAX_BANDS;
    if (!content->off.expert && !spec.expert)
        s2_log(host, S2RGF_INFO, "No linear expert: of more than %d bands it would take too long",
               S2_EXPERT_MAX_BANDS);
    spec.windows = spec.expert && !content->off.windows;
    /* for the rehearsal: it is known when all is done */
    if (spec.expert)
        content->expert = (s2_model_expert){
            .share = S2_EXPERT_SHARE, .divisor = 1.0, .windows_divisor = spec.windows ? 1.0 : 0.0};
    s2rgf_status status = s2_training_normalisation(scene, host, content, err);
    if (status == S2RGF_OK)
        status = s2_network_create(ops, &spec, &network, err);
    if (status == S2RGF_OK)
        status = s2_network_rehearse(network, content, options->model_path, err);
    if (status == S2RGF_OK)
        status = s2_training_set_init(&set, scene, labels, content, options->crop_px, err);
    if (status == S2RGF_OK)
        status = s2_trainer_init(&trainer, options, host, &set, network, err);
    if (status == S2RGF_OK) {
        set.jitter = options->jitter;
        set.centred = ops->defaults.centred;
        trainer.fingerprint = fingerprint_of(options, content);
        status = s2_train_phases(&trainer, &expert, content, err);
    }
    if (status == S2RGF_OK)
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

s2rgf_status s2rgf_train(const s2rgf_train_options *given, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_train_options asked = DEFAULTS, complete;
    const s2rgf_train_options *options = &complete;
    s2_scene scene = {0};
    s2_label_set labels = {0};
    s2_model_content content = {0};
    const int team = omp_get_max_threads();
    s2_error_clear(err);
    s2rgf_status status = s2_options_take(&asked, sizeof asked, given, err);
    if (status == S2RGF_OK)
        status = check_options(&asked, err);
    if (status == S2RGF_OK)
        status = complete_options(&asked, &complete, err);
    if (status != S2RGF_OK)
        return status;
    omp_set_num_threads(s2_thread_count(options->threads));
    status = s2_gemm_start(s2_thread_count(options->threads), err);
    if (status == S2RGF_OK)
        status = s2_scene_open(&options->scene, NULL, host, &scene, err);
    if (status == S2RGF_OK)
        status = s2_scene_leave_out_bands(&scene, options->bands, host, err);
    if (status == S2RGF_OK) {
        s2_scene_report(&scene, host);
        status = s2_labels_read(&options->labels, &scene.grid, host, &labels, err);
    }
    if (status == S2RGF_OK)
        status = s2_labels_refuse_zero(&labels, options->labels.path, err);
    if (status == S2RGF_OK)
        status = s2_training_labels_check(&scene, options->labels.path, host, &labels, err);
    if (status == S2RGF_OK && options->validation > 0.0)
        status = s2_training_labels_block(&labels, err);
    if (status == S2RGF_OK)
        status = report_labels(&labels, options, host, err);
    if (status == S2RGF_OK)
        status = describe_model(options, &scene, &labels, &content, err);
    if (status == S2RGF_OK)
        status = train_model(options, host, &scene, &labels, &content, err);
    if (status == S2RGF_OK)
        status = save_results(&content, options, err);
    omp_set_num_threads(team);
    s2_model_content_clear(&content);
    s2_label_set_clear(&labels);
    s2_scene_close(&scene);
    return status;
}
