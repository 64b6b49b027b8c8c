"""Suggest where to label next: s2rgf_suggest."""

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from ..labels import given, layer_arguments
from ..model import source_names
from ..options import RASTER_OPTIONS, THREADS, Option, add_parameter
from ..sources import add_sources, check_sources, raster_path, source_arguments
from ..text import paragraphs, tr
from .base import ANY_MODEL_FILTER, ProgramAlgorithm

MODEL = "MODEL"
POINTS = "POINTS"
LABELS = "LABELS"
MASK = "MASK"
OUTPUT = "OUTPUT"


class Suggest(ProgramAlgorithm):
    PROGRAM = "s2rgf_suggest"
    NAME = "suggest"
    TITLE = "Suggest"
    SUMMARY = "Suggests where to label next."
    TAGS = "land cover,active learning,labels,uncertainty,margin,training"
    OPTIONS = (
        Option(
            "DISTANCE",
            "-distance",
            float,
            "Metres between places and from labels, at least",
            None,
            0,
            0,
            10000000,
        ),
        THREADS,
        *RASTER_OPTIONS,
    )

    def shortHelpString(self):
        return paragraphs(
            tr(
                "Finds places at which a model is in doubt, and which differ from each other and "
                "from the labels that there are. Fill in the field class, best from the first "
                "point on, add them to the labels, and train again."
            ),
            tr("They are no random sample: do not assess a map with them."),
        )

    def initAlgorithm(self, configuration=None):
        model = QgsProcessingParameterFile(MODEL, tr("Model"), fileFilter=tr(ANY_MODEL_FILTER))
        model.setMetadata({"widget_wrapper": {"class": "s2rgf.model_widget.ModelWidget"}})
        add_parameter(self, model)
        add_sources(self, tr("By default those of the model, in its order."))
        number = QgsProcessingParameterNumber(
            POINTS, tr("Number of places"), defaultValue=50, minValue=1, maxValue=10000
        )
        add_parameter(self, number)
        labels = QgsProcessingParameterFeatureSource(
            LABELS,
            tr("Labels that there are"),
            [QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeVectorPoint],
            optional=True,
        )
        add_parameter(self, labels)
        mask = QgsProcessingParameterRasterLayer(MASK, tr("Mask"), optional=True)
        add_parameter(self, mask, tr("Only where it is neither 0 nor nodata."))
        self.add_options()
        output = QgsProcessingParameterVectorDestination(
            OUTPUT, tr("Places"), QgsProcessing.SourceType.TypeVectorPoint
        )
        add_parameter(self, output)

    def checkParameterValues(self, parameters, context):
        problem = check_sources(self, parameters, context)
        if problem:
            return False, problem
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        mask = self.parameterAsRasterLayer(parameters, MASK, context)
        model = self.parameterAsFile(parameters, MODEL, context)
        arguments = [
            "-m",
            model,
            *source_arguments(self, parameters, context, source_names(model)),
            "-n",
            str(self.parameterAsInt(parameters, POINTS, context)),
        ]
        if given(parameters, LABELS):
            arguments += layer_arguments(self, parameters, (LABELS, "-labels"), context, feedback)
        if mask is not None:
            arguments += ["-mask", raster_path(mask, context)]
        arguments += self.option_arguments(parameters, context)
        self.execute([*arguments, "-overwrite", output], feedback)
        return {OUTPUT: output}
