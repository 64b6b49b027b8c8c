/* A scene as a model wants it: its sources and bands found, sizes checked, geometry. */
#include "scene/model_scene.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "geo/source/source_tell.h"
#include "model/bands.h"
#include "scene/usable_bands.h"

/* How far a pixel may differ in size from the one the model was trained on. */
#define PIXEL_SIZE_TOLERANCE 0.2

/* Find the model's bands and deliver them. same out  NULL: in any raster, a mismatch if they are
   not there; else only where they lie as in the training's, and whether they do */
static s2rgf_status match_source(const s2_model_source *wanted, s2_source *source, bool *same,
                                 const s2rgf_host *host, s2rgf_error *err)
{
    const int offered = s2_source_band_count(source);
    s2_band_offer *items = s2_calloc((size_t)offered, sizeof *items);
    int *numbers = s2_calloc((size_t)offered, sizeof *numbers);
    int *order = s2_calloc((size_t)wanted->band_count, sizeof *order);
    const s2_band_offers offers = {items, offered, numbers, s2_source_file_bands(source)};
    s2rgf_status status = items && numbers && order ? S2RGF_OK : s2_fail_memory(err, "bands");
    for (int b = 0; b < offered && status == S2RGF_OK; b++) {
        const s2_band_desc *band = s2_source_band(source, b);
        items[b] = (s2_band_offer){band->name ? band->name : "", band->wavelength_nm};
        numbers[b] = band->number;
    }
    if (status == S2RGF_OK)
        status = same ? s2_model_match_same(wanted, &offers, order, same, err)
                      : s2_model_match_bands(wanted, &offers, order, host, err);
    if (status == S2RGF_OK && (!same || *same))
        status = s2_source_select(source, order, wanted->band_count, err);
    S2_FREE_EACH(items, numbers, order);
    return status;
}

/* If a band is missing, an alpha band of the file may have been meant as data. */
static s2rgf_status explain_mismatch(const s2_source *source, s2rgf_status status, s2rgf_error *err)
{
    char *alpha = s2_source_alpha_text(source);
    if (alpha && err) {
        const s2rgf_error reason = *err;
        status = s2_fail(err, status, "%s; %s", reason.message, alpha);
    }
    s2_free(alpha);
    return status;
}

/* Match the model's bands with those that are not marked bad; where that does not do, with all, or
   with those that have data, as training left the others out. */
static s2rgf_status match_usable(const s2_model_source *wanted, s2_source *source,
                                 const s2rgf_host *host, s2rgf_error *err)
{
    bool some = false, same = false;
    s2rgf_status status = match_source(wanted, source, &same, host, err);
    if (same)
        s2_source_tell_marked(source, host);
    if (status != S2RGF_OK || same)
        return status;
    status = s2_source_leave_out_marked(source, &some, err);
    if (status == S2RGF_OK)
        status = match_source(wanted, source, NULL, host, err);
    if (status == S2RGF_MISMATCH && some) {
        status = s2_source_select_all(source, err);
        if (status == S2RGF_OK)
            status = match_source(wanted, source, NULL, host, err);
        if (status == S2RGF_OK)
            s2_source_tell_marked(source, host);
    }
    if (status == S2RGF_MISMATCH && s2_source_band_count(source) > wanted->band_count) {
        s2rgf_status found = s2_source_leave_out_empty(source, host, &some, err);
        if (found == S2RGF_OK && some)
            found = match_source(wanted, source, NULL, host, err);
        status = found == S2RGF_OK && !some ? status : found;
    }
    return status == S2RGF_MISMATCH ? explain_mismatch(source, status, err) : status;
}

static bool is_near(double found, double wanted)
{
    return fabs(found / wanted - 1.0) <= PIXEL_SIZE_TOLERANCE;
}

/* Sizes are compared on the ground. Where one of the two units is not known, the bare numbers may
   also agree. */
static s2rgf_status check_pixel_size(const s2_model_source *wanted, const s2_source *source,
                                     const s2rgf_host *host, s2rgf_error *err)
{
    const s2_grid *grid = s2_source_grid(source);
    const double metres = s2_grid_pixel_metres(grid);
    char found[128];
    if (is_near(metres, wanted->pixel_size))
        return S2RGF_OK;
    s2_grid_pixel_text(grid, found, sizeof found);
    const bool unknown = isnan(metres) || wanted->pixel_unknown;
    if (!unknown || !is_near(s2_grid_pixel_size(grid), wanted->pixel_size))
        return s2_fail(err, S2RGF_MISMATCH, "source %s (%s): expected pixels of %.6g%s, found %s%s",
                       wanted->name, s2_source_label(source), wanted->pixel_size,
                       wanted->pixel_unknown ? " of unknown unit" : " m", found,
                       isnan(metres) ? ": -a_srs gives the raster a CRS" : "");
    if (isnan(metres) && !wanted->pixel_unknown)
        s2_log(host, S2RGF_WARNING,
               "source %s (%s): pixels of %s are assumed to be the model's of %.6g m: -a_srs gives "
               "the raster a CRS",
               wanted->name, s2_source_label(source), found, wanted->pixel_size);
    return S2RGF_OK;
}

s2rgf_status s2_scene_open_for_model(const s2rgf_scene_options *options,
                                     const s2_model_content *content, const char *const *known_srs,
                                     const s2rgf_host *host, s2_scene *scene, s2rgf_error *err)
{
    s2_scene_demand demand = {
        .count = content->source_count, .reference = content->reference, .known_srs = known_srs};
    if (options->any_source && !(content->training.source_dropout > 0.0))
        return s2_fail(err, S2RGF_MISMATCH,
                       "-any_source: the model cannot map pixels that lack a source: expected one "
                       "trained with -source_dropout");
    for (int s = 0; s < content->source_count; s++) {
        demand.names[s] = content->sources[s].name;
        demand.on_reference[s] = content->sources[s].on_reference;
        demand.band_count[s] = content->sources[s].band_count;
        demand.ratio[s] =
            content->sources[s].on_reference
                ? 1.0
                : content->sources[s].pixel_size / content->sources[content->reference].pixel_size;
    }
    s2rgf_status status = s2_scene_open(options, &demand, host, scene, err);
    if (status != S2RGF_OK)
        return status;
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++) {
        if (scene->sources[s].absent) /* made as the model has it */
            continue;
        status = match_usable(&content->sources[s], scene->sources[s].source, host, err);
        if (status == S2RGF_OK && options->decimation <= 1 && !known_srs)
            status = check_pixel_size(&content->sources[s], scene->sources[s].source, host, err);
    }
    if (status != S2RGF_OK)
        s2_scene_close(scene);
    else if (host && options->decimation <= 1)
        s2_scene_tell_twice(scene, host);
    return status;
}

void s2_scene_geometry(const s2_scene *scene, s2_run_geometry *geometry)
{
    *geometry = (s2_run_geometry){
        .width = scene->grid.width, .height = scene->grid.height, .any_source = scene->any_source};
    for (int s = 0; s < scene->count; s++) {
        const s2_grid *grid = s2_source_grid(scene->sources[s].source);
        geometry->source_width[s] = grid->width;
        geometry->source_height[s] = grid->height;
        geometry->ref_to_source[s] = scene->sources[s].ref_to_source;
    }
}
