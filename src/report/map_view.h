/* The map that a page is about: its picture with legend, north arrow and scale, and its facts. */
#ifndef S2_REPORT_MAP_VIEW_H
#define S2_REPORT_MAP_VIEW_H

#include "core/memory.h"
#include "geo/map/class_map.h"
#include "geo/map/map_picture.h"
#include "s2rgf/assessment.h"

/** A map with its picture. */
typedef struct s2_map_view {
    s2_class_map map;
    s2_class_table classes; /* painted; those of the assessment */
    s2_map_picture picture;
} s2_map_view;

/**
 * Open the map of an assessment again and draw it.
 * values in [count] of its classes, the unnamed ones too
 * Errors  those of s2_class_map_open_unread() and s2_map_picture_draw().
 * Memory  released with s2_map_view_close(), after errors too.
 */
s2rgf_status s2_map_view_open(const s2rgf_assess_options *options, const int *values, int count,
                              const s2rgf_host *host, s2_map_view *view, s2rgf_error *err);
void s2_map_view_close(s2_map_view *view);

/** Picture, scale bar, north arrow and legend. */
void s2_map_view_draw(s2_text *page, const s2_map_view *view);

/** Lines of a table of facts: size, coordinate system, and what the map says of its making. */
void s2_map_view_facts(s2_text *page, const s2_map_view *view);

#endif
