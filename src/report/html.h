/* A page of HTML that stands alone: no script, nothing loaded; well-formed XML, too. */
#ifndef S2_REPORT_HTML_H
#define S2_REPORT_HTML_H

#include <stdint.h>

#include "core/memory.h"

#define S2_HTML_NUMBER_BYTES 64

/**
 * Text from outside, so that it can be no markup, in an element or in quotes. Characters that are
 * not for people to read become escapes, and what is very long is cut. NULL is nothing.
 */
void s2_html_text(s2_text *page, const char *text);

/** Begin with head and title: what it says, and of what. Both may be from outside. */
void s2_html_begin(s2_text *page, const char *what, const char *subject);
void s2_html_end(s2_text *page);

/** A part with a heading, which is not from outside. */
void s2_html_begin_section(s2_text *page, const char *heading);
void s2_html_end_section(s2_text *page);

/** A paragraph; text is not from outside. */
void s2_html_paragraph(s2_text *page, const char *text);

/** A table of facts, one a line; a value may be from outside, and a fact without one is left out. */
void s2_html_begin_facts(s2_text *page);
void s2_html_fact(s2_text *page, const char *label, const char *value);
void s2_html_fact_count(s2_text *page, const char *label, uint64_t count);
void s2_html_fact_number(s2_text *page, const char *label, const char *format, double number)
    __attribute__((format(printf, 3, 0)));
void s2_html_end_facts(s2_text *page);

/**
 * A table of rows of cells. columns in: headings, not from outside, ended by NULL; '#' before one says that numbers
 * stand in its column
 */
void s2_html_begin_table(s2_text *page, const char *const *columns);
/** Begin a row with its heading, which may be from outside. It ends with "</tr>". */
void s2_html_begin_row(s2_text *page, const char *heading);
void s2_html_end_table(s2_text *page);

/** A patch of colour, or of none. rgb in, or NULL */
void s2_html_swatch(s2_text *page, const uint8_t rgb[3]);

/** The cell of a number, right-aligned; "-" where it is not finite. */
void s2_html_number_cell(s2_text *page, const char *format, double number)
    __attribute__((format(printf, 2, 0)));
/** The same with three decimals: "0.947". */
void s2_html_ratio_cell(s2_text *page, double ratio);

#endif
