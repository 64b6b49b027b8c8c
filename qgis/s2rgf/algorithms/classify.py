"""Map a scene with a model: s2rgf_classify."""

from qgis.core import (
    QgsProcessingParameterExtent,
    QgsProcessingParameterRasterDestination,
)

from ..labels import add_features, given, layer_arguments
from ..model import add_model_and_sources, model_arguments
from ..options import RASTER_OPTIONS, THREADS, Option, add_parameter
from ..sources import check_sources
from ..style import style_when_loaded
from ..text import paragraphs, tr
from .base import ProgramAlgorithm

EXTENT = "EXTENT"
AREAS = (
    ("CUTLINE", "-cutline", "-cl", "Polygons to map"),
    ("EXCLUDE", "-exclude", "-el", "Polygons not to map"),
)
OUTPUT = "OUTPUT"
CONFIDENCE = "CONFIDENCE"
PROBABILITIES = "PROBABILITIES"
UNCERTAINTY = "UNCERTAINTY"
SIDE_OUTPUTS = (
    (CONFIDENCE, "-conf", "Probability of the mapped class"),
    (PROBABILITIES, "-prob", "Probability of every class"),
    (UNCERTAINTY, "-uncertainty", "Entropy and margin"),
)


class Classify(ProgramAlgorithm):
    PROGRAM = "s2rgf_classify"
    NAME = "classify"
    TITLE = "Classify"
    SUMMARY = "Maps the land cover of a scene with a trained model."
    TAGS = "land cover,classification,map,predict,network,fusion"
    OPTIONS = (
        Option(
            "SMOOTH",
            "-smooth",
            int,
            "Side of the window to smooth over, in pixels",
            "An odd number from 3 to 51; 7 is usual. 0: the map is not smoothed.",
            0,
            0,
            51,
        ),
        Option(
            "MMU",
            "-mmu",
            str,
            "Smallest mapped area",
            "Pixels, such as 20, or hectares, such as 0.5ha: smaller patches take another class.",
        ),
        Option(
            "REJECT",
            "-reject",
            float,
            "Least probability of the mapped class",
            "Pixels whose class is less probable become a class of their own, unsure. 0: none.",
            0,
            0,
            1,
        ),
        Option(
            "REJECT_NODATA",
            "-reject_nodata",
            bool,
            "Less probable pixels become nodata",
            "Instead of a class of their own.",
        ),
        Option(
            "TILE",
            "-tile",
            int,
            "Side of a tile in pixels",
            "It does not change the map. 0 lets the program choose.",
            0,
            0,
            8192,
        ),
        Option(
            "MEMORY",
            "-wm",
            int,
            "Working memory in megabytes",
            "0: 512, or less where a container limits it.",
            0,
            0,
            1048576,
        ),
        Option(
            "PRECISION",
            "-precision",
            str,
            "Precision",
            "float or exact: the same map on every processor, however slow the processor is at it.",
        ),
        THREADS,
        *RASTER_OPTIONS,
    )

    def shortHelpString(self):
        return paragraphs(
            tr("Maps a scene with a model made by Train."),
            tr(
                "Give the sources in the order of the model, or with the names that they have in "
                "it; a single source may have any name. When you choose a model, its sources, "
                "bands and classes are shown."
            ),
            tr(
                "The map has the colours and names of the classes. A pixel is 0, the nodata value, "
                "where any source has no valid value."
            ),
        )

    def initAlgorithm(self, configuration=None):
        add_model_and_sources(self)
        extent = QgsProcessingParameterExtent(EXTENT, tr("Extent of the map"), optional=True)
        add_parameter(self, extent, tr("The whole scene, if not set."))
        for name, _, _, label in AREAS:
            add_features(self, name, tr(label), polygons_only=True)
        self.add_options()
        add_parameter(self, QgsProcessingParameterRasterDestination(OUTPUT, tr("Map")))
        for name, _, label in SIDE_OUTPUTS:
            output = QgsProcessingParameterRasterDestination(
                name, tr(label), optional=True, createByDefault=False
            )
            add_parameter(self, output)

    def problem(self, parameters, context):
        return check_sources(self, parameters, context)

    def _extent_arguments(self, parameters, context):
        extent = self.parameterAsExtent(parameters, EXTENT, context)
        if extent.isNull():
            return []
        corners = (extent.xMinimum(), extent.yMaximum(), extent.xMaximum(), extent.yMinimum())
        arguments = ["-projwin", *map(repr, corners)]
        crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
        if crs.isValid():
            arguments += ["-projwin_srs", crs.authid() or crs.toWkt()]
        return arguments

    def _area_arguments(self, parameters, context, feedback):
        arguments = []
        for name, switch, layer_switch, _ in AREAS:
            if given(parameters, name):
                arguments += layer_arguments(
                    self, parameters, (name, switch), context, feedback, layer_switch
                )
        return arguments

    def processAlgorithm(self, parameters, context, feedback):
        paths = {}
        for name in (OUTPUT, *(name for name, _, _ in SIDE_OUTPUTS)):
            path = self.parameterAsOutputLayer(parameters, name, context)
            if path:
                paths[name] = path
        arguments = [
            *model_arguments(self, parameters, context),
            *self._extent_arguments(parameters, context),
            *self._area_arguments(parameters, context, feedback),
            *self.option_arguments(parameters, context),
        ]
        for name, switch, _ in SIDE_OUTPUTS:
            if name in paths:
                arguments += [switch, paths[name]]
        self.execute([*arguments, "-overwrite", paths[OUTPUT]], feedback)
        style_when_loaded(paths[OUTPUT], context)
        return paths
