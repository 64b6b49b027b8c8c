"""The plugin's Python with PyQt6, as QGIS 4 has it, in place of PyQt5. There is no QGIS 4 to run it in: qgis.PyQt is
PyQt6 here, and the classes of QGIS that the plugin uses stand in with no more than it needs. What is real: PyQt6, the
plugin, and the programs."""

import os
import sys
import types

from PyQt6 import QtCore, QtGui, QtWidgets

TOP, PROGRAMS = os.environ["top_srcdir"], os.environ["builddir"]


def check(held, what):
    if not held:
        sys.exit(str(what))


class AnyEnum(type):
    """Members of enums by way of their enum only, as PyQt6 has them."""

    def __getattr__(cls, name):
        if not name[0].isupper():
            raise AttributeError(name)
        value = AnyEnum(name, (), {})
        setattr(cls, name, value)
        return value

    def __or__(cls, other):
        return cls

    __ror__ = __or__


class Thing(metaclass=AnyEnum):
    """A class of QGIS that only keeps what it is made of."""

    def __init__(self, *arguments, **named):
        self.arguments = arguments

    def flags(self):
        return 0

    def __getattr__(self, name):
        if not name.startswith(("set", "add")):
            raise AttributeError(name)
        return lambda *arguments: None


class Algorithm(Thing):
    def __init__(self):
        super().__init__()
        self.parameters = []

    def addParameter(self, parameter):
        self.parameters.append(parameter.arguments[0])

    def addOutput(self, output):
        pass


class BlockingProcess(QtCore.QProcess):
    """QgsBlockingProcess."""

    def __init__(self, path, arguments):
        super().__init__()
        self.command = path, arguments

    def setStdOutHandler(self, handler):
        self.readyReadStandardOutput.connect(lambda: handler(self.readAllStandardOutput()))

    def setStdErrHandler(self, handler):
        self.readyReadStandardError.connect(lambda: handler(self.readAllStandardError()))

    def run(self, feedback):
        self.start(*self.command)
        self.waitForFinished(-1)
        return self.exitCode()

    def processError(self):
        return self.error()


class ProcessingException(Exception):
    pass


class Application(Thing):
    @staticmethod
    def locale():
        return "de"


class FileWidget(QtWidgets.QWidget):
    """QgsFileWidget."""

    fileChanged = QtCore.pyqtSignal(str)

    def setFilter(self, text):
        self.filter = text

    def setFilePath(self, path):
        self.path = path
        self.fileChanged.emit(path)

    def filePath(self):
        return self.path


class WidgetWrapper(QtCore.QObject, metaclass=type(QtCore.QObject)):
    """QgsAbstractProcessingParameterWidgetWrapper."""

    widgetValueHasChanged = QtCore.pyqtSignal(object)

    def __init__(self, parameter, kind):
        super().__init__()
        self.parameter = parameter

    def parameterDefinition(self):
        return self.parameter


class Gui(Thing):
    @staticmethod
    def processingGuiRegistry():
        return None


class NameWrapper:
    """The wrapper of a text, for the name of a source."""

    def __init__(self, key):
        self.key, self.text = key, ""

    def parameterDefinition(self):
        return self

    def name(self):
        return self.key

    def parameterValue(self):
        return self.text

    def setParameterValue(self, value, context):
        self.text = value


class Feedback:
    def __init__(self):
        self.lines = []

    def pushInfo(self, line):
        self.lines.append(line)

    pushCommandInfo = pushConsoleInfo = pushWarning = pushInfo

    def setProgress(self, percent):
        check(0 <= percent <= 100, percent)

    def isCanceled(self):
        return False


class Config(Thing):
    settingIcons = {}

    @staticmethod
    def getSetting(name):
        return PROGRAMS


class Module(types.ModuleType):
    """A module of QGIS whose classes are things, but for those given."""

    def __init__(self, name, **classes):
        super().__init__(name)
        self.__dict__.update(classes)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = AnyEnum(name, (Thing,), {})
        setattr(self, name, made)
        return made


sys.modules.update(
    {
        "qgis": Module("qgis", __path__=[]),
        "qgis.PyQt": Module("qgis.PyQt", __path__=[]),
        "qgis.PyQt.QtCore": QtCore,
        "qgis.PyQt.QtGui": QtGui,
        "qgis.PyQt.QtWidgets": QtWidgets,
        "qgis.core": Module(
            "qgis.core",
            QgsApplication=Application,
            QgsBlockingProcess=BlockingProcess,
            QgsProcessingAlgorithm=Algorithm,
            QgsProcessingException=ProcessingException,
        ),
        "qgis.gui": Module(
            "qgis.gui",
            QgsAbstractProcessingParameterWidgetWrapper=WidgetWrapper,
            QgsFileWidget=FileWidget,
            QgsGui=Gui,
        ),
        "processing": Module("processing", __path__=[]),
        "processing.core": Module("processing.core", __path__=[]),
        "processing.core.ProcessingConfig": Module("ProcessingConfig", ProcessingConfig=Config),
    }
)
sys.modules["qgis.core"].QgsProcessingRegistry = Thing
Application.processingRegistry = staticmethod(lambda: Thing())
sys.path.insert(0, os.path.join(TOP, "qgis"))
application = QtWidgets.QApplication([])

import s2rgf
from s2rgf.algorithms import assess, change, classify, info, sample, suggest, train
from s2rgf.model_widget import ModelWidget
from s2rgf.process import run_program
from s2rgf.provider import S2rgfProvider

plugin = s2rgf.classFactory(None)
plugin.initGui()
check(isinstance(plugin.provider, S2rgfProvider), plugin.provider)
for made, least in (
    (train.Train(), 30),
    (classify.Classify(), 20),
    (sample.Sample(), 10),
    (assess.Assess(), 10),
    (suggest.Suggest(), 10),
    (change.Change(), 7),
    (info.ModelInfo(), 2),
):
    made.initAlgorithm()
    check(len(made.parameters) >= least, f"{made.name()}: only {len(made.parameters)} parameters")
    check(isinstance(made.icon(), QtGui.QIcon), made.icon())
    check(os.path.exists(made.svgIconPath()), made.svgIconPath())
    check(made.canExecute() == (True, ""), made.canExecute())
    check(made.displayName() and made.shortHelpString().startswith("<p>"), made.name())

# ---- the programs, through PyQt6's QProcess
program = os.path.join(PROGRAMS, "s2rgf_info")
feedback = Feedback()
lines = run_program(program, ["model.s2rgf"], feedback)
check(any("forest" in line for line in lines), lines)
for path, arguments, message in (
    (program, ["absent.s2rgf"], "absent.s2rgf"),
    ("/absent/program", [], "could not be started"),
    ("/bin/sh", ["-c", "kill -9 $$"], "crashed"),
):
    try:
        run_program(path, arguments, feedback)
        sys.exit(f"{path}: no exception")
    except ProcessingException as error:
        check(message in str(error), error)

# ---- the model in the dialog
parameter = types.SimpleNamespace(fileFilter=lambda: "all (*)")
widget = ModelWidget(parameter, None)
whole = widget.createWidget()
names = [NameWrapper(f"SOURCE_{number}_NAME") for number in (1, 2, 3)]
widget.postInitialize(names)
changes = []
widget.widgetValueHasChanged.connect(changes.append)
widget.setWidgetValue("model.s2rgf", None)
check([name.text for name in names] == ["ms", "hs", ""], [name.text for name in names])
check(changes == [widget] and widget.widgetValue() == "model.s2rgf", changes)
check(any("forest" in label.text() for label in whole.findChildren(QtWidgets.QLabel)), "no summary")
