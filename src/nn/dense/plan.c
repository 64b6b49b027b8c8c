/* Which part of which tensor one tile of a dense run needs: along one axis, from the core, which is
   wanted, back to the pixels, which are read. Each line reaches as far as the line below it needs.
   The scene's edge cuts off what is computed; what lies beyond it is zero.

       pixels       =============================================     spatial encoder: two 3 x 3
       stack          =========================================       whole cells
       stat_cells     |    |    |    |    |    |    |    |    |       3 x 3 windows: a cell more
       scale_cells         |    |    |    |    |    |    |            attention between cell centres
       mixed                 ============================             necks: 3 x 3, dilation 2
       joint                    =========================             whole cells
       gram_cells               |    |    |    |    |    |            3 x 3 windows: a cell more
       fused_cells                   |    |    |    |                 whole cells
       fused                          ============                    block: 3 x 3
       middle                          ==========                     block: 3 x 3, dilation 2
       block                            ========                      3 x 3
       head                              ======                       sampled up between pixels
       core                               ====                        the tile itself

   Without attention, or SSJA, its windows and what they reach are left out; whole cells stay.
   A 3 x 3 layer needs the input of whole Winograd tiles. These begin at multiples of 4 pixels of
   the scene (8 with dilation 2), so the width of a halo depends on where the tile lies. */
#include "nn/dense/plan.h"

#include "nn/expert.h"
#include "nn/layers/cells.h"
#include "nn/run/winograd.h"

s2_sampling s2_dense_sampling(const s2_run_geometry *geometry, int source, double scale)
{
    return (s2_sampling){geometry->ref_to_source[source], scale, geometry->source_width[source],
                         geometry->source_height[source]};
}

s2_sampling s2_dense_upsampling(const s2_run_geometry *geometry)
{
    const s2_rect scene = s2_dense_scene(geometry);
    return (s2_sampling){{{0.0, 0.5, 0.0, 0.0, 0.0, 0.5}}, 1.0, scene.w, scene.h};
}

s2_rect s2_dense_scene(const s2_run_geometry *geometry)
{
    return (s2_rect){0, 0, (geometry->width + 1) / 2, (geometry->height + 1) / 2};
}

s2_rect s2_dense_source(const s2_network_spec *spec, const s2_run_geometry *geometry, int source)
{
    return spec->on_reference[source]
               ? (s2_rect){0, 0, geometry->width, geometry->height}
               : (s2_rect){0, 0, geometry->source_width[source], geometry->source_height[source]};
}

static s2_rect union_of(s2_rect a, s2_rect b)
{
    if (s2_rect_is_empty(a))
        return b;
    if (s2_rect_is_empty(b))
        return a;
    const int x1 = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w;
    const int y1 = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;
    const int x0 = a.x < b.x ? a.x : b.x;
    const int y0 = a.y < b.y ? a.y : b.y;
    return (s2_rect){x0, y0, x1 - x0, y1 - y0};
}

/* Cells that hold the pixels of rect (not negative). */
static s2_rect cells_of(s2_rect rect)
{
    const int x0 = rect.x / S2_CELL_FEATURE_PX;
    const int y0 = rect.y / S2_CELL_FEATURE_PX;
    return (s2_rect){x0, y0, (rect.x + rect.w - 1) / S2_CELL_FEATURE_PX - x0 + 1,
                     (rect.y + rect.h - 1) / S2_CELL_FEATURE_PX - y0 + 1};
}

static s2_rect pixels_of(s2_rect cells, s2_rect scene)
{
    const int side = S2_CELL_FEATURE_PX;
    const s2_rect all = {cells.x * side, cells.y * side, cells.w * side, cells.h * side};
    return s2_rect_intersect(all, scene);
}

/* Cells of the windows around cells. */
static s2_rect windows_of(s2_rect cells, s2_rect lattice)
{
    return s2_rect_intersect(s2_rect_grow(cells, 1), lattice);
}

/* Cells between whose centres the attention of rect's pixels is interpolated. */
static s2_rect interpolation_cells(s2_rect rect, s2_rect lattice)
{
    const int x0 = s2_cell_between(rect.x, lattice.w, S2_CELL_FEATURE_PX).first;
    const int y0 = s2_cell_between(rect.y, lattice.h, S2_CELL_FEATURE_PX).first;
    const int x1 = s2_cell_between(rect.x + rect.w - 1, lattice.w, S2_CELL_FEATURE_PX).second;
    const int y1 = s2_cell_between(rect.y + rect.h - 1, lattice.h, S2_CELL_FEATURE_PX).second;
    return (s2_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

static void plan_aligned_source(const s2_dense_plan *plan, const s2_run_geometry *geometry,
                                s2_source_plan *source)
{
    source->spatial = plan->stack;
    source->middle = s2_winograd_input(plan->stack, 1);
    const s2_rect computed = s2_rect_intersect(source->middle, s2_dense_scene(geometry));
    source->pixels =
        (s2_rect){2 * computed.x - 1, 2 * computed.y - 1, 2 * computed.w + 1, 2 * computed.h + 1};
    source->inside =
        s2_rect_intersect(source->pixels, (s2_rect){0, 0, geometry->width, geometry->height});
    source->valid = source->pixels;
    source->spectral = plan->core;
    source->sums = s2_rect_intersect((s2_rect){plan->core.x, plan->core.y - S2_EXPERT_REACH,
                                               plan->core.w, plan->core.h + 2 * S2_EXPERT_REACH},
                                     (s2_rect){0, 0, geometry->width, geometry->height});
    source->detail = (s2_rect){0};
    source->spatial_computed = source->spatial;
    source->spectral_computed = source->spectral;
}

/* What the features that are computed are made of. */
static void plan_native_reach(const s2_run_geometry *geometry, int s, s2_source_plan *source)
{
    const s2_rect all = {0, 0, geometry->source_width[s], geometry->source_height[s]};
    source->middle = source->spatial_computed; /* where that is empty */
    source->pixels = source->spectral_computed;
    if (!s2_rect_is_empty(source->spatial_computed)) {
        source->middle = s2_winograd_input(source->spatial_computed, 1);
        source->pixels = union_of(s2_winograd_input(s2_rect_intersect(source->middle, all), 1),
                                  source->spectral_computed);
    }
    source->inside = s2_rect_intersect(source->pixels, all);
    source->valid = union_of(source->pixels, source->spectral);
}

static void plan_native_source(const s2_dense_plan *plan, const s2_run_geometry *geometry, int s,
                               s2_source_plan *source)
{
    const s2_sampling feature = s2_dense_sampling(geometry, s, 2.0);
    const s2_sampling reference = s2_dense_sampling(geometry, s, 1.0);
    source->sums = (s2_rect){0};
    source->spatial = s2_sampling_bounds(&feature, plan->stack);
    source->detail = s2_sampling_bounds(&reference, plan->core);
    source->spectral = union_of(source->spatial, source->detail);
    source->spatial_computed = source->spatial;
    source->spectral_computed = source->spectral;
    plan_native_reach(geometry, s, source);
}

void s2_dense_plan_make(const s2_network_spec *spec, const s2_run_geometry *geometry, s2_rect core,
                        s2_dense_plan *plan)
{
    const s2_rect reference = {0, 0, geometry->width, geometry->height};
    const s2_rect scene = s2_dense_scene(geometry);
    const s2_rect lattice = {0, 0, s2_cell_count(scene.w, S2_CELL_FEATURE_PX),
                             s2_cell_count(scene.h, S2_CELL_FEATURE_PX)};
    const s2_sampling upsampling = s2_dense_upsampling(geometry);
    plan->core = core;
    plan->head = s2_sampling_bounds(&upsampling, core);
    plan->block = s2_winograd_input(plan->head, 1);
    plan->block_computed = s2_rect_intersect(plan->block, scene);
    plan->middle = s2_winograd_input(plan->block_computed, 2);
    plan->middle_computed = s2_rect_intersect(plan->middle, scene);
    plan->fused = s2_winograd_input(plan->middle_computed, 1);
    plan->fused_computed = s2_rect_intersect(plan->fused, scene);
    plan->fused_cells = cells_of(plan->fused_computed);
    plan->gram_cells = spec->off.ssja ? plan->fused_cells : windows_of(plan->fused_cells, lattice);
    plan->joint = pixels_of(plan->gram_cells, scene);
    plan->mixed = s2_winograd_input(plan->joint, 2); /* of the wider of the two necks */
    plan->mixed_computed = s2_rect_intersect(plan->mixed, scene);
    plan->scale_cells = spec->off.attention ? cells_of(plan->mixed_computed)
                                            : interpolation_cells(plan->mixed_computed, lattice);
    plan->stat_cells =
        spec->off.attention ? plan->scale_cells : windows_of(plan->scale_cells, lattice);
    plan->stack = pixels_of(plan->stat_cells, scene);
    plan->reference = s2_rect_intersect(
        (s2_rect){2 * plan->stack.x, 2 * plan->stack.y, 2 * plan->stack.w, 2 * plan->stack.h},
        reference);
    for (int s = 0; s < spec->sources; s++) {
        s2_source_plan *source = &plan->source[s];
        if (spec->on_reference[s])
            plan_aligned_source(plan, geometry, source);
        else
            plan_native_source(plan, geometry, s, source);
    }
}

/* Where rows and columns of the source are those of the reference, the tiles of a row of tiles, or
   of a column, need the same rows, or columns, at the same step. Where no pixel is smaller than the
   reference's, the pixel under the centre of any reference pixel is among those that are sampled:
   its validity comes across the seam. */
bool s2_dense_can_share(const s2_network_spec *spec, const s2_run_geometry *geometry, int s)
{
    const double *m = geometry->ref_to_source[s].m;
    return !spec->on_reference[s] && m[2] == 0.0 && m[4] == 0.0 && m[1] > 0.0 && m[1] <= 1.0 &&
           m[5] > 0.0 && m[5] <= 1.0;
}

void s2_dense_plan_seam(const s2_network_spec *spec, const s2_run_geometry *geometry, s2_rect from,
                        s2_rect to, s2_source_seam *seams)
{
    s2_dense_plan one;
    s2_dense_plan other;
    s2_dense_plan_make(spec, geometry, from, &one);
    s2_dense_plan_make(spec, geometry, to, &other);
    for (int s = 0; s < spec->sources; s++) {
        const s2_source_plan *a = &one.source[s];
        const s2_source_plan *b = &other.source[s];
        const s2_rect nothing = {0};
        const bool shared = s2_dense_can_share(spec, geometry, s);
        seams[s].spectral = shared ? s2_rect_intersect(a->spectral, b->spectral) : nothing;
        seams[s].spatial = shared ? s2_rect_intersect(a->spatial, b->spatial) : nothing;
    }
}

/* What of rect lies neither in the columns of `left` nor in the rows of `above`. */
static s2_rect beyond(s2_rect rect, s2_rect left, s2_rect above)
{
    const int x = s2_rect_is_empty(left) ? rect.x : left.x + left.w;
    const int y = s2_rect_is_empty(above) ? rect.y : above.y + above.h;
    return s2_rect_intersect(rect, (s2_rect){x, y, rect.w, rect.h});
}

void s2_dense_plan_omit(const s2_network_spec *spec, const s2_run_geometry *geometry,
                        const s2_source_seam *left, const s2_source_seam *above,
                        s2_dense_plan *plan)
{
    for (int s = 0; s < spec->sources; s++) {
        s2_source_plan *source = &plan->source[s];
        if (spec->on_reference[s])
            continue;
        source->spectral_computed = beyond(source->spectral, left[s].spectral, above[s].spectral);
        source->spatial_computed = beyond(source->spatial, left[s].spatial, above[s].spatial);
        plan_native_reach(geometry, s, source);
    }
}
