/* The verb that writes a model's network as an ONNX file. */
#include "core/argument.h"
#include "core/atomic_file.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "model/metadata.h"
#include "model/model.h"
#include "model/network_model.h"
#include "s2rgf/models.h"

#define MAX_BYTES 2147483647 /* readers of protocol buffers accept no more */

/* The description of s2rgf_model(5) in one line; NULL: no memory. */
static char *describe_in_line(const s2_model_content *content)
{
    s2_json_writer writer = {0};
    s2_json_begin_object(&writer, NULL);
    s2_model_put_members(&writer, content);
    s2_json_end_object(&writer);
    if (!writer.text.failed)
        return writer.text.data;
    s2_free(writer.text.data);
    return NULL;
}

/* file out, released by the caller. */
static s2rgf_status make_file(const s2rgf_model *model, s2_protobuf *file, s2rgf_error *err)
{
    s2_onnx_graph graph = {0};
    char *description = NULL;
    s2rgf_status status = s2_network_to_onnx(&model->content, model->path, &graph, err);
    if (status == S2RGF_OK) {
        description = describe_in_line(&model->content);
        status = description ? S2RGF_OK : s2_fail_memory(err, "model description");
    }
    if (status == S2RGF_OK) {
        s2_onnx_finish(&graph, description, file);
        status = file->failed ? s2_fail_memory(err, "ONNX file") : S2RGF_OK;
    }
    s2_onnx_clear(&graph);
    s2_free(description);
    return status;
}

s2rgf_status s2rgf_model_export_onnx(const s2rgf_model *model, const char *path, bool overwrite,
                                     s2rgf_error *err)
{
    s2_protobuf content = {0};
    s2_error_clear(err);
    s2rgf_status status = S2_ARGUMENTS_GIVEN(err, {"model", model}, {"path", path});
    if (status == S2RGF_OK)
        status = s2_refuse_input(path, model->path, err);
    if (status == S2RGF_OK)
        status = s2_atomic_check(path, overwrite, err);
    if (status == S2RGF_OK)
        status = make_file(model, &content, err);
    if (status == S2RGF_OK && content.length > MAX_BYTES)
        status = s2_fail(err, S2RGF_UNSUPPORTED,
                         "%s: too large for an ONNX file: expected at most %d bytes, found %zu",
                         path, MAX_BYTES, content.length);
    if (status == S2RGF_OK)
        status = s2_atomic_save(path, content.data, content.length, overwrite, err);
    s2_protobuf_clear(&content);
    return status;
}
