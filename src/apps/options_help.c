/* Command lines: --help, written from the program's table and default values. */
#include "apps/options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define LEFT_COLUMNS 28  /* where descriptions start */
#define TOTAL_COLUMNS 80 /* where they wrap */

/* Append formatted text, cut at the buffer's end. */
static void append_text(char *text, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append_text(char *text, size_t bytes, const char *format, ...)
{
    size_t length = strlen(text);
    va_list list;

    va_start(list, format);
    vsnprintf(text + length, bytes - length, format, list);
    va_end(list);
}

/* Words of text, wrapped; the cursor is at LEFT_COLUMNS. */
static void print_wrapped(const char *text, FILE *out)
{
    size_t column = LEFT_COLUMNS;

    while (*text) {
        size_t length = strcspn(text, " ");
        if (column > LEFT_COLUMNS && column + 1 + length > TOTAL_COLUMNS) {
            fprintf(out, "\n%*s", LEFT_COLUMNS, "");
            column = LEFT_COLUMNS;
        } else if (column > LEFT_COLUMNS) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)length, text);
        column += length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

static void append_number_range(const s2_option *option, char *text, size_t bytes)
{
    append_text(text, bytes, "%.15g to %.15g", option->min, option->max);
    if (option->multiple_of)
        append_text(text, bytes, ", multiple of %d", option->multiple_of);
    else if (option->odd)
        append_text(text, bytes, ", odd");
    if (option->bare)
        append_text(text, bytes, ", without a number %s", option->bare);
    if (option->zero)
        append_text(text, bytes, ", or %s", option->zero);
}

/* Whether a number is a default: what is out of range stands for none. */
static bool is_default(const s2_option *option, double value)
{
    return option->min >= option->max || (value >= option->min && value <= option->max);
}

/* " [range, default]" of an option; target is where its default value is. */
static void append_facts(const s2_option *option, const void *target, char *text, size_t bytes)
{
    char range[128] = "";
    char value[128] = "";

    switch (option->type) {
    case S2_OPTION_INT:
        append_number_range(option, range, sizeof range);
        if (*(const int *)target == 0 && option->zero)
            append_text(value, sizeof value, "%s", option->zero);
        else if (is_default(option, *(const int *)target))
            append_text(value, sizeof value, "%d", *(const int *)target);
        break;
    case S2_OPTION_REAL:
        append_number_range(option, range, sizeof range);
        if (is_default(option, *(const double *)target))
            append_text(value, sizeof value, "%.15g", *(const double *)target);
        break;
    case S2_OPTION_SEED:
        append_text(value, sizeof value, "%" PRIu64, *(const uint64_t *)target);
        break;
    case S2_OPTION_TEXT:
    case S2_OPTION_WORD:
    case S2_OPTION_OUTPUT:
        if (*(const char *const *)target)
            append_text(value, sizeof value, "%s", *(const char *const *)target);
        break;
    case S2_OPTION_LIST:
    case S2_OPTION_INPUTS:
        append_text(range, sizeof range, "repeatable");
        break;
    default:
        break;
    }
    if (range[0] || value[0])
        append_text(text, bytes, " [%s%s%s%s]", range, range[0] && value[0] ? "; " : "",
                    value[0] ? "default " : "", value);
}

static void print_entry(const s2_option *option, const void *base, bool two_dashes, FILE *out)
{
    const char *dashes = two_dashes ? "--" : "-";
    char left[128] = "";
    char right[1024] = "";

    if (option->name && option->alias)
        append_text(left, sizeof left, "-%s, ", option->alias);
    if (option->name)
        append_text(left, sizeof left, "%s%s%s", dashes, option->name, option->values ? " " : "");
    append_text(left, sizeof left, "%s", option->values ? option->values : "");
    append_text(right, sizeof right, "%s", option->help);
    append_facts(option, (const char *)base + option->target, right, sizeof right);

    fprintf(out, "  %s", left);
    if (2 + strlen(left) + 2 > LEFT_COLUMNS)
        fprintf(out, "\n%*s", LEFT_COLUMNS, "");
    else
        fprintf(out, "%*s", (int)(LEFT_COLUMNS - 2 - strlen(left)), "");
    print_wrapped(right, out);
}

/* Required options, then the positional arguments, in brackets where they may be missing. */
static void print_usage_line(const s2_program *program, FILE *out)
{
    const s2_option_group *group;

    fprintf(out, "Usage: %s", program->name);
    for (int positional = 0; positional < 2; positional++) {
        for (size_t g = 0; (group = s2_program_group(program, g)); g++) {
            for (size_t i = 0; i < group->count; i++) {
                const s2_option *option = &group->options[i];
                if ((!option->name) != (positional == 1))
                    continue;
                if (!option->required && positional)
                    fprintf(out, " [%s]", option->values);
                if (!option->required)
                    continue;
                fprintf(out, " %s%s%s%s%s", option->name ? "-" : "",
                        option->name ? option->name : "", option->name ? " " : "", option->values,
                        option->type == S2_OPTION_INPUTS ? " ..." : "");
            }
        }
        fputs(positional == 0 ? " [option ...]" : "\n", out);
    }
}

void s2_program_help(const s2_program *program, const void *values, FILE *out)
{
    const s2_option_group *group;

    print_usage_line(program, out);
    fprintf(out, "%s\n", program->purpose);
    for (size_t g = 0; (group = s2_program_group(program, g)); g++) {
        /* the general options, last, are GDAL's and spelled as everywhere in GDAL */
        bool general = !s2_program_group(program, g + 1);
        fprintf(out, "\n%s:\n", group->heading);
        for (size_t i = 0; i < group->count; i++)
            print_entry(&group->options[i], (const char *)values + group->base, general, out);
    }
    fprintf(out, "\nEvery option may be spelled with one dash or two. See %s(1).\n", program->name);
}
