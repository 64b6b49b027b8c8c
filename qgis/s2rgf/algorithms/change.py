"""Compare two maps: s2rgf_change."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ..options import Option, add_parameter
from ..report import add_json
from ..sources import raster_path
from ..style import style_when_loaded
from ..text import paragraphs, tr
from .base import ProgramAlgorithm

BEFORE = "BEFORE"
AFTER = "AFTER"
CONFIDENCE_BEFORE = "CONFIDENCE_BEFORE"
CONFIDENCE_AFTER = "CONFIDENCE_AFTER"
THRESHOLD = "THRESHOLD"
OUTPUT = "OUTPUT"
OUTPUT_JSON = "OUTPUT_JSON"


class Change(ProgramAlgorithm):
    PROGRAM = "s2rgf_change"
    NAME = "change"
    TITLE = "Change"
    SUMMARY = "Compares two maps: which class became which."
    TAGS = "land cover,change,transition,matrix,from-to,gain,loss"
    OPTIONS = (Option("MAP_CRS", "-a_srs", "crs", "CRS of maps that have none", ""),)

    def shortHelpString(self):
        return paragraphs(
            tr(
                "Makes a class raster whose classes say what became of what. The log has the "
                "matrix of transitions in pixels and hectares."
            ),
            tr(
                "The second map may have another grid and another CRS. Classes are matched by "
                "name, else by pixel value."
            ),
            tr(
                "With the confidences of both maps, as Classify makes them, changes that one of "
                "them is not sure of become the class unsure."
            ),
        )

    def initAlgorithm(self, configuration=None):
        add_parameter(self, QgsProcessingParameterRasterLayer(BEFORE, tr("Map before")))
        add_parameter(self, QgsProcessingParameterRasterLayer(AFTER, tr("Map after")))
        for name, label in (
            (CONFIDENCE_BEFORE, tr("Confidence of the map before")),
            (CONFIDENCE_AFTER, tr("Confidence of the map after")),
        ):
            add_parameter(self, QgsProcessingParameterRasterLayer(name, label, optional=True))
        threshold = QgsProcessingParameterNumber(
            THRESHOLD,
            tr("Confidence below which a change is unsure"),
            QgsProcessingParameterNumber.Type.Double,
            defaultValue=0.5,
            minValue=0,
            maxValue=1,
        )
        add_parameter(self, threshold, tr("Only with the confidences of both maps."))
        self.add_options()
        add_parameter(self, QgsProcessingParameterRasterDestination(OUTPUT, tr("Change map")))
        add_json(self, OUTPUT_JSON, tr("Transitions as JSON"))

    def _confidence_arguments(self, parameters, context):
        layers = [
            self.parameterAsRasterLayer(parameters, name, context)
            for name in (CONFIDENCE_BEFORE, CONFIDENCE_AFTER)
        ]
        if layers == [None, None]:
            return []
        if None in layers:
            raise QgsProcessingException(tr("Give the confidences of both maps or of none."))
        before, after = (raster_path(layer, context) for layer in layers)
        threshold = self.parameterAsDouble(parameters, THRESHOLD, context)
        return ["-conf_before", before, "-conf_after", after, "-threshold", repr(threshold)]

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        maps = [
            raster_path(self.parameterAsRasterLayer(parameters, name, context), context)
            for name in (BEFORE, AFTER)
        ]
        arguments = [
            *self._confidence_arguments(parameters, context),
            *self.option_arguments(parameters, context),
        ]
        outputs = {OUTPUT: output}
        path = self.parameterAsFileOutput(parameters, OUTPUT_JSON, context)
        if path:
            arguments += ["-json", path]
            outputs[OUTPUT_JSON] = path
        self.execute([*arguments, "-overwrite", *maps, output], feedback)
        style_when_loaded(output, context)
        return outputs
