"""Labels: a layer of polygons or points with a field for the class, or a raster of classes."""

from qgis.core import (
    QgsFeatureSink,
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
    QgsProcessingUtils,
    QgsProperty,
    QgsProviderRegistry,
    QgsVectorFileWriter,
)

from .options import Option, add_parameter
from .sources import raster_path
from .text import tr

LABELS = "LABELS"
FIELD = "FIELD"
LABEL_RASTER = "LABEL_RASTER"

LABEL_OPTIONS = (
    Option("WHERE", "-where", str, "Use only features for which", "A condition in SQL."),
    Option("LABEL_CRS", "-label_srs", "crs", "CRS of labels that have none", ""),
    Option(
        "ALL_TOUCHED",
        "-at",
        bool,
        "Label every pixel that a polygon touches",
        "By default a pixel is labelled if its centre is in the polygon.",
    ),
    Option(
        "BUFFER",
        "-buffer",
        float,
        "Metres around a point that it labels, too",
        "0: only the pixel that holds it.",
        0,
        0,
        1000000,
    ),
)


def add_features(algorithm, name, label, help_text="", polygons_only=False):
    """An optional layer of polygons or points."""
    kinds = [QgsProcessing.SourceType.TypeVectorPolygon]
    if not polygons_only:
        kinds.append(QgsProcessing.SourceType.TypeVectorPoint)
    features = QgsProcessingParameterFeatureSource(name, label, kinds, optional=True)
    add_parameter(algorithm, features, help_text)


def add_labels(algorithm):
    add_features(
        algorithm,
        LABELS,
        tr("Labelled polygons or points"),
        tr("Give either polygons or points here, or a raster of classes below."),
    )
    add_parameter(
        algorithm,
        QgsProcessingParameterField(
            FIELD, tr("Field with the class"), parentLayerParameterName=LABELS, optional=True
        ),
        tr("Text or integer. You may leave it out if only one field can be meant."),
    )
    add_parameter(
        algorithm,
        QgsProcessingParameterRasterLayer(
            LABEL_RASTER, tr("Or a raster of classes"), optional=True
        ),
    )


def add_points(algorithm, name, label):
    """A layer of points to be written."""
    kind = QgsProcessing.SourceType.TypeVectorPoint
    add_parameter(algorithm, QgsProcessingParameterVectorDestination(name, label, kind))


def given(parameters, name):
    """Whether an optional layer was chosen."""
    return parameters.get(name) not in (None, "")


def check_labels(parameters, elsewhere=False):
    """What is wrong with the labels, or an empty text; elsewhere: whether there are others."""
    if given(parameters, LABELS) + given(parameters, LABEL_RASTER) + elsewhere != 1:
        return tr("Labels: give either a layer or a raster of classes")
    return ""


def _vector_layer(value, context):
    """The layer behind a parameter's value, or None."""
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source
    if isinstance(value, QgsProperty):
        value, _ = value.value(context.expressionContext())
    if isinstance(value, QgsMapLayer):
        return value
    return QgsProcessingUtils.mapLayerFromString(
        str(value), context, True, QgsProcessingUtils.LayerHint.Vector
    )


def _only_in_qgis(layer):
    """What of the layer its file does not have, or an empty text."""
    if layer.isModified():
        return tr("edits that are not saved")
    in_file = set(layer.dataProvider().fields().names())
    if not in_file.issuperset(layer.fields().names()):
        return tr("joined or virtual fields")
    uri = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    if uri.get("openOptions"):
        return tr("open options")
    return ""


def _copy(source, context):
    """The features as QGIS shows them, in a temporary file; its path."""
    path = QgsProcessingUtils.generateTempFilename("labels.gpkg")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerOptions = ["FID=s2rgf_fid"]  # "fid" may be one of the layer's fields
    writer = QgsVectorFileWriter.create(
        path,
        source.fields(),
        source.wkbType(),
        source.sourceCrs(),
        context.transformContext(),
        options,
    )
    written = writer.hasError() == QgsVectorFileWriter.WriterError.NoError
    for feature in source.getFeatures():
        written = written and writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
    message = writer.errorMessage()
    del writer  # closes the file
    if not written:
        raise QgsProcessingException(tr("{}: cannot be written: {}").format(path, message))
    return path


def layer_arguments(
    algorithm, parameters, name_and_switch, context, feedback, layer_switch="-l"
):
    """The switch with a layer's file, and another with its name. Selections, and layers that their
    file does not have as QGIS shows them, are written to a temporary file first."""
    name, switch = name_and_switch
    source = algorithm.parameterAsSource(parameters, name, context)
    if source is None:
        raise QgsProcessingException(algorithm.invalidSourceError(parameters, name))
    layer = _vector_layer(parameters[name], context)
    reason = _only_in_qgis(layer) if layer is not None else ""
    if reason:
        feedback.pushInfo(
            tr("{}: has {}: a copy with them is used").format(source.sourceName(), reason)
        )
        return [switch, _copy(source, context)]
    path, layer = algorithm.parameterAsCompatibleSourceLayerPathAndLayerName(
        parameters,
        name,
        context,
        QgsVectorFileWriter.supportedFormatExtensions(),
        "gpkg",
        feedback,
    )
    return [switch, path, *([layer_switch, layer] if layer else [])]


def label_arguments(algorithm, parameters, context, feedback):
    """-labels and what selects from it."""
    if not given(parameters, LABELS) and not given(parameters, LABEL_RASTER):
        return []
    if given(parameters, LABEL_RASTER):
        layer = algorithm.parameterAsRasterLayer(parameters, LABEL_RASTER, context)
        if layer is None:
            raise QgsProcessingException(algorithm.invalidRasterError(parameters, LABEL_RASTER))
        return ["-labels", raster_path(layer, context)]
    arguments = layer_arguments(algorithm, parameters, (LABELS, "-labels"), context, feedback)
    field = algorithm.parameterAsString(parameters, FIELD, context)
    if field:
        arguments += ["-a", field]
    return arguments
