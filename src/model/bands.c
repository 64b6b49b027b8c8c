/* Which band of a raster serves which band of a model. */
#include "model/bands.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/plural.h"
#include "model/band_names.h"

#define LEAST_TOLERANCE_NM 10.0
#define LISTED_MAX 8        /* missing bands named in a message */
#define ORDER_LISTED_MAX 32 /* bands named where two orders are told */

/** Nearest other wavelength of the model, INFINITY if there is none. */
static double next_wavelength(const s2_model_source *source, int band)
{
    double nearest = INFINITY;
    for (int i = 0; i < source->band_count; i++) {
        const double distance =
            fabs(source->bands[i].wavelength_nm - source->bands[band].wavelength_nm);
        if (i != band && distance > 0 && distance < nearest)
            nearest = distance;
    }
    return nearest;
}

static double tolerance_of(const s2_model_source *source, int band)
{
    const double spacing = next_wavelength(source, band);
    return isfinite(spacing) ? fmax(LEAST_TOLERANCE_NM, spacing / 2) : LEAST_TOLERANCE_NM;
}

/** What matching by wavelength works with. */
typedef struct wavelength_match {
    const s2_model_source *source;
    const s2_band_offer *offers;
    int offer_count;
    int *order; /* [band_count], offer or -1 */
    int *owner; /* [offer_count], band or -1 */
} wavelength_match;

static double distance_of(const wavelength_match *match, int band, int offer)
{
    return fabs(match->source->bands[band].wavelength_nm - match->offers[offer].wavelength_nm);
}

/** Nearest offer that is free or that this band is nearer to than its owner; -1 if none is near. */
static int best_offer(const wavelength_match *match, int band)
{
    int best = -1;
    double best_distance = tolerance_of(match->source, band);
    for (int i = 0; i < match->offer_count; i++) {
        const double distance = distance_of(match, band, i);
        if (distance > best_distance || (best >= 0 && distance == best_distance))
            continue;
        if (match->owner[i] >= 0 && distance >= distance_of(match, match->owner[i], i))
            continue;
        best = i;
        best_distance = distance;
    }
    return best;
}

/** Every band takes its nearest offer; the nearer one wins, the other looks further. */
static void claim_offers(wavelength_match *match)
{
    for (int first = 0; first < match->source->band_count; first++) {
        int band = first;
        while (band >= 0) {
            const int offer = best_offer(match, band);
            match->order[band] = offer;
            if (offer < 0)
                break;
            const int evicted = match->owner[offer];
            match->owner[offer] = band;
            band = evicted;
        }
    }
}

static bool have_wavelengths(const s2_model_source *source, const s2_band_offer *offers,
                             int offer_count)
{
    for (int i = 0; i < source->band_count; i++)
        if (isnan(source->bands[i].wavelength_nm))
            return false;
    for (int i = 0; i < offer_count; i++)
        if (isnan(offers[i].wavelength_nm))
            return false;
    return offer_count > 0;
}

static const char *plural(int count)
{
    return s2_plural((uint64_t)count, "", "s");
}

static void append_range(s2_text *text, double lowest, double highest)
{
    if (lowest < highest)
        s2_text_append(text, "%g to ", lowest);
    s2_text_append(text, "%g nm", highest);
}

static void append_model_range(s2_text *text, const s2_model_source *source)
{
    double lowest = INFINITY, highest = -INFINITY;
    for (int i = 0; i < source->band_count; i++) {
        lowest = fmin(lowest, source->bands[i].wavelength_nm);
        highest = fmax(highest, source->bands[i].wavelength_nm);
    }
    append_range(text, lowest, highest);
}

static void append_offer_range(s2_text *text, const s2_band_offer *offers, int offer_count)
{
    double lowest = INFINITY, highest = -INFINITY;
    for (int i = 0; i < offer_count; i++) {
        lowest = fmin(lowest, offers[i].wavelength_nm);
        highest = fmax(highest, offers[i].wavelength_nm);
    }
    append_range(text, lowest, highest);
}

/** Names the bands whose order is -1, with their wavelengths if asked for. */
static void append_missing(s2_text *text, const s2_model_source *source, const int *order,
                           bool with_wavelength)
{
    int missing = 0;
    for (int i = 0; i < source->band_count; i++) {
        const s2_model_band *band = &source->bands[i];
        if (order[i] >= 0 || ++missing > LISTED_MAX)
            continue;
        s2_text_append(text, missing > 1 ? ", " : "");
        if (!with_wavelength)
            s2_text_append(text, "%s", band->name);
        else if (band->name[0] == '\0')
            s2_text_append(text, "%g nm", band->wavelength_nm);
        else
            s2_text_append(text, "%g nm (%s)", band->wavelength_nm, band->name);
    }
    if (missing > LISTED_MAX)
        s2_text_append(text, " and %d more", missing - LISTED_MAX);
}

/** Turn a finished text into the error. */
static s2rgf_status fail_with(s2_text *text, s2rgf_error *err)
{
    const s2rgf_status status = text->failed ? s2_fail_memory(err, "message")
                                             : s2_fail(err, S2RGF_MISMATCH, "%s", text->data);
    s2_free(text->data);
    return status;
}

static s2rgf_status match_wavelengths(wavelength_match *match, s2rgf_error *err)
{
    const s2_model_source *source = match->source;
    match->owner = s2_alloc((size_t)match->offer_count, sizeof *match->owner);
    if (!match->owner)
        return s2_fail_memory(err, "band matching");
    for (int i = 0; i < match->offer_count; i++)
        match->owner[i] = -1;
    claim_offers(match);
    s2_free(match->owner);
    bool complete = true;
    for (int i = 0; i < source->band_count; i++)
        complete = complete && match->order[i] >= 0;
    if (complete)
        return S2RGF_OK;
    s2_text text = {0};
    s2_text_append(&text, "source %s: no band near ", source->name);
    append_missing(&text, source, match->order, true);
    s2_text_append(&text, ": expected %d band%s (", source->band_count, plural(source->band_count));
    append_model_range(&text, source);
    s2_text_append(&text, "), found %d (", match->offer_count);
    append_offer_range(&text, match->offers, match->offer_count);
    s2_text_append(&text, ")");
    return fail_with(&text, err);
}

bool s2_model_bands_named(const s2_model_source *source)
{
    for (int i = 0; i < source->band_count; i++) {
        if (source->bands[i].name[0] == '\0')
            return false;
        for (int j = 0; j < i; j++)
            if (strcmp(source->bands[i].name, source->bands[j].name) == 0)
                return false;
    }
    return true;
}

bool s2_model_bands_numbered(const s2_model_source *source)
{
    bool numbered = source->file_bands > 0 && source->file_bands != source->band_count;
    for (int i = 0; i < source->band_count; i++)
        numbered = numbered || (source->file_bands > 0 && source->bands[i].number != i + 1);
    return numbered;
}

/** The offered names as a model would store them. */
static char **clean_names(const s2_band_offer *offers, int count)
{
    char **names = s2_calloc((size_t)count, sizeof *names);
    for (int i = 0; names && i < count; i++) {
        names[i] = s2_strdup(offers[i].name);
        if (!names[i]) {
            s2_strings_free(names, (size_t)count);
            return NULL;
        }
        s2_model_clean_name(names[i]);
    }
    return names;
}

/** What matching by name works with: the bands' own names, and their marks. */
typedef struct name_match {
    const s2_model_source *source;
    const s2_band_offer *offers;
    int offer_count;
    char **names;                 /* of the offers, as a model would store them */
    s2_band_marks *marks, *given; /* [band_count] of the model, [offer_count] of the offers */
    int *order;
} name_match;

static s2rgf_status read_marks(name_match *match, s2rgf_error *err)
{
    const int count = match->source->band_count;
    const char **names = s2_alloc((size_t)count, sizeof *names);
    match->names = clean_names(match->offers, match->offer_count);
    if (!names || !match->names) {
        s2_free(names);
        return s2_fail_memory(err, "band matching");
    }
    for (int i = 0; i < count; i++)
        names[i] = match->source->bands[i].name;
    s2rgf_status status = s2_band_marks_read(names, count, &match->marks, err);
    if (status == S2RGF_OK)
        status = s2_band_marks_read((const char *const *)match->names, match->offer_count,
                                    &match->given, err);
    s2_free(names);
    return status;
}

#define BY_NAME -1 /* in the place of a kind of mark: the whole name */

static const char *mark_of_band(const name_match *match, int kind, int band)
{
    return kind == BY_NAME ? match->source->bands[band].name : match->marks[band].of[kind];
}

static const char *mark_of_offer(const name_match *match, int kind, int offer)
{
    return kind == BY_NAME ? match->names[offer] : match->given[offer].of[kind];
}

/** Whether every band of the model has a mark of this kind that no other has. */
static bool tells_apart(const name_match *match, int kind)
{
    for (int i = 0; i < match->source->band_count; i++) {
        const char *mark = mark_of_band(match, kind, i);
        if (mark[0] == '\0')
            return false;
        for (int j = 0; j < i; j++)
            if (strcmp(mark, mark_of_band(match, kind, j)) == 0)
                return false;
    }
    return true;
}

/** Fill order by one kind of mark. Returns how many bands are offered, once or more often. */
static int match_marks(const name_match *match, int kind, int *twice)
{
    int found = 0;
    *twice = -1;
    for (int i = 0; i < match->source->band_count; i++) {
        match->order[i] = -1;
        for (int k = 0; k < match->offer_count; k++) {
            if (strcmp(mark_of_band(match, kind, i), mark_of_offer(match, kind, k)) != 0)
                continue;
            if (match->order[i] >= 0)
                *twice = i;
            match->order[i] = k;
        }
        found += match->order[i] >= 0;
    }
    return found;
}

static void append_label(s2_text *text, const char *name, double wavelength_nm, int index)
{
    if (name[0] != '\0')
        s2_text_append(text, "%s", name);
    else if (!isnan(wavelength_nm))
        s2_text_append(text, "%g nm", wavelength_nm);
    else
        s2_text_append(text, "%d", index + 1);
}

/** Names or wavelengths of all bands of the model. */
static void append_bands(s2_text *text, const s2_model_source *source)
{
    for (int i = 0; i < source->band_count && i < ORDER_LISTED_MAX; i++) {
        s2_text_append(text, i > 0 ? ", " : "");
        append_label(text, source->bands[i].name, source->bands[i].wavelength_nm,
                     source->file_bands > 0 ? source->bands[i].number - 1 : i);
    }
    if (source->band_count > ORDER_LISTED_MAX)
        s2_text_append(text, " and %d more", source->band_count - ORDER_LISTED_MAX);
}

static void append_offers(s2_text *text, const name_match *match)
{
    for (int i = 0; i < match->offer_count && i < ORDER_LISTED_MAX; i++) {
        s2_text_append(text, i > 0 ? ", " : "");
        append_label(text, match->names[i], match->offers[i].wavelength_nm, i);
    }
    if (match->offer_count > ORDER_LISTED_MAX)
        s2_text_append(text, " and %d more", match->offer_count - ORDER_LISTED_MAX);
}

static s2rgf_status fail_twice(const name_match *match, int kind, int band, s2rgf_error *err)
{
    s2_text text = {0};
    int count = 0;
    s2_text_append(&text, "source %s: band %s is given more than once: expected one, found ",
                   match->source->name, match->source->bands[band].name);
    for (int k = 0; k < match->offer_count; k++)
        if (strcmp(mark_of_band(match, kind, band), mark_of_offer(match, kind, k)) == 0)
            s2_text_append(&text, "%s%s", count++ > 0 ? ", " : "", match->names[k]);
    return fail_with(&text, err);
}

static s2rgf_status fail_missing(const s2_model_source *source, int offer_count, const int *order,
                                 bool by_name, s2rgf_error *err)
{
    s2_text text = {0};
    const int missing = source->band_count - offer_count;
    if (by_name) {
        s2_text_append(&text, "source %s: bands missing: ", source->name);
        append_missing(&text, source, order, false);
    } else {
        s2_text_append(&text, "source %s: %d band%s too %s", source->name, abs(missing),
                       plural(abs(missing)), missing > 0 ? "few" : "many");
    }
    s2_text_append(&text, ": expected %d band%s, found %d", source->band_count,
                   plural(source->band_count), offer_count);
    return fail_with(&text, err);
}

/**
 * Whole names first, then marks from the most to the least telling. *done: all bands were found.
 * Where some but not all are, names mean something, and the wrong files were given.
 */
static s2rgf_status match_names(const name_match *match, bool *done, s2rgf_error *err)
{
    const int wanted = match->source->band_count;
    int kind_twice = S2_MARKS, band_twice = -1;
    bool some_named = false;
    *done = false;
    for (int kind = BY_NAME; kind < S2_MARKS; kind++) {
        int twice;
        if (!tells_apart(match, kind))
            continue;
        const int found = match_marks(match, kind, &twice);
        *done = found == wanted && twice < 0;
        if (*done)
            return S2RGF_OK;
        if (kind == BY_NAME)
            some_named = found > 0;
        else if (found > 0 && found < wanted)
            return fail_missing(match->source, match->offer_count, match->order, true, err);
        /* What is left of a name may yet tell bands apart that share a number. */
        if (found == wanted && kind_twice == S2_MARKS) {
            kind_twice = kind;
            band_twice = twice;
        }
    }
    if (kind_twice < S2_MARKS)
        return fail_twice(match, kind_twice, band_twice, err);
    if (!some_named)
        return S2RGF_OK;
    match_marks(match, BY_NAME, &band_twice);
    return fail_missing(match->source, match->offer_count, match->order, true, err);
}

/** Where the place of a band in its file is all there is, nothing may speak against it. */
static s2rgf_status check_band_order(const name_match *match, s2rgf_error *err)
{
    const s2_model_source *source = match->source;
    for (int i = 0; i < source->band_count; i++) {
        const int offer = match->order[i];
        const double distance =
            fabs(source->bands[i].wavelength_nm - match->offers[offer].wavelength_nm);
        bool differ = distance > tolerance_of(source, i);
        for (int kind = 0; kind < S2_MARKS; kind++)
            differ = differ || s2_band_marks_differ((s2_band_mark)kind, &match->marks[i],
                                                    &match->given[offer]);
        if (!differ)
            continue;
        s2_text text = {0};
        s2_text_append(&text, "source %s: band %d is another one: expected ", source->name, i + 1);
        append_label(&text, source->bands[i].name, source->bands[i].wavelength_nm, i);
        s2_text_append(&text, ", found ");
        append_label(&text, match->names[offer], match->offers[offer].wavelength_nm, offer);
        s2_text_append(&text, "; the model has ");
        append_bands(&text, source);
        s2_text_append(&text, ", the raster ");
        append_offers(&text, match);
        return fail_with(&text, err);
    }
    return S2RGF_OK;
}

/** Whether a name says another thing than the band's number, as "Band 3" does. */
static bool is_no_number(const char *name, int number)
{
    const char *digits = name + strlen(name);
    while (digits > name && isdigit((unsigned char)digits[-1]))
        digits--;
    return name[0] != '\0' && strtol(digits, NULL, 10) != number;
}

/** Whether one side says more of its bands than where they stand. */
static bool has_order_to_tell(const name_match *match, bool by_number)
{
    bool tells = !by_number && s2_model_bands_numbered(match->source);
    for (int i = 0; i < match->source->band_count; i++) {
        const int offer = match->order[i];
        tells = tells || !isnan(match->source->bands[i].wavelength_nm) ||
                !isnan(match->offers[offer].wavelength_nm) ||
                is_no_number(match->source->bands[i].name, i + 1) ||
                is_no_number(match->names[offer], offer + 1);
        for (int kind = 0; kind < S2_MARKS; kind++)
            tells = tells || match->marks[i].of[kind][0] != '\0' ||
                    match->given[offer].of[kind][0] != '\0';
    }
    return tells && match->source->band_count > 1;
}

static s2rgf_status take_order(const name_match *match, bool by_number, const s2rgf_host *host,
                               s2rgf_error *err)
{
    const s2rgf_status status = check_band_order(match, err);
    if (status != S2RGF_OK)
        return status;
    if (!has_order_to_tell(match, by_number))
        return S2RGF_OK;
    s2_text text = {0};
    s2_text_append(
        &text,
        "source %s: nothing tells which band is which, so they are taken in their order%s: the "
        "model has ",
        match->source->name, by_number ? " in the files of the training" : "");
    append_bands(&text, match->source);
    s2_text_append(&text, "; the raster has ");
    append_offers(&text, match);
    if (!text.failed)
        s2_log(host, S2RGF_WARNING, "%s", text.data);
    s2_free(text.data);
    return text.failed ? s2_fail_memory(err, "message") : S2RGF_OK;
}

/** Bands by their numbers, in files with as many as the training's; false if one is not offered. */
static bool match_numbers(const s2_model_source *source, const s2_band_offers *offers, int *order)
{
    if (source->file_bands == 0 || offers->file_bands != source->file_bands)
        return false;
    for (int i = 0; i < source->band_count; i++) {
        order[i] = -1;
        for (int k = 0; k < offers->count; k++)
            if (offers->numbers[k] == source->bands[i].number)
                order[i] = k;
        if (order[i] < 0)
            return false;
    }
    return true;
}

/** By names, else by numbers or order. */
static s2rgf_status match_named(const name_match *match, const s2_band_offers *offers,
                                const s2rgf_host *host, s2rgf_error *err)
{
    const s2_model_source *source = match->source;
    bool done = false;
    s2rgf_status status = match_names(match, &done, err);
    if (status != S2RGF_OK || done)
        return status;
    if (match_numbers(source, offers, match->order))
        return take_order(match, true, host, err);
    if (match->offer_count != source->band_count)
        return fail_missing(source, match->offer_count, match->order, s2_model_bands_named(source),
                            err);
    for (int i = 0; i < source->band_count; i++)
        match->order[i] = i;
    return take_order(match, false, host, err);
}

s2rgf_status s2_model_match_bands(const s2_model_source *source, const s2_band_offers *offers,
                                  int *order, const s2rgf_host *host, s2rgf_error *err)
{
    if (have_wavelengths(source, offers->items, offers->count)) {
        wavelength_match match = {source, offers->items, offers->count, order, NULL};
        return match_wavelengths(&match, err);
    }
    name_match match = {source, offers->items, offers->count, NULL, NULL, NULL, order};
    s2rgf_status status = read_marks(&match, err);
    if (status == S2RGF_OK)
        status = match_named(&match, offers, host, err);
    s2_strings_free(match.names, (size_t)offers->count);
    s2_free(match.marks);
    s2_free(match.given);
    return status;
}

s2rgf_status s2_model_match_same(const s2_model_source *source, const s2_band_offers *offers,
                                 int *order, bool *same, s2rgf_error *err)
{
    *same = match_numbers(source, offers, order);
    if (!*same)
        return S2RGF_OK;
    char **names = clean_names(offers->items, offers->count);
    for (int i = 0; names && i < source->band_count; i++) {
        const s2_model_band *band = &source->bands[i];
        const double offered = offers->items[order[i]].wavelength_nm;
        *same = *same && strcmp(band->name, names[order[i]]) == 0 &&
                isnan(band->wavelength_nm) == isnan(offered) &&
                !(fabs(band->wavelength_nm - offered) > 0);
    }
    s2_strings_free(names, (size_t)offers->count);
    return names ? S2RGF_OK : s2_fail_memory(err, "band matching");
}
