"""Texts for users."""

from qgis.PyQt.QtCore import QCoreApplication


def tr(text):
    """The text in the user's language, where there is a translation."""
    return QCoreApplication.translate("s2rgf", text)


def paragraphs(*texts):
    """Help of an algorithm, as QGIS shows it: HTML."""
    return "".join(f"<p>{text}</p>" for text in texts)
