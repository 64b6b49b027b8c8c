/* The shares of a map as one raster: a VRT, which has the map's pixels without a copy of them. */
#include <cpl_conv.h>
#include <cpl_minixml.h>
#include <cpl_string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "geo/map/map_private.h"
#include "geo/map/map_style.h"
#include "geo/map/share_set.h"
#include "geo/source/gdal_catch.h"

/** Give an element a rectangle of whole lines of the map. */
static void add_lines(CPLXMLNode *parent, const char *name, int width, int first, int count)
{
    const int numbers[4] = {0, first, width, count};
    static const char *const keys[4] = {"xOff", "yOff", "xSize", "ySize"};
    CPLXMLNode *node = CPLCreateXMLNode(parent, CXT_Element, name);
    for (int i = 0; i < 4; i++)
        CPLAddXMLAttributeAndValue(node, keys[i], CPLSPrintf("%d", numbers[i]));
}

/** One share as a source of a band; beside the shares they are named without their folder. */
static CPLXMLNode *make_source(const s2_share_set *set, int index, int band, bool beside)
{
    const s2_map_share *share = &set->shares[index];
    const char *path = set->paths[index];
    CPLXMLNode *source = CPLCreateXMLNode(NULL, CXT_Element, "SimpleSource");
    CPLXMLNode *name =
        CPLCreateXMLElementAndValue(source, "SourceFilename", beside ? CPLGetFilename(path) : path);
    CPLAddXMLAttributeAndValue(name, "relativeToVRT", beside ? "1" : "0");
    CPLCreateXMLElementAndValue(source, "SourceBand", CPLSPrintf("%d", band));
    add_lines(source, "SrcRect", set->grid.width, 0, share->lines);
    add_lines(source, "DstRect", set->grid.width, share->first_line, share->lines);
    return source;
}

static void add_band(const s2_share_set *set, int number, bool beside, CPLXMLNode *vrt)
{
    CPLXMLNode *band = CPLCreateXMLNode(vrt, CXT_Element, "VRTRasterBand");
    CPLAddXMLAttributeAndValue(band, "dataType", GDALGetDataTypeName(set->type));
    CPLAddXMLAttributeAndValue(band, "band", CPLSPrintf("%d", number));
    /* Each behind the one before: a child is looked for a place from the first on. */
    CPLXMLNode *last = make_source(set, 0, number, beside);
    CPLAddXMLChild(band, last);
    for (int i = 1; i < set->count; i++) {
        last->psNext = make_source(set, i, number, beside);
        last = last->psNext;
    }
}

/** The VRT of the pixels alone, released with CPLFree(). */
static char *make_xml(const s2_share_set *set, bool beside)
{
    CPLXMLNode *vrt = CPLCreateXMLNode(NULL, CXT_Element, "VRTDataset");
    CPLAddXMLAttributeAndValue(vrt, "rasterXSize", CPLSPrintf("%d", set->grid.width));
    CPLAddXMLAttributeAndValue(vrt, "rasterYSize", CPLSPrintf("%d", set->grid.height));
    for (int b = 1; b <= set->bands; b++)
        add_band(set, b, beside, vrt);
    char *xml = CPLSerializeXMLTree(vrt);
    CPLDestroyXMLNode(vrt);
    return xml;
}

s2rgf_status s2_share_set_join(s2_share_set *set, s2rgf_error *err)
{
    char *xml = make_xml(set, false);
    const s2_gdal_request request = {
        .name = xml, .subject = set->map_path, .complaint = "its shares cannot be read"};
    const s2rgf_status status = s2_gdal_open(&request, &set->raster, err);
    CPLFree(xml);
    return status;
}

s2rgf_status s2_share_set_read(const s2_share_set *set, int y, int count, void *lines,
                               s2rgf_error *err)
{
    const int width = set->grid.width;
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    const CPLErr outcome = GDALDatasetRasterIOEx(
        set->raster, GF_Read, 0, y, width, count, lines, width, count,
        set->kind == S2_MAP_CLASSES ? GDT_UInt16 : GDT_Float32, set->bands, NULL, 0, 0, 0, NULL);
    s2_gdal_catch_end(&caught);
    if (outcome != CE_None || caught.failed)
        return s2_gdal_fail(&caught, err, S2RGF_IO,
                            "%s: lines %d to %d of its shares cannot be read", set->map_path, y,
                            y + count - 1);
    return S2RGF_OK;
}

/** Write the VRT of the pixels alone. */
static s2rgf_status write_pixels(const s2_share_set *set, const char *path, s2rgf_error *err)
{
    char *xml = make_xml(set, true);
    const s2rgf_status status = s2_map_text_write(path, xml, err);
    CPLFree(xml);
    return status;
}

/** Add what describes the map, and look whether it is there. files in: names for messages */
static s2rgf_status describe_vrt(const s2_share_set *set, const s2_map_files *files,
                                 const char *path, s2_map_table *table, s2rgf_error *err)
{
    s2_map_writer writer = {
        .kind = set->kind,
        .grid = set->grid,
        .classes = set->classes,
        .bands = set->bands,
        .table = table,
        .files = *files,
        .metadata = s2_class_metadata((const char *const *)set->metadata, &set->classes)};
    s2_gdal_catch caught;
    writer.keeps = s2_map_description(&writer);
    s2_map_catch_begin(&caught);
    writer.dataset = GDALOpen(path, GA_Update);
    const bool done = writer.dataset && s2_map_describe(&writer);
    s2_gdal_catch_end(&caught);
    s2rgf_status status =
        done ? S2RGF_OK : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be described", path);
    if (status == S2RGF_OK && table)
        status = s2_map_table_attach(table, GDALGetRasterBand(writer.dataset, 1), err);
    s2_map_catch_begin(&caught);
    GDALClose(writer.dataset);
    writer.dataset = GDALOpen(path, GA_ReadOnly);
    s2_gdal_catch_end(&caught);
    if (status == S2RGF_OK && (!writer.dataset || caught.failed))
        status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be completed", path);
    if (status == S2RGF_OK)
        status = s2_map_verify_description(&writer, writer.dataset, err);
    GDALClose(writer.dataset);
    s2_class_metadata_free(writer.metadata);
    return status;
}

/* The VRT and its style in the folder of the attempt. */
static s2rgf_status write_files(const s2_share_set *set, s2_map_files *files, s2_map_table *table,
                                bool styled, s2rgf_error *err)
{
    char *path = s2_map_files_new(files, files->name, "");
    char *qml = s2_map_files_new(files, files->stem, ".qml");
    s2rgf_status status = path && qml ? write_pixels(set, path, err) : s2_fail_memory(err, "VRT");
    if (status == S2RGF_OK)
        status = describe_vrt(set, files, path, table, err);
    if (status == S2RGF_OK && styled)
        status = s2_map_style_write(qml, &set->classes, err);
    s2_free(path);
    s2_free(qml);
    return status;
}

s2rgf_status s2_share_set_write_vrt(const s2_share_set *set, s2_map_table *table, bool overwrite,
                                    bool style, s2rgf_error *err)
{
    s2_map_files files, *all[] = {&files};
    const bool styled = style && set->kind == S2_MAP_CLASSES;
    const s2_map_target target = {
        .path = set->map_path, .overwrite = overwrite, .sides = true, .style = styled};
    s2rgf_status status = s2_map_files_prepare(&target, &files, err);
    if (status == S2RGF_OK)
        status = write_files(set, &files, table, styled, err);
    if (status == S2RGF_OK)
        status = s2_map_files_turn(&files, err);
    if (status != S2RGF_OK && err)
        s2_work_folder_hide(err->message);
    if (status == S2RGF_OK)
        status = s2_map_files_publish(all, 1, err);
    s2_map_files_clear(&files);
    return status;
}
