/* Pixels and areas of the classes of a map, as its attribute table has them. */
#include <math.h>

#include "core/memory.h"
#include "geo/map/map_table.h"
#include "geo_fixture.h"

/** A value of the attribute table, attached to a band; NaN: it has no such column. */
static double table_value(const s2_map_table *table, const char *column, int row)
{
    double value = NAN;
    GDALDatasetH memory = GDALCreate(GDALGetDriverByName("MEM"), "", 1, 1, 1, GDT_UInt16, NULL);
    REQUIRE(memory);
    GDALRasterBandH band = GDALGetRasterBand(memory, 1);
    CHECK(s2_map_table_attach(table, band, NULL) == S2RGF_OK);
    GDALRasterAttributeTableH rat = GDALGetDefaultRAT(band);
    for (int i = 0; i < GDALRATGetColumnCount(rat); i++)
        if (strcmp(GDALRATGetNameOfCol(rat, i), column) == 0)
            value = GDALRATGetValueAsDouble(rat, row, i);
    GDALClose(memory);
    return value;
}

/** Areas on a geographic grid against the closed form for a zone of the ellipsoid. */
static void test_areas(void)
{
    s2rgf_error err = {0};
    s2_grid degrees = {.to_geo = {{10.0, 0.01, 0.0, 60.0, 0.0, -0.01}},
                       .width = 100,
                       .height = 100,
                       .srs_wkt = wkt_of("EPSG:4326")};
    s2_class_table classes = {0};
    s2_map_table *table = NULL;
    CHECK(s2_class_table_add(&classes, 1, "wood", NULL, NULL) == S2RGF_OK);
    CHECK(s2_class_table_add(&classes, 2, "water", NULL, NULL) == S2RGF_OK);
    uint16_t *values = s2_alloc(100 * 100, sizeof *values);
    for (int i = 0; i < 100 * 100; i++)
        values[i] = 2;
    REQUIRE(s2_map_table_create(&degrees, &classes, &table, &err) == S2RGF_OK);
    CHECK(s2_map_table_count(table, values, sizeof *values, 0, 64, &err) == S2RGF_OK);
    CHECK(s2_map_table_count(table, values, sizeof *values, 64, 36, &err) == S2RGF_OK);
    /* Area between two parallels: b^2/2 dlon [sin/(1 - e^2 sin^2) + artanh(e sin)/e]. */
    const double b = 6356752.314245179, f = 1 / 298.257223563, e = sqrt(f * (2 - f));
    double zone = 0.0;
    for (int side = 0; side < 2; side++) {
        const double s = sin((side == 0 ? 60.0 : 59.0) * M_PI / 180.0);
        zone += (side == 0 ? 1 : -1) * (s / (1 - e * e * s * s) + atanh(e * s) / e);
    }
    const double hectares = b * b / 2 * (M_PI / 180.0) * zone / 1e4;
    CHECK(table_value(table, "Count", 1) == 10000);
    CHECK_NEAR(table_value(table, "Area_ha", 1) / hectares, 1.0, 1e-6);
    /* the same values in bytes count the same */
    uint8_t *bytes = s2_alloc(100 * 100, 1);
    memset(bytes, 2, 100 * 100);
    CHECK(s2_map_table_count(table, bytes, 1, 0, 64, &err) == S2RGF_OK);
    CHECK(table_value(table, "Count", 1) == 16400);
    s2_free(bytes);
    values[7] = 77;
    CHECK(s2_map_table_count(table, values, sizeof *values, 0, 64, &err) == S2RGF_INTERNAL);
    s2_map_table_free(table);
    s2_free(degrees.srs_wkt);
    /* Without a CRS there is nothing to say. */
    degrees.srs_wkt = NULL;
    REQUIRE(s2_map_table_create(&degrees, &classes, &table, &err) == S2RGF_OK);
    CHECK(isnan(table_value(table, "Area_ha", 1)));
    s2_map_table_free(table);
    s2_class_table_clear(&classes);
    s2_free(values);
}

int main(void)
{
    GDALAllRegister();
    test_areas();
    return harness_end();
}
