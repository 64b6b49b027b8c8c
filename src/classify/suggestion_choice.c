/* Where to label next, second round: which of the candidates, and in which order. */
#include "classify/suggestion_choice.h"

#include <math.h>

#include "core/error.h"
#include "core/memory.h"

/** What is known of candidates while places are chosen. */
typedef struct choice {
    const s2_choice_input *input;
    double *nearest;  /* [count] squared distance in features to a label or chosen place */
    uint8_t *dropped; /* [count] chosen, or too near on the ground */
    size_t *places;   /* [classes] chosen so far */
} choice;

static double feature_distance(const float *a, const float *b, size_t bands)
{
    double sum = 0.0;
    for (size_t i = 0; i < bands; i++) {
        const double d = (double)a[i] - (double)b[i];
        sum += d * d;
    }
    return sum;
}

/** Whether two pixels lie nearer than the distance asked for. */
static bool too_near(const s2_choice_input *input, int x, int y, int other_x, int other_y)
{
    double metric[3];
    if (input->distance_m <= 0.0)
        return false;
    s2_ground_metric(input->ground, 0.5 * (y + other_y) + 0.5, metric);
    const double dx = other_x - x, dy = other_y - y;
    const double squared = metric[0] * dx * dx + 2.0 * metric[1] * dx * dy + metric[2] * dy * dy;
    return squared < input->distance_m * input->distance_m;
}

static bool near_label(const s2_choice_input *input, const s2_candidate *candidate)
{
    const s2_label_runs *labels = input->labels;
    double metric[3] = {1.0, 0.0, 1.0}, reach = 0.0;
    if (input->distance_m > 0.0) {
        s2_ground_metric(input->ground, candidate->y + 0.5, metric);
        reach = s2_ground_reach(metric, input->distance_m);
    }
    for (size_t i = s2_label_runs_first(labels, candidate->y - reach);
         i < labels->count && labels->items[i].y <= candidate->y + reach; i++) {
        const s2_label_run *run = &labels->items[i];
        double from, to;
        if (s2_ground_span(metric, candidate->y - run->y, input->distance_m, &from, &to) &&
            candidate->x >= run->x + from && candidate->x <= run->last + to)
            return true;
    }
    return false;
}

static s2rgf_status init_choice(choice *c, s2rgf_error *err)
{
    const s2_choice_input *input = c->input;
    c->nearest = s2_alloc(input->count, sizeof *c->nearest);
    c->dropped = s2_alloc(input->count, 1);
    c->places = s2_calloc((size_t)input->classes, sizeof *c->places);
    if (!c->nearest || !c->dropped || !c->places)
        return s2_fail_memory(err, "places to suggest");
    for (size_t i = 0; i < input->count; i++) {
        const float *features = input->features + i * input->bands;
        c->dropped[i] = near_label(input, &input->candidates[i]);
        c->nearest[i] = INFINITY;
        for (size_t k = 0; k < input->known_count && !c->dropped[i]; k++)
            c->nearest[i] = fmin(
                c->nearest[i],
                feature_distance(features, input->label_features + k * input->bands, input->bands));
    }
    return S2RGF_OK;
}

/** Whether a is the better choice of two candidates that are not dropped. */
static bool is_better(const choice *c, size_t a, size_t b)
{
    const s2_candidate *p = &c->input->candidates[a], *q = &c->input->candidates[b];
    const size_t places_p = c->places[p->doubt.first], places_q = c->places[q->doubt.first];
    if (places_p != places_q)
        return places_p < places_q;
    const double doubt_p = 1.0 - (double)p->doubt.margin, doubt_q = 1.0 - (double)q->doubt.margin;
    /* before anything is known all are equally far */
    const bool known = isfinite(c->nearest[a]);
    const double worth_p = known ? doubt_p * doubt_p * c->nearest[a] : doubt_p;
    const double worth_q = known ? doubt_q * doubt_q * c->nearest[b] : doubt_q;
    return worth_p > worth_q; /* else the first by rows stays */
}

/** The next place; count: there is none. */
static size_t next_place(const choice *c)
{
    size_t best = c->input->count;
    for (size_t i = 0; i < c->input->count; i++)
        if (!c->dropped[i] && (best == c->input->count || is_better(c, i, best)))
            best = i;
    return best;
}

/** Take a place: others near it on the ground drop out, those like it are worth less. */
static void take_place(choice *c, size_t place)
{
    const s2_choice_input *input = c->input;
    const s2_candidate *taken = &input->candidates[place];
    const float *features = input->features + place * input->bands;
    c->places[taken->doubt.first]++;
    c->dropped[place] = 1;
    for (size_t i = 0; i < input->count; i++) {
        const s2_candidate *other = &input->candidates[i];
        if (c->dropped[i])
            continue;
        c->dropped[i] = too_near(input, taken->x, taken->y, other->x, other->y);
        c->nearest[i] = fmin(c->nearest[i], feature_distance(input->features + i * input->bands,
                                                             features, input->bands));
    }
}

s2rgf_status s2_choose_suggestions(const s2_choice_input *input, size_t *chosen, size_t *found,
                                   s2rgf_error *err)
{
    choice c = {.input = input};
    const s2rgf_status status = init_choice(&c, err);
    *found = 0;
    while (status == S2RGF_OK && *found < input->wanted) {
        const size_t place = next_place(&c);
        if (place == input->count)
            break;
        take_place(&c, place);
        chosen[(*found)++] = place;
    }
    S2_FREE_EACH(c.nearest, c.dropped, c.places);
    return status;
}
