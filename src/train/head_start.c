/* The head start of a training: the model it begins from, and what of it fits. */
#include "train/head_start.h"

#include <math.h>
#include <string.h>

#include "core/checksum.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "model/bands.h"
#include "model/network_model.h"
#include "nn/layers/source_encoder.h"

#define PIXEL_SIZE_TOLERANCE 0.2 /* beyond it the host is warned */
/* Values of another unit: a mean so many deviations off, or deviations that differ by this factor. */
#define FAR_MEAN 5.0
#define FAR_FACTOR 5.0
#define TOLD_NAMES 12

s2rgf_status s2_head_start_open(s2rgf_train_options *options, s2_head_start *start,
                                s2rgf_error *err)
{
    const char *path = options->initial_path;
    *start = (s2_head_start){.path = path, .freeze = options->freeze};
    if (!path)
        return S2RGF_OK;
    s2_model_content *model = &start->model;
    s2rgf_status status = s2_model_load(path, model, err);
    if (status != S2RGF_OK)
        return status;
    if (options->channels == 0)
        options->channels = model->channels;
    if (strcmp(model->network, options->network) != 0 || model->channels != options->channels)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: another network: expected %s with %d channels, found %s with %d", path,
                       options->network, options->channels, model->network, model->channels);
    status = s2_network_from_model(model, path, &start->network, err);
    s2_model_tensors_clear(model);
    return status;
}

void s2_head_start_clear(s2_head_start *start)
{
    s2_model_content_clear(&start->model);
    s2_network_free(start->network);
    s2_free(start->class_index);
    *start = (s2_head_start){0};
}

/* Do a source of the training and one of the model have the same bands, in the same order? reason
   out: why not */
static s2rgf_status compare_bands(const s2_model_source *from, const s2_model_source *to,
                                  const s2rgf_host *host, bool *same, s2rgf_error *reason)
{
    const size_t count = (size_t)to->band_count;
    s2_band_offer *items = s2_calloc(count, sizeof *items);
    int *numbers = s2_calloc(count, sizeof *numbers);
    int *order = s2_calloc((size_t)from->band_count, sizeof *order);
    const s2_band_offers offers = {items, to->band_count, numbers, to->file_bands};
    s2rgf_status status = items && numbers && order ? S2RGF_OK : s2_fail_memory(reason, "bands");
    for (size_t b = 0; b < count && status == S2RGF_OK; b++) {
        items[b] = (s2_band_offer){to->bands[b].name, to->bands[b].wavelength_nm};
        numbers[b] = to->bands[b].number;
    }
    if (status == S2RGF_OK)
        status = s2_model_match_bands(from, &offers, order, host, reason);
    *same = status == S2RGF_OK && from->band_count == to->band_count;
    for (int b = 0; *same && b < to->band_count; b++)
        *same = order[b] == b;
    if (status == S2RGF_OK && !*same)
        status = s2_fail(reason, S2RGF_MISMATCH,
                         "source %s: other bands, or in another order: expected %d as in the "
                         "initial model, found %d",
                         to->name, from->band_count, to->band_count);
    S2_FREE_EACH(items, numbers, order);
    return status;
}

static s2rgf_status match_source(s2_head_start *start, const s2_model_source *to, int *found,
                                 const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_error reason = {0};
    bool same = false;
    *found = -1;
    for (int s = 0; s < start->model.source_count; s++) {
        const s2_model_source *from = &start->model.sources[s];
        if (strcmp(from->name, to->name) != 0)
            continue;
        const s2rgf_status status = compare_bands(from, to, host, &same, &reason);
        if (status == S2RGF_MISMATCH)
            s2_log(host, S2RGF_WARNING, "%s: %s: its encoders are not taken", start->path,
                   reason.message);
        else if (status != S2RGF_OK)
            return s2_fail(err, status, "%s", reason.message);
        if (!same)
            continue;
        *found = s;
        if (!from->pixel_unknown && !to->pixel_unknown &&
            fabs(to->pixel_size / from->pixel_size - 1.0) > PIXEL_SIZE_TOLERANCE)
            s2_log(host, S2RGF_WARNING,
                   "source %s: its encoders learned from pixels of another size: expected %g m as "
                   "in %s, found %g m",
                   to->name, from->pixel_size, start->path, to->pixel_size);
    }
    return S2RGF_OK;
}

static void list_sources(const s2_model_content *content, s2_text *text)
{
    for (int s = 0; s < content->source_count; s++)
        s2_text_append(text, "%s%s", s > 0 ? ", " : "", content->sources[s].name);
}

static s2rgf_status fail_without_source(const s2_head_start *start, const s2_model_content *content,
                                        s2rgf_error *err)
{
    s2_text expected = {0}, found = {0};
    list_sources(&start->model, &expected);
    list_sources(content, &found);
    const s2rgf_status status =
        expected.failed || found.failed
            ? s2_fail_memory(err, "message")
            : s2_fail(err, S2RGF_MISMATCH,
                      "%s: no source of the training is one of the model's: expected its names and "
                      "bands (%s), found %s",
                      start->path, expected.data, found.data);
    S2_FREE_EACH(expected.data, found.data);
    return status;
}

s2rgf_status s2_head_start_match(s2_head_start *start, const s2_model_content *content,
                                 const s2rgf_host *host, s2rgf_error *err)
{
    const size_t classes = (size_t)content->classes.count;
    bool any = false;
    s2rgf_status status = S2RGF_OK;
    if (!start->path)
        return S2RGF_OK;
    start->class_index = s2_alloc(classes, sizeof *start->class_index);
    if (!start->class_index)
        return s2_fail_memory(err, "initial model");
    for (size_t k = 0; k < classes; k++)
        start->class_index[k] =
            s2_class_table_find_name(&start->model.classes, content->classes.items[k].name);
    for (int s = 0; s < content->source_count && status == S2RGF_OK; s++) {
        status = match_source(start, &content->sources[s], &start->source[s], host, err);
        any = any || start->source[s] >= 0;
    }
    return status != S2RGF_OK || any ? status : fail_without_source(start, content, err);
}

static bool is_far(const s2_model_band *expected, const s2_model_band *found)
{
    const double factor = found->std / expected->std;
    return fabs(found->mean - expected->mean) > FAR_MEAN * expected->std || factor > FAR_FACTOR ||
           factor < 1.0 / FAR_FACTOR;
}

void s2_head_start_normalise(const s2_head_start *start, const s2rgf_host *host,
                             s2_model_content *content)
{
    for (int s = 0; start->path && s < content->source_count; s++) {
        s2_model_source *to = &content->sources[s];
        int told = 0;
        for (int b = 0; start->source[s] >= 0 && b < to->band_count; b++) {
            const s2_model_band *from = &start->model.sources[start->source[s]].bands[b];
            s2_model_band *band = &to->bands[b];
            if (is_far(from, band) && told++ == 0)
                s2_log(host, S2RGF_WARNING,
                       "source %s, band %d%s%s: its values are far from those of %s: expected a "
                       "mean of about %.4g and a deviation of %.4g, found %.4g and %.4g; are they "
                       "in another unit?",
                       to->name, b + 1, band->name[0] != '\0' ? " " : "", band->name, start->path,
                       from->mean, from->std, band->mean, band->std);
            band->mean = from->mean;
            band->std = from->std;
        }
    }
}

/* A list in a line: "; WHAT name, name"; all but the first so many names are counted. */
typedef struct name_list {
    s2_text *text;
    const char *what;
    int count;
} name_list;

static const char *separator(const s2_text *text)
{
    return text->length > 0 ? "; " : "";
}

static void add_name(name_list *list, const char *name)
{
    if (list->count++ == 0)
        s2_text_append(list->text, "%s%s ", separator(list->text), list->what);
    else if (list->count <= TOLD_NAMES)
        s2_text_append(list->text, ", ");
    if (list->count <= TOLD_NAMES)
        s2_text_append(list->text, "%s", name);
}

static void end_list(const name_list *list)
{
    if (list->count > TOLD_NAMES)
        s2_text_append(list->text, " and %d more", list->count - TOLD_NAMES);
}

static void tell_line(const s2rgf_host *host, const char *title, const s2_text *text)
{
    if (!text->failed && text->length > 0)
        s2_log(host, S2RGF_INFO, "%s: %s", title, text->data);
}

/* All weights of a source's encoders are the model's. */
static bool is_whole(const s2_head_start_count *count, int source)
{
    return count->source_taken[source] == count->source_all[source];
}

/* One line says what is taken, one what is new, one what is frozen. */
static void tell(const s2_head_start *start, const s2_model_content *content,
                 const s2_head_start_count *count, bool expert, const s2rgf_host *host)
{
    s2_text taken = {0}, fresh = {0}, frozen = {0};
    name_list sources = {&taken, "encoders and normalisation of", 0};
    name_list parts = {&fresh, "part of the encoders of", 0};
    name_list others = {&fresh, "encoders of", 0};
    name_list fixed = {&frozen, "encoders of", 0};
    name_list known = {&taken, "classes", 0};
    name_list unknown = {&fresh, "classes", 0};
    for (int s = 0; s < content->source_count; s++) {
        add_name(start->source[s] >= 0 ? &sources : &others, content->sources[s].name);
        if (start->freeze && is_whole(count, s))
            add_name(&fixed, content->sources[s].name);
    }
    for (int s = 0; s < content->source_count; s++)
        if (start->source[s] >= 0 && !is_whole(count, s))
            add_name(&parts, content->sources[s].name);
    for (int k = 0; k < content->classes.count; k++)
        add_name(start->class_index[k] >= 0 ? &known : &unknown, content->classes.items[k].name);
    end_list(&known);
    end_list(&unknown);
    s2_text_append(&taken, "; %zu of %zu weights", count->taken, count->all);
    if (count->taken < count->all)
        s2_text_append(&fresh, "%s%zu weights", separator(&fresh), count->all - count->taken);
    if (expert)
        s2_text_append(&fresh, "%sthe linear expert", separator(&fresh));
    if (fresh.length == 0)
        s2_text_append(&fresh, "nothing");
    s2_log(host, S2RGF_INFO, "Initial model %s", start->path);
    tell_line(host, "Taken", &taken);
    tell_line(host, "New", &fresh);
    tell_line(host, "Frozen", &frozen);
    S2_FREE_EACH(taken.data, fresh.data, frozen.data);
}

void s2_head_start_begin(const s2_head_start *start, const s2_model_content *content,
                         const s2rgf_host *host, s2_network *network)
{
    s2_head_start_count count;
    bool frozen = false;
    if (!start->path)
        return;
    s2_head_start_take(start, network, &count);
    for (int i = 0; start->freeze && i < network->params.count; i++) {
        s2_param *param = &network->params.items[i];
        const int source = s2_source_encoder_owner(param->name);
        if (source < 0 || !is_whole(&count, source))
            continue;
        s2_param_freeze(param);
        frozen = true;
    }
    if (start->freeze && !frozen)
        s2_log(host, S2RGF_WARNING, "%s: no encoder fits as a whole: nothing is frozen",
               start->path);
    tell(start, content, &count, network->spec.expert, host);
}

uint64_t s2_head_start_fingerprint(const s2_head_start *start, uint64_t hash)
{
    if (!start->path)
        return hash;
    hash = s2_checksum_add(hash, start->model.checksum, sizeof start->model.checksum);
    return s2_checksum_add(hash, &start->freeze, sizeof start->freeze);
}
