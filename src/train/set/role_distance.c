/* How far training and validation pixels are apart, at least. */
#include <math.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "train/set/training_set.h"

/* Neighbouring pixels of one row and role. */
typedef struct run {
    int x0, x1; /* first and last */
    uint8_t role;
} run;

/* A row with labels; extents of a role that it lacks are empty, from INFINITY to -INFINITY. */
typedef struct run_row {
    int y;
    size_t first, end; /* of its runs */
    double low[2], high[2];
} run_row;

typedef struct run_table {
    run *runs;
    size_t run_count;
    run_row *rows;
    size_t row_count;
} run_table;

/* Does pixel i go on with the run of the one before it? */
static bool goes_on(const s2_label_set *labels, const uint8_t *role, size_t i)
{
    const s2_label_pixel *p = &labels->pixels[i];
    return i > 0 && p->y == p[-1].y && p->x == p[-1].x + 1 && role[i] == role[i - 1];
}

static bool starts_row(const s2_label_set *labels, size_t i)
{
    return i == 0 || labels->pixels[i].y != labels->pixels[i - 1].y;
}

static s2rgf_status make_table(const s2_label_set *labels, const uint8_t *role, run_table *table,
                               s2rgf_error *err)
{
    size_t runs = 0;
    size_t rows = 0;
    for (size_t i = 0; i < labels->count; i++) {
        runs += !goes_on(labels, role, i);
        rows += starts_row(labels, i);
    }
    table->runs = s2_alloc(runs, sizeof *table->runs);
    table->rows = s2_alloc(rows, sizeof *table->rows);
    if (!table->runs || !table->rows)
        return s2_fail_memory(err, "split");
    for (size_t i = 0; i < labels->count; i++) {
        const s2_label_pixel *pixel = &labels->pixels[i];
        if (starts_row(labels, i))
            table->rows[table->row_count++] = (run_row){pixel->y,
                                                        table->run_count,
                                                        table->run_count,
                                                        {INFINITY, INFINITY},
                                                        {-INFINITY, -INFINITY}};
        run_row *row = &table->rows[table->row_count - 1];
        if (!goes_on(labels, role, i)) {
            table->runs[table->run_count++] = (run){pixel->x, pixel->x, role[i]};
            row->end++;
        }
        table->runs[table->run_count - 1].x1 = pixel->x;
        row->low[role[i]] = fmin(row->low[role[i]], pixel->x);
        row->high[role[i]] = fmax(row->high[role[i]], pixel->x);
    }
    return S2RGF_OK;
}

/* No pixels of different roles in two rows are nearer along the row than this. */
static double least_gap(const run_row *a, const run_row *b)
{
    double least = INFINITY;
    for (int k = 0; k < 2; k++)
        least =
            fmin(least, fmax(0.0, fmax(a->low[k] - b->high[1 - k], b->low[1 - k] - a->high[k])));
    return least;
}

/* Least distance along the row between pixels of different roles, one of row a, one of row b: from
   left to right over the runs of both, with the end of what came before. */
static double row_gap(const run_table *table, const run_row *a, const run_row *b)
{
    double ends[2][2] = {{-INFINITY, -INFINITY}, {-INFINITY, -INFINITY}}; /* [row][role] */
    double least = INFINITY;
    size_t i = a->first;
    size_t j = a == b ? b->end : b->first;
    while (i < a->end || j < b->end) {
        const bool from_a = j == b->end || (i < a->end && table->runs[i].x0 <= table->runs[j].x0);
        const run *next = &table->runs[from_a ? i++ : j++];
        const int own = from_a ? 0 : 1;
        const int other = a == b ? 0 : 1 - own;
        least = fmin(least, fmax(0.0, next->x0 - ends[other][1 - next->role]));
        ends[own][next->role] = fmax(ends[own][next->role], next->x1);
    }
    return least;
}

/* The first distance between rows at which both roles meet. */
static int first_step(const run_table *table)
{
    double last[2] = {-INFINITY, -INFINITY}; /* row that has the role */
    double least = INFINITY;
    for (size_t r = 0; r < table->row_count; r++) {
        const run_row *row = &table->rows[r];
        for (int k = 0; k < 2; k++)
            if (row->low[k] <= row->high[k])
                last[k] = row->y;
        for (int k = 0; k < 2; k++)
            if (last[k] == row->y)
                least = fmin(least, row->y - last[1 - k]);
    }
    return isfinite(least) ? (int)least : -1;
}

s2rgf_status s2_role_distance(const s2_label_set *labels, const uint8_t *role,
                              const s2rgf_host *host, double *distance_px, uint64_t *work,
                              s2rgf_error *err)
{
    run_table table = {0};
    double best = INFINITY; /* square */
    *distance_px = NAN;
    *work = 0;
    s2rgf_status status = make_table(labels, role, &table, err);
    const int first = status == S2RGF_OK ? first_step(&table) : -1;
    for (int dy = first; status == S2RGF_OK && dy >= 0 && (double)dy * dy < best; dy++) {
        const double square = (double)dy * dy;
        size_t below = 0;
        for (size_t r = 0; r < table.row_count; r++) {
            const run_row *row = &table.rows[r];
            while (below < table.row_count && table.rows[below].y - row->y < dy)
                below++;
            if (below == table.row_count)
                break;
            ++*work;
            const run_row *other = &table.rows[below];
            const double bound = least_gap(row, other);
            if (other->y - row->y != dy || !(bound * bound + square < best))
                continue;
            const double gap = row_gap(&table, row, other);
            best = fmin(best, gap * gap + square);
            *work += row->end - row->first + other->end - other->first;
        }
        if (!s2_progress(host, 0.0))
            status = s2_fail(err, S2RGF_CANCELLED, "interrupted");
    }
    if (status == S2RGF_OK && isfinite(best))
        *distance_px = sqrt(best);
    s2_free(table.runs);
    s2_free(table.rows);
    return status;
}
