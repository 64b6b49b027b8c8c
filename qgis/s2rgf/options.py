"""Options of the programs that are plain values: one table row each."""

from collections import namedtuple

from qgis.core import (
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsRunProcess,
)

from .text import tr

EXTRA = "EXTRA"

# kind is one of bool, int, float, str, "crs" and "words" (a text of words, each with the switch);
# default is the program's own default.
Option = namedtuple(
    "Option", "name switch kind label help default minimum maximum", defaults=(None, None, None)
)

RASTER_OPTIONS = (
    Option("RASTER_CRS", "-a_srs", "crs", "CRS of rasters that have none", ""),
    Option(
        "SOURCE_NODATA",
        "-srcnodata",
        str,
        "Nodata value of all rasters",
        "In place of the one that they declare; none for no nodata value.",
    ),
    Option(
        "QUALITY",
        "-qa",
        "words",
        "Valid values of quality layers",
        "SCL=4-7,11 makes the source called SCL a quality layer: pixels are valid where it has one "
        "of these values; QA=nobits:0-4 where none of these bits is set. A blank between several.",
    ),
    Option(
        "ANY_SOURCE",
        "-any_source",
        bool,
        "Pixels need data in one source only",
        "Instead of in all. The model must be trained with source dropout.",
    ),
)

THREADS = Option(
    "THREADS", "-threads", int, "Threads", "0: all processors.", 0, 0, 1024
)


def add_parameter(algorithm, parameter, help_text="", advanced=False):
    """Adds the parameter to the algorithm, with its tooltip, among the advanced ones or not."""
    if help_text:
        parameter.setHelp(help_text)
    if advanced:
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    algorithm.addParameter(parameter)


def _parameter(option):
    label = tr(option.label)
    if option.kind is bool:
        return QgsProcessingParameterBoolean(option.name, label, defaultValue=False)
    if option.kind == "crs":
        return QgsProcessingParameterCrs(option.name, label, optional=True)
    if option.kind in (str, "words"):
        return QgsProcessingParameterString(option.name, label, optional=True)
    types = {
        int: QgsProcessingParameterNumber.Type.Integer,
        float: QgsProcessingParameterNumber.Type.Double,
    }
    number = QgsProcessingParameterNumber(
        option.name, label, types[option.kind], defaultValue=option.default
    )
    if option.minimum is not None:
        number.setMinimum(option.minimum)
    if option.maximum is not None:
        number.setMaximum(option.maximum)
    return number


def add_options(algorithm, options):
    for option in options:
        help_text = tr(option.help) if option.help else ""
        add_parameter(algorithm, _parameter(option), help_text, advanced=True)


def add_extra(algorithm):
    """The parameter for everything else that the program can do."""
    parameter = QgsProcessingParameterString(
        EXTRA, tr("Additional command-line parameters"), optional=True
    )
    help_text = tr("Any other options of {}; its manual page lists them.").format(
        algorithm.PROGRAM
    )
    add_parameter(algorithm, parameter, help_text, advanced=True)


def _value(algorithm, option, parameters, context):
    """The value as it stands on a command line, or None where the program's default is meant."""
    if option.kind == "crs":
        crs = algorithm.parameterAsCrs(parameters, option.name, context)
        return (crs.authid() or crs.toWkt()) if crs.isValid() else None
    if option.kind is str:
        return algorithm.parameterAsString(parameters, option.name, context) or None
    read = {int: algorithm.parameterAsInt, float: algorithm.parameterAsDouble}[option.kind]
    value = read(parameters, option.name, context)
    return None if value == option.default else str(value)


def option_arguments(algorithm, options, parameters, context):
    """The arguments for those options whose value is not the program's default."""
    arguments = []
    for option in options:
        if option.kind is bool:
            if algorithm.parameterAsBoolean(parameters, option.name, context):
                arguments.append(option.switch)
            continue
        if option.kind == "words":
            text = algorithm.parameterAsString(parameters, option.name, context)
            words = QgsRunProcess.splitCommand(text)
            arguments += [part for word in words for part in (option.switch, word)]
            continue
        value = _value(algorithm, option, parameters, context)
        if value is not None:
            arguments += [option.switch, value]
    return arguments


def extra_arguments(algorithm, parameters, context):
    return QgsRunProcess.splitCommand(algorithm.parameterAsString(parameters, EXTRA, context))
