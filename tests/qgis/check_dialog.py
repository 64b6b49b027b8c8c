"""The dialog of Classify: choosing a model shows what it is and names the sources, but for those that the user has
named; where runs are put together, QGIS's own widget stands in its place."""

import sys

import session

application = session.start()

from processing.gui.AlgorithmDialog import AlgorithmDialog
from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog
from qgis.core import QgsProcessingContext
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QLabel


def check(held, what):
    if not held:
        sys.exit(what)


def names(dialog):
    wrappers = dialog.mainWidget().wrappers
    return [wrappers[f"SOURCE_{number}_NAME"].parameterValue() or "" for number in range(1, 4)]


def texts(dialog):
    return "\n".join(label.text() for label in dialog.mainWidget().findChildren(QLabel))


def choose(dialog, path):
    (chooser,) = [
        widget
        for widget in dialog.mainWidget().wrappers["MODEL"].wrappedWidget().findChildren(QgsFileWidget)
    ]
    chooser.setFilePath(path)


dialog = AlgorithmDialog(session.algorithm("s2rgf:classify"))
check(names(dialog) == ["", "", ""], f"names before a model is chosen: {names(dialog)}")
choose(dialog, "model.s2rgf")
check(names(dialog) == ["ms", "hs", ""], f"names of the model: {names(dialog)}")
for text in ("ms: 4 bands, pixels of 5: blue", "hs: 8 bands, pixels of 30: 420 nm", "forest"):
    check(text in texts(dialog), f"{text}: not in the dialog: {texts(dialog)}")
value = dialog.mainWidget().wrappers["MODEL"].parameterValue()
check(value == "model.s2rgf", value)
choose(dialog, "scene/ms.tif")
check(names(dialog) == ["", "", ""], f"names of what is no model: {names(dialog)}")
check("forest" not in texts(dialog), "the former model is still shown")
wrappers = dialog.mainWidget().wrappers
wrappers["SOURCE_2_NAME"].setParameterValue("own", QgsProcessingContext())
choose(dialog, "model.s2rgf")
check(names(dialog) == ["ms", "own", ""], f"a name of the user's was lost: {names(dialog)}")

batch = BatchAlgorithmDialog(session.algorithm("s2rgf:classify"))
widgets = batch.mainWidget().wrappers[0]
check(len(widgets) > 10 and all(widgets[:10]), "the batch dialog has no widgets")

help_page = session.algorithm("s2rgf:classify").helpUrl()
check(help_page.startswith("file://") or help_page == "", help_page)
