/* s2rgf_mosaic(): the shares of a map, joined into the map that one run would have written. */
#include <limits.h>
#include <string.h>

#include "classify/finishing.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/map/map_files.h"
#include "geo/map/map_format.h"
#include "geo/map/map_table.h"
#include "geo/map/map_writer.h"
#include "geo/map/share_set.h"
#include "geo/map/side_files.h"
#include "s2rgf/classification.h"
#include "scene/output_guard.h"

#define CHUNK_LINES 256 /* read at a time: whole file blocks and whole area blocks */

/* One call of s2rgf_mosaic(). */
typedef struct mosaic_job {
    const s2rgf_mosaic_options *options;
    s2_share_set set;
    s2_map_writer *writer; /* NULL for a VRT, which needs no copy of the pixels */
    s2_map_table *table;   /* of a VRT of classes */
    void *lines;           /* [bands][CHUNK_LINES][width]: uint16_t classes, or float */
} mosaic_job;

/* Hand lines on to the new file, or count them for the table of a VRT. */
static s2rgf_status use_lines(const mosaic_job *job, int y, int count, s2rgf_error *err)
{
    const s2_rect rect = {0, y, job->set.grid.width, count};
    if (job->table)
        return s2_map_table_count(job->table, job->lines, sizeof(uint16_t), y, count, err);
    if (job->set.kind == S2_MAP_CLASSES)
        return s2_map_write_classes(job->writer, rect, job->lines, err);
    return s2_map_write_floats(job->writer, rect, job->lines, err);
}

/* Go through all lines; a VRT of numbers has no use for them. */
static s2rgf_status join_lines(mosaic_job *job, const s2rgf_host *host, s2rgf_error *err)
{
    const int height = job->set.grid.height;
    s2rgf_status status = S2RGF_OK;
    if (!job->writer && !job->table)
        return S2RGF_OK;
    for (int y = 0; y < height && status == S2RGF_OK; y += CHUNK_LINES) {
        const int count = height - y < CHUNK_LINES ? height - y : CHUNK_LINES;
        status = s2_share_set_read(&job->set, y, count, job->lines, err);
        if (status == S2RGF_OK)
            status = use_lines(job, y, count, err);
        if (status == S2RGF_OK && !s2_progress(host, (double)(y + count) / height))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    return status;
}

/* Patches are those of a map, which is made anew; it says that small ones are gone. */
static s2rgf_status plan_sieve(mosaic_job *job, bool is_vrt, s2rgf_error *err)
{
    const s2rgf_mosaic_options *options = job->options;
    const s2rgf_classify_options sieve = {.smallest_patch = options->smallest_patch};
    char *line = NULL;
    const s2rgf_status checked = s2_finishing_check(&sieve, err);
    if (checked != S2RGF_OK)
        return checked;
    if (options->smallest_patch.hectares == 0.0 && options->smallest_patch.pixels == 0)
        return S2RGF_OK;
    if (job->set.kind != S2_MAP_CLASSES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: a smallest patch: expected shares of a map of classes, found numbers",
                       options->output_path);
    if (is_vrt)
        return s2_fail(
            err, S2RGF_INVALID_ARGUMENT,
            "%s: a smallest patch: expected a format of its own, found VRT, which refers "
            "to the shares",
            options->output_path);
    const char *before = s2_share_set_item(&job->set, S2_FINISHING_KEY);
    s2rgf_status status = s2_finishing_describe(&sieve, S2_MAP_CLASSES, before, &line, err);
    if (status == S2RGF_OK)
        s2_share_set_put_item(&job->set, S2_FINISHING_KEY, line + strlen(S2_FINISHING_KEY "="));
    s2_free(line);
    return status;
}

static s2rgf_status prepare_mosaic(mosaic_job *job, bool is_vrt, const s2rgf_host *host,
                                   s2rgf_error *err)
{
    const s2rgf_mosaic_options *options = job->options;
    const s2_map_spec spec = {.kind = job->set.kind,
                              .path = options->output_path,
                              .format = options->format,
                              .creation_options = options->creation_options,
                              .overwrite = options->overwrite,
                              .style = options->style,
                              .grid = &job->set.grid,
                              .classes = &job->set.classes,
                              .metadata = (const char *const *)job->set.metadata,
                              .smallest_patch = options->smallest_patch,
                              .host = host};
    size_t samples;
    if (s2_multiply((size_t)job->set.grid.width * CHUNK_LINES, (size_t)job->set.bands, &samples))
        job->lines =
            s2_alloc(samples, job->set.kind == S2_MAP_CLASSES ? sizeof(uint16_t) : sizeof(float));
    if (!job->lines)
        return s2_fail_memory(err, "lines of the map");
    s2rgf_status status = s2_share_set_join(&job->set, err);
    if (status == S2RGF_OK && !is_vrt)
        return s2_map_create(&spec, &job->writer, err);
    if (status == S2RGF_OK && job->set.kind == S2_MAP_CLASSES)
        status = s2_map_table_create(&job->set.grid, &job->set.classes, &job->table, err);
    return status;
}

/* The map may replace neither a share nor what belongs to another data set. */
static s2rgf_status check_mosaic_paths(const mosaic_job *job, s2rgf_error *err)
{
    const s2rgf_mosaic_options *options = job->options;
    char **suffixes = s2_side_suffixes(options->output_path, job->set.kind, options->format,
                                       options->creation_options, options->style);
    s2_output_guard guard = {0};
    s2_map_files_recover(options->output_path);
    s2rgf_status status = s2_output_guard_add_map(&guard, options->output_path, suffixes, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_close(&guard, err);
    for (int i = 0; i < job->set.count && status == S2RGF_OK; i++)
        status = s2_output_guard_file(&guard, job->set.paths[i], err);
    if (status == S2RGF_OK)
        status = s2_output_guard_strangers(&guard, options->overwrite, err);
    s2_output_guard_clear(&guard);
    s2_side_suffixes_free(suffixes);
    return status;
}

static const s2rgf_mosaic_options DEFAULTS = {.style = true};

void s2rgf_mosaic_options_init(s2rgf_mosaic_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

s2rgf_status s2rgf_mosaic(const s2rgf_mosaic_options *options, const s2rgf_host *host,
                          s2rgf_error *err)
{
    s2rgf_mosaic_options own = DEFAULTS;
    mosaic_job job = {.options = &own};
    s2_error_clear(err);
    s2rgf_status status = s2_options_take(&own, sizeof own, options, err);
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_GIVEN(err, {"output", own.output_path});
    if (status == S2RGF_OK)
        status = S2_ARGUMENTS_IN_RANGE(err, {"number of shares", own.share_count, 0, INT_MAX});
    if (status != S2RGF_OK)
        return status;
    const bool is_vrt = s2_map_format_is_vrt(own.output_path, own.format);
    if (is_vrt && own.creation_options && own.creation_options[0])
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "format VRT: expected no creation option, found %s",
                       own.creation_options[0]);
    status = s2_share_set_open(own.output_path, own.share_count, &job.set, err);
    if (status == S2RGF_OK)
        status = plan_sieve(&job, is_vrt, err);
    if (status == S2RGF_OK)
        status = check_mosaic_paths(&job, err);
    if (status == S2RGF_OK)
        status = prepare_mosaic(&job, is_vrt, host, err);
    if (status == S2RGF_OK)
        s2_log(host, S2RGF_INFO, "%s: %d %s, %d x %d pixels", own.output_path, job.set.count,
               s2_plural((uint64_t)job.set.count, "share", "shares"), job.set.grid.width,
               job.set.grid.height);
    if (status == S2RGF_OK)
        status = join_lines(&job, host, err);
    if (status == S2RGF_OK)
        status = is_vrt ? s2_share_set_write_vrt(&job.set, job.table, own.overwrite, own.style, err)
                        : s2_map_commit(&job.writer, 1, err);
    s2_map_close(job.writer);
    s2_map_table_free(job.table);
    s2_free(job.lines);
    s2_share_set_close(&job.set);
    return status;
}
