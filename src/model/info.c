/* s2rgf_model_info: what an open model tells of itself to programs. */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "model/model.h"
#include "s2rgf/models.h"

static s2rgf_status fill_classes(s2rgf_model *model, s2rgf_error *err)
{
    s2_class_table *table = &model->painted;
    const s2rgf_status status = s2_class_table_copy(&model->content.classes, table, err);
    if (status != S2RGF_OK)
        return status;
    s2_class_table_paint(table);
    model->classes = s2_calloc((size_t)table->count, sizeof *model->classes);
    if (!model->classes)
        return s2_fail_memory(err, "classes");
    for (int i = 0; i < table->count; i++) {
        const s2_class *item = &table->items[i];
        model->classes[i] = (s2rgf_class){.value = item->value, .name = item->name};
        memcpy(model->classes[i].rgb, item->rgb, sizeof item->rgb);
    }
    model->info.class_count = table->count;
    model->info.classes = model->classes;
    return S2RGF_OK;
}

static s2rgf_status fill_source(const s2_model_source *from, bool is_reference,
                                s2rgf_source_info *to, s2rgf_error *err)
{
    s2rgf_band_info *bands = s2_calloc((size_t)from->band_count, sizeof *bands);
    if (!bands)
        return s2_fail_memory(err, "bands");
    for (int b = 0; b < from->band_count; b++)
        bands[b] = (s2rgf_band_info){from->bands[b].name, from->bands[b].wavelength_nm};
    *to = (s2rgf_source_info){.name = from->name,
                              .pixel_size = from->pixel_size,
                              .pixel_size_in_metres = !from->pixel_unknown,
                              .defines_reference = is_reference,
                              .on_reference = is_reference || from->on_reference,
                              .band_count = from->band_count,
                              .bands = bands};
    return S2RGF_OK;
}

s2rgf_status s2_model_info_fill(s2rgf_model *model, s2rgf_error *err)
{
    const s2_model_content *content = &model->content;
    const size_t count = (size_t)content->source_count;
    model->sources = s2_calloc(count, sizeof *model->sources);
    model->source_list = s2_calloc(count, sizeof *model->source_list);
    if (!model->sources || !model->source_list)
        return s2_fail_memory(err, "sources");
    model->info = (s2rgf_model_info){.network = content->network,
                                     .checksum = content->checksum,
                                     .pixel_size = content->sources[content->reference].pixel_size,
                                     .source_count = content->source_count,
                                     .sources = model->source_list};
    s2rgf_status status = S2RGF_OK;
    for (int s = 0; s < content->source_count && status == S2RGF_OK; s++) {
        model->source_list[s] = &model->sources[s];
        status =
            fill_source(&content->sources[s], s == content->reference, &model->sources[s], err);
    }
    return status == S2RGF_OK ? fill_classes(model, err) : status;
}

void s2_model_info_clear(s2rgf_model *model)
{
    for (int s = 0; model->sources && s < model->content.source_count; s++)
        s2_free((void *)model->sources[s].bands);
    s2_free(model->sources);
    s2_free(model->source_list);
    s2_free(model->classes);
    s2_class_table_clear(&model->painted);
}

const s2rgf_model_info *s2rgf_model_info_get(const s2rgf_model *model)
{
    return model ? &model->info : NULL;
}
