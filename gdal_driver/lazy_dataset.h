/* A lazy map as a dataset of GDAL: one class band and its overviews. */
#ifndef S2_GDAL_DRIVER_LAZY_DATASET_H
#define S2_GDAL_DRIVER_LAZY_DATASET_H

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <gdal_priv.h>
#include <gdal_rat.h>

#include "s2rgf/lazy_maps.h"

/** Report a failure as an error of GDAL: "subject: message", or the message alone; printable. */
void s2_driver_fail(s2rgf_status status, const char *subject, const char *message);

/**
 * Run a method whose exceptions must not reach GDAL, which knows none: what is thrown, as when
 * memory is out, becomes an error of GDAL and the value `failed`.
 */
template <typename Value, typename Method> Value s2_driver_guard(Value failed, Method method)
{
    try {
        return method();
    } catch (const std::runtime_error &problem) {
        CPLError(CE_Failure, CPLE_AppDefined, "S2RGF: %s", problem.what());
    } catch (...) {
        CPLError(CE_Failure, CPLE_OutOfMemory, "S2RGF: out of memory");
    }
    return failed;
}

class LazyDataset;

/** The map at one level: its band, or an overview of it. */
class LazyBand final : public GDALRasterBand
{
  public:
    LazyBand(LazyDataset *owner, int level);

    CPLErr IReadBlock(int blockX, int blockY, void *data) override;
    CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void *data,
                     int bufferWidth, int bufferHeight, GDALDataType type, GSpacing pixelSpace,
                     GSpacing lineSpace, GDALRasterIOExtraArg *extra) override;
    double GetNoDataValue(int *success) override;
    GDALColorInterp GetColorInterpretation() override;
    GDALColorTable *GetColorTable() override;
    char **GetCategoryNames() override;
    GDALRasterAttributeTable *GetDefaultRAT() override;
    int GetOverviewCount() override;
    GDALRasterBand *GetOverview(int index) override;

  private:
    CPLErr readBlock(int blockX, int blockY, void *data);
    void copyTile(const uint16_t *tile, int width, int height, GByte *block) const;

    LazyDataset *owner_;
    int level_;
};

/** Reads take turns: GDAL's handling of blocks is not safe for threads that share a handle. */
class LazyDataset final : public GDALDataset
{
  public:
    /** Takes over the map. name: what messages call it. */
    LazyDataset(s2rgf_lazy_map *map, const char *name, bool overviews);
    ~LazyDataset() override;
    LazyDataset(const LazyDataset &) = delete;
    LazyDataset &operator=(const LazyDataset &) = delete;

#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 12, 0)
    CPLErr GetGeoTransform(double *transform) override;
#else
    CPLErr GetGeoTransform(GDALGeoTransform &transform) const override;
#endif
    const OGRSpatialReference *GetSpatialRef() const override;
    CPLErr IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void *data,
                     int bufferWidth, int bufferHeight, GDALDataType type, int bandCount,
                     int *bands, GSpacing pixelSpace, GSpacing lineSpace, GSpacing bandSpace,
                     GDALRasterIOExtraArg *extra) override;
    /* At the end of GDAL, which then closes what is still open, in any order. */
    int CloseDependentDatasets() override;

#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 10, 0)
  protected:
    /* What a dataset opened thread-safe is made of: one map for each thread, with common weights. */
    bool CanBeCloned(int scope, bool canShareState) const override;
    std::unique_ptr<GDALDataset> Clone(int scope, bool canShareState) const override;
#endif

  private:
    friend class LazyBand;

    void describeClasses();
    void makeOverviews();

    std::unique_ptr<s2rgf_lazy_map, void (*)(s2rgf_lazy_map *)> map_;
    const s2rgf_map_info *info_;
    GDALDataType type_;
    std::recursive_mutex mutex_;
    std::vector<uint16_t> tile_; /* class values of the block in hand */
    OGRSpatialReference srs_;
    GDALDatasetUniquePtr description_;
    GDALRasterBand *classes_ = nullptr; /* of that: palette, names and attribute table */
    std::vector<std::unique_ptr<LazyBand>> overviews_;
};

#endif
