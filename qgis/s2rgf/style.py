"""Gives a loaded map the style that the programs write beside it."""

import os

from qgis.core import QgsProcessingLayerPostProcessorInterface


class MapStyle(QgsProcessingLayerPostProcessorInterface):
    """One object serves all maps: QGIS does not keep it alive, so somebody else has to."""

    def postProcessLayer(self, layer, context, feedback):
        style = os.path.splitext(layer.source())[0] + ".qml"
        if not os.path.exists(style):
            return
        message, loaded = layer.loadNamedStyle(style)
        if loaded:
            layer.triggerRepaint()
        else:
            feedback.pushWarning(message)


MAP_STYLE = MapStyle()


def style_when_loaded(path, context):
    """Asks for the style of a map that QGIS is going to load."""
    if context.willLoadLayerOnCompletion(path):
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(MAP_STYLE)
