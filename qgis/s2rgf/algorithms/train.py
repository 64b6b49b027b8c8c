"""Train a model: s2rgf_train."""

from qgis.core import QgsProcessingParameterFile, QgsProcessingParameterFileDestination

from ..labels import LABEL_OPTIONS, add_labels, check_labels, label_arguments
from ..model import ANY_MODEL_FILTER, MODEL_FILTER
from ..options import RASTER_OPTIONS, THREADS, Option, add_parameter
from ..report import add_json
from ..sources import add_sources, check_sources, has_sources, source_arguments
from ..text import paragraphs, tr
from .base import ProgramAlgorithm

INITIAL = "INITIAL"
OUTPUT = "OUTPUT"
REPORT = "REPORT"


class Train(ProgramAlgorithm):
    PROGRAM = "s2rgf_train"
    NAME = "train"
    TITLE = "Train"
    SUMMARY = "Trains a land-cover model on one scene, or many, and their labels."
    TAGS = "land cover,classification,supervised,learn,network,fusion"
    OPTIONS = (
        Option(
            "CHANNELS",
            "-c",
            int,
            "Channels of the network",
            "A multiple of 16. More channels take more time and memory. 0: 64, or as many as the "
            "initial model has.",
            0,
            0,
            128,
        ),
        Option("STEPS", "-steps", int, "Steps of a full run", "0: 150.", 0, 0, 1000000),
        Option("BATCH", "-batch", int, "Crops in a step", "0: 8.", 0, 0, 256),
        Option(
            "CROP",
            "-crop",
            int,
            "Side of a crop in pixels",
            "A multiple of 16, in pixels of the source with the smallest pixels. 0: 96.",
            0,
            0,
            512,
        ),
        Option("LEARNING_RATE", "-lr", float, "Learning rate", None, 0.002, 1e-8, 1),
        Option("WEIGHT_DECAY", "-wd", float, "Weight decay", None, 0.02, 0, 1),
        Option("SMOOTHING", "-smoothing", float, "Label smoothing", None, 0.1, 0, 0.5),
        Option(
            "BALANCE",
            "-balance",
            float,
            "Weight of classes with few pixels",
            "0: all labelled pixels count the same; 1: all classes do.",
            0.5,
            0,
            1,
        ),
        Option(
            "SETTLE",
            "-settle",
            float,
            "Fraction of the steps after which batch-norms use the statistics of the scene",
            "1: only at the end.",
            0.6,
            0,
            1,
        ),
        Option("BETA", "-beta", float, "Weight of the de-redundancy loss", None, 0.001, 0, 1000),
        Option(
            "JITTER",
            "-jitter",
            float,
            "Spread of the brightness of crops",
            "It keeps the network from relying on absolute brightness; 0 leaves crops as they are.",
            0.05,
            0,
            1,
        ),
        Option(
            "SOURCE_DROPOUT",
            "-source_dropout",
            float,
            "Probability that a crop lacks a source",
            "So that the network relies on no single source and can map pixels that lack one.",
            0,
            0,
            0.9,
        ),
        Option(
            "SHIFT_JITTER",
            "-shift_jitter",
            float,
            "Pixels by which sources are moved in training",
            "At most, in their own pixels; only sources that have a grid of their own.",
            0,
            0,
            2,
        ),
        Option(
            "VALIDATION",
            "-val",
            float,
            "Fraction of the labels to keep for validation",
            "With 0 the network is trained on all labels, without validation.",
            0.25,
            0,
            0.5,
        ),
        Option(
            "NO_REFIT",
            "-no_refit",
            bool,
            "Do not train again on all labels",
            "Keep the weights of the best validation instead.",
        ),
        Option(
            "PATIENCE",
            "-patience",
            int,
            "Validations without improvement before stopping",
            "0 never stops early.",
            0,
            0,
            1000000,
        ),
        Option("SEED", "-seed", int, "Seed of all random numbers", None, 1, 0),
        Option(
            "SCENES",
            "-scenes",
            str,
            "Folder or list of scenes",
            "Trains on many scenes: all of a folder, or those in a text file, one name per line.",
        ),
        Option(
            "SCENE_RASTERS",
            "-i",
            "words",
            "Rasters of the scenes",
            "NAME={}_ms.tif, in the folder of the scenes, where {} stands for the name of a scene; "
            "with a blank between several. Sources above then are the same for all scenes.",
        ),
        Option(
            "SCENE_LABELS",
            "-labels",
            str,
            "Labels of the scenes",
            "{}_labels.gpkg, if each scene has labels of its own, instead of those above. If they "
            "have several fields or layers, add -a FIELD or -l LAYER below.",
        ),
        Option(
            "FREEZE",
            "-freeze",
            str,
            "Part of the initial model that stays as it is",
            "encoders: the layers that see a single source. By default nothing.",
        ),
        Option("SKIP_BAD", "-skip_bad", bool, "Leave out scenes that cannot be used", None),
        Option(
            "VAL_BY",
            "-val_by",
            str,
            "What validation keeps whole in many scenes",
            "group: a polygon or a block, or scene. By default group.",
        ),
        Option(
            "BANDS",
            "-b",
            "words",
            "Bands to use",
            "NAME=1-4,8 or NAME=450-900nm, with a blank between several sources. Without it, all "
            "bands that hold data and are not marked bad.",
        ),
        THREADS,
        *LABEL_OPTIONS,
        *RASTER_OPTIONS,
    )

    def shortHelpString(self):
        return paragraphs(
            tr("Trains a network on the rasters of one scene and labelled areas in it."),
            tr(
                "A source is one raster, or several files on the same grid whose bands are joined. "
                "Each source keeps its resolution and need not be aligned with the others; the one "
                "with the smallest pixels defines the grid of the maps."
            ),
            tr(
                "To train on many scenes, give a folder or list of them among the advanced "
                "parameters, and rasters with {} for the name of a scene instead of sources."
            ),
            tr(
                "Some labels, whole polygons at a time, are kept for validation, which chooses the "
                "number of steps; then the network is trained again on all labels."
            ),
        )

    def initAlgorithm(self, configuration=None):
        add_sources(
            self,
            tr("By default that of the first layer. A model knows its sources by name."),
            optional=True,
        )
        add_labels(self)
        initial = QgsProcessingParameterFile(
            INITIAL, tr("Initial model"), optional=True, fileFilter=tr(ANY_MODEL_FILTER)
        )
        add_parameter(
            self,
            initial,
            tr("Starts from its weights, for sources and classes of the same name."),
            advanced=True,
        )
        self.add_options()
        output = QgsProcessingParameterFileDestination(OUTPUT, tr("Model"), tr(MODEL_FILTER))
        add_parameter(self, output)
        add_json(self, REPORT, tr("How the training went"))

    def problem(self, parameters, context):
        scenes, rasters, labels = (
            bool(self.parameterAsString(parameters, name, context))
            for name in ("SCENES", "SCENE_RASTERS", "SCENE_LABELS")
        )
        if scenes != rasters or (labels and not scenes):
            return tr("Many scenes: give a folder or list of them, and their rasters")
        if not scenes and not has_sources(parameters, context):
            return tr("Source 1: give at least one raster")
        return check_sources(self, parameters, context) or check_labels(parameters, labels)

    def processAlgorithm(self, parameters, context, feedback):
        path = self.parameterAsFileOutput(parameters, OUTPUT, context)
        report = self.parameterAsFileOutput(parameters, REPORT, context)
        initial = self.parameterAsFile(parameters, INITIAL, context)
        arguments = [
            *self.option_arguments(parameters, context),
            *source_arguments(self, parameters, context),
            *label_arguments(self, parameters, context, feedback),
            *(("-init", initial) if initial else ()),
            *(("-report", report) if report else ()),
            "-overwrite",
            path,
        ]
        self.execute(arguments, feedback)
        return {OUTPUT: path, REPORT: report} if report else {OUTPUT: path}
