/* Command lines: reading the words of a program's command line into its structure. */
#include "apps/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>

#include "apps/generic_switches.h"
#include "apps/report.h"
#include "apps/shard.h"
#include "s2rgf/scene.h"

/* What has been read so far. */
typedef struct reader {
    const s2_program *program;
    void *values;
    char **words;
    int word;                   /* the one being looked at */
    bool given[S2_OPTIONS_MAX]; /* by position in the program's table */
    int exit_code;              /* where a word is refused */
    bool writes;                /* a file to write was given */
    bool quiet;
    bool printed; /* help or a version, which was asked for */
} reader;

/* An entry of the table with where it writes. */
typedef struct slot {
    const s2_option *option;
    char *base;
    size_t index;
} slot;

const s2_option_group *s2_program_group(const s2_program *program, size_t index)
{
    size_t count = 0;

    while (program->groups[count].heading)
        count++;
    if (index < count)
        return &program->groups[index];
    return index == count ? &S2_GENERIC_SWITCHES : NULL;
}

/* ---- finding entries ------------------------------------------------------------------------ */

/* Entry number `index` of all groups; option is NULL at the end. */
static slot slot_at(const s2_program *program, void *values, size_t index)
{
    const s2_option_group *group;
    slot found = {NULL, NULL, index};
    size_t before = 0;

    for (size_t g = 0; (group = s2_program_group(program, g)); g++) {
        if (index < before + group->count) {
            found.option = &group->options[index - before];
            found.base = (char *)values + group->base;
            break;
        }
        before += group->count;
    }
    return found;
}

static bool is_called(const s2_option *option, const char *name)
{
    return option->name && (strcmp(option->name, name) == 0 ||
                            (option->alias && strcmp(option->alias, name) == 0) ||
                            (option->former && strcmp(option->former, name) == 0));
}

/* The option of this name, alias or former name; option is NULL if there is none. */
static slot find_option(const s2_program *program, void *values, const char *name)
{
    slot found;

    for (size_t i = 0; (found = slot_at(program, values, i)).option; i++)
        if (is_called(found.option, name))
            break;
    return found;
}

/* Letters to insert, leave out or replace so that one name becomes the other, in any case. */
static size_t name_distance(const char *name, const char *word, size_t length)
{
    size_t row[32];
    const size_t width = strlen(name);

    assert(width < sizeof row / sizeof *row);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; i < length; i++) {
        size_t before = row[0]++;
        for (size_t j = 1; j <= width; j++) {
            const size_t replaced = before + (tolower((unsigned char)word[i]) != name[j - 1]);
            const size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            before = row[j];
            row[j] = replaced < other ? replaced : other;
        }
    }
    return row[width];
}

/* The option whose name is nearest to a word without its dashes and value, NULL if none is near. */
static const char *nearest_name(const s2_program *program, void *values, const char *word)
{
    const size_t length = strcspn(word, "=");
    size_t least = length / 3 + 1;
    const char *nearest = NULL;
    slot found;

    for (size_t i = 0; (found = slot_at(program, values, i)).option; i++) {
        const char *name = found.option->name;
        const size_t distance = name ? name_distance(name, word, length) : least;
        if (distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest;
}

/* The first positional argument that has not been given. */
static slot next_positional(const reader *r)
{
    slot found;

    for (size_t i = 0; (found = slot_at(r->program, r->values, i)).option; i++)
        if (!found.option->name && !r->given[i])
            break;
    return found;
}

const char *s2_option_name(const char *word)
{
    if (word[0] != '-' || word[1] == '\0')
        return NULL;
    return word + (word[1] == '-' ? 2 : 1);
}

/* ---- messages ------------------------------------------------------------------------------- */

static bool wrong_number(const reader *r, const s2_option *option, const char *text)
{
    char multiple[64] = "";
    char zero[64] = "";

    if (option->multiple_of)
        snprintf(multiple, sizeof multiple, ", a multiple of %d", option->multiple_of);
    else if (option->odd)
        snprintf(multiple, sizeof multiple, ", odd");
    if (option->zero)
        snprintf(zero, sizeof zero, ", or %s", option->zero);
    return s2_report_usage(r->program->name,
                           "-%s: expected a %snumber from %.15g to %.15g%s%s, found '%s'",
                           option->name, option->type == S2_OPTION_REAL ? "" : "whole ",
                           option->min, option->max, multiple, zero, text);
}

/* ---- values --------------------------------------------------------------------------------- */

/* The whole of text as a finite decimal number; CPLStrtod() knows no locale. */
static bool read_real(const char *text, double *value)
{
    char *end;

    if (text[strspn(text, "0123456789+-.eE")] != '\0')
        return false;
    *value = CPLStrtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool set_int(const reader *r, slot to, const char *text)
{
    const s2_option *option = to.option;
    char *end;
    long value;

    if (option->zero && strcmp(text, option->zero) == 0) {
        *(int *)(void *)(to.base + option->target) = 0;
        return true;
    }
    errno = 0;
    value = strtol(text, &end, 10);
    if ((!isdigit((unsigned char)*text) && *text != '-') || *end != '\0' || errno != 0 ||
        (double)value < option->min || (double)value > option->max ||
        (option->multiple_of && value % option->multiple_of != 0) ||
        (option->odd && value % 2 == 0))
        return wrong_number(r, option, text);
    *(int *)(void *)(to.base + option->target) = (int)value;
    return true;
}

static bool set_seed(const reader *r, slot to, const char *text)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0)
        return s2_report_usage(r->program->name,
                               "-%s: expected a whole number from 0 to %" PRIu64 ", found '%s'",
                               to.option->name, UINT64_MAX, text);
    *(uint64_t *)(void *)(to.base + to.option->target) = (uint64_t)value;
    return true;
}

static bool set_real(const reader *r, slot to, const char *text)
{
    double value;

    if (!read_real(text, &value) || value < to.option->min || value > to.option->max)
        return wrong_number(r, to.option, text);
    *(double *)(void *)(to.base + to.option->target) = value;
    return true;
}

static bool set_rect(const reader *r, slot to, char *const *texts)
{
    double *target = (double *)(void *)(to.base + to.option->target);

    for (int i = 0; i < 4; i++)
        if (!read_real(texts[i], &target[i]))
            return s2_report_usage(r->program->name, "-%s: expected four numbers (%s), found '%s'",
                                   to.option->name, to.option->values, texts[i]);
    return true;
}

/* "0.5ha", or "20", "20px", "20pixels". */
static bool set_patch(const reader *r, slot to, const char *text)
{
    s2rgf_patch_size *patch = (s2rgf_patch_size *)(void *)(to.base + to.option->target);
    const size_t digits = strspn(text, "0123456789.");
    const char *unit = text + digits + strspn(text + digits, " ");
    char number[32];
    double value;

    snprintf(number, sizeof number, "%.*s", (int)digits, text);
    const bool is_number = digits < sizeof number && read_real(number, &value);
    const bool in_pixels = !*unit || strcmp(unit, "px") == 0 || strcmp(unit, "pixels") == 0;
    if (is_number && strcmp(unit, "ha") == 0) {
        *patch = (s2rgf_patch_size){.hectares = value};
        return true;
    }
    if (!is_number || !in_pixels || value != floor(value) || value > INT_MAX)
        return s2_report_usage(
            r->program->name,
            "-%s: expected whole pixels, such as 20, or hectares, such as 0.5ha, "
            "found '%s'",
            to.option->name, text);
    *patch = (s2rgf_patch_size){.pixels = (int)value};
    return true;
}

static bool append_text(slot to, const char *text)
{
    char ***list = (char ***)(void *)(to.base + to.option->target);

    *list = CSLAddString(*list, text);
    return true;
}

/* Bytes of a source name at the start of text if '=' follows it, else 0. */
static size_t name_length(const char *text)
{
    size_t length = 0;

    while (isalnum((unsigned char)text[length]) || text[length] == '_' || text[length] == '-')
        length++;
    return text[length] == '=' ? length : 0;
}

static bool append_input(reader *r, slot to, char *text)
{
    s2rgf_scene_options *scene = (s2rgf_scene_options *)(void *)(to.base + to.option->target);
    size_t length = name_length(text);
    s2rgf_input *inputs;

    if (text[0] == '\0' || (length > 0 && text[length + 1] == '\0'))
        return s2_report_usage(r->program->name, "-%s: expected %s, found '%s'", to.option->name,
                               to.option->values, text);
    inputs = realloc((void *)scene->inputs, (scene->input_count + 1) * sizeof *inputs);
    if (!inputs) {
        r->exit_code = s2_report_no_memory("-%s", to.option->name);
        return false;
    }
    scene->inputs = inputs;
    inputs[scene->input_count].name = length > 0 ? text : "source";
    inputs[scene->input_count].path = length > 0 ? text + length + 1 : text;
    if (length > 0)
        text[length] = '\0';
    scene->input_count++;
    return true;
}

/* Text, or a file to write. What GDAL keeps in a program's memory ends with it. */
static bool set_text(reader *r, slot to, const char *text)
{
    const s2_option *option = to.option;

    if (text[0] == '\0')
        return s2_report_usage(r->program->name, "%s%s: expected %s, found an empty text",
                               option->name ? "-" : "", option->name ? option->name : "argument",
                               option->values);
    if (option->type == S2_OPTION_OUTPUT && strncmp(text, "/vsimem/", 8) == 0)
        return s2_report_usage(r->program->name,
                               "%s: would be in this program's memory and end with it: expected "
                               "%s, a file",
                               text, option->values);
    if (option->type == S2_OPTION_OUTPUT && strcmp(text, "-") != 0)
        r->writes = true;
    *(const char **)(void *)(to.base + option->target) = text;
    return true;
}

/* One of the words that the placeholder lists. */
static bool set_word(const reader *r, slot to, const char *text)
{
    const size_t length = strlen(text);

    for (const char *word = to.option->values; word[0]; word += word[0] == '|') {
        const size_t bytes = strcspn(word, "|");
        if (bytes == length && memcmp(word, text, bytes) == 0) {
            *(const char **)(void *)(to.base + to.option->target) = text;
            return true;
        }
        word += bytes;
    }
    return s2_report_usage(r->program->name, "-%s: expected %s, found '%s'", to.option->name,
                           to.option->values, text);
}

static bool set_values(reader *r, slot to, char **texts)
{
    const s2_option *option = to.option;

    switch (option->type) {
    case S2_OPTION_ON:
        *(bool *)(to.base + option->target) = true;
        return true;
    case S2_OPTION_OFF:
        *(bool *)(to.base + option->target) = false;
        return true;
    case S2_OPTION_TEXT:
    case S2_OPTION_OUTPUT:
        return set_text(r, to, texts[0]);
    case S2_OPTION_WORD:
        return set_word(r, to, texts[0]);
    case S2_OPTION_LIST:
        return append_text(to, texts[0]);
    case S2_OPTION_INPUTS:
        return append_input(r, to, texts[0]);
    case S2_OPTION_INT:
        return set_int(r, to, texts[0]);
    case S2_OPTION_SEED:
        return set_seed(r, to, texts[0]);
    case S2_OPTION_REAL:
        return set_real(r, to, texts[0]);
    case S2_OPTION_RECT:
        return set_rect(r, to, texts);
    case S2_OPTION_PATCH:
        return set_patch(r, to, texts[0]);
    case S2_OPTION_SHARD:
        return s2_shard_read(r->program->name, texts[0],
                             (s2_shard *)(void *)(to.base + option->target));
    case S2_OPTION_QUIET:
        r->quiet = true;
        return true;
    default:
        return true;
    }
}

/* ---- words ---------------------------------------------------------------------------------- */

/* How many values an option takes: the words of its placeholder. */
static int value_count(const s2_option *option)
{
    int count = option->values != NULL;

    for (const char *c = option->values; c && *c; c++)
        count += *c == ' ';
    return count;
}

/* Whether a word can be the value of an option that may go without: a whole number, or the word
   that stands for 0. word in, or NULL */
static bool is_value(const s2_option *option, const char *word)
{
    if (!word)
        return false;
    if (option->zero && strcmp(word, option->zero) == 0)
        return true;
    return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* Take an option or positional argument with its values; false after wrong usage. */
static bool take_entry(reader *r, slot to)
{
    const s2_option *option = to.option;
    bool repeatable = option->type == S2_OPTION_LIST || option->type == S2_OPTION_INPUTS;
    int count = value_count(option);

    if (option->values && r->given[to.index] && !repeatable)
        return s2_report_usage(r->program->name, "-%s: given twice", option->name);
    if (option->bare && !is_value(option, r->words[r->word])) {
        r->given[to.index] = true;
        return set_int(r, to, option->bare);
    }
    for (int i = 0; i < count; i++)
        if (!r->words[r->word + i])
            return s2_report_usage(r->program->name, "-%s: expected %s after it", option->name,
                                   option->values);
    r->given[to.index] = true;
    if (option->given)
        *(bool *)(to.base + option->given) = true;
    if (!set_values(r, to, r->words + r->word))
        return false;
    r->word += count;
    return true;
}

/* What an entry is called in messages and by other entries: "-name", or a placeholder. */
static const char *entry_name(const s2_option *option, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s%s", option->name ? "-" : "",
             option->name ? option->name : option->values);
    return text;
}

/*
 * Whether the entry that another one names, without a dash, is given, or with "=value" has that
 * value and all that it needs itself; what was looked for to text. One that the program does not
 * have, which an entry in a shared table may name, counts as given.
 */
static bool is_given(const reader *r, const char *wanted, char *text, size_t bytes)
{
    const size_t length = strcspn(wanted, "=");
    const char *value = wanted[length] ? wanted + length + 1 : NULL;
    slot entry;

    for (size_t i = 0; (entry = slot_at(r->program, r->values, i)).option; i++) {
        const s2_option *option = entry.option;
        const char *name = option->name ? option->name : option->values;
        if (strncmp(name, wanted, length) != 0 || name[length] != '\0')
            continue;
        entry_name(option, text, bytes);
        if (!value)
            return r->given[i];
        if (option->needs && !is_given(r, option->needs, text, bytes))
            return false;
        snprintf(text, bytes, "-%s %s", name, value);
        return strcmp(*(const char **)(void *)(entry.base + option->target), value) == 0;
    }
    return true;
}

/* Whether what an entry needs is given; what that would be to text. */
static bool has_needed(const reader *r, const s2_option *option, char *text, size_t bytes)
{
    char other[64];

    if (!option->needs || is_given(r, option->needs, text, bytes))
        return true;
    if (!option->or_needs)
        return false;
    const bool given = is_given(r, option->or_needs, other, sizeof other);
    snprintf(text + strlen(text), bytes - strlen(text), " or %s", other);
    return given;
}

static bool check_required(const reader *r)
{
    char own[128];
    char other[128];
    slot entry;

    for (size_t i = 0; (entry = slot_at(r->program, r->values, i)).option; i++) {
        const s2_option *option = entry.option;
        const bool spared = option->unless && is_given(r, option->unless, other, sizeof other);

        entry_name(option, own, sizeof own);
        if (option->required && !spared && !r->given[i])
            return s2_report_usage(r->program->name, "missing: %s%s%s", own,
                                   option->name ? " " : "", option->name ? option->values : "");
        if (!r->given[i])
            continue;
        if (!has_needed(r, option, other, sizeof other))
            return s2_report_usage(r->program->name, "%s: needs %s", own, other);
        if (option->forbids && is_given(r, option->forbids, other, sizeof other))
            return s2_report_usage(r->program->name, "%s: cannot be used with %s", own, other);
    }
    return true;
}

static bool unknown_option(const reader *r, const char *word, const char *name)
{
    const char *nearest = nearest_name(r->program, r->values, name);

    if (!nearest)
        return s2_report_usage(r->program->name, "unknown option '%s'", word);
    return s2_report_usage(r->program->name, "unknown option '%s': did you mean %.*s%s?", word,
                           (int)(name - word), word, nearest);
}

/* Read all words, up to one that asks for help or a version. */
static bool read_words(reader *r, const void *defaults)
{
    while (r->words[r->word]) {
        const char *word = r->words[r->word];
        const char *name = s2_option_name(word);
        slot to = name ? find_option(r->program, r->values, name) : next_positional(r);

        if (!to.option)
            return name ? unknown_option(r, word, name)
                        : s2_report_usage(r->program->name, "one argument too many: '%s'", word);
        r->printed = s2_generic_print(r->program, defaults, to.option->type);
        if (r->printed)
            return true;
        if (name)
            r->word++;
        if (!take_entry(r, to))
            return false;
    }
    return check_required(r);
}

/* Take GDAL's switches and read the words that are left; as s2_command_parse(). */
static bool read_command(s2_command *command, char **argv, const void *defaults, int *exit_code)
{
    reader r = {.program = command->program,
                .values = command->values,
                .word = 1,
                .exit_code = S2_EXIT_USAGE};

    if (!s2_generic_take(command->program, argv, &command->words, exit_code))
        return false;
    r.words = command->words;
    if (!read_words(&r, defaults)) {
        *exit_code = r.exit_code;
        return false;
    }
    command->writes = r.writes;
    command->quiet = r.quiet;
    *exit_code = S2_EXIT_DONE;
    return !r.printed;
}

bool s2_command_parse(s2_command *command, int argc, char **argv, int *exit_code)
{
    void *defaults = argc < 1 ? NULL : malloc(command->program->values_bytes);

    assert(!slot_at(command->program, command->values, S2_OPTIONS_MAX).option);
    if (!defaults) {
        *exit_code = s2_report_no_memory("command line");
        return false;
    }
    memcpy(defaults, command->values, command->program->values_bytes);
    const bool ok = read_command(command, argv, defaults, exit_code);
    free(defaults);
    if (!ok && *exit_code == S2_EXIT_DONE && (fflush(stdout) != 0 || ferror(stdout))) {
        fprintf(stderr, "%s: standard output: cannot write\n", command->program->name);
        *exit_code = S2_EXIT_FAILED;
    }
    return ok;
}

void s2_command_clear(s2_command *command)
{
    slot entry;

    for (size_t i = 0; (entry = slot_at(command->program, command->values, i)).option; i++) {
        void *target = entry.base + entry.option->target;
        if (entry.option->type == S2_OPTION_LIST) {
            CSLDestroy(*(char ***)target);
            *(char ***)target = NULL;
        } else if (entry.option->type == S2_OPTION_INPUTS) {
            s2rgf_scene_options *scene = target;
            free((void *)scene->inputs);
            scene->inputs = NULL;
            scene->input_count = 0;
        }
    }
    CSLDestroy(command->words);
    command->words = NULL;
}
