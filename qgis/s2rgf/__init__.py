"""QGIS processing provider that runs the programs of s2rgf."""


def classFactory(iface):
    """Entry point of QGIS; iface is None where there is no window, as in qgis_process."""
    from .plugin import S2rgfPlugin

    return S2rgfPlugin()
