"""The plugin: registers the provider and takes it away again."""

from qgis.core import QgsApplication

from .provider import S2rgfProvider


class S2rgfPlugin:
    def __init__(self):
        self.provider = None

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
