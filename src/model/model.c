/* The verbs on models: open, close, describe. */
#include "model/model.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/plural.h"
#include "format/json_writer.h"
#include "model/ablations.h"
#include "model/bands.h"
#include "model/metadata.h"
#include "model/network_model.h"

#define LISTED_BANDS 16 /* names of bands in the description for people */

/* A model from a file, and the network that shows that it can map: tensors of the network's shapes
   and of sane values. */
static s2rgf_status open_model(const char *path, s2rgf_model **model, s2_network **network,
                               s2rgf_error *err)
{
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"model", model});
    if (status != S2RGF_OK)
        return status;
    *model = NULL;
    status = S2_ARGUMENTS_GIVEN(err, {"name of a model file", path});
    s2rgf_model *opened = status == S2RGF_OK ? s2_calloc(1, sizeof *opened) : NULL;
    if (opened)
        opened->users = 1;
    if (status == S2RGF_OK && (!opened || !(opened->path = s2_strdup(path))))
        status = s2_fail_memory(err, "model");
    if (status == S2RGF_OK)
        status = s2_model_load(path, &opened->content, err);
    if (status == S2RGF_OK)
        status = s2_network_from_model(&opened->content, path, network, err);
    if (status == S2RGF_OK)
        status = s2_model_info_fill(opened, err);
    if (status == S2RGF_OK)
        *model = opened;
    else
        s2rgf_model_close(opened);
    return status;
}

s2rgf_status s2rgf_model_open(const char *path, s2rgf_model **model, s2rgf_error *err)
{
    s2_network *network = NULL;
    const s2rgf_status status = open_model(path, model, &network, err);
    s2_network_free(network);
    return status;
}

s2rgf_status s2_model_open_to_run(const char *path, s2_precision precision, s2rgf_model **model,
                                  s2rgf_error *err)
{
    s2_network *network = NULL;
    s2_weights *weights = NULL;
    s2rgf_status status = open_model(path, model, &network, err);
    if (status == S2RGF_OK) {
        s2_model_tensors_clear(&(*model)->content); /* the network has them */
        status = s2_weights_create(network, precision, &weights, err);
        (*model)->weights[precision] = weights;
    }
    if (status != S2RGF_OK) {
        s2rgf_model_close(*model);
        *model = NULL;
    }
    s2_network_free(network);
    return status;
}

s2rgf_status s2_model_weights(const s2rgf_model *model, s2_precision precision,
                              const s2_weights **weights, s2rgf_error *err)
{
    s2_weights *made = NULL, *present = NULL;
    s2_network *network = NULL;
    s2rgf_status status = S2RGF_OK;
    *weights = model->weights[precision];
    if (*weights)
        return S2RGF_OK;
    status = s2_network_from_model(&model->content, model->path, &network, err);
    if (status == S2RGF_OK)
        status = s2_weights_create(network, precision, &made, err);
    s2_network_free(network);
    if (status == S2RGF_OK && !atomic_compare_exchange_strong(
                                  &((s2rgf_model *)model)->weights[precision], &present, made))
        s2_weights_free(made);
    *weights = model->weights[precision];
    return status;
}

/* To its readers the model stays as it is. */
const s2rgf_model *s2_model_share(const s2rgf_model *model)
{
    ((s2rgf_model *)model)->users++;
    return model;
}

void s2rgf_model_close(s2rgf_model *model)
{
    if (!model || --model->users > 0)
        return;
    for (int i = 0; i < S2_PRECISIONS; i++)
        s2_weights_free(model->weights[i]);
    s2_model_info_clear(model);
    s2_model_content_clear(&model->content);
    s2_free(model->path);
    s2_free(model);
}

size_t s2_model_parameters(const s2_model_content *content)
{
    size_t count = 0;
    for (int i = 0; i < content->tensor_count; i++)
        count += content->tensors[i].count;
    return count;
}

void s2_model_put_description(const s2_model_content *content, s2_text *text)
{
    s2_json_writer writer = {.text = *text, .indent = true};
    s2_json_begin_object(&writer, NULL);
    s2_json_put_int(&writer, "format_version", s2_model_format_version(content));
    if (content->checksum[0] != '\0')
        s2_json_put_string(&writer, "checksum", content->checksum);
    s2_json_put_int(&writer, "tensors", content->tensor_count);
    s2_json_put_uint(&writer, "parameters", s2_model_parameters(content));
    s2_model_put_members(&writer, content);
    s2_json_end_object(&writer);
    s2_text_append(&writer.text, "\n");
    *text = writer.text;
}

/** "490 to 2190 nm", or nothing where a wavelength is unknown. */
static void put_wavelengths(s2_text *text, const s2_model_source *source)
{
    double lowest = INFINITY, highest = -INFINITY;
    for (int i = 0; i < source->band_count; i++) {
        const double wavelength = source->bands[i].wavelength_nm;
        if (isnan(wavelength))
            return;
        lowest = fmin(lowest, wavelength);
        highest = fmax(highest, wavelength);
    }
    if (lowest == highest)
        s2_text_append(text, ", %g nm", lowest);
    else
        s2_text_append(text, ", %g to %g nm", lowest, highest);
}

/** ", 1-4,8 of 10 in the files", or nothing where these are all of them in their order. */
static void put_numbers(s2_text *text, const s2_model_source *source)
{
    if (!s2_model_bands_numbered(source))
        return;
    for (int i = 0; i < source->band_count; i++) {
        const int first = source->bands[i].number;
        s2_text_append(text, "%s%d", i == 0 ? ", " : ",", first);
        while (i + 1 < source->band_count &&
               source->bands[i + 1].number == source->bands[i].number + 1)
            i++;
        if (source->bands[i].number != first)
            s2_text_append(text, "-%d", source->bands[i].number);
    }
    s2_text_append(text, " of %d in the files", source->file_bands);
}

static void put_band_names(s2_text *text, const s2_model_source *source)
{
    int named = 0;
    for (int i = 0; i < source->band_count; i++) {
        if (source->bands[i].name[0] == '\0' || ++named > LISTED_BANDS)
            continue;
        s2_text_append(text, "%s%s", named == 1 ? "    " : ", ", source->bands[i].name);
    }
    if (named > LISTED_BANDS)
        s2_text_append(text, " and %d more", named - LISTED_BANDS);
    if (named > 0)
        s2_text_append(text, "\n");
}

static void put_sources(s2_text *text, const s2_model_content *content)
{
    int width = 0;
    for (int i = 0; i < content->source_count; i++)
        width = (int)fmax(width, (double)strlen(content->sources[i].name));
    s2_text_append(text, "Sources\n");
    for (int i = 0; i < content->source_count; i++) {
        const s2_model_source *source = &content->sources[i];
        s2_text_append(text, "  %-*s  %d band%s", width, source->name, source->band_count,
                       s2_plural((uint64_t)source->band_count, "", "s"));
        put_numbers(text, source);
        put_wavelengths(text, source);
        s2_text_append(text, ", pixel size %g%s", source->pixel_size,
                       source->pixel_unknown ? " (unit unknown)" : " m");
        if (i == content->reference)
            s2_text_append(text, ", defines the reference grid");
        else if (source->on_reference)
            s2_text_append(text, ", on the reference grid");
        s2_text_append(text, "\n");
        put_band_names(text, source);
    }
}

static void put_classes(s2_text *text, const s2_class_table *classes)
{
    s2_text_append(text, "Classes\n  value  colour   name\n");
    for (int i = 0; i < classes->count; i++) {
        const s2_class *item = &classes->items[i];
        s2_text_append(text, "  %5d  ", item->value);
        if (item->has_colour)
            s2_text_append(text, "#%02x%02x%02x", item->rgb[0], item->rgb[1], item->rgb[2]);
        else
            s2_text_append(text, "%-7s", "-");
        s2_text_append(text, "  %s\n", item->name);
    }
}

static void put_training(s2_text *text, const s2_model_training *training)
{
    s2_text_append(text, "Training\n  steps               %d, seed %llu\n", training->steps,
                   (unsigned long long)training->seed);
    s2_text_append(text, "  labelled pixels     %llu for training, %llu for validation\n",
                   (unsigned long long)training->train_pixels,
                   (unsigned long long)training->validation_pixels);
    if (!isnan(training->validation_oa))
        s2_text_append(text, "  validation          overall accuracy %.4f",
                       training->validation_oa);
    if (!isnan(training->validation_oa) && !isnan(training->validation_kappa))
        s2_text_append(text, ", kappa %.4f", training->validation_kappa);
    if (!isnan(training->validation_oa))
        s2_text_append(text, "\n");
    if (!isnan(training->validation_distance))
        s2_text_append(text, "  nearest validation  %.1f pixels from a training pixel\n",
                       training->validation_distance);
    if (training->refit)
        s2_text_append(text, "  refit               on all labels, after validation\n");
    if (training->relation == S2_RELATION_SOFTMAX)
        s2_text_append(text, "  redundancy          softmax, as published\n");
    if (training->source_dropout > 0.0)
        s2_text_append(text, "  source dropout      %g\n", training->source_dropout);
    if (training->temperature != 1)
        s2_text_append(text, "  temperature         %g\n", training->temperature);
    if (!isnan(training->calibration_after))
        s2_text_append(text, "  calibration error   %.4f", training->calibration_after);
    if (!isnan(training->calibration_after) && !isnan(training->calibration_before))
        s2_text_append(text, ", %.4f before calibration", training->calibration_before);
    if (!isnan(training->calibration_after))
        s2_text_append(text, "\n");
    if (training->labels_checksum[0] != '\0')
        s2_text_append(text, "  labels' checksum    %s\n", training->labels_checksum);
    if (training->initial_checksum[0] != '\0')
        s2_text_append(text, "  initial model       %s\n", training->initial_checksum);
}

static void put_expert(s2_text *text, const s2_model_expert *expert)
{
    if (expert->share > 0.0)
        s2_text_append(text, "Expert      linear, share %g%s (temperature %.3g, shrinkage %.3g)\n",
                       expert->share, expert->raised ? ", raised" : "", expert->divisor,
                       expert->shrinkage);
    if (expert->share > 0.0 && expert->windows_divisor > 0.0)
        s2_text_append(text, "            of windows, too (temperature %.3g, shrinkage %.3g)\n",
                       expert->windows_divisor, expert->windows_shrinkage);
    if (expert->share > 0.0 && expert->hidden_divisor > 0.0)
        s2_text_append(text,
                       "            with a hidden layer, too (temperature %.3g, shrinkage %.3g)\n",
                       expert->hidden_divisor, expert->hidden_shrinkage);
}

static void put_ablations(s2_text *text, const s2_model_content *content)
{
    s2_ablation_names names;
    char list[S2_ABLATIONS_MAX * S2_ABLATION_BYTES];
    s2_model_ablations(content, false, &names);
    s2_ablations_join(&names, list, sizeof list);
    if (names.count > 0)
        s2_text_append(text, "Ablations   %s: switched off\n", list);
}

static void describe_text(const s2_model_content *content, s2_text *text)
{
    s2_text_append(text, "Network     %s, C = %d, %zu parameters in %d tensors\n", content->network,
                   content->channels, s2_model_parameters(content), content->tensor_count);
    s2_text_append(text, "Written by  s2rgf %s, format version %d\n", content->program_version,
                   s2_model_format_version(content));
    s2_text_append(text, "Checksum    %s\n", content->checksum);
    put_ablations(text, content);
    put_expert(text, &content->expert);
    put_sources(text, content);
    put_classes(text, &content->classes);
    put_training(text, &content->training);
    s2_history_put_curve(text, &content->history);
    s2_history_put_matrix(text, &content->history, &content->classes);
}

s2rgf_status s2rgf_model_describe(const s2rgf_model *model, bool json, char **text,
                                  s2rgf_error *err)
{
    s2_text description = {0};
    const s2rgf_status status = s2_text_asked("model", model, text, err);
    if (status != S2RGF_OK)
        return status;
    if (json)
        s2_model_put_description(&model->content, &description);
    else
        describe_text(&model->content, &description);
    if (description.failed) {
        s2_free(description.data);
        return s2_fail_memory(err, "model description");
    }
    *text = description.data;
    return S2RGF_OK;
}
