#!/usr/bin/env python3
"""Makes small products of satellites with the structure of the real ones, for tests: files, names, metadata.

    make_products.py FOLDER

FOLDER gets s2.SAFE, landsat, enmap, and, where GDAL writes netCDF, EMIT_L2A_RFL_001.nc and
PRS_L2D_STD.he5, all over one piece of ground with two kinds of cover in stripes, and labels.gpkg with a polygon in each stripe. A part of each is
cloudy: bright, and marked in the product's quality layer.
"""

import pathlib
import sys

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()

EPSG, LEFT, TOP, SIDE = 32633, 600000, 5700000, 1920  # metres
STRIPE = 320  # metres
CLOUD = (960, 240, 720, 600)  # x, y, width and height in metres from the upper left corner
GROUND = ((0.05, 0.40), (0.15, 0.25))  # reflectance of each cover below and above 700 nm


def srs():
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(EPSG)
    return reference


def centres(pixel):
    return (np.arange(SIDE // pixel) + 0.5) * pixel


def cover(pixel):
    """The cover of every pixel, 0 or 1, and whether it is cloudy."""
    x, y = np.meshgrid(centres(pixel), centres(pixel))
    left, top, width, height = CLOUD
    cloudy = (x >= left) & (x < left + width) & (y >= top) & (y < top + height)
    return (x // STRIPE % 2).astype(int), cloudy


def reflectance(pixel, nm):
    """Of one band, with noise that is always the same."""
    kind, cloudy = cover(pixel)
    noise = np.random.default_rng(int(nm * 10)).normal(0, 0.01, kind.shape)
    return np.where(cloudy, 0.8, np.array([g[nm > 700] for g in GROUND])[kind]) + noise


def write(path, planes, pixel, driver="GTiff", kind=gdal.GDT_UInt16, nodata=None, options=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    made = gdal.GetDriverByName("MEM").Create("", SIDE // pixel, SIDE // pixel, len(planes), kind)
    made.SetGeoTransform((LEFT, pixel, 0, TOP, 0, -pixel))
    made.SetProjection(srs().ExportToWkt())
    for number, plane in enumerate(planes, 1):
        band = made.GetRasterBand(number)
        band.WriteArray(plane)
        if nodata is not None:
            band.SetNoDataValue(nodata)
    gdal.GetDriverByName(driver).CreateCopy(str(path), made, options=list(options))


# ---- Sentinel-2 L2A, baseline 04.00 and later: reflectance = (DN - 1000) / 10000, 0 is nodata

S2_TILE = "T33UUT_20210704T101031"
S2_BANDS = (  # in the order of band_id
    ("B1", 443, 60), ("B2", 490, 10), ("B3", 560, 10), ("B4", 665, 10), ("B5", 705, 20),
    ("B6", 740, 20), ("B7", 783, 20), ("B8", 842, 10), ("B8A", 865, 20), ("B9", 945, 60),
    ("B10", 1375, 60), ("B11", 1610, 20), ("B12", 2190, 20),
)


def sentinel2(folder):
    granule = "GRANULE/L2A_T33UUT_A031523_20210704T101031"
    files = []
    for name, nm, own in S2_BANDS:
        padded = name if len(name) > 2 else name.replace("B", "B0")
        for pixel in (10, 20, 60):
            if pixel < own or name == "B10" or (own == 60 and pixel < 60):
                continue
            files.append((f"R{pixel}m/{S2_TILE}_{padded}_{pixel}m", reflectance(pixel, nm) * 1e4 + 1000, pixel))
    for pixel in (10, 20, 60):
        kind, cloudy = cover(pixel)
        others = [("AOT", 90 + kind), ("WVP", 1500 + kind)]
        if pixel > 10:
            others.append(("SCL", np.where(cloudy, 9, 4 + kind)))
        files += [(f"R{pixel}m/{S2_TILE}_{name}_{pixel}m", plane, pixel) for name, plane in others]
    images = [(f"IMG_DATA/{name}", plane, pixel) for name, plane, pixel in files]
    for pixel in (20, 60):
        kind, cloudy = cover(pixel)
        images += [(f"QI_DATA/MSK_{name}PRB_{pixel}m", 100 * cloudy * (name == "CLD"), pixel) for name in ("CLD", "SNW")]
    for name, plane, pixel in images:
        plane = plane.round().astype(int)
        plane[: 120 // pixel] = 0  # beyond the swath
        kind = gdal.GDT_Byte if "_SCL_" in name or "PRB" in name else gdal.GDT_UInt16
        write(folder / granule / f"{name}.jp2", [plane], pixel, "JP2OpenJPEG", kind, None,
              ("QUALITY=100", "REVERSIBLE=YES"))
    listed = "\n".join(f"<IMAGE_FILE>{granule}/IMG_DATA/{name}</IMAGE_FILE>" for name, _, _ in files)
    offsets = "\n".join(f'<BOA_ADD_OFFSET band_id="{i}">-1000</BOA_ADD_OFFSET>' for i in range(13))
    (folder / "MTD_MSIL2A.xml").write_text(f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
<n1:General_Info><Product_Info>
<PRODUCT_START_TIME>2021-07-04T10:10:31.024Z</PRODUCT_START_TIME>
<PRODUCT_URI>S2A_MSIL2A_20210704T101031_N0400_R022_T33UUT_20210704T131415.SAFE</PRODUCT_URI>
<PROCESSING_LEVEL>Level-2A</PROCESSING_LEVEL><PRODUCT_TYPE>S2MSI2A</PRODUCT_TYPE>
<PROCESSING_BASELINE>04.00</PROCESSING_BASELINE>
<Query_Options completeSingleTile="true"><PRODUCT_FORMAT>SAFE_COMPACT</PRODUCT_FORMAT></Query_Options>
<Product_Organisation><Granule_List>
<Granule datastripIdentifier="D" granuleIdentifier="L2A_T33UUT_A031523_20210704T101031" imageFormat="JPEG2000">
{listed}
</Granule></Granule_List></Product_Organisation></Product_Info>
<Product_Image_Characteristics>
<Special_Values><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT><SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX></Special_Values>
<QUANTIFICATION_VALUES_LIST><BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE></QUANTIFICATION_VALUES_LIST>
<BOA_ADD_OFFSET_VALUES_LIST>
{offsets}
</BOA_ADD_OFFSET_VALUES_LIST>
</Product_Image_Characteristics></n1:General_Info>
</n1:Level-2A_User_Product>
""")
    sizes = "\n".join(
        f'<Size resolution="{p}"><NROWS>{SIDE // p}</NROWS><NCOLS>{SIDE // p}</NCOLS></Size>'
        f'<Geoposition resolution="{p}"><ULX>{LEFT}</ULX><ULY>{TOP}</ULY><XDIM>{p}</XDIM><YDIM>-{p}</YDIM></Geoposition>'
        for p in (10, 20, 60))
    (folder / granule / "MTD_TL.xml").write_text(f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_Tile_ID xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">
<n1:General_Info><TILE_ID metadataLevel="Brief">L2A_T33UUT</TILE_ID></n1:General_Info>
<n1:Geometric_Info><Tile_Geocoding metadataLevel="Brief">
<HORIZONTAL_CS_NAME>WGS84 / UTM zone 33N</HORIZONTAL_CS_NAME><HORIZONTAL_CS_CODE>EPSG:{EPSG}</HORIZONTAL_CS_CODE>
{sizes}
</Tile_Geocoding></n1:Geometric_Info>
</n1:Level-2A_Tile_ID>
""")


# ---- Landsat 9 Collection 2 Level 2: reflectance = 2.75e-05 DN - 0.2, 0 is nodata

LANDSAT = "LC09_L2SP_193024_20220704_20220706_02_T1"
LANDSAT_NM = (443, 482, 561, 655, 865, 1609, 2201)


def landsat(folder):
    kind, cloudy = cover(30)
    planes = [((reflectance(30, nm) + 0.2) / 2.75e-5).round() for nm in LANDSAT_NM]
    quality = np.where(cloudy, 22280, 21824)  # cloud with high confidence; clear
    for plane in planes:
        plane[:3] = 0
    quality[:3] = 1
    for number, plane in enumerate(planes, 1):
        write(folder / f"{LANDSAT}_SR_B{number}.TIF", [plane], 30)
    write(folder / f"{LANDSAT}_ST_B10.TIF", [np.full(kind.shape, 44000)], 30)
    write(folder / f"{LANDSAT}_QA_PIXEL.TIF", [quality], 30, nodata=1)
    names = "\n".join(f'    FILE_NAME_BAND_{n} = "{LANDSAT}_SR_B{n}.TIF"' for n in range(1, 8))
    scales = "\n".join(f"    REFLECTANCE_MULT_BAND_{n} = 2.75e-05" for n in range(1, 8))
    offsets = "\n".join(f"    REFLECTANCE_ADD_BAND_{n} = -0.2" for n in range(1, 8))
    first = LANDSAT.replace("L2SP", "L1TP")
    names1 = "\n".join(f'    FILE_NAME_BAND_{n} = "{first}_B{n}.TIF"' for n in range(1, 12))
    scales1 = "\n".join(f"    REFLECTANCE_MULT_BAND_{n} = 2.0000E-05" for n in range(1, 10))
    (folder / f"{LANDSAT}_MTL.txt").write_text(f"""GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    LANDSAT_PRODUCT_ID = "{LANDSAT}"
    PROCESSING_LEVEL = "L2SP"
    COLLECTION_NUMBER = 02
    COLLECTION_CATEGORY = "T1"
    OUTPUT_FORMAT = "GEOTIFF"
{names}
    FILE_NAME_BAND_ST_B10 = "{LANDSAT}_ST_B10.TIF"
    FILE_NAME_QUALITY_L1_PIXEL = "{LANDSAT}_QA_PIXEL.TIF"
    DATA_TYPE_BAND_1 = "UINT16"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    SPACECRAFT_ID = "LANDSAT_9"
    SENSOR_ID = "OLI_TIRS"
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
    REFLECTANCE_MAXIMUM_BAND_1 = 1.602213
{scales}
{offsets}
  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
  GROUP = LEVEL1_PROCESSING_RECORD
{names1}
  END_GROUP = LEVEL1_PROCESSING_RECORD
  GROUP = LEVEL1_RADIOMETRIC_RESCALING
{scales1}
  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING
END_GROUP = LANDSAT_METADATA_FILE
END
""")


# ---- EnMAP L2A: reflectance = 0.0001 DN, -32768 is nodata, bands in the water vapour hold nothing else

ENMAP = "ENMAP01-____L2A-DT0000001234_20220724T104526Z_001_V010402_20230101T000000Z"
ENMAP_NM = [round(float(nm), 3) for nm in np.linspace(418.4, 2445.5, 40)]
ENMAP_EMPTY = range(19, 22)


def enmap(folder):
    kind, cloudy = cover(30)
    planes = [(reflectance(30, nm) * 1e4).round() for nm in ENMAP_NM]
    for number in ENMAP_EMPTY:
        planes[number][:] = -32768
    for plane in planes:
        plane[:3] = -32768
    write(folder / f"{ENMAP}-SPECTRAL_IMAGE.TIF", planes, 30, kind=gdal.GDT_Int16, nodata=-32768)
    write(folder / f"{ENMAP}-QL_QUALITY_CLOUD.TIF", [cloudy], 30, kind=gdal.GDT_Byte)
    bands = "\n".join(
        f'<bandID number="{n}"><wavelengthCenterOfBand>{nm}</wavelengthCenterOfBand><FWHMOfBand>7.0</FWHMOfBand>'
        f"<GainOfBand>0.0001</GainOfBand><OffsetOfBand>0</OffsetOfBand></bandID>"
        for n, nm in enumerate(ENMAP_NM, 1))
    (folder / f"{ENMAP}-METADATA.XML").write_text(f"""<?xml version="1.0" encoding="UTF-8"?>
<level_X xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<base><format>ENMAP_L2A</format><level>L2A</level></base>
<specific><code>L2A</code><backgroundValue>-32768</backgroundValue>
<bandCharacterisation>
{bands}
</bandCharacterisation></specific>
<product><image><merge><channels>{len(ENMAP_NM)}</channels><name>{ENMAP}-SPECTRAL_IMAGE.TIF</name></merge></image>
<quicklook/></product>
</level_X>
""")


# ---- EMIT L2A and PRISMA L2D, which hold the bands of a pixel at the end, and in the middle, of an array

SPECTRUM_NM = [round(float(nm), 2) for nm in np.linspace(410, 2480, 24)]
UNUSABLE = (11, 12)  # of these


def add_array(group, name, values, sizes):
    kinds = {"f": gdal.GDT_Float32, "i": gdal.GDT_Int32, "u": gdal.GDT_UInt16}
    kind = gdal.ExtendedDataType.Create(kinds[values.dtype.kind])
    array = group.CreateMDArray(name, [sizes[n] for n in values.shape], kind)
    array.Write(np.ascontiguousarray(values))


def add_attribute(group, name, value):
    if isinstance(value, str):
        group.CreateAttribute(name, [], gdal.ExtendedDataType.CreateString()).Write(value)
    else:
        numbers = np.atleast_1d(np.asarray(value, float))
        shape = [] if np.isscalar(value) else [len(numbers)]
        group.CreateAttribute(name, shape, gdal.ExtendedDataType.Create(gdal.GDT_Float64)).Write(
            numbers if shape else float(value))


def multidimensional(path, lengths):
    made = gdal.GetDriverByName("netCDF").CreateMultiDimensional(str(path))
    root = made.GetRootGroup()
    return made, root, {n: root.CreateDimension(f"d{n}", None, None, n) for n in lengths}


def emit(path):
    """Lines and samples are turned against the map, which has edges without pixels."""
    side = SIDE // 60
    cube = np.stack([reflectance(60, nm) for nm in SPECTRUM_NM], -1).astype(np.float32)
    made, root, sizes = multidimensional(path, (side, len(SPECTRUM_NM), side + 2))
    add_array(root, "reflectance", cube.transpose(1, 0, 2), sizes)  # [sample of the map][line of the map][band]
    line, sample = np.mgrid[:side + 2, :side + 2]
    inside = (line > 2) & (line <= side) & (sample > 0) & (sample <= side)
    places = root.CreateGroup("location")
    add_array(places, "glt_x", np.where(inside, line, 0).astype(np.int32), sizes)
    add_array(places, "glt_y", np.where(inside, sample, 0).astype(np.int32), sizes)
    sensor = root.CreateGroup("sensor_band_parameters")
    add_array(sensor, "wavelengths", np.array(SPECTRUM_NM, np.float32), sizes)
    add_array(sensor, "good_wavelengths",
              np.array([n not in UNUSABLE for n in range(len(SPECTRUM_NM))], np.float32), sizes)
    add_attribute(root, "geotransform", [LEFT - 60, 60, 0, TOP + 60, 0, -60])
    add_attribute(root, "spatial_ref", srs().ExportToWkt())
    del made


def prisma(path):
    side = SIDE // 30
    split = len(SPECTRUM_NM) // 2
    made, root, sizes = multidimensional(path, (side, split))
    group = root
    for name in ("HDFEOS", "SWATHS", "PRS_L2D_HCO", "Data Fields"):
        group = group.CreateGroup(name)
    for part, chosen in (("Vnir", range(split)), ("Swir", range(split, 2 * split))):
        chosen = list(chosen)[::-1]  # the longest wavelength first
        planes = [np.clip(reflectance(30, SPECTRUM_NM[n]), 0.001, 1) for n in chosen]
        cube = np.stack(planes, 1)
        cube = np.round(cube / 1.2 * 65535).astype(np.uint16)
        cube[:4] = 0
        add_array(group, f"{part.upper()}_Cube", cube, sizes)
        add_attribute(root, f"List_Cw_{part}", [SPECTRUM_NM[n] for n in chosen])
        add_attribute(root, f"List_Cw_{part}_Flags", [float(n not in UNUSABLE) for n in chosen])
        add_attribute(root, f"L2Scale{part}Min", 0.0)
        add_attribute(root, f"L2Scale{part}Max", 1.2)
    add_attribute(root, "Epsg_Code", float(EPSG))
    add_attribute(root, "Product_ULcorner_easting", LEFT + 15.0)
    add_attribute(root, "Product_ULcorner_northing", TOP - 15.0)
    add_attribute(root, "Product_URcorner_easting", LEFT + SIDE - 15.0)
    del made


def labels(path):
    layer_of = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = layer_of.CreateLayer("labels", srs(), ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    for number in range(SIDE // STRIPE):
        for part in range(3):  # the last one lies under the cloud, as far as that reaches
            x0, x1 = LEFT + number * STRIPE + 60, LEFT + (number + 1) * STRIPE - 60
            y0 = TOP - 240 - part * 540
            feature = ogr.Feature(layer.GetLayerDefn())
            feature["class"] = ("soil", "forest")[number % 2 == 0]
            feature.SetGeometry(ogr.CreateGeometryFromWkt(
                f"POLYGON(({x0} {y0},{x1} {y0},{x1} {y0 - 420},{x0} {y0 - 420},{x0} {y0}))"))
            layer.CreateFeature(feature)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sentinel2(folder / "s2.SAFE")
    landsat(folder / "landsat")
    enmap(folder / "enmap")
    if gdal.GetDriverByName("netCDF"):
        emit(folder / "EMIT_L2A_RFL_001.nc")
        prisma(folder / "PRS_L2D_STD.he5")
    labels(folder / "labels.gpkg")


main()
