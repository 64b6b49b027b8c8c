"""The page of the speed study: tables and targets from its results."""
from statistics import median

from page import table
from speed_targets import TARGETS, Results, missed_lines

BEGIN = "<!-- bench/speed writes from here -->"
END = "<!-- to here -->"

STAGES = ("read", "encode", "relate", "head", "classify", "write")
PROGRAMS = (("dense64-1", "s2rgf, C = 64, 1 thread"), ("dense64-2", "s2rgf, C = 64, 2 threads"),
            ("dense32-1", "s2rgf, C = 32, 1 thread"), ("dense32-2", "s2rgf, C = 32, 2 threads"),
            ("dense64-2-large", "s2rgf, C = 64, 2 threads, large scene"),
            ("dense32-2-large", "s2rgf, C = 32, 2 threads, large scene"),
            ("patch-1", "s2rgf, `patch`, 1 thread, a window"),
            ("torch64-1", "dense in PyTorch, C = 64, 1 thread"),
            ("torch64-2", "dense in PyTorch, C = 64, 2 threads"),
            ("torch32-2", "dense in PyTorch, C = 32, 2 threads"),
            ("forest", "Orfeo ToolBox, random forest of 100 trees, 1 thread"),
            ("forest-deep", "The same with trees up to 25 deep"),
            ("maxlik-all", "GRASS i.maxlik, all bands, upper rows"),
            ("maxlik-ms", "GRASS i.maxlik, the 4 fine bands only"))


def summary(row):
    """A measurement in a few words, for the terminal."""
    if "pixels" in row:
        return (f"{row['pixels'] / row['wall_s']:,.0f} pixels a second, "
                f"{row['pixels'] / row['cpu_s']:,.0f} a processor second, {row['peak_mb']:.0f} MB")
    if "wall_s" in row:
        return f"{row['wall_s']:.3f} s a step, {row['cpu_s']:.3f} s of processor time"
    return ", ".join(f"{threads} threads {rate:.0f} GF/s and {row['gbytes'][threads]:.0f} GB/s"
                     for threads, rate in row["gflops"].items())


def state_part(results):
    setup, skipped = results.setup, results.skipped
    lines = [f"{setup['program']}; {setup['cores']} cores of {setup['processor']}; OpenBLAS with "
             f"its {setup['openblas']} kernels; rounds: {results.rounds}."]
    missing = [name for name, _ in PROGRAMS if not results.rows(name) and name not in skipped]
    if missing:
        lines.append(f"**Incomplete**: not measured yet: {', '.join(missing)}.")
    for reason in dict.fromkeys(skipped.values()):
        names = ", ".join(name for name in skipped if skipped[name] == reason)
        lines.append(f"Skipped: {names}: {reason}.")
    return "\n\n".join(lines) + "\n"


def machine_table(results):
    rows = results.rows("machine")
    if not rows:
        return ""
    cells = [[threads, f"{median(row['gflops'][threads] for row in rows):.1f}",
              f"{median(row['gbytes'][threads] for row in rows):.1f}"]
             for threads in rows[0]["gflops"]]
    return (f"### The machine\n\nMultiply-adds in registers ({rows[0]['vectors']}) and triad.\n\n" +
            table(("threads", "GF/s", "GB/s"), cells))


def program_table(results):
    lines = []
    for name, title in PROGRAMS:
        rows = results.rows(name)
        if rows:
            lines.append([title, f"{rows[0]['pixels']:,}", str(len(rows)),
                          f"{median(row['pixels'] / row['wall_s'] for row in rows):,.0f}",
                          f"{median(row['pixels'] / row['cpu_s'] for row in rows):,.0f}",
                          f"{median(row['peak_mb'] for row in rows):.0f}"])
        elif name in results.skipped:
            lines.append([title, "-", "0", "skipped", "skipped", "-"])
    return "### Whole programs\n\n" + table(("program", "pixels", "rounds", "pixels per second",
                                             "pixels per processor second", "peak MB"), lines)


def notes(results):
    """What a reader must know about the peers' figures."""
    lines = []
    ignored = [row["ignored"] for row in results.rows("maxlik-all") + results.rows("maxlik-ms")]
    if any(ignored):
        lines.append(f"i.maxlik left out up to {max(ignored)} classes, whose signatures it found "
                     "ill-conditioned, so it had less to do.")
    parts = [row["agreement"] for name, _ in PROGRAMS for row in results.rows(name)
             if "agreement" in row]
    if parts:
        lines.append("Away from edges, PyTorch's maps agree with ours on at least "
                     f"{100 * min(parts):.3f} % of the pixels.")
    for name in ("dense64-1", "dense64-2-large"):
        for row in results.rows(name)[:1]:
            coarse, fine = row["reads"]["hs"], row["reads"]["ms"]
            lines.append(f"{dict(PROGRAMS)[name]}: a pixel of the coarse source is encoded "
                         f"{coarse[1]:.2f} times and read {coarse[0]:.2f} times, one of the fine "
                         f"source {fine[1]:.2f} and {fine[0]:.2f} times.")
    return " ".join(lines) + "\n" if lines else ""


def stage_table(results, name, title):
    rows = results.rows(name)
    peak = results.peak(1)
    if not rows:
        return ""
    lines = []
    for stage in STAGES:
        seconds = median(row["stages"][stage][0] for row in rows)
        rate = results.stage_rate(name, stage)
        lines.append(stage_line(stage, seconds, rate, peak, rows[0]["pixels"]))
    seconds, rate = (median(row["compute"][i] for row in rows) for i in (0, 1))
    lines.append(stage_line("all that compute", seconds, rate, peak, rows[0]["pixels"]))
    return (f"{title}, {median(row['cpu_s'] for row in rows):.2f} s of processor time in all:\n\n" +
            table(("stage", "s", "GF/s", "of the peak", "flops per pixel"), lines))


def stage_line(stage, seconds, rate, peak, pixels):
    if rate is None:
        return [stage, f"{seconds:.2f}", "-", "-", "-"]
    return [stage, f"{seconds:.2f}", f"{rate:.1f}", f"{rate / peak:.2f}" if peak else "-",
            f"{1e9 * rate * seconds / pixels:,.0f}"]


def step_table(results):
    lines = []
    for channels in (64, 32):
        for threads in (1, 2):
            for kind, title in (("step", "s2rgf_train"), ("torch-step", "PyTorch")):
                rows = results.rows(f"{kind}{channels}-{threads}")
                if rows:
                    lines.append([title, str(channels), str(threads),
                                  f"{1000 * median(row['wall_s'] for row in rows):.0f}",
                                  f"{1000 * median(row['cpu_s'] for row in rows):.0f}"])
    return "### A training step\n\n" + table(("program", "C", "threads", "ms", "processor ms"),
                                             lines) if lines else ""


def target_table(results):
    lines = []
    for target in TARGETS:
        value = target.measure(results)
        if value is None:
            names = [name for name in target.contenders if name in results.skipped]
            verdict, told = ("skipped" if names else "not measured"), "-"
        else:
            told = target.tell(value)
            verdict = target.verdict(value)
        lines.append([target.title, target.wanted_text(), told, verdict])
    return "### Targets\n\n" + table(("ratio or figure", "target", "measured", ""), lines)


def generate(data):
    """The part of the page that is made of results."""
    results = Results(data)
    stages = [stage_table(results, "dense64-1", "C = 64, 1 thread"),
              stage_table(results, "dense32-1", "C = 32, 1 thread")]
    parts = [state_part(results), target_table(results), missed_lines(results),
             program_table(results), notes(results),
             "### Stages\n" if any(stages) else "", *stages, step_table(results),
             machine_table(results)]
    return "\n".join(part for part in parts if part).rstrip() + "\n"
