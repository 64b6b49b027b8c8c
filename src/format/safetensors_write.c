/* Writing the safetensors container. */
#include "core/checksum.h"
#include "format/safetensors.h"

#include <math.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/memory.h"
#include "format/json_writer.h"
#include "format/safetensors_private.h"

#define DATA_ALIGNMENT 64 /* bytes, of the data's start in the file */

static s2rgf_status check_tensor(const s2_safetensors_tensor *tensor, const char *path,
                                 s2rgf_error *err)
{
    size_t count;
    if (!s2_safetensors_name_valid(tensor->name))
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: tensor name: expected letters, digits, '_' and '.'", path);
    if (!s2_safetensors_shape(tensor->dims, tensor->dim_count, &count) || count != tensor->count)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: tensor %s: shape cannot be stored", path,
                       tensor->name);
    for (size_t i = 0; i < tensor->count; i++)
        if (!isfinite(tensor->data[i]))
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "%s: tensor %s: expected finite numbers, found %g at element %zu", path,
                           tensor->name, (double)tensor->data[i], i);
    return S2RGF_OK;
}

/** Refuse what the reader would refuse; *bytes is the size of all data. */
static s2rgf_status check_content(const s2_safetensors *content, const char *path, size_t *bytes,
                                  s2rgf_error *err)
{
    *bytes = 0;
    if (content->tensor_count < 1 || content->tensor_count > S2_SAFETENSORS_MAX_TENSORS)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: number of tensors: expected 1 to %d, found %d", path,
                       S2_SAFETENSORS_MAX_TENSORS, content->tensor_count);
    for (int i = 0; i < content->tensor_count; i++) {
        const s2_safetensors_tensor *tensor = &content->tensors[i];
        const s2rgf_status status = check_tensor(tensor, path, err);
        if (status != S2RGF_OK)
            return status;
        if (i > 0 && strcmp(tensor->name, content->tensors[i - 1].name) == 0)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT, "%s: tensor %s: two have this name", path,
                           tensor->name);
        *bytes += tensor->count * sizeof(float);
        if (*bytes > S2_SAFETENSORS_MAX_FILE_BYTES - S2_SAFETENSORS_MAX_HEADER_BYTES - 64)
            return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                           "%s: model too large: expected at most %d bytes", path,
                           S2_SAFETENSORS_MAX_FILE_BYTES);
    }
    return S2RGF_OK;
}

static void put_tensor(s2_json_writer *writer, const s2_safetensors_tensor *tensor, size_t *offset)
{
    s2_json_begin_object(writer, tensor->name);
    s2_json_put_string(writer, "dtype", "F32");
    s2_json_begin_array(writer, "shape");
    for (int i = 0; i < tensor->dim_count; i++)
        s2_json_put_int(writer, NULL, tensor->dims[i]);
    s2_json_end_array(writer);
    s2_json_begin_array(writer, "data_offsets");
    s2_json_put_uint(writer, NULL, *offset);
    *offset += tensor->count * sizeof(float);
    s2_json_put_uint(writer, NULL, *offset);
    s2_json_end_array(writer);
    s2_json_end_object(writer);
}

/** The JSON header, padded with spaces so that the data begin at a multiple of DATA_ALIGNMENT. */
static s2rgf_status make_header(const s2_safetensors *content, const char *path, s2_text *header,
                                s2rgf_error *err)
{
    s2_json_writer writer = {0};
    size_t offset = 0;
    s2_json_begin_object(&writer, NULL);
    s2_json_begin_object(&writer, S2_SAFETENSORS_METADATA);
    for (int i = 0; i < content->text_count; i++)
        s2_json_put_string(&writer, content->texts[i].key, content->texts[i].value);
    s2_json_end_object(&writer);
    for (int i = 0; i < content->tensor_count; i++)
        put_tensor(&writer, &content->tensors[i], &offset);
    s2_json_end_object(&writer);
    const size_t used = (S2_SAFETENSORS_PREFIX_BYTES + writer.text.length) % DATA_ALIGNMENT;
    const int padding = used == 0 ? 0 : (int)(DATA_ALIGNMENT - used);
    s2_text_append(&writer.text, "%*s", padding, "");
    *header = writer.text;
    if (header->failed)
        return s2_fail_memory(err, "model file header");
    if (header->length > S2_SAFETENSORS_MAX_HEADER_BYTES)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "%s: description too long: expected at most %d bytes, found %zu", path,
                       S2_SAFETENSORS_MAX_HEADER_BYTES, header->length);
    return S2RGF_OK;
}

s2rgf_status s2_safetensors_header(s2_safetensors *content, const char *path, s2_text *header,
                                   size_t *data_bytes, s2rgf_error *err)
{
    s2_safetensors_sort(content->tensors, content->tensor_count);
    const s2rgf_status status = check_content(content, path, data_bytes, err);
    return status == S2RGF_OK ? make_header(content, path, header, err) : status;
}

static s2rgf_status put_bytes(s2_atomic_file *file, const void *bytes, size_t count, uint64_t *hash,
                              s2rgf_error *err)
{
    *hash = s2_checksum_add(*hash, bytes, count);
    return s2_atomic_write(file, bytes, count, err);
}

static s2rgf_status put_header(s2_atomic_file *file, const s2_text *header, uint64_t *hash,
                               s2rgf_error *err)
{
    unsigned char prefix[S2_SAFETENSORS_PREFIX_BYTES];
    for (int i = 0; i < S2_SAFETENSORS_PREFIX_BYTES; i++)
        prefix[i] = (unsigned char)((uint64_t)header->length >> (8 * i));
    const s2rgf_status status = put_bytes(file, prefix, sizeof prefix, hash, err);
    if (status != S2RGF_OK)
        return status;
    return put_bytes(file, header->data, header->length, hash, err);
}

static s2rgf_status put_floats(s2_atomic_file *file, const s2_safetensors_tensor *tensor,
                               uint64_t *hash, s2rgf_error *err)
{
    unsigned char bytes[4 * S2_SAFETENSORS_CHUNK];
    size_t done = 0;
    while (done < tensor->count) {
        const size_t left = tensor->count - done;
        const size_t part = left < S2_SAFETENSORS_CHUNK ? left : S2_SAFETENSORS_CHUNK;
        for (size_t i = 0; i < part; i++) {
            uint32_t bits;
            memcpy(&bits, &tensor->data[done + i], sizeof bits);
            for (int b = 0; b < 4; b++)
                bytes[4 * i + (size_t)b] = (unsigned char)(bits >> (8 * b));
        }
        const s2rgf_status status = put_bytes(file, bytes, 4 * part, hash, err);
        if (status != S2RGF_OK)
            return status;
        done += part;
    }
    return S2RGF_OK;
}

static s2rgf_status write_all(s2_atomic_file *file, s2_safetensors *content, const s2_text *header,
                              s2rgf_error *err)
{
    uint64_t hash = S2_CHECKSUM_START;
    s2rgf_status status = put_header(file, header, &hash, err);
    for (int i = 0; status == S2RGF_OK && i < content->tensor_count; i++)
        status = put_floats(file, &content->tensors[i], &hash, err);
    if (status == S2RGF_OK)
        s2_checksum_text(hash, content->checksum);
    return status;
}

s2rgf_status s2_safetensors_write(s2_safetensors *content, const char *path, bool overwrite,
                                  s2rgf_error *err)
{
    s2_text header = {0};
    s2_atomic_file file = {0};
    size_t data_bytes;
    s2rgf_status status = s2_safetensors_header(content, path, &header, &data_bytes, err);
    if (status == S2RGF_OK)
        status = s2_atomic_open(&file, path, overwrite, err);
    if (status == S2RGF_OK)
        status = write_all(&file, content, &header, err);
    if (status == S2RGF_OK)
        status = s2_atomic_commit(&file, err);
    s2_atomic_discard(&file);
    s2_free(header.data);
    return status;
}
