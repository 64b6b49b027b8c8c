/* A QGIS style beside a class map: without it QGIS lists all 256 palette entries. */
#include "geo/map/map_style.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "geo/map/map_files.h"

/* How a style that is written here is told from a user's: QGIS writes more of its version. */
#define VERSION "3.22"
#define CATEGORIES "Symbology"

/** A new last child with attributes. attributes in: name, value, name, value, NULL */
static CPLXMLNode *add(CPLXMLNode *parent, const char *name, const char *const *attributes)
{
    CPLXMLNode *node = CPLCreateXMLNode(parent, CXT_Element, name);
    for (; attributes[0]; attributes += 2)
        CPLAddXMLAttributeAndValue(node, attributes[0], attributes[1]);
    return node;
}

#define ADD(parent, name, ...) add(parent, name, (const char *const[]){__VA_ARGS__ NULL})

/** Add a class; false when memory is out. */
static bool add_class(CPLXMLNode *palette, const s2_class *item)
{
    char value[16], colour[8];
    char *name = s2_strdup(item->name);
    if (!name)
        return false;
    s2_utf8_clean(name, strlen(name));
    CPLsnprintf(value, sizeof value, "%d", item->value);
    CPLsnprintf(colour, sizeof colour, "#%02x%02x%02x", item->rgb[0], item->rgb[1], item->rgb[2]);
    ADD(palette, "paletteEntry", "value", value, "color", colour, "alpha", "255", "label", name, );
    s2_free(name);
    return true;
}

/** The style as a tree, its document type before its root; NULL: memory is out. */
static CPLXMLNode *make_style(const s2_class_table *classes)
{
    CPLXMLNode *type = CPLCreateXMLNode(
        NULL, CXT_Literal, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>");
    CPLXMLNode *root = ADD(NULL, "qgis", "version", VERSION, "styleCategories", CATEGORIES, );
    CPLXMLNode *pipe = ADD(root, "pipe", );
    CPLXMLNode *renderer = ADD(pipe, "rasterrenderer", "type", "paletted", "band", "1", "opacity",
                               "1", "alphaBand", "-1", "nodataColor", "", );
    bool done = true;
    CPLAddXMLSibling(type, root);
    ADD(renderer, "rasterTransparency", );
    CPLXMLNode *palette = ADD(renderer, "colorPalette", );
    for (int c = 0; c < classes->count && done; c++)
        done = add_class(palette, &classes->items[c]);
    ADD(pipe, "brightnesscontrast", "brightness", "0", "contrast", "0", );
    ADD(pipe, "huesaturation", "saturation", "0", );
    ADD(pipe, "rasterresampler", );
    CPLCreateXMLElementAndValue(root, "blendMode", "0");
    if (done)
        return type;
    CPLDestroyXMLNode(type);
    return NULL;
}

bool s2_map_style_is_own(const char *path)
{
    CPLPushErrorHandler(CPLQuietErrorHandler);
    CPLXMLNode *style = CPLParseXMLFile(path);
    CPLPopErrorHandler();
    CPLXMLNode *root = style ? CPLSearchXMLNode(style, "=qgis") : NULL;
    const bool is_own = root && strcmp(CPLGetXMLValue(root, "version", ""), VERSION) == 0 &&
                        strcmp(CPLGetXMLValue(root, "styleCategories", ""), CATEGORIES) == 0;
    CPLDestroyXMLNode(style);
    CPLErrorReset();
    return is_own;
}

s2rgf_status s2_map_style_write(const char *path, const s2_class_table *classes, s2rgf_error *err)
{
    CPLXMLNode *style = make_style(classes);
    if (!style)
        return s2_fail_memory(err, "map style");
    char *text = CPLSerializeXMLTree(style);
    CPLDestroyXMLNode(style);
    const s2rgf_status status = s2_map_text_write(path, text, err);
    CPLFree(text);
    return status;
}
