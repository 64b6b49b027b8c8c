/* Reading the safetensors container; the file is not trusted. */
#include "core/checksum.h"
#include "format/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "format/json_reader.h"
#include "format/safetensors_private.h"

#define OFFSET_LIMIT (INT64_C(1) << 40) /* far beyond any file, far below an overflow */

/** A tensor and where its data lie, counted from the end of the header. */
typedef struct entry {
    s2_safetensors_tensor tensor;
    int64_t begin, end;
} entry;

/** A file being read. */
typedef struct reader {
    const char *path;
    int descriptor;
    int64_t size;       /* of the file */
    int64_t data_bytes; /* after the header */
    uint64_t hash;
    entry *entries;
    int entry_count;
    s2_safetensors *content;
} reader;

static s2rgf_status open_model_file(reader *file, s2rgf_error *err)
{
    struct stat facts;
    /* A named pipe would block open() for ever. */
    file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->descriptor < 0 || fstat(file->descriptor, &facts) != 0)
        return s2_fail(err, S2RGF_IO, "%s: cannot open: %s", file->path,
                       s2_open_problem(file->path));
    if (!S_ISREG(facts.st_mode))
        return s2_fail(err, S2RGF_IO, "%s: cannot open: expected a regular file", file->path);
    file->size = facts.st_size;
    if (file->size > S2_SAFETENSORS_MAX_FILE_BYTES)
        return s2_fail(err, S2RGF_UNSUPPORTED,
                       "%s: file too large: expected at most %d bytes, found %lld", file->path,
                       S2_SAFETENSORS_MAX_FILE_BYTES, (long long)file->size);
    return S2RGF_OK;
}

static s2rgf_status get_bytes(reader *file, void *bytes, size_t count, s2rgf_error *err)
{
    size_t done = 0;
    while (done < count) {
        const ssize_t part = read(file->descriptor, (char *)bytes + done, count - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return s2_fail(err, S2RGF_IO, "%s: cannot read: %s", file->path, strerror(errno));
        if (part == 0)
            return s2_fail(err, S2RGF_IO, "%s: cannot read: the file has become shorter",
                           file->path);
        done += (size_t)part;
    }
    file->hash = s2_checksum_add(file->hash, bytes, count);
    return S2RGF_OK;
}

/** The header's text with a zero after it. */
static s2rgf_status read_header(reader *file, char **text, size_t *length, s2rgf_error *err)
{
    unsigned char prefix[S2_SAFETENSORS_PREFIX_BYTES];
    if (file->size < S2_SAFETENSORS_PREFIX_BYTES + 2)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not a model file: expected a safetensors header, found %lld bytes",
                       file->path, (long long)file->size);
    s2rgf_status status = get_bytes(file, prefix, sizeof prefix, err);
    if (status != S2RGF_OK)
        return status;
    uint64_t declared = 0;
    for (int i = S2_SAFETENSORS_PREFIX_BYTES - 1; i >= 0; i--)
        declared = declared << 8 | prefix[i];
    if (declared < 2 || declared > S2_SAFETENSORS_MAX_HEADER_BYTES)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not a model file: expected a safetensors header of at most %d bytes, "
                       "found %llu",
                       file->path, S2_SAFETENSORS_MAX_HEADER_BYTES, (unsigned long long)declared);
    const int64_t room = file->size - S2_SAFETENSORS_PREFIX_BYTES;
    if ((int64_t)declared > room)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: truncated: expected a header of %llu bytes, found %lld", file->path,
                       (unsigned long long)declared, (long long)room);
    *length = (size_t)declared;
    *text = s2_alloc(*length + 1, 1);
    if (!*text)
        return s2_fail_memory(err, "model file header");
    (*text)[*length] = '\0';
    file->data_bytes = room - (int64_t)declared;
    return get_bytes(file, *text, *length, err);
}

static s2rgf_status take_text(const char *key, const s2_json_node *node, void *user,
                              s2rgf_error *err)
{
    s2_safetensors *content = user;
    const char *value = NULL;
    const s2rgf_status status = s2_json_string(node, &value, err);
    if (status != S2RGF_OK)
        return status;
    s2_safetensors_text *text = &content->texts[content->text_count++];
    text->key = s2_strdup(key);
    text->value = s2_strdup(value);
    return !text->key || !text->value ? s2_fail_memory(err, "model description") : S2RGF_OK;
}

static s2rgf_status take_metadata(const s2_json_node *node, s2_safetensors *content,
                                  s2rgf_error *err)
{
    const size_t count = s2_json_member_count(node);
    if (count > S2_SAFETENSORS_MAX_METADATA)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: %s: too many members: expected at most %d, found %zu", node->subject,
                       node->path, S2_SAFETENSORS_MAX_METADATA, count);
    content->texts = s2_calloc(count, sizeof *content->texts);
    if (!content->texts)
        return s2_fail_memory(err, "model description");
    return s2_json_visit_members(node, take_text, content, err);
}

static s2rgf_status take_shape(const s2_json_node *node, s2_safetensors_tensor *tensor,
                               s2rgf_error *err)
{
    s2_json_node shape, dim;
    s2rgf_status status =
        s2_json_array(node, "shape", (const int[]){1, 4}, &shape, &tensor->dim_count, err);
    for (int i = 0; status == S2RGF_OK && i < tensor->dim_count; i++) {
        int64_t value = 0;
        s2_json_item(&shape, i, &dim);
        status = s2_json_count(&dim, S2_SAFETENSORS_MAX_DIM, &value, err);
        tensor->dims[i] = (int)value;
    }
    if (status != S2RGF_OK)
        return status;
    if (!s2_safetensors_shape(tensor->dims, tensor->dim_count, &tensor->count))
        return s2_fail(err, S2RGF_FORMAT, "%s: %s: impossible shape: expected 1 to %d elements",
                       node->subject, shape.path,
                       S2_SAFETENSORS_MAX_FILE_BYTES / (int)sizeof(float));
    return S2RGF_OK;
}

static s2rgf_status take_offsets(const s2_json_node *node, int64_t data_bytes, entry *taken,
                                 s2rgf_error *err)
{
    s2_json_node offsets, item;
    int count;
    s2rgf_status status =
        s2_json_array(node, "data_offsets", (const int[]){2, 2}, &offsets, &count, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_item(&offsets, 0, &item);
    status = s2_json_count(&item, OFFSET_LIMIT, &taken->begin, err);
    if (status != S2RGF_OK)
        return status;
    s2_json_item(&offsets, 1, &item);
    status = s2_json_count(&item, OFFSET_LIMIT, &taken->end, err);
    if (status != S2RGF_OK)
        return status;
    if (taken->end > data_bytes)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: truncated: %s expects %lld bytes of data, found %lld", node->subject,
                       offsets.path, (long long)taken->end, (long long)data_bytes);
    const int64_t wanted = (int64_t)(taken->tensor.count * sizeof(float));
    if (taken->end - taken->begin != wanted)
        return s2_fail(
            err, S2RGF_FORMAT, "%s: %s: does not fit the shape: expected %lld bytes, found %lld",
            node->subject, offsets.path, (long long)wanted, (long long)(taken->end - taken->begin));
    return S2RGF_OK;
}

static s2rgf_status check_type(const s2_json_node *node, s2rgf_error *err)
{
    s2_json_node type;
    const char *text = NULL;
    const s2rgf_status status = s2_json_member_string(node, "dtype", &type, &text, err);
    if (status != S2RGF_OK)
        return status;
    if (strcmp(text, "F32") != 0)
        return s2_fail(err, S2RGF_UNSUPPORTED, "%s: %s: other number type: expected F32",
                       node->subject, type.path);
    if (s2_json_member_count(node) != 3)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: %s: expected just dtype, shape and data_offsets, found %zu members",
                       node->subject, node->path, s2_json_member_count(node));
    return S2RGF_OK;
}

static s2rgf_status take_member(const char *key, const s2_json_node *node, void *user,
                                s2rgf_error *err)
{
    reader *file = user;
    if (strcmp(key, S2_SAFETENSORS_METADATA) == 0)
        return take_metadata(node, file->content, err);
    if (!s2_safetensors_name_valid(key))
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: %s: bad tensor name: expected at most %d letters, digits, '_' and '.'",
                       node->subject, node->path, S2_SAFETENSORS_NAME_BYTES);
    entry *taken = &file->entries[file->entry_count++];
    s2rgf_status status = check_type(node, err);
    if (status == S2RGF_OK)
        status = take_shape(node, &taken->tensor, err);
    if (status == S2RGF_OK)
        status = take_offsets(node, file->data_bytes, taken, err);
    if (status != S2RGF_OK)
        return status;
    taken->tensor.name = s2_strdup(key);
    return !taken->tensor.name ? s2_fail_memory(err, "tensor name") : S2RGF_OK;
}

static int compare_offsets(const void *a, const void *b)
{
    const entry *first = a, *second = b;
    return (first->begin > second->begin) - (first->begin < second->begin);
}

/** The tensors must follow each other without gap or overlap and end with the file. */
static s2rgf_status check_layout(reader *file, s2rgf_error *err)
{
    int64_t place = 0;
    qsort(file->entries, (size_t)file->entry_count, sizeof *file->entries, compare_offsets);
    for (int i = 0; i < file->entry_count; i++) {
        const entry *next = &file->entries[i];
        if (next->begin != place)
            return s2_fail(err, S2RGF_FORMAT,
                           "%s: tensor %s: %s the one before: expected offset %lld, found %lld",
                           file->path, next->tensor.name,
                           next->begin < place ? "overlaps" : "leaves a gap after",
                           (long long)place, (long long)next->begin);
        place = next->end;
    }
    if (place != file->data_bytes)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: bytes after the last tensor: expected %lld bytes of data, found %lld",
                       file->path, (long long)place, (long long)file->data_bytes);
    return S2RGF_OK;
}

/* The members of the header to entries, in the order of the data. */
static s2rgf_status take_members(reader *file, const s2_json_node *root, s2rgf_error *err)
{
    const size_t members = s2_json_member_count(root);
    if (members > S2_SAFETENSORS_MAX_TENSORS + 1)
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: header: too many tensors: expected at most %d, found %zu", file->path,
                       S2_SAFETENSORS_MAX_TENSORS, members);
    file->entries = s2_calloc(members, sizeof *file->entries);
    if (!file->entries)
        return s2_fail_memory(err, "list of tensors");
    const s2rgf_status status = s2_json_visit_members(root, take_member, file, err);
    return status == S2RGF_OK ? check_layout(file, err) : status;
}

static s2rgf_status parse_header(reader *file, const char *text, size_t length, s2rgf_error *err)
{
    s2_json_node root;
    if (text[0] != '{')
        return s2_fail(err, S2RGF_FORMAT,
                       "%s: not a model file: expected a header that begins with '{'", file->path);
    s2rgf_status status = s2_json_parse(text, length, file->path, "header", &root, err);
    if (status != S2RGF_OK)
        return status;
    status = take_members(file, &root, err);
    s2_json_free(&root);
    return status;
}

static s2rgf_status read_tensor(reader *file, s2_safetensors_tensor *tensor, s2rgf_error *err)
{
    unsigned char bytes[4 * S2_SAFETENSORS_CHUNK];
    tensor->data = s2_alloc(tensor->count, sizeof *tensor->data);
    if (!tensor->data)
        return s2_fail_memory(err, tensor->name);
    size_t done = 0;
    while (done < tensor->count) {
        const size_t left = tensor->count - done;
        const size_t part = left < S2_SAFETENSORS_CHUNK ? left : S2_SAFETENSORS_CHUNK;
        const s2rgf_status status = get_bytes(file, bytes, 4 * part, err);
        if (status != S2RGF_OK)
            return status;
        for (size_t i = 0; i < part; i++, done++) {
            const unsigned char *b = bytes + 4 * i;
            const uint32_t bits =
                (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
            memcpy(&tensor->data[done], &bits, sizeof bits);
            if (!isfinite(tensor->data[done]))
                return s2_fail(err, S2RGF_FORMAT,
                               "%s: tensor %s: expected finite numbers, found %g at element %zu",
                               file->path, tensor->name, (double)tensor->data[done], done);
        }
    }
    return S2RGF_OK;
}

/** Read the data in file order, then hand the tensors over, sorted by name. */
static s2rgf_status read_tensors(reader *file, s2rgf_error *err)
{
    s2_safetensors *content = file->content;
    for (int i = 0; i < file->entry_count; i++) {
        const s2rgf_status status = read_tensor(file, &file->entries[i].tensor, err);
        if (status != S2RGF_OK)
            return status;
    }
    content->tensors = s2_calloc((size_t)file->entry_count, sizeof *content->tensors);
    if (!content->tensors)
        return s2_fail_memory(err, "list of tensors");
    for (int i = 0; i < file->entry_count; i++)
        content->tensors[i] = file->entries[i].tensor;
    content->tensor_count = file->entry_count;
    file->entry_count = 0;
    s2_safetensors_sort(content->tensors, content->tensor_count);
    s2_checksum_text(file->hash, content->checksum);
    return S2RGF_OK;
}

static void close_reader(reader *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    for (int i = 0; i < file->entry_count; i++) {
        s2_free(file->entries[i].tensor.name);
        s2_free(file->entries[i].tensor.data);
    }
    s2_free(file->entries);
}

s2rgf_status s2_safetensors_read(const char *path, s2_safetensors *content, s2rgf_error *err)
{
    *content = (s2_safetensors){0};
    reader file = {.path = path, .descriptor = -1, .hash = S2_CHECKSUM_START, .content = content};
    char *text = NULL;
    size_t length = 0;
    s2rgf_status status = open_model_file(&file, err);
    if (status == S2RGF_OK)
        status = read_header(&file, &text, &length, err);
    if (status == S2RGF_OK)
        status = parse_header(&file, text, length, err);
    if (status == S2RGF_OK)
        status = read_tensors(&file, err);
    close_reader(&file);
    s2_free(text);
    if (status != S2RGF_OK)
        s2_safetensors_clear(content);
    return status;
}

s2rgf_status s2_safetensors_rehearse(s2_safetensors *content, const char *path,
                                     s2_safetensors *again, s2rgf_error *err)
{
    *again = (s2_safetensors){0};
    reader file = {.path = path, .descriptor = -1, .content = again};
    s2_text header = {0};
    size_t data_bytes = 0;
    s2rgf_status status = s2_safetensors_header(content, path, &header, &data_bytes, err);
    file.data_bytes = (int64_t)data_bytes;
    if (status == S2RGF_OK)
        status = parse_header(&file, header.data, header.length, err);
    close_reader(&file);
    s2_free(header.data);
    if (status != S2RGF_OK)
        s2_safetensors_clear(again);
    return status;
}
