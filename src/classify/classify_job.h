/* One call of s2rgf_classify(): what its preparation and its workers share. */
#ifndef S2_CLASSIFY_CLASSIFY_JOB_H
#define S2_CLASSIFY_CLASSIFY_JOB_H

#include "classify/candidates.h"
#include "classify/classify_scene.h"
#include "classify/mapping.h"
#include "classify/output_names.h"
#include "classify/wanted.h"
#include "geo/map/map_writer.h"
#include "s2rgf/classification.h"
#include "tiles/tile_seams.h"

/** One call of s2rgf_classify(), read-only while the workers run, but for times, counts and
    writers. */
typedef struct s2_classify_job {
    const s2rgf_classify_options *options;
    s2_classify_common *common; /* or NULL */
    const s2rgf_model *model;
    const s2_model_content *content;
    const s2_weights *weights;
    s2_scene scene; /* describes the sources; workers read through their own handles */
    s2_run_geometry geometry;
    s2_rect rect; /* reference pixels to map */
    s2_wanted_areas areas;
    s2_map_share share; /* count 0: no share but the whole rectangle */
    s2_tiling tiling;
    s2_rect tiles; /* of the tiling */
    int threads;
    size_t limit_bytes; /* of working memory */
    s2_seam_demand seam_demand;
    s2_tile_seams *seams;          /* NULL: tiles share nothing */
    double seconds[S2_STAGES + 1]; /* of all workers; the last: writing */
    /* of each source, by all workers */
    double read_pixels[S2RGF_MAX_SOURCES], encoded_pixels[S2RGF_MAX_SOURCES];
    uint64_t scored_pixels, lost_pixels; /* with data; of these, without finite scores */
    s2_class_table map_classes;          /* of the model and of finishing */
    bool asked[S2_MAP_KINDS];            /* which outputs there are */
    s2_map_writer *writers[S2_MAP_KINDS];
    s2_candidates *candidates; /* which take the tiles in place of writers, or NULL; borrowed */
} s2_classify_job;

/** A job for options, which are borrowed: nothing is opened. job out */
void s2_classify_init(s2_classify_job *job, const s2rgf_classify_options *options);
void s2_classify_clear(s2_classify_job *job);

/** Open all, check it, choose tiles and create the outputs that have a name. Errors: many. */
s2rgf_status s2_classify_prepare(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err);

/** After the tiles: warn of pixels without finite scores. Errors: FORMAT, if no pixel has some. */
s2rgf_status s2_classify_check_scores(const s2_classify_job *job, const s2rgf_host *host,
                                      s2rgf_error *err);

/** Bytes that a worker takes for the tiles of a tiling; quick: s2_mapping_bytes(). */
size_t s2_classify_worker_bytes(const s2_classify_job *job, const s2_tiling *tiling, bool quick);

/** Map all tiles of the job and hand them to its writers. Errors: those of the files, CANCELLED. */
s2rgf_status s2_classify_tiles(s2_classify_job *job, const s2rgf_host *host, s2rgf_error *err);

#endif
