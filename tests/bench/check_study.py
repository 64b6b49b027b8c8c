#!/usr/bin/env python3
"""Checks of the accuracy study that need no training: folds, labels, figures, the page.

check_study.py BENCH-FOLDER
"""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, sys.argv.pop(1))

import numpy as np
from osgeo import gdal, ogr, osr

import figures
import rasters
import report
import results
import scenes
import study
from folds import check_folds, deal_folds
from methods import (BASE, CONTENDERS, DENSE, FEW, MAIN, NO_EXPERT, NO_WINDOWS, SCENES, Run, methods_of, plan_quick,
                     plan_runs)

REDCLOVER = SCENES[0]


def extents_of(path):
    dataset = ogr.Open(path)
    return [feature.GetGeometryRef().GetEnvelope() for feature in dataset.GetLayer(0)]


class Folds(unittest.TestCase):
    def test_whole_polygons_and_every_class_in_training(self):
        random = np.random.default_rng(1)
        for _ in range(200):
            count = int(random.integers(5, 60))
            classes = [f"c{c}" for c in random.integers(0, 7, count)]
            sizes = [int(s) for s in random.integers(0, 4, count) * random.integers(1, 50, count)]
            folds = deal_folds(classes, sizes, 5)
            self.assertEqual(folds, deal_folds(classes, sizes, 5))
            check_folds(classes, sizes, folds, 5)
            for name in set(classes):
                dealt = [folds[i] for i in range(count) if classes[i] == name]
                spread = np.bincount(dealt, minlength=6)[1:]
                self.assertLessEqual(spread.max() - spread.min(), 1)

    def test_bad_folds_are_refused(self):
        for folds in ([1, 1, 2], [1, 2], [1, 2, 6]):
            with self.assertRaises(ValueError):
                check_folds(["a", "a", "b"], [5, 5, 5], folds, 5)
        # The class's other polygon has no pixel to train on.
        with self.assertRaises(ValueError):
            check_folds(["a", "a", "a"], [5, 0, 5], [1, 2, 1], 5)

    def test_files_of_folds(self):
        """Six squares on a small grid: files are disjoint by polygon, and each is tested once."""
        with tempfile.TemporaryDirectory() as folder:
            like = gdal.GetDriverByName("MEM").Create("", 40, 30, 1, gdal.GDT_Byte)
            like.SetGeoTransform((500000, 10, 0, 5000300, 0, -10))
            srs = osr.SpatialReference()
            srs.ImportFromEPSG(32633)
            srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            like.SetSpatialRef(srs)
            holder = rasters.vectors_in_memory()
            layer = holder.CreateLayer("all", srs, ogr.wkbPolygon)
            layer.CreateField(ogr.FieldDefn("class", ogr.OFTString))
            classes = ["wood", "wood", "wood", "lake", "lake", "lake"]
            for i, name in enumerate(classes):
                x, y = 500000 + 60 * i, 5000300
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField("class", name)
                feature.SetGeometry(ogr.CreateGeometryFromWkt(
                    f"POLYGON (({x} {y}, {x + 30} {y}, {x + 30} {y - 20}, {x} {y - 20}, {x} {y}))"))
                layer.CreateFeature(feature)
            masks = rasters.burn_polygons(layer, like)
            self.assertEqual([int(m.sum()) for m in masks], [6] * 6)
            names, values = {1: "lake", 2: "wood"}, [2, 2, 2, 1, 1, 1]
            parts = scenes.deal_parts(classes, [6] * 6, range(6), 3)
            tested = np.zeros((30, 40), int)
            for fold, part in enumerate(parts, start=1):
                split = scenes.polygon_split(fold, os.path.join(folder, f"fold{fold}"), layer, like,
                                             (values, names, masks), part)
                train, found = rasters.read_labels(split.train_raster)
                test = rasters.read_labels(split.test_raster)[0]
                groups = rasters.read_labels(split.groups_raster)[0]
                self.assertEqual(found, names)
                self.assertFalse(((train > 0) & (test > 0)).any())
                self.assertEqual(np.bincount(groups[groups > 0]).tolist(), [0, 6, 6, 6, 6])
                tested += test > 0
                extents = [extents_of(labels[1])
                           for labels in (split.train_labels, split.test_labels)]
                self.assertEqual([len(e) for e in extents], [4, 2])
                self.assertFalse(set(extents[0]) & set(extents[1]))
            self.assertEqual((tested.sum(), tested.max()), (36, 1))


class Labels(unittest.TestCase):
    def test_shared_pixels(self):
        masks = [np.array([[1, 1, 0, 0]], bool), np.array([[0, 1, 1, 0]], bool),
                 np.array([[0, 0, 1, 1]], bool)]
        labels, owner = rasters.settle([1, 2, 2], masks)
        self.assertEqual(labels.tolist(), [[1, 0, 2, 2]])
        self.assertEqual(owner.tolist(), [[1, 0, 2, 3]])
        with self.assertRaises(ValueError):
            scenes.check_apart("polygons", masks)

    def test_drawn_pixels(self):
        labels = np.repeat(np.array([0, 1, 2], np.uint8), (10, 50, 5)).reshape(5, 13)
        drawn = scenes.draw_pixels(labels, 20, 7)
        self.assertEqual(np.bincount(drawn.ravel()).tolist(), [40, 20, 5])
        self.assertTrue((labels[drawn > 0] == drawn[drawn > 0]).all())
        self.assertTrue((drawn == scenes.draw_pixels(labels, 20, 7)).all())
        self.assertFalse((drawn == scenes.draw_pixels(labels, 20, 8)).all())


class Figures(unittest.TestCase):
    def test_accuracy(self):
        oa, aa, kappa = figures.accuracy([[3, 1, 0], [1, 5, 0], [0, 0, 0]])
        self.assertAlmostEqual(oa, 0.8)
        self.assertAlmostEqual(aa, (3 / 4 + 5 / 6) / 2)
        self.assertAlmostEqual(kappa, (0.8 - 0.52) / (1 - 0.52))

    def test_pooling_by_name(self):
        names, total = figures.pool_confusions([(["b", "a"], [[1, 2], [3, 4]]), (["a"], [[10]])])
        self.assertEqual((names, total.tolist()), (["a", "b"], [[14, 3], [2, 1]]))

    def test_temperature_is_undone(self):
        logits = np.array([[2.0, -1.0], [0.5, 3.0], [1.0, 0.0]])

        def softmax(z):
            return np.exp(z) / np.exp(z).sum(axis=0)

        np.testing.assert_allclose(figures.flatten_confidence(softmax(logits / 1.7), 1.7),
                                   softmax(logits), rtol=1e-9)

    def test_calibration_error(self):
        # Nine of ten right at 0.9 is calibrated, none of ten at 0.6 is 0.6 off.
        high, low = np.full(10, 0.9), np.full(10, 0.6)
        probabilities = np.stack([np.concatenate([high, low]), 1 - np.concatenate([high, low])])
        reference = np.array([0] * 9 + [1] * 11)
        bins = figures.confidence_bins(probabilities.max(axis=0),
                                       probabilities.argmax(axis=0) == reference)
        self.assertEqual(sum(bins["pixels"]), 20)
        self.assertAlmostEqual(figures.calibration_error(bins), 0.3)
        self.assertAlmostEqual(figures.calibration_error(figures.pool_bins([bins, bins])), 0.3)


def made_up(run, right, program="s2rgf 1", options=None):
    """The row of a run with ten test pixels a class, of which so many are right."""
    bins = {"pixels": [0, 20], "confidence": [0.0, 19.0], "right": [0, 2 * right]}
    return {"data": run.scene.name, "fold": run.fold, "seed": run.seed, "method": run.method.name,
            "family": "network" if run.method.is_network else "contender",
            "program": program if run.method.is_network else "contenders 1",
            "options": list(run.method.options if options is None else options),
            "processor": "slide rule", "train_pixels": 7, "test_pixels": 20, "mapped_pixels": 100,
            "train_wall_s": 3.0, "train_cpu_s": 2.0, "classify_cpu_s": 4.0, "temperature": 1.5,
            "calibration": {"before": bins, "after": bins}, "classes": ["lake", "wood"],
            "confusion": [[right, 10 - right], [10 - right, right]]}


class Page(unittest.TestCase):
    first = MAIN[0]
    base = next(m for m in MAIN if m.name == BASE)
    other = next(m for m in methods_of(REDCLOVER) if m.name == "no-ssja")

    def rows(self, method, by_seed, **more):
        return [made_up(Run(REDCLOVER, fold, seed, method), right, **more)
                for seed, right in by_seed.items() for fold in range(1, 6)]

    def line(self, text, start):
        found = [line for line in text.splitlines() if line.startswith(start)]
        self.assertTrue(found, f"no line {start!r} in {text}")
        return found

    def test_plan(self):
        for plan in (plan_runs(3), plan_quick()):
            self.assertEqual(len({run.key for run in plan}), len(plan))
        order = [run.method.ablation for run in plan_runs(3)]
        self.assertEqual(order, sorted(order))
        # What is not random has one seed, but where every seed draws another light.
        lda = [run for run in plan_runs(3) if run.method.name == "lda"]
        self.assertEqual({run.seed for run in lda if run.scene.lights}, {1, 2, 3})
        self.assertEqual({run.seed for run in lda if not run.scene.lights}, {1})

    def test_parts_are_measured_on_two_scenes_only(self):
        everywhere = {method.name for method in (DENSE, *CONTENDERS)}
        for scene in SCENES + FEW:
            planned = {run.method.name for run in plan_runs(3) if run.scene is scene}
            if scene.name in ("redclover", "berlin"):
                self.assertLess(everywhere | {"dense-32-no-expert", "no-attention-ssja", "patch"}, planned)
            else:
                self.assertLessEqual(planned, everywhere | ({"dense-64"} if not scene.few else set()))
                self.assertIn(DENSE.name, planned)

    def test_few_labels_are_planned_for_every_number(self):
        by_base = {}
        for scene in FEW:
            self.assertEqual(scene.folds, 5)
            by_base.setdefault(scene.base, []).append(scene.few)
        for levels in by_base.values():
            self.assertEqual(levels, [("pixels", 5), ("pixels", 10), ("pixels", 20), ("pixels", 50),
                                      ("polygons", 1), ("polygons", 2), ("polygons", 4)])

    def test_the_best_contender_leads(self):
        lda, forest = (next(m for m in MAIN if m.name == name) for name in ("lda", "rf"))
        rows = self.rows(forest, {1: 9, 2: 9, 3: 9}) + self.rows(lda, {1: 8})
        rows += self.rows(self.first, {1: 7, 2: 8, 3: 9})
        text, _ = report.generate(rows, plan_runs(3))
        # OA of dense 0.7, 0.8, 0.9, of the forest 0.9: -0.1 on average, 0.1 / sqrt 15 * 0.845.
        self.assertEqual(
            self.line(text, "| Red Clover Valley | random forest |")[0],
            "| Red Clover Valley | random forest | 0.900 / 0.900 / 0.800 | dense, C = 32 | B | "
            "0.800 / 0.800 / 0.600 | -0.100 ± 0.022 | -0.100 ± 0.022 | -0.200 ± 0.044 | 15 | 0.200 | "
            "0.150 ± 0.100 |")
        # The forest must be whole to lead.
        text, _ = report.generate(rows[1:5] + rows[15:], plan_runs(3))
        self.assertTrue(self.line(text, "| Red Clover Valley | LDA |"))
        # A scene without networks is there, too.
        self.assertEqual(self.line(report.generate(rows[15:20], plan_runs(3))[0], "| Red Clover Valley | LDA")[0],
                         "| Red Clover Valley | LDA | 0.800 / 0.800 / 0.600 |" + " - |" * 9)

    def test_what_has_one_seed_is_compared_with_all(self):
        lda = next(m for m in MAIN if m.name == "lda")
        rows = self.rows(self.first, {1: 7, 2: 8, 3: 9}) + self.rows(lda, {1: 8})
        self.assertEqual(len(study.Study(rows, plan_runs(3)).pairs(REDCLOVER, DENSE, lda)), 15)

    def test_what_the_experts_bring(self):
        rows = (self.rows(self.first, {1: 9, 2: 9}) + self.rows(NO_EXPERT, {1: 7, 2: 8})
                + self.rows(NO_WINDOWS, {1: 9, 2: 8}))
        _, text = report.generate(rows, plan_runs(3))
        brings = text[text.index("### What the experts bring"):]
        # 0.2 and 0.1 five times each: standard error 0.0527 / sqrt 10.
        self.assertEqual(self.line(brings, "| Red Clover Valley | both |")[0],
                         "| Red Clover Valley | both | 0.900 / 0.900 / 0.800 | 0.750 / 0.750 / 0.500 | "
                         "+0.150 ± 0.017 | +0.150 ± 0.017 | +0.300 ± 0.033 | 10 |")
        self.assertTrue(self.line(brings, "| Red Clover Valley | windows | 0.900 / 0.900 / 0.800 | 0.850"))
        self.assertNotIn("experts bring", report.generate(rows[:10], plan_runs(3))[1])

    def test_few_labels(self):
        few = next(scene for scene in FEW if scene.few == ("pixels", 5)
                   and scene.base == REDCLOVER.name)
        lda = next(m for m in MAIN if m.name == "lda")
        rows = [made_up(Run(few, draw, 1, method), right) for draw in range(1, 6)
                for method, right in ((lda, 9), (DENSE, 7 if draw > 1 else 8))]
        _, text = report.generate(rows, plan_runs(3))
        self.assertIn("### Few labels", text)
        self.assertEqual(self.line(text, "| method | 5 pixels |")[0], "| method | 5 pixels |")
        self.assertTrue(self.line(text, "| LDA | 0.900 / 0.900 |"))
        self.assertTrue(self.line(text, "| best contender | LDA |"))
        self.assertTrue(self.line(text, "| difference, OA | -0.180 ± 0.020 |"))

    def test_lights(self):
        rows = self.rows(self.first, {1: 9})
        for row in rows:
            row["lights"] = {size: {"classes": row["classes"],
                                    "confusion": [[right, 10 - right], [10 - right, right]],
                                    "calibration": row["calibration"]}
                             for size, right in (("5", 8), ("10", 6))}
        _, text = report.generate(rows, plan_runs(3))
        light = text[text.index("### Another light"):]
        self.assertEqual(self.line(light, "| dense, C = 32 |")[0],
                         "| dense, C = 32 | 0.900 / 0.900 / 0.800 / 0.050 | "
                         "0.800 / 0.800 / 0.600 / 0.050 | 0.600 / 0.600 / 0.200 / 0.050 |")

    def test_missing_runs_are_told_by_scene(self):
        _, text = report.generate(self.rows(self.first, {1: 7}), plan_quick())
        planned = sum(run.scene is REDCLOVER for run in plan_quick())
        self.assertTrue(self.line(text, f"| Red Clover Valley | {planned} | {planned - 5} |"))

    def test_only_what_was_validated_is_in_the_table_of_calibration(self):
        _, text = report.generate(self.rows(self.base, {1: 7}), plan_runs(3))
        self.assertIn("| dense, C = 32, not validated | 1 |", text)
        self.assertNotIn("Calibration", text)

    def test_means_over_seeds(self):
        _, text = report.generate(self.rows(self.first, {1: 7, 2: 8, 3: 9}), plan_runs(3))
        self.assertIn("**Incomplete: 15 of ", text)
        self.assertIn("100 test pixels in 5 folds", text)
        # OA and AA 0.7, 0.8, 0.9; kappa 0.4, 0.6, 0.8; 100 pixels in 4 s.
        self.assertEqual(
            self.line(text, "| dense, C = 32 | 3 |")[0],
            "| dense, C = 32 | 3 | 0.800 ± 0.100 | 0.800 ± 0.100 | 0.600 ± 0.200 | 0.150 ± 0.100 | 3 | 2 | "
            "25 | A | A |")
        self.assertIn("Processors: A, slide rule.", text)
        self.assertIn("Programs: A, s2rgf 1.", text)
        # A confidence of 0.95 against 0.7, 0.8 and 0.9.
        self.assertIn("| 1.50 to 1.50 | 0.150 ± 0.100 | 0.150 ± 0.100 |", text)
        self.assertEqual(self.line(text, "| training pixels |"), ["| training pixels |" + " 7 |" * 5])
        self.assertTrue(self.line(text, "| dense, C = 32 |" + " 0.800 / 0.800 / 0.600 |" * 5))
        self.assertEqual(self.line(text, "|  | lake | wood |"), ["|  | lake | wood |"])
        self.assertTrue(self.line(text, "| dense, C = 32 | 0.800 | 0.800 |"))

    def test_a_seed_with_a_missing_fold_is_not_pooled(self):
        rows = self.rows(self.first, {1: 7, 2: 9})[:-1]
        _, text = report.generate(rows, plan_runs(3))
        self.assertIn("| dense, C = 32 | 1 | 0.700 | 0.700 | 0.400 |", text)

    def test_paired_differences(self):
        rows = self.rows(self.base, {1: 8}) + self.rows(self.other, {1: 8})
        for row in rows[-2:]:
            row["confusion"] = [[5, 5], [5, 5]]
        _, text = report.generate(rows, plan_runs(3))
        # Differences 0, 0, 0, -0.3, -0.3: mean -0.12, standard error 0.1643 / sqrt 5.
        self.assertEqual(
            self.line(text, "| without SSJA | 5 |")[-1],
            "| without SSJA | 5 | -0.120 ± 0.073 | -0.120 ± 0.073 | -0.240 ± 0.147 |")

    def test_results_of_an_older_program_do_not_count(self):
        rows = self.rows(self.first, {1: 5}) + self.rows(self.first, {2: 9}, program="s2rgf 2")
        _, text = report.generate(rows, plan_runs(3))
        self.assertIn("**Incomplete: 5 of ", text)
        self.assertIn("| dense, C = 32 | 1 | 0.900 |", text)
        rows += self.rows(self.first, {1: 7}, program="s2rgf 2", options=["-c", "16"])
        self.assertIn("| dense, C = 32 | 1 | 0.700 |", report.generate(rows, plan_runs(3))[1])

    def test_networks_of_two_programs_are_listed_and_not_compared(self):
        rows = self.rows(self.base, {1: 8}) + self.rows(self.other, {1: 9}, program="s2rgf 2")
        _, text = report.generate(rows, plan_runs(3))
        self.assertIn("| dense, C = 32, not validated | 1 | 0.800 |", text)
        self.assertIn("| without SSJA | 1 | 0.900 |", text)
        self.assertEqual(self.line(text, "| without SSJA | 0 |"), ["| without SSJA | 0 | - | - | - |"])

    def test_complete(self):
        plan = plan_quick()
        _, text = report.generate([made_up(run, 8) for run in plan], plan)
        self.assertIn(f"All {len(plan)} planned runs.", text)
        self.assertNotIn("without SSJA", text)

    def test_nothing_yet(self):
        self.assertIn("No runs yet", report.generate([], plan_runs(3))[1])

    def test_only_the_part_between_the_markers_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "page.md")
            with open(page, "w", encoding="utf-8") as file:
                file.write(f"first\n{report.LEAD}\n{report.END}\nbetween\n"
                           f"{report.BEGIN}\n{report.END}\nlast\n")
            for text in ("old\n", "new\n"):
                report.rewrite_page(page, "lead, " + text, text)
            with open(page, encoding="utf-8") as file:
                self.assertEqual(file.read(),
                                 f"first\n{report.LEAD}\n\nlead, new\n\n{report.END}\nbetween\n"
                                 f"{report.BEGIN}\n\nnew\n\n{report.END}\nlast\n")
            with open(page, "w", encoding="utf-8") as file:
                file.write("no markers\n")
            with self.assertRaises(ValueError):
                report.rewrite_page(page, "", "new\n")


class Results(unittest.TestCase):
    def test_rows_are_kept_and_forgotten(self):
        base = Page.base
        rows = [made_up(Run(REDCLOVER, fold, 1, base), 8) for fold in (1, 2)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rows.jsonl")
            self.assertEqual(results.load_rows(path), [])
            for row in rows:
                results.append_row(path, row)
            self.assertEqual(results.load_rows(path), rows)
            results.remove_rows(path, {(REDCLOVER.name, 1, 1, BASE)})
            self.assertEqual(results.load_rows(path), rows[1:])
            with open(path, "a", encoding="utf-8") as file:
                file.write("{broken\n")
            with self.assertRaisesRegex(ValueError, "line 2"):
                results.load_rows(path)


if __name__ == "__main__":
    unittest.main()
