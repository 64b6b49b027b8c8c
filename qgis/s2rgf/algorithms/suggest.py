"""Suggest where to label next: s2rgf_suggest."""

from qgis.core import (
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)

from ..labels import add_features, add_points, given, layer_arguments
from ..model import add_model_and_sources, model_arguments
from ..options import RASTER_OPTIONS, THREADS, Option, add_parameter
from ..sources import check_sources, raster_path
from ..text import paragraphs, tr
from .base import ProgramAlgorithm

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
        add_model_and_sources(self)
        number = QgsProcessingParameterNumber(
            POINTS, tr("Number of places"), defaultValue=50, minValue=1, maxValue=10000
        )
        add_parameter(self, number)
        add_features(self, LABELS, tr("Labels that there are"))
        mask = QgsProcessingParameterRasterLayer(MASK, tr("Mask"), optional=True)
        add_parameter(self, mask, tr("Only where it is neither 0 nor nodata."))
        self.add_options()
        add_points(self, OUTPUT, tr("Places"))

    def problem(self, parameters, context):
        return check_sources(self, parameters, context)

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        mask = self.parameterAsRasterLayer(parameters, MASK, context)
        arguments = [
            *model_arguments(self, parameters, context),
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
