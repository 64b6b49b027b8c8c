/* The map that a page is about: its picture with legend, north arrow and scale, and its facts. */
#include "report/map_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/argument.h"
#include "core/error.h"
#include "core/number.h"
#include "geo/source/srs.h"
#include "report/html.h"

#define WIDEST_PX 860   /* of the picture on the page */
#define HIGHEST_PX 700  /* of the same */
#define FOOT_PX 56      /* below it, for scale and north */
#define SCALE_SHARE 0.3 /* of the width that the scale may take */

/* ---- open ------------------------------------------------------------------------------------ */

/* The classes of the assessment with the names and colours that the map has for them. */
static s2rgf_status find_classes(const int *values, int count, s2_map_view *view, s2rgf_error *err)
{
    uint8_t *occurs = s2_calloc(S2_CLASS_MAX_VALUE + 1, 1);
    if (!occurs)
        return s2_fail_memory(err, "classes of the map");
    for (int i = 0; i < count; i++)
        occurs[values[i]] = 1;
    s2rgf_status status = s2_class_band_add(&view->map.band, NULL, occurs, &view->map.classes, err);
    s2_free(occurs);
    if (status == S2RGF_OK)
        status = s2_class_table_copy(&view->map.classes, &view->classes, err);
    if (status == S2RGF_OK)
        s2_class_table_paint(&view->classes);
    return status;
}

s2rgf_status s2_map_view_open(const s2rgf_assess_options *options, const int *values, int count,
                              const s2rgf_host *host, s2_map_view *view, s2rgf_error *err)
{
    *view = (s2_map_view){0};
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"map", options->map_path});
    if (status == S2RGF_OK)
        status = s2_class_map_open_unread(options->map_path, options->assigned_srs, NULL,
                                          &view->map, err);
    if (status == S2RGF_OK)
        status = find_classes(values, count, view, err);
    if (status == S2RGF_OK)
        status = s2_map_picture_draw(&view->map, &view->classes, host, &view->picture, err);
    return status;
}

void s2_map_view_close(s2_map_view *view)
{
    s2_map_picture_clear(&view->picture);
    s2_class_table_clear(&view->classes);
    s2_class_map_close(&view->map);
}

/* ---- draw ------------------------------------------------------------------------------------ */

/** The largest of 1, 2, 5, 10, 20... that is not above a number. */
static double round_down(double number)
{
    const double power = pow(10.0, floor(log10(number)));
    const double first = number / power;
    return power * (first >= 5.0 ? 5.0 : first >= 2.0 ? 2.0 : 1.0);
}

/* In metres or kilometres; in pixels where metres are not known. */
static void put_scale(s2_text *page, const s2_map_view *view, int width)
{
    const double whole =
        isfinite(view->picture.width_m) ? view->picture.width_m : view->map.grid.width;
    const double length = round_down(whole * fmax(SCALE_SHARE, 60.0 / width));
    const int end = 4 + (int)lround(width * length / whole);
    char text[S2_HTML_NUMBER_BYTES];
    if (!isfinite(view->picture.width_m))
        s2_snprintf(text, sizeof text, "%g pixel%s", length, length == 1.0 ? "" : "s");
    else
        s2_snprintf(text, sizeof text, "%g %s", length >= 1000.0 ? length / 1000.0 : length,
                    length >= 1000.0 ? "km" : "m");
    s2_text_append(page,
                   "<path d=\"M4 10V18H%dV10\" fill=\"none\" stroke=\"#111\" stroke-width=\"2\"/>"
                   "<text x=\"4\" y=\"36\">%s</text>\n",
                   end, text);
}

/* Nothing where north is not known. */
static void put_north(s2_text *page, const s2_map_view *view, int x, int y)
{
    if (!isfinite(view->picture.north_degrees))
        return;
    s2_text_append(page,
                   "<g transform=\"translate(%d %d) rotate(%d)\"><title>true north</title>"
                   "<path d=\"M0 -20L8 12L0 5L-8 12Z\" fill=\"#111\"/></g>"
                   "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">N</text>\n",
                   x, y, (int)lround(view->picture.north_degrees), x - 24, y + 4);
}

static void put_legend(s2_text *page, const s2_class_table *classes)
{
    s2_text_append(page, "<ul class=\"legend\">\n");
    for (int i = 0; i < classes->count; i++) {
        const s2_class *item = &classes->items[i];
        s2_text_append(page, "<li>");
        s2_html_swatch(page, item->rgb);
        s2_text_append(page, " %d ", item->value);
        s2_html_text(page, item->name);
        s2_text_append(page, "</li>\n");
    }
    s2_text_append(page, "</ul>\n");
}

void s2_map_view_draw(s2_text *page, const s2_map_view *view)
{
    const s2_map_picture *picture = &view->picture;
    const double scale = fmin(WIDEST_PX, HIGHEST_PX * picture->aspect);
    const int width = (int)fmax(1.0, round(scale));
    const int height = (int)fmax(1.0, round(scale / picture->aspect));
    const int total = width < 200 ? 200 : width;
    s2_text_append(
        page,
        "<img alt=\"The map\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,%s\"/>"
        "<br/>\n<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
        width, height, picture->png, total, FOOT_PX, total, FOOT_PX);
    put_scale(page, view, width);
    put_north(page, view, total - 20, 30);
    s2_text_append(page, "</svg>\n");
    put_legend(page, &view->classes);
    s2_text_append(page, "<p class=\"note\">%s Without colour: not mapped.</p>\n",
                   isfinite(picture->width_m) ? "The scale holds at the map's centre."
                                              : "The coordinate system has no unit of length.");
}

/* ---- facts ----------------------------------------------------------------------------------- */

/** What the maps of s2rgf_classify say of themselves, in words. */
static const char *label_of(const char *key)
{
    static const char *const labels[][2] = {{"S2RGF_VERSION", "Mapped by s2rgf"},
                                            {"S2RGF_MODEL", "Model's checksum"},
                                            {"S2RGF_SOURCES", "Scene"}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i][0], key) == 0)
            return labels[i][1];
    return key;
}

static void put_metadata(s2_text *page, const char *item)
{
    const char *value = strchr(item, '=');
    if (!value || strncmp(item, "CLASS_", 6) == 0)
        return;
    char *key = s2_asprintf("%.*s", (int)(value - item), item);
    if (key)
        s2_html_fact(page, label_of(key), value + 1);
    else
        page->failed = true;
    s2_free(key);
}

void s2_map_view_facts(s2_text *page, const s2_map_view *view)
{
    char text[128];
    const s2_grid *grid = &view->map.grid;
    snprintf(text, sizeof text, "%d x %d pixels", grid->width, grid->height);
    s2_html_fact(page, "Size", text);
    s2_grid_pixel_text(grid, text, sizeof text);
    s2_html_fact(page, "Size of a pixel", text);
    s2_srs_name(grid->srs_wkt, text, sizeof text);
    s2_html_fact(page, "Coordinate system", text);
    const char *const *metadata = s2_class_map_metadata(&view->map);
    for (int i = 0; metadata && metadata[i]; i++)
        put_metadata(page, metadata[i]);
}
