/* Which band of a raster serves which band of a model: by wavelength, name, order, or none. */
#include <math.h>

#include "core/memory.h"
#include "harness.h"
#include "model/bands.h"

#define MAX_BANDS 12

/** A source with these bands, on the stack. */
typedef struct made_source {
    s2_model_source source;
    s2_model_band bands[MAX_BANDS];
} made_source;

static void make_source(made_source *made, int count, const char *const *names,
                        const double *wavelengths)
{
    static char name[] = "msi", unnamed[] = "";
    *made = (made_source){.source = {.name = name, .band_count = count}};
    made->source.bands = made->bands;
    for (int i = 0; i < count; i++) {
        made->bands[i].name = names ? s2_strdup(names[i]) : unnamed;
        made->bands[i].wavelength_nm = wavelengths ? wavelengths[i] : NAN;
    }
}

static void free_source(made_source *made, bool named)
{
    for (int i = 0; named && i < made->source.band_count; i++)
        s2_free(made->bands[i].name);
}

/** The last warning. */
static char told[1024];

static void keep_line(s2rgf_log_level level, const char *line, void *user)
{
    (void)user;
    CHECK(level == S2RGF_WARNING);
    snprintf(told, sizeof told, "%s", line);
}

/** Match and compare; wanted NULL: refused with this message. */
static void check_match(const made_source *made, const s2_band_offer *offers, int offer_count,
                        const int *wanted, const char *message)
{
    int order[MAX_BANDS];
    s2rgf_error err = {S2RGF_OK, ""};
    const s2rgf_host host = {NULL, keep_line, NULL};
    const s2_band_offers all = {offers, offer_count, NULL, 0};
    told[0] = '\0';
    const s2rgf_status status = s2_model_match_bands(&made->source, &all, order, &host, &err);
    CHECK_STR(err.message, message);
    CHECK(status == (wanted ? S2RGF_OK : S2RGF_MISMATCH));
    for (int i = 0; wanted && i < made->source.band_count; i++)
        if (!CHECK(order[i] == wanted[i]))
            printf("    band %d: expected offer %d, found %d\n", i, wanted[i], order[i]);
}

static const double SENTINEL[] = {492, 560, 665, 833};
static const char *const SENTINEL_NAMES[] = {"B02", "B03", "B04", "B08"};

static void test_wavelengths(void)
{
    made_source made;
    make_source(&made, 4, SENTINEL_NAMES, SENTINEL);
    /* The other satellite of the pair, among more bands, in another order; names do not matter. */
    const s2_band_offer pair[] = {{"B08", 2190}, {"x", 833.5}, {"", 443},
                                  {"", 664.9},   {"", 559},    {"B02", 492.3}};
    check_match(&made, pair, 6, (const int[]){5, 4, 3, 1}, "");
    /* Half the spacing (34 nm) is more than 10 nm. */
    const s2_band_offer shifted[] = {{"", 492 - 34}, {"", 560}, {"", 665}, {"", 833}};
    check_match(&made, shifted, 4, (const int[]){0, 1, 2, 3}, "");
    const s2_band_offer far[] = {{"", 492 - 35}, {"", 560}, {"", 665}, {"", 833}};
    check_match(&made, far, 4, NULL,
                "source msi: no band near 492 nm (B02): expected 4 bands (492 to 833 nm), found 4 "
                "(457 to 833 nm)");
    const s2_band_offer few[] = {{"B02", 492}, {"B03", 560}};
    check_match(&made, few, 2, NULL,
                "source msi: no band near 665 nm (B04), 833 nm (B08): expected 4 bands (492 to "
                "833 nm), found 2 (492 to 560 nm)");
    free_source(&made, true);
}

static void test_close_wavelengths(void)
{
    made_source made;
    /* One offer between two bands serves only the nearer one, whichever comes first. */
    make_source(&made, 2, NULL, (const double[]){500, 506});
    const s2_band_offer between[] = {{"", 504}, {"", 495}};
    check_match(&made, between, 2, (const int[]){1, 0}, "");
    const s2_band_offer alone[] = {{"", 504}, {"", 900}};
    check_match(&made, alone, 2, NULL,
                "source msi: no band near 500 nm: expected 2 bands (500 to 506 nm), found 2 (504 "
                "to 900 nm)");
    /* Overlapping detectors: equal wavelengths keep their order. */
    make_source(&made, 3, NULL, (const double[]){900, 950, 900});
    const s2_band_offer twins[] = {{"", 900}, {"", 900}, {"", 950}};
    check_match(&made, twins, 3, (const int[]){0, 2, 1}, "");
    make_source(&made, 1, NULL, (const double[]){590});
    const s2_band_offer inside[] = {{"", 600}}, outside[] = {{"", 600.5}};
    check_match(&made, inside, 1, (const int[]){0}, "");
    check_match(&made, outside, 1, NULL,
                "source msi: no band near 590 nm: expected 1 band (590 nm), found 1 (600.5 nm)");
}

/** Bands of a hyperspectral sensor with some removed, as the rasters on sale have them. */
static void test_many_wavelengths(void)
{
    made_source made;
    double wavelengths[MAX_BANDS];
    s2_band_offer offers[2 * MAX_BANDS];
    int wanted[MAX_BANDS];
    for (int i = 0; i < MAX_BANDS; i++) {
        wavelengths[i] = 2000 - 5 * i;
        wanted[i] = 2 * (MAX_BANDS - 1 - i);
    }
    for (int i = 0; i < 2 * MAX_BANDS; i++)
        offers[i] = (s2_band_offer){"", 2000 - 5 * (MAX_BANDS - 1) + 2.5 * i};
    make_source(&made, MAX_BANDS, NULL, wavelengths);
    check_match(&made, offers, 2 * MAX_BANDS, wanted, "");
    check_match(&made, offers, 1, NULL,
                "source msi: no band near 2000 nm, 1995 nm, 1990 nm, 1985 nm, 1980 nm, 1975 nm, "
                "1970 nm, 1965 nm and 3 more: expected 12 bands (1945 to 2000 nm), found 1 (1945 "
                "nm)");
}

static void test_names(void)
{
    made_source made;
    make_source(&made, 4, SENTINEL_NAMES, SENTINEL);
    /* One wavelength unknown: names decide. */
    const s2_band_offer named[] = {{"B08", NAN}, {"B8A", 865}, {"B04", 1}, {"B03", 2}, {"B02", 3}};
    check_match(&made, named, 5, (const int[]){4, 3, 2, 0}, "");
    const s2_band_offer other[] = {{"B02", NAN}, {"B05", NAN}, {"B04", NAN}, {"B8A", NAN}};
    check_match(&made, other, 4, NULL,
                "source msi: bands missing: B03, B08: expected 4 bands, found 4");
    const s2_band_offer twice[] = {
        {"B02", NAN}, {"B03", NAN}, {"B04", NAN}, {"B08", NAN}, {"B02", NAN}};
    check_match(&made, twice, 5, NULL,
                "source msi: band B02 is given more than once: expected one, found B02, B02");
    /* None in common: order, which is told. */
    const s2_band_offer other_names[] = {{"d1", NAN}, {"d2", NAN}, {"d3", NAN}, {"d4", NAN}};
    check_match(&made, other_names, 4, (const int[]){0, 1, 2, 3}, "");
    CHECK_STR(told, "source msi: nothing tells which band is which, so they are taken in their "
                    "order: the model has B02, B03, B04, B08; the raster has d1, d2, d3, d4");
    check_match(&made, other_names, 3, NULL,
                "source msi: bands missing: B02, B03, B04, B08: expected 4 bands, found 3");
    free_source(&made, true);
}

static void test_names_as_the_model_stores_them(void)
{
    made_source made;
    make_source(&made, 2, (const char *const[]){"0.5 _m", "0.6 _m"}, NULL);
    const s2_band_offer latin1[] = {{"0.6 \xB5m", NAN}, {"0.5 \xB5m", NAN}};
    check_match(&made, latin1, 2, (const int[]){1, 0}, "");
    free_source(&made, true);
}

static void test_order(void)
{
    made_source made;
    make_source(&made, 3, NULL, NULL);
    const s2_band_offer offers[] = {{"a", 500}, {"b", 610}, {"c", NAN}, {"d", NAN}};
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
    CHECK_STR(told, "source msi: nothing tells which band is which, so they are taken in their "
                    "order: the model has 1, 2, 3; the raster has a, b, c");
    check_match(&made, offers, 2, NULL, "source msi: 1 band too few: expected 3 bands, found 2");
    check_match(&made, offers, 4, NULL, "source msi: 1 band too many: expected 3 bands, found 4");
    /* Equal names say nothing, and that is told. */
    make_source(&made, 3, (const char *const[]){"a", "a", "b"}, NULL);
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
    free_source(&made, true);
    make_source(&made, 2, (const char *const[]){"20210708", "20210708"}, NULL);
    const s2_band_offer dates[] = {{"20220801", NAN}, {"20220801", NAN}};
    check_match(&made, dates, 2, (const int[]){0, 1}, "");
    CHECK_STR(told, "source msi: nothing tells which band is which, so they are taken in their "
                    "order: the model has 20210708, 20210708; the raster has 20220801, 20220801");
    free_source(&made, true);
    /* Wavelengths of some bands only may speak against the order. */
    make_source(&made, 3, NULL, (const double[]){500, 600, 700});
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
    const s2_band_offer turned[] = {{"c", NAN}, {"b", 600}, {"a", 500}};
    check_match(
        &made, turned, 3, NULL,
        "source msi: band 3 is another one: expected 700 nm, found a; the model has 500 nm, "
        "600 nm, 700 nm, the raster c, b, a");
    /* Where neither side says anything there is nothing to tell. */
    make_source(&made, 3, NULL, NULL);
    const s2_band_offer counted[] = {{"Band 1", NAN}, {"Band 2", NAN}, {"Band 3", NAN}};
    check_match(&made, counted, 3, (const int[]){0, 1, 2}, "");
    CHECK_STR(told, "");
}

/** One model, other names of its bands, and where they are found. */
typedef struct name_case {
    const char *model[4];
    const char *offers[6];
    int order[4];
    const char *refusal; /* what its message has in it; NULL: taken */
} name_case;

static const name_case NAMES[] = {
    /* another date, in another order */
    {{"T11_20210708_B02", "T11_20210708_B03", "T11_20210708_B8A", "T11_20210708_B08"},
     {"T11_20220801_B08", "T11_20220801_B03", "T11_20220801_B02", "T11_20220801_B8A"},
     {2, 1, 3, 0},
     NULL},
    {{"T33UUU_20210708T101031_B02_10m", "T33UUU_20210708T101031_B03_10m",
      "T33UUU_20210708T101031_B05_20m", "T33UUU_20210708T101031_B12_20m"},
     {"T32TQM_20220801T102559_B12_20m", "T32TQM_20220801T102559_B05_20m",
      "T32TQM_20220801T102559_B03_20m", "T32TQM_20220801T102559_B02_20m"},
     {3, 2, 1, 0},
     NULL},
    {{"LC08_L2SP_193023_20210708_20210713_02_T1_SR_B2",
      "LC08_L2SP_193023_20210708_20210713_02_T1_SR_B3",
      "LC08_L2SP_193023_20210708_20210713_02_T1_SR_B4",
      "LC08_L2SP_193023_20210708_20210713_02_T1_ST_B10"},
     {"LC09_L2SP_192024_20220709_20230405_02_T1_ST_B10",
      "LC09_L2SP_192024_20220709_20230405_02_T1_QA_PIXEL",
      "LC09_L2SP_192024_20220709_20230405_02_T1_SR_B4",
      "LC09_L2SP_192024_20220709_20230405_02_T1_SR_B3",
      "LC09_L2SP_192024_20220709_20230405_02_T1_SR_B2"},
     {4, 3, 2, 0},
     NULL},
    /* other spellings of the same */
    {{"B02", "B03", "B8A", "B11"},
     {"reflectance_b11", "reflectance_b8a", "reflectance_b3", "reflectance_b2"},
     {3, 2, 1, 0},
     NULL},
    {{"B02", "B03", "B04", "B08"},
     {"B8, central wavelength 842 nm", "B4, central wavelength 665 nm",
      "B3, central wavelength 560 nm", "B2, central wavelength 490 nm"},
     {3, 2, 1, 0},
     NULL},
    {{"Band 3", "Band 4", "Band 8", "Band 12"}, {"B12", "B08", "B04", "B03"}, {3, 2, 1, 0}, NULL},
    {{"blue", "green", "red", "nir"},
     {"20220801_NIR", "20220801_Red", "20220801_Green", "20220801_Blue"},
     {3, 2, 1, 0},
     NULL},
    {{"red", "red edge 1", "red edge 2", "nir"},
     {"x_Near_Infrared", "x_RedEdge2", "x_RedEdge1", "x_Red"},
     {3, 2, 1, 0},
     NULL},
    /* colours are in the name of the place, too */
    {{"green_belt_1_blue", "green_belt_1_green", "green_belt_1_red", "green_belt_1_nir"},
     {"red_hill_2_nir", "red_hill_2_red", "red_hill_2_green", "red_hill_2_blue"},
     {3, 2, 1, 0},
     NULL},
    /* no known words, but the same ones */
    {{"S3A_2021_Oa01_radiance", "S3A_2021_Oa02_radiance", "S3A_2021_Oa03_radiance",
      "S3A_2021_Oa04_radiance"},
     {"S3B_2022_Oa04_radiance", "S3B_2022_Oa03_radiance", "S3B_2022_Oa02_radiance",
      "S3B_2022_Oa01_radiance"},
     {3, 2, 1, 0},
     NULL},
    {{"d1_B02_10m", "d1_B03_10m", "d1_B05_20m", "d1_B06_20m"},
     {"d2_B02_10m", "d2_B02_20m", "d2_B03_10m", "d2_B05_20m", "d2_B06_20m"},
     {0, 2, 3, 4},
     NULL},
    /* what must not be confused */
    {{"d1_B02", "d1_B03", "d1_B04", "d1_B08"},
     {"d2_B02", "d2_B03", "d2_B04", "d2_B8A"},
     {0},
     "bands missing: d1_B08"},
    {{"d1_B02", "d1_B03", "d1_B04", "d1_B08"},
     {"d2_B02", "d2_B03", "d2_B04", "d2_B08", "d3_B02"},
     {0},
     "band d1_B02 is given more than once: expected one, found d2_B02, d3_B02"},
    {{"B05", "B06", "B07", "B8A"}, {"B01", "B09", "B11", "B12"}, {0}, "band 1 is another one"},
    {{"a", "red", "b", "nir"}, {"c", "nir", "d", "red"}, {0}, "bands missing: a, b"},
    {{"B1 a", "B2 a", "B1 b", "B2 b"}, {"B2 c", "B1 c", "B2 d", "B1 d"}, {0}, "is another one"},
    {{"a_red", "b_red", "a_rededge", "b_rededge"},
     {"c_rededge", "d_rededge", "c_red", "d_red"},
     {0},
     "band 1 is another one"},
    /* different tokens that may be the same bands: by order */
    {{"B02", "B03", "B04", "B08"}, {"blue", "green", "red", "nir"}, {0, 1, 2, 3}, NULL},
    {{"B02", "B03", "B04", "B08"}, {"Band 1", "Band 2", "Band 3", "Band 4"}, {0, 1, 2, 3}, NULL},
    {{"d1_red", "d1_nir", "d2_red", "d2_nir"},
     {"d8_red", "d8_nir", "d9_red", "d9_nir"},
     {0, 1, 2, 3},
     NULL},
};

static void test_names_of_other_dates(void)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const name_case *one = &NAMES[i];
        made_source made;
        s2_band_offer offers[6];
        int count = 0, order[MAX_BANDS];
        s2rgf_error err = {S2RGF_OK, ""};
        for (; count < 6 && one->offers[count]; count++)
            offers[count] = (s2_band_offer){one->offers[count], NAN};
        make_source(&made, 4, one->model, NULL);
        const s2rgf_status status = s2_model_match_bands(
            &made.source, &(s2_band_offers){offers, count, NULL, 0}, order, NULL, &err);
        bool right = status == (one->refusal ? S2RGF_MISMATCH : S2RGF_OK);
        for (int b = 0; b < 4 && right && !one->refusal; b++)
            right = order[b] == one->order[b];
        if (!CHECK(right && (!one->refusal || strstr(err.message, one->refusal))))
            printf("    %s: %s\n", one->model[0], err.message);
        free_source(&made, true);
    }
}

/** A source of one band has no order, so nothing is told, but its name may be another one. */
static void test_single_bands(void)
{
    made_source made;
    make_source(&made, 1, (const char *const[]){"T11_20210708_B02"}, NULL);
    const s2_band_offer same[] = {{"T12_20220801_B02", NAN}}, other[] = {{"T12_20220801_B03", NAN}},
                        unknown[] = {{"dem", NAN}};
    check_match(&made, same, 1, (const int[]){0}, "");
    check_match(&made, unknown, 1, (const int[]){0}, "");
    CHECK_STR(told, "");
    check_match(&made, other, 1, NULL,
                "source msi: band 1 is another one: expected T11_20210708_B02, found "
                "T12_20220801_B03; the model has T11_20210708_B02, the raster T12_20220801_B03");
    free_source(&made, true);
}

static bool lie_alike(const made_source *made, const s2_band_offers *offers, int *order)
{
    bool same = false;
    CHECK(s2_model_match_same(&made->source, offers, order, &same, NULL) == S2RGF_OK);
    return same;
}

/** Bands chosen of files are found in files with as many, else as all bands are. */
static void test_numbers(void)
{
    static const int numbers[] = {1, 2, 3, 4, 5};
    s2_band_offer plain[] = {{"", NAN}, {"", NAN}, {"", NAN}, {"", NAN}, {"", NAN}};
    const s2_band_offer named[] = {
        {"red", NAN}, {"green", NAN}, {"blue", NAN}, {"nir", NAN}, {"swir", NAN}};
    const s2_band_offers offers = {plain, 5, numbers, 5}, four = {plain, 4, numbers, 4},
                         others = {named, 5, numbers, 5}, lacking = {plain, 4, numbers, 5};
    int order[MAX_BANDS];
    made_source made;
    make_source(&made, 3, NULL, NULL);
    CHECK(!s2_model_bands_numbered(&made.source));
    CHECK(!lie_alike(&made, &offers, order));
    made.source.file_bands = 3;
    for (int i = 0; i < 3; i++)
        made.bands[i].number = i + 1;
    CHECK(!s2_model_bands_numbered(&made.source));
    made.source.file_bands = 5;
    for (int i = 0; i < 3; i++)
        made.bands[i].number = (const int[]){5, 1, 2}[i];
    CHECK(s2_model_bands_numbered(&made.source));
    CHECK(lie_alike(&made, &offers, order) && order[0] == 4 && order[1] == 0 && order[2] == 1);
    CHECK(!lie_alike(&made, &four, order));
    CHECK(!lie_alike(&made, &others, order));
    CHECK(!lie_alike(&made, &lacking, order));
    memset(order, 0, sizeof order);
    CHECK(s2_model_match_bands(&made.source, &offers, order, NULL, NULL) == S2RGF_OK);
    CHECK(order[0] == 4 && order[1] == 0 && order[2] == 1);
    /* files of another layout: in their order, which is doubtful; or not at all */
    check_match(&made, plain, 3, (const int[]){0, 1, 2}, "");
    CHECK_STR(told, "source msi: nothing tells which band is which, so they are taken in their "
                    "order: the model has 5, 1, 2; the raster has 1, 2, 3");
    check_match(&made, plain, 4, NULL, "source msi: 1 band too many: expected 3 bands, found 4");
    made.bands[0].wavelength_nm = 1600;
    CHECK(!lie_alike(&made, &offers, order));
    plain[4].wavelength_nm = 1600;
    CHECK(lie_alike(&made, &offers, order));
}

int main(void)
{
    test_wavelengths();
    test_close_wavelengths();
    test_many_wavelengths();
    test_names();
    test_names_as_the_model_stores_them();
    test_order();
    test_names_of_other_dates();
    test_single_bands();
    test_numbers();
    return harness_end();
}
