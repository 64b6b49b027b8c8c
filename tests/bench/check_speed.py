#!/usr/bin/env python3
"""Checks of the speed study that measure nothing: ratios, targets, the page; PyTorch's network
where there is PyTorch.

check_speed.py BENCH-FOLDER GOLDEN-FOLDER
"""
import copy
import importlib.util
import os
import sys
import tempfile
import unittest

GOLDEN = sys.argv.pop(2)
sys.path[:0] = [sys.argv.pop(1), GOLDEN]

import page
import speed_report
from speed_contenders import QUICK, all_contenders, read_stages
from speed_targets import TARGETS, Results

HAS_TORCH = importlib.util.find_spec("torch") is not None
PRINTED = """S2RGF: tiles of 64 x 64, 1 threads, 9 MB in all, 1 MB of it for seams
S2RGF: source ms: a pixel is read 1.080 times, encoded 1.070 times
S2RGF: source hs: a pixel is read 1.250 times, encoded 1.010 times
S2RGF: stage read: 0.250 s
S2RGF: stage encode: 1.000 s, 80.0 GF/s
S2RGF: stage relate: 0.001 s, 80.0 GF/s
S2RGF: stage head: 0.001 s, 80.0 GF/s
S2RGF: stage classify: 0.001 s, 80.0 GF/s
S2RGF: stage write: 0.250 s
S2RGF: stages that compute: 1.000 s, 80.0 GF/s, done 50.0 GF/s
"""


def map_row(seconds, peak_mb=200.0):
    return {"wall_s": seconds, "cpu_s": seconds, "peak_mb": peak_mb, "pixels": 1000000}


def dense_row(seconds, peak_mb=200.0):
    return {**map_row(seconds, peak_mb), **read_stages(PRINTED)}


def made_up():
    """Results of two rounds in which every target is met."""
    step, slow_step = ({"wall_s": s, "cpu_s": s} for s in (0.1, 0.5))
    rows = {"machine": {"vectors": "avx2", "gflops": {"1": 100.0, "2": 200.0},
                        "gbytes": {"1": 20.0, "2": 30.0}},
            "dense64-1": dense_row(2.0), "dense64-2": dense_row(1.0), "dense32-1": dense_row(1.0),
            "dense64-2-large": dense_row(16.0, 201.0), "patch-1": map_row(2000.0),
            "torch64-1": {**map_row(10.0), "agreement": 0.9999},
            "torch64-2": {**map_row(5.0), "agreement": 0.9998}, "forest": map_row(20.0),
            "maxlik-all": {**map_row(30.0), "ignored": 3},
            "maxlik-ms": {**map_row(1.5), "ignored": 0}}
    for channels in (64, 32):
        for threads in (1, 2):
            rows[f"step{channels}-{threads}"] = step
            rows[f"torch-step{channels}-{threads}"] = slow_step
    setup = {"program": "s2rgf_train 1", "processor": "slide rule", "cores": 2,
             "openblas": "Abacus"}
    return {"setup": setup, "rounds": 2, "skipped": {},
            "measured": {name: {"1": row, "2": copy.deepcopy(row)} for name, row in rows.items()}}


def target_rows(text):
    """Last cells of the rows of the table of targets, by title."""
    part = text.split("### Targets\n\n")[1].split("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in part.split("\n")[2:] if line]
    return {row[0]: row[-1] for row in rows}


class Page(unittest.TestCase):
    def test_every_target_met(self):
        text = speed_report.generate(made_up())
        self.assertEqual(target_rows(text), {target.title: "met" for target in TARGETS})
        self.assertNotIn("Missed", text)
        for part in ("Whole programs", "Stages", "A training step", "The machine"):
            self.assertIn(f"### {part}", text)
        self.assertIn("99.980 %", text)
        self.assertIn("left out up to 3 classes", text)
        self.assertIn("coarse source is encoded 1.01 times and read 1.25 times", text)

    def test_a_missed_target_says_so_with_what_bounds_it(self):
        for target in TARGETS:
            data = made_up()
            # So slow, large and far from the peak that nothing is met.
            for row in data["measured"][target.contenders[0]].values():
                for key in ("wall_s", "cpu_s", "peak_mb"):
                    if key in row:
                        row[key] *= 1000
                if "compute" in row:
                    row["compute"][1:] = [rate / 1000 for rate in row["compute"][1:]]
            text = speed_report.generate(data)
            self.assertEqual(target_rows(text)[target.title], "**missed**")
            line, = [line for line in text.split("\n")
                     if line.startswith(f"* Missed: {target.title}:")]
            self.assertRegex(line, r"What bounds it: .*\d")

    def test_ratios_are_taken_round_by_round(self):
        data = made_up()
        # In the second round all was three times as slow, in the third one contender was disturbed.
        for name, times in (("dense64-1", (2, 6, 2)), ("forest", (20, 60, 60))):
            data["measured"][name] = {str(i + 1): dense_row(s) for i, s in enumerate(times)}
        rate = lambda row: row["pixels"] / row["cpu_s"]
        self.assertAlmostEqual(Results(data).ratio(rate, "dense64-1", "forest"), 10)
        del data["measured"]["forest"]["1"], data["measured"]["forest"]["2"]
        self.assertAlmostEqual(Results(data).ratio(rate, "dense64-1", "forest"), 30)

    def test_skipped_and_missing(self):
        data = made_up()
        for name in ("forest", "maxlik-all"):
            del data["measured"][name]
        data["skipped"]["forest"] = "no forest here"
        text = speed_report.generate(data)
        self.assertIn("Skipped: forest: no forest here.", text)
        self.assertIn("not measured yet: dense32-2, ", text)
        verdicts = list(target_rows(text).values())
        self.assertEqual((verdicts.count("skipped"), verdicts.count("not measured")), (1, 1))
        self.assertIn("not measured", speed_report.generate({**data, "measured": {}}))

    def test_the_page_keeps_its_prose(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"before\n{speed_report.BEGIN}\nold\n{speed_report.END}\nafter\n")
            page.rewrite(path, speed_report.BEGIN, speed_report.END, "new\n")
            with open(path, encoding="utf-8") as file:
                text = file.read()
        self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n"))
        self.assertIn("\nnew\n", text)
        self.assertNotIn("old", text)


class Contenders(unittest.TestCase):
    def test_names_are_those_of_the_targets(self):
        names = [one.name for one in all_contenders()]
        self.assertEqual(len(names), len(set(names)))
        for target in TARGETS:
            self.assertLessEqual(set(target.contenders), set(names))
        self.assertLessEqual({name for name, _ in speed_report.PROGRAMS}, set(names))

    def test_stages(self):
        told = read_stages(PRINTED)
        self.assertEqual(told["stages"]["encode"], [1.0, 80.0])
        self.assertEqual(told["compute"], [1.0, 80.0, 50.0])
        self.assertEqual(told["reads"], {"ms": [1.08, 1.07], "hs": [1.25, 1.01]})
        self.assertEqual(read_stages(PRINTED)["stages"]["read"], [0.25, None])
        with self.assertRaises(Exception):
            read_stages("0...10...20\n")


@unittest.skipUnless(HAS_TORCH, "no PyTorch")
class Network(unittest.TestCase):
    """The network written for speed against the plain one."""

    def setUp(self):
        import torch
        from dense_oracle import dense_shapes
        from oracle_layers import Source
        torch.manual_seed(3)
        self.torch, self.size = torch, (37, 50)
        self.sources = [Source(3, True), Source(7)]
        self.p = {name: torch.rand(shape, dtype=torch.float64) * 0.5 - 0.1
                  for name, shape in dense_shapes(self.sources, 16, 4).items()}
        for name in self.p:
            if name.endswith("running_var"):
                self.p[name] += 0.5
        self.inputs = [torch.randn(2, *size, dtype=torch.float64)
                       for size in ((37, 50, 3), (12, 15, 7))]
        self.affines = [None, [(0.5, 0.27, 0.0, 0.3, 0.0, 0.29)] * 2]

    def compare(self, valid, training):
        from dense_oracle import dense
        from torch_network import Dense
        wanted = dense(self.p, self.sources, self.inputs, self.affines, valid, training)
        network = Dense(self.p, [True, False], training)
        self.torch.nn.functional.dropout, kept = lambda x, *_: x, self.torch.nn.functional.dropout
        try:
            scores, fused, _ = network.forward([x.permute(0, 3, 1, 2) for x in self.inputs],
                                               self.affines, valid)
            some, _, _ = network.forward([x.permute(0, 3, 1, 2) for x in self.inputs],
                                         self.affines, valid, valid > 0)
        finally:
            self.torch.nn.functional.dropout = kept
        scores = scores.permute(0, 2, 3, 1)
        for ours, theirs in ((scores, wanted[0]), (some, wanted[0][valid > 0]),
                             (fused[0], wanted[1]), (fused[1], wanted[2])):
            self.assertLess(float((ours - theirs).abs().max()), 1e-9 * float(theirs.abs().max()))

    def test_same_scores(self):
        valid = self.torch.ones(2, *self.size, dtype=self.torch.float64)
        for training in (False, True):
            self.compare(valid, training)
        valid[:, 5:30, :20] = 0
        for training in (False, True):
            self.compare(valid, training)


if __name__ == "__main__":
    unittest.main()
