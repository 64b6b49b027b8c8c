/* Which band of a raster serves which band of a model: by wavelength, name, order, or none. */
#include <math.h>

#include "core/memory.h"
#include "harness.h"
#include "model/file.h"

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
        made->bands[i].name = names != NULL ? s2_strdup(names[i]) : unnamed;
        made->bands[i].wavelength_nm = wavelengths != NULL ? wavelengths[i] : NAN;
    }
}

static void free_source(made_source *made, bool named)
{
    for (int i = 0; named && i < made->source.band_count; i++)
        s2_free(made->bands[i].name);
}

/** Match and compare; wanted NULL: refused with this message. */
static void check_match(const made_source *made, const s2_band_offer *offers, int offer_count,
                        const int *wanted, const char *message)
{
    int order[MAX_BANDS];
    s2rgf_error err = {S2RGF_OK, ""};
    const s2rgf_status status =
        s2_model_match_bands(&made->source, offers, offer_count, order, &err);
    CHECK_STR(err.message, message);
    CHECK(status == (wanted != NULL ? S2RGF_OK : S2RGF_MISMATCH));
    for (int i = 0; wanted != NULL && i < made->source.band_count; i++)
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
    check_match(&made, twice, 5, NULL, "source msi: bands missing: B02: expected 4 bands, found 5");
    /* None in common, such as names of files of another date: order. */
    const s2_band_offer dated[] = {{"d1", NAN}, {"d2", NAN}, {"d3", NAN}, {"d4", NAN}};
    check_match(&made, dated, 4, (const int[]){0, 1, 2, 3}, "");
    check_match(&made, dated, 3, NULL,
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
    const s2_band_offer offers[] = {{"a", 1}, {"b", 2}, {"c", NAN}, {"d", NAN}};
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
    check_match(&made, offers, 2, NULL, "source msi: 1 band too few: expected 3 bands, found 2");
    check_match(&made, offers, 4, NULL, "source msi: 1 band too many: expected 3 bands, found 4");
    /* Equal names say nothing. */
    make_source(&made, 3, (const char *const[]){"a", "a", "b"}, NULL);
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
    free_source(&made, true);
    /* Wavelengths on one side only. */
    make_source(&made, 3, NULL, (const double[]){500, 600, 700});
    check_match(&made, offers, 3, (const int[]){0, 1, 2}, "");
}

int main(void)
{
    test_wavelengths();
    test_close_wavelengths();
    test_many_wavelengths();
    test_names();
    test_names_as_the_model_stores_them();
    test_order();
    return harness_end();
}
