"""Reports for the results viewer of QGIS."""

import html

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


def write_report(algorithm, lines, parameters, context):
    """Writes the lines as a page, where one is wanted; returns the outputs to add."""
    path = algorithm.parameterAsFileOutput(parameters, OUTPUT_HTML, context)
    if not path:
        return {}
    with open(path, "w", encoding="utf-8") as file:
        file.write('<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n<pre>')
        file.write(html.escape("\n".join(lines), quote=False))
        file.write("</pre>\n</body></html>\n")
    return {OUTPUT_HTML: path}
