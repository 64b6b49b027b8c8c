"""Assess a map: s2rgf_assess."""

import json

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingUtils,
)

from ..labels import LABEL_OPTIONS, add_labels, check_labels, label_arguments
from ..options import Option, add_parameter
from ..report import OUTPUT_HTML, add_json, add_report, report_arguments, report_path
from ..sources import raster_path
from ..text import paragraphs, tr
from .base import ProgramAlgorithm
from .sample import DESIGN, DESIGNS, STRATA, add_choice

MAP = "MAP"
OUTPUT_JSON = "OUTPUT_JSON"
FIGURES = ("OVERALL_ACCURACY", "AVERAGE_ACCURACY", "KAPPA")


class Assess(ProgramAlgorithm):
    PROGRAM = "s2rgf_assess"
    NAME = "assess"
    TITLE = "Assess"
    SUMMARY = "Assesses a map against reference labels."
    TAGS = "land cover,accuracy,validation,confusion matrix,kappa,F1"
    OPTIONS = (Option("MAP_CRS", "-a_srs", "crs", "CRS of a map that has none", ""), *LABEL_OPTIONS)

    def shortHelpString(self):
        return paragraphs(
            tr(
                "Compares a class raster, such as a map made by Classify, with reference labels: "
                "confusion matrix, overall and average accuracy, kappa, and the figures of each "
                "class. The report, with the map's picture, says what was excluded and why."
            ),
            tr("Classes are matched by name, else by pixel value."),
            tr(
                "If the reference is a random sample, as Sample draws it, name its design: then "
                "the report also estimates the accuracy of the whole map and the area of each "
                "class, with standard errors and 95 % intervals."
            ),
        )

    def initAlgorithm(self, configuration=None):
        add_parameter(self, QgsProcessingParameterRasterLayer(MAP, tr("Map")))
        add_labels(self)
        add_choice(self, DESIGN, tr("Design of the sample, if it is one"), DESIGNS, optional=True)
        strata = QgsProcessingParameterRasterLayer(STRATA, tr("Its strata"), optional=True)
        add_parameter(self, strata, tr("By default the classes of the map."))
        self.add_options()
        add_report(self)
        add_json(self, OUTPUT_JSON, tr("Figures as JSON"))
        self.addOutput(QgsProcessingOutputNumber(FIGURES[0], tr("Overall accuracy")))
        self.addOutput(QgsProcessingOutputNumber(FIGURES[1], tr("Average accuracy")))
        self.addOutput(QgsProcessingOutputNumber(FIGURES[2], tr("Kappa")))

    def problem(self, parameters, context):
        return check_labels(parameters)

    def _design_arguments(self, parameters, context):
        arguments = []
        design = self.parameterAsEnumString(parameters, DESIGN, context)
        if design:
            arguments += ["-design", design]
        strata = self.parameterAsRasterLayer(parameters, STRATA, context)
        if strata is not None:
            arguments += ["-strata", raster_path(strata, context)]
        return arguments

    def processAlgorithm(self, parameters, context, feedback):
        wanted = self.parameterAsFileOutput(parameters, OUTPUT_JSON, context)
        path = wanted or QgsProcessingUtils.generateTempFilename("accuracy.json")
        report = report_path(self, parameters, context)
        layer = self.parameterAsRasterLayer(parameters, MAP, context)
        arguments = [
            *label_arguments(self, parameters, context, feedback),
            *self._design_arguments(parameters, context),
            *report_arguments(report),
            *self.option_arguments(parameters, context),
            "-json",
            path,
            "-overwrite",
            raster_path(layer, context),
        ]
        self.execute(arguments, feedback)
        with open(path, encoding="utf-8") as file:
            figures = json.load(file)
        outputs = {name: figures[name.lower()] for name in FIGURES}
        if report:
            outputs[OUTPUT_HTML] = report
        if wanted:
            outputs[OUTPUT_JSON] = wanted
        return outputs
