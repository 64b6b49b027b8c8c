/* A small picture of a class map, to be looked at beside its figures. */
#ifndef S2_GEO_MAP_MAP_PICTURE_H
#define S2_GEO_MAP_MAP_PICTURE_H

#include "geo/map/class_map.h"

#define S2_PICTURE_SIDE_PX 800 /* at most */

/** A picture, and how it lies on the ground at the map's centre. */
typedef struct s2_map_picture {
    char *png; /* base 64; released with s2_map_picture_clear() */
    int width, height;
    double aspect;        /* of the whole map on the ground: width over height */
    double width_m;       /* of the whole map on the ground; NaN: not known */
    double north_degrees; /* direction of the true north, clockwise from up; NaN: not known */
} s2_map_picture;

/**
 * Draw a map in the colours of its classes, transparent where it has none. Of a map that is larger,
 * each pixel has the class that most of up to 4 x 4 pixels below it have, spread evenly; overviews
 * of the map are used.
 * classes in  all with a colour
 * Errors  IO, UNSUPPORTED (GDAL writes no PNG), NO_MEMORY, CANCELLED.
 * Memory  a few lines of the picture, and the picture, whatever the size of the map.
 */
s2rgf_status s2_map_picture_draw(s2_class_map *map, const s2_class_table *classes,
                                 const s2rgf_host *host, s2_map_picture *picture, s2rgf_error *err);

/** Release; zeros are accepted. */
void s2_map_picture_clear(s2_map_picture *picture);

#endif
