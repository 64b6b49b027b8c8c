/* A lazy map as a dataset of GDAL: one class band and its overviews. */
#include "lazy_dataset.h"

#include <algorithm>
#include <string>

#include "working_memory.h"

/* Names may hold what steers a terminal. */
void s2_driver_fail(s2rgf_status status, const char *subject, const char *message)
{
    const std::string text = subject ? std::string(subject) + ": " + message : message;
    char line[2 * S2RGF_MESSAGE_BYTES];
    s2rgf_printable(text.c_str(), line, sizeof line);
    CPLError(CE_Failure, s2rgf_status_gdal_number(status), "%s", line);
}

/* ---- band ----------------------------------------------------------------------------------- */

static int level_size(int size, int level)
{
    return (size - 1) / (1 << level) + 1;
}

LazyBand::LazyBand(LazyDataset *owner, int level) : owner_(owner), level_(level)
{
    const s2rgf_map_info *info = owner->info_;
    poDS = owner;
    nBand = level == 0 ? 1 : 0;
    eAccess = GA_ReadOnly;
    eDataType = owner->type_;
    nRasterXSize = level_size(info->width, level);
    nRasterYSize = level_size(info->height, level);
    nBlockXSize = std::min(info->tile_px, nRasterXSize);
    nBlockYSize = std::min(info->tile_px, nRasterYSize);
    SetDescription("class");
}

/* A tile goes to the upper left corner of its block; what the raster does not reach is nodata. */
void LazyBand::copyTile(const uint16_t *tile, int width, int height, GByte *block) const
{
    const int bytes = GDALGetDataTypeSizeBytes(eDataType);
    const size_t stride = static_cast<size_t>(nBlockXSize) * static_cast<size_t>(bytes);
    std::fill_n(block, stride * static_cast<size_t>(nBlockYSize), GByte(0));
    for (int line = 0; line < height; line++, tile += width, block += stride)
        GDALCopyWords(tile, GDT_UInt16, 2, block, eDataType, bytes, width);
}

CPLErr LazyBand::readBlock(int blockX, int blockY, void *data)
{
    const std::lock_guard<std::recursive_mutex> lock(owner_->mutex_);
    const WorkingMemory memory(owner_->map_.get(), owner_->mutex_);
    const int x = blockX * nBlockXSize, y = blockY * nBlockYSize;
    const int rect[4] = {x, y, std::min(nBlockXSize, nRasterXSize - x),
                         std::min(nBlockYSize, nRasterYSize - y)};
    uint16_t *tile = owner_->tile_.data();
    s2rgf_error err = {};
    const s2rgf_status status = s2rgf_lazy_map_read(owner_->map_.get(), level_, rect, tile, &err);
    if (status != S2RGF_OK) {
        s2_driver_fail(status, owner_->GetDescription(), err.message);
        return CE_Failure;
    }
    char name[S2RGF_MESSAGE_BYTES];
    s2rgf_printable(owner_->GetDescription(), name, sizeof name);
    CPLDebug("S2RGF", "%s: level %d: computed tile %d, %d", name, level_, blockX, blockY);
    copyTile(tile, rect[2], rect[3], static_cast<GByte *>(data));
    return CE_None;
}

CPLErr LazyBand::IReadBlock(int blockX, int blockY, void *data)
{
    return s2_driver_guard(CE_Failure, [&] { return readBlock(blockX, blockY, data); });
}

CPLErr LazyBand::IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void *data,
                           int bufferWidth, int bufferHeight, GDALDataType type,
                           GSpacing pixelSpace, GSpacing lineSpace, GDALRasterIOExtraArg *extra)
{
    return s2_driver_guard(CE_Failure, [&] {
        const std::lock_guard<std::recursive_mutex> lock(owner_->mutex_);
        return GDALRasterBand::IRasterIO(flag, x, y, width, height, data, bufferWidth, bufferHeight,
                                         type, pixelSpace, lineSpace, extra);
    });
}

double LazyBand::GetNoDataValue(int *success)
{
    if (success)
        *success = TRUE;
    return 0.0;
}

GDALColorInterp LazyBand::GetColorInterpretation()
{
    return GCI_PaletteIndex;
}

GDALColorTable *LazyBand::GetColorTable()
{
    return owner_->classes_->GetColorTable();
}

char **LazyBand::GetCategoryNames()
{
    return owner_->classes_->GetCategoryNames();
}

GDALRasterAttributeTable *LazyBand::GetDefaultRAT()
{
    return owner_->classes_->GetDefaultRAT();
}

int LazyBand::GetOverviewCount()
{
    return level_ == 0 ? static_cast<int>(owner_->overviews_.size()) : 0;
}

GDALRasterBand *LazyBand::GetOverview(int index)
{
    if (index < 0 || index >= GetOverviewCount())
        return nullptr;
    return owner_->overviews_[static_cast<size_t>(index)].get();
}

/* ---- dataset -------------------------------------------------------------------------------- */

LazyDataset::LazyDataset(s2rgf_lazy_map *map, const char *name, bool overviews)
    : map_(map, s2rgf_lazy_map_close), info_(s2rgf_lazy_map_info(map)), type_(GDT_Byte)
{
    if (info_->classes[info_->class_count - 1].value > 255)
        type_ = GDT_UInt16;
    eAccess = GA_ReadOnly;
    nRasterXSize = info_->width;
    nRasterYSize = info_->height;
    SetDescription(name);
    const size_t side = static_cast<size_t>(info_->tile_px);
    tile_.resize(side * side);
    if (info_->srs_wkt && srs_.importFromWkt(info_->srs_wkt) == OGRERR_NONE)
        srs_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    SetMetadata(const_cast<char **>(info_->metadata));
    describeClasses();
    if (overviews)
        makeOverviews();
    SetBand(1, new LazyBand(this, 0));
}

LazyDataset::~LazyDataset()
{
    WorkingMemory::forget(map_.get());
}

int LazyDataset::CloseDependentDatasets()
{
    const bool open = map_ != nullptr;
    WorkingMemory::forget(map_.get());
    map_.reset();
    description_.reset();
    return open;
}

/* The band of a small data set in memory holds palette, names and attribute table. */
void LazyDataset::describeClasses()
{
    GDALDriver *memory = GetGDALDriverManager()->GetDriverByName("MEM");
    description_.reset(memory ? memory->Create("", 1, 1, 1, type_, nullptr) : nullptr);
    if (!description_)
        throw std::runtime_error("GDAL's driver MEM is needed for the classes");
    classes_ = description_->GetRasterBand(1);
    s2rgf_error err = {};
    if (s2rgf_lazy_map_describe(map_.get(), GDALRasterBand::ToHandle(classes_), &err) != S2RGF_OK)
        throw std::runtime_error(err.message);
}

/* Down to the first view that is a single tile. */
void LazyDataset::makeOverviews()
{
    const int larger = std::max(info_->width, info_->height);
    for (int level = 1; level < S2RGF_MAP_LEVELS; level++) {
        if (level_size(larger, level - 1) <= info_->tile_px)
            break;
        overviews_.push_back(std::unique_ptr<LazyBand>(new LazyBand(this, level)));
    }
}

#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 12, 0)
CPLErr LazyDataset::GetGeoTransform(double *transform)
#else
CPLErr LazyDataset::GetGeoTransform(GDALGeoTransform &transform) const
#endif
{
    for (int i = 0; i < 6; i++)
        transform[i] = info_->geotransform[i];
    return CE_None;
}

const OGRSpatialReference *LazyDataset::GetSpatialRef() const
{
    return srs_.IsEmpty() ? nullptr : &srs_;
}

CPLErr LazyDataset::IRasterIO(GDALRWFlag flag, int x, int y, int width, int height, void *data,
                              int bufferWidth, int bufferHeight, GDALDataType type, int bandCount,
                              int *bands, GSpacing pixelSpace, GSpacing lineSpace,
                              GSpacing bandSpace, GDALRasterIOExtraArg *extra)
{
    return s2_driver_guard(CE_Failure, [&] {
        const std::lock_guard<std::recursive_mutex> lock(mutex_);
        return GDALDataset::IRasterIO(flag, x, y, width, height, data, bufferWidth, bufferHeight,
                                      type, bandCount, bands, pixelSpace, lineSpace, bandSpace,
                                      extra);
    });
}

#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 10, 0)
bool LazyDataset::CanBeCloned(int scope, bool canShareState) const
{
    return canShareState && scope == GDAL_OF_RASTER;
}

std::unique_ptr<GDALDataset> LazyDataset::Clone(int scope, bool canShareState) const
{
    if (!CanBeCloned(scope, canShareState))
        return nullptr;
    return s2_driver_guard(std::unique_ptr<GDALDataset>(), [&]() -> std::unique_ptr<GDALDataset> {
        s2rgf_lazy_map *copy = nullptr;
        s2rgf_error err = {};
        const s2rgf_status status = s2rgf_lazy_map_clone(map_.get(), &copy, &err);
        if (status == S2RGF_OK)
            return std::unique_ptr<GDALDataset>(
                new LazyDataset(copy, GetDescription(), !overviews_.empty()));
        s2_driver_fail(status, GetDescription(), err.message);
        return nullptr;
    });
}
#endif
