/* How a training went: to JSON, from JSON, and for people. */
#include "model/history.h"

#include <math.h>

#include "core/error.h"
#include "core/number.h"

#define MOST_PIXELS (INT64_C(1) << 53) /* what a double counts one by one */

void s2_model_history_clear(s2_model_history *history)
{
    s2_free(history->confusion);
    *history = (s2_model_history){0};
}

void s2_history_add(s2_history_curve *curve, s2_history_moment moment)
{
    if (curve->count < S2_HISTORY_MOMENTS)
        curve->moments[curve->count++] = moment;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_moment(s2_json_writer *writer, const s2_history_moment *moment)
{
    s2_json_begin_object(writer, NULL);
    s2_json_put_int(writer, "step", moment->step);
    s2_json_put_bool(writer, "refit", moment->refit != 0);
    s2_json_put_double(writer, "loss", moment->loss);
    if (!isnan(moment->oa)) {
        s2_json_put_double(writer, "overall_accuracy", moment->oa);
        s2_json_put_double(writer, "average_accuracy", moment->aa);
        s2_json_put_double(writer, "kappa", moment->kappa);
    }
    s2_json_end_object(writer);
}

void s2_history_put_json(s2_json_writer *writer, const s2_model_history *history, int classes)
{
    if (history->curve.count == 0 && !history->confusion)
        return;
    s2_json_begin_object(writer, "history");
    s2_json_begin_array(writer, "curve");
    for (int i = 0; i < history->curve.count; i++)
        put_moment(writer, &history->curve.moments[i]);
    s2_json_end_array(writer);
    if (history->confusion) {
        s2_json_begin_array(writer, "confusion_matrix");
        for (int row = 0; row < classes; row++) {
            s2_json_begin_array(writer, NULL);
            for (int column = 0; column < classes; column++)
                s2_json_put_uint(writer, NULL, history->confusion[row * classes + column]);
            s2_json_end_array(writer);
        }
        s2_json_end_array(writer);
    }
    s2_json_end_object(writer);
}

/* A number, null or no such member, within a range. */
static s2rgf_status get_figure(const s2_json_node *node, const char *key, const double range[2],
                               double *value, s2rgf_error *err)
{
    char found[S2_NUMBER_BYTES];
    const s2rgf_status status = s2_json_get_double_if_any(node, key, value, err);
    if (status != S2RGF_OK || isnan(*value) || (*value >= range[0] && *value <= range[1]))
        return status;
    return s2_fail(err, S2RGF_FORMAT, "%s: %s.%s: out of range: expected %g to %g, found %s",
                   node->subject, node->path, key, range[0], range[1],
                   s2_number_text(*value, found));
}

static s2rgf_status get_moment(const s2_json_node *node, s2_history_moment *moment,
                               s2rgf_error *err)
{
    static const double fraction[2] = {0, 1}, agreement[2] = {-1, 1}, any[2] = {-1e300, 1e300};
    bool refit = false;
    s2rgf_status status = s2_json_get_int(node, "step", &moment->step, err);
    if (status == S2RGF_OK && moment->step < 1)
        status = s2_fail(err, S2RGF_FORMAT, "%s: %s.step: expected 1 or more, found %d",
                         node->subject, node->path, moment->step);
    if (status == S2RGF_OK)
        status = s2_json_get_bool(node, "refit", &refit, err);
    moment->refit = refit;
    if (status == S2RGF_OK)
        status = get_figure(node, "loss", any, &moment->loss, err);
    if (status == S2RGF_OK)
        status = get_figure(node, "overall_accuracy", fraction, &moment->oa, err);
    if (status == S2RGF_OK)
        status = get_figure(node, "average_accuracy", fraction, &moment->aa, err);
    if (status == S2RGF_OK)
        status = get_figure(node, "kappa", agreement, &moment->kappa, err);
    return status;
}

static s2rgf_status get_curve(const s2_json_node *node, s2_history_curve *curve, s2rgf_error *err)
{
    s2_json_node moments, item;
    s2rgf_status status = s2_json_array(node, "curve", (const int[]){0, S2_HISTORY_MOMENTS},
                                        &moments, &curve->count, err);
    for (int i = 0; status == S2RGF_OK && i < curve->count; i++) {
        s2_json_item(&moments, i, &item);
        status = get_moment(&item, &curve->moments[i], err);
    }
    return status;
}

static s2rgf_status get_confusion(const s2_json_node *node, int classes, uint64_t *confusion,
                                  s2rgf_error *err)
{
    s2_json_node rows, row, item;
    int count;
    s2rgf_status status = s2_json_array(node, "confusion_matrix", (const int[]){classes, classes},
                                        &rows, &count, err);
    for (int i = 0; status == S2RGF_OK && i < classes; i++) {
        status = s2_json_item_array(&rows, i, classes, &row, err);
        for (int j = 0; status == S2RGF_OK && j < classes; j++) {
            int64_t pixels = 0;
            s2_json_item(&row, j, &item);
            status = s2_json_count(&item, MOST_PIXELS, &pixels, err);
            confusion[i * classes + j] = (uint64_t)pixels;
        }
    }
    return status;
}

s2rgf_status s2_history_get_json(const s2_json_node *root, int classes, s2_model_history *history,
                                 s2rgf_error *err)
{
    s2_json_node node;
    if (!s2_json_has(root, "history"))
        return S2RGF_OK;
    s2rgf_status status = s2_json_member(root, "history", &node, err);
    if (status == S2RGF_OK)
        status = get_curve(&node, &history->curve, err);
    if (status != S2RGF_OK || !s2_json_has(&node, "confusion_matrix"))
        return status;
    history->confusion = s2_calloc((size_t)classes * (size_t)classes, sizeof(uint64_t));
    if (!history->confusion)
        return s2_fail_memory(err, "history of a model");
    return get_confusion(&node, classes, history->confusion, err);
}

/* ---- for people ----------------------------------------------------------------------------- */

static uint64_t most_pixels(const s2_model_history *history, int classes)
{
    uint64_t most = 0;
    for (int i = 0; i < classes * classes; i++)
        most = history->confusion[i] > most ? history->confusion[i] : most;
    return most;
}

void s2_history_put_matrix(s2_text *text, const s2_model_history *history,
                           const s2_class_table *classes)
{
    int width = 6; /* a blank and the largest value of a class */
    if (!history->confusion)
        return;
    for (uint64_t most = most_pixels(history, classes->count); most >= 100000; most /= 10)
        width++;
    s2_text_append(text, "Validation by class: a row has the pixels of a class, "
                         "a column those mapped as the class of that value\n       ");
    for (int k = 0; k < classes->count; k++)
        s2_text_append(text, "%*d", width, classes->items[k].value);
    s2_text_append(text, "\n");
    for (int i = 0; i < classes->count; i++) {
        s2_text_append(text, "  %5d", classes->items[i].value);
        for (int j = 0; j < classes->count; j++)
            s2_text_append(text, "%*llu", width,
                           (unsigned long long)history->confusion[i * classes->count + j]);
        s2_text_append(text, "  %s\n", classes->items[i].name);
    }
}

static void put_figure(s2_text *text, double value)
{
    if (isnan(value))
        s2_text_append(text, "      -");
    else
        s2_text_append(text, "%7.3f", value);
}

void s2_history_put_curve(s2_text *text, const s2_model_history *history)
{
    bool begun = false;
    for (int i = 0; i < history->curve.count; i++) {
        const s2_history_moment *moment = &history->curve.moments[i];
        if (isnan(moment->oa))
            continue;
        if (!begun)
            s2_text_append(text, "Validations\n   step   loss     OA     AA  kappa\n");
        begun = true;
        s2_text_append(text, "%7d", moment->step);
        put_figure(text, moment->loss);
        put_figure(text, moment->oa);
        put_figure(text, moment->aa);
        put_figure(text, moment->kappa);
        s2_text_append(text, "\n");
    }
}
