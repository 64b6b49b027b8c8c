/* Where to label next, first round: the most doubtful pixel of each class in each cell of a scene. */
#include "classify/candidates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define MOST_CELLS 262144 /* of all classes: some megabytes */
#define FEWEST_CELLS 1024
#define LEAST_CELL_PX 4

static size_t cell_count(const s2_candidates *candidates)
{
    return (size_t)candidates->cells_x * (size_t)candidates->cells_y;
}

s2rgf_status s2_candidates_init(s2_candidates *candidates, int width, int height, int classes,
                                s2rgf_error *err)
{
    const double share = (double)MOST_CELLS / classes;
    const double cells = share > FEWEST_CELLS ? share : FEWEST_CELLS;
    const double side = ceil(sqrt((double)width * height / cells));
    *candidates = (s2_candidates){.classes = classes,
                                  .cell_px = side > LEAST_CELL_PX ? (int)side : LEAST_CELL_PX};
    candidates->cells_x = (width - 1) / candidates->cell_px + 1;
    candidates->cells_y = (height - 1) / candidates->cell_px + 1;
    candidates->best = s2_calloc((size_t)classes, sizeof(s2_candidate *));
    return candidates->best ? S2RGF_OK : s2_fail_memory(err, "places to suggest");
}

void s2_candidates_clear(s2_candidates *candidates)
{
    for (int c = 0; candidates->best && c < candidates->classes; c++)
        s2_free(candidates->best[c]);
    s2_free(candidates->best);
    *candidates = (s2_candidates){0};
}

/** The cells of a class, made when it is first met; NULL: no memory. */
static s2_candidate *cells_of(s2_candidates *candidates, int class)
{
    const size_t count = cell_count(candidates);
    if (candidates->best[class])
        return candidates->best[class];
    s2_candidate *cells = s2_alloc(count, sizeof *cells);
    for (size_t i = 0; cells && i < count; i++)
        cells[i].doubt.margin = -1.0f;
    return candidates->best[class] = cells;
}

/** By place: rows from the top. */
static int by_place(const void *a, const void *b)
{
    const s2_candidate *p = a, *q = b;
    return p->y != q->y ? (p->y > q->y) - (p->y < q->y) : (p->x > q->x) - (p->x < q->x);
}

/** By doubt, then by place: no two are equal. */
static int by_doubt(const void *a, const void *b)
{
    const float p = ((const s2_candidate *)a)->doubt.margin;
    const float q = ((const s2_candidate *)b)->doubt.margin;
    return p != q ? (p > q) - (p < q) : by_place(a, b);
}

s2rgf_status s2_candidates_take(s2_candidates *candidates, s2_rect rect, const s2_doubt *doubts,
                                s2rgf_error *err)
{
    for (int i = 0; i < rect.w * rect.h; i++) {
        const s2_candidate pixel = {rect.x + i % rect.w, rect.y + i / rect.w, doubts[i]};
        if (pixel.doubt.margin < 0.0f)
            continue;
        s2_candidate *cells = cells_of(candidates, pixel.doubt.first);
        if (!cells)
            return s2_fail_memory(err, "places to suggest");
        s2_candidate *best =
            &cells[(size_t)(pixel.y / candidates->cell_px) * (size_t)candidates->cells_x +
                   (size_t)(pixel.x / candidates->cell_px)];
        if (best->doubt.margin < 0.0f || by_doubt(&pixel, best) < 0)
            *best = pixel;
    }
    return S2RGF_OK;
}

/** Move what is there to the front; returns how many that are. */
static size_t gather(s2_candidate *list, const s2_candidate *cells, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (cells[i].doubt.margin >= 0.0f)
            list[found++] = cells[i];
    return found;
}

s2rgf_status s2_candidates_list(const s2_candidates *candidates, size_t most, s2_candidate **list,
                                size_t *count, s2rgf_error *err)
{
    const size_t cells = cell_count(candidates);
    const size_t each = most < cells ? most : cells;
    s2_candidate *class_list = s2_alloc(cells, sizeof *class_list);
    s2_candidate *made = s2_alloc((size_t)candidates->classes * each, sizeof *made);
    *count = 0;
    *list = made;
    if (!class_list || !made) {
        s2_free(class_list);
        s2_free(made);
        *list = NULL;
        return s2_fail_memory(err, "places to suggest");
    }
    for (int c = 0; c < candidates->classes; c++) {
        if (!candidates->best[c])
            continue;
        const size_t found = gather(class_list, candidates->best[c], cells);
        qsort(class_list, found, sizeof *class_list, by_doubt);
        const size_t kept = found < each ? found : each;
        memcpy(made + *count, class_list, kept * sizeof *made);
        *count += kept;
    }
    qsort(made, *count, sizeof *made, by_place);
    s2_free(class_list);
    return S2RGF_OK;
}
