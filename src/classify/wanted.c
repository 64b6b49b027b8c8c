/* Which pixels of a scene are to be mapped. */
#include "classify/wanted.h"

#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"

bool s2_wanted_is_asked(const s2rgf_classify_options *options)
{
    return options->mask_path || options->cutline.path || options->exclude.path;
}

/* A mask that does not fit is refused before any output is made. */
static s2rgf_status check_mask(const char *path, const s2_grid *grid, s2rgf_error *err)
{
    s2_overlay mask;
    const s2rgf_status status = s2_overlay_open(path, grid, "the reference", &mask, err);
    s2_overlay_close(&mask);
    return status;
}

/* Polygons leave something to map, and exclude something. */
static s2rgf_status check_areas(const s2rgf_classify_options *options, s2_rect rect,
                                const s2_wanted_areas *areas, const s2rgf_host *host,
                                s2rgf_error *err)
{
    s2_wanted polygons = {.areas = areas};
    uint8_t *row = s2_alloc((size_t)rect.w, 1);
    bool any = false;
    s2rgf_status status = row ? S2RGF_OK : s2_fail_memory(err, "row of the cutline");
    if (status == S2RGF_OK && areas->has_cutline && !s2_label_runs_meet(&areas->cutline, rect))
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "%s: empty cutline: expected polygons that hold the centre of a pixel of "
                         "the map, found none",
                         options->cutline.path);
    for (int y = 0; y < rect.h && !any && status == S2RGF_OK; y++)
        status =
            s2_wanted_read(&polygons, (s2_rect){rect.x, rect.y + y, rect.w, 1}, row, &any, err);
    if (status == S2RGF_OK && !any)
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "%s: no pixel is left to map: its polygons hold all%s",
                         options->exclude.path, areas->has_cutline ? " of the cutline" : "");
    if (status == S2RGF_OK && areas->has_exclusion && !s2_label_runs_meet(&areas->exclusion, rect))
        s2_log(host, S2RGF_WARNING,
               "%s: nothing is excluded: its polygons hold the centre of no pixel of the map",
               options->exclude.path);
    s2_free(row);
    return status;
}

s2rgf_status s2_wanted_areas_read(const s2rgf_classify_options *options, const s2_grid *grid,
                                  s2_rect rect, const s2rgf_host *host, s2_wanted_areas *areas,
                                  s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    *areas = (s2_wanted_areas){.has_cutline = options->cutline.path != NULL,
                               .has_exclusion = options->exclude.path != NULL};
    if (options->mask_path)
        status = check_mask(options->mask_path, grid, err);
    if (status == S2RGF_OK && areas->has_cutline)
        status = s2_labels_read_areas(&options->cutline, "-cl", grid, host, &areas->cutline, err);
    if (status == S2RGF_OK && areas->has_exclusion)
        status = s2_labels_read_areas(&options->exclude, "-el", grid, host, &areas->exclusion, err);
    if (status == S2RGF_OK && (areas->has_cutline || areas->has_exclusion))
        status = check_areas(options, rect, areas, host, err);
    return status;
}

void s2_wanted_areas_clear(s2_wanted_areas *areas)
{
    s2_label_runs_clear(&areas->cutline);
    s2_label_runs_clear(&areas->exclusion);
}

s2rgf_status s2_wanted_open(const s2rgf_classify_options *options, const s2_grid *grid,
                            const s2_wanted_areas *areas, s2_wanted *wanted, s2rgf_error *err)
{
    *wanted = (s2_wanted){.areas = areas, .has_mask = options->mask_path != NULL};
    return wanted->has_mask
               ? s2_overlay_open(options->mask_path, grid, "the reference", &wanted->mask, err)
               : S2RGF_OK;
}

void s2_wanted_close(s2_wanted *wanted)
{
    s2_overlay_close(&wanted->mask);
}

/* Leave what the polygons leave; whether that is anything. */
static bool keep_areas(const s2_wanted_areas *areas, s2_rect rect, uint8_t *pixels)
{
    if (areas->has_cutline)
        s2_label_runs_erase(&areas->cutline, false, rect, pixels);
    if (areas->has_exclusion)
        s2_label_runs_erase(&areas->exclusion, true, rect, pixels);
    return memchr(pixels, 1, (size_t)rect.w * (size_t)rect.h) != NULL;
}

s2rgf_status s2_wanted_read(s2_wanted *wanted, s2_rect rect, uint8_t *pixels, bool *any,
                            s2rgf_error *err)
{
    memset(pixels, 1, (size_t)rect.w * (size_t)rect.h);
    *any = keep_areas(wanted->areas, rect, pixels);
    if (!*any || !wanted->has_mask)
        return S2RGF_OK;
    const s2rgf_status status = s2_overlay_read_mask(&wanted->mask, rect, pixels, any, err);
    if (status == S2RGF_OK)
        *any = keep_areas(wanted->areas, rect, pixels);
    return status;
}
