"""Child processes that are measured, and what they run on. The standard library only: the largest
resident size that the system tells of a child is at least that of the process it was started
from.
"""
import os
import signal
import subprocess
import sys
import time
from typing import NamedTuple


class RunError(Exception):
    """A child failed, or what it made is not what was asked for."""


def run_program(name, main):
    """End with what main() returns, with 1 and a message where it fails, with 130 when interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, ValueError, RunError, subprocess.CalledProcessError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        sys.exit(1)


class Usage(NamedTuple):
    wall_s: float
    cpu_s: float            # user and system
    peak_mb: float          # largest resident size


class Children:
    """The children that run now."""

    def __init__(self):
        self.running = set()
        self.stopped = False

    def stop(self):
        """Kill the children that run, and start no other."""
        self.stopped = True
        for child in list(self.running):
            child.kill()

    def measure(self, log, command, settings):
        """Run a command to its end with further environment settings; its output goes to the log."""
        if self.stopped:
            raise RunError("stopped")
        with open(log, "ab") as output:
            started = time.perf_counter()
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=output, env={**os.environ, **settings})
            self.running.add(child)
            try:
                _, status, usage = os.wait4(child.pid, 0)
                child.returncode = os.waitstatus_to_exitcode(status)
            except KeyboardInterrupt:
                child.kill()
                raise
            finally:
                self.running.discard(child)
        if child.returncode != 0:
            raise RunError(f"{os.path.basename(command[0])} ended with status {child.returncode}: "
                           f"{complaint(log)}")
        return Usage(time.perf_counter() - started, usage.ru_utime + usage.ru_stime,
                     usage.ru_maxrss / 1024)


def complaint(path):
    """The last error in a log, else its last two lines."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return " ".join(errors[-1:] or lines[-2:]) or "it printed nothing"


def processor():
    """Name of the processor, for the page that shows the times."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip()
                     for line in file if line.startswith("model name")]
        return names[0] if names else "unknown"
    except OSError:
        return "unknown"
