/* Drawings of figures, as SVG or as tables with shaded cells, always with the numbers beside. */
#ifndef S2_REPORT_CHARTS_H
#define S2_REPORT_CHARTS_H

#include <stdbool.h>

#include "core/memory.h"
#include "s2rgf/assessment.h"

/** A square table of classes whose cells are shaded by their share of the row. Borrowed. */
typedef struct s2_heat_map {
    int count;
    char *const *names;  /* [count] */
    const double *cells; /* [count][count] row = reference, column = map */
    int decimals;        /* of the numbers shown */
} s2_heat_map;

/** Of very many classes only the cells beside the diagonal with the most in them, as a list. */
void s2_chart_matrix(s2_text *page, const s2_heat_map *of);

/**
 * A bar from 0 to a value, and a line across its interval, as the cell of a table.
 * interval in  its ends, of which what lies beyond 0 and most is cut off; NULL or NaN: none
 * most     in  what fills the width
 */
void s2_chart_bar_cell(s2_text *page, double value, const double interval[2], double most);

/** The cell of an estimate in numbers, with half of its interval where there is one. */
void s2_chart_estimate_cell(s2_text *page, const s2rgf_estimate *of, int decimals);

/** Accuracy over confidence, and how many pixels there are. bins in [S2RGF_RELIABILITY_BINS] */
void s2_chart_reliability(s2_text *page, const s2rgf_reliability_bin *bins);

/** The same bins in numbers. */
void s2_chart_reliability_table(s2_text *page, const s2rgf_reliability_bin *bins);

/** Marks at the places of numbers on a line. from, to in: its ends */
void s2_chart_marks(s2_text *page, const double *numbers, int count, double from, double to,
                    const char *unit);

/** A line through points, from 0 to the largest x and to most; a y that is NaN is left out. */
void s2_chart_line(s2_text *page, const char *label, const double *x, const double *y, int count,
                   double most);

#endif
