"""The page of the study: tables from the rows of the results file."""
import numpy as np

import figures
import page
from methods import BASE, INNER, MAIN, SCENES, methods_of
from page import table
from results import current_rows, key_of

BEGIN = "<!-- bench/accuracy writes from here -->"
END = "<!-- to here -->"
FIGURES = ("OA", "AA", "kappa")


class Study:
    """Current rows of a plan, looked up by scene, method, seed and fold."""

    def __init__(self, rows, plan):
        self.plan = plan
        planned = {run.key for run in plan}
        self.rows = {key_of(row): row for row in current_rows(rows) if key_of(row) in planned}
        self.folds = {(run.scene.name, run.method.name): set() for run in plan}
        for run in plan:
            self.folds[run.scene.name, run.method.name].add(run.fold)
        self.seeds = sorted({run.seed for run in plan})
        names = sorted({row["processor"] for row in self.rows.values()})
        self.processors = {name: chr(ord("A") + i) for i, name in enumerate(names)}

    def of(self, scene, method):
        """Rows of a method on a scene, in the order of seeds and folds."""
        return [row for key, row in sorted(self.rows.items(), key=lambda item: item[0][1:3])
                if key[0] == scene.name and key[3] == method.name]

    def whole_seeds(self, scene, method):
        """For every seed of which no fold is missing: its rows."""
        rows = self.of(scene, method)
        wanted = self.folds.get((scene.name, method.name), set())
        seeds = [[row for row in rows if row["seed"] == seed] for seed in self.seeds]
        return [part for part in seeds if part and {row["fold"] for row in part} == wanted]


def pooled(rows):
    """Class names and confusion matrix of several folds taken together."""
    return figures.pool_confusions([(row["classes"], row["confusion"]) for row in rows])


def plus_minus(values, digits=3):
    mean, spread = figures.mean_and_spread(values)
    if np.isnan(mean):
        return "-"
    return f"{mean:.{digits}f}" + ("" if np.isnan(spread) else f" ± {spread:.{digits}f}")


def planned_methods(study, scene):
    return [m for m in methods_of(scene) if (scene.name, m.name) in study.folds]


def pixels_per_second(rows):
    seconds = sum(row["classify_cpu_s"] for row in rows)
    return f"{sum(row['mapped_pixels'] for row in rows) / seconds:,.0f}" if seconds > 0 else "-"


def main_table(study, scene):
    rows = []
    for method in planned_methods(study, scene):
        seeds, done = study.whole_seeds(scene, method), study.of(scene, method)
        accuracies = [figures.accuracy(pooled(part)[1]) for part in seeds]
        cells = [plus_minus(column) for column in zip(*accuracies)] or ["-"] * 3
        if done:
            cells += [f"{np.mean([row['train_wall_s'] for row in done]):.0f}",
                      f"{np.mean([row['train_cpu_s'] for row in done]):.0f}",
                      pixels_per_second(done),
                      ", ".join(sorted({study.processors[row["processor"]] for row in done}))]
        else:
            cells += ["-"] * 4
        rows.append([method.title, str(len(seeds)), *cells])
    return table(("method", "seeds", *FIGURES, "training, s", "of processor, s",
                  "pixels mapped per processor second", "on"), rows)


def fold_table(study, scene):
    """OA / AA / kappa of every fold, means over seeds."""
    methods = [m for m in planned_methods(study, scene) if not m.ablation and study.of(scene, m)]
    folds = sorted({row["fold"] for m in methods for row in study.of(scene, m)})
    rows = []
    for fold in folds:
        cells = []
        for method in methods:
            mine = [row for row in study.of(scene, method) if row["fold"] == fold]
            values = [figures.accuracy(row["confusion"]) for row in mine]
            cells.append(" / ".join(f"{v:.3f}" for v in np.mean(values, axis=0)) if mine else "-")
        counts = [row for m in methods for row in study.of(scene, m) if row["fold"] == fold]
        rows.append([str(fold), some_number(counts, "train_pixels"),
                     some_number(counts, "test_pixels"), *cells])
    header = (scene.fold_word, "training pixels", "test pixels", *(m.title for m in methods))
    return table(header, rows)


def some_number(rows, key):
    """The value that all rows share, or its range where they do not."""
    values = sorted({row[key] for row in rows})
    return f"{values[0]:,}" if len(values) == 1 else f"{values[0]:,} to {values[-1]:,}"


def class_table(study, scene):
    """Producer's accuracy of every class, pooled over folds, means over seeds."""
    methods = [m for m in planned_methods(study, scene)
               if not m.ablation and study.whole_seeds(scene, m)]
    if not methods:
        return ""
    by_method, counts = {}, {}
    for method in methods:
        for part in study.whole_seeds(scene, method):
            names, matrix = pooled(part)
            for i, name in enumerate(names):
                if matrix[i].sum() > 0:
                    counts[name] = int(matrix[i].sum())
                    by_method.setdefault((method.name, name), []).append(
                        matrix[i, i] / matrix[i].sum())
    rows = [[name, f"{counts[name]:,}"] +
            [f"{np.mean(by_method[m.name, name]):.3f}" if (m.name, name) in by_method else "-"
             for m in methods] for name in counts]
    return ("Producer's accuracies:\n\n" +
            table(("class", "test pixels", *(m.title for m in methods)), rows) + "\n")


def differences(study, scene, method):
    """Of every fold and seed that both have: figures of the method less those of BASE."""
    base = {(row["fold"], row["seed"]): row["confusion"]
            for row in study.of(scene, next(m for m in MAIN if m.name == BASE))}
    return np.array([np.subtract(figures.accuracy(row["confusion"]),
                                 figures.accuracy(base[row["fold"], row["seed"]]))
                     for row in study.of(scene, method) if (row["fold"], row["seed"]) in base])


def ablation_table(study, scene):
    rows = []
    for method in (m for m in planned_methods(study, scene) if m.ablation):
        pairs = differences(study, scene, method)
        cells = ["-"] * 3
        if len(pairs) > 1:
            errors = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
            cells = [f"{d:+.3f} ± {e:.3f}" for d, e in zip(pairs.mean(axis=0), errors)]
        elif len(pairs) == 1:
            cells = [f"{d:+.3f}" for d in pairs[0]]
        rows.append([method.title, str(len(pairs)), *cells])
    if not rows:
        return ""
    word = scene.fold_word
    return (f"Dense at C = 32, not validated, with a part changed, less the same as it is, {word} by "
            f"{word} and\nseed by seed; mean and standard error of the pairs:\n\n" +
            table(("variant", "pairs", *FIGURES), rows) + "\n")


def calibration_table(study):
    rows = []
    for scene in SCENES:
        for method in planned_methods(study, scene):
            seeds = [part for part in study.whole_seeds(scene, method)
                     if all("calibration" in row for row in part)]
            if not method.is_validated or not seeds:
                continue
            errors = {when: [figures.calibration_error(
                figures.pool_bins([row["calibration"][when] for row in part])) for part in seeds]
                for when in ("before", "after")}
            heat = [row["temperature"] for part in seeds for row in part]
            rows.append([scene.title, method.title, str(len(seeds)),
                         f"{min(heat):.2f} to {max(heat):.2f}",
                         plus_minus(errors["before"]), plus_minus(errors["after"])])
    if not rows:
        return ""
    return "\n".join(("### Calibration", "",
                      f"Expected calibration error over {figures.CALIBRATION_BINS} bins of equal "
                      "width of the mapped class's\nprobability, on the test pixels of all folds "
                      "pooled: with the logits as they are, and divided by\nthe temperature that "
                      "training found on validation labels.", "",
                      table(("scene", "method", "seeds", "temperatures", "before", "after"), rows)))


def scene_part(study, scene):
    done = [row for m in planned_methods(study, scene) for row in study.of(scene, m)]
    if not done:
        return f"### {scene.title}\n\nNo run yet.\n"
    by_fold = {row["fold"]: row["test_pixels"] for row in done}
    parts = [f"### {scene.title}", "",
             f"{sum(by_fold.values()):,} test pixels in {len(by_fold)} {scene.fold_word}s, pooled; "
             "mean ± standard deviation over seeds.", "", main_table(study, scene),
             f"Each {scene.fold_word} alone, OA / AA / kappa, means over seeds:", "",
             fold_table(study, scene), class_table(study, scene) + ablation_table(study, scene)]
    return "\n".join(parts)


def state_part(study):
    done, planned = len(study.rows), len(study.plan)
    rows = study.rows.values()
    programs = sorted({row["program"] for row in rows})
    processors = [f"{letter}, {name}" for name, letter in study.processors.items()]
    state = f"All {planned} planned runs." if done == planned else (
        f"**Incomplete: {done} of {planned} planned runs are there.** Pooled figures are of seeds of "
        "which no run is\nmissing, times and pairs of all runs that are there.")
    if not done:
        return state + "\n"
    return (f"{state} Made with {'; '.join(programs)}. One thread a run, on processor "
            f"{'; '.join(processors)}.\n")


def generate(rows, plan):
    """The part of the page that is made of results."""
    study = Study(rows, plan)
    scenes = [s for s in SCENES + INNER if any(run.scene is s for run in plan)]
    parts = [state_part(study)] + [scene_part(study, scene) for scene in scenes]
    return "\n".join(parts + [calibration_table(study)]).rstrip() + "\n"


def rewrite_page(path, text):
    page.rewrite(path, BEGIN, END, text)
