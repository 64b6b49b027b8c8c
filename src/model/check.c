/* What a model may say about itself: the one set of rules for loading and for saving. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/number.h"
#include "core/utf8.h"
#include "model/ablations.h"
#include "model/metadata.h"

#define IDENTIFIER_BYTES 64
#define MAX_CHANNELS 1024
#define MAX_WAVELENGTH_NM 1e9
#define MOST_PIXELS 9007199254740992.0 /* 2^53: what a double counts one by one */
#define PLACE_BYTES 64

/** Who is being checked and how a refusal is reported. */
typedef struct checker {
    const char *subject;
    s2rgf_status refusal;
    s2rgf_error *err;
} checker;

static s2rgf_status check_number(const checker *check, const char *place, double value,
                                 const double range[2])
{
    if (value >= range[0] && value <= range[1])
        return S2RGF_OK;
    char found[S2_NUMBER_BYTES];
    return s2_fail(check->err, check->refusal, "%s: %s: out of range: expected %g to %g, found %s",
                   check->subject, place, range[0], range[1], s2_number_text(value, found));
}

static s2rgf_status check_count(const checker *check, const char *place, int value, int max)
{
    if (value >= 1 && value <= max)
        return S2RGF_OK;
    return s2_fail(check->err, check->refusal, "%s: %s: out of range: expected 1 to %d, found %d",
                   check->subject, place, max, value);
}

/** A text for people: printable and not too long. */
static s2rgf_status check_text(const checker *check, const char *place, const char *text)
{
    if (strlen(text) > S2_MODEL_NAME_BYTES)
        return s2_fail(check->err, check->refusal,
                       "%s: %s: too long: expected at most %d bytes, found %zu", check->subject,
                       place, S2_MODEL_NAME_BYTES, strlen(text));
    if (!s2_utf8_printable(text))
        return s2_fail(check->err, check->refusal,
                       "%s: %s: expected UTF-8 text without control characters", check->subject,
                       place);
    return S2RGF_OK;
}

static s2rgf_status check_identifier(const checker *check, const char *place, const char *text,
                                     const char *extra)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const size_t length = !text ? 0 : strlen(text);
    size_t fit = 0;
    while (fit < length && (strchr(letters, text[fit]) || strchr(extra, text[fit])))
        fit++;
    if (length > 0 && length <= IDENTIFIER_BYTES && fit == length)
        return S2RGF_OK;
    return s2_fail(check->err, check->refusal,
                   "%s: %s: bad name: expected 1 to %d letters, digits or any of \"%s\"",
                   check->subject, place, IDENTIFIER_BYTES, extra);
}

static s2rgf_status check_band(const checker *check, const char *source_place, int index,
                               const s2_model_band *band)
{
    char place[2 * PLACE_BYTES];
    snprintf(place, sizeof place, "%s.bands[%d].name", source_place, index);
    s2rgf_status status = check_text(check, place, band->name);
    if (status != S2RGF_OK)
        return status;
    if (!isnan(band->wavelength_nm)) {
        snprintf(place, sizeof place, "%s.bands[%d].wavelength_nm", source_place, index);
        status =
            check_number(check, place, band->wavelength_nm, (const double[]){1, MAX_WAVELENGTH_NM});
        if (status != S2RGF_OK)
            return status;
    }
    snprintf(place, sizeof place, "%s.bands[%d].mean", source_place, index);
    status = check_number(check, place, band->mean, (const double[]){-FLT_MAX, FLT_MAX});
    if (status != S2RGF_OK)
        return status;
    if (!isnan(band->low) && !isnan(band->high)) {
        snprintf(place, sizeof place, "%s.bands[%d].low", source_place, index);
        status = check_number(check, place, band->low, (const double[]){-FLT_MAX, FLT_MAX});
        snprintf(place, sizeof place, "%s.bands[%d].high", source_place, index);
        if (status == S2RGF_OK)
            status = check_number(check, place, band->high, (const double[]){band->low, FLT_MAX});
        if (status != S2RGF_OK)
            return status;
    }
    /* The network divides by std in single precision. */
    snprintf(place, sizeof place, "%s.bands[%d].std", source_place, index);
    return check_number(check, place, band->std, (const double[]){FLT_MIN, FLT_MAX});
}

/** The numbers of a source's bands in its files: all known, each once; or none is. */
static s2rgf_status check_band_numbers(const checker *check, const char *source_place,
                                       const s2_model_source *source)
{
    char place[2 * PLACE_BYTES];
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; status == S2RGF_OK && i < source->band_count; i++) {
        const int number = source->bands[i].number;
        snprintf(place, sizeof place, "%s.bands[%d].number", source_place, i);
        if (source->file_bands != 0 || number != 0)
            status = check_count(check, place, number, source->file_bands);
        for (int k = 0; status == S2RGF_OK && number != 0 && k < i; k++)
            if (source->bands[k].number == number)
                status = s2_fail(check->err, check->refusal, "%s: %s: two bands have number %d",
                                 check->subject, place, number);
    }
    return status;
}

static s2rgf_status check_source(const checker *check, const s2_model_content *content, int index)
{
    const s2_model_source *source = &content->sources[index];
    char place[PLACE_BYTES], member[2 * PLACE_BYTES];
    snprintf(place, sizeof place, "sources[%d]", index);
    snprintf(member, sizeof member, "%s.name", place);
    s2rgf_status status = check_identifier(check, member, source->name, "_-");
    if (status != S2RGF_OK)
        return status;
    for (int i = 0; i < index; i++)
        if (strcmp(content->sources[i].name, source->name) == 0)
            return s2_fail(check->err, check->refusal, "%s: %s: two sources are named %s",
                           check->subject, member, source->name);
    snprintf(member, sizeof member, "%s.pixel_size", place);
    status = check_number(check, member, source->pixel_size, (const double[]){DBL_MIN, DBL_MAX});
    if (status != S2RGF_OK)
        return status;
    snprintf(member, sizeof member, "%s.bands", place);
    status = check_count(check, member, source->band_count, S2_MODEL_MAX_BANDS);
    for (int i = 0; status == S2RGF_OK && i < source->band_count; i++)
        status = check_band(check, place, i, &source->bands[i]);
    return status == S2RGF_OK ? check_band_numbers(check, place, source) : status;
}

static s2rgf_status check_sources(const checker *check, const s2_model_content *content)
{
    s2rgf_status status = check_count(check, "sources", content->source_count, S2RGF_MAX_SOURCES);
    for (int i = 0; status == S2RGF_OK && i < content->source_count; i++)
        status = check_source(check, content, i);
    if (status != S2RGF_OK)
        return status;
    if (content->reference < 0 || content->reference >= content->source_count ||
        !content->sources[content->reference].on_reference)
        return s2_fail(check->err, check->refusal,
                       "%s: reference: expected a source whose on_reference is true",
                       check->subject);
    return S2RGF_OK;
}

static s2rgf_status check_classes(const checker *check, const s2_class_table *classes)
{
    char place[PLACE_BYTES];
    s2rgf_status status = check_count(check, "classes", classes->count, S2RGF_MAX_CLASSES);
    for (int i = 0; status == S2RGF_OK && i < classes->count; i++) {
        snprintf(place, sizeof place, "classes[%d].value", i);
        status = check_count(check, place, classes->items[i].value, S2_CLASS_MAX_VALUE);
        if (status != S2RGF_OK)
            return status;
        snprintf(place, sizeof place, "classes[%d].name", i);
        if (classes->items[i].name[0] == '\0')
            return s2_fail(check->err, check->refusal, "%s: %s: empty: expected a name",
                           check->subject, place);
        status = check_text(check, place, classes->items[i].name);
    }
    return status;
}

/** Something must be left to learn from. */
static s2rgf_status check_ablations(const checker *check, const s2_model_content *content)
{
    const char *reason = s2_ablations_conflict(&content->off, content->source_count);
    return !reason
               ? S2RGF_OK
               : s2_fail(check->err, check->refusal, "%s: ablations: %s", check->subject, reason);
}

static s2rgf_status check_checksum(const checker *check, const char *place, const char *checksum)
{
    const size_t length = strlen(checksum);
    if (length == 0 || (length == 16 && strspn(checksum, "0123456789abcdef") == 16))
        return S2RGF_OK;
    return s2_fail(check->err, check->refusal,
                   "%s: training.%s: expected 16 hexadecimal digits, found %zu other characters",
                   check->subject, place, length);
}

typedef struct ranged_number {
    const char *place;
    double value;
    double range[2];
    bool is_optional; /* what says that there is none is allowed, too */
} ranged_number;

/* none: what an optional number is where there is none */
static s2rgf_status check_numbers(const checker *check, const ranged_number *numbers, size_t count,
                                  double none)
{
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; status == S2RGF_OK && i < count; i++) {
        const double value = numbers[i].value;
        const bool is_none = isnan(none) ? isnan(value) : value == none;
        if (!numbers[i].is_optional || !is_none)
            status = check_number(check, numbers[i].place, value, numbers[i].range);
    }
    return status;
}

static s2rgf_status check_training(const checker *check, const s2_model_training *training)
{
    const ranged_number numbers[] = {
        {"training.steps", training->steps, {0, INT_MAX}, false},
        {"training.train_pixels", (double)training->train_pixels, {0, MOST_PIXELS}, false},
        {"training.validation_pixels",
         (double)training->validation_pixels,
         {0, MOST_PIXELS},
         false},
        {"training.validation_fraction", training->validation_fraction, {0, 1}, false},
        {"training.validation_distance_px", training->validation_distance, {0, DBL_MAX}, true},
        {"training.validation_overall_accuracy", training->validation_oa, {0, 1}, true},
        {"training.validation_kappa", training->validation_kappa, {-1, 1}, true},
        {"training.temperature", training->temperature, {1e-6, 1e6}, false},
        {"training.source_dropout", training->source_dropout, {0, 1}, false},
        {"training.calibration_error_before", training->calibration_before, {0, 1}, true},
        {"training.calibration_error_after", training->calibration_after, {0, 1}, true},
    };
    s2rgf_status status = check_checksum(check, "labels_checksum", training->labels_checksum);
    if (status == S2RGF_OK)
        status = check_checksum(check, "initial_model", training->initial_checksum);
    return status == S2RGF_OK ? check_numbers(check, numbers, sizeof numbers / sizeof *numbers, NAN)
                              : status;
}

static s2rgf_status check_expert(const checker *check, const s2_model_content *content)
{
    const s2_model_expert *expert = &content->expert;
    if (expert->share == 0.0)
        return S2RGF_OK;
    if (content->off.expert)
        return s2_fail(check->err, check->refusal,
                       "%s: expert: expected none where the ablations switch it off",
                       check->subject);
    const ranged_number numbers[] = {
        {"expert.share", expert->share, {1e-6, 1e6}, false},
        {"expert.divisor", expert->divisor, {1e-6, 1e6}, false},
        {"expert.shrinkage", expert->shrinkage, {0, 1}, false},
        {"expert.windows_divisor", expert->windows_divisor, {1e-6, 1e6}, true},
        {"expert.windows_shrinkage", expert->windows_shrinkage, {0, 1}, false},
        {"expert.hidden_divisor", expert->hidden_divisor, {1e-6, 1e6}, true},
        {"expert.hidden_shrinkage", expert->hidden_shrinkage, {0, 1}, false},
    };
    s2rgf_status status = check_numbers(check, numbers, sizeof numbers / sizeof *numbers, 0.0);
    if (status == S2RGF_OK && expert->hidden_divisor != 0.0 && expert->windows_divisor == 0.0)
        status = s2_fail(check->err, check->refusal,
                         "%s: expert.hidden_divisor: expected none without windows_divisor",
                         check->subject);
    return status;
}

s2rgf_status s2_model_check_as(const s2_model_content *content, const char *subject,
                               s2rgf_status refusal, s2rgf_error *err)
{
    const checker check = {subject, refusal, err};
    s2rgf_status status = check_identifier(&check, "network", content->network, "_");
    if (status == S2RGF_OK)
        status = check_identifier(&check, "program_version", content->program_version, ".+~-");
    if (status == S2RGF_OK)
        status = check_count(&check, "channels", content->channels, MAX_CHANNELS);
    if (status == S2RGF_OK)
        status = check_sources(&check, content);
    if (status == S2RGF_OK)
        status = check_ablations(&check, content);
    if (status == S2RGF_OK)
        status = check_classes(&check, &content->classes);
    if (status == S2RGF_OK)
        status = check_training(&check, &content->training);
    if (status == S2RGF_OK)
        status = check_expert(&check, content);
    return status;
}

s2rgf_status s2_model_check(const s2_model_content *content, const char *subject, s2rgf_error *err)
{
    return s2_model_check_as(content, subject, S2RGF_INVALID_ARGUMENT, err);
}

void s2_model_clean_name(char *name)
{
    s2_utf8_clean(name, S2_MODEL_NAME_BYTES);
}
