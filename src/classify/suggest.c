/* s2rgf_suggest: where to label next. */
#include <limits.h>

#include "classify/candidates.h"
#include "classify/classify_job.h"
#include "classify/suggestion_choice.h"
#include "core/argument.h"
#include "core/error.h"
#include "core/granted.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "geo/labels/labels.h"
#include "geo/points/point_layer.h"
#include "s2rgf/classification.h"
#include "s2rgf/suggestions.h"
#include "scene/pixel_features.h"
#include "scene/scene_description.h"

#define MOST_PLACES 10000
#define CANDIDATES 8 /* for each place, at least FEWEST_CANDIDATES in all */
#define FEWEST_CANDIDATES 4096
#define KNOWN_LABELS 1024 /* labels whose features candidates are compared with */

static const s2_point_field FIELDS[] = {{"likeliest", NULL, S2_POINT_TEXT},
                                        {"second", NULL, S2_POINT_TEXT},
                                        {"margin", NULL, S2_POINT_REAL},
                                        {"class", NULL, S2_POINT_TEXT}};
#define FIELD_COUNT (sizeof FIELDS / sizeof FIELDS[0])

/** Places being chosen. */
typedef struct suggestion {
    const s2rgf_suggest_options *options;
    const s2rgf_host *host;
    s2rgf_classify_options classify;
    s2_classify_job job;
    s2_point_layer layer;
    s2_candidates candidates;
    s2_candidate *list; /* [count] */
    float *features;    /* [count][bands] */
    s2_label_runs labels;
    float *label_features; /* [known][bands] */
    size_t count, known;
    s2_ground ground;
} suggestion;

static const s2rgf_suggest_options DEFAULTS = {.points = 50};

void s2rgf_suggest_options_init(s2rgf_suggest_options *options, size_t size)
{
    s2_options_fill(options, size, &DEFAULTS, sizeof DEFAULTS);
}

static s2rgf_status check_suggest_options(const s2rgf_suggest_options *options, s2rgf_error *err)
{
    s2rgf_status status =
        S2_ARGUMENTS_GIVEN(err, {"model", options->model_path}, {"output", options->output_path});
    if (status == S2RGF_OK)
        status = s2_scene_options_check(&options->scene, err);
    if (status == S2RGF_OK && options->labels.path)
        status = s2_label_options_check(&options->labels, err);
    return status == S2RGF_OK
               ? S2_ARGUMENTS_IN_RANGE(err, {"number of places", options->points, 1, MOST_PLACES},
                                       {"distance", options->distance_m, 0, 1e7},
                                       {"threads", options->threads, 0, 1024},
                                       {"tile", options->tile_px, 0, INT_MAX},
                                       {"working memory", options->memory_mb, 0, INT_MAX},
                                       {"block cache", options->block_cache_mb, 0, INT_MAX})
               : status;
}

/** Refuse to write over an input, a part of one, or what belongs to another data set. */
static s2rgf_status guard_suggestion(const suggestion *s, s2rgf_error *err)
{
    const s2rgf_suggest_options *options = s->options;
    const char *const others[] = {options->labels.path, options->mask_path};
    const s2_guarded_inputs inputs = {options->model_path, &options->scene, others,
                                      sizeof others / sizeof others[0]};
    s2_output_guard guard = {0};
    s2rgf_status status =
        s2_output_guard_add_map(&guard, options->output_path, s->layer.suffixes, err);
    if (status == S2RGF_OK)
        status = s2_output_guard_check(&guard, &inputs, options->overwrite, err);
    s2_output_guard_clear(&guard);
    return status;
}

/** Open what is read and try what will be written. */
static s2rgf_status prepare_suggestion(suggestion *s, s2rgf_error *err)
{
    const s2rgf_suggest_options *options = s->options;
    s2_classify_job *job = &s->job;
    s2rgf_status status = s2_classify_prepare(job, s->host, err);
    if (status != S2RGF_OK)
        return status;
    const s2_grid *grid = &job->scene.grid;
    s2_ground_init(&s->ground, grid);
    if (options->distance_m > 0.0 && !s->ground.is_known)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "distance of %g m: expected rasters with a CRS that has a unit of length",
                       options->distance_m);
    status = s2_point_layer_prepare(
        &(s2_map_target){.path = options->output_path, .overwrite = options->overwrite},
        options->format, grid, FIELDS, FIELD_COUNT, &s->layer, err);
    if (status == S2RGF_OK)
        status = guard_suggestion(s, err);
    if (status == S2RGF_OK && options->labels.path)
        status = s2_labels_read_places(&options->labels, grid, s->host, &s->labels, err);
    if (status == S2RGF_OK && options->labels.path && s->labels.count == 0)
        s2_log(s->host, S2RGF_WARNING, "%s: no label lies on the scene: labels have no effect",
               options->labels.path);
    if (status == S2RGF_OK)
        status = s2_candidates_init(&s->candidates, grid->width, grid->height,
                                    job->content->classes.count, err);
    return status;
}

/** What the network reads at places. *features out [count][bands], released with s2_free() */
static s2rgf_status read_features(suggestion *s, const int (*places)[2], size_t count,
                                  float **features, s2rgf_error *err)
{
    const size_t bands = s2_pixel_feature_count(s->job.content);
    size_t numbers;
    *features = s2_multiply(count, bands, &numbers) ? s2_alloc(numbers, sizeof(float)) : NULL;
    return *features ? s2_pixel_features_read(&s->job.scene, s->job.content, places, count, s->host,
                                              *features, err)
                     : s2_fail_memory(err, "places to suggest");
}

static size_t count_labels(const s2_label_runs *labels)
{
    size_t count = 0;
    for (size_t i = 0; i < labels->count; i++)
        count += (size_t)(labels->items[i].last - labels->items[i].x) + 1;
    return count;
}

/** So many of the labels, evenly spread over all. places out [count] */
static void pick_labels(const s2_label_runs *labels, int (*places)[2], size_t count)
{
    const size_t all = count_labels(labels);
    size_t before = 0, picked = 0;
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_run *run = &labels->items[i];
        const size_t end = before + (size_t)(run->last - run->x) + 1;
        for (; picked < count && picked * all / count < end; picked++) {
            places[picked][0] = run->x + (int)(picked * all / count - before);
            places[picked][1] = run->y;
        }
        before = end;
    }
}

/** Find the candidates, and what the network reads of them and of labels. */
static s2rgf_status describe_places(suggestion *s, s2rgf_error *err)
{
    const size_t wanted = CANDIDATES * (size_t)s->options->points;
    const size_t most = wanted > FEWEST_CANDIDATES ? wanted : FEWEST_CANDIDATES;
    const size_t labels = count_labels(&s->labels);
    s->known = labels < KNOWN_LABELS ? labels : KNOWN_LABELS;
    s2rgf_status status = s2_candidates_list(
        &s->candidates, most / (size_t)s->job.content->classes.count + 1, &s->list, &s->count, err);
    if (status != S2RGF_OK)
        return status;
    if (s->count == 0)
        return s2_fail(err, S2RGF_MISMATCH,
                       "%s: no place to suggest: expected pixels with data in every source%s",
                       s->options->model_path, s->options->mask_path ? ", in the mask" : "");
    int(*places)[2] = s2_alloc(s->count > s->known ? s->count : s->known, sizeof *places);
    if (!places)
        return s2_fail_memory(err, "places to suggest");
    for (size_t i = 0; i < s->count; i++) {
        places[i][0] = s->list[i].x;
        places[i][1] = s->list[i].y;
    }
    status = read_features(s, (const int(*)[2])places, s->count, &s->features, err);
    pick_labels(&s->labels, places, s->known);
    if (status == S2RGF_OK)
        status = read_features(s, (const int(*)[2])places, s->known, &s->label_features, err);
    s2_free(places);
    return status;
}

/** Tell how many places there are, by predicted class. */
static void tell_suggestion(const suggestion *s, const size_t *chosen, size_t found)
{
    const s2_class_table *classes = &s->job.content->classes;
    for (int c = 0; c < classes->count; c++) {
        size_t places = 0;
        for (size_t i = 0; i < found; i++)
            places += s->list[chosen[i]].doubt.first == c;
        if (places > 0)
            s2_log(s->host, S2RGF_INFO, "Class %d %s: %zu %s", classes->items[c].value,
                   classes->items[c].name, places, s2_plural(places, "place", "places"));
    }
    if (found < (size_t)s->options->points)
        s2_log(
            s->host, S2RGF_WARNING,
            "%d places were asked for, %zu found%s: expected a larger scene or a smaller distance",
            s->options->points, found,
            s->options->distance_m > 0.0 ? " at this distance from each other" : "");
}

static s2rgf_status write_places(suggestion *s, const size_t *chosen, size_t found,
                                 s2rgf_error *err)
{
    const s2_class *classes = s->job.content->classes.items;
    s2_point *points = s2_alloc(found, sizeof *points);
    s2_point_value *values = s2_alloc(FIELD_COUNT * found, sizeof *values);
    s2rgf_status status = points && values ? S2RGF_OK : s2_fail_memory(err, "places to suggest");
    for (size_t i = 0; i < found && status == S2RGF_OK; i++) {
        const s2_candidate *place = &s->list[chosen[i]];
        s2_point_value *of = values + FIELD_COUNT * i;
        of[0].text = classes[place->doubt.first].name;
        of[1].text = classes[place->doubt.second].name;
        of[2].real = (double)place->doubt.margin;
        of[3].text = NULL;
        points[i] = (s2_point){place->x, place->y, of};
    }
    if (status == S2RGF_OK)
        status = s2_point_layer_write(&s->layer, points, found, err);
    s2_free(points);
    s2_free(values);
    return status;
}

/** Choose among the candidates and write what was chosen. */
static s2rgf_status choose_places(suggestion *s, s2rgf_error *err)
{
    const size_t wanted = (size_t)s->options->points;
    size_t *chosen = s2_alloc(wanted, sizeof *chosen), found = 0;
    const s2_choice_input input = {.candidates = s->list,
                                   .features = s->features,
                                   .count = s->count,
                                   .labels = &s->labels,
                                   .label_features = s->label_features,
                                   .known_count = s->known,
                                   .bands = s2_pixel_feature_count(s->job.content),
                                   .classes = s->job.content->classes.count,
                                   .ground = &s->ground,
                                   .distance_m = s->options->distance_m,
                                   .wanted = wanted};
    s2rgf_status status = chosen ? s2_choose_suggestions(&input, chosen, &found, err)
                                 : s2_fail_memory(err, "places to suggest");
    if (status == S2RGF_OK && found == 0 && s->options->distance_m == 0.0)
        status =
            s2_fail(err, S2RGF_MISMATCH, "%s: every pixel with data is labelled: no place left",
                    s->options->labels.path);
    else if (status == S2RGF_OK && found == 0)
        status = s2_fail(err, S2RGF_MISMATCH, "%s: no place is %g m or more away from all labels",
                         s->options->labels.path, s->options->distance_m);
    if (status == S2RGF_OK)
        status = write_places(s, chosen, found, err);
    if (status == S2RGF_OK) {
        tell_suggestion(s, chosen, found);
        s2_log(s->host, S2RGF_INFO, "%s: %zu %s", s->options->output_path, found,
               s2_plural(found, "place", "places"));
    }
    s2_free(chosen);
    return status;
}

s2rgf_status s2rgf_suggest(const s2rgf_suggest_options *options, const s2rgf_host *host,
                           s2rgf_error *err)
{
    s2rgf_suggest_options own = DEFAULTS;
    suggestion s = {.options = &own, .host = host, .layer.files.work.lock = -1};
    s2_error_clear(err);
    s2rgf_status status = s2_options_take(&own, sizeof own, options, err);
    if (status == S2RGF_OK)
        status = check_suggest_options(&own, err);
    if (status != S2RGF_OK)
        return status;
    s2rgf_classify_options_init(&s.classify, sizeof s.classify);
    s.classify.scene = own.scene;
    s.classify.model_path = own.model_path;
    s.classify.mask_path = own.mask_path;
    s.classify.tile_px = own.tile_px;
    s.classify.threads = own.threads;
    s.classify.memory_mb = own.memory_mb;
    s.classify.block_cache_mb = own.block_cache_mb;
    s2_classify_init(&s.job, &s.classify);
    s.job.candidates = &s.candidates;
    status = prepare_suggestion(&s, err);
    if (status == S2RGF_OK)
        status = s2_classify_tiles(&s.job, host, err);
    if (status == S2RGF_OK)
        status = s2_classify_check_scores(&s.job, host, err);
    if (status == S2RGF_OK)
        status = describe_places(&s, err);
    if (status == S2RGF_OK)
        status = choose_places(&s, err);
    s2_candidates_clear(&s.candidates);
    s2_label_runs_clear(&s.labels);
    s2_point_layer_close(&s.layer);
    s2_classify_clear(&s.job);
    S2_FREE_EACH(s.list, s.features, s.label_features);
    return status;
}
