/* The safetensors container: what reading and writing share. */
#include "format/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "format/safetensors_private.h"

bool s2_safetensors_shape(const int *dims, int dim_count, size_t *count)
{
    size_t product = sizeof(float);
    if (dim_count < 1 || dim_count > 4)
        return false;
    for (int i = 0; i < dim_count; i++)
        if (dims[i] < 1 || dims[i] > S2_SAFETENSORS_MAX_DIM ||
            !s2_multiply(product, (size_t)dims[i], &product) ||
            product > S2_SAFETENSORS_MAX_FILE_BYTES)
            return false;
    *count = product / sizeof(float);
    return true;
}

bool s2_safetensors_name_valid(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    const size_t length = strlen(name);
    return length > 0 && length <= S2_SAFETENSORS_NAME_BYTES && strspn(name, allowed) == length &&
           strcmp(name, S2_SAFETENSORS_METADATA) != 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const s2_safetensors_tensor *)a)->name,
                  ((const s2_safetensors_tensor *)b)->name);
}

void s2_safetensors_sort(s2_safetensors_tensor *tensors, int count)
{
    if (count > 1)
        qsort(tensors, (size_t)count, sizeof *tensors, compare_names);
}

const char *s2_safetensors_text_of(const s2_safetensors *content, const char *key)
{
    for (int i = 0; i < content->text_count; i++)
        if (strcmp(content->texts[i].key, key) == 0)
            return content->texts[i].value;
    return NULL;
}

void s2_safetensors_tensors_free(s2_safetensors_tensor *tensors, int count)
{
    for (int i = 0; i < count; i++) {
        s2_free(tensors[i].name);
        s2_free(tensors[i].data);
    }
    s2_free(tensors);
}

void s2_safetensors_clear(s2_safetensors *content)
{
    s2_safetensors_tensors_free(content->tensors, content->tensor_count);
    for (int i = 0; i < content->text_count; i++) {
        s2_free(content->texts[i].key);
        s2_free(content->texts[i].value);
    }
    s2_free(content->texts);
    *content = (s2_safetensors){0};
}
