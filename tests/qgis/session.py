"""A QGIS without a window and with the plugin, for the tests in PyQGIS and the pictures."""

import os
import sys

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
)
from qgis.PyQt.QtCore import QEventLoop, QLocale, QSize, Qt

TOP = os.path.abspath(
    os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))
)


PLUGINS = os.path.join(TOP, "qgis")


def start(language="en"):
    """The application, which the caller keeps; the algorithms are registered."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QLocale.setDefault(QLocale(language))
    application = QgsApplication([], True)
    application.initQgis()
    plugins = os.path.join(QgsApplication.pkgDataPath(), "python", "plugins")
    sys.path[:0] = [PLUGINS, plugins]
    from processing.core.Processing import Processing

    Processing.initialize()
    import s2rgf

    application.plugin = s2rgf.classFactory(None)
    application.plugin.initProcessing()
    return application


def algorithm(name):
    return QgsApplication.processingRegistry().createAlgorithmById(name)


class Feedback(QgsProcessingFeedback):
    """Keeps what an algorithm says."""

    def __init__(self):
        super().__init__(False)
        self.errors = []
        self.percents = []
        self.progressChanged.connect(self.percents.append, Qt.ConnectionType.DirectConnection)

    def reportError(self, error, fatalError=False):
        self.errors.append(error)


def run_in_background(name, parameters, feedback, on_progress=None):
    """Runs an algorithm as the dialog does, in a thread of its own; returns (done, results)."""
    context = QgsProcessingContext()
    task = QgsProcessingAlgRunnerTask(algorithm(name), parameters, context, feedback)
    loop = QEventLoop()
    ended = []

    def end(done, results):
        ended.append((done, results))
        loop.quit()

    task.executed.connect(end)
    if on_progress is not None:
        task.progressChanged.connect(on_progress)
    QgsApplication.taskManager().addTask(task)
    loop.exec()
    return ended[0]


def run_and_load(name, parameters, output):
    """Runs an algorithm and loads one of its outputs as the dialog does; returns the layer."""
    from processing.gui.Postprocessing import handleAlgorithmResults

    context, feedback = QgsProcessingContext(), Feedback()
    context.setProject(QgsProject.instance())
    details = QgsProcessingContext.LayerDetails(output, QgsProject.instance(), output)
    context.addLayerToLoadOnCompletion(parameters[output], details)
    instance = algorithm(name)
    _, done = instance.run(parameters, context, feedback)
    if not done:
        sys.exit("\n".join(feedback.errors))
    if not handleAlgorithmResults(instance, context, feedback, parameters=parameters):
        sys.exit("\n".join(feedback.errors))
    (layer,) = QgsProject.instance().mapLayers().values()
    return layer


def render(layer, width):
    """A picture of the whole layer."""
    extent = layer.extent()
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(width, round(width * extent.height() / extent.width())))
    settings.setFlag(QgsMapSettings.Flag.Antialiasing, False)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()
