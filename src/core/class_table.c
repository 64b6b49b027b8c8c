/* Classes: pixel value, name, colour. */
#include "core/class_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/class_colour.h"
#include "core/error.h"
#include "core/memory.h"

#define PALETTE_COUNT 24
#define LEVELS 16 /* of a channel, among which further colours are looked for */
#define LATTICE (LEVELS * LEVELS * LEVELS)
#define APART 100.0 /* s2_colour_distance() from which colours are clearly two */
#define NEAR 60.0   /* below this they are hard to tell */

/*
 * Okabe and Ito's colours without black, Paul Tol's "muted", then his "light" without grey: black
 * and grey are left to nodata. Each set is safe for the common kinds of colour blindness.
 */
static const uint8_t palette[PALETTE_COUNT][3] = {
    {0xE6, 0x9F, 0x00}, {0x56, 0xB4, 0xE9}, {0x00, 0x9E, 0x73}, {0xF0, 0xE4, 0x42},
    {0x00, 0x72, 0xB2}, {0xD5, 0x5E, 0x00}, {0xCC, 0x79, 0xA7}, {0x33, 0x22, 0x88},
    {0x11, 0x77, 0x33}, {0x88, 0x22, 0x55}, {0x44, 0xAA, 0x99}, {0xDD, 0xCC, 0x77},
    {0xCC, 0x66, 0x77}, {0x88, 0xCC, 0xEE}, {0x99, 0x99, 0x33}, {0xAA, 0x44, 0x99},
    {0x77, 0xAA, 0xDD}, {0xEE, 0x88, 0x66}, {0xEE, 0xDD, 0x88}, {0xFF, 0xAA, 0xBB},
    {0x99, 0xDD, 0xFF}, {0x44, 0xBB, 0x99}, {0xBB, 0xCC, 0x33}, {0xAA, 0xAA, 0x00},
};

/** Room for one more item: the array doubles whenever its count reaches a power of two. */
static bool grow(s2_class_table *table)
{
    const size_t count = (size_t)table->count;
    if ((count & (count - 1)) != 0)
        return true;
    s2_class *items = s2_grow(table->items, count, count == 0 ? 1 : 2 * count, sizeof *items);
    if (!items)
        return false;
    table->items = items;
    return true;
}

/** Refuse what the table cannot hold. */
static s2rgf_status check_new_class(const s2_class_table *table, int value, const char *name,
                                    s2rgf_error *err)
{
    const int least = table->zero_allowed ? 0 : 1;
    if (value < least || value > S2_CLASS_MAX_VALUE)
        return s2_fail(err, S2RGF_FORMAT,
                       "class \"%s\": value out of range: expected %d to %d, found %d", name, least,
                       S2_CLASS_MAX_VALUE, value);
    if (table->count >= S2RGF_MAX_CLASSES)
        return s2_fail(err, S2RGF_FORMAT, "class \"%s\": too many classes: expected at most %d",
                       name, S2RGF_MAX_CLASSES);
    const int same_value = s2_class_table_find_value(table, value);
    if (same_value >= 0)
        return s2_fail(err, S2RGF_FORMAT,
                       "class \"%s\": value used twice: class \"%s\" has %d already", name,
                       table->items[same_value].name, value);
    const int same_name = s2_class_table_find_name(table, name);
    if (same_name >= 0)
        return s2_fail(err, S2RGF_FORMAT,
                       "class \"%s\": name used twice: found with value %d and value %d", name,
                       table->items[same_name].value, value);
    return S2RGF_OK;
}

s2rgf_status s2_class_table_add(s2_class_table *table, int value, const char *name,
                                const uint8_t rgb[3], s2rgf_error *err)
{
    const s2rgf_status status = check_new_class(table, value, name, err);
    if (status != S2RGF_OK)
        return status;
    char *owned_name = s2_strdup(name);
    if (!owned_name || !grow(table)) {
        s2_free(owned_name);
        return s2_fail_memory(err, "class table");
    }
    int place = table->count;
    while (place > 0 && table->items[place - 1].value > value) {
        table->items[place] = table->items[place - 1];
        place--;
    }
    s2_class *item = &table->items[place];
    *item = (s2_class){.value = value, .name = owned_name, .has_colour = rgb != NULL};
    if (rgb)
        memcpy(item->rgb, rgb, sizeof item->rgb);
    table->count++;
    return S2RGF_OK;
}

static int compare_value(const void *value, const void *item)
{
    return *(const int *)value - ((const s2_class *)item)->value;
}

int s2_class_table_find_value(const s2_class_table *table, int value)
{
    const s2_class *found = table->count == 0 ? NULL
                                              : bsearch(&value, table->items, (size_t)table->count,
                                                        sizeof *table->items, compare_value);
    return found ? (int)(found - table->items) : -1;
}

int s2_class_table_find_name(const s2_class_table *table, const char *name)
{
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->items[i].name, name) == 0)
            return i;
    return -1;
}

/**
 * Give a class a colour that is at least so far from all that classes have; false where it is not.
 * of_palette in [table->count] classes from which NEAR is enough; NULL: none
 */
static bool take_colour(const s2_class_table *table, s2_class *item, const uint8_t rgb[3],
                        double least, const bool *of_palette)
{
    for (int i = 0; i < table->count; i++)
        if (table->items[i].has_colour && s2_colour_distance(table->items[i].rgb, rgb) <
                                              (of_palette && of_palette[i] ? NEAR : least))
            return false;
    memcpy(item->rgb, rgb, 3);
    item->has_colour = true;
    return true;
}

/**
 * Colours of the palette in their order, first those that are clearly none that classes have by
 * their names or from outside, then those that can be told from them.
 */
static void paint_from_palette(s2_class_table *table)
{
    static const double least[2] = {APART, NEAR};
    bool of_palette[S2RGF_MAX_CLASSES] = {false};
    for (int i = 0; i < table->count; i++) {
        s2_class *item = &table->items[i];
        if (item->has_colour)
            continue;
        for (int k = 0; k < 2 * PALETTE_COUNT && !item->has_colour; k++)
            take_colour(table, item, palette[k % PALETTE_COUNT], least[k / PALETTE_COUNT],
                        of_palette);
        of_palette[i] = item->has_colour;
    }
}

/** A colour of the lattice. */
static void lattice_colour(int k, uint8_t rgb[3])
{
    for (int channel = 0; channel < 3; channel++, k /= LEVELS)
        rgb[channel] = (uint8_t)(k % LEVELS * UINT8_MAX / (LEVELS - 1));
}

/** Take a colour into account. nearest inout: distance of each of the lattice to the nearest one */
static void keep_away(double nearest[LATTICE], const uint8_t rgb[3])
{
    for (int k = 0; k < LATTICE; k++) {
        uint8_t other[3];
        lattice_colour(k, other);
        nearest[k] = fmin(nearest[k], s2_colour_distance(rgb, other));
    }
}

/** Beyond the palette each class gets the colour that is farthest from all others. */
static void paint_from_lattice(s2_class_table *table)
{
    static const uint8_t of_nodata[][3] = {{0, 0, 0}, {0x80, 0x80, 0x80}, {0xFF, 0xFF, 0xFF}};
    double nearest[LATTICE];
    int first = 0;
    while (first < table->count && table->items[first].has_colour)
        first++;
    if (first == table->count)
        return;
    for (int k = 0; k < LATTICE; k++)
        nearest[k] = INFINITY;
    for (size_t i = 0; i < sizeof of_nodata / sizeof of_nodata[0]; i++)
        keep_away(nearest, of_nodata[i]);
    for (int i = 0; i < table->count; i++)
        if (table->items[i].has_colour)
            keep_away(nearest, table->items[i].rgb);
    for (int i = first; i < table->count; i++) {
        s2_class *item = &table->items[i];
        if (item->has_colour)
            continue;
        int best = 0;
        for (int k = 1; k < LATTICE; k++)
            if (nearest[k] > nearest[best])
                best = k;
        lattice_colour(best, item->rgb);
        item->has_colour = true;
        keep_away(nearest, item->rgb);
    }
}

void s2_class_table_paint(s2_class_table *table)
{
    for (int i = 0; i < table->count; i++) {
        const uint8_t(*shades)[3];
        s2_class *item = &table->items[i];
        if (item->has_colour || !s2_class_colours(item->name, &shades))
            continue;
        for (int k = 0; k < S2_COLOUR_SHADES && !item->has_colour; k++)
            take_colour(table, item, shades[k], NEAR, NULL);
    }
    paint_from_palette(table);
    paint_from_lattice(table);
}

s2rgf_status s2_class_table_copy(const s2_class_table *from, s2_class_table *to, s2rgf_error *err)
{
    *to = (s2_class_table){.zero_allowed = from->zero_allowed};
    for (int i = 0; i < from->count; i++) {
        const s2_class *item = &from->items[i];
        const s2rgf_status status = s2_class_table_add(to, item->value, item->name,
                                                       item->has_colour ? item->rgb : NULL, err);
        if (status != S2RGF_OK) {
            s2_class_table_clear(to);
            return status;
        }
    }
    return S2RGF_OK;
}

void s2_class_table_clear(s2_class_table *table)
{
    for (int i = 0; i < table->count; i++)
        s2_free(table->items[i].name);
    s2_free(table->items);
    *table = (s2_class_table){0};
}
