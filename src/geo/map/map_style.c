/* A QGIS style beside a class map: without it QGIS lists all 256 palette entries. */
#include "geo/map/map_style.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"

static void append_class(s2_text *text, const s2_class *item)
{
    char *label = CPLEscapeString(item->name, -1, CPLES_XML);
    s2_text_append(text,
                   "        <paletteEntry value=\"%d\" color=\"#%02x%02x%02x\" alpha=\"255\" "
                   "label=\"%s\"/>\n",
                   item->value, item->rgb[0], item->rgb[1], item->rgb[2], label);
    CPLFree(label);
}

/** How every style begins that is written here; QGIS writes more attributes. */
static const char *const PROLOG = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
                                  "<qgis version=\"3.22\" styleCategories=\"Symbology\">\n"
                                  "  <pipe>\n"
                                  "    <rasterrenderer type=\"paletted\" band=\"1\" opacity=\"1\" "
                                  "alphaBand=\"-1\" nodataColor=\"\">\n"
                                  "      <rasterTransparency/>\n"
                                  "      <colorPalette>\n";

bool s2_map_style_is_own(const char *path)
{
    char *start = s2_calloc(strlen(PROLOG) + 1, 1);
    VSILFILE *file = start != NULL ? VSIFOpenL(path, "rb") : NULL;
    const bool is_own = file != NULL &&
                        VSIFReadL(start, 1, strlen(PROLOG), file) == strlen(PROLOG) &&
                        strcmp(start, PROLOG) == 0;
    if (file != NULL)
        VSIFCloseL(file);
    s2_free(start);
    return is_own;
}

s2rgf_status s2_map_style_write(const char *path, const s2_class_table *classes, s2rgf_error *err)
{
    s2_text text = {0};
    s2_text_append(&text, "%s", PROLOG);
    for (int c = 0; c < classes->count; c++)
        append_class(&text, &classes->items[c]);
    s2_text_append(&text, "      </colorPalette>\n"
                          "    </rasterrenderer>\n"
                          "    <brightnesscontrast brightness=\"0\" contrast=\"0\"/>\n"
                          "    <huesaturation saturation=\"0\"/>\n"
                          "    <rasterresampler/>\n"
                          "  </pipe>\n"
                          "  <blendMode>0</blendMode>\n"
                          "</qgis>\n");
    if (text.failed) {
        s2_free(text.data);
        return s2_fail_memory(err, "map style");
    }
    VSILFILE *file = VSIFOpenL(path, "wb");
    bool done = file != NULL && VSIFWriteL(text.data, 1, text.length, file) == text.length;
    if (file != NULL)
        done = VSIFCloseL(file) == 0 && done;
    s2_free(text.data);
    return done ? S2RGF_OK : s2_fail(err, S2RGF_IO, "%s: cannot be written", path);
}
