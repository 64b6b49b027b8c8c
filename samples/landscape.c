/* The landscape of a sample scene: what lies at a point, a pure function of seed and position. */
#include "landscape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { FOREST, MEADOW, STUBBLE, SOIL, WATER, ASPHALT, ROOF, LIMESTONE };

const land_class LAND_CLASSES[LAND_CLASS_MAX] = {
    [FOREST] = {"forest", {0, 97, 62}, 2.0, 40},
    [MEADOW] = {"meadow", {142, 204, 88}, 2.0, 40},
    [STUBBLE] = {"stubble", {230, 200, 90}, 2.0, 40},
    [SOIL] = {"soil", {150, 104, 66}, 2.0, 40},
    [WATER] = {"water", {44, 110, 186}, 2.0, 30},
    [ASPHALT] = {"asphalt", {88, 88, 96}, 0.8, 12},
    [ROOF] = {"roof", {200, 62, 48}, 0.8, 9},
    [LIMESTONE] = {"limestone", {236, 228, 210}, 2.0, 40},
};

/* What stands in for a class that the scene was asked to do without. */
static const int SUBSTITUTE[LAND_CLASS_MAX] = {
    [FOREST] = FOREST, [MEADOW] = MEADOW, [STUBBLE] = MEADOW, [SOIL] = STUBBLE,
    [WATER] = MEADOW,  [ASPHALT] = SOIL,  [ROOF] = ASPHALT,   [LIMESTONE] = SOIL,
};

/* One independent random field per purpose. */
enum salt {
    SALT_RIVER_BEND,
    SALT_RIVER_WIDTH,
    SALT_ROAD_X,
    SALT_ROAD_Y,
    SALT_TOWN,
    SALT_TOWN_EDGE,
    SALT_LOT,
    SALT_YARD,
    SALT_PARCEL_X,
    SALT_PARCEL_Y,
    SALT_PARCEL,
    SALT_FOREST,
    SALT_WARP_X,
    SALT_WARP_Y,
    SALT_RELIEF,
    SALT_BROAD,
    SALT_SMALL,
    SALT_PIXEL,
    SALT_CROWN,
    SALT_OBJECT_LIGHT,
    SALT_OBJECT_MIX,
    SALT_TURN
};

enum { TURN_RIVER, TURN_ROAD, TURN_TOWN };

/* ---- random fields ------------------------------------------------------------------------- */

static uint64_t mix_bits(uint64_t v)
{
    v = (v ^ (v >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ (v >> 27)) * UINT64_C(0x94d049bb133111eb);
    return v ^ (v >> 31);
}

static uint64_t hash_cell(const landscape *land, enum salt salt, int64_t x, int64_t y)
{
    uint64_t v = land->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)salt;
    v = mix_bits(v) + (uint64_t)x * UINT64_C(0xd1342543de82ef95);
    return mix_bits(v ^ ((uint64_t)y * UINT64_C(0xa0761d6478bd642f)));
}

/* Uniform in [0, 1) from the high bits of a hash. */
static double unit_of(uint64_t hash)
{
    return (double)(hash >> 11) * 0x1p-53;
}

static double cell_value(const landscape *land, enum salt salt, int64_t x, int64_t y)
{
    return unit_of(hash_cell(land, salt, x, y));
}

/* Smooth noise in [-1, 1] whose features are about one unit wide. */
static double noise(const landscape *land, enum salt salt, double x, double y)
{
    double fx = floor(x), fy = floor(y);
    double tx = x - fx, ty = y - fy;
    int64_t ix = (int64_t)fx, iy = (int64_t)fy;
    tx *= tx * (3.0 - 2.0 * tx);
    ty *= ty * (3.0 - 2.0 * ty);
    double top =
        cell_value(land, salt, ix, iy) * (1.0 - tx) + cell_value(land, salt, ix + 1, iy) * tx;
    double low = cell_value(land, salt, ix, iy + 1) * (1.0 - tx) +
                 cell_value(land, salt, ix + 1, iy + 1) * tx;
    return 2.0 * (top * (1.0 - ty) + low * ty) - 1.0;
}

void landscape_init(landscape *land, uint64_t seed, int classes)
{
    land->seed = seed;
    land->classes = classes;
    for (int i = 0; i < LAND_TURNS; i++) {
        double angle = 0.25 + 0.6 * cell_value(land, SALT_TURN, i, 0);
        land->turns[i][0] = cos(angle);
        land->turns[i][1] = sin(angle);
    }
}

/* Turned by an angle of the seed's own, so that nothing runs along rows and columns. */
static void turn(const landscape *land, int which, double x, double y, double out[2])
{
    const double *t = land->turns[which];
    out[0] = x * t[0] + y * t[1];
    out[1] = y * t[0] - x * t[1];
}

/* ---- objects ------------------------------------------------------------------------------- */

static bool on_river(const landscape *land, double x, double y)
{
    const double spacing = 400.0;
    double p[2];
    turn(land, TURN_RIVER, x, y, p);
    double band = floor(p[1] / spacing);
    double middle = (band + 0.5) * spacing +
                    95.0 * noise(land, SALT_RIVER_BEND, p[0] / 170.0, band * 7.0) +
                    25.0 * noise(land, SALT_RIVER_BEND, p[0] / 48.0, band * 7.0 + 3.0);
    double half_width = 8.0 + 4.0 * noise(land, SALT_RIVER_WIDTH, p[0] / 80.0, band);
    /* The factor stands for the slope of the bends, without which they would be too wide. */
    return 0.8 * fabs(p[1] - middle) < half_width;
}

static bool on_road(const landscape *land, double x, double y)
{
    const double spacing = 185.0, half_width = 2.1;
    double p[2];
    turn(land, TURN_ROAD, x, y, p);
    double u = p[0] + 16.0 * noise(land, SALT_ROAD_X, x / 95.0, y / 95.0);
    double v = p[1] + 16.0 * noise(land, SALT_ROAD_Y, x / 95.0, y / 95.0);
    return fabs(u - spacing * round(u / spacing)) < half_width ||
           fabs(v - spacing * round(v / spacing)) < half_width;
}

/* A town: one in each square of the lattice, with a ragged edge. */
static bool in_town(const landscape *land, double x, double y)
{
    const double spacing = 290.0;
    int64_t i = (int64_t)floor(x / spacing), j = (int64_t)floor(y / spacing);
    uint64_t town = hash_cell(land, SALT_TOWN, i, j);
    double cx = ((double)i + 0.3 + 0.4 * unit_of(town)) * spacing;
    double cy = ((double)j + 0.3 + 0.4 * unit_of(mix_bits(town))) * spacing;
    double radius = 38.0 + 30.0 * unit_of(mix_bits(town + 1)) +
                    14.0 * noise(land, SALT_TOWN_EDGE, x / 22.0, y / 22.0);
    return hypot(x - cx, y - cy) < radius;
}

/* Streets, buildings and yards of a town. */
static land_point town_at(const landscape *land, double x, double y)
{
    const double block = 32.0, street = 3.4, lot = 14.3;
    double p[2];
    turn(land, TURN_TOWN, x, y, p);
    int64_t bx = (int64_t)floor(p[0] / block), by = (int64_t)floor(p[1] / block);
    double u = p[0] - (double)bx * block - street, v = p[1] - (double)by * block - street;
    if (u < 0.0 || v < 0.0)
        return (land_point){ASPHALT, 1};
    int64_t lx = 2 * bx + (u >= lot), ly = 2 * by + (v >= lot);
    u -= u >= lot ? lot : 0.0;
    v -= v >= lot ? lot : 0.0;
    uint64_t hash = hash_cell(land, SALT_LOT, lx, ly);
    double half_u = 3.2 + 2.6 * unit_of(hash), half_v = 3.2 + 2.6 * unit_of(mix_bits(hash + 1));
    if (fabs(u - lot / 2.0) < half_u && fabs(v - lot / 2.0) < half_v)
        return (land_point){unit_of(mix_bits(hash + 2)) < 0.8 ? ROOF : ASPHALT, hash};
    bool trees = noise(land, SALT_YARD, x / 5.0, y / 5.0) > 0.45;
    return (land_point){trees ? FOREST : MEADOW, mix_bits(hash + 3)};
}

static int parcel_class(const landscape *land, double x, double y, uint64_t parcel)
{
    double lot = unit_of(mix_bits(parcel + 5));
    if (noise(land, SALT_FOREST, x / 150.0, y / 150.0) > 0.18)
        return lot < 0.85 ? FOREST : MEADOW;
    if (lot < 0.28)
        return MEADOW;
    if (lot < 0.54)
        return STUBBLE;
    if (lot < 0.78)
        return SOIL;
    return lot < 0.95 ? LIMESTONE : WATER;
}

/* Fields: cells of points on a jittered lattice; some have a hedge along their border. */
static land_point parcel_at(const landscape *land, double x, double y)
{
    const double spacing = 46.0, hedge_px = 1.3;
    double px = x + 6.0 * noise(land, SALT_WARP_X, x / 30.0, y / 30.0);
    double py = y + 6.0 * noise(land, SALT_WARP_Y, x / 30.0, y / 30.0);
    int64_t ci = (int64_t)floor(px / spacing), cj = (int64_t)floor(py / spacing);
    double nearest = INFINITY, second = INFINITY, sx = 0.0, sy = 0.0;
    uint64_t parcel = 0;
    for (int64_t j = cj - 1; j <= cj + 1; j++)
        for (int64_t i = ci - 1; i <= ci + 1; i++) {
            double qx = ((double)i + cell_value(land, SALT_PARCEL_X, i, j)) * spacing;
            double qy = ((double)j + cell_value(land, SALT_PARCEL_Y, i, j)) * spacing;
            double distance = hypot(px - qx, py - qy);
            if (distance < nearest) {
                second = nearest;
                nearest = distance;
                sx = qx;
                sy = qy;
                parcel = hash_cell(land, SALT_PARCEL, i, j);
            } else if (distance < second) {
                second = distance;
            }
        }
    if (second - nearest < 2.0 * hedge_px && unit_of(mix_bits(parcel + 9)) < 0.3)
        return (land_point){FOREST, mix_bits(parcel + 7)};
    return (land_point){parcel_class(land, sx, sy, parcel), parcel};
}

land_point landscape_at(const landscape *land, double x, double y)
{
    land_point point;
    if (on_road(land, x, y))
        point = (land_point){ASPHALT, 2};
    else if (on_river(land, x, y))
        point = (land_point){WATER, 3};
    else if (in_town(land, x, y))
        point = town_at(land, x, y);
    else
        point = parcel_at(land, x, y);
    while (point.class_index >= land->classes)
        point.class_index = SUBSTITUTE[point.class_index];
    return point;
}

/* ---- mixtures ------------------------------------------------------------------------------ */

/* Share of a material: base + object * (one value an object) + smooth * (field) + fine * (pixel) */
typedef struct share {
    material which;
    double base, object, smooth, fine;
} share;

/* The first material takes what the two shares leave. */
typedef struct recipe {
    material first;
    share second, third;
    double contrast; /* strength of the object's own brightness */
} recipe;

static const recipe RECIPES[LAND_CLASS_MAX] = {
    [FOREST] = {MATERIAL_BROAD_LEAF,
                {MATERIAL_SHADE, 0.38, 0.12, 0.08, 0.30},
                {MATERIAL_GRASS_LEAF, 0.10, 0.30, 0.10, 0.00},
                0.20},
    [MEADOW] = {MATERIAL_GRASS_LEAF,
                {MATERIAL_WET_SOIL, 0.22, 0.30, 0.14, 0.04},
                {MATERIAL_STRAW, 0.10, 0.20, 0.08, 0.02},
                0.20},
    [STUBBLE] = {MATERIAL_STRAW,
                 {MATERIAL_DRY_SOIL, 0.22, 0.20, 0.10, 0.06},
                 {MATERIAL_GRASS_LEAF, 0.05, 0.08, 0.04, 0.01},
                 0.45},
    [SOIL] = {MATERIAL_DRY_SOIL,
              {MATERIAL_WET_SOIL, 0.20, 0.26, 0.14, 0.04},
              {MATERIAL_STRAW, 0.08, 0.12, 0.05, 0.03},
              0.45},
    [WATER] = {MATERIAL_CLEAR_WATER,
               {MATERIAL_TURBID_WATER, 0.40, 0.60, 0.20, 0.00},
               {MATERIAL_SHADE, 0.05, 0.05, 0.05, 0.00},
               0.10},
    [ASPHALT] = {MATERIAL_OLD_ASPHALT,
                 {MATERIAL_NEW_ASPHALT, 0.35, 0.60, 0.20, 0.08},
                 {MATERIAL_SAND, 0.03, 0.04, 0.03, 0.01},
                 0.20},
    [ROOF] = {MATERIAL_RED_TILE,
              {MATERIAL_WEATHERED_TILE, 0.45, 0.80, 0.10, 0.05},
              {MATERIAL_SHADE, 0.10, 0.10, 0.04, 0.08},
              0.30},
    [LIMESTONE] = {MATERIAL_LIMESTONE,
                   {MATERIAL_SAND, 0.35, 0.50, 0.20, 0.06},
                   {MATERIAL_DRY_SOIL, 0.15, 0.20, 0.10, 0.03},
                   0.25},
};

static double share_of(const share *s, double object, double smooth, double fine)
{
    double value = s->base + s->object * (object - 0.5) + s->smooth * smooth + s->fine * fine;
    return value < 0.0 ? 0.0 : value > 0.8 ? 0.8 : value;
}

void landscape_mixture(const landscape *land, land_point point, int x, int y,
                       float parts[MATERIAL_COUNT])
{
    const recipe *r = &RECIPES[point.class_index];
    double px = x + 0.5, py = y + 0.5;
    int64_t object = (int64_t)(point.object >> 1);
    double object_light = cell_value(land, SALT_OBJECT_LIGHT, object, point.class_index) - 0.5;
    double object_mix = cell_value(land, SALT_OBJECT_MIX, object, point.class_index);
    double smooth = noise(land, SALT_SMALL, px / 11.0, py / 11.0);
    double crown = noise(land, SALT_CROWN, px / 2.3, py / 2.3);

    double second = share_of(&r->second, object_mix, smooth, crown);
    double third = share_of(&r->third, 1.0 - object_mix, -smooth, crown);
    double first = fmax(0.0, 1.0 - second - third), total = first + second + third;
    double light = 1.0 + r->contrast * object_light +
                   0.07 * noise(land, SALT_BROAD, px / 40.0, py / 40.0) +
                   0.08 * noise(land, SALT_RELIEF, px / 210.0, py / 210.0) +
                   0.06 * (cell_value(land, SALT_PIXEL, x, y) - 0.5);

    memset(parts, 0, MATERIAL_COUNT * sizeof *parts);
    parts[r->first] = (float)(light * first / total);
    parts[r->second.which] += (float)(light * second / total);
    parts[r->third.which] += (float)(light * third / total);
}
