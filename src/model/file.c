/* The model file: content to and from one safetensors file. */
#include "model/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/memory.h"
#include "format/safetensors.h"
#include "model/metadata.h"

#define FORMAT_NAME "s2rgf"

static void clear_source(s2_model_source *source)
{
    for (int i = 0; source->bands && i < source->band_count; i++)
        s2_free(source->bands[i].name);
    s2_free(source->bands);
    s2_free(source->name);
}

void s2_model_tensors_clear(s2_model_content *content)
{
    s2_safetensors_tensors_free(content->tensors, content->tensor_count);
    content->tensors = NULL;
    content->tensor_count = 0;
}

void s2_model_content_clear(s2_model_content *content)
{
    for (int i = 0; i < content->source_count; i++)
        clear_source(&content->sources[i]);
    s2_free(content->sources);
    s2_class_table_clear(&content->classes);
    s2_model_history_clear(&content->history);
    s2_model_tensors_clear(content);
    s2_free(content->network);
    s2_free(content->program_version);
    *content = (s2_model_content){0};
}

/** Room for one more tensor: the array doubles whenever its count reaches a power of two. */
static bool grow_tensors(s2_model_content *content)
{
    const size_t count = (size_t)content->tensor_count;
    if ((count & (count - 1)) != 0)
        return true;
    s2_safetensors_tensor *tensors =
        s2_grow(content->tensors, count, count == 0 ? 1 : 2 * count, sizeof *tensors);
    if (!tensors)
        return false;
    content->tensors = tensors;
    return true;
}

s2rgf_status s2_model_add_tensor(s2_model_content *content, const char *name, const int *dims,
                                 int dim_count, float **data, s2rgf_error *err)
{
    s2_safetensors_tensor tensor = {.dim_count = dim_count};
    if (!s2_safetensors_name_valid(name) || !s2_safetensors_shape(dims, dim_count, &tensor.count))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "tensor %s: name or shape cannot be stored",
                       name);
    memcpy(tensor.dims, dims, (size_t)dim_count * sizeof *dims);
    tensor.name = s2_strdup(name);
    tensor.data = s2_calloc(tensor.count, sizeof *tensor.data);
    if (!tensor.name || !tensor.data || !grow_tensors(content)) {
        s2_free(tensor.name);
        s2_free(tensor.data);
        return s2_fail_memory(err, name);
    }
    content->tensors[content->tensor_count++] = tensor;
    *data = tensor.data;
    return S2RGF_OK;
}

/** "3 x 3 x 64" for messages. */
static void format_shape(const int *dims, int dim_count, char text[64])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < dim_count && used < 48; i++)
        used += (size_t)snprintf(text + used, 64 - used, "%s%d", i > 0 ? " x " : "", dims[i]);
}

s2rgf_status s2_model_find_tensor(const s2_model_content *content, const char *name,
                                  const int *dims, int dim_count, const float **data,
                                  s2rgf_error *err)
{
    for (int i = 0; i < content->tensor_count; i++) {
        const s2_safetensors_tensor *tensor = &content->tensors[i];
        if (strcmp(tensor->name, name) != 0)
            continue;
        if (tensor->dim_count == dim_count &&
            memcmp(tensor->dims, dims, (size_t)dim_count * sizeof *dims) == 0) {
            *data = tensor->data;
            return S2RGF_OK;
        }
        char wanted[64], found[64];
        format_shape(dims, dim_count, wanted);
        format_shape(tensor->dims, tensor->dim_count, found);
        return s2_fail(err, S2RGF_FORMAT, "tensor %s: wrong shape: expected %s, found %s", name,
                       wanted, found);
    }
    return s2_fail(err, S2RGF_FORMAT, "tensor %s: missing in the model", name);
}

int s2_model_format_version(const s2_model_content *content)
{
    if (content->expert.hidden_divisor > 0.0)
        return S2_MODEL_FORMAT_VERSION;
    return content->expert.share > 0.0 ? 2 : 1;
}

/** What a model file says besides its tensors; a file's texts point into it. */
typedef struct description_texts {
    s2_json_writer writer;
    char version[16];
    s2_safetensors_text texts[3];
} description_texts;

/** The file of a model. Memory: description->writer.text.data is released with s2_free(). */
static s2rgf_status describe_file(const s2_model_content *content, const char *path,
                                  description_texts *description, s2_safetensors *file,
                                  s2rgf_error *err)
{
    static char keys[3][16] = {"format", "format_version", "s2rgf"}, name[] = FORMAT_NAME;
    s2_json_writer *writer = &description->writer;
    *writer = (s2_json_writer){0};
    const s2rgf_status status = s2_model_check(content, path, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_begin_object(writer, NULL);
    s2_model_put_members(writer, content);
    s2_json_end_object(writer);
    if (writer->text.failed)
        return s2_fail_memory(err, "model description");
    snprintf(description->version, sizeof description->version, "%d",
             s2_model_format_version(content));
    description->texts[0] = (s2_safetensors_text){keys[0], name};
    description->texts[1] = (s2_safetensors_text){keys[1], description->version};
    description->texts[2] = (s2_safetensors_text){keys[2], writer->text.data};
    *file = (s2_safetensors){.tensors = content->tensors,
                             .tensor_count = content->tensor_count,
                             .texts = description->texts,
                             .text_count = 3};
    return S2RGF_OK;
}

s2rgf_status s2_model_save(s2_model_content *content, const char *path, bool overwrite,
                           s2rgf_error *err)
{
    description_texts description;
    s2_safetensors file;
    s2rgf_status status = describe_file(content, path, &description, &file, err);
    if (status == S2RGF_OK)
        status = s2_safetensors_write(&file, path, overwrite, err);
    if (status == S2RGF_OK)
        memcpy(content->checksum, file.checksum, sizeof content->checksum);
    s2_free(description.writer.text.data);
    return status;
}

/** Is it ours, and of a version we know? */
static s2rgf_status check_format(const s2_safetensors *file, const char *path, s2rgf_error *err)
{
    const char *format = s2_safetensors_text_of(file, "format");
    const char *version = s2_safetensors_text_of(file, "format_version");
    if (!format || strcmp(format, FORMAT_NAME) != 0)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not a model of this program: expected the metadata format \"%s\"", path,
                       FORMAT_NAME);
    const size_t length = !version ? 0 : strlen(version);
    if (length == 0 || length > 9 || strspn(version, "0123456789") != length || version[0] == '0')
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: format_version: expected a whole number from 1 in digits", path);
    const int number = atoi(version);
    if (number > S2_MODEL_FORMAT_VERSION)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: model of a newer program: expected at most format version %d, found %d",
                       path, S2_MODEL_FORMAT_VERSION, number);
    return S2RGF_OK;
}

/** Everything but the tensors. */
static s2rgf_status take_description(const s2_safetensors *file, const char *path,
                                     s2_model_content *content, s2rgf_error *err)
{
    const s2rgf_status status = check_format(file, path, err);
    if (status != S2RGF_OK)
        return status;
    const char *description = s2_safetensors_text_of(file, "s2rgf");
    if (!description)
        return s2_fail(err, S2RGF_FORMAT, "%s: incomplete: expected the metadata s2rgf", path);
    return s2_model_read_metadata(description, path, content, err);
}

s2rgf_status s2_model_load(const char *path, s2_model_content *content, s2rgf_error *err)
{
    s2_safetensors file;
    *content = (s2_model_content){0};
    s2rgf_status status = s2_safetensors_read(path, &file, err);
    if (status != S2RGF_OK)
        return status;
    status = take_description(&file, path, content, err);
    if (status == S2RGF_OK && file.tensor_count == 0)
        status = s2_fail(err, S2RGF_FORMAT, "%s: incomplete: expected tensors", path);
    if (status == S2RGF_OK) {
        content->tensors = file.tensors;
        content->tensor_count = file.tensor_count;
        memcpy(content->checksum, file.checksum, sizeof content->checksum);
        file.tensors = NULL;
        file.tensor_count = 0;
    } else {
        s2_model_content_clear(content);
    }
    s2_safetensors_clear(&file);
    return status;
}

/** True if both call their classes and bands the same. */
static bool same_names(const s2_model_content *a, const s2_model_content *b)
{
    bool same = a->classes.count == b->classes.count && a->source_count == b->source_count;
    for (int c = 0; same && c < a->classes.count; c++)
        same = strcmp(a->classes.items[c].name, b->classes.items[c].name) == 0;
    for (int s = 0; same && s < a->source_count; s++) {
        same = a->sources[s].band_count == b->sources[s].band_count;
        for (int i = 0; same && i < a->sources[s].band_count; i++)
            same = strcmp(a->sources[s].bands[i].name, b->sources[s].bands[i].name) == 0;
    }
    return same;
}

s2rgf_status s2_model_rehearse(const s2_model_content *content, const char *path, s2rgf_error *err)
{
    description_texts description;
    s2_safetensors file, again = {0};
    s2_model_content found = {0};
    s2rgf_status status = describe_file(content, path, &description, &file, err);
    if (status == S2RGF_OK)
        status = s2_safetensors_rehearse(&file, path, &again, err);
    if (status == S2RGF_OK)
        status = take_description(&again, path, &found, err);
    if (status == S2RGF_OK && !same_names(content, &found))
        status = s2_fail(err, S2RGF_INTERNAL, "%s: names would change in the model file", path);
    s2_model_content_clear(&found);
    s2_safetensors_clear(&again);
    s2_free(description.writer.text.data);
    return status;
}
