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
    QgsProviderRegistry,
)

from .options import add_parameter
from .text import tr

MAX_SOURCES = 8
MAX_SHOWN = 3  # the others are advanced parameters

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def _rasters_key(number):
    return f"SOURCE_{number}"


def name_key(number):
    return f"SOURCE_{number}_NAME"


def add_sources(algorithm, unnamed, optional=False):
    """Two parameters a source: its rasters, and the name by which the model knows it; unnamed says
    which one that is if there is none. optional: whether the first one is, as the others."""
    for number in range(1, MAX_SOURCES + 1):
        advanced = number > MAX_SHOWN
        add_parameter(
            algorithm,
            QgsProcessingParameterMultipleLayers(
                _rasters_key(number),
                tr("Source {}").format(number),
                QgsProcessing.SourceType.TypeRaster,
                optional=optional or number > 1,
            ),
            tr("Rasters on one grid; their bands are joined in the order of the list."),
            advanced,
        )
        add_parameter(
            algorithm,
            QgsProcessingParameterString(
                name_key(number),
                tr("Name of source {}").format(number),
                optional=True,
            ),
            tr("Letters, digits, underscores and hyphens.") + " " + unnamed,
            advanced,
        )


def _flatten(value, context):
    """The single layers in the value of a parameter, which in a model may be lists of lists."""
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in _flatten(part, context)]
    return [] if value in (None, "") else [value]


def _layer(value, context):
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
    return layer


def _path_and_options(layer):
    """What GDAL opens, and the open options, which QGIS keeps in the same text."""
    registry = QgsProviderRegistry.instance()
    parts = registry.decodeUri("gdal", layer.source())
    options = parts.pop("openOptions", None) or []
    if not options:
        return layer.source(), []
    return registry.encodeUri("gdal", parts), list(options)


def raster_path(value, context):
    """What GDAL opens for a raster layer or the name or path of one."""
    layer = _layer(value, context)
    path, options = _path_and_options(layer)
    if options:
        raise QgsProcessingException(
            tr("{}: is opened with {}; save it as a file first").format(
                layer.name(), ", ".join(options)
            )
        )
    return path


def _used(parameters, context):
    """(number, rasters) of the sources that have rasters."""
    for number in range(1, MAX_SOURCES + 1):
        rasters = _flatten(parameters.get(_rasters_key(number)), context)
        if rasters:
            yield number, rasters


def _clean(name):
    """A layer's name as a source may be called, or ""."""
    return _NOT_IN_NAMES.sub("_", name).strip("_")


def _names(algorithm, parameters, context, wanted):
    """{number: name} of the sources. Those without a name take those that are wanted and are not
    given, in their order; after these, that of their first layer."""
    names = {}
    used = dict(_used(parameters, context))
    for number in used:
        names[number] = algorithm.parameterAsString(parameters, name_key(number), context)
    left = [name for name in wanted if name not in names.values()]
    for number, rasters in used.items():
        if not names[number] and left:
            names[number] = left.pop(0)
        elif not names[number]:
            layer_name = _clean(_layer(rasters[0], context).name())
            names[number] = layer_name or f"source{number}"
    return names


def has_sources(parameters, context):
    return any(_used(parameters, context))


def check_sources(algorithm, parameters, context):
    """What is wrong with the sources, or an empty text."""
    seen = set()
    for number, _ in _used(parameters, context):
        name = algorithm.parameterAsString(parameters, name_key(number), context)
        if name and not _NAME.fullmatch(name):
            return tr(
                'Source {}: the name "{}" has more than letters, digits, underscores and hyphens'
            ).format(number, name)
        if name and name in seen:
            return _another(number, name)
        seen.add(name)
    try:
        _rasters_and_options(parameters, context)
    except QgsProcessingException as error:
        return str(error)
    return ""


def _another(number, name):
    return tr('Source {}: there is another source with the name "{}"').format(number, name)


def _rasters_and_options(parameters, context):
    """{number: paths}, and the open options of all of them: the programs have one list for all."""
    paths, chosen = {}, {}
    for number, rasters in _used(parameters, context):
        paths[number] = []
        for raster in rasters:
            layer = _layer(raster, context)
            path, options = _path_and_options(layer)
            paths[number].append(path)
            for option in options:
                key = option.split("=")[0].upper()
                if chosen.setdefault(key, option) != option:
                    raise QgsProcessingException(
                        tr("{}: is opened with {}, another layer with {}; save it as a file first")
                        .format(layer.name(), option, chosen[key])
                    )
    return paths, list(chosen.values())


def source_arguments(algorithm, parameters, context, wanted=()):
    """The -i options, and -oo; wanted are the names that the model has."""
    arguments = []
    names = _names(algorithm, parameters, context, wanted)
    paths, options = _rasters_and_options(parameters, context)
    for number, name in names.items():
        if list(names.values()).count(name) > 1:
            raise QgsProcessingException(_another(number, name))
        for path in paths[number]:
            arguments += ["-i", f"{name}={path}"]
    for option in options:
        arguments += ["-oo", option]
    return arguments
