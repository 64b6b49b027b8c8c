"""Where the programs of s2rgf are."""

import os
import shutil

from processing.core.ProcessingConfig import ProcessingConfig
from qgis.PyQt.QtCore import QUrl

from .text import tr

_FOLDER = os.path.dirname(__file__)
ICON = os.path.join(_FOLDER, "icon.svg")

SETTING_ACTIVE = "S2RGF_ACTIVE"
SETTING_FOLDER = "S2RGF_FOLDER"


def find_program(name):
    """Path of the program, or None. A folder in the settings, where there is one, comes first."""
    folder = ProcessingConfig.getSetting(SETTING_FOLDER)
    in_folder = shutil.which(name, path=folder) if folder else None
    return in_folder or shutil.which(name)


def icon_path(name):
    """The picture of an algorithm."""
    return os.path.join(_FOLDER, "icons", name + ".svg")


def manual_url(program):
    """The manual page of a program, which lies beside an installed plugin, or ""."""
    path = os.path.join(_FOLDER, "help", program + ".html")
    return QUrl.fromLocalFile(path).toString() if os.path.exists(path) else ""


def how_to_install(name):
    """What to tell a user who has not got the program."""
    return tr(
        "The program {name} was not found. Install s2rgf: in its source tree, "
        "./bootstrap build and then make -C build install. If it is installed in a folder that is "
        "not on the PATH, name the folder in Settings > Options > Processing > Providers > s2rgf."
    ).format(name=name)
