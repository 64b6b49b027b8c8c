/* The text report of what a sample says of the whole map. */
#include "apps/estimates_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "apps/columns.h"

#define FIGURE_COLUMNS 21 /* "producer's accuracy" and two blanks */
#define WIDE_MATRIX 12    /* classes from which the matrix is left to the JSON file */

static int widest_name(const s2rgf_map_estimates *e)
{
    int width = (int)strlen("stratum");

    for (int c = 0; c < e->class_count; c++)
        width = s2_greater(width, s2_columns(e->per_class[c].name));
    for (int h = 0; h < e->stratum_count; h++)
        width = s2_greater(width, s2_columns(e->strata[h].name));
    return width;
}

static void print_number(double value, int width, int decimals, FILE *out)
{
    if (isnan(value))
        fprintf(out, "  %*s", width, "-");
    else
        fprintf(out, "  %*.*f", width, decimals, value);
}

static void print_strata(const s2rgf_map_estimates *e, int names, FILE *out)
{
    fprintf(out, "\n%-*s  %14s  %16s  %8s\n", names, "stratum", "pixels", "area, ha", "points");
    for (int h = 0; h < e->stratum_count; h++) {
        const s2rgf_stratum *stratum = &e->strata[h];
        s2_print_left(stratum->name, names, out);
        fprintf(out, "  %14" PRIu64, stratum->pixels);
        print_number(stratum->area_ha, 16, 2, out);
        fprintf(out, "  %8" PRIu64 "\n", stratum->points);
    }
}

static void print_proportions(const s2rgf_map_estimates *e, int names, FILE *out)
{
    int width = s2_greater(names, 6);

    if (e->class_count > WIDE_MATRIX)
        return;
    fprintf(out, "\nError matrix in proportions of the area; rows: reference, columns: map\n\n%*s",
            names, "");
    for (int j = 0; j < e->class_count; j++) {
        fputs("  ", out);
        s2_print_right(e->per_class[j].name, width, out);
    }
    fputc('\n', out);
    for (int i = 0; i < e->class_count; i++) {
        s2_print_left(e->per_class[i].name, names, out);
        for (int j = 0; j < e->class_count; j++)
            print_number(e->proportions[i * e->class_count + j], width, 4, out);
        fputc('\n', out);
    }
}

static void print_estimate(const char *name, int names, const char *figure,
                           const s2rgf_estimate *estimate, int decimals, FILE *out)
{
    s2_print_left(name, names, out);
    fprintf(out, "  %-*s", FIGURE_COLUMNS, figure);
    print_number(estimate->estimate, 14, decimals, out);
    print_number(estimate->se, 12, decimals, out);
    print_number(estimate->ci95[0], 14, decimals, out);
    print_number(estimate->ci95[1], 14, decimals, out);
    fputc('\n', out);
}

/* Whether an interval has no width although not every pixel was visited. */
static bool seems_certain(const s2rgf_map_estimates *e)
{
    bool all_visited = true, certain = e->overall_accuracy.se == 0.0;

    for (int h = 0; h < e->stratum_count; h++)
        all_visited = all_visited && e->strata[h].points >= e->strata[h].pixels;
    for (int c = 0; c < e->class_count; c++) {
        const s2rgf_class_estimates *of = &e->per_class[c];
        certain = certain || of->users_accuracy.se == 0.0 || of->producers_accuracy.se == 0.0;
    }
    return certain && !all_visited;
}

void s2_estimates_report_write(const s2rgf_map_estimates *e, FILE *out)
{
    int names = widest_name(e);

    fprintf(out, "\nEstimates for the whole map, weighted by area; design: %s, %s\n", e->design,
            strcmp(e->design, "stratified") != 0 ? "one stratum"
            : e->strata_are_classes              ? "strata are the map's classes"
                                                 : "strata of another raster");
    print_strata(e, names, out);
    print_proportions(e, names, out);
    fprintf(out, "\n%-*s  %-*s  %14s  %12s  %30s\n", names, "class", FIGURE_COLUMNS, "figure",
            "estimate", "std. error", "95 % interval from, to");
    print_estimate("", names, "overall accuracy", &e->overall_accuracy, 4, out);
    for (int c = 0; c < e->class_count; c++) {
        const s2rgf_class_estimates *of = &e->per_class[c];
        print_estimate(of->name, names, "user's accuracy", &of->users_accuracy, 4, out);
        print_estimate("", names, "producer's accuracy", &of->producers_accuracy, 4, out);
        print_estimate("", names, "F1", &of->f1, 4, out);
        print_estimate("", names, "area, ha", &of->area_ha, 2, out);
    }
    if (seems_certain(e))
        fputs(
            "\nA standard error of 0: the points show no such error, which does not mean that the "
            "map has none.\n",
            out);
}
