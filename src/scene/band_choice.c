/* Bands that the user chooses of a source, by number or by wavelength. */
#include "scene/band_choice.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/number.h"
#include "geo/source/source_tell.h"

#define LARGEST 1e9  /* band number or wavelength in nanometres */
#define SAME_NM 1e-6 /* micrometres in a file, times 1000, are off by less */

/* One item of a list: "8", "1-4" or "450-900nm". */
typedef struct item {
    double first, last;
    bool is_range, is_wavelength;
    const char *text; /* where it stands, length bytes */
    int length;
} item;

/* What is chosen of one source. */
typedef struct choice {
    s2_source *source;
    const char *text; /* the choice at hand, for messages */
    int *order;       /* [count] delivered bands as they are wanted */
    int count;
    bool *chosen; /* [bands] those in order */
    bool *marked; /* [bands] marked bad: left out of a range, or chosen by number */
} choice;

/* ---- reading -------------------------------------------------------------------------------- */

/* A decimal number without sign and exponent; the locale does not matter. */
static bool read_number(const char **at, const char *end, double *value)
{
    const char *start = *at;
    double unit = 1.0;
    *value = 0.0;
    for (; *at < end && isdigit((unsigned char)**at); (*at)++)
        *value = *value * 10.0 + (**at - '0');
    if (*at == start || *at == end || **at != '.')
        return *at > start && *value <= LARGEST;
    for ((*at)++; *at < end && isdigit((unsigned char)**at); (*at)++)
        *value += (unit /= 10.0) * (**at - '0');
    return *value <= LARGEST;
}

static bool read_item(const char *text, int length, item *read)
{
    const char *at = text;
    const char *end = text + length;
    *read = (item){.text = text, .length = length};
    if (!read_number(&at, end, &read->first))
        return false;
    read->last = read->first;
    if (at < end && *at == '-') {
        at++;
        read->is_range = true;
        if (!read_number(&at, end, &read->last))
            return false;
    }
    read->is_wavelength = end - at == 2 && strncmp(at, "nm", 2) == 0;
    if (read->is_wavelength)
        return read->is_range && read->first <= read->last;
    return at == end && read->first == floor(read->first) && read->last == floor(read->last) &&
           read->first <= read->last;
}

/* ---- choosing ------------------------------------------------------------------------------- */

static s2rgf_status fail_choice(const choice *own, const item *found, const char *what,
                                s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT, "-b %s: source %s (%s): %.*s: %s", own->text,
                   s2_source_name(own->source), s2_source_label(own->source), found->length,
                   found->text, what);
}

static bool covers(const item *found, const s2_band_desc *band)
{
    const double value = found->is_wavelength ? band->wavelength_nm : band->number;
    return value >= found->first - SAME_NM && value <= found->last + SAME_NM;
}

static s2rgf_status fail_uncovered(const choice *own, const item *found, s2rgf_error *err)
{
    const int bands = s2_source_file_bands(own->source);
    double lowest = INFINITY, highest = -INFINITY;
    char what[160];
    for (int b = 0; b < s2_source_band_count(own->source); b++) {
        lowest = fmin(lowest, s2_source_band(own->source, b)->wavelength_nm);
        highest = fmax(highest, s2_source_band(own->source, b)->wavelength_nm);
    }
    if (!found->is_wavelength && found->first >= 1.0 && found->last <= bands)
        snprintf(what, sizeof what, "expected bands with data, found an alpha band");
    else if (!found->is_wavelength)
        snprintf(what, sizeof what, "no such band: expected numbers from 1 to %d", bands);
    else if (lowest > highest)
        snprintf(what, sizeof what,
                 "expected numbers of bands, for no wavelength of this source is known");
    else
        s2_snprintf(what, sizeof what, "no band in this range: expected some of %g to %g nm",
                    lowest, highest);
    return fail_choice(own, found, what, err);
}

/* Take the bands that an item covers, in the order of the files. */
static s2rgf_status take_item(choice *own, const item *found, s2rgf_error *err)
{
    const int bands = s2_source_band_count(own->source);
    char twice[64];
    int covered = 0, good = 0;
    for (int b = 0; b < bands; b++) {
        const s2_band_desc *band = s2_source_band(own->source, b);
        covered += covers(found, band);
        good += covers(found, band) && !band->bad;
    }
    const bool all_there =
        found->is_wavelength || (double)covered == found->last - found->first + 1.0;
    if (covered == 0 || !all_there)
        return fail_uncovered(own, found, err);
    for (int b = 0; b < bands; b++) {
        const s2_band_desc *band = s2_source_band(own->source, b);
        if (!covers(found, band))
            continue;
        own->marked[b] = own->marked[b] || band->bad;
        if (band->bad && found->is_range && good > 0)
            continue;
        if (own->chosen[b]) {
            snprintf(twice, sizeof twice, "expected every band once, found band %d twice",
                     band->number);
            return fail_choice(own, found, twice, err);
        }
        own->chosen[b] = true;
        own->order[own->count++] = b;
    }
    return S2RGF_OK;
}

/* bands in  what follows "NAME=" */
static s2rgf_status take_list(choice *own, const char *bands, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (const char *at = bands; status == S2RGF_OK; at++) {
        const int length = (int)strcspn(at, ",");
        item found;
        if (!read_item(at, length, &found))
            return fail_choice(
                own, &found, "expected numbers of bands as 1-4,8 or wavelengths as 450-900nm", err);
        status = take_item(own, &found, err);
        at += length;
        if (*at == '\0')
            break;
    }
    return status;
}

/* The source that a choice names, and where its bands begin; NULL: there is none. */
static s2_source *find_source(const s2_scene *scene, const char *text, const char **bands)
{
    const char *equals = strchr(text, '=');
    *bands = equals ? equals + 1 : text;
    if (!equals)
        return scene->count == 1 ? scene->sources[0].source : NULL;
    for (int s = 0; s < scene->count; s++) {
        const char *name = s2_source_name(scene->sources[s].source);
        if (strlen(name) == (size_t)(equals - text) &&
            strncmp(name, text, (size_t)(equals - text)) == 0)
            return scene->sources[s].source;
    }
    return NULL;
}

static s2rgf_status fail_source(const s2_scene *scene, const char *text, s2rgf_error *err)
{
    s2_text names = {0};
    for (int s = 0; s < scene->count; s++)
        s2_text_append(&names, "%s%s", s > 0 ? ", " : "", s2_source_name(scene->sources[s].source));
    const s2rgf_status status =
        names.failed
            ? s2_fail_memory(err, "bands")
            : s2_fail(err, S2RGF_INVALID_ARGUMENT,
                      "-b %s: no such source: expected NAME=BANDS with one of the names %s", text,
                      names.data);
    s2_free(names.data);
    return status;
}

/* ---- what comes of it ----------------------------------------------------------------------- */

/* Say what is left out, and deliver the rest. tmp [bands] */
static s2rgf_status apply_choice(const choice *own, bool *tmp, const s2rgf_host *host,
                                 s2rgf_error *err)
{
    const int bands = s2_source_band_count(own->source);
    for (int b = 0; b < bands; b++)
        tmp[b] = !own->chosen[b] && !own->marked[b];
    s2_source_tell_bands(own->source, tmp, "left out, not chosen by -b", S2RGF_INFO, host);
    for (int b = 0; b < bands; b++)
        tmp[b] = !own->chosen[b] && own->marked[b];
    s2_source_tell_bands(own->source, tmp, "left out, marked bad in the file", S2RGF_INFO, host);
    for (int b = 0; b < bands; b++)
        tmp[b] = own->chosen[b] && own->marked[b];
    s2_source_tell_bands(own->source, tmp, "marked bad in the file, but chosen by -b",
                         S2RGF_WARNING, host);
    return s2_source_select(own->source, own->order, own->count, err);
}

static s2rgf_status choose_bands(s2_source *source, const s2_scene *scene,
                                 const char *const *choices, bool *any, const s2rgf_host *host,
                                 s2rgf_error *err)
{
    const size_t bands = (size_t)s2_source_band_count(source);
    bool *flags = s2_calloc(3 * bands, sizeof *flags);
    choice own = {.source = source, .order = s2_alloc(bands, sizeof(int)), .chosen = flags};
    s2rgf_status status = flags && own.order ? S2RGF_OK : s2_fail_memory(err, "bands");
    own.marked = flags ? flags + bands : NULL;
    for (size_t i = 0; choices[i] && status == S2RGF_OK; i++) {
        const char *list;
        own.text = choices[i];
        if (find_source(scene, choices[i], &list) == source)
            status = take_list(&own, list, err);
    }
    *any = own.count > 0;
    if (status == S2RGF_OK && *any)
        status = apply_choice(&own, flags + 2 * bands, host, err);
    s2_free(flags);
    s2_free(own.order);
    return status;
}

s2rgf_status s2_scene_choose_bands(s2_scene *scene, const char *const *choices, bool *chosen,
                                   const s2rgf_host *host, s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; choices && choices[i] && status == S2RGF_OK; i++) {
        const char *list;
        if (!find_source(scene, choices[i], &list))
            status = fail_source(scene, choices[i], err);
    }
    for (int s = 0; s < scene->count && status == S2RGF_OK; s++) {
        chosen[s] = false;
        if (choices)
            status = choose_bands(scene->sources[s].source, scene, choices, &chosen[s], host, err);
    }
    return status;
}
