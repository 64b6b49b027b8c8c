/* A model as a STAC item of the Machine Learning Model extension; s2rgf_info(1). */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"
#include "format/json_writer.h"
#include "model/ablations.h"
#include "model/bands.h"
#include "model/metadata.h"
#include "model/model.h"
#include "s2rgf/models.h"

#define NAME_BYTES 256 /* of names made here, the zero included */

/* ---- names ---------------------------------------------------------------------------------- */

/* text with '_' for what is no ASCII letter, digit or one of more: out [NAME_BYTES], cut there. */
static const char *plain_name(const char *text, size_t length, const char *more, char *out)
{
    size_t at = 0;
    for (; at < length && at + 1 < NAME_BYTES; at++) {
        const unsigned char c = (unsigned char)text[at];
        out[at] = c < 0x80 && (isalnum(c) || strchr(more, c)) ? (char)c : '_';
    }
    out[at] = '\0';
    return out;
}

/* The model's name, that of its file: mlm:name begins with a letter and ends with one or a
   digit. */
static void name_model(const char *path, char *name)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    char plain[NAME_BYTES];
    plain_name(base, dot && dot != base ? (size_t)(dot - base) : strlen(base), "_.-", plain);
    for (size_t end = strlen(plain); end > 0 && !isalnum((unsigned char)plain[end - 1]); end--)
        plain[end - 1] = '\0';
    snprintf(name, NAME_BYTES, "s2rgf%s%.200s", plain[0] ? "-" : "", plain);
}

/* The path as a relative or absolute reference of a URI. */
static void put_asset_path(s2_text *text, const char *path)
{
    for (; *path; path++) {
        const unsigned char c = (unsigned char)*path;
        if (c < 0x80 && (isalnum(c) || strchr("-._~/", c)))
            s2_text_append(text, "%c", c);
        else
            s2_text_append(text, "%%%02X", c);
    }
}

/* ---- sources -------------------------------------------------------------------------------- */

/* A source's bands, called SOURCE/NAME, or SOURCE/NUMBER where they cannot be told apart by name;
   as objects with all that is known of them, or by name alone. */
static void put_bands(s2_json_writer *writer, const s2_model_source *source, bool whole)
{
    const bool named = s2_model_bands_named(source);
    const bool numbered = s2_model_bands_numbered(source);
    for (int b = 0; b < source->band_count; b++) {
        const s2_model_band *band = &source->bands[b];
        char *name = named ? s2_asprintf("%s/%s", source->name, band->name)
                           : s2_asprintf("%s/%d", source->name, numbered ? band->number : b + 1);
        if (!name)
            writer->text.failed = true;
        else if (!whole)
            s2_json_put_string(writer, NULL, name);
        if (name && whole) {
            s2_json_begin_object(writer, NULL);
            s2_json_put_string(writer, "name", name);
            if (!isnan(band->wavelength_nm))
                s2_json_put_double(writer, "eo:center_wavelength", band->wavelength_nm / 1000);
            s2_json_end_object(writer);
        }
        s2_free(name);
    }
}

/* An array of four axes, two of them and the batch of any size. */
static void put_shape(s2_json_writer *writer, const char *key, const char *axis, int size)
{
    s2_json_begin_object(writer, key);
    s2_json_begin_array(writer, "shape");
    for (int i = 0; i < 4; i++)
        s2_json_put_int(writer, NULL, i == 1 ? size : -1);
    s2_json_end_array(writer);
    s2_json_begin_array(writer, "dim_order");
    s2_json_put_string(writer, NULL, "batch");
    s2_json_put_string(writer, NULL, axis);
    s2_json_put_string(writer, NULL, "height");
    s2_json_put_string(writer, NULL, "width");
    s2_json_end_array(writer);
    s2_json_put_string(writer, "data_type", "float32");
    s2_json_end_object(writer);
}

static void put_scaling(s2_json_writer *writer, const s2_model_source *source)
{
    s2_json_begin_array(writer, "value_scaling");
    for (int b = 0; b < source->band_count; b++) {
        s2_json_begin_object(writer, NULL);
        s2_json_put_string(writer, "type", "z-score");
        s2_json_put_double(writer, "mean", source->bands[b].mean);
        s2_json_put_double(writer, "stddev", source->bands[b].std);
        s2_json_end_object(writer);
    }
    s2_json_end_array(writer);
}

static void put_input(s2_json_writer *writer, const s2_model_content *content, int index)
{
    const s2_model_source *source = &content->sources[index];
    char text[128];
    s2_snprintf(text, sizeof text,
                "Pixels of size %g%s in the training scene%s; no data become 0 after "
                "scaling",
                source->pixel_size, source->pixel_unknown ? "" : " m",
                index == content->reference ? ", on whose grid the map is"
                : source->on_reference      ? ", on the grid of the map"
                                            : "");
    s2_json_begin_object(writer, NULL);
    s2_json_put_string(writer, "name", source->name);
    s2_json_put_string(writer, "description", text);
    s2_json_begin_array(writer, "bands");
    put_bands(writer, source, false);
    s2_json_end_array(writer);
    put_shape(writer, "input", "bands", source->band_count);
    put_scaling(writer, source);
    s2_json_put_string(writer, "resize_type", NULL);
    s2_json_put_string(writer, "pre_processing_function", NULL);
    s2_json_end_object(writer);
}

/* ---- classes -------------------------------------------------------------------------------- */

static void put_stac_class(s2_json_writer *writer, const s2_class *item)
{
    char text[NAME_BYTES];
    s2_json_begin_object(writer, NULL);
    s2_json_put_int(writer, "value", item->value);
    s2_json_put_string(writer, "name", plain_name(item->name, strlen(item->name), "_-", text));
    s2_json_put_string(writer, "title", item->name);
    s2_json_put_string(writer, "description", item->name);
    if (item->has_colour) {
        snprintf(text, sizeof text, "%02X%02X%02X", item->rgb[0], item->rgb[1], item->rgb[2]);
        s2_json_put_string(writer, "color_hint", text);
    }
    s2_json_end_object(writer);
}

static void put_tasks(s2_json_writer *writer, const char *key)
{
    s2_json_begin_array(writer, key);
    s2_json_put_string(writer, NULL, "semantic-segmentation");
    s2_json_end_array(writer);
}

static void put_output(s2_json_writer *writer, const s2_model_content *content)
{
    s2_json_begin_object(writer, NULL);
    s2_json_put_string(writer, "name", "logits");
    s2_json_put_string(writer, "description",
                       "Scores of the classes in the order below; the softmax of scores divided by "
                       "the hyperparameter temperature gives probabilities");
    put_tasks(writer, "tasks");
    put_shape(writer, "result", "class", content->classes.count);
    s2_json_begin_array(writer, "classification:classes");
    for (int i = 0; i < content->classes.count; i++)
        put_stac_class(writer, &content->classes.items[i]);
    s2_json_end_array(writer);
    s2_json_put_string(writer, "post_processing_function", NULL);
    s2_json_end_object(writer);
}

/* ---- the item ------------------------------------------------------------------------------- */

static void put_hyperparameters(s2_json_writer *writer, const s2_model_content *content)
{
    const s2_model_training *training = &content->training;
    s2_ablation_names names;
    s2_model_ablations(content, false, &names);
    s2_json_begin_object(writer, "mlm:hyperparameters");
    s2_json_put_string(writer, "network", content->network);
    s2_json_put_int(writer, "channels", content->channels);
    s2_json_put_int(writer, "steps", training->steps);
    s2_json_put_uint(writer, "seed", training->seed);
    s2_json_put_double(writer, "temperature", training->temperature);
    if (names.count > 0)
        s2_model_put_ablations(writer, content);
    s2_model_put_expert(writer, &content->expert);
    s2_json_end_object(writer);
}

static void put_properties(s2_json_writer *writer, const s2_model_content *content,
                           const char *name)
{
    s2_json_begin_object(writer, "properties");
    /* a model knows neither when nor where it was trained */
    s2_json_put_string(writer, "datetime", NULL);
    s2_json_put_string(writer, "start_datetime", "1900-01-01T00:00:00Z");
    s2_json_put_string(writer, "end_datetime", "9999-12-31T23:59:59Z");
    s2_json_begin_array(writer, "bands");
    for (int s = 0; s < content->source_count; s++)
        put_bands(writer, &content->sources[s], true);
    s2_json_end_array(writer);
    s2_json_put_string(writer, "mlm:name", name);
    s2_json_put_string(writer, "mlm:architecture", "S2RGF-Net");
    put_tasks(writer, "mlm:tasks");
    s2_json_put_string(writer, "mlm:framework", "s2rgf");
    s2_json_put_string(writer, "mlm:framework_version", content->program_version);
    s2_json_put_uint(writer, "mlm:total_parameters", s2_model_parameters(content));
    s2_json_put_bool(writer, "mlm:pretrained", false);
    s2_json_put_string(writer, "mlm:pretrained_source", NULL);
    s2_json_begin_array(writer, "mlm:input");
    for (int s = 0; s < content->source_count; s++)
        put_input(writer, content, s);
    s2_json_end_array(writer);
    s2_json_begin_array(writer, "mlm:output");
    put_output(writer, content);
    s2_json_end_array(writer);
    put_hyperparameters(writer, content);
    s2_json_end_object(writer);
}

static void put_asset(s2_json_writer *writer, const s2rgf_model *model)
{
    s2_text href = {0};
    put_asset_path(&href, model->path);
    s2_json_begin_object(writer, "assets");
    s2_json_begin_object(writer, "model");
    s2_json_put_string(writer, "href", href.data);
    s2_json_put_string(writer, "title", "Weights and description, s2rgf_model(5)");
    s2_json_put_string(writer, "type", "application/octet-stream; framework=safetensors");
    s2_json_begin_array(writer, "roles");
    s2_json_put_string(writer, NULL, "mlm:model");
    s2_json_put_string(writer, NULL, "mlm:weights");
    s2_json_end_array(writer);
    s2_json_put_string(writer, "mlm:artifact_type", "safetensors");
    s2_json_put_string(writer, "s2rgf:checksum", model->content.checksum);
    s2_json_end_object(writer);
    s2_json_end_object(writer);
    writer->text.failed |= href.failed;
    s2_free(href.data);
}

static void put_item(s2_json_writer *writer, const s2rgf_model *model)
{
    static const char *const EXTENSIONS[] = {"mlm/v1.5.2", "classification/v2.0.0", "eo/v2.0.0"};
    char name[NAME_BYTES], text[NAME_BYTES + 32];
    name_model(model->path, name);
    s2_json_begin_object(writer, NULL);
    s2_json_put_string(writer, "type", "Feature");
    s2_json_put_string(writer, "stac_version", "1.1.0");
    s2_json_begin_array(writer, "stac_extensions");
    for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++) {
        snprintf(text, sizeof text, "https://stac-extensions.github.io/%s/schema.json",
                 EXTENSIONS[i]);
        s2_json_put_string(writer, NULL, text);
    }
    s2_json_end_array(writer);
    snprintf(text, sizeof text, "%s-%s", name, model->content.checksum);
    s2_json_put_string(writer, "id", text);
    s2_json_put_string(writer, "geometry", NULL);
    put_properties(writer, &model->content, name);
    s2_json_begin_array(writer, "links");
    s2_json_end_array(writer);
    put_asset(writer, model);
    s2_json_end_object(writer);
    s2_text_append(&writer->text, "\n");
}

s2rgf_status s2rgf_model_stac(const s2rgf_model *model, char **text, s2rgf_error *err)
{
    s2_json_writer writer = {.indent = true};
    const s2rgf_status status = s2_text_asked("model", model, text, err);
    if (status != S2RGF_OK)
        return status;
    put_item(&writer, model);
    return s2_text_hand_over(&writer.text, "STAC item", text, err);
}
