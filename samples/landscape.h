/* The landscape of a sample scene: what lies at a point, a pure function of seed and position. */
#ifndef SAMPLES_LANDSCAPE_H
#define SAMPLES_LANDSCAPE_H

#include <stdint.h>

#include "materials.h"

enum { LAND_CLASS_MAX = 8, LAND_TURNS = 3 };

/** Name and map colour of a class; its pixel value is its index + 1. */
typedef struct land_class {
    const char *name;
    uint8_t rgb[3];
    double margin_px; /* least distance of a label polygon's edge from the object's border */
    int least_px;     /* fewest pixel centres of a label polygon */
} land_class;

extern const land_class LAND_CLASSES[LAND_CLASS_MAX];

typedef struct landscape {
    uint64_t seed;
    int classes;                 /* 2 to LAND_CLASS_MAX: the others are replaced by one of these */
    double turns[LAND_TURNS][2]; /* cosine and sine of the directions of river, roads and towns */
} landscape;

/** Prepare a landscape of classes 0 to classes - 1. */
void landscape_init(landscape *land, uint64_t seed, int classes);

/** One point: its class, an index into LAND_CLASSES, and the object it is part of. */
typedef struct land_point {
    int class_index;
    uint64_t object;
} land_point;

/** What lies at (x, y), in fine pixels, corner coordinates; any real number is a place. */
land_point landscape_at(const landscape *land, double x, double y);

/**
 * Mixture of materials inside the fine pixel (x, y), with brightness: the pixel's spectrum is
 *   sum_m parts[m] * material_reflectance(m, wavelength)
 * parts out [MATERIAL_COUNT]
 */
void landscape_mixture(const landscape *land, land_point point, int x, int y,
                       float parts[MATERIAL_COUNT]);

#endif
