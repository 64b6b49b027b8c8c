/* What mapping a whole scene and mapping on demand share. */
#include "classify/mapping.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "assess/calibration.h"
#include "core/error.h"
#include "core/granted.h"
#include "core/memory.h"
#include "geo/map/share.h"

#define DEFAULT_MEMORY_MB 512 /* the model and GDAL's block cache come on top */
#define LABEL_BYTES 1024      /* of a source or an option in the metadata */

s2rgf_status s2_mapping_precision(const char *name, s2_precision *precision, s2rgf_error *err)
{
    const bool exact = name && strcmp(name, "exact") == 0;
    *precision = exact ? S2_PRECISION_EXACT : S2_PRECISION_FLOAT;
    if (!exact && (!name || strcmp(name, "float") != 0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "precision: expected float or exact, found %s",
                       name ? name : "nothing");
    return S2RGF_OK;
}

s2rgf_status s2_mapping_load(const char *path, const s2rgf_model *open, s2_precision precision,
                             const s2rgf_model **model, const s2_weights **weights,
                             s2rgf_error *err)
{
    s2rgf_model *own = NULL;
    s2rgf_status status = S2RGF_OK;
    if (!open)
        status = s2_model_open_to_run(path, precision, &own, err);
    *model = open ? s2_model_share(open) : own;
    return status == S2RGF_OK ? s2_model_weights(*model, precision, weights, err) : status;
}

void s2_mapping_leave(const s2rgf_model *model)
{
    s2rgf_model_close((s2rgf_model *)model);
}

size_t s2_mapping_bytes(const s2_model_content *content, const s2_weights *weights,
                        const s2_run_geometry *geometry, const s2_tiling *tiling, bool quick)
{
    size_t read_pixels[S2RGF_MAX_SOURCES];
    size_t bytes = weights->ops->run_needs(weights, geometry, tiling, quick, read_pixels);
    for (int s = 0; s < content->source_count; s++)
        bytes += s2_source_read_bytes(read_pixels[s], content->sources[s].band_count);
    return bytes;
}

int s2_mapping_memory_mb(int wanted, size_t granted)
{
    const size_t half_mb = granted / 2 / 1024 / 1024;
    if (wanted > 0)
        return wanted;
    if (half_mb >= DEFAULT_MEMORY_MB)
        return DEFAULT_MEMORY_MB;
    return half_mb > 0 ? (int)half_mb : 1;
}

int s2_mapping_memory_here(int wanted)
{
    return wanted > 0 ? wanted : s2_mapping_memory_mb(0, s2_granted_memory(""));
}

bool s2_mapping_class(const s2_class_table *classes, const float *scores, uint16_t *value)
{
    float finite = 0.0f; /* NaN as soon as one is not */
    for (int k = 0; k < classes->count; k++)
        finite += scores[k] * 0.0f;
    *value = 0;
    if (isnan(finite))
        return false;
    *value = (uint16_t)classes->items[s2_best_class(scores, classes->count)].value;
    return true;
}

s2rgf_status s2_mapping_fail_scores(const char *path, uint64_t pixels, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_FORMAT,
                   "%s: no pixel has finite scores: expected numbers, found none at %" PRIu64
                   " pixel%s with data: the model is broken, or the rasters hold absurd values",
                   path, pixels, pixels == 1 ? "" : "s");
}

void s2_mapping_provenance(const s2_model_content *content, const s2_scene *scene, char *lines,
                           size_t size, const char *metadata[4])
{
    char label[LABEL_BYTES];
    int at = 0;
    int length = snprintf(lines, size, "S2RGF_VERSION=%s", s2rgf_version());
    metadata[0] = lines;
    at += length + 1;
    length = snprintf(lines + at, size - (size_t)at, "S2RGF_MODEL=%s", content->checksum);
    metadata[1] = lines + at;
    at += length + 1;
    metadata[2] = lines + at;
    at += snprintf(lines + at, size - (size_t)at, "S2RGF_SOURCES=");
    for (int s = 0; s < scene->count && at < (int)size - 1; s++) {
        s2rgf_printable(s2_source_label(scene->sources[s].source), label, sizeof label);
        at += snprintf(lines + at, size - (size_t)at, "%s%s: %s", s ? "; " : "",
                       content->sources[s].name, label);
    }
    metadata[3] = NULL;
}

/* value in  or NULL: it is not given */
static void add_choice(s2_text *text, const char *name, const char *value)
{
    char shown[LABEL_BYTES];
    if (!value)
        return;
    s2rgf_printable(value, shown, sizeof shown);
    s2_text_append(text, "%s%s %s", text->length > 0 ? ", " : "", name, shown);
}

static void add_choices(s2_text *text, const char *name, const char *const *values)
{
    for (; values && *values; values++)
        add_choice(text, name, *values);
}

static void add_polygons(s2_text *text, const char *name, const s2rgf_label_options *polygons)
{
    add_choice(text, name, polygons->path);
    add_choice(text, "layer", polygons->layer);
    add_choice(text, "where", polygons->where);
}

s2rgf_status s2_mapping_choices(const s2rgf_classify_options *options, char **line,
                                s2rgf_error *err)
{
    const s2rgf_scene_options *scene = &options->scene;
    s2_text text = {0};
    add_choice(&text, "a_srs", scene->assigned_srs);
    add_choice(&text, "srcnodata", scene->source_nodata);
    add_choices(&text, "oo", scene->open_options);
    add_choices(&text, "qa", scene->quality);
    add_choice(&text, "any_source", scene->any_source ? "yes" : NULL);
    add_choice(&text, "mask", options->mask_path);
    add_polygons(&text, "cutline", &options->cutline);
    add_polygons(&text, "exclude", &options->exclude);
    *line = text.length > 0 ? s2_asprintf(S2_MAP_SHARE_CHOICES_KEY "=%s", text.data) : NULL;
    const bool done = !text.failed && (text.length == 0 || *line);
    s2_free(text.data);
    return done ? S2RGF_OK : s2_fail_memory(err, "metadata of the map");
}
