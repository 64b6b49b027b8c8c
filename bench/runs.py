"""One run of the study: train, map and assess in child processes, and measure them."""
import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from osgeo import gdal

import contender
import figures
from behaviour import behaviour_of
from checksum import labels_checksum
from contender import CONTENDERS
from methods import STUDY
from processes import Children, RunError, processor
from rasters import read_labels
from scenes import inputs_of

HERE = os.path.dirname(os.path.abspath(__file__))
SINGLE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1",
                 "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


class Programs:
    """The programs of a build, what they are, and the children that run now."""

    def __init__(self, build, trial_options=()):
        self.build = build
        self.trial_options = tuple(trial_options)
        self.children = Children()
        text = subprocess.run([self.path("s2rgf_train"), "--help"], check=True, text=True,
                              capture_output=True).stdout
        version = subprocess.run([self.path("s2rgf_train"), "--version"], check=True, text=True,
                                 capture_output=True).stdout.split(",")[0]
        self.version, self.defaults = version.strip(), defaults_of(text)

    def path(self, name):
        return os.path.join(self.build, name)

    @functools.cache
    def network_fingerprint(self, network):
        """Version, defaults and behaviour of a training."""
        with tempfile.TemporaryDirectory(prefix="accuracy-") as folder:
            facts = [STUDY, self.defaults, behaviour_of(self.build, network, folder)]
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        return f"{self.version}, {network} {digest[:8]}"

    def fingerprint_of(self, method):
        if method.is_network:
            return (self.network_fingerprint(method.network),
                    method.options + self.trial_options)
        return f"{contender.version()}, study {STUDY}", CONTENDERS[method.name].options

    def measure(self, log, *command):
        """Run a command to its end: wall and processor seconds."""
        usage = self.children.measure(log, command, SINGLE_THREAD)
        return usage.wall_s, usage.cpu_s


def defaults_of(help_text):
    """What the help says of every option that has a default."""
    entries = [" ".join(entry.split()) for entry in re.split(r"\n  -", help_text)]
    return sorted(entry for entry in entries if re.search(r"\[[^\]]*default ", entry))


def count_pixels(path):
    return int(np.count_nonzero(gdal.Open(path).ReadAsArray()))


def map_path(folder, light):
    return os.path.join(folder, f"map-{light}.tif" if light else "map.tif")


def calibration(probabilities_path, test_raster, temperature):
    """Bins of confidence on the test pixels, as the model says it and without its temperature."""
    dataset = gdal.Open(probabilities_path)
    names = [dataset.GetRasterBand(b + 1).GetDescription() for b in range(dataset.RasterCount)]
    reference, reference_names = read_labels(test_raster)
    row_of = np.full(max(reference_names) + 1, -1)
    for value, name in reference_names.items():
        row_of[value] = names.index(name) if name in names else -1
    everywhere = dataset.ReadAsArray()
    chosen = (reference > 0) & (everywhere[0] >= 0)
    probabilities = everywhere[:, chosen].astype(float)
    wanted = row_of[reference[chosen]]
    bins = {}
    for when, values in (("before", figures.flatten_confidence(probabilities, temperature)),
                         ("after", probabilities)):
        bins[when] = figures.confidence_bins(values.max(axis=0), values.argmax(axis=0) == wanted)
    return bins


def train_and_map_network(programs, run, prepared, split, folder):
    """What was measured, and by light what its confidence is worth; None is the scene as it is."""
    log, model = os.path.join(folder, "log"), os.path.join(folder, "model.s2rgf")
    train_wall, train_cpu = programs.measure(
        log, programs.path("s2rgf_train"), "-q", "-threads", "1", "-seed", str(run.seed),
        *run.method.options, *programs.trial_options, *inputs_of(prepared.scene.sources),
        *split.train_labels, model)
    told = json.loads(subprocess.run([programs.path("s2rgf_info"), "-json", model], check=True,
                                     capture_output=True, text=True).stdout)
    training = told["training"]
    if training["labels_checksum"] != labels_checksum(read_labels(split.train_raster)[0]):
        raise RunError("the network was not trained on the pixels that the contenders are given")
    measured = {"train_wall_s": train_wall, "train_cpu_s": train_cpu,
                "temperature": training["temperature"], "steps": training["steps"]}
    calibrations = {}
    for light, sources in prepared.lights_of(run.seed).items():
        probabilities = os.path.join(folder, f"probabilities-{light}.tif")
        is_masked = run.method.masked or light is not None
        _, cpu = programs.measure(
            log, programs.path("s2rgf_classify"), "-q", "-threads", "1", "-noqml", "-m", model,
            *inputs_of(sources), *(("-mask", split.test_raster) if is_masked else ()),
            "-prob", probabilities, map_path(folder, light))
        measured.setdefault("classify_cpu_s", cpu)
        calibrations[light] = calibration(probabilities, split.test_raster, training["temperature"])
    return measured, calibrations


def train_and_map_contender(programs, run, prepared, split, folder):
    """As for a network."""
    log, job, result = (os.path.join(folder, name) for name in ("log", "job.json", "result.json"))
    tables = prepared.tables_of(run.seed)
    lights = list(prepared.lights_of(run.seed))
    kind = "context" if CONTENDERS[run.method.name].in_context else "bands"
    with open(job, "w", encoding="utf-8") as file:
        json.dump({"method": run.method.name, "seed": run.seed, "places": tables[None].places,
                   "train": split.train_raster, "groups": split.groups_raster,
                   "test": split.test_raster, "trained_on": getattr(tables[None], kind),
                   "maps": [(getattr(tables[light], kind), map_path(folder, light))
                            for light in lights], "result": result}, file)
    programs.measure(log, sys.executable, os.path.join(HERE, "contender.py"), job)
    with open(result, encoding="utf-8") as file:
        measured = json.load(file)
    return measured, {light: {"after": bins}
                      for light, bins in zip(lights, measured.pop("confidence"))}


def assess(programs, split, folder, light):
    """Confusion matrix of a map, by s2rgf_assess, whose figures must be those of the matrix."""
    report = os.path.join(folder, f"assessment-{light}.json")
    programs.measure(os.path.join(folder, "log"), programs.path("s2rgf_assess"), "-q",
                     map_path(folder, light), *split.test_labels, "-json", report)
    with open(report, encoding="utf-8") as file:
        told = json.load(file)
    keys = ("overall_accuracy", "average_accuracy", "kappa")
    ours = figures.accuracy(told["confusion_matrix"])
    theirs = [float("nan") if told[key] is None else told[key] for key in keys]
    if not np.allclose(ours, theirs, atol=1e-9, equal_nan=True):
        raise RunError(f"s2rgf_assess says {theirs}, its confusion matrix {ours}")
    expected = count_pixels(split.test_raster)
    if told["assessed"] != expected:
        raise RunError(f"expected {expected} test pixels, assessed were {told['assessed']}")
    return {"test_pixels": told["assessed"], "classes": told["classes"],
            "confusion": told["confusion_matrix"], "oa": ours[0], "aa": ours[1],
            "kappa": None if np.isnan(ours[2]) else ours[2]}


def carry_out(programs, run, prepared, folder):
    """The row of a run."""
    os.makedirs(folder)
    split = prepared.scene.splits[run.fold - 1]
    train_and_map = train_and_map_network if run.method.is_network else train_and_map_contender
    measured, calibrations = train_and_map(programs, run, prepared, split, folder)
    by_light = {light: {**assess(programs, split, folder, light), "calibration": bins}
                for light, bins in calibrations.items()}
    program, options = programs.fingerprint_of(run.method)
    row = {"data": run.scene.name, "fold": run.fold, "seed": run.seed, "method": run.method.name,
           "family": "network" if run.method.is_network else "contender", "program": program,
           "options": list(options), "processor": processor(),
           "train_pixels": count_pixels(split.train_raster),
           "mapped_pixels": count_pixels(map_path(folder, None)), **measured, **by_light.pop(None)}
    if by_light:
        row["lights"] = by_light
    return rounded(row)


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(member) for key, member in value.items()}
    return round(value, 6) if isinstance(value, float) else value
