"""Classify of the plugin in QGIS_PLUGINPATH in a language: its name and help, its picture, its manual page.

    check_zip.py LANGUAGE NAME HELP
"""

import os
import sys

from qgis.PyQt.QtCore import QUrl

import session

language, name, help_text = sys.argv[1:]
session.PLUGINS = os.environ["QGIS_PLUGINPATH"]
application = session.start(language)
algorithm = session.algorithm("s2rgf:classify")
if algorithm.displayName() != name or help_text not in algorithm.shortDescription():
    sys.exit(f"{algorithm.displayName()}: {algorithm.shortDescription()}")
if algorithm.icon().pixmap(24, 24).isNull() or not os.path.exists(algorithm.svgIconPath()):
    sys.exit(f"no picture: {algorithm.svgIconPath()}")
page = QUrl(algorithm.helpUrl()).toLocalFile()
with open(page, encoding="utf-8") as file:
    if "-write_scene" not in file.read():
        sys.exit(f"{page}: not the manual page")
if not page.startswith(session.PLUGINS):
    sys.exit(f"{page}: not of this plugin")
