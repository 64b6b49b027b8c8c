"""What all algorithms share."""

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException
from qgis.PyQt.QtGui import QIcon

from ..options import add_extra, add_options, extra_arguments, option_arguments
from ..process import run_program
from ..programs import find_program, how_to_install, icon_path, manual_url
from ..text import tr


class ProgramAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that runs one program; subclasses say which."""

    PROGRAM = ""
    NAME = ""
    TITLE = ""
    SUMMARY = ""
    TAGS = ""  # with commas between
    OPTIONS = ()

    def name(self):
        return self.NAME

    def displayName(self):
        return tr(self.TITLE)

    def shortDescription(self):
        return tr(self.SUMMARY)

    def tags(self):
        return tr(self.TAGS).split(",")

    def createInstance(self):
        return type(self)()

    def icon(self):
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        return icon_path(self.NAME)

    def helpUrl(self):
        return manual_url(self.PROGRAM)

    def group(self):
        return ""

    def groupId(self):
        return ""

    def canExecute(self):
        if find_program(self.PROGRAM):
            return True, ""
        return False, how_to_install(self.PROGRAM)

    def problem(self, parameters, context):
        """What is wrong with the values, or an empty text."""
        return ""

    def checkParameterValues(self, parameters, context):
        problem = self.problem(parameters, context)
        if problem:
            return False, problem
        return super().checkParameterValues(parameters, context)

    def execute(self, arguments, feedback, show_lines=True):
        """Runs the program; returns the lines that it printed."""
        path = find_program(self.PROGRAM)
        if path is None:
            raise QgsProcessingException(how_to_install(self.PROGRAM))
        return run_program(path, arguments, feedback, show_lines)

    def add_options(self):
        """The parameters for OPTIONS, and the one for what they do not cover; all advanced."""
        add_options(self, self.OPTIONS)
        add_extra(self)

    def option_arguments(self, parameters, context):
        """Arguments for OPTIONS and the additional command-line parameters."""
        return [
            *option_arguments(self, self.OPTIONS, parameters, context),
            *extra_arguments(self, parameters, context),
        ]
