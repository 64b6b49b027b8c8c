"""Rasters of labels: reading, writing, and burning polygons by the rule of s2rgf: a pixel belongs to the
polygon that its centre is in, and one that polygons of different classes share is left out.
"""
import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
osr.UseExceptions()

# As src/geo/labels/labels_burn.c cuts edges before they bend under a change of CRS.
EDGE_PARTS = 64


def read_labels(path):
    """Pixels of a label raster, and its class names by value."""
    dataset = gdal.Open(path)
    # GDAL 3.6 reads what lies beside a GeoTIFF, names included, only when its position is asked for.
    dataset.GetGeoTransform()
    names = dataset.GetRasterBand(1).GetCategoryNames() or []
    return dataset.ReadAsArray(), {v: name for v, name in enumerate(names) if v > 0 and name}


def write_raster(path, like, values, names=None):
    """An integer raster on the grid of another one, 0 its nodata value."""
    kind = gdal.GDT_Byte if values.dtype == np.uint8 else gdal.GDT_UInt16
    rows, columns = values.shape
    out = gdal.GetDriverByName("GTiff").Create(path, columns, rows, 1, kind,
                                               ["COMPRESS=DEFLATE"])
    out.SetGeoTransform(like.GetGeoTransform())
    out.SetSpatialRef(like.GetSpatialRef())
    band = out.GetRasterBand(1)
    band.SetNoDataValue(0)
    if names:
        band.SetCategoryNames(["unlabelled"] + [names[v] for v in sorted(names)])
    band.WriteArray(values)
    return path


def vectors_in_memory():
    """An empty data set for layers. MEM holds them from GDAL 3.11 on, where Memory warns."""
    able = gdal.GetDriverByName("MEM").GetMetadataItem(gdal.DCAP_VECTOR)
    return gdal.GetDriverByName("MEM" if able else "Memory").Create("", 0, 0, 0, gdal.GDT_Unknown)


def burn(geometry, like):
    """Pixels of the reference grid whose centre is in a geometry of the grid's CRS."""
    memory = gdal.GetDriverByName("MEM").Create("", like.RasterXSize, like.RasterYSize, 1,
                                                gdal.GDT_Byte)
    memory.SetGeoTransform(like.GetGeoTransform())
    memory.SetSpatialRef(like.GetSpatialRef())
    holder = vectors_in_memory()
    layer = holder.CreateLayer("one", like.GetSpatialRef(), ogr.wkbUnknown)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(geometry)
    layer.CreateFeature(feature)
    gdal.RasterizeLayer(memory, [1], layer, burn_values=[1])
    return memory.ReadAsArray() != 0


def burn_polygons(layer, like):
    """Of every feature, in order: a mask of its pixels."""
    target = like.GetSpatialRef()
    to_grid = osr.CoordinateTransformation(layer.GetSpatialRef(), target)
    masks = []
    layer.ResetReading()
    for feature in layer:
        geometry = feature.GetGeometryRef().Clone()
        left, right, bottom, top = geometry.GetEnvelope()
        geometry.Segmentize(max(right - left, top - bottom) / EDGE_PARTS)
        geometry.Transform(to_grid)
        masks.append(burn(geometry, like))
    return masks


def settle(values, masks):
    """Class value and first polygon (from 1) of every pixel; 0 where classes disagree."""
    labels = np.zeros(masks[0].shape, np.uint8)
    owner = np.zeros(masks[0].shape, np.uint16)
    conflict = np.zeros(masks[0].shape, bool)
    for number, (value, mask) in enumerate(zip(values, masks), start=1):
        conflict |= mask & (labels != 0) & (labels != value)
        owner[mask & (labels == 0)] = number
        labels[mask & (labels == 0)] = value
    labels[conflict] = 0
    owner[conflict] = 0
    return labels, owner
