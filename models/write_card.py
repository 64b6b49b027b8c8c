#!/usr/bin/env python3
"""Write the card of a model on standard output.

write_card.py NAME MODEL INFO.json ASSESSMENT.json COMMAND

INFO is what `s2rgf_info -json` says of MODEL, ASSESSMENT what s2rgf_assess says of its map.
"""
import hashlib
import json
import os
import sys

# What the files themselves do not say.
CARDS = {
    "redclover": {
        "title": "Red Clover Valley: meadow vegetation, Sentinel-2",
        "data": """\
Ten Sentinel-2 bands of 2021-07-08, Red Clover Valley, Sierra Nevada, California, reflectance x 10^4;
labels are polygons. Both are published in the R package `igisci` (MIT); the images are Copernicus
Sentinel data.""",
        "split": """\
Half of the polygons of each class train (`polys_train.gpkg`), whole polygons; the others test
(`polys_test.gpkg`) and were never seen in training, validation included.""",
        "limits": """\
* Not for other valleys, seasons, sensors or processing levels: it has seen one scene of one day.
* Not for decisions on single meadows or for areas of rare classes: a class has a handful of
  polygons, and some of those a few pixels.
* The test polygons are of the same scene and small: the figures say nothing of other places.""",
    },
    "berlin": {
        "title": "Berlin: urban land cover, EnMAP and HyMap",
        "data": """\
Berlin-Urban-Gradient, "freely available", doi 10.5880/enmap.2016.008. Cite: Okujeni, van der Linden,
Hostert 2016. The 30 m EnMAP cube is simulated from the 3.6 m airborne HyMap data of August 2009.""",
        "split": """\
200 pixels a class from the even blocks of 60 rows train (`split_train.tif`); all labels of the odd
blocks test (`split_test.tif`) and were never seen in training, validation included.""",
        "limits": """\
* Not for real EnMAP scenes: the cube is simulated, without the sensor's noise and artefacts.
* Not for other cities, seasons or flights: it has seen one strip of one day.
* Not for single buildings or trees: the labels are half a pixel off, and the classes overlap.
* Training and test blocks are of the same strip: the figures say nothing of other places.""",
    },
}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def number(value):
    return "-" if value is None else f"{value:.3f}"


def source_row(source, reference):
    bands = source["bands"]
    named = [band["name"] or (f"{band['wavelength_nm']:g} nm" if band["wavelength_nm"] else "")
             for band in bands]
    names = ", ".join(named) if len(named) <= 12 and all(named) else ""
    return (f"| {source['name']} | {len(bands)} | {names} | {source['pixel_size']:g} m | "
            f"{'yes' if source['name'] == reference else ''} |")


def class_row(entry, assessed):
    found = assessed.get(entry["name"])
    figures = ([f"{found['reference_pixels']:,}", number(found["users_accuracy"]),
                number(found["producers_accuracy"]), number(found["f1"])] if found else ["0"] + ["-"] * 3)
    return "| " + " | ".join([str(entry["value"]), entry["name"], *figures]) + " |"


def card(name, model, info, assessment, command):
    with open(model, "rb") as file:
        content = file.read()
    text, training = CARDS[name], info["training"]
    assessed = {entry["name"]: entry for entry in assessment["per_class"]}
    stem = os.path.basename(model)
    return "\n".join([
        f"# {text['title']}", "",
        f"`{stem}`, made by `make models`, which also wrote this card.", "",
        "| | |", "|---|---|",
        f"| network | {info['network']}, {info['channels']} channels, {info['parameters']:,} parameters |",
        f"| program | s2rgf {info['program_version']} |",
        f"| size | {len(content):,} bytes |",
        f"| checksum (`s2rgf_info`) | {info['checksum']} |",
        f"| SHA-256 | {hashlib.sha256(content).hexdigest()} |",
        f"| seed | {training['seed']} |",
        f"| steps | {training['steps']} |",
        f"| temperature | {training['temperature']:.4g} |",
        f"| labelled pixels | {training['train_pixels']:,} train, {training['validation_pixels']:,} "
        f"validate{', then all train once more' if training['refit'] else ''} |", "",
        "## Data and terms", "", text["data"], "",
        "## Sources", "",
        "| source | bands | names | pixels | reference grid |", "|---|---|---|---|---|",
        *(source_row(source, info["reference"]) for source in info["sources"]), "",
        "## Training", "", text["split"], "In the folder of the data:", "",
        "    " + " \\\n        ".join(broken(command)), "",
        "## Figures", "",
        f"By `s2rgf_assess` on {assessment['assessed']:,} test pixels: overall accuracy "
        f"{number(assessment['overall_accuracy'])}, average accuracy "
        f"{number(assessment['average_accuracy'])}, kappa {number(assessment['kappa'])}.", "",
        "| value | class | test pixels | user's | producer's | F1 |", "|---|---|---|---|---|---|",
        *(class_row(entry, assessed) for entry in info["classes"]), "",
        "## What it must not be used for", "", text["limits"], ""])


def broken(command):
    """A command in lines of at most 88 columns, broken before an option."""
    lines = [""]
    for part in command.replace(" -", "\n-").split("\n"):
        if lines[-1] and len(lines[-1]) + len(part) > 88:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return lines


def main():
    name, model, info, assessment, command = sys.argv[1:]
    sys.stdout.write(card(name, model, load(info), load(assessment), command))


if __name__ == "__main__":
    main()
