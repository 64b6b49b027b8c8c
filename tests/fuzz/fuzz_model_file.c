/*
 * Damaged model files: whatever the bytes, the loader refuses with a message or yields a model that
 * holds together and can be saved again.
 */
#include "fuzz/damage.h"
#include "model/file.h"

static char path[64]; /* the damaged file */

/** What the library relies on once a model is loaded. */
static bool is_sound(const s2_model_content *content)
{
    bool sound = content->source_count >= 1 && content->source_count <= S2RGF_MAX_SOURCES &&
                 content->reference >= 0 && content->reference < content->source_count &&
                 content->classes.count >= 1 && content->classes.count <= S2RGF_MAX_CLASSES &&
                 content->tensor_count >= 1 && strlen(content->checksum) == 16;
    for (int i = 0; sound && i < content->tensor_count; i++) {
        const s2_safetensors_tensor *tensor = &content->tensors[i];
        size_t count = 1;
        for (int d = 0; d < tensor->dim_count; d++)
            count *= (size_t)tensor->dims[d];
        sound = count == tensor->count;
        for (size_t k = 0; k < count; k++)
            sound = sound && isfinite(tensor->data[k]);
        if (i > 0)
            sound = sound && strcmp(content->tensors[i - 1].name, tensor->name) < 0;
    }
    for (int i = 0; sound && i < content->source_count; i++)
        for (int b = 0; b < content->sources[i].band_count; b++)
            sound = sound && content->sources[i].bands[b].std > 0 &&
                    isfinite(content->sources[i].bands[b].mean);
    return sound;
}

/** Load the file; false when the loader broke its word. *accepted tells whether it was taken. */
static bool try_file(bool *accepted)
{
    s2_model_content content;
    s2rgf_error err = {S2RGF_OK, ""};
    const s2rgf_status status = s2_model_load(path, &content, &err);
    *accepted = status == S2RGF_OK;
    if (status != S2RGF_OK)
        return (status == S2RGF_FORMAT || status == S2RGF_UNSUPPORTED) && err.status == status &&
               strncmp(err.message, path, strlen(path)) == 0 && !content.tensors &&
               !content.sources;
    const bool held = is_sound(&content) && s2_model_save(&content, path, true, &err) == S2RGF_OK;
    s2_model_content_clear(&content);
    return held;
}

/** Text that means something to the loader. */
static const char *const TOKENS[] = {FUZZ_JSON,
                                     "1e-320",
                                     "NaN",
                                     "4294967296",
                                     "18446744073709551616",
                                     "\\u009b",
                                     "F64",
                                     "\"dtype\":\"F32\",",
                                     "\"shape\":[1],",
                                     "\"data_offsets\":[0,4],",
                                     "__metadata__",
                                     "\\\"bands\\\":[{}],",
                                     "\\\"std\\\":0,"};

/** After a change of length make the header's declared length fit again, most of the time. */
static void repair_length(const sample_bytes *valid, sample_bytes *file, s2_random *random)
{
    const size_t data_bytes = valid->length - 8 - sample_header_length(valid);
    if (fuzz_below(random, 4) != 0 && file->length >= 8 + data_bytes)
        sample_set_header_length(file->data, file->length - 8 - data_bytes);
}

static bool try_bytes(const sample_bytes *file, bool *accepted)
{
    REQUIRE(sample_write_file(path, file->data, file->length));
    return try_file(accepted);
}

static const fuzz_target target = {TOKENS, sizeof TOKENS / sizeof *TOKENS, repair_length, try_bytes,
                                   "model_file"};

static void set_up(void)
{
    snprintf(path, sizeof path, "%s/s2rgf_fuzz_XXXXXX", fuzz_folder());
    const int descriptor = mkstemp(path);
    REQUIRE(descriptor >= 0 && close(descriptor) == 0);
}

#ifdef S2_LIBFUZZER
FUZZ_ENTRY(set_up, &target)
#else

int main(void)
{
    s2_model_content made;
    set_up();
    REQUIRE(sample_build(&made, false));
    REQUIRE(s2_model_save(&made, path, true, NULL) == S2RGF_OK);
    sample_bytes valid = sample_read_file(path);
    REQUIRE(valid.data != NULL);
    fuzz_run(&target, &valid);
    free(valid.data);
    s2_model_content_clear(&made);
    CHECK(unlink(path) == 0);
    return harness_end();
}

#endif
