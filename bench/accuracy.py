"""The accuracy study: networks, ablations and contenders on real scenes.

Every finished run is a line of the results file and is not repeated; docs/accuracy.md is written from
that file. The scenes are looked for in the folder that S2RGF_TEST_DATA names, by default
../shared/data beside the source tree. Run it again after an interruption: it goes on. A run is known by
scene, fold, seed, method and its options, and the program's version, the defaults that its help states,
and what a small training of it gives.

Exit codes: 0 done, 1 a run failed, 2 wrong usage, 77 no scenes or a missing Python module,
130 interrupted.
"""
import argparse
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SKIPPED = 77

try:
    import report
    from methods import plan_inner, plan_quick, plan_runs
    from processes import run_program
    from results import append_row, current_rows, fingerprint_of, key_of, load_rows, remove_rows
except ModuleNotFoundError as missing:
    print(f"accuracy: {missing}; set PYTHON", file=sys.stderr)
    sys.exit(SKIPPED)


def names_of(text):
    return tuple(name for name in text.split(",") if name)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-seeds", type=int, default=3, metavar="N", help="seeds 1 to N [default 3]")
    parser.add_argument("-jobs", type=int, default=2, metavar="N",
                        help="runs side by side, of one thread each [default 2]")
    parser.add_argument("-only", type=names_of, default=(), metavar="METHOD,...",
                        help="run only these methods; -list names them")
    parser.add_argument("-data", type=names_of, default=(), metavar="NAME,...",
                        help="run only on these scenes; -list names them")
    parser.add_argument("-inner", action="store_true",
                        help="fold by fold inside the training parts, which is what "
                             "defaults are chosen by; prints the tables; with -trial for other "
                             "settings than the defaults")
    parser.add_argument("-quick", action="store_true",
                        help="one seed, some folds and regimes, dense at C = 32 and the "
                             "contenders; prints the tables")
    parser.add_argument("-fresh", action="store_true",
                        help="forget the results of the chosen runs first")
    parser.add_argument("-report", action="store_true",
                        help="run nothing, only write the page from the results")
    parser.add_argument("-list", action="store_true", help="list the chosen runs, run nothing")
    parser.add_argument("-results", metavar="FILE",
                        help="results file [default docs/accuracy.jsonl; with -quick and -inner "
                             "accuracy-quick.jsonl and accuracy-inner.jsonl in the build folder]")
    parser.add_argument("-page", default=os.path.join(TOP, "docs", "accuracy.md"), metavar="FILE",
                        help="page to rewrite [default docs/accuracy.md]")
    parser.add_argument("-build", default=os.environ.get("builddir", os.path.join(TOP, "build")),
                        metavar="FOLDER", help="where the programs are [default build]")
    parser.add_argument("-keep", metavar="FOLDER",
                        help="work in this new folder and keep models and maps")
    parser.add_argument("-trial", type=str.split, default=(), metavar="OPTIONS",
                        help="further options of s2rgf_train, such as \"-steps 3\", to try the study "
                             "out; needs -results, and prints the tables")
    args = parser.parse_args()
    if args.seeds < 1 or args.jobs < 1:
        parser.error("-seeds and -jobs: expected 1 or more")
    if args.quick and args.inner:
        parser.error("-quick and -inner exclude each other")
    if args.trial and not args.results and not args.inner:
        parser.error("-trial needs -results or -inner")
    part = "quick" if args.quick else "inner" if args.inner else None
    default = (os.path.join(args.build, f"accuracy-{part}.jsonl") if part
               else os.path.join(TOP, "docs", "accuracy.jsonl"))
    args.results = args.results or default
    plan = (plan_quick() if args.quick else plan_inner(args.seeds) if args.inner
            else plan_runs(args.seeds))
    check_names(parser, "-only", args.only, {run.method.name for run in plan})
    check_names(parser, "-data", args.data, {run.scene.name for run in plan})
    return args, plan


def check_names(parser, option, names, known):
    for name in names:
        if name not in known:
            parser.error(f"{option}: {name}: expected some of {', '.join(sorted(known))}")


def choose(plan, args):
    return [run for run in plan if (not args.only or run.method.name in args.only)
            and (not args.data or run.scene.name in args.data)]


def data_folder(chosen):
    """Where the scenes are; ends the program where those of the chosen runs are absent."""
    data = os.environ.get("S2RGF_TEST_DATA", os.path.join(TOP, os.pardir, "shared", "data"))
    absent = sorted({run.scene.folder for run in chosen
                     if not os.path.isdir(os.path.join(data, run.scene.folder))})
    if absent:
        print(f"accuracy: no {' and no '.join(absent)} in {data} (S2RGF_TEST_DATA)",
              file=sys.stderr)
        sys.exit(SKIPPED)
    return data


class Worker:
    """Carries out runs side by side; a failed one does not stop the others."""

    def __init__(self, args, programs, scenes, work):
        self.args, self.programs, self.scenes, self.work = args, programs, scenes, work

    def attempt(self, run):
        """The row, or None when the study was stopped."""
        from runs import carry_out
        if self.programs.children.stopped:
            return None
        folder = os.path.join(self.work, "-".join(str(part) for part in run.key))
        row = carry_out(self.programs, run, self.scenes[run.scene.name], folder)
        append_row(self.args.results, row)
        if not self.args.keep:
            shutil.rmtree(folder)
        return row

    def carry_out_all(self, chosen):
        """The runs that failed."""
        failed = []
        with ThreadPoolExecutor(self.args.jobs) as pool:
            waiting = {pool.submit(self.attempt, run): run for run in chosen}
            try:
                for number, future in enumerate(as_completed(waiting), start=1):
                    self.tell(waiting[future], future, f"{number}/{len(chosen)}", failed)
            except KeyboardInterrupt:
                self.programs.children.stop()
                raise
        return failed

    @staticmethod
    def tell(run, future, number, failed):
        error = future.exception()
        if error is not None:
            failed.append(run)
            print(f"accuracy: {run}: failed: {error}", file=sys.stderr, flush=True)
            return
        row = future.result()
        print(f"{number} {run}: OA {row['oa']:.3f}, AA {row['aa']:.3f}, trained in "
              f"{row['train_cpu_s']:.0f} s of processor time", flush=True)


def carry_out_missing(args, plan):
    """Run what is chosen and not there yet; the number of runs that failed."""
    chosen = choose(plan, args)
    work = args.keep or tempfile.mkdtemp(prefix="accuracy-")
    if args.keep:
        os.makedirs(work)
    try:
        data = data_folder(chosen)
        try:
            from prepared import prepare
            from runs import Programs
        except ModuleNotFoundError as error:
            print(f"accuracy: {error}; set PYTHON", file=sys.stderr)
            sys.exit(SKIPPED)
        programs = Programs(args.build, args.trial)
        if args.fresh:
            remove_rows(args.results, {run.key for run in chosen})
        done = {(key_of(row), fingerprint_of(row)) for row in current_rows(load_rows(args.results))}
        missing = [run for run in chosen
                   if (run.key, programs.fingerprint_of(run.method)) not in done]
        print(f"{len(chosen)} runs chosen, {len(missing)} to do, results in {args.results}",
              flush=True)
        scenes = prepare(missing, data, work, os.path.join(args.build, "accuracy-tables"))
        return len(Worker(args, programs, scenes, work).carry_out_all(missing))
    finally:
        if not args.keep:
            shutil.rmtree(work, ignore_errors=True)


def main():
    args, plan = parse_arguments()
    if args.list:
        print("\n".join(str(run) for run in choose(plan, args)))
        return 0
    failed = 0 if args.report else carry_out_missing(args, plan)
    lead, text = report.generate(load_rows(args.results), plan)
    if args.quick or args.inner or args.trial:
        print(lead, text, sep="\n")
    else:
        report.rewrite_page(args.page, lead, text)
    if failed:
        print(f"accuracy: {failed} runs failed", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    run_program("accuracy", main)
