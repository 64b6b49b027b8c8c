/* Points as labels: the pixel that holds one, and those around it. */
#include "geo/labels/labels_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"

s2rgf_status s2_label_points_init(s2_label_points *points, const s2_label_request *request,
                                  s2rgf_error *err)
{
    *points = (s2_label_points){.request = request};
    if (!(request->options->buffer_m > 0.0))
        return S2RGF_OK;
    s2_ground_init(&points->ground, request->grid);
    if (!points->ground.is_known)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: no buffer in metres: expected a reference grid with a CRS that has a "
                       "unit of length",
                       request->options->path);
    return S2RGF_OK;
}

void s2_label_points_clear(s2_label_points *points)
{
    s2_labels_claims_clear(&points->found);
    s2_free(points->places);
    *points = (s2_label_points){0};
}

static s2rgf_status add_place(s2_label_points *points, s2_point_place place, s2rgf_error *err)
{
    const size_t index = points->found.count - 1;
    if (index >= points->capacity) {
        const size_t wider = points->found.capacity;
        s2_point_place *grown = s2_grow(points->places, index, wider, sizeof *grown);
        if (!grown)
            return s2_fail_memory(err, "labels");
        points->places = grown;
        points->capacity = wider;
    }
    points->places[index] = place;
    return S2RGF_OK;
}

s2rgf_status s2_label_points_note(s2_label_points *points, const s2_label_place *place,
                                  OGRGeometryH point, int class_index, bool *finite,
                                  s2_label_set *set, s2rgf_error *err)
{
    const double x = OGR_G_GetX(point, 0), y = OGR_G_GetY(point, 0);
    const s2_grid *grid = place->grid;
    s2_label_claims *found = &points->found;
    int turns;
    points->any = true;
    *finite = isfinite(x) && isfinite(y);
    const int count = *finite ? s2_label_place_turns(place, x, x, &turns) : 0;
    for (int i = 0; i < count; i++) {
        double u, v;
        *finite = s2_label_place_point(place, x, y, turns + i, &u, &v);
        if (!*finite)
            return S2RGF_OK;
        if (u < 0.0 || v < 0.0 || u >= grid->width || v >= grid->height)
            continue;
        s2rgf_status status = s2_labels_add_group(found, class_index, err);
        if (status == S2RGF_OK)
            status = s2_labels_claim(found, (int)u, (int)v, (int)found->group_count - 1, err);
        return status == S2RGF_OK ? add_place(points, (s2_point_place){u, v}, err) : status;
    }
    set->points_outside += *finite;
    return S2RGF_OK;
}

/* ---- claims ---------------------------------------------------------------------------------- */

/** Claim the pixels of one line whose centres are near enough, but for the point's own. */
static s2rgf_status claim_line(const s2_label_points *points, const s2_label_pixel *own, int y,
                               const double metric[3], s2_label_claims *claims, s2rgf_error *err)
{
    const s2_point_place *place = &points->places[own->group];
    const double width = points->request->grid->width;
    double from, to;
    if (!s2_ground_span(metric, y + 0.5 - place->v, points->request->options->buffer_m, &from, &to))
        return S2RGF_OK;
    const double first = fmax(ceil(place->u + from - 0.5), 0.0);
    const double last = fmin(floor(place->u + to - 0.5), width - 1.0);
    s2rgf_status status = S2RGF_OK;
    for (double x = first; x <= last && status == S2RGF_OK; x++)
        if ((int)x != own->x || y != own->y)
            status = s2_labels_claim(claims, (int)x, y, (int)claims->group_count - 1, err);
    return status;
}

/** Claim a point's pixel and the disc around it for the newest group. */
static s2rgf_status claim_disc(const s2_label_points *points, const s2_label_pixel *own,
                               s2_label_claims *claims, s2rgf_error *err)
{
    const double radius = points->request->options->buffer_m;
    const double v = points->places[own->group].v, height = points->request->grid->height;
    double metric[3];
    s2rgf_status status =
        s2_labels_claim(claims, own->x, own->y, (int)claims->group_count - 1, err);
    if (!(radius > 0.0) || status != S2RGF_OK)
        return status;
    s2_ground_metric(&points->ground, v, metric);
    const double reach = s2_ground_reach(metric, radius);
    const double last = fmin(floor(v + reach), height - 1.0);
    for (double y = fmax(floor(v - reach), 0.0); y <= last && status == S2RGF_OK; y++)
        status = claim_line(points, own, (int)y, metric, claims, err);
    return status;
}

void s2_label_points_tell(const s2_label_points *points, const s2rgf_host *host)
{
    const s2rgf_label_options *options = points->request->options;
    if (options->buffer_m > 0.0 && !points->any)
        s2_log(host, S2RGF_WARNING, "%s: a buffer of %.10g m has no effect: there are no points",
               options->path, options->buffer_m);
}

s2rgf_status s2_label_points_claim(s2_label_points *points, s2_label_claims *claims,
                                   s2rgf_error *err)
{
    const s2_label_pixel *items = points->found.items;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < points->found.count && status == S2RGF_OK; i++) {
        status = s2_labels_add_group(claims, items[i].class_index, err);
        if (status != S2RGF_OK)
            break;
        s2_label_group *group = &claims->groups[claims->group_count - 1];
        group->feature = S2_LABEL_POINTS;
        group->point = (s2_ground_place){items[i].x, items[i].y};
        status = claim_disc(points, &items[i], claims, err);
    }
    return status;
}

/* ---- samples --------------------------------------------------------------------------------- */

/** What a feature has in the first of some fields that it has; NULL: none. */
static const char *field_text(OGRFeatureH feature, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        const int field = OGR_F_GetFieldIndex(feature, names[i]);
        if (field >= 0 && OGR_F_IsFieldSetAndNotNull(feature, field) &&
            OGR_F_GetFieldAsString(feature, field)[0] != '\0')
            return OGR_F_GetFieldAsString(feature, field);
    }
    return NULL;
}

s2rgf_status s2_label_points_origin(OGRFeatureH feature, s2_label_set *set, s2rgf_error *err)
{
    static const char *const strata[] = {S2_FIELD_STRATUM, NULL};
    /* the last as GDAL cuts it for shapefiles */
    static const char *const sizes[] = {S2_FIELD_SIZE, S2_FIELD_SIZE_BRIEF, "stratum_si", NULL};
    s2_sample_origin *origins =
        s2_make_room(set->origins, set->origin_count, &set->origin_capacity, sizeof *origins);
    if (!origins)
        return s2_fail_memory(err, "labels");
    set->origins = origins;
    const char *stratum = field_text(feature, strata);
    s2_sample_origin *origin = &set->origins[set->origin_count++];
    *origin = (s2_sample_origin){.feature = (long long)OGR_F_GetFID(feature),
                                 .stratum = s2_strdup(stratum)};
    if (stratum && !origin->stratum)
        return s2_fail_memory(err, "labels");
    const char *size = field_text(feature, sizes);
    origin->stratum_size = size ? strtoull(size, NULL, 10) : 0;
    return S2RGF_OK;
}
