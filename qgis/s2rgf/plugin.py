"""The plugin: registers the provider and takes it away again."""

import os

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QLocale, QTranslator

from .provider import S2rgfProvider


def load_translation():
    """Texts in the language of QGIS, where there is a file for it; to be kept as long as they are
    shown."""
    translator = QTranslator()
    folder = os.path.join(os.path.dirname(__file__), "i18n")
    if translator.load(QLocale(QgsApplication.locale()), "s2rgf", "_", folder):
        QCoreApplication.installTranslator(translator)
    return translator


class S2rgfPlugin:
    def __init__(self):
        self.provider = None
        self.translator = load_translation()

    def initProcessing(self):
        """All that qgis_process calls."""
        self.provider = S2rgfProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        self.initProcessing()

    def unload(self):
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        QCoreApplication.removeTranslator(self.translator)
