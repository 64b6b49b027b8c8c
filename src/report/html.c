/* A page of HTML that stands alone: no script, nothing loaded; well-formed XML, too. */
#include "report/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/utf8.h"

#define LONGEST_TEXT 4096 /* bytes of a text from outside */

static const char STYLE[] =
    "body{font:15px/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:62em;"
    "margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.6em;line-height:1.2;overflow-wrap:anywhere}\n"
    "h2{font-size:1.2em;margin:2em 0 .5em;border-bottom:1px solid #999}\n"
    "table{border-collapse:collapse;margin:.5em 0}\n"
    "th,td{padding:.15em .5em;text-align:left;vertical-align:top;font-weight:400;"
    "border-bottom:1px solid #ddd;overflow-wrap:anywhere}\n"
    "thead th{border-bottom:1px solid #666;vertical-align:bottom;font-weight:600}\n"
    "td.n,th.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    "tbody th{min-width:7em}table.facts th{color:#444;min-width:12em}\n"
    "table.matrix td{text-align:right;white-space:nowrap;border:1px solid #ccc;font-variant-numeric:tabular-nums;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    "table.matrix tbody th{min-width:10em}table.large{font-size:.72em}table.large th,table.large td{padding:.1em .25em}\n"
    "table.matrix td.d{outline:2px solid #111;outline-offset:-2px;font-weight:600}\n"
    "table.matrix td.t{border-color:transparent;color:#444}\n"
    "table.matrix thead span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:13em;"
    "overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\n"
    "div.wide{overflow-x:auto}\n"
    "ul.legend{list-style:none;padding:0;columns:14em;margin:.5em 0}\n"
    "ul.legend li{break-inside:avoid;overflow-wrap:anywhere}\n"
    "img{border:1px solid #444;image-rendering:pixelated}"
    "img,svg[viewBox]{max-width:100%;height:auto}\n"
    "p.lead{font-size:1.1em}\n"
    "p.note{color:#444;font-size:.9em}\n"
    "svg{vertical-align:middle}\n"
    "svg text{font:12px system-ui,sans-serif;fill:#111}\n"
    "@media print{body{font-size:9.5pt;margin:0;max-width:none;padding:0}div.wide{overflow:visible}"
    "h2{break-after:avoid}tr,svg{break-inside:avoid}table.matrix{font-size:8pt}table.large{font-size:5pt}}\n";

/* What would be markup, and what stands for it. */
static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void s2_html_text(s2_text *page, const char *text)
{
    char *shown = s2_utf8_escape(text ? text : "", LONGEST_TEXT);
    if (!shown)
        page->failed = true;
    for (const char *at = shown; at && *at;) {
        const size_t plain = strcspn(at, "&<>\"'");
        s2_text_append(page, "%.*s", (int)plain, at);
        at += plain;
        if (*at)
            s2_text_append(page, "%s", entity_of(*at++));
    }
    s2_free(shown);
}

void s2_html_begin(s2_text *page, const char *what, const char *subject)
{
    s2_text_append(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; img-src data:; style-src 'unsafe-inline'\"/>\n"
                         "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>");
    s2_html_text(page, what);
    s2_html_text(page, subject);
    s2_text_append(page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", STYLE);
    s2_html_text(page, what);
    s2_html_text(page, subject);
    s2_text_append(page, "</h1>\n");
}

void s2_html_end(s2_text *page)
{
    s2_text_append(page, "</body>\n</html>");
}

void s2_html_begin_section(s2_text *page, const char *heading)
{
    s2_text_append(page, "<section>\n<h2>%s</h2>\n", heading);
}

void s2_html_end_section(s2_text *page)
{
    s2_text_append(page, "</section>\n");
}

void s2_html_paragraph(s2_text *page, const char *text)
{
    s2_text_append(page, "<p>%s</p>\n", text);
}

void s2_html_begin_facts(s2_text *page)
{
    s2_text_append(page, "<table class=\"facts\">\n<tbody>\n");
}

void s2_html_fact(s2_text *page, const char *label, const char *value)
{
    if (!value || value[0] == '\0')
        return;
    s2_html_begin_row(page, label);
    s2_text_append(page, "<td>");
    s2_html_text(page, value);
    s2_text_append(page, "</td></tr>\n");
}

void s2_html_fact_count(s2_text *page, const char *label, uint64_t count)
{
    char text[S2_HTML_NUMBER_BYTES];
    snprintf(text, sizeof text, "%" PRIu64, count);
    s2_html_fact(page, label, text);
}

void s2_html_fact_number(s2_text *page, const char *label, const char *format, double number)
{
    char text[S2_HTML_NUMBER_BYTES];
    s2_snprintf(text, sizeof text, format, number);
    s2_html_fact(page, label, isnan(number) ? NULL : text);
}

void s2_html_end_facts(s2_text *page)
{
    s2_text_append(page, "</tbody>\n</table>\n");
}

void s2_html_begin_table(s2_text *page, const char *const *columns)
{
    s2_text_append(page, "<div class=\"wide\"><table>\n<thead><tr>");
    for (; *columns; columns++) {
        const bool numbers = (*columns)[0] == '#';
        s2_text_append(page, "<th%s>%s</th>", numbers ? " class=\"n\"" : "", *columns + numbers);
    }
    s2_text_append(page, "</tr></thead>\n<tbody>\n");
}

void s2_html_begin_row(s2_text *page, const char *heading)
{
    s2_text_append(page, "<tr><th scope=\"row\">");
    s2_html_text(page, heading);
    s2_text_append(page, "</th>");
}

void s2_html_end_table(s2_text *page)
{
    s2_text_append(page, "</tbody>\n</table></div>\n");
}

void s2_html_swatch(s2_text *page, const uint8_t rgb[3])
{
    s2_text_append(page, "<svg width=\"22\" height=\"14\" aria-hidden=\"true\"><rect x=\"1\" "
                         "y=\"1\" width=\"20\" height=\"12\" stroke=\"#444\" ");
    if (rgb)
        s2_text_append(page, "fill=\"#%02x%02x%02x\"/></svg>", rgb[0], rgb[1], rgb[2]);
    else
        s2_text_append(page, "fill=\"none\"/></svg>");
}

void s2_html_number_cell(s2_text *page, const char *format, double number)
{
    char text[S2_HTML_NUMBER_BYTES];
    s2_snprintf(text, sizeof text, format, number);
    s2_text_append(page, "<td class=\"n\">%s</td>", isfinite(number) ? text : "-");
}

void s2_html_ratio_cell(s2_text *page, double ratio)
{
    s2_html_number_cell(page, "%.3f", ratio);
}
