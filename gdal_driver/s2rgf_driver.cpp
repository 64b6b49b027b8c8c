/* GDAL's driver S2RGF: scene files and connection strings opened as lazy maps, s2rgf_scene(5). */
#include <cstring>
#include <memory>

#include "commands.h"
#include "lazy_dataset.h"
#include "s2rgf/lazy_maps.h"

#define PREFIX "S2RGF:"
#define SUFFIX ".s2rgf.json"
#define LINE_START "model="

CPL_C_START
/** What GDAL calls when it finds this plugin. */
void CPL_DLL GDALRegister_S2RGF(void);
CPL_C_END

/* Lines of the library are debug messages, except for warnings. */
static void show_line(s2rgf_log_level level, const char *line, void *)
{
    char shown[S2RGF_MESSAGE_BYTES];
    s2rgf_printable(line, shown, sizeof shown);
    if (level == S2RGF_WARNING)
        CPLError(CE_Warning, CPLE_AppDefined, "%s", shown);
    else
        CPLDebug("S2RGF", "%s", shown);
}

static int identify(GDALOpenInfo *info)
{
    const char *name = info->pszFilename;
    const size_t length = strlen(name), suffix = strlen(SUFFIX);
    if (STARTS_WITH_CI(name, PREFIX))
        return TRUE;
    return info->bStatOK && !info->bIsDirectory && length > suffix &&
           EQUAL(name + length - suffix, SUFFIX);
}

/* The file of a name with or without the prefix. */
static const char *without_prefix(const char *name)
{
    return STARTS_WITH_CI(name, PREFIX) ? name + strlen(PREFIX) : name;
}

static s2rgf_status load_scene(const char *name, s2rgf_scene **scene, s2rgf_error *err)
{
    const char *rest = without_prefix(name);
    if (rest != name && STARTS_WITH(rest, LINE_START))
        return s2rgf_scene_parse(rest, scene, err);
    return s2rgf_scene_load(rest, scene, err);
}

static s2rgf_status open_map(const char *name, s2rgf_lazy_map **map, s2rgf_error *err)
{
    const s2rgf_host host = {nullptr, show_line, nullptr};
    s2rgf_scene *scene = nullptr;
    s2rgf_lazy_map_options options;
    s2rgf_lazy_map_options_init(&options, sizeof options);
    s2rgf_status status = load_scene(name, &scene, err);
    options.scene = scene;
    if (status == S2RGF_OK)
        status = s2rgf_lazy_map_open(&options, &host, map, err);
    s2rgf_scene_free(scene);
    return status;
}

static GDALDataset *open_dataset(GDALOpenInfo *info)
{
    const char *name = info->pszFilename;
    s2rgf_lazy_map *map = nullptr;
    s2rgf_error err = {};
    if (info->eAccess == GA_Update) {
        s2_driver_fail(S2RGF_UNSUPPORTED, name,
                       "maps that are computed cannot be opened for update");
        return nullptr;
    }
    const s2rgf_status status = open_map(name, &map, &err);
    if (status != S2RGF_OK) {
        /* messages about the scene file itself name it already */
        const bool named = STARTS_WITH(err.message, without_prefix(name));
        s2_driver_fail(status, named ? nullptr : name, err.message);
        return nullptr;
    }
    return new LazyDataset(map, name, CPLFetchBool(info->papszOpenOptions, "OVERVIEWS", true));
}

static GDALDataset *open(GDALOpenInfo *info)
{
    if (!identify(info))
        return nullptr;
    return s2_driver_guard(static_cast<GDALDataset *>(nullptr), [&] { return open_dataset(info); });
}

static int register_driver()
{
    std::unique_ptr<GDALDriver> driver(new GDALDriver());
    driver->SetDescription("S2RGF");
    driver->SetMetadataItem(GDAL_DCAP_RASTER, "YES");
    driver->SetMetadataItem(GDAL_DMD_LONGNAME, "Land-cover maps computed on demand by s2rgf");
    driver->SetMetadataItem(GDAL_DMD_EXTENSION, "s2rgf.json");
    driver->SetMetadataItem(GDAL_DMD_CONNECTION_PREFIX, PREFIX);
    driver->SetMetadataItem(GDAL_DMD_OPENOPTIONLIST,
                            "<OpenOptionList>"
                            "<Option name='OVERVIEWS' type='boolean' default='YES' "
                            "description='Whether to offer approximate overviews'/>"
                            "</OpenOptionList>");
    driver->pfnIdentify = identify;
    driver->pfnOpen = open;
    s2_driver_declare_commands(driver.get());
    return GetGDALDriverManager()->RegisterDriver(driver.release());
}

void GDALRegister_S2RGF(void)
{
    if (GDAL_CHECK_VERSION("S2RGF") && !GDALGetDriverByName("S2RGF"))
        s2_driver_guard(-1, register_driver);
}
