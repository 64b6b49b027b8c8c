/* Which class of one raster or layer is which class of another. */
#include "assess/matching.h"

#include <stdio.h>
#include <string.h>

#include "core/class_name.h"
#include "core/error.h"
#include "core/log.h"
#include "core/utf8.h"

static bool has_a_name(const s2_class_table *table)
{
    for (int i = 0; i < table->count; i++)
        if (s2_class_name_number(table->items[i].name) < 0)
            return true;
    return false;
}

/** The first names of a table, for messages: "a, b, c and 7 more". */
static void list_names(const s2_class_table *table, char *text, size_t size)
{
    const int shown_at_most = 12;
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < table->count && length < size; i++) {
        const int rest = table->count - i;
        const bool last = i == shown_at_most;
        const int written = last ? snprintf(text + length, size - length, " and %d more", rest)
                                 : snprintf(text + length, size - length, "%s%s",
                                            i == 0 ? "" : ", ", table->items[i].name);
        if (written < 0 || last)
            return;
        length += (size_t)written;
    }
}

/** The one class whose name differs in upper and lower case only; -1 if none or several. */
static int find_in_any_case(const s2_class_table *table, const s2_class *class)
{
    int found = -1;
    for (int i = 0; i < table->count; i++)
        if (s2_utf8_same_letters(table->items[i].name, class->name)) {
            if (found >= 0)
                return -1;
            found = i;
        }
    return found;
}

static int find_by_name(const s2_class_table *table, const s2_class *class)
{
    return s2_class_table_find_name(table, class->name);
}

/** The class that is called by the same number, whatever its value. */
static int find_by_number(const s2_class_table *table, const s2_class *class)
{
    const int number = s2_class_name_number(class->name);
    for (int i = 0; i < table->count && number >= 0; i++)
        if (s2_class_name_number(table->items[i].name) == number)
            return i;
    return -1;
}

/** The class of the same value, unless it is called by another number. */
static int find_by_value(const s2_class_table *table, const s2_class *class)
{
    const int number = s2_class_name_number(class->name);
    const int value = number >= 0 ? number : class->value;
    const int found = s2_class_table_find_value(table, value);
    const int other = found >= 0 ? s2_class_name_number(table->items[found].name) : -1;
    return other < 0 || other == value ? found : -1;
}

/** Fill what is still -1 in match, [from->count]; returns how many that were. */
static int match_with(int (*find)(const s2_class_table *, const s2_class *),
                      const s2_class_sets *sets, int *match)
{
    int matched = 0;
    for (int i = 0; i < sets->from->count; i++) {
        if (match[i] >= 0)
            continue;
        match[i] = find(sets->to, &sets->from->items[i]);
        matched += match[i] >= 0;
    }
    return matched;
}

/** Tell which classes are taken for one that is spelled in another way. */
static void report_matches(const s2_class_sets *sets, const int *match, const s2rgf_host *host)
{
    for (int i = 0; i < sets->from->count; i++) {
        const s2_class *from = &sets->from->items[i];
        const s2_class *to = match[i] >= 0 ? &sets->to->items[match[i]] : from;
        if (strcmp(from->name, to->name) != 0 && s2_utf8_same_letters(from->name, to->name))
            s2_log(host, S2RGF_WARNING, "Class \"%s\" of %s is matched with \"%s\" of %s",
                   from->name, sets->from_name, to->name, sets->to_name);
    }
}

/** Tell of classes matched by value; words of a field have values by their order alone. */
static void tell_values(const s2_class_sets *sets, const int *match, const s2rgf_host *host)
{
    int first = 0;
    while (match[first] < 0)
        first++;
    s2_log(host, has_a_name(sets->from) ? S2RGF_WARNING : S2RGF_INFO,
           "No class name in common: classes matched by value, \"%s\" of %s with \"%s\" of %s",
           sets->from->items[first].name, sets->from_name, sets->to->items[match[first]].name,
           sets->to_name);
}

s2rgf_status s2_match_classes(const s2_class_sets *sets, const s2rgf_host *host, int *match,
                              s2rgf_error *err)
{
    for (int i = 0; i < sets->from->count; i++)
        match[i] = -1;
    int matched = match_with(find_by_name, sets, match);
    matched += match_with(find_in_any_case, sets, match);
    const int by_number = match_with(find_by_number, sets, match);
    matched += by_number;
    if (by_number > 0)
        s2_log(host, S2RGF_INFO, "Classes that are called by numbers are matched by these numbers");
    report_matches(sets, match, host);
    if (!has_a_name(sets->from) || (matched == 0 && !has_a_name(sets->to))) {
        const int by_value = match_with(find_by_value, sets, match);
        if (by_value > 0 && matched > 0)
            s2_log(host, S2RGF_INFO, "Other classes matched by value");
        else if (by_value > 0)
            tell_values(sets, match, host);
        matched += by_value;
    }
    if (matched > 0)
        return S2RGF_OK;
    char wanted[400], found[400];
    list_names(sets->to, wanted, sizeof wanted);
    list_names(sets->from, found, sizeof found);
    return s2_fail(err, S2RGF_MISMATCH,
                   "%s: no class in common with %s: expected some of %s; found %s", sets->path,
                   sets->from_name, wanted, found);
}
