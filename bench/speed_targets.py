"""The targets of the speed study, what was reached, and what bounds those that were missed."""
from dataclasses import dataclass
from statistics import median
from typing import Callable

CROP_PIXELS = 8 * 96 * 96       # of a training step
EQUAL = 1.05                    # memory of two scenes that is the same but for noise


class Results:
    def __init__(self, data):
        self.setup, self.rounds, self.skipped = data["setup"], data["rounds"], data["skipped"]
        self.measured = data["measured"]

    def rows(self, name):
        """What a contender took, round by round."""
        return [row for _, row in sorted(self.measured.get(name, {}).items(),
                                         key=lambda item: int(item[0]))]

    def ratio(self, of, name, other):
        """Median over the rounds that both have of of(name's row) / of(other's)."""
        mine, theirs = (self.measured.get(one, {}) for one in (name, other))
        ratios = [of(mine[key]) / of(theirs[key]) for key in mine if key in theirs]
        return median(ratios) if ratios else None

    def peak(self, threads):
        """Median FMA peak in GF/s."""
        rates = [row["gflops"][str(threads)] for row in self.rows("machine")]
        return median(rates) if rates else None

    def triad(self, threads):
        return median(row["gbytes"][str(threads)] for row in self.rows("machine"))

    def stage_rate(self, name, stage):
        rates = [row["stages"][stage][1] for row in self.rows(name)]
        return None if None in rates else median(rates)


def per_second(row):
    return row["pixels"] / row["wall_s"]


def per_cpu_second(row):
    return row["pixels"] / row["cpu_s"]


def steps_per_second(row):
    return 1 / row["wall_s"]


def ratio(of, name, other):
    return lambda results: results.ratio(of, name, other)


def of_peak(results):
    mine, machine = (results.measured.get(name, {}) for name in ("dense64-1", "machine"))
    parts = [mine[key]["compute"][1] / machine[key]["gflops"]["1"]
             for key in mine if key in machine]
    return median(parts) if parts else None


def peak_memory(results):
    rows = results.rows("dense64-2") + results.rows("dense64-2-large")
    return max(row["peak_mb"] for row in rows) if rows else None


# ---- what bounds


def run_bound(name, threads=1):
    """Of a map: what its processor time went into, against what the machine could do."""
    def tell(results):
        rows, peak = results.rows(name), results.peak(1)
        if not rows or not peak:
            return "no figure of the machine."
        cpu = median(row["cpu_s"] for row in rows)
        compute = median(row["compute"][0] for row in rows)
        gflop = median(row["compute"][0] * row["compute"][2] for row in rows)
        files = median(sum(row["stages"][stage][0] for stage in ("read", "write")) for row in rows)
        rest = cpu - compute - files
        least = min(gflop / peak, compute)
        parts = {"arithmetic": least, "input and output": files,
                 "memory, caches and whatever else keeps the stages below the peak": compute - least,
                 "start, weights and the system": max(rest, 0.0)}
        largest = max(parts, key=parts.get)
        told = "; ".join(f"{what} {seconds:.2f} s" for what, seconds in parts.items())
        gain = cpu / (cpu - compute + least)
        return (f"{cpu:.2f} s of processor time went into: {told}. Most is {largest}. With all computing "
                f"stages at the peak, it would be {gain:.2f} times as fast.")
    return tell


def scaling_bound(results):
    if not results.peak(1):
        return "no figure of the machine."
    return (f"the machine's own gain from the second thread: arithmetic "
            f"{results.peak(2) / results.peak(1):.2f}, memory "
            f"{results.triad(2) / results.triad(1):.2f}.")


def memory_bound(results):
    sizes = ", ".join(f"{median(row['peak_mb'] for row in results.rows(name)):.0f} MB for "
                      f"{results.rows(name)[0]['pixels']:,} pixels"
                      for name in ("dense64-2", "dense64-2-large") if results.rows(name))
    return f"the working memory alone: {sizes}."


def step_bound(channels, threads):
    def tell(results):
        rows, peak = results.rows(f"dense{channels}-1"), results.peak(threads)
        steps = results.rows(f"step{channels}-{threads}")
        if not rows or not peak:
            return "no figure of the machine."
        gflop = 3 * CROP_PIXELS * median(row["compute"][0] * row["compute"][1] / row["pixels"]
                                         for row in rows)
        took = median(row["wall_s"] for row in steps)
        return (f"a step has about {gflop:.0f} GF, three times as many as a map of the same pixels. "
                f"That is {gflop / peak:.3f} s at the peak; the step took {took:.3f} s: "
                + ("arithmetic bounds it." if gflop / peak > took / 2 else
                   f"memory bounds it, at {results.triad(threads):.0f} GB/s."))
    return tell


# ---- the targets


@dataclass(frozen=True)
class Target:
    title: str
    wanted: float
    contenders: tuple
    measure: Callable           # measure(results): the figure, None where something is missing
    bound: Callable             # bound(results): what bounds it, for one that was missed
    at_most: bool = False
    unit: str = ""

    def tell(self, value):
        return f"{value:,.0f}{self.unit}" if value >= 100 else f"{value:.2f}{self.unit}"

    def wanted_text(self):
        return f"{'at most' if self.at_most else 'at least'} {self.wanted:g}{self.unit}"

    def is_met(self, value):
        return value <= self.wanted if self.at_most else value >= self.wanted

    def verdict(self, value):
        return "met" if self.is_met(value) else "**missed**"


def versus(title, wanted, of, name, other, bound, **more):
    return Target(title, wanted, (name, other), ratio(of, name, other), bound, **more)


def torch_steps(channels, threads):
    return versus(f"A training step against PyTorch, C = {channels}, {threads} "
                  f"{'thread' if threads == 1 else 'threads'}", 2.0, steps_per_second,
                  f"step{channels}-{threads}", f"torch-step{channels}-{threads}",
                  step_bound(channels, threads))


TARGETS = (
    versus("C = 64 against Orfeo ToolBox's random forest, per processor second", 5.0,
           per_cpu_second, "dense64-1", "forest", run_bound("dense64-1")),
    versus("C = 64 against the same network in PyTorch, 1 thread", 4.0, per_second, "dense64-1",
           "torch64-1", run_bound("dense64-1")),
    versus("C = 64 against the same network in PyTorch, 2 threads", 4.0, per_second, "dense64-2",
           "torch64-2", run_bound("dense64-1")),
    versus("C = 64 against the published network, our `patch`, per pixel, 1 thread", 300.0,
           per_second, "dense64-1", "patch-1", run_bound("dense64-1")),
    versus("C = 32 against GRASS i.maxlik on the same bands, per processor second", 1.0,
           per_cpu_second, "dense32-1", "maxlik-all", run_bound("dense32-1")),
    versus("C = 32 against GRASS i.maxlik on the 4 fine bands alone, per processor second", 1.0,
           per_cpu_second, "dense32-1", "maxlik-ms", run_bound("dense32-1")),
    Target("Arithmetic of all stages that compute, of the FMA peak, C = 64, 1 thread", 0.75,
           ("dense64-1", "machine"), of_peak, run_bound("dense64-1")),
    versus("C = 64, 2 threads against 1", 1.9, per_second, "dense64-2", "dense64-1",
           scaling_bound),
    Target("Peak memory, C = 64, 2 threads, either scene", 400.0, ("dense64-2", "dense64-2-large"),
           peak_memory, memory_bound, at_most=True, unit=" MB"),
    versus("Peak memory for a scene 16 times as large, as a ratio", EQUAL,
           lambda row: row["peak_mb"], "dense64-2-large", "dense64-2", memory_bound, at_most=True),
    torch_steps(64, 1), torch_steps(64, 2), torch_steps(32, 1), torch_steps(32, 2))


def missed_lines(results):
    """For every target that was missed: its figure, and what bounds it."""
    lines = []
    for target in TARGETS:
        value = target.measure(results)
        if value is not None and not target.is_met(value):
            lines.append(f"* Missed: {target.title}: {target.tell(value)}, "
                         f"the target is {target.wanted_text()}. What bounds it: "
                         f"{target.bound(results)}")
    return "\n".join(lines) + "\n" if lines else ""
