/* Tests of core/class_table.h. */
#include "core/class_table.h"

#include <math.h>

#include "core/class_colour.h"

#include "../harness.h"

static const uint8_t RED[3] = {255, 0, 0};

static void test_order_and_lookup(void)
{
    s2_class_table table = {0};
    s2rgf_error err;
    CHECK(s2_class_table_find_value(&table, 1) == -1);
    CHECK(s2_class_table_find_name(&table, "water") == -1);
    char name[] = "water";
    REQUIRE(s2_class_table_add(&table, 300, name, NULL, &err) == S2RGF_OK);
    name[0] = 'W'; /* the table keeps a copy */
    REQUIRE(s2_class_table_add(&table, 7, "forest", RED, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&table, 65535, "rock", NULL, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&table, 20, "meadow", NULL, &err) == S2RGF_OK);
    REQUIRE(table.count == 4);
    CHECK(table.items[0].value == 7 && table.items[1].value == 20);
    CHECK(table.items[2].value == 300 && table.items[3].value == 65535);
    CHECK_STR(table.items[2].name, "water");
    CHECK(table.items[0].has_colour && memcmp(table.items[0].rgb, RED, 3) == 0);
    CHECK(!table.items[1].has_colour);
    for (int i = 0; i < table.count; i++) {
        CHECK(s2_class_table_find_value(&table, table.items[i].value) == i);
        CHECK(s2_class_table_find_name(&table, table.items[i].name) == i);
    }
    CHECK(s2_class_table_find_value(&table, 8) == -1);
    CHECK(s2_class_table_find_name(&table, "Water") == -1);
    s2_class_table_clear(&table);
    CHECK(table.count == 0 && !table.items);
    s2_class_table_clear(&table);
}

static void test_refusals(void)
{
    s2_class_table table = {0};
    s2rgf_error err;
    CHECK(s2_class_table_add(&table, 0, "nothing", NULL, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "\"nothing\"");
    CHECK_CONTAINS(err.message, "found 0");
    CHECK(s2_class_table_add(&table, 65536, "far", NULL, &err) == S2RGF_FORMAT);
    CHECK(s2_class_table_add(&table, -1, "negative", NULL, NULL) == S2RGF_FORMAT);
    REQUIRE(s2_class_table_add(&table, 5, "soil", NULL, &err) == S2RGF_OK);
    CHECK(s2_class_table_add(&table, 5, "sand", NULL, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "\"sand\"");
    CHECK_CONTAINS(err.message, "\"soil\"");
    CHECK(s2_class_table_add(&table, 6, "soil", NULL, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "value 5 and value 6");
    CHECK(table.count == 1);
    s2_class_table_clear(&table);
}

static void test_limit(void)
{
    s2_class_table table = {0};
    s2rgf_error err;
    for (int i = 0; i < S2RGF_MAX_CLASSES; i++) {
        char name[32];
        snprintf(name, sizeof name, "class %d", i);
        /* Descending: every one goes to the front. */
        REQUIRE(s2_class_table_add(&table, 2000 - i, name, NULL, &err) == S2RGF_OK);
    }
    CHECK(s2_class_table_add(&table, 1, "one more", NULL, &err) == S2RGF_FORMAT);
    CHECK(table.count == S2RGF_MAX_CLASSES);
    bool ascending = true;
    for (int i = 1; i < table.count; i++)
        ascending = ascending && table.items[i - 1].value < table.items[i].value;
    CHECK(ascending);
    s2_class_table_clear(&table);
}

static void test_paint(void)
{
    enum { CLASSES = 24 };
    const uint8_t orange[3] = {0xE6, 0x9F, 0x00};
    s2_class_table table = {0};
    s2rgf_error err;
    for (int i = 0; i < CLASSES; i++) {
        char name[32];
        snprintf(name, sizeof name, "class %d", i);
        const uint8_t *given = i == 20 ? orange : NULL;
        REQUIRE(s2_class_table_add(&table, i + 1, name, given, &err) == S2RGF_OK);
    }
    s2_class_table_paint(&table);
    CHECK(memcmp(table.items[20].rgb, orange, 3) == 0);
    for (int i = 0; i < CLASSES; i++) {
        CHECK(table.items[i].has_colour);
        for (int j = 0; j < i; j++)
            CHECK(memcmp(table.items[i].rgb, table.items[j].rgb, 3) != 0);
    }
    uint8_t before[3];
    memcpy(before, table.items[3].rgb, 3);
    REQUIRE(s2_class_table_add(&table, 100, "beyond the palette", NULL, &err) == S2RGF_OK);
    s2_class_table_paint(&table);
    CHECK(table.items[CLASSES].has_colour);
    CHECK(memcmp(table.items[3].rgb, before, 3) == 0);
    s2_class_table_clear(&table);
}

/** The least distance between the colours of so many classes, of which one came with a colour. */
static double closest_colours(int count)
{
    s2_class_table table = {0};
    s2rgf_error err;
    double least = INFINITY;
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "class %d", i);
        REQUIRE(s2_class_table_add(&table, i + 1, name, i == 7 ? RED : NULL, &err) == S2RGF_OK);
    }
    s2_class_table_paint(&table);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            least = fmin(least, s2_colour_distance(table.items[i].rgb, table.items[k].rgb));
    s2_class_table_clear(&table);
    return least;
}

/* More classes than the palette has colours: none has that of another, and few are hard to tell. */
static void test_paint_beyond_palette(void)
{
    CHECK(closest_colours(24) >= 60.0 && closest_colours(25) >= 60.0);
    CHECK(closest_colours(60) >= 60.0);
    CHECK(closest_colours(S2RGF_MAX_CLASSES) > 0.0);
}

/** The kind of a name: its usual colour as a number, 0 where it has none. */
static unsigned colour_of(const char *name)
{
    const uint8_t(*shades)[3];
    if (!s2_class_colours(name, &shades))
        return 0;
    return (unsigned)shades[0][0] << 16 | (unsigned)shades[0][1] << 8 | shades[0][2];
}

static void test_customary_colours(void)
{
    static const struct {
        unsigned colour;
        const char *names[10];
    } kinds[] = {
        {0x1F78C8,
         {"water", "Water bodies", "RIVER", "Wasserfläche", "Gewässer", "eau", "rivière", "agua",
          "Rio"}},
        {0x1B6B2A,
         {"forest", "Trees", "Nadelwald", "Gehölz", "Forêt", "bosque", "árboles", "Floresta",
          "urban trees"}},
        {0x9CD05C, {"meadow", "grassland", "Grünland", "Wiese", "prairie", "pradera", "pastagem"}},
        {0xF2D14B, {"crop", "Cropland 2", "Acker", "cultures", "cultivos", "lavoura", "stubble"}},
        {0xA8723F, {"soil", "bare soil", "Boden", "sols", "suelo desnudo", "solo"}},
        {0xD73027, {"urban", "built-up", "Siedlung", "Gebäude", "bâti", "edificios", "cidade"}},
        {0x6E6E6E, {"road", "Highway", "Straße", "Landstrasse", "route", "carretera", "estrada"}},
        {0xDFF1FA, {"snow", "ice", "Schnee", "neige", "nieve", "neve"}},
        {0x1F78C8, {"Bäche", "ruisseaux", "fleuve", "ríos", "lagoas", "streams"}},
        {0x1B6B2A, {"Forst", "boisement", "selva", "Wa\u0308lder", "fore\u0302t"}},
        {0x9CD05C, {"herbes", "hierba", "césped", "relva"}},
        {0xF2D14B, {"farmland", "cultura", "culturas anuais"}},
        {0xA8723F, {"terre nue", "tierra", "terra nua"}},
        {0x6E6E6E, {"chemin", "camino rural", "caminhos", "rodovia", "Fahrbahn", "pavement"}},
        {0xD73027, {"zone urbaine", "tissu urbain", "bâtiments", "maisons", "casas", "Wohngebiet"}},
        {0,
         {"non-forest", "stable non-forest", "kein Wald", "forest loss", "forest gain", "class 3",
          "deforestation", "licence", "Seegras2x", "price"}},
        {0,
         {"burned forest", "treeless", "soilless", "ice-free", "nonforest", "snow pea",
          "watermelon", "residue", "cultural site", "Baumwolle"}},
        {0x1F78C8, {"SeaLake", "Waldsee", "Meer", "lagoon", "embalse", "OpenWater"}},
        {0x9CD05C, {"HerbaceousVegetation", "roadside meadow", "rangeland"}},
        {0xA8723F, {"Barren Land", "bareland", "BareSoil", "Brachland"}},
        {0xD73027, {"Dachfläche", "Gewerbegebiet", "área construída", "Developed, High"}},
        {0x1F78C8, {"Seeflaechen", "Meeresfläche"}},
        {0, {"undeveloped", "Wegerich"}},
        {0xF2D14B, {"rice", "monoculture", "blé", "Zuckerrüben", "campo agrícola", "soja"}},
        {0x1B6B2A, {"FORÊT", "Nadelholz", "feuillus", "Waelder"}},
        {0x1B6B2A, {"Laubwälder", "Mischwaldbestand", "Forstfläche", "matas"}},
        {0x9CD05C, {"Magerwiesen", "Viehweiden", "gramado", "gazon"}},
        {0xF2D14B, {"Maisfelder", "Kornfeld", "sembrado", "cana-de-açúcar"}},
        {0xF2D14B, {"Non-irrigated arable land", "Permanently irrigated land", "no irrigados"}},
        {0xD73027, {"suelo urbano", "sol urbain"}},
        {0x9B8F86, {"rock outcrop", "outcrops"}},
        {0x6E6E6E, {"Landstraßen", "asfalto", "voie ferrée"}},
        {0xD73027, {"Dächer", "surfaces bâties", "artificial surfaces"}},
        {0,
         {"forêt incendiée", "bosque incendiado", "verbrannter Wald", "Waldbrandfläche",
          "pas d'eau", "hors forêt", "seagrass", "underwater", "sports field"}},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int i = 0; i < 10 && kinds[k].names[i]; i++)
            if (!CHECK(colour_of(kinds[k].names[i]) == kinds[k].colour))
                printf("    %s: %06x, expected %06x\n", kinds[k].names[i],
                       colour_of(kinds[k].names[i]), kinds[k].colour);
}

/* Three forests in three greens, what has no customary colour clearly apart from all that have. */
static void test_paint_by_name(void)
{
    static const char *const names[] = {"oak forest", "water",    "pine forest", "kelp",
                                        "forest 3",   "forest 4", "mill",        "grass"};
    s2_class_table table = {0};
    s2rgf_error err;
    for (int i = 0; i < 8; i++)
        REQUIRE(s2_class_table_add(&table, i + 1, names[i], i == 1 ? RED : NULL, &err) == S2RGF_OK);
    s2_class_table_paint(&table);
    CHECK(memcmp(table.items[1].rgb, RED, 3) == 0);
    const uint8_t dark[3] = {0x1B, 0x6B, 0x2A};
    CHECK(memcmp(table.items[0].rgb, dark, 3) == 0);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < i; k++) {
            CHECK(memcmp(table.items[i].rgb, table.items[k].rgb, 3) != 0);
            if (i == 3 || i == 6 || k == 3 || k == 6)
                CHECK(s2_colour_distance(table.items[i].rgb, table.items[k].rgb) >= 100.0);
        }
    s2_class_table_clear(&table);
}

/* All kinds, four times over, and a road that came with a grey: shades, too, can be told apart. */
static void test_paint_many_kinds(void)
{
    static const char *const kinds[] = {"vineyard", "marsh", "snow", "water", "heath",
                                        "forest",   "grass", "crop", "rock",  "sand",
                                        "soil",     "road",  "urban"};
    const uint8_t grey[3] = {0x9A, 0x90, 0x88};
    s2_class_table table = {0};
    for (int i = 0; i < 52; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %d", kinds[i % 13], i);
        REQUIRE(s2_class_table_add(&table, i + 1, name, i == 11 ? grey : NULL, NULL) == S2RGF_OK);
    }
    s2_class_table_paint(&table);
    for (int i = 0; i < 52; i++)
        for (int k = 0; k < i; k++)
            if (!CHECK(s2_colour_distance(table.items[i].rgb, table.items[k].rgb) >= 60.0))
                printf("    %s, %s\n", table.items[i].name, table.items[k].name);
    s2_class_table_clear(&table);
}

static void test_copy(void)
{
    s2_class_table from = {0};
    s2rgf_error err;
    REQUIRE(s2_class_table_add(&from, 2, "b", RED, &err) == S2RGF_OK);
    REQUIRE(s2_class_table_add(&from, 1, "a", NULL, &err) == S2RGF_OK);
    s2_class_table to;
    REQUIRE(s2_class_table_copy(&from, &to, &err) == S2RGF_OK);
    s2_class_table_clear(&from);
    REQUIRE(to.count == 2);
    CHECK_STR(to.items[0].name, "a");
    CHECK_STR(to.items[1].name, "b");
    CHECK(!to.items[0].has_colour && to.items[1].has_colour);
    CHECK(memcmp(to.items[1].rgb, RED, 3) == 0);
    REQUIRE(s2_class_table_add(&to, 3, "c", NULL, &err) == S2RGF_OK);
    CHECK(to.count == 3);
    s2_class_table_clear(&to);

    const s2_class_table empty = {0};
    REQUIRE(s2_class_table_copy(&empty, &to, &err) == S2RGF_OK);
    CHECK(to.count == 0);
    s2_class_table_clear(&to);
}

int main(void)
{
    test_order_and_lookup();
    test_refusals();
    test_limit();
    test_paint();
    test_paint_beyond_palette();
    test_customary_colours();
    test_paint_by_name();
    test_paint_many_kinds();
    test_copy();
    return harness_end();
}
