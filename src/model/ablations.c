/* Parts of a network that a model is trained and run without, by name. */
#include "model/ablations.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/utf8.h"

/* The flag of part number `index` and its name; NULL after the last. */
static bool *nth_part(s2_model_content *content, int index, char name[S2_ABLATION_BYTES])
{
    s2_ablations *off = &content->off;
    const struct {
        const char *name;
        bool *flag;
    } parts[] = {{"attention", &off->attention},   {"ssja", &off->ssja},
                 {"redundancy", &off->redundancy}, {"spectral", &off->spectral},
                 {"spatial", &off->spatial},       {"expert", &off->expert},
                 {"windows", &off->windows},       {"hidden", &off->hidden}};
    const int fixed = (int)(sizeof parts / sizeof *parts);
    if (index < fixed) {
        snprintf(name, S2_ABLATION_BYTES, "%s", parts[index].name);
        return parts[index].flag;
    }
    if (index - fixed >= content->source_count)
        return NULL;
    snprintf(name, S2_ABLATION_BYTES, "source:%s", content->sources[index - fixed].name);
    return &off->source[index - fixed];
}

void s2_model_ablations(const s2_model_content *content, bool all, s2_ablation_names *names)
{
    s2_model_content copy = *content;
    const bool *flag = NULL;
    char name[S2_ABLATION_BYTES];
    names->count = 0;
    for (int i = 0; (flag = nth_part(&copy, i, name)); i++)
        if (all || *flag)
            memcpy(names->text[names->count++], name, sizeof name);
}

void s2_ablations_join(const s2_ablation_names *names, char *text, size_t bytes)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < names->count && used < bytes; i++)
        used +=
            (size_t)snprintf(text + used, bytes - used, "%s%s", i > 0 ? ", " : "", names->text[i]);
}

s2rgf_status s2_model_ablate(s2_model_content *content, const char *name, const char *place,
                             s2rgf_status refusal, s2rgf_error *err)
{
    s2_ablation_names names;
    bool *flag = NULL;
    char known[S2_ABLATION_BYTES];
    char list[S2_ABLATIONS_MAX * S2_ABLATION_BYTES];
    for (int i = 0; (flag = nth_part(content, i, known)); i++)
        if (strcmp(known, name) == 0) {
            *flag = true;
            return S2RGF_OK;
        }
    s2_model_ablations(content, true, &names);
    s2_ablations_join(&names, list, sizeof list);
    return s2_fail(err, refusal, "%s: no such part: expected one of %s, found %s", place, list,
                   s2_utf8_printable(name) ? name : "?");
}

const char *s2_ablations_conflict(const s2_ablations *off, int sources)
{
    int left = 0;
    for (int s = 0; s < sources; s++)
        left += !off->source[s];
    if (left == 0)
        return "every source is switched off: expected at least one that is not";
    if (off->spectral && off->spatial)
        return "both domains are switched off: expected at most one of spectral and spatial";
    return NULL;
}

void s2_model_put_ablations(s2_json_writer *writer, const s2_model_content *content)
{
    s2_ablation_names names;
    s2_model_ablations(content, false, &names);
    if (names.count == 0)
        return;
    s2_json_begin_array(writer, "ablations");
    for (int i = 0; i < names.count; i++)
        s2_json_put_string(writer, NULL, names.text[i]);
    s2_json_end_array(writer);
}

s2rgf_status s2_model_get_ablations(const s2_json_node *root, s2_model_content *content,
                                    s2rgf_error *err)
{
    s2_json_node array;
    s2_json_node item;
    int count = 0;
    if (!s2_json_has(root, "ablations"))
        return S2RGF_OK;
    s2rgf_status status =
        s2_json_array(root, "ablations", (const int[]){1, S2_ABLATIONS_MAX}, &array, &count, err);
    for (int i = 0; i < count && status == S2RGF_OK; i++) {
        char place[S2RGF_MESSAGE_BYTES / 2];
        const char *name = NULL;
        s2_json_item(&array, i, &item);
        snprintf(place, sizeof place, "%s: %s", item.subject, item.path);
        status = s2_json_string(&item, &name, err);
        if (status == S2RGF_OK)
            status = s2_model_ablate(content, name, place, S2RGF_FORMAT, err);
    }
    return status;
}
