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
    {"vineyard vigne vignoble weinberg weinbau rebflache vinedo vinha =vines",
     {{0x8E, 0x44, 0x8E}, {0xB0, 0x7A, 0xB8}, {0x6A, 0x2B, 0x6E}}},
    {"wetland marsh swamp mangrove =bog =bogs =mire =moor =moore sumpf feuchtgebiet marais "
     "tourbi humedal pantano turber brejo",
     {{0x2A, 0xA1, 0x98}, {0x6F, 0xC7, 0xBD}, {0x1B, 0x6F, 0x72}}},
    {"snow glacier =ice schnee gletscher =eis neige =glace nieve hielo glaciar =neve =gelo "
     "geleira",
     {{0xDF, 0xF1, 0xFA}, {0xBF, 0xE3, 0xF2}, {0xA6, 0xD3, 0xE8}}},
    {"water river =lake =lakes =sea ocean =pond =ponds =canal =canals reservoir wasser "
     "gewasser gewaesser fluss teich =see =bach =bache =eau =eaux riviere ruisseau fleuve =lac "
     "=lacs =mer etang =agua =aguas =rio =rios =lago =lagos lagoa laguna =mar =stream =streams",
     {{0x1F, 0x78, 0xC8}, {0x5B, 0xA3, 0xE0}, {0x0B, 0x4F, 0x91}}},
    {"shrub =bush =bushes heath scrub matorral strauch gebusch gebuesch heide arbust =lande "
     "=landes macchia maquis",
     {{0x9A, 0x9A, 0x32}, {0xB8, 0xB8, 0x60}, {0x74, 0x74, 0x1E}}},
    {"forest =wood =woods woodland tree wald =forst =forste geholz gehoelz baum baume =foret "
     "=forets =bois boise arbre bosque =selva arbol arbole floresta =mata arvore conifer "
     "decidu broadlea",
     {{0x1B, 0x6B, 0x2A}, {0x3F, 0x8F, 0x4F}, {0x0E, 0x48, 0x1D}}},
    {"meadow grass pasture =lawn =lawns wiese weide rasen grunland gruenland =gras prairie "
     "pelouse paturage herbe herbage pradera =prado =prados hierba cesped =relva =pasto "
     "=pastos pastizal pastag savan steppe",
     {{0x9C, 0xD0, 0x5C}, {0xC0, 0xE0, 0x8A}, {0x7D, 0xB8, 0x3E}}},
    {"crop farmland =field =fields agric arable acker =feld =felder getreide =mais maize =corn "
     "wheat weizen barley cultur cultiv =champ =champs lavoura trigo milho =maiz stubble "
     "stoppel chaume rastrojo",
     {{0xF2, 0xD1, 0x4B}, {0xE8, 0xB0, 0x2E}, {0xF7, 0xE4, 0x94}}},
    {"=rock =rocks =rocky gravel =fels felsen gestein roche rocher =roca =rocas =rocha =rochas",
     {{0x9B, 0x8F, 0x86}, {0xB9, 0xAF, 0xA8}, {0x78, 0x6C, 0x64}}},
    {"=sand =sands =beach =beaches =dune =dunes =strand =sable plage =arena playa areia praia",
     {{0xEB, 0xDD, 0xB0}, {0xF5, 0xEC, 0xD0}, {0xD9, 0xC5, 0x8A}}},
    {"soil =bare =earth =boden =erde =sol =sols =nue =nues suelo =tierra =solo =solos =terra "
     "fallow brache jachere",
     {{0xA8, 0x72, 0x3F}, {0xC6, 0x98, 0x6A}, {0x7A, 0x4E, 0x26}}},
    {"=road =roads street highway motorway asphalt parking =rail railway railroad strasse =weg "
     "=wege autobahn fahrbahn =bahn pavement =route =routes =rue =rues chemin carretera camino "
     "=calle =calles estrada rodovia caminho =rua =ruas",
     {{0x6E, 0x6E, 0x6E}, {0x92, 0x92, 0x92}, {0x4C, 0x4C, 0x4C}}},
    {"urban urbain built building house roof settle resid =city =town industr commerc siedlung "
     "gebaude gebaeude =haus hauser =dach stadt bebau wohn =bati batiment maison habitation "
     "=casa =casas =ville =toit =toits ciudad edific tejado construc cidade telhado imperv "
     "versiegel",
     {{0xD7, 0x30, 0x27}, {0xE8, 0x6A, 0x5E}, {0xA8, 0x1F, 0x1F}}},
};

/* Words with which a name does not say what is there. */
static const char elsewhere[] =
    "=non =no =not =without =kein =keine =nicht =ohne =sin =sans =sem =nao "
    "=gain =loss =change =to =new =former";

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

/** A name as words of small plain letters, each behind a blank. */
static void fold_name(const char *name, char words[LONGEST_NAME + 2])
{
    size_t length = 0, left = strlen(name);
    bool in_word = false;
    while (left > 0 && length + 2 < LONGEST_NAME) {
        uint32_t code = 0;
        const size_t bytes = s2_utf8_decode(name, left, &code);
        /* an accent that follows its letter, as in names of files from some systems */
        const bool accent = bytes > 0 && code >= 0x300 && code <= 0x36F;
        const char letter = bytes > 0 ? plain_letter(code) : '\0';
        if (letter != '\0' && !in_word)
            words[length++] = ' ';
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

/** Whether a stem is in the words: at the start of one, or, if it is long, at its end. */
static bool has_stem(const char *words, const char *stem, size_t length)
{
    const bool whole = stem[0] == '=';
    stem += whole;
    length -= whole;
    for (const char *at = words; *at != '\0'; at++) {
        if (strncmp(at, stem, length) != 0)
            continue;
        const bool starts = at > words && at[-1] == ' ', ends = at[length] == ' ';
        if ((starts && ends) || (!whole && (starts || (ends && length >= LONG_STEM))))
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
    if (has_any(words, elsewhere))
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
