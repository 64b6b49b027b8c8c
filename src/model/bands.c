/* Which band of a raster serves which band of a model. */
#include "model/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/plural.h"

#define LEAST_TOLERANCE_NM 10.0
#define LISTED_MAX 8 /* missing bands named in a message */

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
    if (match->owner == NULL)
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

/** Index of the only offer with this name, -1 if none or several. */
static int offer_named(const char *name, char *const *names, int offer_count)
{
    int found = -1;
    for (int i = 0; i < offer_count; i++) {
        if (strcmp(names[i], name) != 0)
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
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

static void free_names(char **names, int count)
{
    for (int i = 0; names != NULL && i < count; i++)
        s2_free(names[i]);
    s2_free(names);
}

/** The offered names as a model would store them. */
static char **clean_names(const s2_band_offer *offers, int count)
{
    char **names = s2_calloc((size_t)count, sizeof *names);
    for (int i = 0; names != NULL && i < count; i++) {
        names[i] = s2_strdup(offers[i].name);
        if (names[i] == NULL) {
            free_names(names, count);
            return NULL;
        }
        s2_model_clean_name(names[i]);
    }
    return names;
}

/** Fill order by name; *found is the number of bands that were. */
static s2rgf_status match_names(const s2_model_source *source, const s2_band_offer *offers,
                                int offer_count, int *order, int *found, s2rgf_error *err)
{
    char **names = clean_names(offers, offer_count);
    if (names == NULL)
        return s2_fail_memory(err, "band matching");
    *found = 0;
    for (int i = 0; i < source->band_count; i++) {
        order[i] = offer_named(source->bands[i].name, names, offer_count);
        *found += order[i] >= 0;
    }
    free_names(names, offer_count);
    return S2RGF_OK;
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

s2rgf_status s2_model_match_bands(const s2_model_source *source, const s2_band_offer *offers,
                                  int offer_count, int *order, s2rgf_error *err)
{
    const bool by_name = s2_model_bands_named(source);
    int found = 0;
    if (have_wavelengths(source, offers, offer_count)) {
        wavelength_match match = {source, offers, offer_count, order, NULL};
        return match_wavelengths(&match, err);
    }
    if (by_name) {
        const s2rgf_status status = match_names(source, offers, offer_count, order, &found, err);
        if (status != S2RGF_OK || found == source->band_count)
            return status;
    }
    if (found > 0 || offer_count != source->band_count)
        return fail_missing(source, offer_count, order, by_name, err);
    for (int i = 0; i < source->band_count; i++)
        order[i] = i;
    return S2RGF_OK;
}
