/* s2_classify(): follow a pixel from the raster files to the map. */
#include "classify/classify_scene.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "classify/classify_job.h"
#include "classify/finishing.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/map/map_format.h"
#include "scene/network_input.h"
#include "scene/reading.h"
#include "scene/value_range.h"
#include "tiles/tile_choice.h"
#include "tiles/tile_runner.h"

#define TILE_SMALLEST_PX 16
#define TILE_LARGEST_PX 8192
#define MB ((size_t)1024 * 1024)
#define SMALLEST_CACHE (32 * MB) /* of GDAL's blocks */
#define HELD_ROWS 2       /* of pieces of files: workers side by side cross into the next apart */
#define READ_HALOS 2      /* what is read around a tile, at most, in halos as they are counted */
#define DECODED_BYTES 128 /* of a file, that take about as long as computing a pixel */
#define SHARE_LINES 256   /* shares begin at multiples of it, or of the tile that is asked for */

/* The part of the reference grid to map. */
static s2rgf_status choose_rect(s2_classify_job *job, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const s2_rect all = {0, 0, job->geometry.width, job->geometry.height};
    job->rect = all;
    if (options->has_srcwin && options->has_projwin)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "srcwin and projwin: give only one of them");
    if (options->has_srcwin) {
        for (int i = 0; i < 4; i++)
            if (options->srcwin[i] != floor(options->srcwin[i]) || fabs(options->srcwin[i]) > 1e9)
                return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                               "srcwin: expected whole pixels, found %.10g", options->srcwin[i]);
        job->rect = (s2_rect){(int)options->srcwin[0], (int)options->srcwin[1],
                              (int)options->srcwin[2], (int)options->srcwin[3]};
    }
    if (options->has_projwin) {
        const s2rgf_status status = s2_grid_projwin(&job->scene.grid, options->projwin,
                                                    options->projwin_srs, &job->rect, err);
        if (status != S2RGF_OK)
            return status;
    }
    if (s2_rect_is_empty(job->rect) || !s2_rect_contains(all, job->rect))
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "srcwin: not inside the reference grid: expected part of %d x %d pixels, found %d x "
            "%d at %d, %d",
            all.w, all.h, job->rect.w, job->rect.h, job->rect.x, job->rect.y);
    return S2RGF_OK;
}

/* Note the size of one of many scenes. */
static s2rgf_status check_size(s2_classify_job *job, s2rgf_error *err)
{
    s2_classify_common *common = job->common;
    if (!common)
        return S2RGF_OK;
    common->pixels = (size_t)job->rect.w * (size_t)job->rect.h;
    common->is_too_large = common->most_pixels > 0 && common->pixels > common->most_pixels;
    return common->is_too_large ? s2_fail(err, S2RGF_UNSUPPORTED, "too large to wait for")
                                : S2RGF_OK;
}

/* Of the rectangle, the lines of a share. */
static s2rgf_status cut_share(s2_classify_job *job, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    job->share = (s2_map_share){.number = options->share, .count = options->share_count};
    if (options->share_count == 0)
        return S2RGF_OK;
    return s2_map_share_cut(&job->rect, options->tile_px ? options->tile_px : SHARE_LINES,
                            &job->share, err);
}

/* Bytes of the outputs' lines that wait until whole file blocks can be written. */
static size_t waiting_bytes(const s2_classify_job *job, const s2_tiling *tiling)
{
    const s2_class_table *classes = &job->content->classes;
    size_t bytes = s2_map_class_bytes(&job->map_classes);
    for (s2_map_kind kind = S2_MAP_CONFIDENCE; kind < S2_MAP_KINDS; kind++)
        bytes += job->asked[kind] ? sizeof(float) * (size_t)s2_map_bands(kind, classes) : 0;
    return (size_t)job->rect.w * ((size_t)tiling->h + S2_MAP_WAITING_LINES) * bytes;
}

/* Bytes of workers and of what waits to be written. */
static void measure_tiles(const s2_classify_job *job, const s2_tiling *tiling, bool quick,
                          s2_tile_need *need)
{
    need->each = s2_classify_worker_bytes(job, tiling, quick);
    need->shared = waiting_bytes(job, tiling);
}

/* What the choice of tiles asks about the job. */
typedef struct tile_question {
    const s2_classify_job *job;
    const s2rgf_host *host;
    s2_scene_blocks blocks;
} tile_question;

static s2rgf_status answer_bytes(const void *context, const s2_tiling *tiling, bool quick,
                                 s2_tile_need *need, s2rgf_error *err)
{
    const tile_question *question = context;
    measure_tiles(question->job, tiling, quick, need);
    return s2_progress(question->host, 0.0) ? S2RGF_OK
                                            : s2_fail(err, S2RGF_CANCELLED, "interrupted");
}

static void plan_reading(const tile_question *question, const s2_tiling *tiling, int threads,
                         size_t spare_bytes, s2_reading *reading)
{
    const s2_reading_demand demand = {.blocks = &question->blocks,
                                      .geometry = &question->job->geometry,
                                      .tiling = tiling,
                                      .threads = threads,
                                      .halo_px =
                                          READ_HALOS * question->job->weights->ops->tiles.halo_px +
                                          question->job->geometry.margin_px,
                                      .rows = HELD_ROWS,
                                      .limit_bytes = spare_bytes};
    s2_scene_plan_reading(&demand, reading);
}

static double answer_reading(const void *context, const s2_tiling *tiling, int threads,
                             size_t spare_bytes)
{
    s2_reading reading;
    plan_reading(context, tiling, threads, spare_bytes, &reading);
    return reading.decoded_bytes / DECODED_BYTES;
}

/* Seams where there is memory for them. Where not all pixels are wanted, tiles of which none is are
   not computed, so none can rely on another; with margins, tiles overlap. */
static s2_seam_demand measure_seams(const s2_classify_job *job, size_t spare_bytes)
{
    const size_t limit = job->limit_bytes;
    const s2_seam_demand none = {.right_count = 0};
    if (s2_wanted_is_asked(job->options) || job->geometry.margin_px > 0)
        return none;
    const s2_seam_demand seams =
        s2_tile_seams_measure(job->weights, &job->geometry, &job->tiling, job->threads, limit);
    return s2_tile_seams_bytes(&seams) <= spare_bytes ? seams : none;
}

/* What GDAL's drivers need of its cache while blocks are decoded, and no more. */
static void fit_block_cache(const s2_classify_job *job, const s2_scene_blocks *blocks,
                            const s2rgf_host *host)
{
    const size_t largest = (size_t)job->options->block_cache_mb * MB;
    const size_t wanted = s2_scene_cache_bytes(blocks, job->threads);
    const size_t bytes = wanted < SMALLEST_CACHE ? SMALLEST_CACHE : wanted;
    s2_block_cache_resize(bytes < largest ? bytes : largest);
    s2_log(host, S2RGF_DEBUG, "block cache of %zu MB", s2_block_cache_bytes() / MB);
}

/* What of the memory that tiles leave goes to pieces of files and to seams. */
static s2rgf_status share_memory(s2_classify_job *job, const tile_question *question,
                                 const s2_tile_choice *choice, s2rgf_error *err)
{
    const s2rgf_host *host = question->host;
    const size_t spare = job->limit_bytes - choice->bytes;
    s2_reading reading;
    plan_reading(question, &job->tiling, job->threads, spare, &reading);
    job->seam_demand = measure_seams(job, spare - reading.bytes);
    if (job->options->block_cache_mb > 0)
        fit_block_cache(job, &question->blocks, host);
    s2_log(host, S2RGF_DEBUG,
           "tiles of %d x %d, %d %s, %zu MB in all, %zu MB of it for seams, %zu MB for pieces "
           "of files",
           job->tiling.w, job->tiling.h, job->threads,
           s2_plural((uint64_t)job->threads, "thread", "threads"),
           (choice->bytes + s2_tile_seams_bytes(&job->seam_demand) + reading.bytes) / MB,
           s2_tile_seams_bytes(&job->seam_demand) / MB, reading.bytes / MB);
    return s2_scene_hold(&job->scene, &reading, err);
}

/* Tile size and workers that keep the memory limit. */
static s2rgf_status choose_tiles(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const int wanted = options->tile_px;
    tile_question question = {.job = job, .host = host};
    s2_scene_describe_blocks(&job->scene, &question.blocks);
    s2_tile_traits traits = job->weights->ops->tiles;
    traits.halo_px += job->geometry.margin_px;
    const s2_tile_demand demand = {
        .rect = job->rect,
        .traits = traits,
        .widest_px = traits.by_rows ? job->rect.w : traits.width,
        .tile_px = wanted,
        .threads = s2_threads_startable(s2_thread_count(options->threads), host),
        .limit_bytes = job->limit_bytes,
        .measure = answer_bytes,
        .reading = answer_reading,
        .context = &question};
    s2_tile_choice choice;
    if (wanted != 0 && (wanted < TILE_SMALLEST_PX || wanted > TILE_LARGEST_PX))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "tile: expected %d to %d pixels, found %d",
                       TILE_SMALLEST_PX, TILE_LARGEST_PX, wanted);
    const s2rgf_status status = s2_tiles_choose(&demand, &choice, err);
    if (status != S2RGF_OK)
        return status;
    job->tiling = choice.tiling;
    job->tiles = s2_tiling_tiles(&job->tiling);
    job->threads = choice.threads;
    if (job->common)
        job->common->bytes = choice.bytes / (size_t)choice.threads;
    if ((wanted != 0 && choice.tiling.w != wanted) || choice.threads != demand.threads)
        s2_log(host, S2RGF_INFO, "Working memory of %zu MB: tiles of %d x %d pixels, %d %s",
               job->limit_bytes / MB, choice.tiling.w, choice.tiling.h, choice.threads,
               s2_plural((uint64_t)choice.threads, "thread", "threads"));
    return share_memory(job, &question, &choice, err);
}

static s2rgf_status create_output(s2_classify_job *job, s2_map_kind kind, const s2_grid *grid,
                                  const s2rgf_host *host, s2rgf_error *err)
{
    const s2rgf_classify_options *options = job->options;
    const char *path = s2_output_path(options, kind);
    const bool is_map = kind == S2_MAP_CLASSES;
    char lines[4096];
    char *finishing = NULL, *choices = NULL;
    const char *metadata[6] = {NULL};
    s2rgf_status status = s2_finishing_describe(options, kind, NULL, &finishing, err);
    if (status == S2RGF_OK && options->share_count > 0)
        status = s2_mapping_choices(options, &choices, err);
    if (status != S2RGF_OK) {
        s2_free(finishing);
        return status;
    }
    s2_mapping_provenance(job->content, &job->scene, lines, sizeof lines, metadata);
    metadata[3] = finishing ? finishing : choices;
    metadata[4] = finishing ? choices : NULL;
    /* The format is the map's; the others have that of their own names. */
    const bool has_options =
        is_map || s2_map_format_is_same(path, options->output_path, options->format);
    const s2_map_spec spec = {.kind = kind,
                              .path = path,
                              .format = is_map ? options->format : NULL,
                              .creation_options = has_options ? options->creation_options : NULL,
                              .overwrite = options->overwrite,
                              .style = options->style,
                              .grid = grid,
                              .classes = is_map ? &job->map_classes : &job->content->classes,
                              .metadata = metadata,
                              .smallest_patch =
                                  is_map ? options->smallest_patch : (s2rgf_patch_size){0},
                              .host = host,
                              .share = options->share_count ? &job->share : NULL,
                              .trial = job->common ? &job->common->trials[kind] : NULL};
    status = s2_map_create(&spec, &job->writers[kind], err);
    s2_free(finishing);
    s2_free(choices);
    return status;
}

static s2rgf_status create_outputs(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    s2_grid grid = {0};
    s2rgf_status status = s2_grid_cut(&job->scene.grid, job->rect, &grid, err);
    for (s2_map_kind kind = 0; kind < S2_MAP_KINDS && status == S2RGF_OK; kind++)
        if (job->asked[kind])
            status = create_output(job, kind, &grid, host, err);
    s2_grid_clear(&grid);
    return status;
}

s2rgf_status s2_classify_prepare(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    s2_precision precision = S2_PRECISION_FLOAT;
    s2rgf_status status = s2_mapping_precision(job->options->precision, &precision, err);
    if (status == S2RGF_OK)
        status = s2_mapping_load(job->options->model_path, job->options->model, precision,
                                 &job->model, &job->weights, err);
    if (status != S2RGF_OK)
        return status;
    job->content = &job->model->content;
    status = s2_finishing_classes(job->options, &job->content->classes, &job->map_classes, err);
    if (status == S2RGF_OK)
        status = s2_scene_open_for_model(&job->options->scene, job->content, NULL, host,
                                         &job->scene, err);
    if (status != S2RGF_OK)
        return status;
    s2_scene_report(&job->scene, host);
    s2_scene_geometry(&job->scene, &job->geometry);
    job->geometry.margin_px = job->options->smooth_px / 2;
    status = choose_rect(job, err);
    if (status == S2RGF_OK)
        status = check_size(job, err);
    if (status == S2RGF_OK)
        status =
            s2_wanted_areas_read(job->options, &job->scene.grid, job->rect, host, &job->areas, err);
    if (status == S2RGF_OK)
        status = cut_share(job, err);
    if (status == S2RGF_OK)
        status = s2_scene_check_values(&job->scene, job->content, job->rect,
                                       !s2_wanted_is_asked(job->options) &&
                                           job->rect.w == job->geometry.width &&
                                           job->rect.h == job->geometry.height,
                                       host, err);
    if (status == S2RGF_OK)
        status = choose_tiles(job, host, err);
    if (status == S2RGF_OK)
        status = create_outputs(job, host, err);
    return status;
}

/* How often a pixel of each source was read and encoded: once, and again in halos of further tiles.
 */
static void report_reads(const s2_classify_job *job, const s2rgf_host *host)
{
    for (int s = 0; s < job->scene.count; s++) {
        const double *m = job->geometry.ref_to_source[s].m;
        const double under = (double)job->rect.w * job->rect.h * fabs(m[1] * m[5] - m[2] * m[4]);
        if (job->encoded_pixels[s] > 0.0)
            s2_log(host, S2RGF_DEBUG, "source %s: a pixel is read %.3f times, encoded %.3f times",
                   job->content->sources[s].name, job->read_pixels[s] / under,
                   job->encoded_pixels[s] / under);
        else
            s2_log(host, S2RGF_DEBUG, "source %s: a pixel is read %.3f times",
                   job->content->sources[s].name, job->read_pixels[s] / under);
    }
}

/* Seconds of all workers by stage, and the arithmetic of the map itself, halos not counted: as
   direct convolutions, and what of it was done. */
static void report_seconds(const s2_classify_job *job, const s2rgf_host *host)
{
    static const char *const stages[S2_STAGES + 1] = {"read", "encode",   "relate",
                                                      "head", "classify", "write"};
    const double part =
        (double)job->rect.w * job->rect.h / ((double)job->geometry.width * job->geometry.height);
    s2_work work[S2_STAGES + 1] = {{0}};
    s2_work all = {0};
    double seconds = 0.0;
    if (job->weights->ops->work)
        job->weights->ops->work(job->weights, &job->geometry, work);
    for (int i = 0; i <= S2_STAGES; i++) {
        const double gflop = 2e-9 * part * work[i].direct;
        if (gflop > 0.0)
            s2_log(host, S2RGF_DEBUG, "stage %s: %.3f s, %.1f GF/s", stages[i], job->seconds[i],
                   gflop / job->seconds[i]);
        else
            s2_log(host, S2RGF_DEBUG, "stage %s: %.3f s", stages[i], job->seconds[i]);
        seconds += gflop > 0.0 ? job->seconds[i] : 0.0;
        all.direct += gflop;
        all.done += 2e-9 * part * work[i].done;
    }
    if (all.direct > 0.0)
        s2_log(host, S2RGF_DEBUG, "stages that compute: %.3f s, %.1f GF/s, done %.1f GF/s", seconds,
               all.direct / seconds, all.done / seconds);
}

static void report_work(const s2_classify_job *job, const s2rgf_host *host)
{
    report_reads(job, host);
    report_seconds(job, host);
}

/* Pixels without finite scores are nodata; warn of them. */
s2rgf_status s2_classify_check_scores(const s2_classify_job *job, const s2rgf_host *host,
                                      s2rgf_error *err)
{
    if (job->lost_pixels > 0 && job->lost_pixels == job->scored_pixels)
        return s2_mapping_fail_scores(job->options->model_path, job->scored_pixels, err);
    if (job->scored_pixels == 0 && job->share.count == 0 && !job->candidates)
        s2_log(host, S2RGF_WARNING, "no pixel is mapped: none that is wanted has valid data");
    if (job->lost_pixels > 0)
        s2_log(host, S2RGF_WARNING,
               "%" PRIu64 " of %" PRIu64
               " pixels with data have no finite scores: they are nodata in the map, because their "
               "values are far from those of the training",
               job->lost_pixels, job->scored_pixels);
    return S2RGF_OK;
}

void s2_classify_init(s2_classify_job *job, const s2rgf_classify_options *options)
{
    const int memory_mb = s2_mapping_memory_here(options->memory_mb);
    *job = (s2_classify_job){.options = options, .limit_bytes = (size_t)memory_mb * MB};
    for (s2_map_kind kind = 0; kind < S2_MAP_KINDS; kind++)
        job->asked[kind] = s2_output_path(options, kind) != NULL;
}

void s2_classify_clear(s2_classify_job *job)
{
    for (int i = 0; i < S2_MAP_KINDS; i++)
        s2_map_close(job->writers[i]);
    s2_scene_close(&job->scene);
    s2_wanted_areas_clear(&job->areas);
    s2_class_table_clear(&job->map_classes);
    s2_mapping_leave(job->model);
}

static s2rgf_status guard_names(const s2rgf_classify_options *options, s2_classify_common *common,
                                s2rgf_error *err)
{
    s2_work_rests rests = {0};
    if (common)
        return s2_guard_classify(options, common->suffixes, &common->rests, err);
    const s2rgf_status status = s2_guard_classify(options, NULL, &rests, err);
    s2_work_rests_clear(&rests);
    return status;
}

s2rgf_status s2_classify(const s2rgf_classify_options *options, s2_classify_common *common,
                         const s2rgf_host *host, s2rgf_error *err)
{
    s2_classify_job job;
    s2_error_clear(err);
    if (!options->model_path || !options->output_path || options->scene.input_count == 0)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "a model, an input and an output are needed");
    s2_classify_init(&job, options);
    job.common = common;
    s2rgf_status status = guard_names(options, common, err);
    if (status == S2RGF_OK)
        status = s2_classify_prepare(&job, host, err);
    if (status == S2RGF_OK)
        status = s2_classify_tiles(&job, host, err);
    if (status == S2RGF_OK)
        status = s2_classify_check_scores(&job, host, err);
    if (status == S2RGF_OK)
        report_work(&job, host);
    if (status == S2RGF_OK)
        status = s2_map_commit(job.writers, S2_MAP_KINDS, err);
    s2_classify_clear(&job);
    return status;
}
