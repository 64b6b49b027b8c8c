"""A model, what it says of itself, and the sources for it."""

import json
import subprocess

from qgis.core import QgsProcessingParameterFile

from .options import add_parameter
from .programs import find_program
from .sources import add_sources, source_arguments
from .text import tr

MODEL = "MODEL"
MODEL_FILTER = "s2rgf models (*.s2rgf)"
ANY_MODEL_FILTER = MODEL_FILTER + ";;All files (*)"  # "*.*" would want an extension
_SHOWN_CLASSES = 12


def add_model(algorithm, widget=None):
    """A model file; widget is the class of the widget for it, or None for that of QGIS."""
    model = QgsProcessingParameterFile(MODEL, tr("Model"), fileFilter=tr(ANY_MODEL_FILTER))
    if widget:
        model.setMetadata({"widget_wrapper": {"class": widget}})
    add_parameter(algorithm, model)


def add_model_and_sources(algorithm):
    """A model, which the dialog describes, and the sources for it."""
    add_model(algorithm, "s2rgf.model_widget.ModelWidget")
    add_sources(algorithm, tr("By default those of the model, in its order."))


def model_arguments(algorithm, parameters, context):
    """-m and -i."""
    model = algorithm.parameterAsFile(parameters, MODEL, context)
    return ["-m", model, *source_arguments(algorithm, parameters, context, _source_names(model))]


def describe_model(path):
    """What s2rgf_info -json prints, as a dictionary; None for what is no model."""
    program = find_program("s2rgf_info")
    if program is None or not path:
        return None
    run = subprocess.run(
        [program, "-json", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return json.loads(run.stdout) if run.returncode == 0 else None


def _source_names(path):
    """Names of the sources in the order of the model; none of what is no model."""
    model = describe_model(path)
    return [source["name"] for source in model["sources"]] if model else []


def _source_line(source):
    bands = [band["name"] for band in source["bands"]]
    names = ": " + ", ".join(bands) if all(bands) else ""
    return tr("{}: {} bands, pixels of {:.3g}{}").format(
        source["name"], len(bands), source["pixel_size"], names
    )


def summary(model):
    """Sources with their bands, and classes, for the dialog."""
    names = [item["name"] for item in model["classes"]]
    shown = names[:_SHOWN_CLASSES]
    if len(names) > len(shown):
        shown.append(tr("and {} more").format(len(names) - len(shown)))
    classes = ", ".join(shown)
    return "\n".join([*map(_source_line, model["sources"]), tr("Classes: {}").format(classes)])
