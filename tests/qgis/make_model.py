"""A model of QGIS that classifies a scene and sieves the map.

    make_model.py FILE.model3

It prints what the model calls its outputs `map` and `sieved`, which depends on QGIS.
"""

import sys

from qgis.core import (
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFile,
    QgsProcessingParameterRasterLayer,
)

import session


def add_step(model, step, algorithm, sources, output):
    """A step of the model; its raster OUTPUT is one of the model."""
    child = QgsProcessingModelChildAlgorithm(algorithm)
    child.setChildId(step)
    child.setDescription(step)
    for name, source in sources.items():
        child.addParameterSources(name, [source])
    result = QgsProcessingModelOutput(output, output)
    result.setChildId(step)
    result.setChildOutputName("OUTPUT")
    child.setModelOutputs({output: result})
    model.addChildAlgorithm(child)


application = session.start()
source = QgsProcessingModelChildParameterSource
model = QgsProcessingModelAlgorithm("Classify and sieve", "")
for parameter in (
    QgsProcessingParameterFile("model", "Model"),
    QgsProcessingParameterRasterLayer("ms", "Multispectral source"),
    QgsProcessingParameterRasterLayer("hs", "Hyperspectral source"),
):
    model.addModelParameter(parameter, QgsProcessingModelParameter(parameter.name()))
add_step(
    model,
    "classify",
    "s2rgf:classify",
    {
        "MODEL": source.fromModelParameter("model"),
        "SOURCE_1": source.fromModelParameter("ms"),
        "SOURCE_1_NAME": source.fromStaticValue("ms"),
        "SOURCE_2": source.fromModelParameter("hs"),
        "SOURCE_2_NAME": source.fromStaticValue("hs"),
    },
    "map",
)
add_step(
    model,
    "sieve",
    "gdal:sieve",
    {
        "INPUT": source.fromChildOutput("classify", "OUTPUT"),
        "THRESHOLD": source.fromStaticValue(8),
    },
    "sieved",
)
model.updateDestinationParameters()
if not model.toFile(sys.argv[1]):
    sys.exit(f"{sys.argv[1]}: cannot be written")
outputs = [output.name() for output in model.destinationParameterDefinitions()]
print(*(next(name for name in outputs if name.endswith(part)) for part in ("map", "sieved")))
