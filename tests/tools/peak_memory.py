#!/usr/bin/env python3
"""Run a command and write the largest resident size it reached, in KiB, to a file.

peak_memory.py FILE COMMAND...

The command's status is passed on.
"""
import resource
import subprocess
import sys

status = subprocess.run(sys.argv[2:], check=False).returncode
with open(sys.argv[1], "w", encoding="utf-8") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(status if status >= 0 else 128 - status)
