"""The model in the dialog of Classify: choosing one shows what it needs, and names the sources."""

from qgis.core import QgsProcessingContext
from qgis.gui import (
    QgsAbstractProcessingParameterWidgetWrapper,
    QgsFileWidget,
    QgsGui,
    QgsProcessingGui,
)
from qgis.PyQt.QtWidgets import QLabel, QVBoxLayout, QWidget

from .model import describe_model, summary
from .sources import MAX_SOURCES, name_key


class ModelWidget(QgsAbstractProcessingParameterWidgetWrapper):
    """A file with a summary of the model below it. Where many runs, or a model of QGIS, are put
    together, it is QGIS's own."""

    def __new__(cls, parameter, dialog, row=0, column=0):
        registry = QgsGui.processingGuiRegistry()
        kind = type(dialog).__name__
        if kind == "ModelerParametersDialog":
            return registry.createModelerParameterWidget(
                dialog.model, dialog.childId, parameter, dialog.context
            )
        if kind == "BatchAlgorithmDialog":
            return registry.createParameterWidgetWrapper(
                parameter, QgsProcessingGui.WidgetType.Batch
            )
        return super().__new__(cls, parameter, QgsProcessingGui.WidgetType.Standard)

    def __init__(self, parameter, dialog, row=0, column=0):
        super().__init__(parameter, QgsProcessingGui.WidgetType.Standard)
        self._named = {}  # wrappers of the sources' names
        self._set = {}  # the names that were set here, and not by the user

    def createWidget(self):
        self._file = QgsFileWidget()
        self._file.setFilter(self.parameterDefinition().fileFilter())
        self._file.fileChanged.connect(self._choose)
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        self._summary.hide()
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._file)
        layout.addWidget(self._summary)
        return whole

    def postInitialize(self, wrappers):
        numbers = {name_key(number): number for number in range(1, MAX_SOURCES + 1)}
        for wrapper in wrappers:
            number = numbers.get(wrapper.parameterDefinition().name())
            if number is not None:
                self._named[number] = wrapper

    def setWidgetValue(self, value, context):
        self._file.setFilePath(str(value or ""))

    def widgetValue(self):
        return self._file.filePath()

    def _choose(self, path):
        model = describe_model(path)
        self._summary.setText(summary(model) if model else "")
        self._summary.setVisible(model is not None)
        names = [source["name"] for source in model["sources"]] if model else []
        context = QgsProcessingContext()
        for number, wrapper in self._named.items():
            name = names[number - 1] if number <= len(names) else ""
            if (wrapper.parameterValue() or "") != self._set.get(number, ""):
                continue  # the user's own
            self._set[number] = name
            wrapper.setParameterValue(name, context)
        self.widgetValueHasChanged.emit(self)
