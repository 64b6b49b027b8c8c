"""What the peers of the speed study are given: the same bands and labels in the form that they
read.

speed_data.py SCENE-FOLDER FOLDER

Writes stack.tif, all bands on the reference grid, the coarse ones resampled bilinearly, in the type
of the sources; train.shp and train.tif, the labels with numbers in the place of names. A program of
its own: the study measures memory and must not have held these arrays.
"""
import os
import sys

import numpy as np
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()


def write_stack(path, fine, coarse):
    m, width, height = fine.GetGeoTransform(), fine.RasterXSize, fine.RasterYSize
    bounds = (m[0], m[3] + height * m[5], m[0] + width * m[1], m[3])
    warped = gdal.Warp("", coarse, format="MEM", outputBounds=bounds, width=width, height=height,
                       resampleAlg="bilinear")
    values = np.concatenate((fine.ReadAsArray(), warped.ReadAsArray()))
    if values.min() < 0 or values.max() > np.iinfo(np.int16).max:
        raise ValueError(f"{path}: expected pixels of 0 to 32767, found {values.min()} to "
                         f"{values.max()}")
    out = gdal.GetDriverByName("GTiff").Create(path, width, height, len(values), gdal.GDT_Int16,
                                               ["TILED=YES"])
    out.SetGeoTransform(m)
    out.SetSpatialRef(fine.GetSpatialRef())
    out.WriteArray(values)


def write_labels(polygons_path, raster_path, labels_path, like):
    """Class numbers from 1, in the order of names, as polygons and as pixels."""
    labels = ogr.Open(labels_path)
    layer = labels.GetLayerByName("train")
    names = sorted({feature.GetField("class") for feature in layer})
    polygons = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(polygons_path)
    numbered = polygons.CreateLayer("train", layer.GetSpatialRef(), ogr.wkbPolygon)
    numbered.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
    layer.ResetReading()
    for feature in layer:
        copy = ogr.Feature(numbered.GetLayerDefn())
        copy.SetField("code", names.index(feature.GetField("class")) + 1)
        copy.SetGeometry(feature.GetGeometryRef())
        numbered.CreateFeature(copy)
    raster = gdal.GetDriverByName("GTiff").Create(raster_path, like.RasterXSize,
                                                  like.RasterYSize, 1, gdal.GDT_Byte)
    raster.SetGeoTransform(like.GetGeoTransform())
    raster.SetSpatialRef(like.GetSpatialRef())
    gdal.RasterizeLayer(raster, [1], numbered, options=["ATTRIBUTE=code"])
    raster.GetRasterBand(1).SetNoDataValue(0)


def main(scene, folder):
    fine, coarse = (gdal.Open(os.path.join(scene, name)) for name in ("ms.tif", "hs.tif"))
    write_stack(os.path.join(folder, "stack.tif"), fine, coarse)
    write_labels(os.path.join(folder, "train.shp"), os.path.join(folder, "train.tif"),
                 os.path.join(scene, "labels.gpkg"), fine)


if __name__ == "__main__":
    main(*sys.argv[1:])
