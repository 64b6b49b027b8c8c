/* UTF-8 text from outside: well formed, and fit to be shown as a name. */
#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "s2rgf/base.h"

#define ESCAPE_BYTES 8 /* the longest, "\\u202e", with its zero */

size_t s2_utf8_decode(const char *bytes, size_t left, uint32_t *code)
{
    const unsigned char *p = (const unsigned char *)bytes;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    const size_t length = p[0] >= 0xF8   ? 0
                          : p[0] >= 0xF0 ? 4
                          : p[0] >= 0xE0 ? 3
                          : p[0] >= 0xC0 ? 2
                                         : 0;
    if (length == 0 || length > left)
        return 0;
    uint32_t value = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (p[i] & 0x3Fu);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *code = value;
    return length;
}

bool s2_utf8_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xFFFE || code == 0xFFFF;
}

bool s2_utf8_valid(const char *bytes, size_t length)
{
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = s2_utf8_decode(bytes + i, length - i, &code);
        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

const char *s2_utf8_skip_mark(const char *text)
{
    return strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
}

bool s2_utf8_printable(const char *text)
{
    const size_t length = strlen(text);
    uint32_t code;
    for (size_t i = 0; i < length;) {
        const size_t step = s2_utf8_decode(text + i, length - i, &code);
        if (step == 0 || s2_utf8_is_control(code))
            return false;
        i += step;
    }
    return true;
}

void s2_utf8_clean(char *text, size_t max_bytes)
{
    const size_t length = strlen(text);
    size_t out = 0;
    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t step = s2_utf8_decode(text + i, length - i, &code);
        const bool fit = step > 0 && !s2_utf8_is_control(code);
        if (step == 0)
            step = 1;
        if (out + (fit ? step : 1) > max_bytes)
            break;
        if (fit) {
            memmove(text + out, text + i, step);
            out += step;
        } else {
            text[out++] = '_';
        }
        i += step;
    }
    text[out] = '\0';
}

/** The character at the beginning of text as it may be shown; returns its bytes in text. */
static size_t show_character(const char *text, size_t left, char shown[ESCAPE_BYTES])
{
    uint32_t code = 0;
    const size_t step = s2_utf8_decode(text, left, &code);
    if (step > 0 && !s2_utf8_is_control(code))
        snprintf(shown, ESCAPE_BYTES, "%.*s", (int)step, text);
    else if (step == 0 || code < 0x80)
        snprintf(shown, ESCAPE_BYTES, "\\x%02x", (unsigned)(unsigned char)*text);
    else
        snprintf(shown, ESCAPE_BYTES, "\\u%04x", (unsigned)(code & 0xFFFF));
    return step > 0 ? step : 1;
}

void s2rgf_printable(const char *text, char *line, size_t size)
{
    const size_t length = text ? strlen(text) : 0;
    size_t out = 0;
    if (!line || size == 0)
        return;
    for (size_t i = 0; i < length;) {
        char shown[ESCAPE_BYTES] = " ";
        const bool is_break = strchr("\n\r\t", text[i]) != NULL;
        i += is_break ? 1 : show_character(text + i, length - i, shown);
        const size_t count = strlen(shown);
        if (out + count >= size)
            break;
        memcpy(line + out, shown, count);
        out += count;
    }
    line[out] = '\0';
}

/* ---- from other encodings --------------------------------------------------------------------- */

/** Append a character of at most three bytes. */
static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

/**
 * Windows-1252: Latin-1 but for 0x80 to 0x9F; bytes that it leaves open stay control characters.
 */
static uint32_t from_windows_1252(unsigned char byte)
{
    static const uint16_t high[32] = {
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
    return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}

static bool is_blank(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || code == 0xA0 ||
           (code >= 0x2000 && code <= 0x200B) || code == 0x202F || code == 0x3000 || code == 0xFEFF;
}

/** Without the blanks at the ends; text is well formed. */
static void trim(char *text)
{
    const size_t length = strlen(text);
    size_t first = length, end = 0;
    uint32_t code = 0;
    for (size_t i = 0, step; i < length; i += step) {
        step = s2_utf8_decode(text + i, length - i, &code);
        if (is_blank(code))
            continue;
        first = first == length ? i : first;
        end = i + step;
    }
    const size_t kept = first < end ? end - first : 0;
    memmove(text, text + first, kept);
    text[kept] = '\0';
}

/* ---- one spelling of letters with accents ------------------------------------------------------ */

/**
 * The character that a letter and the accent behind it make, in Latin, Greek and Cyrillic; 0 if
 * none.
 */
static uint32_t composed(uint32_t letter, uint32_t accent)
{
    /* Pairs of a letter without and with the accent. */
    static const struct {
        uint32_t accent;
        const char *pairs;
    } table[] = {
        {0x300, "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừ"
                "YỲyỳ"},
        {0x301, "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵΑΆΕΈ"
                "ΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώГЃКЌгѓкќÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ"},
        {0x302, "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷẠẬạậẸỆẹệỌỘọộ"},
        {0x303, "AÃNÑOÕaãnñoõIĨiĩUŨuũÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ"},
        {0x304, "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖ"},
        {0x306, "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўẠẶạặ"},
        {0x307, "CĊcċEĖeėGĠgġIİZŻzż"},
        {0x308, "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋЕЁІЇеёії"},
        {0x309, "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ"},
        {0x30A, "AÅaåUŮuů"},
        {0x30B, "OŐoőUŰuű"},
        {0x30C, "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧ"},
        {0x323, "AẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ"},
        {0x326, "SȘsșTȚtț"},
        {0x327, "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţ"},
        {0x328, "AĄaąEĘeęIĮiįUŲuųOǪoǫ"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *pair = table[i].pairs;
        uint32_t base, whole;
        while (table[i].accent == accent && *pair != '\0') {
            pair += s2_utf8_decode(pair, strlen(pair), &base);
            pair += s2_utf8_decode(pair, strlen(pair), &whole);
            if (base == letter)
                return whole;
        }
    }
    return 0;
}

/** Zero width space, word joiner, byte order mark: they separate or join words invisibly. */
static bool is_invisible(uint32_t code)
{
    return code == 0x200B || code == 0x2060 || code == 0xFEFF;
}

/**
 * Some systems write an accent as a character of its own, others do not: compose what can be, drop
 * what is invisible, and make every blank of other scripts a space, in place; text is well formed.
 */
static void compose(char *text)
{
    const size_t length = strlen(text);
    size_t out = 0, last_at = 0;
    uint32_t last = 0, code = 0;
    for (size_t i = 0, step; i < length; i += step) {
        step = s2_utf8_decode(text + i, length - i, &code);
        const uint32_t whole = composed(last, code);
        if (is_invisible(code))
            continue;
        if (is_blank(code) && code >= 0x80) {
            last = 0;
            text[out++] = ' ';
            continue;
        }
        if (whole != 0) {
            last = whole;
            out = last_at + encode(whole, text + last_at);
            continue;
        }
        memmove(text + out, text + i, step);
        last = code;
        last_at = out;
        out += step;
    }
    text[out] = '\0';
}

char *s2_utf8_import(const char *text, bool *recoded)
{
    const size_t length = strlen(text);
    size_t out = 0;
    char *clean = s2_alloc(3 * length + 1, 1);
    if (!clean)
        return NULL;
    *recoded = !s2_utf8_valid(text, length);
    if (!*recoded)
        memcpy(clean, text, length);
    for (size_t i = 0; i < length && *recoded; i++)
        out += encode(from_windows_1252((unsigned char)text[i]), clean + out);
    clean[*recoded ? out : length] = '\0';
    compose(clean);
    trim(clean);
    return clean;
}

char *s2_utf8_escape(const char *text, size_t max_bytes)
{
    const size_t length = strlen(text);
    s2_text escaped = {0};
    s2_text_append(&escaped, "%s", "");
    for (size_t i = 0; i < length;) {
        char shown[ESCAPE_BYTES];
        i += show_character(text + i, length - i, shown);
        if (i > max_bytes) {
            s2_text_append(&escaped, "...");
            break;
        }
        s2_text_append(&escaped, "%s", shown);
    }
    if (!escaped.failed)
        return escaped.data;
    s2_free(escaped.data);
    return NULL;
}

/* ---- upper and lower case --------------------------------------------------------------------- */

/** The small letter of a capital one. */
static uint32_t lower(uint32_t code)
{
    const bool in_a = code >= 'A' && code <= 'Z';
    const bool in_latin_1 = code >= 0xC0 && code <= 0xDE && code != 0xD7;
    const bool in_greek = code >= 0x391 && code <= 0x3A9;
    const bool in_cyrillic = code >= 0x410 && code <= 0x42F;
    if (in_a || in_latin_1 || in_greek || in_cyrillic)
        return code + 0x20;
    if (code >= 0x400 && code <= 0x40F)
        return code + 0x50;
    /* Pairs, first with the capital at even places. */
    if ((code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177))
        return code | 1;
    if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E))
        return code + (code & 1);
    return code == 0x178 ? 0xFF : code;
}

bool s2_utf8_same_letters(const char *a, const char *b)
{
    size_t left = strlen(a), right = strlen(b);
    while (left > 0 && right > 0) {
        uint32_t one = 0, other = 0;
        const size_t step = s2_utf8_decode(a, left, &one),
                     stride = s2_utf8_decode(b, right, &other);
        if (step == 0 || stride == 0 || lower(one) != lower(other))
            return false;
        a += step, b += stride;
        left -= step, right -= stride;
    }
    return left == right;
}
