"""Reports: pages for the results viewer of QGIS, figures for programs."""

from qgis.core import QgsProcessingParameterFileDestination

from .options import add_parameter
from .text import tr

OUTPUT_HTML = "OUTPUT_HTML"


def add_report(algorithm):
    add_parameter(
        algorithm,
        QgsProcessingParameterFileDestination(
            OUTPUT_HTML, tr("Report"), tr("HTML files (*.html)"), optional=True
        ),
    )


def add_json(algorithm, name, label):
    """A report as JSON, which is not written unless asked for."""
    output = QgsProcessingParameterFileDestination(
        name, label, tr("JSON files (*.json)"), optional=True, createByDefault=False
    )
    add_parameter(algorithm, output)


def report_path(algorithm, parameters, context):
    """Where the report goes; empty if none is wanted."""
    return algorithm.parameterAsFileOutput(parameters, OUTPUT_HTML, context)


def report_arguments(path):
    """What makes a program write its report there."""
    return ["-html", path, "-overwrite"] if path else []
