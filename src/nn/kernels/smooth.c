/* The larger half of the window around each pixel of a row, a vector of pixels at a time: compiled
   once per instruction set, S2_KERNEL_SUFFIX names the result. */
#include "nn/kernels/smooth.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "nn/kernels/choice.h"
#include "nn/kernels/kernel_vector.h"

#define INTERPOLATED 4 /* guesses by interpolation alone, before every other one halves */
#define PART 4         /* pixels whose sums are taken together */

typedef double sums __attribute__((vector_size(PART * sizeof(double))));
typedef long long sums_mask __attribute__((vector_size(PART * sizeof(double))));
typedef float part __attribute__((vector_size(PART * sizeof(float)), aligned(4), may_alias));

/* What is known of the numbers that are looked for, a pixel a lane: above `low`, at most `high`. */
typedef struct search {
    vector low, high;
    vector above, below; /* next number above low; the least of all */
    vector more, less;   /* numbers above low, above high */
    vector found;
    vector_mask open; /* not found yet */
} search;

static inline bool any(vector_mask mask)
{
    int found = 0;
    for (int i = 0; i < LANES; i++)
        found |= mask[i];
    return found != 0;
}

/* Least and largest number of each window; where there is none they are the wrong way round. */
static void find_range(const s2_kernel_smooth *row, int x, search *s)
{
    vector least = every(INFINITY), largest = every(-INFINITY);
    for (int r = 0; r < row->row_count; r++)
        for (int u = 0; u < row->window; u++) {
            const vector v = load(row->rows[r] + x + u);
            least = smaller(v, least);
            largest = larger(v, largest);
        }
    s->below = least;
    s->high = largest;
}

/* Count the numbers above a guess, and look for those next to it. */
static inline void split(const s2_kernel_smooth *row, int x, vector guess, vector *count,
                         vector *above, vector *below)
{
    const vector one = every(1.0f), most = every(INFINITY), none = every(-INFINITY);
    vector n = {0}, next = most, last = none;
    for (int r = 0; r < row->row_count; r++) {
        const float *from = row->rows[r] + x;
        for (int u = 0; u < row->window; u++) {
            const vector v = load(from + u);
            const vector_mask more = (vector_mask)(v > guess);
            n += (vector)(more & (vector_mask)one);
            next = smaller(choose(more, v, most), next);
            last = larger(choose(more, none, v), last);
        }
    }
    *count = n;
    *above = next;
    *below = last;
}

/* One guess: the bounds move to it, and lanes that it decides are found. */
static inline void narrow(const s2_kernel_smooth *row, int x, vector wanted, vector guess,
                          search *s)
{
    vector count, above, below;
    split(row, x, guess, &count, &above, &below);
    const vector_mask up = (vector_mask)(count >= wanted);
    s->low = choose(up, guess, s->low);
    s->more = choose(up, count, s->more);
    s->above = choose(up, above, s->above);
    s->high = choose(up, s->high, below);
    s->less = choose(up, s->less, count);
    /* exactly so many are above it, or all but one, or only equal ones are left */
    const vector_mask exact = up & (vector_mask)(count == wanted);
    const vector_mask next = ~up & (vector_mask)(count + every(1.0f) == wanted);
    const vector_mask last = (vector_mask)(s->above >= s->high);
    const vector value = choose(exact, above, choose(next, below, s->high));
    const vector_mask done = s->open & (exact | next | last);
    s->found = choose(done, value, s->found);
    s->open &= ~done;
}

/* The wanted-th largest number of each window. */
static vector find_least(const s2_kernel_smooth *row, int x, vector wanted, vector guess)
{
    search s = {.open = (vector_mask)(wanted > (vector){0}), .found = guess};
    find_range(row, x, &s);
    const vector bottom = s.below;
    s.low = every(-INFINITY);
    s.above = bottom;
    s.more = wanted + wanted; /* about as many as there are */
    /* all are alike */
    const vector_mask same = s.open & (vector_mask)(bottom >= s.high);
    s.found = choose(same, s.high, s.found);
    s.open &= ~same;
    for (int tries = 0; any(s.open); tries++) {
        narrow(row, x, wanted, guess, &s);
        const vector from = larger(s.low, bottom), all = s.more - s.less;
        const vector part_above = (wanted - s.less - every(0.5f)) / all;
        const bool halve = tries >= INTERPOLATED && tries % 2 == 0;
        guess = s.high - (s.high - from) * (halve ? every(0.5f) : part_above);
        /* between the bounds, so that each guess leaves out a number at least */
        guess = larger(guess, s.above);
        guess = choose((vector_mask)(guess < s.high), guess, s.above);
    }
    return s.found;
}

/* Sums over four pixels, relative to the least of each half, so that equal numbers add nothing. */
static inline void add_up(const s2_kernel_smooth *row, int x, part least, sums *sum, sums *squares)
{
    const sums from = __builtin_convertvector(least, sums);
    sums s = {0}, q = {0};
    for (int r = 0; r < row->row_count; r++) {
        const float *at = row->rows[r] + x;
        for (int u = 0; u < row->window; u++) {
            const part v = *(const part *)(at + u);
            const sums d = __builtin_convertvector(v, sums) - from;
            const sums more = (sums)((sums_mask)(d > (sums){0}) & (sums_mask)d);
            s += more;
            q += more * more;
        }
    }
    *sum = s;
    *squares = q;
}

void KERNEL_SMOOTH(const s2_kernel_smooth *row)
{
    for (int x = 0; x < row->count; x += LANES) {
        const int lanes = row->count - x < LANES ? row->count - x : LANES;
        vector wanted = {0}, least = {0};
        for (int i = 0; i < lanes; i++) {
            wanted[i] = (float)row->halves[x + i];
            least[i] = row->least[x + i];
        }
        if (!any((vector_mask)(wanted > (vector){0})))
            continue;
        least = find_least(row, x, wanted, least);
        for (int first = 0; first < lanes; first += PART) {
            part of;
            sums sum, squares;
            memcpy(&of, (const char *)&least + (size_t)first * sizeof(float), sizeof of);
            add_up(row, x + first, of, &sum, &squares);
            for (int i = first; i < lanes && i < first + PART; i++)
                if (row->halves[x + i] > 0) {
                    row->least[x + i] = least[i];
                    row->y[x + i] =
                        s2_smooth_posterior(sum[i - first], squares[i - first], row->halves[x + i],
                                            (double)least[i], (double)row->own[x + i]);
                }
        }
    }
}
