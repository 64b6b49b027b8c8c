/* Maps on demand: a scene and its model, opened once, and rectangles computed from them. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "classify/mapping.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "s2rgf/lazy_maps.h"
#include "scene/network_input.h"
#include "scene/reading.h"
#include "scene/scene_description.h"
#include "scene/value_range.h"

#define TILE_LARGEST_PX 256 /* what a small rectangle costs, against what halos cost */
#define TILE_SMALLEST_PX 16
#define HELD_ROWS 3 /* of pieces of files under a tile */
#define PROVENANCE_LINES 3
#define PROVENANCE_BYTES 4096

/* The map, or a coarser view of it, opened when it is first read. */
typedef struct map_level {
    bool is_open;
    s2_scene scene;
    s2_run_geometry geometry;
    s2_tiling tiling;
    /* of the level that was read last, to bound memory; else NULL */
    s2_network_input *input;
    s2_run *run;
} map_level;

struct s2rgf_lazy_map {
    s2rgf_scene *source;
    const s2rgf_model *model;
    const s2_weights *weights;
    map_level levels[S2RGF_MAP_LEVELS];
    size_t limit_bytes; /* of a tile, and the pieces of files under it */
    s2rgf_map_info info;
    char **metadata;
    bool has_scored; /* some pixel that was read had finite scores */
    s2rgf_host host; /* without progress */
    bool values_checked;
};

static s2rgf_status open_level(s2rgf_lazy_map *map, int index, const s2rgf_host *host,
                               s2rgf_error *err)
{
    map_level *level = &map->levels[index];
    s2rgf_scene_options options = map->source->options;
    options.decimation = (options.decimation > 1 ? options.decimation : 1) << index;
    const s2rgf_status status =
        s2_scene_open_for_model(&options, &map->model->content, NULL, host, &level->scene, err);
    level->is_open = status == S2RGF_OK;
    if (level->is_open)
        s2_scene_geometry(&level->scene, &level->geometry);
    return status;
}

/* Square tiles of the whole map. */
static s2_tiling tiling_of(const s2_run_geometry *geometry, int tile_px)
{
    return (s2_tiling){tile_px, tile_px, {0, 0, geometry->width, geometry->height}};
}

/* The largest tile that keeps the memory limit. */
static s2rgf_status choose_tile(s2rgf_lazy_map *map, int memory_mb, s2rgf_error *err)
{
    map->limit_bytes = (size_t)memory_mb * 1024 * 1024;
    const s2_run_geometry *geometry = &map->levels[0].geometry;
    size_t bytes = 0;
    for (int tile_px = TILE_LARGEST_PX; tile_px >= TILE_SMALLEST_PX; tile_px /= 2) {
        const s2_tiling tiling = tiling_of(geometry, tile_px);
        bytes = s2_mapping_bytes(&map->model->content, map->weights, geometry, &tiling, false);
        map->info.tile_px = tile_px;
        if (bytes <= map->limit_bytes)
            return S2RGF_OK;
    }
    return s2_fail(err, S2RGF_NO_MEMORY,
                   "working memory: expected at least %zu MB for one tile, found %d MB",
                   bytes / 1024 / 1024 + 1, memory_mb);
}

/* Provenance and CLASS_n, as the writer of maps has them. */
static s2rgf_status describe_metadata(s2rgf_lazy_map *map, s2rgf_error *err)
{
    char lines[PROVENANCE_BYTES];
    const char *provenance[PROVENANCE_LINES + 1];
    int count = 0;
    s2_mapping_provenance(&map->model->content, &map->levels[0].scene, lines, sizeof lines,
                          provenance);
    map->metadata = s2_class_metadata(provenance, &map->model->painted);
    while (map->metadata && map->metadata[count])
        count++;
    map->info.metadata = (const char *const *)map->metadata;
    return count == PROVENANCE_LINES + map->info.class_count ? S2RGF_OK
                                                             : s2_fail_memory(err, "metadata");
}

static void describe_grid(s2rgf_lazy_map *map)
{
    const s2_grid *grid = &map->levels[0].scene.grid;
    map->info.width = grid->width;
    map->info.height = grid->height;
    memcpy(map->info.geotransform, grid->to_geo.m, sizeof map->info.geotransform);
    map->info.srs_wkt = grid->srs_wkt;
    map->info.class_count = map->model->info.class_count;
    map->info.classes = map->model->info.classes;
}

void s2rgf_lazy_map_options_init(s2rgf_lazy_map_options *options, size_t size)
{
    const s2rgf_lazy_map_options defaults = {.size = 0};
    s2_options_fill(options, size, &defaults, sizeof defaults);
}

static s2rgf_status take_options(const s2rgf_lazy_map_options *options, s2rgf_lazy_map_options *own,
                                 s2rgf_error *err)
{
    *own = (s2rgf_lazy_map_options){.size = 0};
    s2rgf_status status = s2_options_take(own, sizeof *own, options, err);
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_GIVEN(err, {"scene", own->scene});
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_IN_RANGE(err, {"working memory", own->memory_mb, 0, INT_MAX});
    if (status == S2RGF_OK)
        status = s2_scene_options_check(&own->scene->options, err);
    if (status == S2RGF_OK &&
        ((!own->model && !own->scene->model_path) || own->scene->options.input_count == 0))
        status = s2_fail(err, S2RGF_INVALID_ARGUMENT, "a model and an input are needed");
    return status;
}

s2rgf_status s2rgf_lazy_map_open(const s2rgf_lazy_map_options *options, const s2rgf_host *host,
                                 s2rgf_lazy_map **map, s2rgf_error *err)
{
    s2rgf_lazy_map_options own;
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"map", map});
    if (status != S2RGF_OK)
        return status;
    *map = NULL;
    status = take_options(options, &own, err);
    s2rgf_lazy_map *made = status == S2RGF_OK ? s2_calloc(1, sizeof *made) : NULL;
    if (!made)
        return status == S2RGF_OK ? s2_fail_memory(err, "map") : status;
    if (host)
        made->host = (s2rgf_host){.log = host->log, .user = host->user};
    status = s2_scene_record_copy(own.scene, &made->source, err);
    if (status == S2RGF_OK)
        status = s2_mapping_load(own.scene->model_path, own.model, S2_PRECISION_FLOAT, &made->model,
                                 &made->weights, err);
    if (status == S2RGF_OK)
        status = open_level(made, 0, host, err);
    if (status == S2RGF_OK)
        status = choose_tile(made, s2_mapping_memory_here(own.memory_mb), err);
    if (status == S2RGF_OK) {
        describe_grid(made);
        status = describe_metadata(made, err);
    }
    /* other levels and copies are opened later */
    if (status == S2RGF_OK)
        status = s2_scene_record_settle(made->source, err);
    if (status != S2RGF_OK) {
        s2rgf_lazy_map_close(made);
        return status;
    }
    *map = made;
    return S2RGF_OK;
}

s2rgf_status s2rgf_lazy_map_clone(const s2rgf_lazy_map *map, s2rgf_lazy_map **copy,
                                  s2rgf_error *err)
{
    s2rgf_lazy_map_options options = {.size = sizeof options};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"map", map}, {"copy", copy});
    if (status != S2RGF_OK)
        return status;
    options.scene = map->source;
    options.model = map->model;
    options.memory_mb = (int)(map->limit_bytes / 1024 / 1024);
    status = s2rgf_lazy_map_open(&options, NULL, copy, err);
    /* what there is to warn of was said of the first */
    if (status == S2RGF_OK)
        (*copy)->values_checked = true;
    return status;
}

const s2rgf_map_info *s2rgf_lazy_map_info(const s2rgf_lazy_map *map)
{
    return map ? &map->info : NULL;
}

s2rgf_status s2rgf_lazy_map_describe(const s2rgf_lazy_map *map, void *band, s2rgf_error *err)
{
    s2_error_clear(err);
    const s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"map", map}, {"band", band});
    if (status != S2RGF_OK)
        return status;
    const s2_class_table *classes = &map->model->painted;
    return s2_class_set_palette(band, classes) && s2_class_set_categories(band, classes) &&
                   s2_class_set_table(band, classes, NULL)
               ? S2RGF_OK
               : s2_fail(err, S2RGF_IO, "the band takes no description of the classes");
}

void s2rgf_lazy_map_rest(s2rgf_lazy_map *map)
{
    for (int i = 0; map && i < S2RGF_MAP_LEVELS; i++) {
        map_level *level = &map->levels[i];
        s2_network_input_close(level->input);
        level->input = NULL;
        s2_run_free(level->run);
        level->run = NULL;
        if (level->is_open)
            s2_scene_drop(&level->scene);
    }
}

void s2rgf_lazy_map_close(s2rgf_lazy_map *map)
{
    if (!map)
        return;
    s2rgf_lazy_map_rest(map);
    for (int i = 0; i < S2RGF_MAP_LEVELS; i++)
        if (map->levels[i].is_open)
            s2_scene_close(&map->levels[i].scene);
    s2_mapping_leave(map->model);
    s2rgf_scene_free(map->source);
    s2_class_metadata_free(map->metadata);
    s2_free(map);
}

/* Hold what lies under a tile of the files, so that no block is decoded twice for it, as far as
   there is memory; the block cache is the host's. */
static s2rgf_status hold_pieces(s2rgf_lazy_map *map, map_level *level, s2rgf_error *err)
{
    s2_scene_blocks blocks;
    s2_reading reading;
    s2_scene_describe_blocks(&level->scene, &blocks);
    const size_t used = s2_mapping_bytes(&map->model->content, map->weights, &level->geometry,
                                         &level->tiling, false);
    const s2_reading_demand demand = {.blocks = &blocks,
                                      .geometry = &level->geometry,
                                      .tiling = &level->tiling,
                                      .threads = 1,
                                      .halo_px = 2 * map->weights->ops->tiles.halo_px,
                                      .rows = HELD_ROWS,
                                      .limit_bytes =
                                          used < map->limit_bytes ? map->limit_bytes - used : 0};
    s2_scene_plan_reading(&demand, &reading);
    return s2_scene_hold(&level->scene, &reading, err);
}

/* The level, open and with memory to run. */
static s2rgf_status prepare_level(s2rgf_lazy_map *map, int index, map_level **level,
                                  s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    if (index < 0 || index >= S2RGF_MAP_LEVELS)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "level: expected 0 to %d, found %d",
                       S2RGF_MAP_LEVELS - 1, index);
    *level = &map->levels[index];
    if (!(*level)->is_open)
        status = open_level(map, index, NULL, err);
    if (status != S2RGF_OK || (*level)->run)
        return status;
    if (!map->values_checked) {
        const s2_run_geometry *whole = &map->levels[0].geometry;
        map->values_checked = true;
        status = s2_scene_check_values(&map->levels[0].scene, &map->model->content,
                                       (s2_rect){0, 0, whole->width, whole->height}, false,
                                       &map->host, err);
        if (status != S2RGF_OK)
            return status;
    }
    s2rgf_lazy_map_rest(map);
    (*level)->tiling = tiling_of(&(*level)->geometry, map->info.tile_px);
    status = hold_pieces(map, *level, err);
    if (status == S2RGF_OK)
        status = s2_network_input_open(&(*level)->scene, &map->model->content, S2_INPUT_AT_ONCE,
                                       &(*level)->input, err);
    if (status == S2RGF_OK)
        status = s2_run_create(map->weights, &(*level)->geometry, &(*level)->tiling, &(*level)->run,
                               err);
    return status;
}

/* A rectangle to fill, on its way through the tiles. */
typedef struct rect_job {
    s2rgf_lazy_map *map;
    map_level *level;
    s2_rect rect;
    uint16_t *values;      /* [rect.h][rect.w] */
    uint64_t scored, lost; /* pixels with data; of these, without finite scores */
} rect_job;

/* Of the rows of a tile, the pixels that lie in the rectangle. */
static s2rgf_status fill_from_rows(void *context, s2_rect rows, const float *scores,
                                   const uint8_t *valid, s2rgf_error *err)
{
    rect_job *job = context;
    const s2_class_table *classes = &job->map->model->painted;
    const s2_rect common = s2_rect_intersect(rows, job->rect);
    (void)err;
    for (int y = common.y; y < common.y + common.h; y++)
        for (int x = common.x; x < common.x + common.w; x++) {
            const size_t from = (size_t)(y - rows.y) * (size_t)rows.w + (size_t)(x - rows.x);
            const size_t to =
                (size_t)(y - job->rect.y) * (size_t)job->rect.w + (size_t)(x - job->rect.x);
            const float *own = scores + from * (size_t)classes->count;
            job->values[to] = 0;
            job->scored += valid[from] != 0;
            if (valid[from] && !s2_mapping_class(classes, own, &job->values[to]))
                job->lost++;
        }
    return S2RGF_OK;
}

s2rgf_status s2rgf_lazy_map_read(s2rgf_lazy_map *map, int level, const int rect[4],
                                 uint16_t *values, s2rgf_error *err)
{
    map_level *read = NULL;
    s2_error_clear(err);
    s2rgf_status status =
        S2_ARGUMENTS_GIVEN(err, {"map", map}, {"rectangle", rect}, {"values", values});
    if (status == S2RGF_OK)
        status = prepare_level(map, level, &read, err);
    if (status != S2RGF_OK)
        return status;
    const s2_rect wanted = {rect[0], rect[1], rect[2], rect[3]};
    const int px = map->info.tile_px;
    const s2_rect all = {0, 0, read->geometry.width, read->geometry.height};
    if (s2_rect_is_empty(wanted) || !s2_rect_contains(all, wanted))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "rectangle: not inside the map: expected part of %d x %d pixels, found %d x %d at %d, "
            "%d",
            all.w, all.h, wanted.w, wanted.h, wanted.x, wanted.y);
    const s2_rect tiles = s2_tiling_tiles(&(s2_tiling){px, px, wanted});
    rect_job job = {map, read, wanted, values, 0, 0};
    const s2_tile_io io = {.next = s2_network_input_next,
                           .input = read->input,
                           .context = &job,
                           .take = fill_from_rows};
    for (int y = tiles.y; y < tiles.y + tiles.h; y++)
        for (int x = tiles.x; x < tiles.x + tiles.w && status == S2RGF_OK; x++)
            status = read->run->ops->run_compute(read->run, s2_tiling_core(&read->tiling, x, y),
                                                 NULL, &io, err);
    map->has_scored = map->has_scored || job.lost < job.scored;
    if (status == S2RGF_OK && job.lost > 0 && !map->has_scored)
        status = s2_mapping_fail_scores(map->model->path, job.scored, err);
    return status;
}
