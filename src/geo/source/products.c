/* Products as agencies deliver them: found by their names, presented as VRTs. */
#include "geo/source/products.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "geo/source/gdal_catch.h"
#include "geo/source/srs.h"

#define EVEN_PX 1e-3 /* of a pixel: what lengths may be off and count as whole */

/* ---- rasters ---------------------------------------------------------------------------------- */

void s2_scene_rasters_clear(s2_scene_rasters *rasters)
{
    for (size_t i = 0; i < rasters->count; i++)
        S2_FREE_EACH(rasters->items[i].name, rasters->items[i].path, rasters->items[i].label);
    s2_free(rasters->items);
    *rasters = (s2_scene_rasters){0};
}

/* Take over three texts, of which none may be NULL. */
static s2rgf_status take_raster(s2_scene_rasters *rasters, s2_scene_raster added, s2rgf_error *err)
{
    s2_scene_raster *items =
        s2_grow(rasters->items, rasters->count, rasters->count + 1, sizeof *items);
    if (items)
        rasters->items = items;
    if (!items || !added.name || !added.path || !added.label) {
        S2_FREE_EACH(added.name, added.path, added.label);
        return s2_fail_memory(err, "raster");
    }
    rasters->items[rasters->count++] = added;
    return S2RGF_OK;
}

s2rgf_status s2_product_open(const char *path, GDALDatasetH *dataset, s2rgf_error *err)
{
    const s2_gdal_request request = {.name = path, .complaint = "cannot be opened as a raster"};
    return s2_gdal_open(&request, dataset, err);
}

/* ---- a raster of a product as a VRT ----------------------------------------------------------- */

static void describe_band(GDALRasterBandH to, const s2_product_raster *raster,
                          const s2_product_band *band)
{
    char text[64];
    GDALSetDescription(to, band->name);
    if (!isnan(band->wavelength_nm)) {
        CPLsnprintf(text, sizeof text, "%.10g", band->wavelength_nm);
        GDALSetMetadataItem(to, "WAVELENGTH", text, NULL);
        GDALSetMetadataItem(to, "WAVELENGTH_UNITS", "Nanometers", NULL);
    }
    if (raster->has_nodata)
        GDALSetRasterNoDataValue(to, raster->nodata);
    if (band->scale != 1.0)
        GDALSetRasterScale(to, band->scale);
    if (band->offset != 0.0)
        GDALSetRasterOffset(to, band->offset);
}

/* Size and georeference of the VRT from the first data set; others must have that size. */
static s2rgf_status check_size(const s2_product_band *band, GDALDatasetH from, GDALDatasetH vrt,
                               s2rgf_error *err)
{
    const int width = GDALGetRasterXSize(from);
    const int height = GDALGetRasterYSize(from);
    if (width != GDALGetRasterXSize(vrt) || height != GDALGetRasterYSize(vrt))
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: expected %d x %d pixels, as in the bands before, "
                       "found %d x %d",
                       band->dataset, GDALGetRasterXSize(vrt), GDALGetRasterYSize(vrt), width,
                       height);
    return S2RGF_OK;
}

static s2rgf_status add_band(const s2_product_raster *raster, const s2_product_band *band,
                             GDALDatasetH from, GDALDatasetH vrt, s2rgf_error *err)
{
    s2rgf_status status = check_size(band, from, vrt, err);
    if (status != S2RGF_OK)
        return status;
    GDALAddBand(vrt, GDALGetRasterDataType(GDALGetRasterBand(from, band->number)), NULL);
    GDALRasterBandH to = GDALGetRasterBand(vrt, GDALGetRasterCount(vrt));
    char *name = CPLEscapeString(band->dataset, -1, CPLES_XML);
    char *source = s2_asprintf("<SimpleSource><SourceFilename relativeToVRT=\"0\">%s"
                               "</SourceFilename><SourceBand>%d</SourceBand></SimpleSource>",
                               name, band->number);
    if (!source)
        status = s2_fail_memory(err, "raster");
    else if (GDALSetMetadataItem(to, "source_0", source, "new_vrt_sources") != CE_None)
        status = s2_fail(err, S2RGF_IO, "%s: cannot be put into a VRT", band->dataset);
    describe_band(to, raster, band);
    s2_free(source);
    CPLFree(name);
    return status;
}

/* An empty VRT where a data set lies. */
static GDALDatasetH start_vrt(GDALDatasetH from)
{
    double geotransform[6];
    GDALDatasetH vrt = GDALCreate(GDALGetDriverByName("VRT"), "", GDALGetRasterXSize(from),
                                  GDALGetRasterYSize(from), 0, GDT_Byte, NULL);
    if (vrt && GDALGetGeoTransform(from, geotransform) == CE_None)
        GDALSetGeoTransform(vrt, geotransform);
    if (vrt)
        GDALSetSpatialRef(vrt, GDALGetSpatialRef(from));
    return vrt;
}

/* The text of a VRT of all bands, released with s2_free(). */
static s2rgf_status make_vrt(const s2_product_raster *raster, char **text, s2rgf_error *err)
{
    GDALDatasetH vrt = NULL;
    s2rgf_status status = S2RGF_OK;
    for (int i = 0; i < raster->count && status == S2RGF_OK; i++) {
        GDALDatasetH from = NULL;
        status = s2_product_open(raster->bands[i].dataset, &from, err);
        if (status == S2RGF_OK && !vrt && !(vrt = start_vrt(from)))
            status =
                s2_fail(err, S2RGF_IO, "%s: cannot be put into a VRT", raster->bands[i].dataset);
        if (status == S2RGF_OK)
            status = add_band(raster, &raster->bands[i], from, vrt, err);
        GDALClose(from);
    }
    if (status == S2RGF_OK) {
        char **xml = GDALGetMetadata(vrt, "xml:VRT");
        *text = xml ? s2_strdup(xml[0]) : NULL;
        status = *text ? S2RGF_OK : s2_fail_memory(err, "raster");
    }
    GDALClose(vrt);
    return status;
}

/* The pixels that cover a length of so many others, which are as much smaller. */
static int covering_pixels(int length, double ratio)
{
    return (int)fmax(ceil(length / ratio - EVEN_PX), 1.0);
}

s2rgf_status s2_scene_rasters_add_empty(s2_scene_rasters *rasters, const char *name,
                                        const s2_grid *grid, double ratio, int bands,
                                        s2rgf_error *err)
{
    const double *m = grid->to_geo.m;
    double geotransform[] = {m[0], m[1] * ratio, m[2] * ratio, m[3], m[4] * ratio, m[5] * ratio};
    OGRSpatialReferenceH srs = NULL;
    s2rgf_status status = grid->srs_wkt ? s2_srs_from_text(grid->srs_wkt, &srs, err) : S2RGF_OK;
    if (status != S2RGF_OK)
        return status;
    GDALDatasetH vrt =
        GDALCreate(GDALGetDriverByName("VRT"), "", covering_pixels(grid->width, ratio),
                   covering_pixels(grid->height, ratio), bands, GDT_Float32, NULL);
    if (vrt) {
        GDALSetGeoTransform(vrt, geotransform);
        GDALSetSpatialRef(vrt, srs);
    }
    for (int b = 1; b <= bands && vrt; b++)
        GDALSetRasterNoDataValue(GDALGetRasterBand(vrt, b), NAN);
    char **xml = vrt ? GDALGetMetadata(vrt, "xml:VRT") : NULL;
    status = take_raster(rasters,
                         (s2_scene_raster){s2_strdup(name), xml ? s2_strdup(xml[0]) : NULL,
                                           s2_strdup("absent"), false, 0},
                         err);
    if (vrt)
        GDALClose(vrt);
    OSRDestroySpatialReference(srs);
    return status;
}

s2rgf_status s2_product_add(const s2_product *product, const s2_product_raster *raster,
                            s2rgf_error *err)
{
    s2_scene_raster added = {.is_quality = raster->is_quality, .product = strlen(product->name)};
    s2rgf_status status = make_vrt(raster, &added.path, err);
    if (status != S2RGF_OK)
        return status;
    added.name = s2_asprintf("%s%s", product->name, raster->suffix);
    added.label =
        raster->count == 1 ? s2_strdup(raster->bands[0].dataset) : s2_strdup(product->path);
    return take_raster(product->rasters, added, err);
}

s2rgf_status s2_product_add_quality(const s2_product *product, const char *suffix, const char *path,
                                    s2rgf_error *err)
{
    VSIStatBufL found;
    if (VSIStatL(path, &found) != 0)
        return S2RGF_OK;
    return take_raster(product->rasters,
                       (s2_scene_raster){s2_asprintf("%s%s", product->name, suffix),
                                         s2_strdup(path), s2_strdup(path), true,
                                         strlen(product->name)},
                       err);
}

/* ---- which product ---------------------------------------------------------------------------- */

/* A kind of product, told by the name of a file: of its metadata, or one beside that. */
typedef struct product_kind {
    const char *start, *end; /* of the file's name, in any case */
    const char *metadata;    /* in place of the end, NULL: the file has it */
    s2rgf_status (*read)(const s2_product *product, s2rgf_error *err);
} product_kind;

static const product_kind KINDS[] = {
    {"MTD_MSIL2A", ".xml", NULL, s2_product_read_sentinel2},
    {"L", "_MTL.txt", NULL, s2_product_read_landsat},
    {"ENMAP", "METADATA.XML", NULL, s2_product_read_enmap},
    {"ENMAP", "SPECTRAL_IMAGE.TIF", "METADATA.XML", s2_product_read_enmap},
};
#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

static bool has_name(const product_kind *kind, const char *name)
{
    const size_t length = strlen(name);
    const size_t end = strlen(kind->end);
    return length >= strlen(kind->start) + end && STARTS_WITH_CI(name, kind->start) &&
           EQUAL(name + length - end, kind->end);
}

/* The kind of a file, and its metadata, released with s2_free(); NULL: none. */
static char *find_in_file(const char *path, const product_kind **kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        VSIStatBufL found;
        *kind = &KINDS[i];
        if (!has_name(*kind, CPLGetFilename(path)))
            continue;
        if (!(*kind)->metadata)
            return s2_strdup(path);
        const int kept = (int)(strlen(path) - strlen((*kind)->end));
        char *metadata = s2_asprintf("%.*s%s", kept, path, (*kind)->metadata);
        if (metadata && VSIStatL(metadata, &found) == 0)
            return metadata;
        s2_free(metadata);
    }
    return NULL;
}

/* The same in a folder, of the only file there that holds metadata; *metadata NULL: none. */
static s2rgf_status find_in_folder(const char *path, const product_kind **kind, char **metadata,
                                   s2rgf_error *err)
{
    char **names = VSIReadDir(path);
    const char *found = NULL;
    s2rgf_status status = S2RGF_OK;
    for (size_t i = 0; i < KIND_COUNT; i++)
        for (int k = 0; names && names[k] && status == S2RGF_OK; k++) {
            if (KINDS[i].metadata || !has_name(&KINDS[i], names[k]))
                continue;
            if (found)
                status = s2_fail(err, S2RGF_FORMAT,
                                 "%s: holds several products: expected one, found %s and %s", path,
                                 found, names[k]);
            *kind = &KINDS[i];
            found = names[k];
        }
    if (status == S2RGF_OK && found && !(*metadata = s2_strdup(CPLFormFilename(path, found, NULL))))
        status = s2_fail_memory(err, "raster");
    CSLDestroy(names);
    return status;
}

static s2rgf_status add_input(const s2rgf_input *input, s2_scene_rasters *rasters, s2rgf_error *err)
{
    VSIStatBufL found;
    const product_kind *kind = NULL;
    char *metadata = NULL;
    s2rgf_status status = S2RGF_OK;
    const bool exists = VSIStatL(input->path, &found) == 0;
    if (exists && VSI_ISDIR(found.st_mode))
        status = find_in_folder(input->path, &kind, &metadata, err);
    else if (exists)
        metadata = find_in_file(input->path, &kind);
    if (status != S2RGF_OK)
        return status;
    if (!metadata)
        return take_raster(rasters,
                           (s2_scene_raster){s2_strdup(input->name), s2_strdup(input->path),
                                             s2_strdup(input->path), false, 0},
                           err);
    const s2_product product = {input->name, metadata, rasters};
    status = kind->read(&product, err);
    s2_free(metadata);
    return status;
}

s2rgf_status s2_scene_rasters_find(const s2rgf_scene_options *options, s2_scene_rasters *rasters,
                                   s2rgf_error *err)
{
    s2rgf_status status = S2RGF_OK;
    *rasters = (s2_scene_rasters){0};
    for (size_t i = 0; i < options->input_count && status == S2RGF_OK; i++) {
        s2_gdal_catch caught;
        s2_gdal_catch_begin(&caught);
        status = add_input(&options->inputs[i], rasters, err);
        s2_gdal_catch_end(&caught);
    }
    return status;
}
