/* A scene: all sources over one area and the reference grid they meet on. */
#include "geo/source/source_set.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plural.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/products.h"
#include "geo/source/source_tell.h"
#include "geo/source/srs.h"

/* Grids this close, everywhere on the reference, are taken for one grid. */
#define CONGRUENT_PX 0.01
/* Pixel sizes this close are the same: the source named first then is the reference. Projections
   stretch the ground by as much from one side of a scene to the other. */
#define SAME_SIZE 1e-2

/** Names of the sources in the order in which they first appear. */
typedef struct name_list {
    const char *names[S2RGF_MAX_SOURCES];
    int count;
} name_list;

/** What a scene is opened from. */
typedef struct scene_inputs {
    const s2rgf_scene_options *options;
    s2_scene_rasters rasters;
    s2_quality_rule rules[S2_QUALITY_RULES];
    int rule_count;
} scene_inputs;

static bool is_name(const char *name)
{
    if (!name || name[0] == '\0')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
            return false;
    return true;
}

static int find_name(const name_list *list, const char *name)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return i;
    return -1;
}

static bool is_layer(const scene_inputs *inputs, const char *name)
{
    for (int i = 0; i < inputs->rule_count; i++)
        if (strcmp(inputs->rules[i].layer, name) == 0)
            return true;
    return false;
}

/** The sources, which quality layers are not. */
static s2rgf_status list_names(const scene_inputs *inputs, name_list *list, s2rgf_error *err)
{
    list->count = 0;
    for (size_t i = 0; i < inputs->rasters.count; i++) {
        const s2_scene_raster *input = &inputs->rasters.items[i];
        if (!is_name(input->name))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "input \"%s\": bad source name: expected letters, digits, _ and -, "
                           "found \"%s\"",
                           input->label, input->name);
        if (input->is_quality || find_name(list, input->name) >= 0 || is_layer(inputs, input->name))
            continue;
        if (list->count == S2RGF_MAX_SOURCES)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "source %s: too many sources: expected at most %d", input->name,
                           S2RGF_MAX_SOURCES);
        list->names[list->count++] = input->name;
    }
    if (list->count == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "no source: expected at least one raster");
    return S2RGF_OK;
}

/** "a, b, c" */
static void join_names(const char *const *names, int count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", names[i]);
}

/** Put the inputs' names into the model's order. list in: as given, out: as the model has them. */
static s2rgf_status match_demand(const s2_scene_demand *demand, name_list *list, s2rgf_error *err)
{
    /* With a single source on both sides there is nothing to confuse. */
    if (demand->count == 1 && list->count == 1)
        return S2RGF_OK;
    char wanted[512], found[512];
    join_names(demand->names, demand->count, wanted, sizeof wanted);
    join_names(list->names, list->count, found, sizeof found);
    name_list ordered = {.count = demand->count};
    for (int i = 0; i < demand->count; i++) {
        const int at = find_name(list, demand->names[i]);
        if (at < 0)
            return s2_fail(err, S2RGF_MISMATCH,
                           "source %s: missing: the model expects %s, found %s%s", demand->names[i],
                           wanted, found,
                           find_name(list, "source") < 0
                               ? ""
                               : ": give each raster its source's name, as in -i name=raster");
        ordered.names[i] = list->names[at];
    }
    for (int i = 0; i < list->count; i++)
        if (find_name(&ordered, list->names[i]) < 0)
            return s2_fail(err, S2RGF_MISMATCH,
                           "source %s: not in the model: expected %s, found %s", list->names[i],
                           wanted, found);
    *list = ordered;
    return S2RGF_OK;
}

/** spec in  CRSs, and the rule of a quality layer */
static s2rgf_status open_files_of(const scene_inputs *inputs, const char *name, s2_source_spec spec,
                                  s2_source **source, s2rgf_error *err)
{
    const s2rgf_scene_options *options = inputs->options;
    const s2_scene_rasters *rasters = &inputs->rasters;
    const char **paths = s2_alloc(2 * rasters->count, sizeof *paths);
    if (!paths)
        return s2_fail_memory(err, "source");
    const char **labels = paths + rasters->count;
    int count = 0;
    for (size_t i = 0; i < rasters->count; i++)
        if (strcmp(rasters->items[i].name, name) == 0) {
            paths[count] = rasters->items[i].path;
            labels[count++] = rasters->items[i].label;
        }
    spec.name = name;
    spec.paths = paths;
    spec.labels = labels;
    spec.path_count = count;
    spec.source_nodata = spec.rule ? NULL : options->source_nodata;
    spec.open_options = options->open_options;
    spec.input_formats = options->input_formats;
    spec.decimation = spec.rule ? 1 : options->decimation;
    const s2rgf_status status = s2_source_open(&spec, source, err);
    s2_free(paths);
    return status;
}

/** Open a source with its quality layers. */
static s2rgf_status open_source(const scene_inputs *inputs, const char *name, const char *known_srs,
                                s2_source **source, s2rgf_error *err)
{
    const s2_source_spec spec = {.assigned_srs = inputs->options->assigned_srs,
                                 .known_srs = known_srs};
    s2_source *opened = NULL;
    s2rgf_status status = open_files_of(inputs, name, spec, &opened, err);
    for (int i = 0; i < inputs->rule_count && status == S2RGF_OK; i++) {
        const s2_quality_rule *rule = &inputs->rules[i];
        const char *own_srs = s2_source_grid(opened)->srs_wkt;
        const s2_source_spec own = {.assigned_srs = own_srs ? own_srs : spec.assigned_srs,
                                    .rule = rule};
        s2_source *layer = NULL;
        if (rule->source && strcmp(rule->source, name) != 0)
            continue;
        status = open_files_of(inputs, rule->layer, own, &layer, err);
        if (status == S2RGF_OK)
            status = s2_source_add_quality(opened, layer, err);
    }
    if (status != S2RGF_OK)
        s2_source_close(opened);
    else
        *source = opened;
    return status;
}

/** A rule's layer must be an input, and its source another one. */
static s2rgf_status check_rule(const scene_inputs *inputs, const s2_quality_rule *rule,
                               s2rgf_error *err)
{
    const char *const names[] = {rule->layer, rule->source};
    for (int n = 0; n < 2; n++) {
        bool found = !names[n] || (n == 1 && is_layer(inputs, names[n]));
        if (found && names[n])
            return s2_fail(
                err, S2RGF_INVALID_ARGUMENT,
                "-qa %s:%s=%s: expected a source before the colon, found a quality layer",
                rule->source, rule->layer, rule->text);
        for (size_t i = 0; i < inputs->rasters.count && !found; i++)
            found = strcmp(inputs->rasters.items[i].name, names[n]) == 0;
        if (!found)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "-qa %s=%s: no input is called %s: expected -i %s=FILE", rule->layer,
                           rule->text, names[n], names[n]);
    }
    return S2RGF_OK;
}

static s2rgf_status add_rule(scene_inputs *inputs, const s2_quality_rule *rule, s2rgf_error *err)
{
    if (inputs->rule_count == S2_QUALITY_RULES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "-qa %s=%s: too many quality layers: expected at most %d", rule->layer,
                       rule->text, S2_QUALITY_RULES);
    return s2_quality_rule_copy(rule, &inputs->rules[inputs->rule_count++], err);
}

static bool same_product(const s2_scene_raster *a, const s2_scene_raster *b)
{
    return a->product == b->product && strncmp(a->name, b->name, a->product) == 0;
}

/** A rule about an input; or, by the short name of a product's layer, about that product's sources. */
static s2rgf_status resolve_rule(scene_inputs *inputs, const s2_quality_rule *rule,
                                 s2rgf_error *err)
{
    const s2_scene_rasters *rasters = &inputs->rasters;
    const int before = inputs->rule_count;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < rasters->count; i++)
        if (strcmp(rasters->items[i].name, rule->layer) == 0)
            return add_rule(inputs, rule, err);
    for (size_t i = 0; i < rasters->count; i++) {
        const s2_scene_raster *layer = &rasters->items[i];
        if (!layer->is_quality || strcmp(layer->name + layer->product + 1, rule->layer) != 0)
            continue;
        for (size_t k = 0; k < rasters->count && status == S2RGF_OK; k++) {
            const s2_scene_raster *source = &rasters->items[k];
            s2_quality_rule own = *rule;
            own.layer = layer->name;
            own.source = source->name;
            if (same_product(layer, source) && !source->is_quality &&
                (!rule->source || strcmp(rule->source, source->name) == 0))
                status = add_rule(inputs, &own, err);
        }
    }
    return status == S2RGF_OK && inputs->rule_count == before ? add_rule(inputs, rule, err)
                                                              : status;
}

static s2rgf_status find_inputs(const s2rgf_scene_options *options, scene_inputs *inputs,
                                s2rgf_error *err)
{
    *inputs = (scene_inputs){.options = options};
    s2rgf_status status = s2_scene_rasters_find(options, &inputs->rasters, err);
    for (size_t i = 0; options->quality && options->quality[i] && status == S2RGF_OK; i++) {
        s2_quality_rule rule;
        status = s2_quality_rule_parse(options->quality[i], &rule, err);
        if (status == S2RGF_OK)
            status = resolve_rule(inputs, &rule, err);
        s2_quality_rule_clear(&rule);
    }
    for (int i = 0; i < inputs->rule_count && status == S2RGF_OK; i++)
        status = check_rule(inputs, &inputs->rules[i], err);
    return status;
}

static void clear_inputs(scene_inputs *inputs)
{
    for (int i = 0; i < inputs->rule_count; i++)
        s2_quality_rule_clear(&inputs->rules[i]);
    s2_scene_rasters_clear(&inputs->rasters);
}

/** Either all sources have a CRS or none has. */
static s2rgf_status check_srs_presence(const s2_scene *scene, s2rgf_error *err)
{
    const s2_source *with = NULL, *without = NULL;
    for (int i = 0; i < scene->count; i++) {
        const s2_source *source = scene->sources[i].source;
        if (s2_source_grid(source)->srs_wkt)
            with = source;
        else
            without = source;
    }
    if (with && without)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "source %s (%s): has no CRS, but source %s has one: give it with -a_srs",
                       s2_source_name(without), s2_source_label(without), s2_source_name(with));
    return S2RGF_OK;
}

/**
 * Size of a source's pixels, comparable among those of one scene: metres, units where all lack a
 * CRS.
 */
static double size_of(const s2_source *source)
{
    const double metres = s2_grid_pixel_metres(s2_source_grid(source));
    return isnan(metres) ? s2_grid_pixel_size(s2_source_grid(source)) : metres;
}

static int smallest_pixel(const s2_scene *scene)
{
    int smallest = 0;
    double size = size_of(scene->sources[0].source);
    for (int i = 1; i < scene->count; i++) {
        const double other = size_of(scene->sources[i].source);
        if (other < size * (1.0 - SAME_SIZE)) {
            smallest = i;
            size = other;
        }
    }
    return smallest;
}

/**
 * True when a is a whole-pixel shift over the whole reference; then *view is the reference seen
 * from the source.
 */
static bool is_congruent(const s2_affine *a, const s2_grid *reference, s2_rect *view)
{
    double x0, y0;
    s2_affine_apply(a, 0.0, 0.0, &x0, &y0);
    if (!(fabs(x0) < 1e9 && fabs(y0) < 1e9))
        return false;
    const double dx = round(x0), dy = round(y0);
    for (int corner = 0; corner < 4; corner++) {
        const double x = (corner & 1) != 0 ? reference->width : 0.0;
        const double y = (corner & 2) != 0 ? reference->height : 0.0;
        double u, v;
        s2_affine_apply(a, x, y, &u, &v);
        if (!(fabs(u - x - dx) <= CONGRUENT_PX && fabs(v - y - dy) <= CONGRUENT_PX))
            return false;
    }
    *view = (s2_rect){(int)dx, (int)dy, reference->width, reference->height};
    return true;
}

static s2rgf_status check_overlap(const s2_scene *scene, const s2_scene_source *member,
                                  s2rgf_error *err)
{
    const s2_grid *grid = s2_source_grid(member->source);
    const s2_rect reference = {0, 0, scene->grid.width, scene->grid.height};
    const s2_rect own = {0, 0, grid->width, grid->height};
    const s2_rect image = s2_affine_bounds(&member->ref_to_source, reference);
    if (s2_rect_is_empty(s2_rect_intersect(image, own)))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "source %s (%s): does not overlap the reference grid of source %s",
                       s2_source_name(member->source), s2_source_label(member->source),
                       s2_source_name(scene->sources[scene->reference].source));
    return S2RGF_OK;
}

/** Affine from the reference grid to a source's grid of the same CRS. */
static s2rgf_status relate_source(const s2_scene *scene, s2_scene_source *member, s2rgf_error *err)
{
    const s2_grid *own = s2_source_grid(member->source), *reference = &scene->grid;
    s2_affine to_geo = reference->to_geo, to_pixel;
    double turn, west[2], east[2];
    if (!s2_affine_invert(&own->to_geo, &to_pixel))
        return s2_fail(err, S2RGF_FORMAT, "%s: geotransform cannot be inverted",
                       s2_source_label(member->source));
    const s2rgf_status status = s2_srs_turn(own->srs_wkt, &turn, err);
    if (status != S2RGF_OK)
        return status;
    s2_grid_extent(own, &west[0], &east[0]);
    s2_grid_extent(reference, &west[1], &east[1]);
    if (turn > 0.0)
        to_geo.m[0] += turn * round((west[0] + east[0] - west[1] - east[1]) / 2.0 / turn);
    member->ref_to_source = s2_affine_compose(&to_geo, &to_pixel);
    return check_overlap(scene, member, err);
}

/**
 * Present a source on the reference grid itself: a view where the pixels coincide, else resampled.
 */
static s2rgf_status put_on_reference(const s2_scene *scene, s2_scene_source *member,
                                     const s2_rect *view, s2rgf_error *err)
{
    const s2_rect whole = {0, 0, scene->grid.width, scene->grid.height};
    s2rgf_status status = S2RGF_OK;
    if (!view) {
        status = s2_source_warp_to_grid(member->source, &scene->grid, err);
    } else {
        const s2_grid *own = s2_source_grid(member->source);
        const bool same =
            view->x == 0 && view->y == 0 && own->width == whole.w && own->height == whole.h;
        if (!same)
            status = s2_source_set_view(member->source, *view, err);
    }
    member->on_reference = true;
    member->ref_to_source = S2_AFFINE_IDENTITY;
    return status;
}

/**
 * True when the two CRSs put the source's corners and centre at the same coordinates, to a
 * hundredth of its pixel: ETRS89 and WGS 84, say. Resampling would only blur it then.
 */
static bool srs_coincides(const s2_grid *grid, const char *srs_wkt)
{
    double x[5], y[5], x0[5], y0[5];
    for (int i = 0; i < 5; i++) {
        const double u = i == 4 ? 0.5 : (double)(i & 1), v = i == 4 ? 0.5 : (double)(i >> 1);
        s2_affine_apply(&grid->to_geo, u * grid->width, v * grid->height, &x[i], &y[i]);
        x0[i] = x[i];
        y0[i] = y[i];
    }
    OGRCoordinateTransformationH transformation = s2_srs_transformation(grid->srs_wkt, srs_wkt);
    s2_gdal_catch caught;
    s2_gdal_catch_begin(&caught);
    bool same = transformation && OCTTransform(transformation, 5, x, y, NULL);
    s2_gdal_catch_end(&caught);
    OCTDestroyCoordinateTransformation(transformation);
    for (int i = 0; i < 5 && same; i++)
        same = hypot(x[i] - x0[i], y[i] - y0[i]) <= CONGRUENT_PX * s2_grid_pixel_size(grid);
    return same;
}

/**
 * Work out how one source meets the reference grid. must_be_on_reference: -1 if either
 * will do.
 */
static s2rgf_status meet_reference(const s2_scene *scene, s2_scene_source *member,
                                   int must_be_on_reference, const s2rgf_host *host,
                                   s2rgf_error *err)
{
    const char *name = s2_source_name(member->source);
    const s2_grid *own = s2_source_grid(member->source);
    bool same_srs;
    s2rgf_status status = s2_srs_equal(own->srs_wkt, scene->grid.srs_wkt, &same_srs, err);
    if (status == S2RGF_OK && !same_srs && !srs_coincides(own, scene->grid.srs_wkt)) {
        char from[128], to[128];
        s2_srs_name(own->srs_wkt, from, sizeof from);
        s2_srs_name(scene->grid.srs_wkt, to, sizeof to);
        s2_log(host, S2RGF_INFO, "source %s: warped from %s to %s", name, from, to);
        member->warped = true;
        status = s2_source_warp_to_srs(member->source, scene->grid.srs_wkt, err);
    }
    if (status == S2RGF_OK)
        status = relate_source(scene, member, err);
    if (status != S2RGF_OK)
        return status;
    s2_rect view;
    const bool congruent = is_congruent(&member->ref_to_source, &scene->grid, &view);
    if (congruent && must_be_on_reference != 0)
        return put_on_reference(scene, member, &view, err);
    if (must_be_on_reference == 1) {
        if (!member->warped)
            s2_log(host, S2RGF_INFO,
                   "source %s: resampled to the reference grid, as the model was trained", name);
        return put_on_reference(scene, member, NULL, err);
    }
    return S2RGF_OK;
}

/** Put rasters without data in the place of sources that the model has and the scene lacks. */
static s2rgf_status add_absent(scene_inputs *inputs, const s2_scene_demand *demand, name_list *list,
                               s2_scene *scene, const s2rgf_host *host, s2rgf_error *err)
{
    const int given = list->count;
    s2_source *reference = NULL;
    int found = 0;
    for (int i = 0; i < demand->count; i++)
        found += find_name(list, demand->names[i]) >= 0;
    /* what is odd otherwise match_demand() tells */
    if (found == demand->count || found != given ||
        find_name(list, demand->names[demand->reference]) < 0)
        return S2RGF_OK;
    s2rgf_status status =
        open_source(inputs, demand->names[demand->reference], NULL, &reference, err);
    for (int i = 0; i < demand->count && status == S2RGF_OK; i++) {
        const int coarser = inputs->options->decimation > 1 ? inputs->options->decimation : 1;
        if (find_name(list, demand->names[i]) >= 0)
            continue;
        status = s2_scene_rasters_add_empty(&inputs->rasters, demand->names[i],
                                            s2_source_grid(reference), demand->ratio[i] / coarser,
                                            demand->band_count[i], err);
        list->names[list->count++] = demand->names[i];
        scene->sources[i].absent = true;
        s2_log(host, S2RGF_WARNING,
               "source %s: absent: what is mapped comes from the other sources", demand->names[i]);
    }
    s2_source_close(reference);
    return status;
}

s2rgf_status s2_scene_open(const s2rgf_scene_options *options, const s2_scene_demand *demand,
                           const s2rgf_host *host, s2_scene *scene, s2rgf_error *err)
{
    *scene = (s2_scene){.any_source = options->any_source};
    name_list list = {.count = 0};
    scene_inputs inputs;
    s2rgf_status status = find_inputs(options, &inputs, err);
    if (status == S2RGF_OK)
        status = list_names(&inputs, &list, err);
    if (status == S2RGF_OK && demand && options->any_source)
        status = add_absent(&inputs, demand, &list, scene, host, err);
    if (status == S2RGF_OK && demand)
        status = match_demand(demand, &list, err);
    for (int i = 0; i < list.count && status == S2RGF_OK; i++) {
        const char *known_srs = demand && demand->known_srs ? demand->known_srs[i] : NULL;
        status = open_source(&inputs, list.names[i], known_srs, &scene->sources[i].source, err);
        scene->count += status == S2RGF_OK;
        if (status == S2RGF_OK && host)
            status = s2_source_tell(scene->sources[i].source, host, err);
        if (status == S2RGF_OK && host)
            status = s2_source_tell_quality(scene->sources[i].source, host, err);
    }
    clear_inputs(&inputs);
    if (status == S2RGF_OK)
        status = check_srs_presence(scene, err);
    if (status == S2RGF_OK) {
        scene->reference = demand ? demand->reference : smallest_pixel(scene);
        const s2_source *reference = scene->sources[scene->reference].source;
        status = s2_grid_copy(s2_source_grid(reference), &scene->grid, err);
    }
    for (int i = 0; i < scene->count && status == S2RGF_OK; i++) {
        s2_scene_source *member = &scene->sources[i];
        if (i == scene->reference) {
            member->on_reference = true;
            member->ref_to_source = S2_AFFINE_IDENTITY;
        } else {
            const int must = !demand ? -1 : demand->on_reference[i];
            status = meet_reference(scene, member, must, host, err);
        }
    }
    if (status != S2RGF_OK)
        s2_scene_close(scene);
    return status;
}

s2rgf_status s2_scene_reopen(const s2_scene *scene, s2_scene *copy, s2rgf_error *err)
{
    *copy = *scene;
    copy->count = 0;
    s2rgf_status status = s2_grid_copy(&scene->grid, &copy->grid, err);
    for (int i = 0; i < scene->count && status == S2RGF_OK; i++) {
        status = s2_source_reopen(scene->sources[i].source, &copy->sources[i].source, err);
        copy->count += status == S2RGF_OK;
    }
    if (status != S2RGF_OK)
        s2_scene_close(copy);
    return status;
}

void s2_scene_close(s2_scene *scene)
{
    for (int i = 0; i < scene->count; i++)
        s2_source_close(scene->sources[i].source);
    s2_grid_clear(&scene->grid);
    *scene = (s2_scene){0};
}

/** How a source meets the reference grid, in words. */
static void describe_meeting(const s2_scene *scene, int index, char *text, size_t size)
{
    const s2_scene_source *member = &scene->sources[index];
    const char *warped = member->warped ? "warped from another CRS, " : "";
    if (index == scene->reference) {
        snprintf(text, size, "reference grid");
    } else if (member->on_reference) {
        snprintf(text, size, "%son the reference grid", warped);
    } else {
        double x, y;
        s2_affine_apply(&member->ref_to_source, 0.0, 0.0, &x, &y);
        const double ratio =
            size_of(member->source) / size_of(scene->sources[scene->reference].source);
        s2_snprintf(text, size, "%ssampled, ratio %.4g, origin at its pixel %.2f, %.2f", warped,
                    ratio, x, y);
    }
}

void s2_scene_report(const s2_scene *scene, const s2rgf_host *host)
{
    for (int i = 0; i < scene->count; i++) {
        const s2_source *source = scene->sources[i].source;
        const s2_grid *grid = s2_source_grid(source);
        char srs[128], pixel[128], meeting[256];
        s2_srs_name(grid->srs_wkt, srs, sizeof srs);
        s2_grid_pixel_text(grid, pixel, sizeof pixel);
        describe_meeting(scene, i, meeting, sizeof meeting);
        double x0, y0, x1, y1;
        s2_affine_apply(&grid->to_geo, 0.0, 0.0, &x0, &y0);
        s2_affine_apply(&grid->to_geo, grid->width, grid->height, &x1, &y1);
        s2_log(host, S2RGF_INFO,
               "%s: %d x %d, %d band%s %s, pixel %s, CRS %s, extent %.10g %.10g %.10g %.10g, %s",
               s2_source_name(source), grid->width, grid->height, s2_source_band_count(source),
               s2_plural((uint64_t)s2_source_band_count(source), "", "s"), s2_source_type(source),
               pixel, srs, fmin(x0, x1), fmin(y0, y1), fmax(x0, x1), fmax(y0, y1), meeting);
    }
}
