"""Cancels a training that has hardly begun, and goes on working."""

import atexit
import glob
import os
import subprocess
import sys
import time

import session

application = session.start()
# After a canceled task QGIS 3.44 crashes when Python ends first.
atexit.register(application.exitQgis)
common = {
    "SOURCE_1": ["scene/ms.tif"],
    "LABELS": "scene/labels.gpkg|layername=train",
    "FIELD": "class",
    "CHANNELS": 16,
    "BATCH": 1,
    "CROP": 32,
    "THREADS": 1,
}
with open("existing.s2rgf", "w", encoding="ascii") as file:
    file.write("mine")


def children():
    ps = subprocess.run(["ps", "-o", "args=", "--ppid", str(os.getpid())], stdout=subprocess.PIPE)
    return [line for line in ps.stdout.decode().splitlines() if "s2rgf_train" in line]


for model in ("new.s2rgf", "existing.s2rgf"):
    feedback = session.Feedback()
    seen = []

    def cancel(percent):
        seen.extend(children())
        feedback.cancel()

    started = time.monotonic()
    done, _ = session.run_in_background(
        "s2rgf:train", {**common, "STEPS": 5000, "OUTPUT": model}, feedback, cancel
    )
    if done:
        sys.exit(f"{model}: a canceled training counts as done")
    if not seen:
        sys.exit(f"{model}: no program was running when it was canceled")
    if children():
        sys.exit(f"{model}: the program still runs")
    if not any("canceled" in error for error in feedback.errors):
        sys.exit(f"{model}: expected an error that says canceled, found {feedback.errors}")
    print(f"{model}: canceled after {time.monotonic() - started:.1f} s")

left = [name for name in glob.glob("*") + glob.glob(".*") if "new" in name or "tmp" in name]
if left:
    sys.exit(f"files are left: {left}")
with open("existing.s2rgf", encoding="ascii") as file:
    if file.read() != "mine":
        sys.exit("existing.s2rgf was touched")

feedback = session.Feedback()
done, results = session.run_in_background(
    "s2rgf:train", {**common, "STEPS": 4, "OUTPUT": "new.s2rgf"}, feedback
)
if not done or not os.path.exists("new.s2rgf"):
    sys.exit(f"a training after a canceled one fails: {feedback.errors}")
if feedback.percents != sorted(feedback.percents) or feedback.percents[-1] != 100:
    sys.exit(f"expected progress that grows to 100, found {feedback.percents}")
