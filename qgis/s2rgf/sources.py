"""Sources: up to eight named rasters, each of one or more files."""

import re

from qgis.core import (
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProperty,
)

from .options import add_parameter
from .text import tr

MAX_SOURCES = 8
MAX_SHOWN = 3  # the others are advanced parameters

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def _rasters_key(number):
    return f"SOURCE_{number}"


def _name_key(number):
    return f"SOURCE_{number}_NAME"


def _default_name(number):
    return f"source{number}"


def add_sources(algorithm):
    """Two parameters a source: its rasters, and the name by which the model knows it."""
    for number in range(1, MAX_SOURCES + 1):
        advanced = number > MAX_SHOWN
        add_parameter(
            algorithm,
            QgsProcessingParameterMultipleLayers(
                _rasters_key(number),
                tr("Source {}").format(number),
                QgsProcessing.SourceType.TypeRaster,
                optional=number > 1,
            ),
            tr("Rasters on one grid; their bands are joined in the order of the list."),
            advanced,
        )
        add_parameter(
            algorithm,
            QgsProcessingParameterString(
                _name_key(number),
                tr("Name of source {}").format(number),
                _default_name(number),
                optional=True,
            ),
            tr("Letters, digits, underscores and hyphens. A model knows its sources by name."),
            advanced,
        )


def _flatten(value, context):
    """The single layers in the value of a parameter, which in a model may be lists of lists."""
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in _flatten(part, context)]
    return [] if value in (None, "") else [value]


def raster_path(value, context):
    """What GDAL opens for a raster layer or the name or path of one."""
    layer = value
    if not isinstance(value, QgsMapLayer):
        layer = QgsProcessingUtils.mapLayerFromString(
            str(value), context, True, QgsProcessingUtils.LayerHint.Raster
        )
    if layer is None:
        raise QgsProcessingException(tr("{}: cannot be opened as a raster").format(value))
    if layer.providerType() != "gdal":
        raise QgsProcessingException(
            tr("{}: GDAL cannot read this raster; save it as a file first").format(layer.name())
        )
    return layer.source()


def _used(parameters, context):
    """(number, rasters) of the sources that have rasters."""
    for number in range(1, MAX_SOURCES + 1):
        rasters = _flatten(parameters.get(_rasters_key(number)), context)
        if rasters:
            yield number, rasters


def _name(algorithm, number, parameters, context):
    name = algorithm.parameterAsString(parameters, _name_key(number), context)
    return name or _default_name(number)


def check_sources(algorithm, parameters, context):
    """What is wrong with the sources, or an empty text."""
    names = []
    for number, rasters in _used(parameters, context):
        name = _name(algorithm, number, parameters, context)
        if not _NAME.fullmatch(name):
            return tr(
                'Source {}: the name "{}" has more than letters, digits, underscores and hyphens'
            ).format(number, name)
        if name in names:
            return tr('Source {}: there is another source with the name "{}"').format(number, name)
        names.append(name)
        try:
            for raster in rasters:
                raster_path(raster, context)
        except QgsProcessingException as error:
            return str(error)
    return ""


def source_arguments(algorithm, parameters, context):
    """The -i options."""
    arguments = []
    for number, rasters in _used(parameters, context):
        name = _name(algorithm, number, parameters, context)
        for raster in rasters:
            arguments += ["-i", f"{name}={raster_path(raster, context)}"]
    return arguments
