"""The rows of a plan, looked up by scene and method, and what they come to."""
import numpy as np

import figures
from methods import CONTENDERS, methods_of
from results import current_rows, fingerprint_of, key_of


class Study:
    """Current rows of a plan."""

    def __init__(self, rows, plan):
        self.plan = plan
        planned = {run.key for run in plan}
        self.rows = {key_of(row): row for row in current_rows(rows) if key_of(row) in planned}
        self.by_method, self.folds = {}, {}
        for key in sorted(self.rows, key=lambda key: key[1:3]):
            self.by_method.setdefault((key[0], key[3]), []).append(self.rows[key])
        for run in plan:
            self.folds.setdefault((run.scene.name, run.method.name), set()).add(run.fold)
        self.processors = letters(row["processor"] for row in self.rows.values())
        self.programs = letters(row["program"] for row in self.rows.values())

    def of(self, scene, method):
        """Rows of a method on a scene, in the order of folds and seeds."""
        return self.by_method.get((scene.name, method.name), [])

    def methods(self, scene):
        return [m for m in methods_of(scene) if (scene.name, m.name) in self.folds]

    def contenders(self, scene):
        return [m for m in self.methods(scene) if m in CONTENDERS]

    def whole_seeds(self, scene, method):
        """For every seed of which no fold is missing: its rows."""
        rows, wanted = self.of(scene, method), self.folds.get((scene.name, method.name), set())
        seeds = [[row for row in rows if row["seed"] == seed]
                 for seed in sorted({row["seed"] for row in rows})]
        return [part for part in seeds if {row["fold"] for row in part} == wanted]

    def accuracies(self, scene, method, light=None):
        """OA, AA and kappa of every whole seed, its folds pooled: [seed][figure]."""
        parts = [[lit(row, light) for row in part] for part in self.whole_seeds(scene, method)]
        return np.array([figures.accuracy(pooled(part)[1]) for part in parts if all(part)])

    def calibration_errors(self, scene, method, when="after", light=None):
        """Of every whole seed whose rows have it, its folds pooled."""
        parts = [[(lit(row, light) or {}).get("calibration", {}).get(when) for row in part]
                 for part in self.whole_seeds(scene, method)]
        return [figures.calibration_error(figures.pool_bins(part)) for part in parts if all(part)]

    def best_contender(self, scene):
        """The one whose OA, AA and kappa have the highest mean; None where there is no whole one."""
        known = [(self.accuracies(scene, m).mean(), -i, m)
                 for i, m in enumerate(self.contenders(scene)) if len(self.accuracies(scene, m))]
        return max(known)[2] if known else None

    def pairs(self, scene, method, base):
        """Figures of a method less those of another one, of every fold and seed that both have:
        [pair][figure]. What is not random has one seed for all. Networks of two programs are not
        compared."""
        others = {(row["fold"], row["seed"]): row for row in self.of(scene, base)}
        found = []
        for row in self.of(scene, method):
            other = others.get((row["fold"], row["seed"] if base.is_seeded else 1))
            if other and (row["family"] != other["family"]
                          or fingerprint_of(row)[0] == fingerprint_of(other)[0]):
                found.append(np.subtract(figures.accuracy(row["confusion"]),
                                         figures.accuracy(other["confusion"])))
        return np.array(found)


def letters(names):
    return {name: chr(ord("A") + i) for i, name in enumerate(sorted(set(names)))}


def lit(row, light):
    """What was assessed of a row's map: under another light, if it was."""
    return row if light is None else row.get("lights", {}).get(light)


def pooled(rows):
    """Class names and confusion matrix of several folds taken together."""
    return figures.pool_confusions([(row["classes"], row["confusion"]) for row in rows])
