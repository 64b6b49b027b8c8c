"""The speed study: s2rgf beside other programs on the same pixels, and beside what the machine can
do.

Makes scenes of 2048 x 2048 and 8192 x 8192 pixels and all that is needed to map them, once, in a
work folder. Then every round runs every contender once, each round beginning with another one, so
that what the machine does meanwhile falls on all; figures are medians over rounds, ratios medians
of the ratios of each round. docs/performance.md is written from the results file. Peers that are
not installed are left out, and the page says so. Run it on a machine that does nothing else. Run
again after an interruption, it goes on; after a change to the program use -fresh.

All use the kernels of OpenBLAS that s2rgf_train uses, or that OPENBLAS_CORETYPE asks for.

Exit codes: 0 done, 1 a contender failed, 2 wrong usage, 130 interrupted.
"""
import argparse
import dataclasses
import json
import os
import re
import subprocess

import page
import speed_report
from processes import processor, run_program
from speed_contenders import QUICK, Sizes, all_contenders
from speed_work import Work

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def parse_arguments():
    parser = argparse.ArgumentParser(prog="speed", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-rounds", type=int, default=3, metavar="N", help="rounds [default 3]")
    parser.add_argument("-quick", action="store_true",
                        help="tiny scenes and trainings, to try the study out: its figures say "
                             "nothing; prints the tables")
    parser.add_argument("-only", type=lambda text: text.split(","), metavar="NAME,...",
                        help="measure only these: " +
                        ", ".join(one.name for one in all_contenders()))
    parser.add_argument("-report", action="store_true",
                        help="measure nothing, only write the page from the results")
    parser.add_argument("-fresh", action="store_true",
                        help="forget the results first")
    parser.add_argument("-results", metavar="FILE",
                        help="results file [default docs/performance.json; with -quick "
                             "performance.json in the work folder]")
    parser.add_argument("-page", default=os.path.join(TOP, "docs", "performance.md"),
                        metavar="FILE", help="page to rewrite [default docs/performance.md]")
    parser.add_argument("-build", default=os.environ.get("builddir", os.path.join(TOP, "build")),
                        metavar="FOLDER", help="where the programs are [default build]")
    parser.add_argument("-work", metavar="FOLDER",
                        help="folder for scenes, models and maps, which is kept [default speed, or "
                             "speed-quick, in the build folder]")
    args = parser.parse_args()
    if args.rounds < 1:
        parser.error("-rounds: expected 1 or more")
    for name in args.only or ():
        if name not in {one.name for one in all_contenders()}:
            parser.error(f"-only: {name}: there is no such contender")
    args.work = os.path.abspath(args.work or os.path.join(
        args.build, "speed-quick" if args.quick else "speed"))
    args.build = os.path.abspath(args.build)
    args.results = args.results or (os.path.join(args.work, "performance.json") if args.quick
                                    else os.path.join(TOP, "docs", "performance.json"))
    return args


def openblas_kernels(program):
    """Name of the kernels that the program's OpenBLAS works with here; what it says last counts."""
    told = subprocess.run([program, "--version"], check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "OPENBLAS_VERBOSE": "2"})
    names = re.findall(r"^Core: (\S+)$", told.stdout, re.MULTILINE)
    return names[-1] if names else None


def describe(work):
    """What figures depend on, beside the contender."""
    program = work.program("s2rgf_train")
    version = subprocess.run([program, "--version"], check=True, text=True,
                             capture_output=True).stdout.split(",")[0]
    return {"program": version.strip(), "processor": processor(), "cores": os.cpu_count(),
            "openblas": openblas_kernels(program) or "unknown",
            "sizes": dataclasses.asdict(work.sizes)}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save(path, results):
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1, sort_keys=True)
        file.write("\n")
    os.replace(path + ".part", path)


def begin(args, work):
    """The results so far; those of another machine or program are an error."""
    setup = describe(work)
    if not os.path.exists(args.results):
        return {"setup": setup, "rounds": args.rounds, "skipped": {}, "measured": {}}
    results = load(args.results)
    if results["setup"] != setup:
        raise ValueError(f"{args.results}: of another machine, program or size; -fresh forgets it")
    results["rounds"] = args.rounds
    return results


def measure_all(args, work):
    results = begin(args, work)
    kernels = results["setup"]["openblas"]
    print(f"OpenBLAS uses its {kernels} kernels", flush=True)
    if kernels != "unknown":
        os.environ["OPENBLAS_CORETYPE"] = kernels   # PyTorch, too
    contenders = [one for one in all_contenders() if not args.only or one.name in args.only]
    for one in contenders:
        results["skipped"].pop(one.name, None)
        if reason := one.needs():
            results["skipped"][one.name] = reason
            print(f"{one.name}: skipped: {reason}", flush=True)
    contenders = [one for one in contenders if one.name not in results["skipped"]]
    for one in contenders:
        one.prepare(work)
    for number in range(args.rounds):
        turn = number * len(contenders) // args.rounds
        for one in contenders[turn:] + contenders[:turn]:
            key = str(number + 1)
            rows = results["measured"].setdefault(one.name, {})
            if key in rows or (one.first_round_only and number > 0):
                continue
            rows[key] = one.run(work)
            save(args.results, results)
            print(f"round {key}, {one.name}: {speed_report.summary(rows[key])}", flush=True)


def main():
    args = parse_arguments()
    if not args.report:
        work = Work(args.build, args.work, QUICK if args.quick else Sizes())
        if args.fresh and os.path.exists(args.results):
            os.remove(args.results)
        measure_all(args, work)
    text = speed_report.generate(load(args.results))
    if args.quick:
        print(text)
    else:
        page.rewrite(args.page, speed_report.BEGIN, speed_report.END, text)
    return 0


if __name__ == "__main__":
    run_program("speed", main)
