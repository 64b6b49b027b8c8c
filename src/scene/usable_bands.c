/* Which bands of a source can be used: those that a file marks bad or has nothing in are left
   out. */
#include "scene/usable_bands.h"

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/source_sample.h"
#include "geo/source/source_tell.h"
#include "scene/band_choice.h"

/** One flag per band: it is marked bad; none is set if all are. Released with s2_free(). */
static s2rgf_status find_marked(const s2_source *source, bool **marked, bool *some,
                                s2rgf_error *err)
{
    const int bands = s2_source_band_count(source);
    int count = 0;
    *marked = s2_calloc((size_t)bands, sizeof **marked);
    if (!*marked)
        return s2_fail_memory(err, "bands");
    for (int b = 0; b < bands; b++)
        count += (*marked)[b] = s2_source_band(source, b)->bad;
    *some = count > 0 && count < bands;
    for (int b = 0; b < bands && !*some; b++)
        (*marked)[b] = false;
    return S2RGF_OK;
}

/** The same for bands without any valid pixel, even where that is all of them. */
static s2rgf_status find_empty(s2_source *source, const s2rgf_host *host, bool **empty, int *count,
                               s2rgf_error *err)
{
    const int bands = s2_source_band_count(source);
    s2_band_content *content = s2_calloc((size_t)bands, sizeof *content);
    *empty = s2_calloc((size_t)bands, sizeof **empty);
    s2rgf_status status = content && *empty ? S2RGF_OK : s2_fail_memory(err, "bands");
    if (status == S2RGF_OK)
        status = s2_source_find_data(source, host, content, err);
    *count = 0;
    for (int b = 0; b < bands && status == S2RGF_OK; b++)
        *count += (*empty)[b] = content[b] != S2_BAND_HAS_DATA;
    s2_free(content);
    return status;
}

/** Deliver what is not left out, at least one band. */
static s2rgf_status leave_out(s2_source *source, const bool *out, s2rgf_error *err)
{
    const int bands = s2_source_band_count(source);
    int kept = 0;
    int *order = s2_alloc((size_t)bands, sizeof *order);
    if (!order)
        return s2_fail_memory(err, "bands");
    for (int b = 0; b < bands; b++)
        if (!out[b])
            order[kept++] = b;
    const s2rgf_status status = s2_source_select(source, order, kept, err);
    s2_free(order);
    return status;
}

s2rgf_status s2_source_leave_out_marked(s2_source *source, bool *some, s2rgf_error *err)
{
    bool *marked = NULL;
    s2rgf_status status = find_marked(source, &marked, some, err);
    if (status == S2RGF_OK && *some)
        status = leave_out(source, marked, err);
    s2_free(marked);
    return status;
}

s2rgf_status s2_source_leave_out_empty(s2_source *source, const s2rgf_host *host, bool *some,
                                       s2rgf_error *err)
{
    bool *empty = NULL;
    int count = 0;
    s2rgf_status status = find_empty(source, host, &empty, &count, err);
    *some = status == S2RGF_OK && count > 0 && count < s2_source_band_count(source);
    if (*some)
        status = leave_out(source, empty, err);
    s2_free(empty);
    return status;
}

void s2_source_tell_marked(const s2_source *source, const s2rgf_host *host)
{
    bool *marked = NULL;
    bool some = false;
    if (find_marked(source, &marked, &some, NULL) == S2RGF_OK && some)
        s2_source_tell_bands(source, marked, "marked bad in the file, but the model needs it",
                             S2RGF_WARNING, host);
    s2_free(marked);
}

/** Say so where a file marks all of its bands bad, for then the marks mean nothing. */
static void tell_all_marked(const s2_source *source, const s2rgf_host *host)
{
    for (int b = 0; b < s2_source_band_count(source); b++)
        if (!s2_source_band(source, b)->bad)
            return;
    s2_log(host, S2RGF_WARNING, "source %s (%s): the file marks every band bad: all are used",
           s2_source_name(source), s2_source_label(source));
}

/* chosen: the user has decided about bands that are marked bad */
static s2rgf_status leave_out_of_source(s2_source *source, bool chosen, const s2rgf_host *host,
                                        s2rgf_error *err)
{
    bool *marked = NULL, *empty = NULL;
    bool some = false;
    int count = 0;
    s2rgf_status status = chosen ? S2RGF_OK : find_marked(source, &marked, &some, err);
    if (status == S2RGF_OK && some) {
        s2_source_tell_bands(source, marked, "left out, marked bad in the file", S2RGF_INFO, host);
        status = leave_out(source, marked, err);
    } else if (status == S2RGF_OK && !chosen) {
        tell_all_marked(source, host);
    }
    if (status == S2RGF_OK)
        status = find_empty(source, host, &empty, &count, err);
    if (status == S2RGF_OK && count == s2_source_band_count(source)) {
        status = s2_fail(err, S2RGF_FORMAT, "source %s (%s): no valid pixel",
                         s2_source_name(source), s2_source_label(source));
    } else if (status == S2RGF_OK && count > 0) {
        s2_source_tell_bands(source, empty, "left out, without any valid pixel", S2RGF_WARNING,
                             host);
        status = leave_out(source, empty, err);
    }
    s2_free(marked);
    s2_free(empty);
    return status;
}

s2rgf_status s2_scene_leave_out_bands(s2_scene *scene, const char *const *choices,
                                      const s2rgf_host *host, s2rgf_error *err)
{
    bool chosen[S2RGF_MAX_SOURCES];
    s2rgf_status status = s2_scene_choose_bands(scene, choices, chosen, host, err);
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++)
        status = leave_out_of_source(scene->sources[s].source, chosen[s], host, err);
    if (status == S2RGF_OK)
        s2_scene_tell_twice(scene, host);
    return status;
}

static s2rgf_status refuse_empty(s2_source *source, const s2rgf_host *host, s2rgf_error *err)
{
    bool *empty = NULL;
    int count = 0;
    s2_text bands = {0};
    s2rgf_status status = find_empty(source, host, &empty, &count, err);
    if (status == S2RGF_OK && count > 0) {
        s2_source_put_bands(&bands, source, empty);
        const bool all = count == s2_source_band_count(source);
        status =
            s2_fail(err, S2RGF_FORMAT, "source %s (%s): %s: no valid pixel%s",
                    s2_source_name(source), s2_source_label(source), bands.data ? bands.data : "",
                    all ? "" : "; -b leaves bands out of every scene");
    }
    S2_FREE_EACH(empty, bands.data);
    return status;
}

s2rgf_status s2_scene_refuse_empty(s2_scene *scene, const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < scene->count; s++) {
        if (scene->sources[s].absent)
            continue;
        status = refuse_empty(scene->sources[s].source, host, err);
        if (status != (scene->any_source ? S2RGF_FORMAT : S2RGF_OK))
            break;
    }
    return status;
}
