"""Describe a model: s2rgf_info."""

import json

from qgis.core import QgsProcessingOutputNumber, QgsProcessingOutputString

from ..model import MODEL, add_model
from ..report import OUTPUT_HTML, add_report, report_arguments, report_path
from ..text import paragraphs, tr
from .base import ProgramAlgorithm


class ModelInfo(ProgramAlgorithm):
    PROGRAM = "s2rgf_info"
    NAME = "info"
    TITLE = "Model info"
    SUMMARY = "Describes a land-cover model."
    TAGS = "land cover,model,network,sources,bands,classes"

    def shortHelpString(self):
        return paragraphs(
            tr(
                "Checks a model file and says what is in it: the network, the sources with their "
                "bands, wavelengths and pixel sizes, the classes with their values and colours, "
                "and how it was trained."
            )
        )

    def initAlgorithm(self, configuration=None):
        add_model(self)
        add_report(self)
        self.addOutput(QgsProcessingOutputString("NETWORK", tr("Network")))
        self.addOutput(QgsProcessingOutputString("CHECKSUM", tr("Checksum")))
        self.addOutput(QgsProcessingOutputString("SOURCES", tr("Names of the sources")))
        self.addOutput(QgsProcessingOutputString("CLASSES", tr("Names of the classes")))
        self.addOutput(QgsProcessingOutputNumber("CLASS_COUNT", tr("Number of classes")))

    def processAlgorithm(self, parameters, context, feedback):
        path = self.parameterAsFile(parameters, MODEL, context)
        report = report_path(self, parameters, context)
        self.execute([path], feedback)
        arguments = ["-json", *report_arguments(report), path]
        description = self.execute(arguments, feedback, show_lines=False)
        model = json.loads("\n".join(description))
        outputs = {
            "NETWORK": model["network"],
            "CHECKSUM": model["checksum"],
            "SOURCES": ",".join(source["name"] for source in model["sources"]),
            "CLASSES": ",".join(item["name"] for item in model["classes"]),
            "CLASS_COUNT": len(model["classes"]),
        }
        if report:
            outputs[OUTPUT_HTML] = report
        return outputs
