"""make_pictures.py FOLDER: the pictures of docs/qgis.md; make_pictures.sh runs it.

The folder it runs in holds ms.tif, hs.tif and labels.gpkg of samples/make_scene, and model.s2rgf.
"""

import collections
import os
import sys
from unittest import mock

import qgis.utils
from qgis.core import (
    QgsLayerTree,
    QgsLayerTreeModel,
    QgsLegendRenderer,
    QgsLegendSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QImage, QPainter

import session

MARGIN = 10


def save(image, name):
    """A small file: with the 256 colours that occur most."""
    path = os.path.join(sys.argv[1], name)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(image.constBits().asstring(image.sizeInBytes())).cast("I")
    palette = [color for color, _ in collections.Counter(pixels).most_common(256)]
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    image = image.convertToFormat(QImage.Format.Format_Indexed8, palette, flags)
    if not image.save(path, "PNG", 0):
        sys.exit(f"{path}: cannot be written")


def dialog(name, parameters, size):
    """The dialog of an algorithm, filled in."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    window = AlgorithmDialog(session.algorithm(name))
    window.setParameters(parameters)
    window.resize(*size)
    window.show()
    application.processEvents()
    image = window.grab().toImage()
    window.close()
    return image


def map_with_legend(layer, width):
    tree = QgsLayerTree()
    tree.addLayer(layer)
    model = QgsLayerTreeModel(tree)
    legend = QgsLegendRenderer(model, QgsLegendSettings())
    scene = session.render(layer, width)
    image = QImage(scene.width() + 260, scene.height() + 2 * MARGIN, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(3780)
    image.setDotsPerMeterY(3780)
    image.fill(Qt.white)
    painter = QPainter(image)
    painter.drawImage(MARGIN, MARGIN, scene)
    painter.translate(scene.width() + 2 * MARGIN, MARGIN)
    context = QgsRenderContext.fromQPainter(painter)
    painter.scale(context.scaleFactor(), context.scaleFactor())  # the legend is in millimetres
    legend.drawLegend(context)
    painter.end()
    return image


application = session.start()
qgis.utils.iface = mock.Mock()  # dialogs ask for the main window, which there is none of
layers = [
    QgsRasterLayer("ms.tif", "ms"),
    QgsRasterLayer("hs.tif", "hs"),
    QgsVectorLayer("labels.gpkg|layername=train", "train"),
]
QgsProject.instance().addMapLayers(layers)
sources = {
    "SOURCE_1": [layers[0].id()],
    "SOURCE_1_NAME": "ms",
    "SOURCE_2": [layers[1].id()],
    "SOURCE_2_NAME": "hs",
}
train = {**sources, "LABELS": layers[2].id(), "FIELD": "class", "OUTPUT": "model.s2rgf"}
save(dialog("s2rgf:train", train, (880, 760)), "qgis_train.png")
QgsProject.instance().removeAllMapLayers()

inputs = {"SOURCE_1": ["ms.tif"], "SOURCE_2": ["hs.tif"]}
outputs = {"MODEL": "model.s2rgf", "OUTPUT": "map.tif"}
layer = session.run_and_load("s2rgf:classify", {**sources, **inputs, **outputs}, "OUTPUT")
layer.setName("Map")
save(map_with_legend(layer, 480), "qgis_map.png")
