/* The text report of an accuracy assessment. */
#include "apps/assess_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "apps/columns.h"
#include "apps/estimates_report.h"
#include "apps/report.h"

#define MATRIX_COLUMNS 100 /* a matrix wider than this is headed by class values, not names */

static uint64_t cell(const s2rgf_assessment *a, int row, int column)
{
    return a->confusion[(size_t)row * (size_t)a->class_count + (size_t)column];
}

static uint64_t row_total(const s2rgf_assessment *a, int row)
{
    uint64_t total = 0;

    for (int j = 0; j < a->class_count; j++)
        total += cell(a, row, j);
    return total;
}

static uint64_t column_total(const s2rgf_assessment *a, int column)
{
    uint64_t total = 0;

    for (int i = 0; i < a->class_count; i++)
        total += cell(a, i, column);
    return total;
}

/* Columns of the longest class name, at least as wide as a heading. */
static int name_columns(const s2rgf_assessment *a, const char *heading)
{
    int width = (int)strlen(heading);

    for (int i = 0; i < a->class_count; i++)
        width = s2_greater(width, s2_columns(a->class_names[i]));
    return width;
}

/* Columns of the longest class value. */
static int value_columns(const s2rgf_assessment *a)
{
    int width = 1;

    for (int i = 0; i < a->class_count; i++)
        width = s2_greater(width, s2_digits((uint64_t)a->class_values[i]));
    return width;
}

/* ---- confusion matrix ----------------------------------------------------------------------- */

/* Width of a matrix column headed by the class's name or by its value. */
static int column_width(const s2rgf_assessment *a, int column, bool by_name)
{
    int heading =
        by_name ? s2_columns(a->class_names[column]) : s2_digits((uint64_t)a->class_values[column]);

    return s2_greater(heading, s2_digits(column_total(a, column)));
}

static bool fits_with_names(const s2rgf_assessment *a, int row_heading)
{
    int64_t width = row_heading + 2 + s2_digits(a->assessed);

    for (int j = 0; j < a->class_count; j++)
        width += 2 + column_width(a, j, true);
    return width <= MATRIX_COLUMNS;
}

static void print_matrix(const s2rgf_assessment *a, FILE *out)
{
    int names = name_columns(a, "total");
    int values = value_columns(a);
    int total = s2_greater(5, s2_digits(a->assessed));
    bool by_name = fits_with_names(a, names + 2 + values);

    fprintf(out, "Confusion matrix in pixels; rows: reference, columns: map%s\n\n",
            by_name ? "" : " (class values)");
    fprintf(out, "%*s", values + 2 + names, "");
    for (int j = 0; j < a->class_count; j++) {
        fputs("  ", out);
        if (by_name)
            s2_print_right(a->class_names[j], column_width(a, j, true), out);
        else
            fprintf(out, "%*d", column_width(a, j, false), a->class_values[j]);
    }
    fprintf(out, "  %*s\n", total, "total");
    for (int i = 0; i < a->class_count; i++) {
        fprintf(out, "%*d  ", values, a->class_values[i]);
        s2_print_left(a->class_names[i], names, out);
        for (int j = 0; j < a->class_count; j++)
            fprintf(out, "  %*" PRIu64, column_width(a, j, by_name), cell(a, i, j));
        fprintf(out, "  %*" PRIu64 "\n", total, row_total(a, i));
    }
    fprintf(out, "%*s  %-*s", values, "", names, "total");
    for (int j = 0; j < a->class_count; j++)
        fprintf(out, "  %*" PRIu64, column_width(a, j, by_name), column_total(a, j));
    fprintf(out, "  %*" PRIu64 "\n", total, a->assessed);
}

/* ---- accuracies ----------------------------------------------------------------------------- */

static void print_ratio(double ratio, int width, FILE *out)
{
    if (isnan(ratio))
        fprintf(out, "  %*s", width, "-");
    else
        fprintf(out, "  %*.4f", width, ratio);
}

static void print_classes(const s2rgf_assessment *a, FILE *out)
{
    int names = name_columns(a, "class");

    fprintf(out, "\n%-*s  %10s  %10s  %10s\n", names, "class", "user's", "producer's", "F1");
    for (int i = 0; i < a->class_count; i++) {
        s2_print_left(a->class_names[i], names, out);
        print_ratio(a->users_accuracy[i], 10, out);
        print_ratio(a->producers_accuracy[i], 10, out);
        print_ratio(a->f1[i], 10, out);
        fputc('\n', out);
    }
}

static void print_overall(const s2rgf_assessment *a, FILE *out)
{
    fputs("\noverall accuracy", out);
    print_ratio(a->overall_accuracy, 7, out);
    fputs("\naverage accuracy", out);
    print_ratio(a->average_accuracy, 7, out);
    fputs("\nkappa           ", out);
    print_ratio(a->kappa, 7, out);
    fputc('\n', out);
}

static void print_excluded(const s2rgf_assessment *a, FILE *out)
{
    const struct {
        uint64_t count;
        const char *one, *many;
    } reasons[] = {
        {a->excluded_nodata, "reference pixel where the map has nodata",
         "reference pixels where the map has nodata"},
        {a->excluded_outside, "polygon that holds no pixel centre of the map, or point outside it",
         "polygons that hold no pixel centre of the map, or points outside it"},
        {a->excluded_unknown, "reference pixel of a class that the map does not have",
         "reference pixels of a class that the map does not have"},
        {a->excluded_conflict, "pixel that labels of different classes share",
         "pixels that labels of different classes share"},
    };
    int width = 1;

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        width = s2_greater(width, s2_digits(reasons[i].count));
    fprintf(out, "\nAssessed: %" PRIu64 " %s. Excluded:\n", a->assessed,
            s2_report_plural(a->assessed, "pixel", "pixels"));
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        fprintf(out, "  %*" PRIu64 "  %s\n", width, reasons[i].count,
                s2_report_plural(reasons[i].count, reasons[i].one, reasons[i].many));
}

/* Bins without pixels are left out. */
static void print_reliability(const s2rgf_assessment *a, FILE *out)
{
    int pixels = s2_greater((int)strlen("pixels"), s2_digits(a->assessed));

    fputs("\nexpected calibration error", out);
    print_ratio(a->calibration_error, 7, out);
    fprintf(out, "\n\n%-14s  %*s  %10s  %10s\n", "confidence", pixels, "pixels", "mean",
            "accuracy");
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++) {
        const s2rgf_reliability_bin *bin = &a->reliability[b];
        if (bin->pixels == 0)
            continue;
        fprintf(out, "%.3f to %.3f  %*" PRIu64, (double)b / S2RGF_RELIABILITY_BINS,
                (double)(b + 1) / S2RGF_RELIABILITY_BINS, pixels, bin->pixels);
        print_ratio(bin->confidence, 10, out);
        print_ratio(bin->accuracy, 10, out);
        fputc('\n', out);
    }
    if (a->without_confidence > 0)
        fprintf(out, "%" PRIu64 " assessed %s no confidence\n", a->without_confidence,
                s2_report_plural(a->without_confidence, "pixel has", "pixels have"));
}

void s2_assess_report_write(const s2rgf_assessment *assessment, FILE *out)
{
    if (assessment->area_adjusted)
        fputs("Figures of the sample, in which every point counts the same\n\n", out);
    print_matrix(assessment, out);
    print_classes(assessment, out);
    print_overall(assessment, out);
    if (assessment->has_confidence)
        print_reliability(assessment, out);
    print_excluded(assessment, out);
    if (assessment->area_adjusted)
        s2_estimates_report_write(assessment->area_adjusted, out);
    else
        fputs("\nno design given: these are figures of the sample, not of the map\n", out);
}
