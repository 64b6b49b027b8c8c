"""The page of the study: tables from the rows of the results file."""
import numpy as np

import figures
import page
from methods import (DENSE, DENSE_64, FEW, INNER, INNER_FEW, LIGHTS, NO_EXPERT, NO_WINDOWS,
                     SCENES, UNVALIDATED_DENSE, count_of)
from page import table
from study import Study, pooled

LEAD = "<!-- bench/accuracy writes the lead from here -->"
BEGIN = "<!-- bench/accuracy writes from here -->"
END = "<!-- to here -->"
FIGURES = ("OA", "AA", "kappa")


def plus_minus(values, digits=3):
    mean, spread = figures.mean_and_spread(values)
    if np.isnan(mean):
        return "-"
    return f"{mean:.{digits}f}" + ("" if np.isnan(spread) else f" ± {spread:.{digits}f}")


def difference_cells(pairs):
    """Mean and standard error of pairs [pair][figure]."""
    if not len(pairs):
        return ["-"] * len(FIGURES)
    if len(pairs) == 1:
        return [f"{d:+.3f}" for d in pairs[0]]
    errors = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    return [f"{d:+.3f} ± {e:.3f}" for d, e in zip(pairs.mean(axis=0), errors)]


def slashed(values):
    return " / ".join(f"{v:.3f}" for v in values) if len(values) else "-"


def means(accuracies):
    return slashed(accuracies.mean(axis=0) if len(accuracies) else ())


# ---- Dense and the best contender ---------------------------------------------------------------------


def lead_part(study):
    """Scene by scene, the best contender and the dense network; nothing where no scene has a contender."""
    rows = []
    for scene in study_scenes(study, SCENES):
        best = study.best_contender(scene)
        if not best:
            continue
        theirs = [scene.title, best.title, means(study.accuracies(scene, best))]
        networks = [m for m in (DENSE, DENSE_64) if len(study.accuracies(scene, m))]
        rows += [theirs + lead_cells(study, scene, network, best) for network in networks] or [
            theirs + ["-"] * 9]
    if not rows:
        return ""
    return "\n".join((
        "### Dense against the best contender of each scene", "",
        "OA / AA / kappa, folds pooled, means over seeds. The best contender has the highest mean of "
        "the three\nfigures on the test pixels. Differences are the network minus the contender, fold by "
        "fold and seed by\nseed: mean ± standard error of the pairs. \"Worst seed\" is how far the worst "
        "seed falls below the mean,\nin the figure where it falls furthest. ECE is the network's expected "
        "calibration error; \"by\" names\nthe program that trained it.", "",
        table(("scene", "best contender", "its figures", "network", "by", "its figures",
               *(f"{name} difference" for name in FIGURES), "pairs", "worst seed", "ECE"), rows)))


def lead_cells(study, scene, network, best):
    ours, pairs = study.accuracies(scene, network), study.pairs(scene, network, best)
    below = f"{(ours.mean(axis=0) - ours.min(axis=0)).max():.3f}" if len(ours) > 1 else "-"
    return [network.title, study.programs[study.of(scene, network)[-1]["program"]], means(ours),
            *difference_cells(pairs), str(len(pairs)), below,
            plus_minus(study.calibration_errors(scene, network))]


def expert_part(study):
    """Scene by scene, what the experts beside the network bring: both, and that of windows."""
    rows = []
    for scene in study_scenes(study, SCENES + FEW):
        for without, left_out in ((NO_EXPERT, "both"), (NO_WINDOWS, "windows")):
            pairs = study.pairs(scene, DENSE, without)
            if len(pairs):
                rows.append([scene.title, left_out, means(study.accuracies(scene, DENSE)),
                             means(study.accuracies(scene, without)), *difference_cells(pairs),
                             str(len(pairs))])
    if not rows:
        return ""
    return "\n".join((
        "### What the experts bring", "", "Dense at C = 32 with and without the linear experts beside the "
        "network, OA / AA / kappa. The gain is fold\nby fold and seed by seed: mean ± standard error of "
        "the pairs.", "",
        table(("scene", "expert", "with", "without", *(f"{name} gain" for name in FIGURES), "pairs"), rows)))


def part(title, text, parts):
    """A section of the page, or nothing where it would be empty."""
    return "\n".join((f"### {title}", "", text, *parts, "")) if parts else ""


def few_part(study):
    """Scene by scene: methods by number of labels."""
    parts = []
    for whole in SCENES + INNER:
        levels = [scene for scene in study_scenes(study, FEW + INNER_FEW) if scene.base == whole.name
                  and any(study.of(scene, m) for m in study.methods(scene))]
        if levels:
            parts += ["", f"{whole.title}:", "", few_table(study, levels).rstrip()]
    return part(
        "Few labels", "OA / AA, draws pooled, by the number of pixels or polygons per class. The last "
        "lines give dense at C = 32\nminus the best contender for that number of labels: mean ± standard "
        "error of the draws.", parts)


def few_table(study, levels):
    methods = study.methods(levels[0])
    rows = [[m.title] + [slashed(study.accuracies(scene, m)[0][:2])
                         if len(study.accuracies(scene, m)) else "-" for scene in levels]
            for m in methods]
    best = [study.best_contender(scene) for scene in levels]
    rows.append(["best contender"] + [m.title if m else "-" for m in best])
    cells = [difference_cells(study.pairs(scene, DENSE, m) if m else ())
             for scene, m in zip(levels, best)]
    rows += [[f"difference, {name}", *column] for name, column in zip(FIGURES[:2], zip(*cells))]
    return table(("method", *(count_of(*scene.few) for scene in levels)), rows)


def light_part(study):
    """Scene by scene: methods by light."""
    parts = []
    for scene in study_scenes(study, SCENES):
        rows = [[m.title, *(light_cell(study, scene, m, light) for light in (None, *LIGHTS))]
                for m in study.methods(scene) if len(study.accuracies(scene, m, LIGHTS[0]))]
        if rows:
            parts += ["", f"{scene.title}:", "",
                      table(("method", "as it is", *(f"{light} %" for light in LIGHTS)), rows).rstrip()]
    return part(
        "Another light", "OA / AA / kappa / ECE when the gain of every band of the test scene is off by 5 "
        "or 10 %, and its offset by\nthat much of the band's mean (standard deviations). Means over seeds, "
        "each with its own draw.", parts)


def light_cell(study, scene, method, light):
    accuracies = study.accuracies(scene, method, light)
    errors = study.calibration_errors(scene, method, light=light)
    return " / ".join([means(accuracies)] + ([f"{np.mean(errors):.3f}"] if errors else []))


def study_scenes(study, scenes):
    planned = {run.scene for run in study.plan}
    return [scene for scene in scenes if scene in planned]


# ---- One scene --------------------------------------------------------------------------------------


def pixels_per_second(rows):
    seconds = sum(row["classify_cpu_s"] for row in rows)
    return f"{sum(row['mapped_pixels'] for row in rows) / seconds:,.0f}" if seconds > 0 else "-"


def main_table(study, scene):
    rows = []
    for method in study.methods(scene):
        done = study.of(scene, method)
        cells = [plus_minus(column) for column in study.accuracies(scene, method).T] or ["-"] * 3
        cells.append(plus_minus(study.calibration_errors(scene, method) or [np.nan]))
        if done:
            cells += [f"{np.mean([row['train_wall_s'] for row in done]):.0f}",
                      f"{np.mean([row['train_cpu_s'] for row in done]):.0f}",
                      pixels_per_second(done),
                      ", ".join(sorted({study.processors[row["processor"]] for row in done})),
                      study.programs[done[-1]["program"]]]
        else:
            cells += ["-"] * 5
        rows.append([method.title, str(len(study.whole_seeds(scene, method))), *cells])
    return table(("method", "seeds", *FIGURES, "ECE", "training, s", "processor, s",
                  "pixels mapped per processor second", "on", "by"), rows)


def fold_table(study, scene):
    """OA / AA / kappa of every fold, means over seeds."""
    methods = [m for m in study.methods(scene) if not m.ablation and study.of(scene, m)]
    done = [row for m in methods for row in study.of(scene, m)]
    folds = sorted({row["fold"] for row in done})
    rows = [[title] + [some_number([row for row in done if row["fold"] == fold], key)
                       for fold in folds]
            for title, key in (("training pixels", "train_pixels"), ("test pixels", "test_pixels"))]
    for method in methods:
        mine = study.of(scene, method)
        rows.append([method.title] + [means(np.array([figures.accuracy(row["confusion"])
                                                      for row in mine if row["fold"] == fold]))
                                      for fold in folds])
    return table(("", *(f"{scene.fold_word} {fold}" for fold in folds)), rows)


def some_number(rows, key):
    """The value that all rows share, or its range where they do not."""
    values = sorted({row[key] for row in rows})
    return f"{values[0]:,}" if len(values) == 1 else f"{values[0]:,} to {values[-1]:,}"


def class_table(study, scene):
    """Producer's accuracy of every class, pooled over folds, means over seeds."""
    methods = [m for m in study.methods(scene) if not m.ablation and study.whole_seeds(scene, m)]
    by_method, counts = {}, {}
    for method in methods:
        for part in study.whole_seeds(scene, method):
            names, matrix = pooled(part)
            for i, name in enumerate(names):
                if matrix[i].sum() > 0:
                    counts[name] = int(matrix[i].sum())
                    by_method.setdefault((method.name, name), []).append(
                        matrix[i, i] / matrix[i].sum())
    if not counts:
        return ""
    rows = [["test pixels"] + [f"{count:,}" for count in counts.values()]]
    rows += [[m.title] + [f"{np.mean(by_method[m.name, name]):.3f}" if (m.name, name) in by_method
                          else "-" for name in counts] for m in methods]
    return "Producer's accuracies:\n\n" + table(("", *counts), rows) + "\n"


def ablation_table(study, scene):
    rows = []
    for method in (m for m in study.methods(scene) if m.ablation):
        pairs = study.pairs(scene, method, UNVALIDATED_DENSE)
        rows.append([method.title, str(len(pairs)), *difference_cells(pairs)])
    if not rows:
        return ""
    word = scene.fold_word
    return (f"Dense at C = 32, not validated, with one part changed, minus the unchanged network, {word} by "
            f"{word} and\nseed by seed: mean ± standard error of the pairs.\n\n" +
            table(("variant", "pairs", *FIGURES), rows) + "\n")


def calibration_table(study):
    rows = []
    for scene in study_scenes(study, SCENES):
        for method in study.methods(scene):
            seeds = study.whole_seeds(scene, method)
            if not method.is_validated or not seeds:
                continue
            heat = [row["temperature"] for part in seeds for row in part]
            rows.append([scene.title, method.title, str(len(seeds)),
                         f"{min(heat):.2f} to {max(heat):.2f}",
                         *(plus_minus(study.calibration_errors(scene, method, when))
                           for when in ("before", "after"))])
    if not rows:
        return ""
    return "\n".join(("### Calibration", "",
                      f"Expected calibration error over {figures.CALIBRATION_BINS} bins of equal "
                      "width of the mapped class's\nprobability, on the test pixels of all folds "
                      "pooled: with the logits unchanged, and divided by the\ntemperature that "
                      "training found on validation labels.", "",
                      table(("scene", "method", "seeds", "temperatures", "before", "after"), rows)))


def scene_part(study, scene):
    done = [row for m in study.methods(scene) for row in study.of(scene, m)]
    if not done:
        return f"### {scene.title}\n\nNo runs yet.\n"
    by_fold = {row["fold"]: row["test_pixels"] for row in done}
    word = scene.fold_word + ("s" if len(by_fold) > 1 else "")
    return "\n".join((
        f"### {scene.title}", "",
        f"{sum(by_fold.values()):,} test pixels in {len(by_fold)} {word}, pooled; mean ± standard "
        "deviation over seeds. ECE is\nthe expected calibration error; \"on\" names the processor, \"by\" the "
        "program.", "",
        main_table(study, scene),
        f"Each {scene.fold_word} alone, OA / AA / kappa, means over seeds:", "",
        fold_table(study, scene), class_table(study, scene) + ablation_table(study, scene)))


def missing_part(study):
    """By scene, how many runs are planned and missing; all numbers of labels are one line."""
    counts, titles = {}, {whole.name: whole.title for whole in SCENES + INNER}
    for run in study.plan:
        title = f"{titles[run.scene.base]}, few labels" if run.scene.few else run.scene.title
        planned, missing = counts.get(title, (0, 0))
        counts[title] = planned + 1, missing + (run.key not in study.rows)
    rows = [[title, str(planned), str(missing)] for title, (planned, missing) in counts.items()
            if missing]
    return "\n" + table(("scene", "planned runs", "missing"), rows) if rows else ""


def state_part(study):
    done, planned = len(study.rows), len(study.plan)
    processors = [f"{letter}, {name}" for name, letter in study.processors.items()]
    programs = [f"{letter}, {name}" for name, letter in study.programs.items()]
    state = f"All {planned} planned runs." if done == planned else (
        f"**Incomplete: {done} of {planned} planned runs are done.** Pooled figures use only seeds with "
        "no run missing;\ntimes and pairs use all finished runs.")
    if done:
        minutes = sum(row["train_cpu_s"] + row["classify_cpu_s"] for row in study.rows.values()) / 60
        state += (f" Each run had one thread; training and mapping\ntook {minutes:,.0f} minutes of "
                  "processor time. "
                  f"Processors: {'; '.join(processors)}.\nPrograms: {'; '.join(programs)}.")
    return state + "\n" + missing_part(study)


def generate(rows, plan):
    """The parts of the page that are made of results: the lead, and all else."""
    study = Study(rows, plan)
    parts = [state_part(study), expert_part(study), few_part(study), light_part(study)]
    parts += [scene_part(study, scene) for scene in study_scenes(study, SCENES + INNER)]
    return lead_part(study), "\n".join(part for part in parts + [calibration_table(study)] if part).rstrip() + "\n"


def rewrite_page(path, lead, text):
    page.rewrite(path, LEAD, END, lead)
    page.rewrite(path, BEGIN, END, text)
