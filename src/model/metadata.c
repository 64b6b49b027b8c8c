/* A model's description: struct to JSON and back. */
#include "model/metadata.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "format/json_reader.h"
#include "model/ablations.h"
#include "model/bands.h"

#define COLOUR_BYTES 8 /* "#rrggbb" */
#define REDUNDANCY_SOFTMAX "softmax"
#define PIXEL_UNIT "metre"

static void put_name(s2_json_writer *writer, const char *key, const char *name)
{
    s2_json_put_string(writer, key, name[0] == '\0' ? NULL : name);
}

static void put_source(s2_json_writer *writer, const s2_model_source *source)
{
    s2_json_begin_object(writer, NULL);
    s2_json_put_string(writer, "name", source->name);
    s2_json_put_double(writer, "pixel_size", source->pixel_size);
    s2_json_put_string(writer, "pixel_unit", source->pixel_unknown ? NULL : PIXEL_UNIT);
    s2_json_put_bool(writer, "on_reference", source->on_reference);
    const bool numbered = s2_model_bands_numbered(source);
    if (numbered)
        s2_json_put_int(writer, "file_bands", source->file_bands);
    s2_json_begin_array(writer, "bands");
    for (int i = 0; i < source->band_count; i++) {
        const s2_model_band *band = &source->bands[i];
        s2_json_begin_object(writer, NULL);
        put_name(writer, "name", band->name);
        s2_json_put_double(writer, "wavelength_nm", band->wavelength_nm);
        s2_json_put_double(writer, "mean", band->mean);
        s2_json_put_double(writer, "std", band->std);
        s2_json_put_double(writer, "low", band->low);
        s2_json_put_double(writer, "high", band->high);
        if (numbered)
            s2_json_put_int(writer, "number", band->number);
        s2_json_end_object(writer);
    }
    s2_json_end_array(writer);
    s2_json_end_object(writer);
}

static void put_class(s2_json_writer *writer, const s2_class *item)
{
    char colour[COLOUR_BYTES];
    snprintf(colour, sizeof colour, "#%02x%02x%02x", item->rgb[0], item->rgb[1], item->rgb[2]);
    s2_json_begin_object(writer, NULL);
    s2_json_put_int(writer, "value", item->value);
    s2_json_put_string(writer, "name", item->name);
    s2_json_put_string(writer, "colour", item->has_colour ? colour : NULL);
    s2_json_end_object(writer);
}

static void put_training(s2_json_writer *writer, const s2_model_training *training)
{
    s2_json_begin_object(writer, "training");
    put_name(writer, "labels_checksum", training->labels_checksum);
    s2_json_put_uint(writer, "seed", training->seed);
    s2_json_put_int(writer, "steps", training->steps);
    s2_json_put_uint(writer, "train_pixels", training->train_pixels);
    s2_json_put_uint(writer, "validation_pixels", training->validation_pixels);
    s2_json_put_double(writer, "validation_fraction", training->validation_fraction);
    s2_json_put_double(writer, "validation_distance_px", training->validation_distance);
    s2_json_put_double(writer, "validation_overall_accuracy", training->validation_oa);
    s2_json_put_double(writer, "validation_kappa", training->validation_kappa);
    s2_json_put_bool(writer, "refit", training->refit);
    s2_json_put_double(writer, "temperature", training->temperature);
    if (training->relation == S2_RELATION_SOFTMAX)
        s2_json_put_string(writer, "redundancy", REDUNDANCY_SOFTMAX);
    if (training->source_dropout > 0.0)
        s2_json_put_double(writer, "source_dropout", training->source_dropout);
    if (training->initial_checksum[0] != '\0')
        s2_json_put_string(writer, "initial_model", training->initial_checksum);
    s2_json_put_double(writer, "calibration_error_before", training->calibration_before);
    s2_json_put_double(writer, "calibration_error_after", training->calibration_after);
    s2_json_end_object(writer);
}

void s2_model_put_expert(s2_json_writer *writer, const s2_model_expert *expert)
{
    if (expert->share == 0.0)
        return;
    s2_json_begin_object(writer, "expert");
    s2_json_put_double(writer, "share", expert->share);
    if (expert->raised)
        s2_json_put_bool(writer, "raised", true);
    s2_json_put_double(writer, "divisor", expert->divisor);
    s2_json_put_double(writer, "shrinkage", expert->shrinkage);
    if (expert->windows_divisor > 0.0) {
        s2_json_put_double(writer, "windows_divisor", expert->windows_divisor);
        s2_json_put_double(writer, "windows_shrinkage", expert->windows_shrinkage);
    }
    if (expert->hidden_divisor > 0.0) {
        s2_json_put_double(writer, "hidden_divisor", expert->hidden_divisor);
        s2_json_put_double(writer, "hidden_shrinkage", expert->hidden_shrinkage);
    }
    s2_json_end_object(writer);
}

void s2_model_put_members(s2_json_writer *writer, const s2_model_content *content)
{
    s2_json_put_string(writer, "network", content->network);
    s2_json_put_int(writer, "channels", content->channels);
    s2_json_put_string(writer, "reference", content->sources[content->reference].name);
    s2_json_put_string(writer, "program_version", content->program_version);
    s2_json_begin_array(writer, "sources");
    for (int i = 0; i < content->source_count; i++)
        put_source(writer, &content->sources[i]);
    s2_json_end_array(writer);
    s2_json_begin_array(writer, "classes");
    for (int i = 0; i < content->classes.count; i++)
        put_class(writer, &content->classes.items[i]);
    s2_json_end_array(writer);
    s2_model_put_ablations(writer, content);
    s2_model_put_expert(writer, &content->expert);
    put_training(writer, &content->training);
    s2_history_put_json(writer, &content->history, content->classes.count);
}

static s2rgf_status get_band(const s2_json_node *node, s2_model_band *band, s2rgf_error *err)
{
    s2rgf_status status = s2_json_get_string_or_null(node, "name", &band->name, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double_or_null(node, "wavelength_nm", &band->wavelength_nm, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(node, "mean", &band->mean, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(node, "std", &band->std, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double_if_any(node, "low", &band->low, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double_if_any(node, "high", &band->high, err);
    if (status == S2RGF_OK && s2_json_has(node, "number"))
        status = s2_json_get_int(node, "number", &band->number, err);
    return status;
}

/** An array of objects, and zeroed room for what they become. */
typedef struct item_array {
    s2_json_node array;
    int count;
    void *room; /* the caller's to release */
} item_array;

static s2rgf_status get_items(const s2_json_node *node, const char *key, int most, size_t size,
                              item_array *found, s2rgf_error *err)
{
    *found = (item_array){.room = NULL};
    const s2rgf_status status =
        s2_json_array(node, key, (const int[]){1, most}, &found->array, &found->count, err);
    if (status != S2RGF_OK)
        return status;
    found->room = s2_calloc((size_t)found->count, size);
    return found->room ? S2RGF_OK : s2_fail_memory(err, "description of a model");
}

static s2rgf_status get_bands(const s2_json_node *node, s2_model_source *source, s2rgf_error *err)
{
    item_array bands;
    s2_json_node item;
    s2rgf_status status =
        get_items(node, "bands", S2_MODEL_MAX_BANDS, sizeof *source->bands, &bands, err);
    if (status != S2RGF_OK)
        return status;
    source->bands = bands.room;
    source->band_count = bands.count;
    for (int i = 0; status == S2RGF_OK && i < bands.count; i++) {
        s2_json_item(&bands.array, i, &item);
        status = get_band(&item, &source->bands[i], err);
    }
    return status;
}

/** Absent where an older version wrote the size in units of the CRS, null where there is no CRS. */
static s2rgf_status get_pixel_unit(const s2_json_node *node, s2_model_source *source,
                                   s2rgf_error *err)
{
    char *unit = NULL;
    source->pixel_unknown = true;
    if (!s2_json_has(node, "pixel_unit"))
        return S2RGF_OK;
    s2rgf_status status = s2_json_get_string_or_null(node, "pixel_unit", &unit, err);
    if (status == S2RGF_OK && unit[0] != '\0' && strcmp(unit, PIXEL_UNIT) != 0)
        status = s2_fail(err, S2RGF_FORMAT,
                         "%s: %s.pixel_unit: unknown unit: expected \"" PIXEL_UNIT "\" or null",
                         node->subject, node->path);
    source->pixel_unknown = status != S2RGF_OK || unit[0] == '\0';
    s2_free(unit);
    return status;
}

static s2rgf_status get_source(const s2_json_node *node, s2_model_source *source, s2rgf_error *err)
{
    s2rgf_status status = s2_json_get_string(node, "name", &source->name, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(node, "pixel_size", &source->pixel_size, err);
    if (status == S2RGF_OK)
        status = get_pixel_unit(node, source, err);
    if (status == S2RGF_OK)
        status = s2_json_get_bool(node, "on_reference", &source->on_reference, err);
    if (status == S2RGF_OK && s2_json_has(node, "file_bands"))
        status = s2_json_get_int(node, "file_bands", &source->file_bands, err);
    if (status == S2RGF_OK)
        status = get_bands(node, source, err);
    return status;
}

static s2rgf_status get_sources(const s2_json_node *root, s2_model_content *content,
                                s2rgf_error *err)
{
    item_array sources;
    s2_json_node item;
    s2rgf_status status =
        get_items(root, "sources", S2RGF_MAX_SOURCES, sizeof *content->sources, &sources, err);
    if (status != S2RGF_OK)
        return status;
    content->sources = sources.room;
    content->source_count = sources.count;
    for (int i = 0; status == S2RGF_OK && i < sources.count; i++) {
        s2_json_item(&sources.array, i, &item);
        status = get_source(&item, &content->sources[i], err);
    }
    return status;
}

/** The file names the reference source, the structure has its index. */
static s2rgf_status get_reference(const s2_json_node *root, s2_model_content *content,
                                  s2rgf_error *err)
{
    s2_json_node node;
    const char *name = NULL;
    const s2rgf_status status = s2_json_member_string(root, "reference", &node, &name, err);
    if (status != S2RGF_OK)
        return status;
    for (int i = 0; i < content->source_count; i++)
        if (strcmp(content->sources[i].name, name) == 0) {
            content->reference = i;
            return S2RGF_OK;
        }
    return s2_fail(err, S2RGF_FORMAT, "%s: %s: unknown source: expected the name of one of them",
                   node.subject, node.path);
}

static bool parse_colour(const char *text, uint8_t rgb[3])
{
    unsigned value = 0;
    if (strlen(text) != COLOUR_BYTES - 1 || text[0] != '#' ||
        strspn(text + 1, "0123456789abcdef") != COLOUR_BYTES - 2 ||
        sscanf(text + 1, "%x", &value) != 1)
        return false;
    rgb[0] = (uint8_t)(value >> 16);
    rgb[1] = (uint8_t)(value >> 8 & 0xFF);
    rgb[2] = (uint8_t)(value & 0xFF);
    return true;
}

static s2rgf_status add_class(const s2_json_node *node, s2_class_table *classes, int value,
                              const char *name, s2rgf_error *err)
{
    s2_json_node node_colour;
    uint8_t rgb[3];
    const char *colour = NULL;
    s2rgf_status status = s2_json_member(node, "colour", &node_colour, err);
    if (status == S2RGF_OK && node_colour.value)
        status = s2_json_string(&node_colour, &colour, err);
    if (status != S2RGF_OK)
        return status;
    if (colour && !parse_colour(colour, rgb))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: not a colour: expected \"#rrggbb\" or null",
                       node->subject, node_colour.path);
    s2rgf_error reason;
    status = s2_class_table_add(classes, value, name, colour ? rgb : NULL, &reason);
    if (status != S2RGF_OK)
        return s2_fail(err, status, "%s: %s: %s", node->subject, node->path, reason.message);
    return S2RGF_OK;
}

static s2rgf_status get_class(const s2_json_node *node, s2_class_table *classes, s2rgf_error *err)
{
    char *name = NULL;
    int value;
    s2rgf_status status = s2_json_get_int(node, "value", &value, err);
    if (status == S2RGF_OK)
        status = s2_json_get_string(node, "name", &name, err);
    if (status == S2RGF_OK && classes->count > 0 &&
        value <= classes->items[classes->count - 1].value)
        status =
            s2_fail(err, S2RGF_FORMAT, "%s: %s: wrong order: expected values in ascending order",
                    node->subject, node->path);
    if (status == S2RGF_OK)
        status = add_class(node, classes, value, name, err);
    s2_free(name);
    return status;
}

static s2rgf_status get_classes(const s2_json_node *root, s2_class_table *classes, s2rgf_error *err)
{
    s2_json_node array, item;
    int count;
    s2rgf_status status =
        s2_json_array(root, "classes", (const int[]){1, S2RGF_MAX_CLASSES}, &array, &count, err);
    for (int i = 0; status == S2RGF_OK && i < count; i++) {
        s2_json_item(&array, i, &item);
        status = get_class(&item, classes, err);
    }
    return status;
}

static s2rgf_status get_checksum(const s2_json_node *node, const char *key,
                                 char checksum[S2_CHECKSUM_BYTES], s2rgf_error *err)
{
    char *text = NULL;
    s2rgf_status status = s2_json_get_string_or_null(node, key, &text, err);
    if (status != S2RGF_OK)
        return status;
    if (strlen(text) >= S2_CHECKSUM_BYTES)
        status =
            s2_fail(err, S2RGF_FORMAT, "%s: %s.%s: too long: expected %d characters, found %zu",
                    node->subject, node->path, key, S2_CHECKSUM_BYTES - 1, strlen(text));
    else
        memcpy(checksum, text, strlen(text) + 1);
    s2_free(text);
    return status;
}

static s2rgf_status get_counts(const s2_json_node *node, s2_model_training *training,
                               s2rgf_error *err)
{
    s2rgf_status status = s2_json_get_uint64(node, "seed", &training->seed, err);
    if (status == S2RGF_OK)
        status = s2_json_get_int(node, "steps", &training->steps, err);
    if (status == S2RGF_OK)
        status = s2_json_get_uint64(node, "train_pixels", &training->train_pixels, err);
    if (status == S2RGF_OK)
        status = s2_json_get_uint64(node, "validation_pixels", &training->validation_pixels, err);
    if (status == S2RGF_OK)
        status = s2_json_get_bool(node, "refit", &training->refit, err);
    return status;
}

/** Absent where it is ours. */
static s2rgf_status get_relation(const s2_json_node *node, s2_model_training *training,
                                 s2rgf_error *err)
{
    s2_json_node member;
    const char *form = NULL;
    if (!s2_json_has(node, "redundancy"))
        return S2RGF_OK;
    s2rgf_status status = s2_json_member_string(node, "redundancy", &member, &form, err);
    if (status == S2RGF_OK && strcmp(form, REDUNDANCY_SOFTMAX) != 0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: %s: unknown form: expected \"%s\"", member.subject,
                         member.path, REDUNDANCY_SOFTMAX);
    if (status == S2RGF_OK)
        training->relation = S2_RELATION_SOFTMAX;
    return status;
}

static s2rgf_status get_training(const s2_json_node *root, s2_model_training *training,
                                 s2rgf_error *err)
{
    const struct {
        const char *key;
        double *value;
        bool null_allowed;
    } numbers[] = {
        {"validation_fraction", &training->validation_fraction, false},
        {"validation_distance_px", &training->validation_distance, true},
        {"validation_overall_accuracy", &training->validation_oa, true},
        {"validation_kappa", &training->validation_kappa, true},
        {"temperature", &training->temperature, false},
    };
    s2_json_node node;
    s2rgf_status status = s2_json_member(root, "training", &node, err);
    if (status == S2RGF_OK)
        status = get_checksum(&node, "labels_checksum", training->labels_checksum, err);
    if (status == S2RGF_OK && s2_json_has(&node, "initial_model"))
        status = get_checksum(&node, "initial_model", training->initial_checksum, err);
    if (status == S2RGF_OK)
        status = get_counts(&node, training, err);
    if (status == S2RGF_OK)
        status = get_relation(&node, training, err);
    for (size_t i = 0; status == S2RGF_OK && i < sizeof numbers / sizeof *numbers; i++)
        status = numbers[i].null_allowed
                     ? s2_json_get_double_or_null(&node, numbers[i].key, numbers[i].value, err)
                     : s2_json_get_double(&node, numbers[i].key, numbers[i].value, err);
    if (status == S2RGF_OK && s2_json_has(&node, "source_dropout"))
        status = s2_json_get_double(&node, "source_dropout", &training->source_dropout, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double_if_any(&node, "calibration_error_before",
                                           &training->calibration_before, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double_if_any(&node, "calibration_error_after",
                                           &training->calibration_after, err);
    return status;
}

static s2rgf_status get_expert(const s2_json_node *root, s2_model_expert *expert, s2rgf_error *err)
{
    s2_json_node node;
    if (!s2_json_has(root, "expert"))
        return S2RGF_OK;
    s2rgf_status status = s2_json_member(root, "expert", &node, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(&node, "share", &expert->share, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(&node, "divisor", &expert->divisor, err);
    if (status == S2RGF_OK)
        status = s2_json_get_double(&node, "shrinkage", &expert->shrinkage, err);
    if (status == S2RGF_OK && s2_json_has(&node, "windows_divisor")) {
        status = s2_json_get_double(&node, "windows_divisor", &expert->windows_divisor, err);
        if (status == S2RGF_OK)
            status =
                s2_json_get_double(&node, "windows_shrinkage", &expert->windows_shrinkage, err);
    }
    if (status == S2RGF_OK && s2_json_has(&node, "hidden_divisor")) {
        status = s2_json_get_double(&node, "hidden_divisor", &expert->hidden_divisor, err);
        if (status == S2RGF_OK)
            status = s2_json_get_double(&node, "hidden_shrinkage", &expert->hidden_shrinkage, err);
    }
    if (status == S2RGF_OK && s2_json_has(&node, "raised"))
        status = s2_json_get_bool(&node, "raised", &expert->raised, err);
    if (status == S2RGF_OK && expert->share == 0.0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: %s.share: expected more than 0, found 0",
                         node.subject, node.path);
    return status;
}

static s2rgf_status get_members(const s2_json_node *root, s2_model_content *content,
                                s2rgf_error *err)
{
    s2rgf_status status = s2_json_get_string(root, "network", &content->network, err);
    if (status == S2RGF_OK)
        status = s2_json_get_int(root, "channels", &content->channels, err);
    if (status == S2RGF_OK)
        status = s2_json_get_string(root, "program_version", &content->program_version, err);
    if (status == S2RGF_OK)
        status = get_sources(root, content, err);
    if (status == S2RGF_OK)
        status = get_reference(root, content, err);
    if (status == S2RGF_OK)
        status = s2_model_get_ablations(root, content, err);
    if (status == S2RGF_OK)
        status = get_classes(root, &content->classes, err);
    if (status == S2RGF_OK)
        status = get_training(root, &content->training, err);
    if (status == S2RGF_OK)
        status = get_expert(root, &content->expert, err);
    if (status == S2RGF_OK)
        status = s2_history_get_json(root, content->classes.count, &content->history, err);
    return status;
}

s2rgf_status s2_model_read_metadata(const char *text, const char *subject,
                                    s2_model_content *content, s2rgf_error *err)
{
    s2_json_node root;
    s2rgf_status status = s2_json_parse(text, strlen(text), subject, "s2rgf", &root, err);
    if (status != S2RGF_OK)
        return status;
    status = get_members(&root, content, err);
    s2_json_free(&root);
    if (status != S2RGF_OK)
        return status;
    return s2_model_check_as(content, subject, S2RGF_FORMAT, err);
}
