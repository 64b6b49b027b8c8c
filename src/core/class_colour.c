/* Colours that people expect of a class by what it is called. */
#include "core/class_colour.h"

#include <math.h>
#include <string.h>

#include "core/utf8.h"

#define LONGEST_NAME 256 /* letters of a name that are looked at */
#define LONG_STEM 4      /* letters from which a stem may stand at the end of a word: Laubwald */

/**
 * A kind of land cover: stems of words for it, small letters without accents; "=" marks whole words.
 */
typedef struct cover {
    const char *stems;
    uint8_t shades[S2_COLOUR_SHADES][3];
} cover;

/* The first that fits is taken: "urban trees" are trees. */
static const cover covers[] = {
    {"vineyard vigne vignoble weinberg weinbau rebflache vinedo vinha =vinas =vines",
     {{0x8E, 0x44, 0x8E}, {0xB0, 0x7A, 0xB8}, {0x5F, 0x21, 0x63}}},
    {"wetland marsh swamp mangrove =bog =bogs =mire =moor =moore sumpf feuchtgebiet marais "
     "moorgebiet marecag tourbi humedal pantano turber brejo peat =fen =fens",
     {{0x2A, 0xA1, 0x98}, {0x6F, 0xC7, 0xBD}, {0x1B, 0x6F, 0x72}}},
    {"snow glacier =ice schnee gletscher =eis neige =glace nieve hielo glaciar =neve =gelo "
     "geleira",
     {{0xDF, 0xF1, 0xFA}, {0xB0, 0xD8, 0xEC}, {0x86, 0xBC, 0xDD}}},
    {"water river =lake =lakes =sea ocean =pond =ponds =canal =canals reservoir wasser "
     "gewasser gewaesser fluss teich =see =bach =bache =eau =eaux riviere ruisseau fleuve =lac "
     "=kanal =kanale =lacs =mer etang meer =seen stausee badesee baggersee bergsee waldsee bodensee "
     "lagoon estuar creek embalse represa fluesse albufeira =agua =aguas =rio =rios =lago =lagos lagoa "
     "laguna =mar =stream =streams",
     {{0x1F, 0x78, 0xC8}, {0x5B, 0xA3, 0xE0}, {0x0B, 0x4F, 0x91}}},
    {"shrub =bush =bushes heath scrub matorral strauch gebusch gebuesch heide arbust =lande busch "
     "=landes macchia maquis garrigue broussaille matagal chaparral buesche",
     {{0x9A, 0x9A, 0x32}, {0xBD, 0xBD, 0x6A}, {0x70, 0x70, 0x1C}}},
    {"forest =wood =woods woodland tree wald =forst =forste geholz gehoelz baum baume =foret "
     "=forets =bois boise arbre bosque =selva arbol arbole floresta =mata =matas arvore conifer "
     "decidu broadlea laubholz nadelholz feuillu resineux frondos walder "
     "waelder =baeume laubwald nadelwald mischwald forstfl",
     {{0x1B, 0x6B, 0x2A}, {0x3F, 0x8F, 0x4F}, {0x0C, 0x3F, 0x18}}},
    {"meadow grass pasture =lawn =lawns wiese weide rasen grunland gruenland =gras prairie "
     "pelouse paturage herbe herbage pradera =prado =prados hierba cesped =relva =pasto "
     "=pastos pastizal pastag savan grasland steppe herbac rangeland turf "
     "herbaz =grama gramado gramine =capim gazon",
     {{0x9C, 0xD0, 0x5C}, {0xC8, 0xEB, 0xA0}, {0x6F, 0xA8, 0x32}}},
    {"=rock =rocks =rocky gravel =fels felsen gestein roche rocher "
     "=roca =rocas =rocha =rochas =kies kiesgrub gravier outcrop",
     {{0x9B, 0x8F, 0x86}, {0xBF, 0xB4, 0xAC}, {0x6E, 0x5F, 0x55}}},
    {"crop farmland irrigat irrigue irrigad bewasser bewaesser =field =fields agric arable acker =feld "
     "=felder getreide =mais maize =corn "
     "wheat weizen barley =culture =cultures =cultura =culturas cultiv =champ =champs lavoura trigo "
     "milho =maiz stubble maisf rapsf reisf kornf cornf ricef labranza sembrad regadio =cana "
     "stoppel chaume rastrojo =rice =paddy =paddies soybean =soy soja =raps rapeseed =colza aecker "
     "sunflower sonnenblum tournesol girasol zuckerrub =ble =arroz =riz kartoffel gerste hafer monocultur",
     {{0xF2, 0xD1, 0x4B}, {0xE6, 0xA0, 0x1E}, {0xFA, 0xEE, 0xA0}}},
    {"=sand =sands =beach =beaches =dune =dunes =duna =dunas =strand =sable plage =arena playa areia praia "
     "sandstrand",
     {{0xEB, 0xDD, 0xB0}, {0xFB, 0xF3, 0xE4}, {0xCF, 0xB3, 0x6B}}},
    {"urban urbain built building house roof settle residen =city =town industr commerc siedlung "
     "gebaude gebaeude =haus hauser =dach stadt bebau wohn =bati =batie "
     "=batis =baties batiment maison habitation "
     "=casa =casas =ville =toit =toits ciudad edific tejado constru cidade telhado imperv "
     "versiegel haeuser dacher "
     "daecher artifici =developed gewerbe =village =dorf =pueblo =aldea",
     {{0xD7, 0x30, 0x27}, {0xE8, 0x6A, 0x5E}, {0xA8, 0x1F, 0x1F}}},
    {"soil =bare =earth =boden =erde =sol =sols =nue =nues suelo =tierra =solo =solos =terra "
     "fallow brach barbecho pousio jachere barren bareland sandboden",
     {{0xA8, 0x72, 0x3F}, {0xC6, 0x98, 0x6A}, {0x7A, 0x4E, 0x26}}},
    {"=road =roads street highway motorway asphalt parking =rail railway railroad strasse =weg "
     "=wege autobahn fahrbahn =bahn pavement =route =routes =rue =rues =paved verkehr chemin carretera camino "
     "=calle =calles estrada rodovia caminho =rua =ruas "
     "asfalt paviment autopista ferrocarril =voie =voies",
     {{0x6E, 0x6E, 0x6E}, {0x92, 0x92, 0x92}, {0x4C, 0x4C, 0x4C}}},
};

/* Words with which a name does not say what is there, and plants that are called after it. */
static const char elsewhere[] =
    "=no =not =without =kein =keine =nicht =ohne =sin =sans =sem =nao =pas =hors =underwater "
    "=gain =loss =change =to =new =former =free =dead less non burn brule quemad queimad "
    "charred incend ardid verbrann abgebrann waldbrand seagrass seegras =sport =sports football "
    "=pea =peas melon melone lily lilies erbse erbsen baumwoll";

/* Kinds of field, of which "non-irrigated" is one. */
static const char with_non[] = "irrigat irrigue irrigad";

/** A letter without its accent, small; 0 for what is no letter of these languages. */
static char plain_letter(uint32_t code)
{
    static const char latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuyps";
    if (code >= 'A' && code <= 'Z')
        return (char)(code - 'A' + 'a');
    if (code >= 'a' && code <= 'z')
        return (char)code;
    return code >= 0xC0 && code <= 0xFF && latin[code & 0x1F] != ' ' ? latin[code & 0x1F] : '\0';
}

/** A name as words of small plain letters, each behind a blank; SeaLake is two words. */
static void fold_name(const char *name, char words[LONGEST_NAME + 2])
{
    size_t length = 0, left = strlen(name);
    bool in_word = false, was_small = false;
    while (left > 0 && length + 2 < LONGEST_NAME) {
        uint32_t code = 0;
        const size_t bytes = s2_utf8_decode(name, left, &code);
        /* an accent that follows its letter, as in names of files from some systems */
        const bool accent = bytes > 0 && code >= 0x300 && code <= 0x36F;
        const char letter = bytes > 0 ? plain_letter(code) : '\0';
        if (letter != '\0' && (!in_word || (was_small && code >= 'A' && code <= 'Z')))
            words[length++] = ' ';
        was_small = code >= 'a' && code <= 'z';
        if (letter != '\0')
            words[length++] = letter;
        if (code == 0xDF) /* sharp s */
            words[length++] = 's';
        in_word = letter != '\0' || (accent && in_word);
        name += bytes > 0 ? bytes : 1;
        left -= bytes > 0 ? bytes : 1;
    }
    words[length] = ' ';
    words[length + 1] = '\0';
}

/** Whether a word ends here, or with the ending of a plural: Laubwälder, Landstraßen. */
static bool ends_word(const char *at)
{
    const size_t ending = strspn(at, "enrs");
    return ending <= 2 && at[ending] == ' ';
}

/** Whether a word ends here, or only the German word for area follows: Dachflaeche. */
static bool is_whole(const char *at)
{
    return *at == ' ' || strncmp(at, "flache", 6) == 0 || strncmp(at, "flaeche", 7) == 0;
}

/** Whether a stem is in the words: at the start of one, or, if it is long, at its end. */
static bool has_stem(const char *words, const char *stem, size_t length)
{
    const bool whole = stem[0] == '=';
    stem += whole;
    length -= whole;
    for (const char *at = words; *at != '\0'; at++) {
        if (strncmp(at, stem, length) != 0)
            continue;
        const bool starts = at > words && at[-1] == ' ';
        if (whole ? starts && is_whole(at + length)
                  : starts || (length >= LONG_STEM && ends_word(at + length)))
            return true;
    }
    return false;
}

static bool has_any(const char *words, const char *stems)
{
    while (*stems != '\0') {
        const size_t length = strcspn(stems, " ");
        if (has_stem(words, stems, length))
            return true;
        stems += length + strspn(stems + length, " ");
    }
    return false;
}

bool s2_class_colours(const char *name, const uint8_t (**shades)[3])
{
    char words[LONGEST_NAME + 2];
    fold_name(name, words);
    if (has_any(words, elsewhere) && !has_any(words, with_non))
        return false;
    for (size_t i = 0; i < sizeof covers / sizeof covers[0]; i++)
        if (has_any(words, covers[i].stems)) {
            *shades = covers[i].shades;
            return true;
        }
    return false;
}

double s2_colour_distance(const uint8_t a[3], const uint8_t b[3])
{
    /* the "redmean" approximation: channels weigh as the eye sees them */
    const double red = 0.5 * (a[0] + b[0]) / 256.0;
    const double d[3] = {(double)a[0] - b[0], (double)a[1] - b[1], (double)a[2] - b[2]};
    return sqrt((2.0 + red) * d[0] * d[0] + 4.0 * d[1] * d[1] + (3.0 - red) * d[2] * d[2]);
}
