"""Draw a probability sample of a map: s2rgf_sample."""

from qgis.core import (
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
)

from ..labels import add_features, add_points, given, layer_arguments
from ..options import Option, add_parameter
from ..sources import raster_path
from ..text import paragraphs, tr
from .base import ProgramAlgorithm

MAP = "MAP"
POINTS = "POINTS"
DESIGN = "DESIGN"
ALLOCATION = "ALLOCATION"
STRATA = "STRATA"
EXCLUDE = "EXCLUDE"
OUTPUT = "OUTPUT"
TARGET_SE = "TARGET_SE"
DESIGNS = ("stratified", "simple", "systematic")
ALLOCATIONS = ("least", "proportional", "equal", "neyman")


def add_choice(algorithm, name, label, choices, optional=False):
    """A parameter that is one of some words; unset, the first or, if optional, none."""
    parameter = QgsProcessingParameterEnum(
        name,
        label,
        options=list(choices),
        defaultValue=None if optional else choices[0],
        optional=optional,
        usesStaticStrings=True,
    )
    add_parameter(algorithm, parameter)


class Sample(ProgramAlgorithm):
    PROGRAM = "s2rgf_sample"
    NAME = "sample"
    TITLE = "Sample"
    SUMMARY = "Draws a probability sample of the pixels of a map."
    TAGS = "land cover,accuracy,area,random,sample,strata,validation"
    OPTIONS = (
        Option(
            TARGET_SE,
            "-target_se",
            str,
            "Standard error of the overall accuracy to reach",
            "Draws as many points as it needs, whatever the number of points is.",
        ),
        Option(
            "ACCURACY",
            "-accuracy",
            "words",
            "Expected user's accuracies",
            "For the standard error and the allocation neyman: 0.9 for all classes, soil=0.7 for "
            "one. A blank between several.",
        ),
        Option(
            "LEAST",
            "-least",
            int,
            "Points that each stratum gets at least",
            "With the allocation least.",
            50,
            2,
            1000000,
        ),
        Option(
            "DISTANCE",
            "-distance",
            float,
            "Metres to keep from what is excluded",
            None,
            0,
            0,
            10000000,
        ),
        Option(
            "BLIND",
            "-blind",
            bool,
            "Leave out what the map says of the points",
            "So that it leads nobody who labels them.",
        ),
        Option("SEED", "-seed", int, "Seed", "The same seed draws the same points.", 1, 0),
        Option("MAP_CRS", "-a_srs", "crs", "CRS of a map that has none", ""),
    )

    def shortHelpString(self):
        return paragraphs(
            tr(
                "Draws pixels of a class raster at random, as points with an empty field "
                "reference. Fill it in with what is there, then run Assess with the same design: "
                "it estimates the accuracy of the whole map and the area of each class."
            ),
            tr(
                "Stratified: pixels are drawn from each class of the map, or from each class of "
                "another raster, by themselves."
            ),
        )

    def initAlgorithm(self, configuration=None):
        add_parameter(self, QgsProcessingParameterRasterLayer(MAP, tr("Map")))
        number = QgsProcessingParameterNumber(
            POINTS, tr("Number of points"), defaultValue=500, minValue=1, maxValue=1000000
        )
        add_parameter(self, number)
        add_choice(self, DESIGN, tr("Design"), DESIGNS)
        add_choice(self, ALLOCATION, tr("How strata share the points"), ALLOCATIONS)
        strata = QgsProcessingParameterRasterLayer(STRATA, tr("Strata"), optional=True)
        add_parameter(self, strata, tr("By default the classes of the map."))
        add_features(self, EXCLUDE, tr("Places to keep out, such as those of training"))
        self.add_options()
        add_points(self, OUTPUT, tr("Points"))

    def processAlgorithm(self, parameters, context, feedback):
        output = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        layer = self.parameterAsRasterLayer(parameters, MAP, context)
        strata = self.parameterAsRasterLayer(parameters, STRATA, context)
        arguments = []
        if not self.parameterAsString(parameters, TARGET_SE, context):
            arguments = ["-n", str(self.parameterAsInt(parameters, POINTS, context))]
        arguments += ["-design", self.parameterAsEnumString(parameters, DESIGN, context)]
        allocation = self.parameterAsEnumString(parameters, ALLOCATION, context)
        if allocation != ALLOCATIONS[0]:  # the program says where it does not fit the design
            arguments += ["-allocation", allocation]
        if strata is not None:
            arguments += ["-strata", raster_path(strata, context)]
        if given(parameters, EXCLUDE):
            arguments += layer_arguments(
                self, parameters, (EXCLUDE, "-exclude"), context, feedback
            )
        arguments += self.option_arguments(parameters, context)
        self.execute([*arguments, "-overwrite", raster_path(layer, context), output], feedback)
        return {OUTPUT: output}
