"""Defaults and limits of the algorithms' parameters are those in the programs' help."""

import re
import subprocess
import sys

import session

SYNONYMS = {"ALL_CPUS": "0", "auto": "0", "off": "0"}  # words for what is 0 in QGIS


def bracket_of(switch, text):
    """What stands in brackets at the end of the option's entry, with single blanks."""
    entry = re.search(rf"\n  {switch}( .*?)(?=\n  -|\n\n)", text, re.DOTALL)
    if entry is None:
        sys.exit(f"{switch}: not in the help")
    bracket = re.search(r"\[([^]]*)\]\s*$", entry.group(1))
    return " ".join(bracket.group(1).split()) if bracket else ""


application = session.start()
compared = 0
for name in ("train", "classify", "sample", "assess", "info"):
    algorithm = session.algorithm(f"s2rgf:{name}")
    run = subprocess.run([algorithm.PROGRAM, "--help"], stdout=subprocess.PIPE, text=True, check=True)
    for option in algorithm.OPTIONS:
        bracket = bracket_of(option.switch, run.stdout)
        if option.kind not in (int, float):
            continue
        default = re.search(r"default (\S+)$", bracket).group(1)
        if float(SYNONYMS.get(default, default)) != option.default:
            sys.exit(f"{name} {option.name}: default {option.default}, in the help: {bracket}")
        limits = re.match(r"(\S+) to ([^],; ]+)", bracket)
        # where 0 stands for a word, it is below the least number
        least = option.default if default in SYNONYMS else limits and float(limits.group(1))
        if limits and (least, float(limits.group(2))) != (option.minimum, option.maximum):
            sys.exit(f"{name} {option.name}: other limits than in the help: {bracket}")
        compared += 1
if compared < 15:
    sys.exit(f"only {compared} options were compared")
