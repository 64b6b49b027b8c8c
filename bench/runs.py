"""One run of the study: train, map and assess in child processes, and measure them."""
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy as np
from osgeo import gdal

import baseline
import figures
from checksum import labels_checksum
from methods import STUDY
from processes import Children, RunError, processor
from scenes import read_labels

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
        digest = hashlib.sha256(json.dumps([STUDY, defaults_of(text)]).encode()).hexdigest()
        self.fingerprint = f"{version.strip()}, defaults {digest[:8]}"

    def path(self, name):
        return os.path.join(self.build, name)

    def fingerprint_of(self, method):
        if method.is_network:
            return self.fingerprint, method.options + self.trial_options
        return (f"{baseline.version()}, study {STUDY}",
                tuple(baseline.options_of(method.name)))

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
    flat = figures.flatten_confidence(probabilities, temperature)
    return {"before": figures.confidence_bins(flat, wanted),
            "after": figures.confidence_bins(probabilities, wanted)}


def train_and_map_network(programs, run, scene, split, folder):
    log, model, mapped = (os.path.join(folder, name) for name in ("log", "model.s2rgf", "map.tif"))
    probabilities = os.path.join(folder, "probabilities.tif")
    train_wall, train_cpu = programs.measure(
        log, programs.path("s2rgf_train"), "-q", "-threads", "1", "-seed", str(run.seed),
        *run.method.options, *programs.trial_options, *scene.inputs(), *split.train_labels, model)
    mask = ("-mask", split.test_raster) if run.method.masked else ()
    _, classify_cpu = programs.measure(
        log, programs.path("s2rgf_classify"), "-q", "-threads", "1", "-noqml", "-m", model,
        *scene.inputs(), *mask, "-prob", probabilities, mapped)
    told = json.loads(subprocess.run([programs.path("s2rgf_info"), "-json", model], check=True,
                                     capture_output=True, text=True).stdout)
    training = told["training"]
    if training["labels_checksum"] != labels_checksum(read_labels(split.train_raster)[0]):
        raise RunError("the network was not trained on the pixels that the baselines are given")
    return {"train_wall_s": train_wall, "train_cpu_s": train_cpu, "classify_cpu_s": classify_cpu,
            "temperature": training["temperature"], "steps": training["steps"],
            "calibration": calibration(probabilities, split.test_raster, training["temperature"])}


def train_and_map_contender(programs, run, scene, split, folder):
    log, job, result = (os.path.join(folder, name) for name in ("log", "job.json", "result.json"))
    as_it_is = scene.tables[None]
    kind = "context" if CONTENDERS[run.method.name].in_context else "bands"
    with open(job, "w", encoding="utf-8") as file:
        json.dump({"method": run.method.name, "seed": run.seed, "places": as_it_is.places,
                   "train": split.train_raster, "groups": split.groups_raster,
                   "test": split.test_raster, "trained_on": getattr(as_it_is, kind),
                   "maps": [(getattr(tables, kind), map_path(folder, light))
                            for light, tables in scene.tables.items()], "result": result}, file)
    programs.measure(log, sys.executable, os.path.join(HERE, "contender.py"), job)
    with open(result, encoding="utf-8") as file:
        told = json.load(file)
    told["calibration"] = [{"after": bins} for bins in told.pop("confidence")]
    return told


def assess(programs, split, folder):
    """Confusion matrix of the map, by s2rgf_assess, whose figures must be those of the matrix."""
    report = os.path.join(folder, "assessment.json")
    programs.measure(os.path.join(folder, "log"), programs.path("s2rgf_assess"), "-q",
                     os.path.join(folder, "map.tif"), *split.test_labels, "-json", report)
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


def carry_out(programs, run, scene, folder):
    """The row of a run."""
    os.makedirs(folder)
    split = scene.splits[run.fold - 1]
    train_and_map = train_and_map_network if run.method.is_network else train_and_map_baseline
    measured = train_and_map(programs, run, scene, split, folder)
    program, options = programs.fingerprint_of(run.method)
    row = {"data": run.scene.name, "fold": run.fold, "seed": run.seed, "method": run.method.name,
           "family": "network" if run.method.is_network else "baseline", "program": program,
           "options": list(options), "processor": processor(),
           "train_pixels": count_pixels(split.train_raster),
           "mapped_pixels": count_pixels(os.path.join(folder, "map.tif")), **measured,
           **assess(programs, split, folder)}
    return {key: round(value, 6) if isinstance(value, float) else value
            for key, value in row.items()}
