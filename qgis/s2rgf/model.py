"""What a model says of itself."""

import json
import subprocess

from .programs import find_program
from .text import tr

_SHOWN_CLASSES = 12


def describe_model(path):
    """What s2rgf_info -json prints, as a dictionary; None for what is no model."""
    program = find_program("s2rgf_info")
    if program is None or not path:
        return None
    run = subprocess.run(
        [program, "-json", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return json.loads(run.stdout) if run.returncode == 0 else None


def source_names(path):
    """Names of the sources in the order of the model; none of what is no model."""
    model = describe_model(path)
    return [source["name"] for source in model["sources"]] if model else []


def _source_line(source):
    bands = [band["name"] for band in source["bands"]]
    names = ": " + ", ".join(bands) if all(bands) else ""
    return tr("{}: {} bands, pixels of {:.3g}{}").format(
        source["name"], len(bands), source["pixel_size"], names
    )


def summary(model):
    """Sources with their bands, and classes, for the dialog."""
    names = [item["name"] for item in model["classes"]]
    shown = names[:_SHOWN_CLASSES]
    if len(names) > len(shown):
        shown.append(tr("and {} more").format(len(names) - len(shown)))
    classes = ", ".join(shown)
    return "\n".join([*map(_source_line, model["sources"]), tr("Classes: {}").format(classes)])
