/* A QGIS style beside a class map: without it QGIS lists all 256 palette entries. */
#ifndef S2_GEO_MAP_MAP_STYLE_H
#define S2_GEO_MAP_MAP_STYLE_H

#include <stdbool.h>

#include "core/class_table.h"

/** Write a .qml with the classes' values, colours and names. Errors: IO, NO_MEMORY. */
s2rgf_status s2_map_style_write(const char *path, const s2_class_table *classes, s2rgf_error *err);

/** Whether a .qml was written by that function, and not by a user. */
bool s2_map_style_is_own(const char *path);

#endif
