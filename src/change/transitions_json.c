/* s2rgf_transitions_json: what became of what as a JSON object. */
#include "s2rgf/changes.h"

#include "core/argument.h"
#include "core/error.h"
#include "format/json_writer.h"

static void put_matrix(s2_json_writer *json, const s2rgf_transitions *t, bool areas)
{
    s2_json_begin_array(json, areas ? "hectares" : "pixels");
    for (int row = 0; row < t->class_count; row++) {
        s2_json_begin_array(json, NULL);
        for (int column = 0; column < t->class_count; column++) {
            const size_t at = (size_t)row * (size_t)t->class_count + (size_t)column;
            if (areas)
                s2_json_put_double(json, NULL, t->hectares[at]);
            else
                s2_json_put_uint(json, NULL, t->pixels[at]);
        }
        s2_json_end_array(json);
    }
    s2_json_end_array(json);
}

/** A class of the change map; the name of an unchanged one is from. */
static void put_transition(s2_json_writer *json, const s2rgf_transitions *t, int from, int to)
{
    const size_t at = (size_t)from * (size_t)t->class_count + (size_t)to;
    if (t->values[at] == 0)
        return;
    s2_json_begin_object(json, NULL);
    s2_json_put_int(json, "value", t->values[at]);
    s2_json_put_string(json, "from", t->class_names[from]);
    s2_json_put_string(json, "to", t->class_names[to]);
    s2_json_put_uint(json, "pixels", t->pixels[at]);
    s2_json_put_double(json, "hectares", t->hectares[at]);
    s2_json_end_object(json);
}

s2rgf_status s2rgf_transitions_json(const s2rgf_transitions *transitions, char **text,
                                    s2rgf_error *err)
{
    const s2rgf_transitions *t = transitions;
    s2_json_writer json = {.indent = true};
    const s2rgf_status status = s2_text_asked("transitions", t, text, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_begin_object(&json, NULL);
    s2_json_begin_array(&json, "classes");
    for (int c = 0; c < t->class_count; c++)
        s2_json_put_string(&json, NULL, t->class_names[c]);
    s2_json_end_array(&json);
    put_matrix(&json, t, false);
    put_matrix(&json, t, true);
    s2_json_begin_array(&json, "transitions");
    for (int from = 0; from < t->class_count; from++)
        for (int to = 0; to < t->class_count; to++)
            put_transition(&json, t, from, to);
    s2_json_end_array(&json);
    s2_json_begin_object(&json, "unsure");
    s2_json_put_int(&json, "value", t->unsure_value);
    s2_json_put_uint(&json, "pixels", t->unsure_pixels);
    s2_json_put_double(&json, "hectares", t->unsure_hectares);
    s2_json_end_object(&json);
    s2_json_begin_object(&json, "nodata");
    s2_json_put_uint(&json, "before_only", t->before_only);
    s2_json_put_uint(&json, "after_only", t->after_only);
    s2_json_end_object(&json);
    s2_json_end_object(&json);
    return s2_text_hand_over(&json.text, "transitions as JSON", text, err);
}
