/* Which values of a quality layer make a pixel valid. */
#include "geo/source/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

#define BITS "nobits:"
#define HIGHEST_BIT 31
#define LARGEST 1000000000 /* value */

static s2rgf_status fail_rule(const char *text, s2rgf_error *err)
{
    return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                   "-qa %s: expected a layer with the values that are valid, as scl=4-7,11, or the "
                   "bits from 0 to %d that may not be set, as qa_pixel=" BITS "0-4",
                   text, HIGHEST_BIT);
}

/* One number of a list; *at moves behind it. */
static bool read_number(const char **at, bool bits, int *number)
{
    char *end = NULL;
    const bool starts = (**at >= '0' && **at <= '9') || (!bits && **at == '-');
    const long value = starts ? strtol(*at, &end, 10) : 0;
    if (!starts || end == *at || value < -LARGEST || value > LARGEST)
        return false;
    *number = (int)value;
    *at = end;
    return !bits || *number <= HIGHEST_BIT;
}

/* "4" or "4-7"; *at moves behind it. */
static bool read_range(const char **at, bool bits, int range[2])
{
    if (!read_number(at, bits, &range[0]))
        return false;
    range[1] = range[0];
    if (**at != '-')
        return true;
    (*at)++;
    return read_number(at, bits, &range[1]) && range[0] <= range[1];
}

static bool read_ranges(const char *list, s2_quality_rule *rule)
{
    const char *at = list;
    rule->bits = strncmp(list, BITS, strlen(BITS)) == 0;
    if (rule->bits)
        at += strlen(BITS);
    for (;; at++) {
        if (rule->count == S2_QUALITY_RANGES ||
            !read_range(&at, rule->bits, rule->ranges[rule->count++]))
            return false;
        if (*at != ',')
            return *at == '\0';
    }
}

s2rgf_status s2_quality_rule_parse(const char *text, s2_quality_rule *rule, s2rgf_error *err)
{
    const char *equals = strchr(text, '=');
    const char *colon = strchr(text, ':');
    *rule = (s2_quality_rule){.count = 0};
    if (!equals)
        return fail_rule(text, err);
    const char *layer = colon && colon < equals ? colon + 1 : text;
    if (layer == equals || layer == text + 1)
        return fail_rule(text, err);
    rule->layer = s2_asprintf("%.*s", (int)(equals - layer), layer);
    rule->text = s2_strdup(equals + 1);
    if (layer > text)
        rule->source = s2_asprintf("%.*s", (int)(layer - text - 1), text);
    if (!rule->layer || !rule->text || (layer > text && !rule->source))
        return s2_fail_memory(err, "quality layer");
    return read_ranges(equals + 1, rule) ? S2RGF_OK : fail_rule(text, err);
}

void s2_quality_rule_clear(s2_quality_rule *rule)
{
    S2_FREE_EACH(rule->source, rule->layer, rule->text);
    *rule = (s2_quality_rule){.count = 0};
}

s2rgf_status s2_quality_rule_copy(const s2_quality_rule *from, s2_quality_rule *to,
                                  s2rgf_error *err)
{
    *to = *from;
    to->source = s2_strdup(from->source);
    to->layer = s2_strdup(from->layer);
    to->text = s2_strdup(from->text);
    const bool whole = to->layer && to->text && (to->source || !from->source);
    return whole ? S2RGF_OK : s2_fail_memory(err, "quality layer");
}

bool s2_quality_accepts(const s2_quality_rule *rule, double value)
{
    if (!(fabs(value) <= (double)UINT32_MAX) || value != floor(value))
        return false;
    const uint32_t word = (uint32_t)(int64_t)value;
    for (int i = 0; i < rule->count; i++) {
        const int first = rule->ranges[i][0];
        const int last = rule->ranges[i][1];
        if (!rule->bits && value >= first && value <= last)
            return true;
        for (int bit = first; rule->bits && bit <= last; bit++)
            if ((word >> bit & 1U) != 0)
                return false;
    }
    return rule->bits;
}
