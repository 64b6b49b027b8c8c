"""Layers as QGIS shows them: edits that are not saved, joined and virtual fields, selections, open options, names."""

import json
import shutil
import subprocess
import sys

import session

application = session.start()

from qgis.core import (
    QgsField,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QVariant

FEW = {"CHANNELS": 16, "STEPS": 1, "BATCH": 1, "CROP": 32, "THREADS": 1, "VALIDATION": 0}


def check(held, what):
    if not held:
        sys.exit(str(what))


def keep(layer):
    check(layer.isValid(), layer.source())
    QgsProject.instance().addMapLayer(layer, False)
    return layer


class Feedback(session.Feedback):
    def __init__(self):
        super().__init__()
        self.commands = []
        self.lines = []

    def pushCommandInfo(self, info):
        self.commands.append(info)

    def pushInfo(self, info):
        self.lines.append(info)

    def pushConsoleInfo(self, info):
        self.lines.append(info)


def run(name, parameters, succeeds=True):
    context, feedback = QgsProcessingContext(), Feedback()
    context.setProject(QgsProject.instance())
    algorithm = session.algorithm(name)
    accepted, message = algorithm.checkParameterValues(parameters, context)
    check(accepted, message)
    _, done = algorithm.run(parameters, context, feedback)
    check(done == succeeds, feedback.errors)
    return feedback


def train(output, **parameters):
    return run("s2rgf:train", {"SOURCE_1": ["scene/ms.tif"], **FEW, "OUTPUT": output, **parameters})


def described(path):
    text = subprocess.run(["s2rgf_info", "-json", path], stdout=subprocess.PIPE, check=True).stdout
    return json.loads(text)


def classes(path):
    return sorted(item["name"] for item in described(path)["classes"])


def labels(name):
    return keep(QgsVectorLayer("scene/labels.gpkg|layername=train", name, "ogr"))


# ---- edits that are not saved
layer = labels("edited")
saved = sorted({feature["class"] for feature in layer.getFeatures()})
layer.startEditing()
first = next(layer.getFeatures())
layer.changeAttributeValue(first.id(), layer.fields().indexOf("class"), "island")
feedback = train("edited.s2rgf", LABELS=layer, FIELD="class")
check(classes("edited.s2rgf") == sorted({*saved, "island"}), classes("edited.s2rgf"))
check(any("edits that are not saved" in line for line in feedback.lines), feedback.lines)
layer.rollBack()
feedback = train("saved.s2rgf", LABELS=layer, FIELD="class")
check(classes("saved.s2rgf") == saved, classes("saved.s2rgf"))
check("-labels scene/labels.gpkg" in feedback.commands[0], feedback.commands)

# ---- virtual and joined fields
layer.addExpressionField("upper(\"class\")", QgsField("kind", QVariant.Type.String))
train("virtual.s2rgf", LABELS=layer, FIELD="kind")
check(classes("virtual.s2rgf") == [name.upper() for name in saved], classes("virtual.s2rgf"))
with open("names.csv", "w", encoding="utf-8") as file:
    file.write("class,long\n" + "".join(f"{name},the {name}\n" for name in saved))
table = keep(QgsVectorLayer("names.csv", "table", "ogr"))
join = QgsVectorLayerJoinInfo()
join.setJoinLayer(table)
join.setTargetFieldName("class")
join.setJoinFieldName("class")
layer = labels("joined")
check(layer.addJoin(join), "no join")
train("joined.s2rgf", LABELS=layer, FIELD="table_long")
check(classes("joined.s2rgf") == [f"the {name}" for name in saved], classes("joined.s2rgf"))

# ---- only what is selected, of a layer with a virtual field
layer = labels("selected")
layer.addExpressionField("'x' || \"class\"", QgsField("kind", QVariant.Type.String))
layer.selectByExpression(f"\"class\" <> '{saved[0]}'")
train(
    "selected.s2rgf",
    LABELS=QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True),
    FIELD="kind",
)
check(classes("selected.s2rgf") == [f"x{name}" for name in saved[1:]], classes("selected.s2rgf"))

# ---- sources are called as their layers; open options go to GDAL
odd = keep(QgsRasterLayer("scene/ms.tif|option:NUM_THREADS=2", "ms 2021 (clear)"))
feedback = train("odd.s2rgf", SOURCE_1=[odd], LABELS=labels("plain"), FIELD="class")
check(described("odd.s2rgf")["sources"][0]["name"] == "ms_2021_clear", feedback.commands)
check("-i ms_2021_clear=scene/ms.tif -oo NUM_THREADS=2" in feedback.commands[0], feedback.commands)
other = keep(QgsRasterLayer("scene/hs.tif|option:NUM_THREADS=1", "hs"))
context = QgsProcessingContext()
accepted, message = session.algorithm("s2rgf:classify").checkParameterValues(
    {"MODEL": "odd.s2rgf", "SOURCE_1": [odd], "SOURCE_2": [other], "OUTPUT": "bad.tif"}, context
)
check(not accepted and "NUM_THREADS=1" in message, message)

# ---- unnamed sources are the model's in its order; a model needs no extension
shutil.copy("model.s2rgf", "model")
feedback = run(
    "s2rgf:classify",
    {"MODEL": "model", "SOURCE_1": ["scene/ms.tif"], "SOURCE_2": ["scene/hs.tif"], "OUTPUT": "map.tif"},
)
check("-i ms=scene/ms.tif -i hs=scene/hs.tif" in feedback.commands[0], feedback.commands)
feedback = run(
    "s2rgf:classify",
    {
        "MODEL": "model",
        "SOURCE_1": ["scene/hs.tif"],
        "SOURCE_1_NAME": "hs",
        "SOURCE_2": ["scene/ms.tif"],
        "OUTPUT": "turned.tif",
    },
)
check("-i hs=scene/hs.tif -i ms=scene/ms.tif" in feedback.commands[0], feedback.commands)

# ---- the columns of the report last in the log, which is HTML
feedback = run("s2rgf:assess", {"MAP": "map.tif", "LABELS": labels("test"), "FIELD": "class"})
table = [line for line in feedback.lines if "\u00a0" in line]
check(len(table) > 5 and not any("  " in line for line in feedback.lines), feedback.lines)
