/* Which part of which tensor one tile of a dense run needs. */
#ifndef S2_NN_DENSE_PLAN_H
#define S2_NN_DENSE_PLAN_H

#include "nn/dense/run.h"
#include "nn/layers/resample.h"

/**
 * Rectangles of one source, in its native pixels (on_reference: reference pixels) unless said
 * otherwise.
 */
typedef struct s2_source_plan {
    s2_rect inside;   /* read from the file: the part of `pixels` inside the source */
    s2_rect pixels;   /* what the convolutions reach, beyond the source too */
    s2_rect valid;    /* validity kept */
    s2_rect spectral; /* spectral features kept (not on_reference: sampled from here) */
    s2_rect detail;   /* not on_reference: what of them the core samples */
    s2_rect spatial;  /* spatial features; on_reference: feature grid */
    s2_rect middle;   /* first convolution of the spatial encoder; on_reference: feature grid */
    s2_rect sums;     /* on_reference: rows that windows around the core reach, its columns */
    /* what of the features is computed here: all that does not come across a seam */
    s2_rect spectral_computed, spatial_computed;
} s2_source_plan;

/**
 * Feature grid unless said otherwise. `x_computed` is inside the scene; `x` is what the next layer
 * reads, zero outside the scene.
 */
typedef struct s2_dense_plan {
    s2_rect core; /* reference pixels */
    s2_rect head; /* output of the head, sampled by the core */
    s2_rect block, block_computed;
    s2_rect middle, middle_computed; /* first convolution of the head's block */
    s2_rect fused, fused_computed;
    s2_rect fused_cells;           /* cells that hold fused_computed, on the lattice of cells */
    s2_rect gram_cells;            /* with the ring their windows need */
    s2_rect joint;                 /* pixels of gram_cells: outputs of the necks */
    s2_rect mixed, mixed_computed; /* outputs of ADRF, read by the necks */
    s2_rect scale_cells;           /* cells whose attention is interpolated over mixed_computed */
    s2_rect stat_cells;            /* with the ring their windows need */
    s2_rect stack;                 /* pixels of stat_cells: encoded features */
    s2_rect reference;             /* reference pixels under the stack */
    s2_source_plan source[S2RGF_MAX_SOURCES];
} s2_dense_plan;

/** Sampling of a source at the centres of feature (scale 2) or reference (scale 1) pixels. */
s2_sampling s2_dense_sampling(const s2_run_geometry *geometry, int source, double scale);
/** Sampling of the feature grid at the centres of reference pixels. */
s2_sampling s2_dense_upsampling(const s2_run_geometry *geometry);
/** The whole scene on the feature grid. */
s2_rect s2_dense_scene(const s2_run_geometry *geometry);
/** The whole of a source; on_reference: of the reference grid. */
s2_rect s2_dense_source(const s2_network_spec *spec, const s2_run_geometry *geometry, int source);

/**
 * Everything a core needs, layer by layer from the output back; no layer computes what is not
 * read.
 */
void s2_dense_plan_make(const s2_network_spec *spec, const s2_run_geometry *geometry, s2_rect core,
                        s2_dense_plan *plan);

/** Features of one source that a tile has and its neighbour needs too; empty: they share none. */
typedef struct s2_source_seam {
    s2_rect spectral, spatial;
} s2_source_seam;

/** Whether tiles share features of a source at all. */
bool s2_dense_can_share(const s2_network_spec *spec, const s2_run_geometry *geometry, int s);

/**
 * What the tile of core `from` can give to the one of core `to`, on its right or below it: out
 * [sources]. Nothing of a source on_reference, nor of one that is turned against the reference or
 * has smaller pixels along an axis.
 */
void s2_dense_plan_seam(const s2_network_spec *spec, const s2_run_geometry *geometry, s2_rect from,
                        s2_rect to, s2_source_seam *seams);

/** Do not compute what comes across the seams on the left and above, both in [sources]. */
void s2_dense_plan_omit(const s2_network_spec *spec, const s2_run_geometry *geometry,
                        const s2_source_seam *left, const s2_source_seam *above,
                        s2_dense_plan *plan);

#endif
