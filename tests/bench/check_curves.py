#!/usr/bin/env python3
"""Checks of bench/suggest, bench/head_start and bench/together: figures, tables, a whole trial.

check_curves.py BENCH-FOLDER BUILD-FOLDER, in a folder with the scene of samples/make_scene
"""
import os
import sys
import types
import unittest

sys.path.insert(0, sys.argv.pop(1))
BUILD = sys.argv.pop(1)

import numpy as np
from osgeo import gdal

import head_start
import suggest
import together
from curves import count_needed
from rasters import read_labels, write_raster


class Figures(unittest.TestCase):
    def test_where_a_curve_reaches_a_goal(self):
        self.assertEqual(count_needed((10, 20, 40), (0.5, 0.6, 0.9), 0.5), 10)
        self.assertAlmostEqual(count_needed((10, 20, 40), (0.5, 0.6, 0.9), 0.75), 30)
        self.assertAlmostEqual(count_needed((10, 20, 40), (0.5, 0.4, 0.8), 0.6), 30)
        self.assertIsNone(count_needed((10, 20, 40), (0.5, 0.6, 0.9), 0.91))

    def test_table_of_suggestions(self):
        trials = [{"random": {10: (0.4, 0.3), 20: (0.6 + d, 0.5)}, "suggested": {10: (0.4, 0.3), 20: (0.8 + d, 0.4)}}
                  for d in (-0.1, 0.1)]
        self.assertEqual(suggest.summary("x", trials, (10, 20)),
                         ["| x | overall | random | 0.400 | 0.600 |", "| x | overall | suggested | 0.400 | 0.800 |",
                          "| x | overall | as good as 20 random ones: 15 labels | | |",
                          "| x | average | random | 0.300 | 0.500 |", "| x | average | suggested | 0.300 | 0.400 |",
                          "| x | average | as good as 20 random ones: not reached | | |"])

    def test_table_of_head_starts(self):
        curve = {"from nothing": (0.2, 0.6), "-init": (0.5, 0.7), "-init -freeze encoders": (0.3, 0.4)}
        trial = {way: dict(zip((5, 10), ((a, a) for a in values))) for way, values in curve.items()}
        trial["earlier model as it is"] = {0: (0.1, 0.1)}
        lines = head_start.summary("x", [trial], (5, 10))
        self.assertEqual(lines[:4], ["| x | overall | earlier model as it is: 0.100 | | | |",
                                     "| x | overall | from nothing | 0.200 | 0.600 | 10 |",
                                     "| x | overall | -init | 0.500 | 0.700 | 8 |",
                                     "| x | overall | -init -freeze encoders | 0.300 | 0.400 | never |"])
        self.assertEqual(len(lines), 8)

    def test_table_of_many_scenes(self):
        trials = [{"-scenes": (0.5, 0.4, 10.0), "VRT": (0.25, 0.2, 21.0)},
                  {"-scenes": (0.7, 0.6, 13.0), "VRT": (0.35, 0.2, 20.0)}]
        self.assertEqual(together.summary("x", trials), ["| x | -scenes | 0.600 | 0.500, 0.700 | 0.500 | 12 |",
                                                         "| x | VRT | 0.300 | 0.250, 0.350 | 0.200 | 20 |"])


class Trial(unittest.TestCase):
    def test_a_draw_of_labels(self):
        """Of the left half of the truth labels are drawn; accuracy is that of the right half, and every place is new."""
        truth, names = read_labels("scene/truth.tif")
        like, half = gdal.Open("scene/truth.tif"), truth.shape[1] // 2
        paths = []
        for name, part in (("pool", np.s_[:, half:]), ("test", np.s_[:, :half])):
            labels = truth.copy()
            labels[part] = 0
            paths.append(write_raster(name + ".tif", like, labels, names))
        scene = types.SimpleNamespace(sources=(("ms", ["scene/ms.tif"]), ("hs", ["scene/hs.tif"])))
        split = types.SimpleNamespace(pool_raster=paths[0], test_raster=paths[1])
        trial = suggest.Trial(BUILD, scene, split, 1, os.getcwd())
        found = trial.curves((30, 40))
        self.assertEqual({way: sorted(curve) for way, curve in found.items()},
                         {"random": [30, 40], "suggested": [30, 40]})
        self.assertEqual(found["random"][30], found["suggested"][30])
        for overall, average in found["suggested"].values():
            self.assertTrue(1 / len(names) < overall <= 1 and 0 < average <= 1, (overall, average))
        labelled, _ = read_labels("labels.tif")
        self.assertEqual(np.count_nonzero(labelled), 40)
        self.assertTrue((labelled == truth)[labelled > 0].all() and not labelled[:, half:].any())
        self.assertTrue((labelled.flat[trial.order[:30]] > 0).all())


if __name__ == "__main__":
    unittest.main()
