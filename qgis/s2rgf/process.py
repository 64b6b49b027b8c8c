"""Runs a program: its lines and progress go to the feedback, its errors become exceptions."""

import re
import shlex

from qgis.core import QgsBlockingProcess, QgsProcessingException
from qgis.PyQt.QtCore import QProcess

from .progress import ProgressReader
from .text import tr

_ERROR = re.compile(r"^ERROR \d+: ")
_WARNING = re.compile(r"^Warning \d+: ")


class _Messages:
    """Standard error: warnings are shown as they come, errors are kept for the exception."""

    def __init__(self, feedback):
        self._feedback = feedback
        self.errors = []

    def add(self, line):
        if _WARNING.match(line):
            self._feedback.pushWarning(_WARNING.sub("", line))
        else:
            self.errors.append(_ERROR.sub("", line))


def in_columns(line):
    """A line whose runs of blanks last in the log, which is HTML: all but the last are no-break."""
    return re.sub(" +(?= )", lambda run: "\u00a0" * len(run.group()), line)


def run_program(path, arguments, feedback, show_lines=True):
    """Runs the program, shows the lines that it prints unless told otherwise, and returns them.

    Raises QgsProcessingException with the program's message when it fails, so that a model stops.
    Canceling interrupts the program, which then removes what it has begun to write.
    """
    feedback.pushInfo(tr("Command:"))
    feedback.pushCommandInfo(shlex.join([path, *arguments]))
    lines = []

    def keep_line(line):
        lines.append(line)
        if show_lines:
            feedback.pushConsoleInfo(in_columns(line))

    messages = _Messages(feedback)
    output = ProgressReader(keep_line, feedback.setProgress)
    errors = ProgressReader(messages.add, lambda percent: None)
    process = QgsBlockingProcess(path, arguments)

    # The process does not keep its handlers alive: they need names that last until it has run.
    def feed_output(chunk):
        output.feed(chunk.data())

    def feed_errors(chunk):
        errors.feed(chunk.data())

    process.setStdOutHandler(feed_output)
    process.setStdErrHandler(feed_errors)
    status = process.run(feedback)
    output.finish()
    errors.finish()

    if feedback.isCanceled():
        raise QgsProcessingException(tr("{} was canceled; it left no output").format(path))
    if process.processError() == QProcess.ProcessError.FailedToStart:
        raise QgsProcessingException(tr("{} could not be started").format(path))
    if process.exitStatus() == QProcess.ExitStatus.CrashExit:
        raise QgsProcessingException("\n".join([tr("{} crashed").format(path), *messages.errors]))
    if status != 0:
        message = "\n".join(messages.errors) or tr("{} failed with status {}").format(path, status)
        raise QgsProcessingException(message)
    for line in messages.errors:
        feedback.pushWarning(line)
    return lines
