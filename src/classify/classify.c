/* s2rgf_classify(): a whole scene, or one share of it in files of its own. */
#include "classify/classify_scene.h"
#include "classify/output_names.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/map/map_files.h"

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
    return S2RGF_OK;
}

static s2rgf_status classify_share(const s2rgf_classify_options *options, const s2rgf_host *host,
                                   s2rgf_error *err)
{
    s2rgf_classify_options own = *options;
    char *paths[S2_MAP_KINDS] = {NULL};
    s2_error_clear(err);
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
        status = s2_classify(&own, host, err);
    }
    for (int i = 0; i < S2_MAP_KINDS; i++)
        s2_free(paths[i]);
    return status;
}

s2rgf_status s2rgf_classify(const s2rgf_classify_options *options, const s2rgf_host *host,
                            s2rgf_error *err)
{
    return options->share_count == 0 ? s2_classify(options, host, err)
                                     : classify_share(options, host, err);
}
