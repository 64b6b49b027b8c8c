/* The model file: content to and from one safetensors file. */
#include "model/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/atomic_file.h"
#include "model/metadata.h"
#include "format/safetensors.h"

#define FORMAT_NAME "s2rgf"

static void clear_source(s2_model_source *source)
{
    for (int i = 0; i < source->band_count; i++)
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
    s2_safetensors_tensor *tensors = s2_calloc(count == 0 ? 1 : 2 * count, sizeof *tensors);
    if (tensors == NULL)
        return false;
    if (count > 0)
        memcpy(tensors, content->tensors, count * sizeof *tensors);
    s2_free(content->tensors);
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
    if (tensor.name == NULL || tensor.data == NULL || !grow_tensors(content)) {
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

s2rgf_status s2_model_check_target(const char *path, bool overwrite, s2rgf_error *err)
{
    return s2_atomic_check(path, overwrite, err);
}

s2rgf_status s2_model_save(s2_model_content *content, const char *path, bool overwrite,
                           s2rgf_error *err)
{
    char version[16];
    s2_json_writer writer = {0};
    s2rgf_status status = s2_model_check(content, path, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_begin_object(&writer, NULL);
    s2_model_put_members(&writer, content);
    s2_json_end_object(&writer);
    if (writer.text.failed) {
        status = s2_fail_memory(err, "model description");
        goto done;
    }
    snprintf(version, sizeof version, "%d", S2_MODEL_FORMAT_VERSION);
    s2_safetensors_text texts[] = {
        {(char[]){"format"}, (char[]){FORMAT_NAME}},
        {(char[]){"format_version"}, version},
        {(char[]){"s2rgf"}, writer.text.data},
    };
    s2_safetensors file = {.tensors = content->tensors,
                           .tensor_count = content->tensor_count,
                           .texts = texts,
                           .text_count = sizeof texts / sizeof *texts};
    status = s2_safetensors_write(&file, path, overwrite, err);
    if (status == S2RGF_OK)
        memcpy(content->checksum, file.checksum, sizeof content->checksum);
done:
    s2_free(writer.text.data);
    return status;
}

/** Is it ours, and of a version we know? */
static s2rgf_status check_format(const s2_safetensors *file, const char *path, s2rgf_error *err)
{
    const char *format = s2_safetensors_text_of(file, "format");
    const char *version = s2_safetensors_text_of(file, "format_version");
    if (format == NULL || strcmp(format, FORMAT_NAME) != 0)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not a model of this program: expected the metadata format \"%s\"", path,
                       FORMAT_NAME);
    const size_t length = version == NULL ? 0 : strlen(version);
    if (length == 0 || length > 9 || strspn(version, "0123456789") != length || version[0] == '0')
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: format_version: expected a whole number from 1 in digits", path);
    const int number = atoi(version);
    if (number > S2_MODEL_FORMAT_VERSION)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: model of a newer program: expected format version %d, found %d", path,
                       S2_MODEL_FORMAT_VERSION, number);
    return S2RGF_OK;
}

s2rgf_status s2_model_load(const char *path, s2_model_content *content, s2rgf_error *err)
{
    s2_safetensors file;
    *content = (s2_model_content){0};
    s2rgf_status status = s2_safetensors_read(path, &file, err);
    if (status != S2RGF_OK)
        return status;
    status = check_format(&file, path, err);
    if (status != S2RGF_OK)
        goto done;
    const char *description = s2_safetensors_text_of(&file, "s2rgf");
    if (description == NULL || file.tensor_count == 0) {
        status = s2_fail(err, S2RGF_FORMAT, "%s: incomplete: expected %s", path,
                         description == NULL ? "the metadata s2rgf" : "tensors");
        goto done;
    }
    status = s2_model_read_metadata(description, path, content, err);
    if (status != S2RGF_OK)
        goto done;
    content->tensors = file.tensors;
    content->tensor_count = file.tensor_count;
    memcpy(content->checksum, file.checksum, sizeof content->checksum);
    file.tensors = NULL;
    file.tensor_count = 0;
done:
    if (status != S2RGF_OK)
        s2_model_content_clear(content);
    s2_safetensors_clear(&file);
    return status;
}
