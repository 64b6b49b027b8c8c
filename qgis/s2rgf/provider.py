"""The provider: the seven algorithms and the setting that says where the programs are."""

from processing.core.ProcessingConfig import ProcessingConfig, Setting
from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.assess import Assess
from .algorithms.change import Change
from .algorithms.classify import Classify
from .algorithms.info import ModelInfo
from .algorithms.sample import Sample
from .algorithms.suggest import Suggest
from .algorithms.train import Train
from .programs import ICON, SETTING_ACTIVE, SETTING_FOLDER
from .text import tr


class S2rgfProvider(QgsProcessingProvider):
    def id(self):
        return "s2rgf"

    def name(self):
        return "s2rgf"

    def longName(self):
        return tr("s2rgf land-cover maps")

    def icon(self):
        return QIcon(ICON)

    def svgIconPath(self):
        return ICON

    def isActive(self):
        return bool(ProcessingConfig.getSetting(SETTING_ACTIVE))

    def setActive(self, active):
        ProcessingConfig.setSettingValue(SETTING_ACTIVE, active)

    def load(self):
        group = self.name()
        ProcessingConfig.settingIcons[group] = self.icon()
        ProcessingConfig.addSetting(Setting(group, SETTING_ACTIVE, tr("Activate"), True))
        ProcessingConfig.addSetting(
            Setting(
                group,
                SETTING_FOLDER,
                tr("Folder of the s2rgf programs, if they are not on the PATH"),
                "",
                valuetype=Setting.FOLDER,
            )
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self):
        for setting in (SETTING_ACTIVE, SETTING_FOLDER):
            ProcessingConfig.removeSetting(setting)

    def loadAlgorithms(self):
        for kind in (Train, Suggest, Classify, Sample, Assess, Change, ModelInfo):
            self.addAlgorithm(kind())
