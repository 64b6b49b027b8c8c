/* Labelled pixels of a reference grid: opened, settled, counted. */
#include "geo/labels/labels.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/argument.h"
#include "core/checksum.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "core/utf8.h"
#include "geo/labels/labels_blocks.h"
#include "geo/labels/labels_private.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define LARGEST_BUFFER_M 1e6

s2rgf_status s2_labels_add_group(s2_label_claims *claims, int class_index, s2rgf_error *err)
{
    if (claims->group_count >= INT_MAX)
        return s2_fail(err, S2RGF_UNSUPPORTED, "labels: more than %d polygons or blocks", INT_MAX);
    s2_label_group *groups =
        s2_make_room(claims->groups, claims->group_count, &claims->group_capacity, sizeof *groups);
    if (!groups)
        return s2_fail_memory(err, "label groups");
    claims->groups = groups;
    claims->groups[claims->group_count++] = (s2_label_group){.class_index = class_index};
    return S2RGF_OK;
}

s2rgf_status s2_labels_claim(s2_label_claims *claims, int x, int y, int group, s2rgf_error *err)
{
    if (claims->are_places)
        return s2_label_runs_add(&claims->runs, (s2_label_run){y, x, x}, err);
    s2_label_pixel *items =
        s2_make_room(claims->items, claims->count, &claims->capacity, sizeof *items);
    if (!items)
        return s2_fail_memory(err, "labelled pixels");
    claims->items = items;
    claims->items[claims->count++] =
        (s2_label_pixel){x, y, claims->groups[group].class_index, group};
    return S2RGF_OK;
}

void s2_labels_claims_clear(s2_label_claims *claims)
{
    s2_free(claims->items);
    s2_free(claims->groups);
    s2_label_runs_clear(&claims->runs);
    *claims = (s2_label_claims){0};
}

/** By place along a row, then by group. */
static int compare_in_row(const void *left, const void *right)
{
    const s2_label_pixel *a = left, *b = right;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/** Order one row, which most often is in order. */
static void sort_row(s2_label_pixel *items, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_in_row(&items[i - 1], &items[i]) > 0) {
            qsort(items, count, sizeof *items, compare_in_row);
            return;
        }
}

/** Order the claims by row, place in it, group: first into rows, so that time is linear. */
static s2rgf_status sort_claims(s2_label_claims *claims, int height, s2rgf_error *err)
{
    size_t *end = s2_calloc((size_t)height + 1, sizeof *end); /* of every row; first its start */
    s2_label_pixel *sorted = s2_alloc(claims->count, sizeof *sorted);
    if (!end || !sorted) {
        s2_free(end);
        s2_free(sorted);
        return s2_fail_memory(err, "labelled pixels");
    }
    for (size_t i = 0; i < claims->count; i++)
        end[claims->items[i].y + 1]++;
    for (int y = 0; y < height; y++)
        end[y + 1] += end[y];
    for (size_t i = 0; i < claims->count; i++)
        sorted[end[claims->items[i].y]++] = claims->items[i];
    for (int y = 0; y < height; y++) {
        const size_t first = y > 0 ? end[y - 1] : 0;
        sort_row(sorted + first, end[y] - first);
    }
    s2_free(end);
    s2_free(claims->items);
    claims->items = sorted;
    claims->capacity = claims->count;
    return S2RGF_OK;
}

/**
 * One pixel per position of sorted claims: the first group's if all agree on the class, else none.
 */
static void settle_claims(s2_label_claims *claims, size_t *conflicts)
{
    size_t kept = 0;
    for (size_t i = 0; i < claims->count;) {
        const s2_label_pixel first = claims->items[i];
        bool agree = true;
        for (; i < claims->count && claims->items[i].x == first.x && claims->items[i].y == first.y;
             i++)
            agree = agree && claims->items[i].class_index == first.class_index;
        if (agree)
            claims->items[kept++] = first;
        else
            (*conflicts)++;
    }
    claims->count = kept;
}

void s2_labels_measure_groups(const s2_label_pixel *pixels, size_t count, s2_label_group *groups)
{
    for (size_t i = 0; i < count; i++) {
        const s2_label_pixel *pixel = &pixels[i];
        s2_label_group *group = &groups[pixel->group];
        s2_rect *b = &group->bounds;
        if (group->pixels++ == 0) {
            *b = (s2_rect){pixel->x, pixel->y, 1, 1};
            continue;
        }
        const int right = b->x + b->w > pixel->x + 1 ? b->x + b->w : pixel->x + 1;
        /* Pixels come in order of y, so the top stays. */
        b->x = pixel->x < b->x ? pixel->x : b->x;
        b->w = right - b->x;
        b->h = pixel->y + 1 - b->y;
    }
}

/** Divide the classes into those with and without pixels. new_class out [classes->count] */
static s2rgf_status divide_classes(const s2_label_claims *claims, s2_class_table *classes,
                                   s2_class_table *absent, int *new_class, s2rgf_error *err)
{
    bool *occurs = s2_calloc((size_t)classes->count, sizeof *occurs);
    s2_class_table kept = {.zero_allowed = classes->zero_allowed};
    absent->zero_allowed = classes->zero_allowed;
    s2rgf_status status = occurs ? S2RGF_OK : s2_fail_memory(err, "classes");
    for (size_t i = 0; i < claims->count && status == S2RGF_OK; i++)
        occurs[claims->items[i].class_index] = true;
    for (int c = 0; c < classes->count && status == S2RGF_OK; c++) {
        const s2_class *item = &classes->items[c];
        new_class[c] = kept.count;
        status = s2_class_table_add(occurs[c] ? &kept : absent, item->value, item->name,
                                    item->has_colour ? item->rgb : NULL, err);
    }
    s2_free(occurs);
    if (status != S2RGF_OK) {
        s2_class_table_clear(&kept);
        return status;
    }
    s2_class_table_clear(classes);
    *classes = kept;
    return S2RGF_OK;
}

/** Remove groups and classes without pixels and number the others anew. */
static s2rgf_status drop_empty(s2_label_claims *claims, s2_class_table *classes,
                               s2_class_table *absent, s2rgf_error *err)
{
    int *new_group = s2_alloc(claims->group_count, sizeof *new_group);
    int *new_class = s2_alloc((size_t)classes->count, sizeof *new_class);
    s2rgf_status status = new_group && new_class
                              ? divide_classes(claims, classes, absent, new_class, err)
                              : s2_fail_memory(err, "label groups");
    int group_count = 0;
    for (size_t g = 0; g < claims->group_count && status == S2RGF_OK; g++) {
        s2_label_group group = claims->groups[g];
        new_group[g] = group_count;
        if (group.pixels == 0)
            continue;
        group.class_index = new_class[group.class_index];
        claims->groups[group_count++] = group;
    }
    for (size_t i = 0; i < claims->count && status == S2RGF_OK; i++) {
        claims->items[i].group = new_group[claims->items[i].group];
        claims->items[i].class_index = new_class[claims->items[i].class_index];
    }
    if (status == S2RGF_OK)
        claims->group_count = (size_t)group_count;
    s2_free(new_class);
    s2_free(new_group);
    return status;
}

/** Over x, y and class value as little-endian 32-bit integers. */
static void compute_checksum(const s2_label_claims *claims, const s2_class_table *classes,
                             char text[S2_CHECKSUM_BYTES])
{
    uint64_t sum = S2_CHECKSUM_START;
    for (size_t i = 0; i < claims->count; i++) {
        const s2_label_pixel *pixel = &claims->items[i];
        const uint32_t words[3] = {(uint32_t)pixel->x, (uint32_t)pixel->y,
                                   (uint32_t)classes->items[pixel->class_index].value};
        unsigned char bytes[sizeof words];
        for (size_t b = 0; b < sizeof bytes; b++)
            bytes[b] = (unsigned char)(words[b / 4] >> (8 * (b % 4)));
        sum = s2_checksum_add(sum, bytes, sizeof bytes);
    }
    s2_checksum_text(sum, text);
}

/** Move claims, settled and in order, into the set. */
static s2rgf_status fill_set(s2_label_claims *claims, s2_label_set *labels, s2rgf_error *err)
{
    s2_labels_measure_groups(claims->items, claims->count, claims->groups);
    const s2rgf_status status = drop_empty(claims, &labels->classes, &labels->absent, err);
    if (status != S2RGF_OK)
        return status;
    compute_checksum(claims, &labels->classes, labels->checksum);
    labels->pixels = claims->items;
    labels->count = claims->count;
    labels->groups = claims->groups;
    labels->group_count = (int)claims->group_count;
    *claims = (s2_label_claims){0};
    return S2RGF_OK;
}

/**
 * Settle the claims and move them into the set: pixels in order, conflicts dropped (of a
 * sample they all stay), groups and classes without pixels removed, checksum. labels->classes must
 * be complete; claims is left empty. height: of the grid. Errors NO_MEMORY.
 */
static s2rgf_status finish_labels(s2_label_claims *claims, s2_label_use use, int height,
                                  s2_label_set *labels, s2rgf_error *err)
{
    const s2rgf_status status = sort_claims(claims, height, err);
    if (status != S2RGF_OK)
        return status;
    if (use != S2_LABELS_OF_SAMPLE)
        settle_claims(claims, &labels->conflicts);
    return fill_set(claims, labels, err);
}

s2rgf_status s2_labels_keep(s2_label_set *labels, const uint8_t *keep, s2rgf_error *err)
{
    s2_label_claims claims = {.items = labels->pixels,
                              .groups = labels->groups,
                              .group_count = (size_t)labels->group_count};
    for (size_t i = 0; i < labels->count; i++)
        if (keep[i]) {
            if (labels->ground)
                labels->ground[claims.count] = labels->ground[i];
            claims.items[claims.count++] = claims.items[i];
        }
    for (size_t g = 0; g < claims.group_count; g++)
        claims.groups[g].pixels = 0;
    labels->pixels = NULL;
    labels->groups = NULL;
    const s2rgf_status status = fill_set(&claims, labels, err);
    s2_labels_claims_clear(&claims);
    if (status != S2RGF_OK)
        s2_label_set_clear(labels);
    return status;
}

/** Warn that the labels' own CRS counts if the user assigned another one. */
static s2rgf_status tell_unused_srs(const s2_label_request *request, const char *own_wkt,
                                    const char *assigned_wkt, s2rgf_error *err)
{
    bool same;
    char name[128];
    const s2rgf_status status = s2_srs_equal(own_wkt, assigned_wkt, &same, err);
    if (status != S2RGF_OK || same)
        return status;
    s2_srs_name(own_wkt, name, sizeof name);
    s2_log(request->host, S2RGF_WARNING,
           "%s: %s is ignored as the CRS of the labels: they have one, %s", request->options->path,
           request->options->assigned_srs, name);
    return S2RGF_OK;
}

/** Polygons without CRS are in the grid's. wkt out, NULL where that has none */
static s2rgf_status assume_srs(const s2_label_request *request, char **wkt, s2rgf_error *err)
{
    if (!request->grid->srs_wkt)
        return S2RGF_OK;
    s2_log(request->host, S2RGF_WARNING,
           "%s: its polygons have no CRS: they are taken to be in that of the reference grid",
           request->options->path);
    *wkt = s2_strdup(request->grid->srs_wkt);
    return *wkt ? S2RGF_OK : s2_fail_memory(err, "CRS of the polygons");
}

s2rgf_status s2_labels_settle_srs(const s2_label_request *request, const char *own_wkt, char **wkt,
                                  s2rgf_error *err)
{
    const char *path = request->options->path;
    char *assigned = NULL;
    *wkt = NULL;
    s2rgf_status status = s2_srs_assigned(NULL, request->options->assigned_srs, &assigned, err);
    if (status == S2RGF_OK && own_wkt && assigned)
        status = tell_unused_srs(request, own_wkt, assigned, err);
    if (status == S2RGF_OK && !own_wkt && !assigned && request->use == S2_LABELS_OF_AREAS)
        status = assume_srs(request, &assigned, err);
    else if (status == S2RGF_OK && !own_wkt && !assigned && request->grid->srs_wkt)
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "%s: the labels have no CRS: give it with -label_srs", path);
    else if (status == S2RGF_OK && (own_wkt || assigned) && !request->grid->srs_wkt)
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT,
                         "%s: the %s have a CRS, the rasters have none: give it with -a_srs", path,
                         request->use == S2_LABELS_OF_AREAS ? "polygons" : "labels");
    else if (status == S2RGF_OK && own_wkt && !(*wkt = s2_strdup(own_wkt)))
        status = s2_fail_memory(err, "CRS of the labels");
    if (status == S2RGF_OK && !own_wkt) {
        *wkt = assigned;
        assigned = NULL;
    }
    s2_free(assigned);
    return status;
}

/** True where any layer has geometries. */
static bool has_vectors(GDALDatasetH dataset)
{
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset); i++)
        if (s2_labels_has_geometries(GDALDatasetGetLayer(dataset, i)))
            return true;
    return false;
}

/* Columns of a CSV file that hold geometries, by usual names; other drivers do not see these. */
static const char *const OPEN_OPTIONS[] = {
    "@GEOM_POSSIBLE_NAMES=WKT,geom,geometry,the_geom,wkb_geometry,wkt_geom",
    "@X_POSSIBLE_NAMES=x,lon,long,lng,longitude,easting,x_coord,xcoord,coord_x,point_x,pos_x",
    "@Y_POSSIBLE_NAMES=y,lat,latitude,northing,y_coord,ycoord,coord_y,point_y,pos_y", NULL};

/**
 * Open as vector if the file has layers with geometries, or nothing but tables; else as raster.
 * Vectors come first: GDAL takes a table of points in numbers alone for a raster (XYZ).
 */
static s2rgf_status open_labels(const char *path, GDALDatasetH *dataset, bool *is_vector,
                                s2rgf_error *err)
{
    static const unsigned int kinds[] = {GDAL_OF_VECTOR,
                                         GDAL_OF_VECTOR | GDAL_OF_RASTER | GDAL_OF_VERBOSE_ERROR};
    const char *drivers[] = {NULL, NULL}; /* the one that knows it as tables, if any */
    s2_gdal_catch caught;
    *dataset = NULL;
    for (int i = 0; i < 2 && !(*dataset && has_vectors(*dataset)); i++) {
        drivers[0] = *dataset ? GDALGetDriverShortName(GDALGetDatasetDriver(*dataset)) : NULL;
        GDALClose(*dataset);
        s2_gdal_catch_begin(&caught);
        *dataset = GDALOpenEx(path, kinds[i], drivers[0] ? drivers : NULL, OPEN_OPTIONS, NULL);
        s2_gdal_catch_end(&caught);
        s2_gdal_drop_partial(&caught, dataset);
    }
    if (!*dataset)
        return s2_gdal_fail(&caught, err, S2RGF_IO,
                            "%s: cannot be opened as polygons or as a raster", path);
    *is_vector = has_vectors(*dataset) || GDALGetRasterCount(*dataset) == 0;
    return S2RGF_OK;
}

void s2_labels_warn_case(const s2_class_table *classes, const char *subject, const s2rgf_host *host)
{
    for (int i = 0; i < classes->count; i++)
        for (int k = 0; k < i; k++)
            if (s2_utf8_same_letters(classes->items[k].name, classes->items[i].name))
                s2_log(host, S2RGF_WARNING,
                       "%s: \"%s\" and \"%s\" differ only in upper and lower case: they are two "
                       "classes",
                       subject, classes->items[k].name, classes->items[i].name);
}

s2rgf_status s2_label_options_check(const s2rgf_label_options *options, s2rgf_error *err)
{
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"labels", options->path});
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_IN_RANGE(err, {"buffer", options->buffer_m, 0, LARGEST_BUFFER_M});
    return status == S2RGF_OK
               ? s2_argument_reserve("labels", options->reserved,
                                     sizeof options->reserved / sizeof *options->reserved, err)
               : status;
}

/** Open the file of a request and claim pixels. labels in: empty */
static s2rgf_status claim_labels(const s2_label_request *request, s2_label_claims *claims,
                                 s2_label_set *labels, s2rgf_error *err)
{
    const char *path = request->options->path;
    GDALDatasetH dataset = NULL;
    bool is_vector = false;
    s2rgf_status status = open_labels(path, &dataset, &is_vector, err);
    if (status == S2RGF_OK && is_vector)
        status = s2_labels_read_vector(request, dataset, claims, labels, err);
    else if (status == S2RGF_OK && request->use == S2_LABELS_OF_SAMPLE)
        status = s2_fail(err, S2RGF_FORMAT,
                         "%s: no sample: expected points that were drawn at random, found a raster",
                         path);
    else if (status == S2RGF_OK && request->use == S2_LABELS_OF_AREAS)
        status = s2_fail(err, S2RGF_FORMAT, "%s: expected polygons, found a raster", path);
    else if (status == S2RGF_OK)
        status = s2_labels_read_raster(request, dataset, claims, labels, err);
    GDALClose(dataset);
    return status;
}

static s2rgf_status read_labels(const s2_label_request *request, s2_label_set *labels,
                                s2rgf_error *err)
{
    s2_label_claims claims = {0};
    *labels = (s2_label_set){0};
    s2rgf_status status = claim_labels(request, &claims, labels, err);
    if (status == S2RGF_OK)
        s2_labels_warn_case(&labels->classes, request->options->path, request->host);
    if (status == S2RGF_OK)
        status = finish_labels(&claims, request->use, request->grid->height, labels, err);
    if (status == S2RGF_OK && request->use == S2_LABELS_OF_PIXELS)
        status = s2_labels_block_points(labels, err);
    s2_labels_claims_clear(&claims);
    if (status != S2RGF_OK)
        s2_label_set_clear(labels);
    return status;
}

static s2rgf_status fail_no_polygon(const s2rgf_label_options *options, s2rgf_error *err)
{
    if (options->where)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no polygon matches the filter \"%s\"",
                       options->path, options->where);
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: no polygon: expected at least one",
                   options->path);
}

static s2rgf_status read_places(const s2_label_request *request, s2_label_runs *runs,
                                s2rgf_error *err)
{
    s2_label_claims claims = {.are_places = true};
    s2_label_set labels = {0};
    s2rgf_status status = claim_labels(request, &claims, &labels, err);
    s2_label_runs_settle(&claims.runs);
    *runs = claims.runs;
    claims.runs = (s2_label_runs){0};
    if (status == S2RGF_OK && request->use == S2_LABELS_OF_AREAS && labels.polygons == 0)
        status = fail_no_polygon(request->options, err);
    s2_labels_claims_clear(&claims);
    s2_label_set_clear(&labels);
    return status;
}

s2rgf_status s2_labels_read(const s2rgf_label_options *options, const s2_grid *grid,
                            const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err)
{
    return read_labels(&(s2_label_request){options, grid, host, S2_LABELS_OF_PIXELS, "-l"}, labels,
                       err);
}

s2rgf_status s2_labels_read_sample(const s2rgf_label_options *options, const s2_grid *grid,
                                   const s2rgf_host *host, s2_label_set *labels, s2rgf_error *err)
{
    return read_labels(&(s2_label_request){options, grid, host, S2_LABELS_OF_SAMPLE, "-l"}, labels,
                       err);
}

s2rgf_status s2_labels_read_places(const s2rgf_label_options *options, const s2_grid *grid,
                                   const s2rgf_host *host, s2_label_runs *runs, s2rgf_error *err)
{
    return read_places(&(s2_label_request){options, grid, host, S2_LABELS_OF_PLACES, "-l"}, runs,
                       err);
}

s2rgf_status s2_labels_read_areas(const s2rgf_label_options *options, const char *layer_option,
                                  const s2_grid *grid, const s2rgf_host *host, s2_label_runs *runs,
                                  s2rgf_error *err)
{
    return read_places(&(s2_label_request){options, grid, host, S2_LABELS_OF_AREAS, layer_option},
                       runs, err);
}

s2rgf_status s2_labels_refuse_zero(const s2_label_set *labels, const char *path, s2rgf_error *err)
{
    static const char rule[] = "expected classes from 1 to 65535, for maps keep 0 for nodata";
    if (s2_class_table_find_value(&labels->classes, 0) < 0)
        return S2RGF_OK;
    if (labels->has_zero_feature)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: feature %lld: its class is 0: %s: give the class another number, or "
                       "leave such features out with a filter",
                       path, labels->zero_feature, rule);
    size_t pixels = 0;
    for (size_t i = 0; i < labels->count; i++)
        pixels += labels->pixels[i].class_index == 0;
    return s2_fail(err, S2RGF_FORMAT,
                   "%s: %zu %s value 0, which is a class (%s) where another value is "
                   "nodata: %s: give the class another value, or declare 0 as nodata",
                   path, pixels, s2_plural(pixels, "pixel has", "pixels have"),
                   labels->classes.items[0].name, rule);
}

void s2_label_set_clear(s2_label_set *labels)
{
    for (size_t i = 0; i < labels->origin_count; i++)
        s2_free(labels->origins[i].stratum);
    S2_FREE_EACH(labels->origins, labels->pixels, labels->groups, labels->ground);
    s2_class_table_clear(&labels->classes);
    s2_class_table_clear(&labels->absent);
    *labels = (s2_label_set){0};
}
