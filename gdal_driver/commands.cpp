/* "gdal driver s2rgf info" describes a model, "gdal driver s2rgf classify" maps a scene as the lazy map does. */
#include "commands.h"

#include "lazy_dataset.h"
#include "s2rgf/lazy_maps.h"

#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 11, 0)
#include <gdalalgorithm.h>

#include <string>

namespace
{

/* The argument of both. */
#define MODEL_ARGUMENT "model", 'm', "Model file, made by s2rgf_train"

class InfoCommand final : public GDALAlgorithm
{
  public:
    InfoCommand() : GDALAlgorithm("info", "Describe a model of s2rgf.", "")
    {
        AddArg(MODEL_ARGUMENT, &model_).SetPositional().SetRequired();
        AddArg("json", 0, "Print one JSON object", &json_);
        AddOutputStringArg(&output_);
    }

  private:
    bool RunImpl(GDALProgressFunc, void *) override
    {
        s2rgf_model *model = nullptr;
        s2rgf_error err = {};
        char *text = nullptr;
        s2rgf_status status = s2rgf_model_open(model_.c_str(), &model, &err);
        if (status == S2RGF_OK)
            status = s2rgf_model_describe(model, json_, &text, &err);
        if (status == S2RGF_OK)
            output_ = text;
        else
            s2_driver_fail(status, nullptr, err.message);
        s2rgf_free(text);
        s2rgf_model_close(model);
        return status == S2RGF_OK;
    }

    std::string model_, output_;
    bool json_ = false;
};

class ClassifyCommand final : public GDALAlgorithm
{
  public:
    ClassifyCommand()
        : GDALAlgorithm("classify", "Map the land cover of a scene with a model of s2rgf.", "")
    {
        AddArg(MODEL_ARGUMENT, &model_).SetRequired();
        AddArg("input", 'i', "A raster as NAME=FILE: NAME is a source of the model", &inputs_)
            .SetRequired()
            .SetMinCount(1)
            .SetPackedValuesAllowed(false);
        AddArg("output", 'o', "GeoTIFF to write", &output_).SetPositional().SetRequired();
        AddOverwriteArg(&overwrite_);
        AddProgressArg();
    }

  private:
    /* The scene's map, of which nothing is computed yet. */
    GDALDatasetUniquePtr openMap() const
    {
        std::vector<std::string> names;
        for (const std::string &input : inputs_)
            names.push_back(
                input.find('=') == std::string::npos ? "source" : input.substr(0, input.find('=')));
        std::vector<s2rgf_input> inputs;
        for (size_t i = 0; i < inputs_.size(); i++) /* the path is what follows the first "=" */
            inputs.push_back({names[i].c_str(), inputs_[i].c_str() + inputs_[i].find('=') + 1});
        s2rgf_scene scene = {};
        scene.model_path = model_.c_str();
        scene.options.inputs = inputs.data();
        scene.options.input_count = inputs.size();
        s2rgf_lazy_map_options options;
        s2rgf_lazy_map_options_init(&options, sizeof options);
        options.scene = &scene;
        s2rgf_lazy_map *map = nullptr;
        s2rgf_error err = {};
        const s2rgf_status status = s2rgf_lazy_map_open(&options, nullptr, &map, &err);
        if (status == S2RGF_OK)
            return GDALDatasetUniquePtr(new LazyDataset(map, output_.c_str(), false));
        s2_driver_fail(status, nullptr, err.message);
        return nullptr;
    }

    /* The file gets its name when it is whole. */
    bool write(GDALProgressFunc progress, void *data)
    {
        VSIStatBufL there;
        GDALDriver *tiff = GetGDALDriverManager()->GetDriverByName("GTiff");
        if (!overwrite_ && VSIStatL(output_.c_str(), &there) == 0) {
            s2_driver_fail(S2RGF_INVALID_ARGUMENT, output_.c_str(),
                           "exists: use --overwrite to replace it");
            return false;
        }
        const GDALDatasetUniquePtr map = openMap();
        if (!map || !tiff)
            return false;
        const std::string unfinished = output_ + ".unfinished.tif";
        const char *const options[] = {"COMPRESS=DEFLATE", "TILED=YES", "BIGTIFF=IF_SAFER",
                                       nullptr};
        GDALDatasetUniquePtr made(tiff->CreateCopy(unfinished.c_str(), map.get(), FALSE,
                                                   const_cast<char **>(options), progress, data));
        const bool whole = made && made->Close() == CE_None;
        made.reset();
        if (whole && tiff->Rename(output_.c_str(), unfinished.c_str()) == CE_None)
            return true;
        CPLPushErrorHandler(CPLQuietErrorHandler); /* there may be nothing to delete */
        tiff->Delete(unfinished.c_str());
        CPLPopErrorHandler();
        return false;
    }

    bool RunImpl(GDALProgressFunc progress, void *data) override
    {
        return s2_driver_guard(false, [&] { return write(progress, data); });
    }

    std::string model_, output_;
    std::vector<std::string> inputs_;
    bool overwrite_ = false;
};

} // namespace

static GDALAlgorithm *instantiate(const std::vector<std::string> &path)
{
    if (path.size() == 1 && path[0] == "info")
        return new InfoCommand();
    if (path.size() == 1 && path[0] == "classify")
        return new ClassifyCommand();
    return nullptr;
}

void s2_driver_declare_commands(GDALDriver *driver)
{
    driver->pfnInstantiateAlgorithm = instantiate;
    driver->DeclareAlgorithm({"info"});
    driver->DeclareAlgorithm({"classify"});
}

#else

void s2_driver_declare_commands(GDALDriver *)
{
}

#endif
