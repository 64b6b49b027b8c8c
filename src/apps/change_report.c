/* The text report of what became of what. */
#include "apps/change_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "apps/columns.h"

#define WIDE_MATRIX 12 /* classes from which transitions are listed instead */

/* Sums of transitions, row by row, column by column, or of those that are changes. */
typedef struct sums {
    uint64_t pixels;
    double hectares;
} sums;

static size_t place(const s2rgf_transitions *t, int from, int to)
{
    return (size_t)from * (size_t)t->class_count + (size_t)to;
}

/* Sum over a class before (from), after (to), or -1 for all; unchanged ones only if wanted. */
static sums sum(const s2rgf_transitions *t, int from, int to, bool unchanged)
{
    sums total = {0, 0.0};

    for (int i = from < 0 ? 0 : from; i <= (from < 0 ? t->class_count - 1 : from); i++)
        for (int j = to < 0 ? 0 : to; j <= (to < 0 ? t->class_count - 1 : to); j++)
            if (i != j || unchanged) {
                total.pixels += t->pixels[place(t, i, j)];
                total.hectares += t->hectares[place(t, i, j)];
            }
    return total;
}

static int name_columns(const s2rgf_transitions *t)
{
    int width = (int)strlen("unsure");

    for (int c = 0; c < t->class_count; c++)
        width = s2_greater(width, s2_columns(t->class_names[c]));
    return width;
}

static void print_cell(sums cell, bool areas, int width, FILE *out)
{
    if (areas)
        fprintf(out, "  %*.2f", width, cell.hectares);
    else
        fprintf(out, "  %*" PRIu64, width, cell.pixels);
}

static void print_matrix(const s2rgf_transitions *t, bool areas, FILE *out)
{
    int names = name_columns(t);
    int width = s2_greater(areas ? 10 : 8, names);

    fprintf(out, "%s; rows: before, columns: after\n\n%*s", areas ? "\nHectares" : "Pixels", names,
            "");
    for (int to = 0; to < t->class_count; to++) {
        fputs("  ", out);
        s2_print_right(t->class_names[to], width, out);
    }
    fprintf(out, "  %*s\n", width, "total");
    for (int from = 0; from < t->class_count; from++) {
        s2_print_left(t->class_names[from], names, out);
        for (int to = 0; to < t->class_count; to++)
            print_cell(sum(t, from, to, true), areas, width, out);
        print_cell(sum(t, from, -1, true), areas, width, out);
        fputc('\n', out);
    }
    fprintf(out, "%-*s", names, "total");
    for (int to = 0; to < t->class_count; to++)
        print_cell(sum(t, -1, to, true), areas, width, out);
    print_cell(sum(t, -1, -1, true), areas, width, out);
    fputc('\n', out);
}

static void print_hectares(double hectares, FILE *out)
{
    if (isnan(hectares))
        fprintf(out, "  %14s", "-");
    else
        fprintf(out, "  %14.2f", hectares);
}

static void print_list(const s2rgf_transitions *t, FILE *out)
{
    int names = name_columns(t);

    fprintf(out, "%-*s  %-*s  %12s  %14s\n", names, "before", names, "after", "pixels", "hectares");
    for (int from = 0; from < t->class_count; from++)
        for (int to = 0; to < t->class_count; to++) {
            if (t->values[place(t, from, to)] == 0)
                continue;
            s2_print_left(t->class_names[from], names, out);
            fputs("  ", out);
            s2_print_left(t->class_names[to], names, out);
            fprintf(out, "  %12" PRIu64, t->pixels[place(t, from, to)]);
            print_hectares(t->hectares[place(t, from, to)], out);
            fputc('\n', out);
        }
}

/* What each class has lost and gained, in hectares. */
static void print_balance(const s2rgf_transitions *t, FILE *out)
{
    int names = name_columns(t);

    fprintf(out, "\n%-*s  %14s  %14s  %14s  %14s  %14s\n", names, "class", "before, ha",
            "after, ha", "loss, ha", "gain, ha", "net, ha");
    for (int c = 0; c < t->class_count; c++) {
        double before = sum(t, c, -1, true).hectares, after = sum(t, -1, c, true).hectares;
        s2_print_left(t->class_names[c], names, out);
        print_hectares(before, out);
        print_hectares(after, out);
        print_hectares(sum(t, c, -1, false).hectares, out);
        print_hectares(sum(t, -1, c, false).hectares, out);
        print_hectares(after - before, out);
        fputc('\n', out);
    }
}

static void print_line(const char *what, sums part, uint64_t all, FILE *out)
{
    fprintf(out, "%-9s  %14" PRIu64 " pixels  %5.1f %%", what, part.pixels,
            100.0 * (double)part.pixels / (double)all);
    if (!isnan(part.hectares))
        fprintf(out, "  %14.2f ha", part.hectares);
    fputc('\n', out);
}

void s2_change_report_write(const s2rgf_transitions *t, FILE *out)
{
    const sums all = sum(t, -1, -1, true), changed = sum(t, -1, -1, false);
    const sums unsure = {t->unsure_pixels, t->unsure_hectares};
    const uint64_t pixels = all.pixels + unsure.pixels;
    bool has_areas = !isnan(all.hectares);

    if (t->class_count > WIDE_MATRIX) {
        print_list(t, out);
    } else {
        print_matrix(t, false, out);
        if (has_areas)
            print_matrix(t, true, out);
    }
    if (has_areas)
        print_balance(t, out);
    fputc('\n', out);
    print_line("unchanged", (sums){all.pixels - changed.pixels, all.hectares - changed.hectares},
               pixels, out);
    print_line("changed", changed, pixels, out);
    if (t->unsure_value != 0)
        print_line("unsure", unsure, pixels, out);
    if (t->before_only + t->after_only > 0)
        fprintf(out,
                "\nNodata: %" PRIu64 " pixels have a class only before, %" PRIu64 " only after\n",
                t->before_only, t->after_only);
    fputs("\nThese areas include the mistakes of both maps. s2rgf_sample and s2rgf_assess -design "
          "estimate\nareas of change with their errors.\n",
          out);
}
