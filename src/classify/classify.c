/* s2rgf_classify(): a whole scene, or one share of it in files of its own. */
#include <limits.h>

#include "classify/classify_scene.h"
#include "classify/finishing.h"
#include "classify/mapping.h"
#include "classify/output_names.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/labels/labels.h"
#include "geo/map/map_files.h"
#include "model/model.h"
#include "s2rgf/classification.h"
#include "scene/scene_description.h"

/* All shares have one format; the format of the map is chosen when they are joined. */
static s2rgf_status check_share_options(const s2rgf_classify_options *options, s2rgf_error *err)
{
    if (!options->output_path)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "an output is needed");
    if (options->format || (options->creation_options && options->creation_options[0]))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: shares are always GeoTIFFs: give format and creation options to s2rgf_mosaic",
            options->output_path);
    if (options->smallest_patch.hectares > 0.0 || options->smallest_patch.pixels > 0)
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: a share does not know the patches of the whole map: give the smallest one "
            "to s2rgf_mosaic",
            options->output_path);
    return S2RGF_OK;
}

static s2rgf_status classify_share(const s2rgf_classify_options *options, const s2rgf_host *host,
                                   s2rgf_error *err)
{
    s2rgf_classify_options own = *options;
    char *paths[S2_MAP_KINDS] = {NULL};
    s2rgf_status status = check_share_options(options, err);
    for (s2_map_kind i = 0; i < S2_MAP_KINDS && status == S2RGF_OK; i++) {
        const char **output = s2_output_member(&own, i);
        if (!*output)
            continue;
        paths[i] = s2_map_share_path(*output, options->share, options->share_count);
        *output = paths[i];
        if (!paths[i])
            status = s2_fail_memory(err, "name of a share");
    }
    /* the map gets its name last: with it the other outputs are there, too */
    if (status == S2RGF_OK && !options->overwrite && s2_map_exists(own.output_path)) {
        s2_log(host, S2RGF_INFO, "%s: exists already, nothing to do", own.output_path);
    } else if (status == S2RGF_OK) {
        own.overwrite = true;
        status = s2_classify(&own, NULL, host, err);
    }
    for (int i = 0; i < S2_MAP_KINDS; i++)
        s2_free(paths[i]);
    return status;
}

static const s2rgf_classify_options DEFAULTS = {.style = true, .precision = "float"};

void s2rgf_classify_options_init(s2rgf_classify_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

s2rgf_status s2_classify_take(const s2rgf_classify_options *options, s2rgf_classify_options *own,
                              s2rgf_error *err)
{
    s2_precision precision = S2_PRECISION_FLOAT;
    *own = DEFAULTS;
    s2rgf_status status = s2_options_take(own, sizeof *own, options, err);
    if (status == S2RGF_OK)
        status = s2_scene_options_check(&own->scene, err);
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_IN_RANGE(
            err, {"threads", own->threads, 0, 1024}, {"tile", own->tile_px, 0, INT_MAX},
            {"working memory", own->memory_mb, 0, INT_MAX},
            {"block cache", own->block_cache_mb, 0, INT_MAX},
            {"number of shares", own->share_count, 0, INT_MAX},
            {"share", own->share, own->share_count ? 1 : 0, own->share_count});
    if (status == S2RGF_OK)
        status = s2_mapping_precision(own->precision, &precision, err);
    if (status == S2RGF_OK)
        status = s2_finishing_check(own, err);
    if (status == S2RGF_OK && own->cutline.path)
        status = s2_label_options_check(&own->cutline, err);
    if (status == S2RGF_OK && own->exclude.path)
        status = s2_label_options_check(&own->exclude, err);
    if (status == S2RGF_OK && own->model)
        own->model_path = own->model->path;
    return status;
}

s2rgf_status s2rgf_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                            s2rgf_error *err)
{
    s2rgf_classify_options own;
    s2_error_clear(err);
    const s2rgf_status status = s2_classify_take(options, &own, err);
    if (status != S2RGF_OK)
        return status;
    return own.share_count == 0 ? s2_classify(&own, NULL, host, err)
                                : classify_share(&own, host, err);
}
