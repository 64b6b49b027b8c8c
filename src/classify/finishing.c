/* What is done to a map after the network: options checked, named in its metadata. */
#include "classify/finishing.h"

#include <math.h>

#include "classify/smoothing.h"
#include "core/error.h"
#include "core/memory.h"

#define UNSURE "unsure"

static const uint8_t UNSURE_COLOUR[3] = {0xA0, 0xA0, 0xA0};

s2rgf_status s2_finishing_check(const s2rgf_classify_options *options, s2rgf_error *err)
{
    if (!(options->reject >= 0.0 && options->reject <= 1.0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "reject: expected a probability from 0 to 1, found %.10g", options->reject);
    const s2rgf_patch_size smallest = options->smallest_patch;
    if (!(smallest.hectares >= 0.0 && isfinite(smallest.hectares)) || smallest.pixels < 0 ||
        (smallest.hectares > 0.0 && smallest.pixels > 0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "smallest patch: expected hectares or pixels, found %.10g ha, %d pixels",
                       smallest.hectares, smallest.pixels);
    if (options->smooth_px != 0 &&
        (options->smooth_px < S2_SMOOTH_LEAST_PX || options->smooth_px > S2_SMOOTH_MOST_PX ||
         options->smooth_px % 2 == 0))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "smooth: expected an odd number from %d to %d, found %d", S2_SMOOTH_LEAST_PX,
                       S2_SMOOTH_MOST_PX, options->smooth_px);
    return S2RGF_OK;
}

/* What is done to classes, once pixels have them. */
static void describe_classes(const s2rgf_classify_options *options, s2_text *text)
{
    const s2rgf_patch_size smallest = options->smallest_patch;
    if (options->reject > 0.0)
        s2_text_append(text, ", reject %.10g%s", options->reject,
                       options->reject_nodata ? " as nodata" : "");
    if (smallest.hectares > 0.0)
        s2_text_append(text, ", smallest patch %.10g ha", smallest.hectares);
    if (smallest.pixels > 0)
        s2_text_append(text, ", smallest patch %d pixels", smallest.pixels);
}

s2rgf_status s2_finishing_describe(const s2rgf_classify_options *options, s2_map_kind kind,
                                   const char *before, char **line, s2rgf_error *err)
{
    s2_text text = {0};
    if (before)
        s2_text_append(&text, ", %s", before);
    if (options->smooth_px > 0)
        s2_text_append(&text, ", smooth %d", options->smooth_px);
    if (kind == S2_MAP_CLASSES)
        describe_classes(options, &text);
    *line = NULL;
    if (text.length > 0)
        *line = s2_asprintf(S2_FINISHING_KEY "=%s", text.data + 2);
    const bool done = !text.failed && (text.length == 0 || *line);
    s2_free(text.data);
    return done ? S2RGF_OK : s2_fail_memory(err, "metadata of the map");
}

s2rgf_status s2_finishing_classes(const s2rgf_classify_options *options,
                                  const s2_class_table *model, s2_class_table *map,
                                  s2rgf_error *err)
{
    s2rgf_status status = s2_class_table_copy(model, map, err);
    if (status != S2RGF_OK || options->reject == 0.0 || options->reject_nodata)
        return status;
    const int value = model->items[model->count - 1].value + 1;
    if (s2_class_table_find_name(map, UNSURE) >= 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "reject: expected no class \"%s\" in the model, found one with value %d",
                       UNSURE, map->items[s2_class_table_find_name(map, UNSURE)].value);
    if (value > S2_CLASS_MAX_VALUE)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "reject: no value is left for class \"%s\": the model has one with value %d",
                       UNSURE, value - 1);
    s2_class_table_paint(map); /* none of the model's classes loses its colour to this one */
    return s2_class_table_add(map, value, UNSURE, UNSURE_COLOUR, err);
}
