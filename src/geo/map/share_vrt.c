/* The shares of a map as one raster: a VRT, which has the map's pixels without a copy of them. */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/map/class_description.h"
#include "geo/map/map_private.h"
#include "geo/map/map_style.h"
#include "geo/map/share_set.h"
#include "geo/source/gdal_catch.h"

/** One share as a source of a band; beside the shares they are named without their folder. */
static void append_source(const s2_share_set *set, int index, int band, bool beside, s2_text *xml)
{
    const s2_map_share *share = &set->shares[index];
    const char *path = set->paths[index];
    char *name = CPLEscapeString(beside ? CPLGetFilename(path) : path, -1, CPLES_XML);
    s2_text_append(xml,
                   "<SimpleSource><SourceFilename relativeToVRT=\"%d\">%s</SourceFilename>"
                   "<SourceBand>%d</SourceBand>"
                   "<SrcRect xOff=\"0\" yOff=\"0\" xSize=\"%d\" ySize=\"%d\"/>"
                   "<DstRect xOff=\"0\" yOff=\"%d\" xSize=\"%d\" ySize=\"%d\"/></SimpleSource>\n",
                   beside, name, band, set->grid.width, share->lines, share->first_line,
                   set->grid.width, share->lines);
    CPLFree(name);
}

/** The VRT of the pixels alone, in new memory; NULL when that is out. */
static char *make_xml(const s2_share_set *set, bool beside)
{
    s2_text xml = {0};
    s2_text_append(&xml, "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\">\n", set->grid.width,
                   set->grid.height);
    for (int b = 1; b <= set->bands; b++) {
        s2_text_append(&xml, "<VRTRasterBand dataType=\"%s\" band=\"%d\">\n",
                       GDALGetDataTypeName(set->type), b);
        for (int i = 0; i < set->count; i++)
            append_source(set, i, b, beside, &xml);
        s2_text_append(&xml, "</VRTRasterBand>\n");
    }
    s2_text_append(&xml, "</VRTDataset>\n");
    if (!xml.failed)
        return xml.data;
    s2_free(xml.data);
    return NULL;
}

s2rgf_status s2_share_set_join(s2_share_set *set, s2rgf_error *err)
{
    char *xml = make_xml(set, false);
    if (xml == NULL)
        return s2_fail_memory(err, "VRT");
    s2_gdal_catch caught;
    s2_map_catch_begin(&caught);
    set->raster = GDALOpenEx(xml, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL,
                             NULL, NULL);
    s2_gdal_catch_end(&caught);
    s2_gdal_drop_partial(&caught, &set->raster);
    s2_free(xml);
    if (set->raster == NULL)
        return s2_gdal_fail(&caught, err, S2RGF_IO, "%s: its shares cannot be read", set->map_path);
    return S2RGF_OK;
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
    if (xml == NULL)
        return s2_fail_memory(err, "VRT");
    VSILFILE *file = VSIFOpenL(path, "wb");
    bool done = file != NULL && VSIFWriteL(xml, 1, strlen(xml), file) == strlen(xml);
    done = file != NULL && VSIFCloseL(file) == 0 && done;
    s2_free(xml);
    return done ? S2RGF_OK : s2_fail(err, S2RGF_IO, "%s: cannot be written", path);
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
    const bool done = writer.dataset != NULL && s2_map_describe(&writer);
    s2_gdal_catch_end(&caught);
    s2rgf_status status =
        done ? S2RGF_OK : s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be described", path);
    if (status == S2RGF_OK && table != NULL)
        status = s2_map_table_attach(table, GDALGetRasterBand(writer.dataset, 1), err);
    s2_map_catch_begin(&caught);
    GDALClose(writer.dataset);
    writer.dataset = GDALOpen(path, GA_ReadOnly);
    s2_gdal_catch_end(&caught);
    if (status == S2RGF_OK && (writer.dataset == NULL || caught.failed))
        status = s2_gdal_fail(&caught, err, S2RGF_IO, "%s: cannot be completed", path);
    if (status == S2RGF_OK)
        status = s2_map_verify_description(&writer, writer.dataset, err);
    GDALClose(writer.dataset);
    s2_class_metadata_free(writer.metadata);
    return status;
}

s2rgf_status s2_share_set_write_vrt(const s2_share_set *set, s2_map_table *table, bool overwrite,
                                    bool style, s2rgf_error *err)
{
    s2_map_files files, *all[] = {&files};
    char *path = NULL, *qml = NULL;
    const bool styled = style && set->kind == S2_MAP_CLASSES;
    const s2_map_target target = {
        .path = set->map_path, .overwrite = overwrite, .sides = true, .style = styled};
    s2rgf_status status = s2_map_files_prepare(&target, &files, err);
    if (status != S2RGF_OK)
        goto done;
    path = s2_map_files_new(&files, files.name, "");
    qml = s2_map_files_new(&files, files.stem, ".qml");
    status =
        path != NULL && qml != NULL ? write_pixels(set, path, err) : s2_fail_memory(err, "VRT");
    if (status == S2RGF_OK)
        status = describe_vrt(set, &files, path, table, err);
    if (status == S2RGF_OK && styled)
        status = s2_map_style_write(qml, &set->classes, err);
    if (status == S2RGF_OK)
        status = s2_map_files_turn(&files, err);
    if (status != S2RGF_OK && err != NULL)
        s2_work_folder_hide(err->message);
    if (status == S2RGF_OK)
        status = s2_map_files_publish(all, 1, err);
done:
    s2_map_files_clear(&files);
    s2_free(path);
    s2_free(qml);
    return status;
}
