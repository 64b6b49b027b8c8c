"""Reads what a GDAL-style program prints: lines, and the bar 0...10...20 between them."""

import bisect
import codecs
import re

BAR = "0...10...20...30...40...50...60...70...80...90...100 - done."

# Where each of the 41 ticks, a number or a dot, ends in the bar.
_TICK_ENDS = [tick.end() for tick in re.finditer(r"\d+|\.", BAR)][:41]
# Newer releases of GDAL say how long it took, if it took long.
_TOOK = re.compile(r"(?<=100 - done) in [\d:]+(?=\.$)")


def _percent_at(length):
    """Percentage that the first `length` characters of the bar stand for."""
    return 2.5 * max(bisect.bisect_right(_TICK_ENDS, length) - 1, 0)


class ProgressReader:
    """Splits the output of a program into log lines and progress.

    The bar arrives piece by piece. A log line may break it, and then it goes on in the next line
    where it stopped: "0...10." newline, the log line, "..20".
    """

    def __init__(self, on_line, on_percent):
        """on_line(str) gets whole lines but those of the bar, on_percent(float) 0 to 100."""
        self._on_line = on_line
        self._on_percent = on_percent
        # a character may be cut in two by the end of a chunk
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._line = ""
        self._shown = 0  # characters of the bar in the lines before this one

    def feed(self, chunk):
        """The next bytes of the output."""
        *lines, rest = (self._line + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            self._end_line(line.rstrip("\r"))
        self._line = rest
        end = self._bar_end(rest)
        if end is not None:
            self._on_percent(_percent_at(end))

    def finish(self):
        """The program has ended; its last line may have no newline."""
        line = self._line + self._decoder.decode(b"", final=True)
        self._line = ""
        if line:
            self._end_line(line)

    def _bar_end(self, line):
        """Where in the bar this line ends, or None for a line that does not continue the bar."""
        if not line:
            return None
        line = _TOOK.sub("", line)
        for start in (self._shown, 0):
            if BAR.startswith(line, start):
                return start + len(line)
        return None

    def _end_line(self, line):
        end = self._bar_end(line)
        if end is not None:
            self._on_percent(_percent_at(end))
            self._shown = 0 if end == len(BAR) else end
        else:
            self._on_line(line)
