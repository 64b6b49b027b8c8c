/* A scene: all sources over one area and the reference grid they meet on. */
#ifndef S2_GEO_SOURCE_SOURCE_SET_H
#define S2_GEO_SOURCE_SOURCE_SET_H

#include "geo/source/source.h"
#include "s2rgf/scene.h"

/** How one source meets the reference grid. */
typedef struct s2_scene_source {
    s2_source *source;
    bool on_reference;       /* its grid is the reference grid: ref_to_source is the identity */
    s2_affine ref_to_source; /* reference pixel corner coordinates -> the source's */
    bool warped;             /* another CRS, warped */
    bool absent;             /* without a file: nothing is valid */
} s2_scene_source;

typedef struct s2_scene {
    s2_scene_source sources[S2RGF_MAX_SOURCES]; /* as names first appear, or in the model's order */
    int count;
    int reference;   /* index of the source whose grid is the reference grid */
    s2_grid grid;    /* reference grid */
    bool any_source; /* a pixel is valid where one source is, not only where all are */
} s2_scene;

/** What a model demands of a scene; NULL to s2_scene_open() while training. */
typedef struct s2_scene_demand {
    int count;
    const char *names[S2RGF_MAX_SOURCES]; /* sources in the model's order */
    bool on_reference[S2RGF_MAX_SOURCES]; /* must be presented on the reference grid */
    int reference;                        /* which one defines it */
    int band_count[S2RGF_MAX_SOURCES];    /* bands, and how many times as large as those of the */
    double ratio[S2RGF_MAX_SOURCES];      /* reference pixels are, where the scene lacks a source */
    const char *const *known_srs; /* [count] s2_source_file_srs() of before; NULL: unknown */
} s2_scene_demand;

/**
 * Open all sources, group files by name, find the reference grid and every source's relation to it.
 *
 * Without demand: the reference is the source with the smallest pixel; a source whose pixel grid is
 * congruent with it (same pixel size, offset a whole number of pixels, to 0.01 px) is on_reference
 * and gets a view of the reference extent. With demand: sources in the model's order, the model's
 * reference, and a source that must be on_reference but is not congruent is resampled onto the
 * reference grid. One source of the model and one input: the name may differ. With
 * options->any_source a source other than the reference may be absent, with a warning.
 *
 * Another CRS than the reference: warped (with a message), unless its coordinates are the same
 * to 0.01 px, as between ETRS89 and WGS 84.
 * Errors  IO, FORMAT, MISMATCH (a source the model has or has not), NO_MEMORY, INVALID_ARGUMENT (a
 *         source without CRS while others have one and none is assigned, one that does not overlap
 *         the reference, a bad name).
 */
s2rgf_status s2_scene_open(const s2rgf_scene_options *options, const s2_scene_demand *demand,
                           const s2rgf_host *host, s2_scene *scene, s2rgf_error *err);
/** The same scene with handles of its own, for another thread. */
s2rgf_status s2_scene_reopen(const s2_scene *scene, s2_scene *copy, s2rgf_error *err);
void s2_scene_close(s2_scene *scene);
/** One line a source: size, bands, type, pixel, CRS, extent, how it meets the reference grid. */
void s2_scene_report(const s2_scene *scene, const s2rgf_host *host);

#endif
