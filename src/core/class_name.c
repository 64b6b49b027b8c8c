/* Names of classes from labels and maps: cleaned once, before they are compared. */
#include "core/class_name.h"

#include <stdint.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"

#define LARGEST 65535
#define PREFIX "class " /* of names of classes without one */
#define SHOWN_BYTES 100 /* of a name in a message */

/** Refuse a name that would have to be cut. */
static s2rgf_status check_length(const s2_class_name *name, s2rgf_error *err)
{
    const size_t length = strlen(name->text);
    if (length <= S2_CLASS_NAME_BYTES)
        return S2RGF_OK;
    char *start = s2_utf8_escape(name->text, SHOWN_BYTES);
    const s2rgf_status status =
        !start ? s2_fail_memory(err, "class name")
               : s2_fail(err, S2RGF_FORMAT,
                         "class \"%s\": name too long: expected at most %d bytes, found %zu", start,
                         S2_CLASS_NAME_BYTES, length);
    s2_free(start);
    return status;
}

s2rgf_status s2_class_name_clean(const char *raw, s2_class_name *name, s2rgf_error *err)
{
    static const char blanks[] = " \t\r\n";
    *name = (s2_class_name){0};
    raw += strspn(raw, blanks);
    name->text = s2_utf8_import(raw, &name->recoded);
    if (name->text)
        name->original = s2_utf8_escape(name->recoded ? raw : name->text, SIZE_MAX);
    if (!name->original)
        return s2_fail_memory(err, "class name");
    const s2rgf_status status = check_length(name, err);
    if (status != S2RGF_OK)
        return status;
    for (char *c = name->text; *c != '\0'; c++)
        if (strchr(blanks, *c))
            *c = ' ';
    s2_utf8_clean(name->text, S2_CLASS_NAME_BYTES);
    return S2RGF_OK;
}

void s2_class_name_clear(s2_class_name *name)
{
    s2_free(name->text);
    s2_free(name->original);
    *name = (s2_class_name){0};
}

int s2_class_name_number(const char *name)
{
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) == 0)
        name += sizeof PREFIX - 1;
    const size_t digits = strspn(name, "0123456789");
    const char *rest = name + digits;
    int number = 0;
    if (rest[0] == '.' && rest[1] == '0')
        rest += 1 + strspn(rest + 1, "0");
    if (digits == 0 || *rest != '\0')
        return -1;
    for (size_t i = 0; i < digits && number <= LARGEST; i++)
        number = 10 * number + (name[i] - '0');
    return number <= LARGEST ? number : -1;
}

const char *s2_class_word(const char *name)
{
    return strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 ? "" : PREFIX;
}

bool s2_class_name_is_nothing(const char *name)
{
    static const char *const words[] = {"unclassified", "not classified", "unlabelled", "unlabeled",
                                        "no label",     "background",     "nodata",     "no data",
                                        "no_data",      "no-data",        "no value",   "none",
                                        "null",         "undefined",      "ignore",     "void"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (s2_utf8_same_letters(name, words[i]))
            return true;
    return false;
}
