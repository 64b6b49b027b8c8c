"""The results file: one JSON object a line, appended as runs end."""
import json
import os
import threading

_lock = threading.Lock()


def load_rows(path):
    if not os.path.exists(path):
        return []
    rows = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}: line {number}: {error}") from None
    return rows


def append_row(path, row):
    with _lock, open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(row, sort_keys=True) + "\n")


def remove_rows(path, keys):
    """Forget runs; the file is replaced as a whole."""
    rows = [row for row in load_rows(path) if key_of(row) not in keys]
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, sort_keys=True) + "\n" for row in rows)
    os.replace(path + ".part", path)


def key_of(row):
    return row["data"], row["fold"], row["seed"], row["method"]


def fingerprint_of(row):
    return row["program"], tuple(row["options"])


def current_rows(rows):
    """The last row of every run, without those of superseded programs or options.

    What the last row of a method on a scene says of its program and its options holds for all:
    figures of two programs are not averaged.
    """
    wanted, kept = {}, {}
    for row in reversed(rows):
        made_with = fingerprint_of(row)
        if made_with == wanted.setdefault((row["data"], row["method"]), made_with):
            kept.setdefault(key_of(row), row)
    return list(reversed(kept.values()))
