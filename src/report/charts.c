/* Drawings of figures, as SVG or as tables with shaded cells, always with the numbers beside. */
#include "report/charts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "report/html.h"

#define LARGEST_MATRIX 64    /* classes that a table can show */
#define WIDE_MATRIX 12       /* those beyond which it is set in small type */
#define LISTED_CELLS 100     /* of a larger one */
#define BAR_PX 80            /* length of a full bar */
#define SQUARE_PX 320        /* side of the reliability diagram */
#define HISTOGRAM_PX 60      /* height of the pixels' bars below it */
#define MARGIN_PX 48         /* left of it and below, for numbers */
#define CURVE_PX 320         /* length of a curve */
#define CURVE_HIGH_PX 140    /* its height */
#define LINE_PX 820          /* length of a line with marks */
#define BAR_COLOUR "#6baed6" /* light enough for a black line across it */

/* ---- error matrix ---------------------------------------------------------------------------- */

/* Figures are drawn at whole pixels, which are written alike in every locale. */
static int px(double length)
{
    return (int)lround(length);
}

static double row_sum(const s2_heat_map *of, int row)
{
    double sum = 0.0;
    for (int column = 0; column < of->count; column++)
        sum += of->cells[(size_t)row * (size_t)of->count + (size_t)column];
    return sum;
}

static double column_sum(const s2_heat_map *of, int column)
{
    double sum = 0.0;
    for (int row = 0; row < of->count; row++)
        sum += of->cells[(size_t)row * (size_t)of->count + (size_t)column];
    return sum;
}

/* White to a blue on which black is easy to read. */
static void put_cell(s2_text *page, const s2_heat_map *of, double cell, double share, bool diagonal)
{
    const double shade = share > 0.0 ? fmin(share, 1.0) : 0.0;
    s2_text_append(page, "<td%s style=\"background:rgb(%d,%d,%d)\">%.*f</td>",
                   diagonal ? " class=\"d\"" : "", px(255 - 148 * shade), px(255 - 81 * shade),
                   px(255 - 41 * shade), of->decimals, cell);
}

static void put_matrix_head(s2_text *page, const s2_heat_map *of)
{
    s2_text_append(page, "<thead><tr><th>reference \\ map</th>");
    for (int column = 0; column < of->count; column++) {
        s2_text_append(page, "<th scope=\"col\" title=\"");
        s2_html_text(page, of->names[column]);
        s2_text_append(page, "\"><span>");
        s2_html_text(page, of->names[column]);
        s2_text_append(page, "</span></th>");
    }
    s2_text_append(page, "<th scope=\"col\"><span>total</span></th></tr></thead>\n");
}

static void put_matrix(s2_text *page, const s2_heat_map *of)
{
    double all = 0.0;
    s2_text_append(page, "<div class=\"wide\"><table class=\"matrix%s\">\n",
                   of->count > WIDE_MATRIX ? " large" : "");
    put_matrix_head(page, of);
    s2_text_append(page, "<tbody>\n");
    for (int row = 0; row < of->count; row++) {
        const double sum = row_sum(of, row);
        s2_html_begin_row(page, of->names[row]);
        for (int column = 0; column < of->count; column++) {
            const double cell = of->cells[(size_t)row * (size_t)of->count + (size_t)column];
            put_cell(page, of, cell, cell / sum, row == column);
        }
        s2_text_append(page, "<td class=\"t\">%.*f</td></tr>\n", of->decimals, sum);
        all += sum;
    }
    s2_html_begin_row(page, "total");
    for (int column = 0; column < of->count; column++)
        s2_text_append(page, "<td class=\"t\">%.*f</td>", of->decimals, column_sum(of, column));
    s2_text_append(page, "<td class=\"t\">%.*f</td></tr>\n</tbody>\n</table></div>\n", of->decimals,
                   all);
}

/** A cell beside the diagonal. */
typedef struct confusion {
    double cell;
    int row, column;
} confusion;

static int compare_confusions(const void *a, const void *b)
{
    const confusion *one = a, *other = b;
    if (one->cell != other->cell)
        return one->cell < other->cell ? 1 : -1;
    if (one->row != other->row)
        return one->row - other->row;
    return one->column - other->column;
}

static void put_confusions(s2_text *page, const s2_heat_map *of)
{
    const size_t classes = (size_t)of->count;
    confusion *list = s2_alloc(classes * classes, sizeof *list);
    size_t count = 0;
    if (!list) {
        page->failed = true;
        return;
    }
    for (int row = 0; row < of->count; row++)
        for (int column = 0; column < of->count; column++) {
            const double cell = of->cells[(size_t)row * classes + (size_t)column];
            if (row != column && cell > 0.0)
                list[count++] = (confusion){cell, row, column};
        }
    qsort(list, count, sizeof *list, compare_confusions);
    s2_text_append(page,
                   "<p class=\"note\">The matrix of %d classes is too large for a page: these are "
                   "the largest confusions. The JSON file has all of it.</p>\n",
                   of->count);
    s2_html_begin_table(page, (const char *const[]){"reference", "map", "#in the cell", NULL});
    for (size_t i = 0; i < count && i < LISTED_CELLS; i++) {
        s2_text_append(page, "<tr><td>");
        s2_html_text(page, of->names[list[i].row]);
        s2_text_append(page, "</td><td>");
        s2_html_text(page, of->names[list[i].column]);
        s2_text_append(page, "</td><td class=\"n\">%.*f</td></tr>\n", of->decimals, list[i].cell);
    }
    s2_html_end_table(page);
    s2_free(list);
}

void s2_chart_matrix(s2_text *page, const s2_heat_map *of)
{
    if (of->count > LARGEST_MATRIX) {
        put_confusions(page, of);
        return;
    }
    put_matrix(page, of);
    s2_html_paragraph(page, "Rows are the reference, columns the map. The darker a cell, the "
                            "larger its share of the row; what is mapped right has a frame.");
}

/* ---- bars ------------------------------------------------------------------------------------ */

static int bar_px(double value, double most)
{
    return px(BAR_PX * fmin(fmax(value / most, 0.0), 1.0));
}

void s2_chart_bar_cell(s2_text *page, double value, const double interval[2], double most)
{
    s2_text_append(page,
                   "<td><svg width=\"%d\" height=\"16\" aria-hidden=\"true\"><rect x=\"1\" "
                   "y=\"0\" width=\"%d\" height=\"16\" fill=\"#eee\"/>",
                   BAR_PX + 2, BAR_PX);
    if (isfinite(value) && most > 0.0)
        s2_text_append(page,
                       "<rect x=\"1\" y=\"3\" width=\"%d\" height=\"10\" fill=\"" BAR_COLOUR "\"/>",
                       bar_px(value, most));
    if (isfinite(value) && most > 0.0 && interval && isfinite(interval[0]) &&
        isfinite(interval[1])) {
        const int low = 1 + bar_px(interval[0], most), high = 1 + bar_px(interval[1], most);
        s2_text_append(page,
                       "<path d=\"M%d 4V12M%d 8H%dM%d 4V12\" stroke=\"#000\" stroke-width=\"2\" "
                       "fill=\"none\"/>",
                       low, low, high, high);
    }
    s2_text_append(page, "</svg></td>");
}

void s2_chart_estimate_cell(s2_text *page, const s2rgf_estimate *of, int decimals)
{
    if (isnan(of->estimate))
        s2_text_append(page, "<td class=\"n\">-</td>");
    else if (isnan(of->se))
        s2_text_append(page, "<td class=\"n\">%.*f</td>", decimals, of->estimate);
    else
        s2_text_append(page, "<td class=\"n\">%.*f ± %.*f</td>", decimals, of->estimate, decimals,
                       (of->ci95[1] - of->ci95[0]) / 2.0);
}

/* ---- reliability ----------------------------------------------------------------------------- */

static void put_axes(s2_text *page)
{
    s2_text_append(page,
                   "<rect x=\"%d\" y=\"0\" width=\"%d\" height=\"%d\" fill=\"none\" "
                   "stroke=\"#444\"/><path d=\"M%d %dL%d 0\" stroke=\"#444\" "
                   "stroke-dasharray=\"4 4\"/>\n",
                   MARGIN_PX, SQUARE_PX, SQUARE_PX, MARGIN_PX, SQUARE_PX, MARGIN_PX + SQUARE_PX);
    for (int tenth = 0; tenth <= 10; tenth += 2) {
        const int along = px(SQUARE_PX * tenth / 10.0);
        const char *text = tenth == 10 ? "1" : "0";
        s2_text_append(page, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", MARGIN_PX + along,
                       SQUARE_PX + 16);
        s2_text_append(page, tenth % 10 == 0 ? "%s" : "%s.%d", text, tenth);
        s2_text_append(page, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", MARGIN_PX - 6,
                       SQUARE_PX - along + (tenth == 10 ? 12 : 4));
        s2_text_append(page, tenth % 10 == 0 ? "%s" : "%s.%d", text, tenth);
        s2_text_append(page, "</text>\n");
    }
    s2_text_append(page,
                   "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">confidence</text>"
                   "<text transform=\"translate(12 %d) rotate(-90)\" "
                   "text-anchor=\"middle\">accuracy</text>\n",
                   MARGIN_PX + SQUARE_PX / 2, SQUARE_PX + 34, SQUARE_PX / 2);
}

void s2_chart_reliability(s2_text *page, const s2rgf_reliability_bin *bins)
{
    const int floor_px = SQUARE_PX + MARGIN_PX + HISTOGRAM_PX;
    uint64_t most = 1;
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++)
        most = bins[b].pixels > most ? bins[b].pixels : most;
    s2_text_append(page,
                   "<svg width=\"%d\" height=\"%d\" role=\"img\" "
                   "aria-label=\"Reliability diagram\">\n",
                   MARGIN_PX + SQUARE_PX + 12, floor_px + 18);
    put_axes(page);
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++) {
        const int left = MARGIN_PX + px((double)SQUARE_PX * b / S2RGF_RELIABILITY_BINS);
        const int width = SQUARE_PX / S2RGF_RELIABILITY_BINS - 2;
        const int height = px(HISTOGRAM_PX * ((double)bins[b].pixels / (double)most));
        if (bins[b].pixels == 0)
            continue;
        s2_text_append(page,
                       "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#888\"/>"
                       "<circle cx=\"%d\" cy=\"%d\" r=\"5\" fill=\"" BAR_COLOUR "\"/>\n",
                       left + 1, floor_px - height, width, height,
                       MARGIN_PX + px(SQUARE_PX * bins[b].confidence),
                       px(SQUARE_PX * (1.0 - bins[b].accuracy)));
    }
    s2_text_append(page,
                   "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">pixels in each bin"
                   "</text>\n</svg>\n",
                   MARGIN_PX + SQUARE_PX / 2, floor_px + 14);
}

void s2_chart_reliability_table(s2_text *page, const s2rgf_reliability_bin *bins)
{
    s2_html_begin_table(page, (const char *const[]){"confidence", "#pixels", "#mean confidence",
                                                    "#accuracy", NULL});
    for (int b = 0; b < S2RGF_RELIABILITY_BINS; b++) {
        if (bins[b].pixels == 0)
            continue;
        s2_text_append(page, "<tr><td>%.3f to %.3f</td><td class=\"n\">%" PRIu64 "</td>",
                       (double)b / S2RGF_RELIABILITY_BINS, (double)(b + 1) / S2RGF_RELIABILITY_BINS,
                       bins[b].pixels);
        s2_html_ratio_cell(page, bins[b].confidence);
        s2_html_ratio_cell(page, bins[b].accuracy);
        s2_text_append(page, "</tr>\n");
    }
    s2_html_end_table(page);
}

/* ---- marks ----------------------------------------------------------------------------------- */

void s2_chart_marks(s2_text *page, const double *numbers, int count, double from, double to,
                    const char *unit)
{
    const double range = to > from ? to - from : 1.0;
    s2_text_append(page,
                   "<svg width=\"%d\" height=\"44\" role=\"img\" aria-label=\"Places of the "
                   "bands\"><path d=\"M10 20H%d\" stroke=\"#444\"/>",
                   LINE_PX, LINE_PX - 10);
    for (int i = 0; i < count; i++)
        s2_text_append(page, "<path d=\"M%d 6V20\" stroke=\"" BAR_COLOUR "\" stroke-width=\"2\"/>",
                       10 + px((LINE_PX - 20) * (numbers[i] - from) / range));
    s2_text_append(page,
                   "<text x=\"10\" y=\"38\">%.0f %s</text><text x=\"%d\" y=\"38\" "
                   "text-anchor=\"end\">%.0f %s</text></svg>\n",
                   from, unit, LINE_PX - 10, to, unit);
}

/* ---- lines ----------------------------------------------------------------------------------- */

void s2_chart_line(s2_text *page, const char *label, const double *x, const double *y, int count,
                   double most)
{
    double last = 0.0;
    bool begun = false;
    for (int i = 0; i < count; i++)
        last = fmax(last, x[i]);
    s2_text_append(page,
                   "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\"><rect x=\"%d\" "
                   "y=\"8\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#444\"/>"
                   "<path fill=\"none\" stroke=\"#111\" stroke-width=\"2\" d=\"",
                   CURVE_PX + 2 * MARGIN_PX, CURVE_HIGH_PX + 50, label, MARGIN_PX, CURVE_PX,
                   CURVE_HIGH_PX);
    for (int i = 0; i < count && last > 0.0 && most > 0.0; i++) {
        if (!isfinite(y[i]))
            continue;
        s2_text_append(page, "%c%d %d", begun ? 'L' : 'M', MARGIN_PX + px(CURVE_PX * x[i] / last),
                       8 + px(CURVE_HIGH_PX * (1.0 - fmin(fmax(y[i] / most, 0.0), 1.0))));
        begun = true;
    }
    s2_text_append(page,
                   "\"/><text x=\"%d\" y=\"20\" text-anchor=\"end\">%.3g</text><text x=\"%d\" "
                   "y=\"%d\" text-anchor=\"end\">0</text>",
                   MARGIN_PX - 6, most, MARGIN_PX - 6, CURVE_HIGH_PX + 8);
    s2_text_append(page,
                   "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">step %.0f</text><text x=\"%d\" "
                   "y=\"%d\">%s</text></svg>\n",
                   MARGIN_PX + CURVE_PX, CURVE_HIGH_PX + 26, last, MARGIN_PX, CURVE_HIGH_PX + 26,
                   label);
}
