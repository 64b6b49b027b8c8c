#!/usr/bin/env python3
"""Checks of the study's contenders, of what they see, and of the regimes, on made-up scenes.

check_contenders.py BENCH-FOLDER BUILD-FOLDER
"""
import json
import os
import sys
import tempfile
import unittest
from unittest import mock

build = sys.argv.pop(2)
sys.path.insert(0, sys.argv.pop(1))

import numpy as np
from osgeo import gdal, ogr, osr

import behaviour
import contender
import context
import methods
import prepared
import regimes
import scenes
import scenes_tiled
import tables
from rasters import burn_polygons, read_labels, settle, vectors_in_memory, write_raster

SIDE = 60
NAMES = {1: "lake", 2: "wood", 3: "road"}


def grid(srs_code=32633, pixel=10.0, columns=SIDE, rows=SIDE, corner=(500000, 5000600)):
    like = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Byte)
    like.SetGeoTransform((corner[0], pixel, 0, corner[1], 0, -pixel))
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(srs_code)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    like.SetSpatialRef(srs)
    return like


def write_bands(path, like, bands, nodata=None, kind=gdal.GDT_Float32):
    out = gdal.GetDriverByName("GTiff").Create(path, bands.shape[2], bands.shape[1], len(bands), kind)
    out.SetGeoTransform(like.GetGeoTransform())
    out.SetSpatialRef(like.GetSpatialRef())
    for number, band in enumerate(bands, start=1):
        if nodata is not None:
            out.GetRasterBand(number).SetNoDataValue(nodata)
        out.GetRasterBand(number).WriteArray(band)
    out.FlushCache()
    return path


class MadeUp(unittest.TestCase):
    """Three classes in stripes of ten columns; two bands a class apart, two of noise. Even blocks of ten
    rows train, odd ones test."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.like = grid()
        random = np.random.default_rng(3)
        self.truth = (np.arange(SIDE)[None, :] // 10 % 3 + 1 +
                      np.zeros((SIDE, 1), int)).astype(np.uint8)
        bands = 100 + 5 * random.standard_normal((4, SIDE, SIDE))
        bands[0] += 40 * (self.truth == 1)
        bands[1] += 40 * (self.truth == 2)
        self.bands = bands
        self.image = write_bands(os.path.join(self.folder, "image.tif"), self.like, bands)
        even = (np.arange(SIDE) // 10 % 2 == 0)[:, None]
        blocks = (1 + np.arange(SIDE)[:, None] // 10 * 6 + np.arange(SIDE)[None, :] // 10)
        parts = {"train": np.where(even, self.truth, 0), "test": np.where(even, 0, self.truth),
                 "groups": np.where(even, blocks, 0).astype(np.uint16)}
        self.paths = {part: write_raster(os.path.join(self.folder, f"{part}.tif"), self.like, values,
                                         NAMES if part != "groups" else None)
                      for part, values in parts.items()}
        self.split = scenes.Split(1, ("-labels", self.paths["train"]),
                                  ("-labels", self.paths["test"]), self.paths["train"],
                                  self.paths["test"], self.paths["groups"], self.paths["train"])
        self.scene = scenes.Scene((("image", (self.image,)),), (self.split,))

    def path(self, name):
        return os.path.join(self.folder, name)

    def made_tables(self, scene=None):
        maker = tables.Maker(scene or self.scene, True)
        return maker.tables((scene or self.scene).sources, self.path("tables/made"))

    def run_contender(self, name, made, train=None):
        job = {"method": name, "seed": 1, "places": made.places, "train": train or self.paths["train"],
               "groups": self.paths["groups"], "test": self.paths["test"],
               "trained_on": made.bands, "maps": [(made.bands, self.path("map.tif"))],
               "result": self.path("result.json")}
        if contender.CONTENDERS[name].in_context:
            job.update(trained_on=made.context, maps=[(made.context, self.path("map.tif"))])
        with open(self.path("job.json"), "w", encoding="utf-8") as file:
            json.dump(job, file)
        with mock.patch.object(sys, "argv", ["contender.py", self.path("job.json")]):
            contender.main()
        with open(self.path("result.json"), encoding="utf-8") as file:
            return read_labels(self.path("map.tif")), json.load(file)


class Contenders(MadeUp):
    def setUp(self):
        super().setUp()
        for name, value in (("SVM_GRID", {"svc__C": [1, 100], "svc__gamma": [0.01, 0.1]}),
                            ("INNER_FOLDS", 2)):
            patch = mock.patch.object(contender, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def test_all_learn_and_tell_their_confidence(self):
        made = self.made_tables()
        for name in contender.CONTENDERS:
            with self.subTest(name):
                (mapped, names), result = self.run_contender(name, made)
                test = read_labels(self.paths["test"])[0]
                self.assertEqual(names, NAMES)
                self.assertFalse(mapped[test == 0].any())
                self.assertGreater((mapped == test)[test > 0].mean(), 0.85)
                bins = result["confidence"][0]
                self.assertEqual(sum(bins["pixels"]), np.count_nonzero(test))
                self.assertEqual(sum(bins["right"]), np.count_nonzero((mapped == test) & (test > 0)))

    def test_one_pixel_of_a_class_is_enough(self):
        labels = read_labels(self.paths["train"])[0]
        few = np.zeros_like(labels)
        few[3, 5], few[3, 15], few[3:5, 25] = 1, 2, 3
        train = write_raster(self.path("few.tif"), self.like, few, NAMES)
        made = self.made_tables()
        for name in contender.CONTENDERS:
            with self.subTest(name):
                (mapped, _), _ = self.run_contender(name, made, train)
                test = read_labels(self.paths["test"])[0]
                self.assertTrue((mapped[test > 0] > 0).all())

    def test_smoothing_takes_the_neighbours_vote(self):
        known = np.ones((15, 15), bool)
        known[:, 12:] = False
        probabilities = np.stack([known.astype(float), np.zeros(known.shape)])
        probabilities[:, 7, 7] = 0, 1
        smoothed = contender.smooth(probabilities, known)
        self.assertGreater(smoothed[0, 7, 7], 0.5)
        np.testing.assert_allclose(smoothed.sum(axis=0)[known], 1)
        # Seen as far as the radius, and no farther.
        reach = tables.SMOOTHING_RADIUS_PX
        self.assertGreater(smoothed[1, 7, 7 - reach], 0)
        self.assertEqual(smoothed[1, 7, 7 - reach - 1], 0)

    def test_the_highest_probability_is_of_the_class_that_the_svm_decides_for(self):
        random = np.random.default_rng(5)
        pixels = random.standard_normal((90, 3))
        values = 1 + (pixels[:, 0] + random.standard_normal(90) > 0) + (pixels[:, 1] > 1)
        model = contender.SupportVectors(1).fit(pixels, values, np.arange(90) // 3)
        told = model.predict_proba(pixels)
        np.testing.assert_array_equal(model.classes_[told.argmax(axis=1)],
                                      model.model.predict(pixels))
        np.testing.assert_allclose(told.sum(axis=1), 1)

    def test_other_class_names_in_the_test_are_refused(self):
        made = self.made_tables()
        other = write_raster(self.path("other.tif"), self.like, read_labels(self.paths["test"])[0],
                             {1: "wood", 2: "lake", 3: "road"})
        self.paths["test"] = other
        with self.assertRaisesRegex(ValueError, "other.tif"):
            self.run_contender("lda", made)


class Features(MadeUp):
    def test_discs(self):
        self.assertEqual(context.disc(3).sum(), 9)
        self.assertEqual(context.disc(7).sum(), 37)
        self.assertTrue((context.disc(11) == context.disc(11)[::-1, ::-1].T).all())

    def test_windows_and_shapes(self):
        image = np.random.default_rng(1).standard_normal((20, 20))
        mean5, spread5, mean9, spread9 = context.window_features(image)
        for size, mean, spread in ((5, mean5, spread5), (9, mean9, spread9)):
            half = size // 2
            patch = image[10 - half:11 + half, 8 - half:9 + half]
            self.assertAlmostEqual(mean[10, 8], patch.mean())
            self.assertAlmostEqual(spread[10, 8], patch.std())
        dot = np.zeros((21, 21))
        dot[10, 10] = 1
        opened, closed = context.shape_features(dot)[:2]
        self.assertEqual((opened.max(), closed.max()), (0, 1))

    def test_number_of_features(self):
        pixels = np.random.default_rng(2).standard_normal((500, 30))
        stack = pixels[:400].T.reshape(30, 20, 20)
        fine = np.arange(30) >= 26
        # Value and two windows of 14 components; three discs, opening and closing, of 3 + 4.
        self.assertEqual(len(context.Context(pixels, fine).features(stack)), 14 * 5 + 7 * 6)
        one = context.Context(pixels, np.ones(30, bool))
        self.assertEqual(len(one.features(stack)), 10 * 5 + 3 * 6)
        stack[3, 5, 5] = np.nan
        self.assertTrue(np.isfinite(one.features(stack)).all())

    def test_tables_hold_the_bands_where_places_say(self):
        self.bands[2, 0:3] = -9
        write_bands(self.image, self.like, np.concatenate([self.bands, np.full((1, SIDE, SIDE), -9)]),
                    nodata=-9)
        made = self.made_tables()
        places, bands = np.load(made.places), np.load(made.bands)
        # The fifth band has no value anywhere; rows without the third have no place.
        self.assertEqual(bands.shape[1], 4)
        self.assertTrue((places[0:3] == -1).all())
        self.assertEqual((places[3:] >= 0).sum(), len(bands))
        np.testing.assert_allclose(bands[places[10, 7]], self.bands[:, 10, 7], rtol=1e-5)
        self.assertEqual(len(np.load(made.context)), len(bands))

    def test_areas_are_looked_at_alone(self):
        halves = scenes.Scene(self.scene.sources, self.scene.splits,
                              ((0, 0, SIDE, 30), (0, 30, SIDE, 30)))
        whole, apart = self.made_tables(), tables.Maker(halves, True).tables(
            halves.sources, self.path("tables/halves"))
        rows = [np.load(made.places)[10, 20] for made in (whole, apart)]
        values = [np.load(made.bands)[row] for made, row in zip((whole, apart), rows)]
        np.testing.assert_array_equal(*values)
        self.assertEqual((np.load(whole.places) >= 0).sum(), (np.load(apart.places) >= 0).sum())


class Regimes(MadeUp):
    def labels_of(self, scene):
        return [read_labels(split.train_raster)[0] for split in scene.splits]

    def test_few_pixels(self):
        five, ten = (self.labels_of(regimes.few_pixels(self.scene, count, self.path(f"few{count}")))
                     for count in (5, 10))
        train = read_labels(self.paths["train"])[0]
        self.assertEqual(len(five), 5)
        for labels, more in zip(five, ten):
            self.assertEqual(np.bincount(labels[labels > 0]).tolist(), [0, 5, 5, 5])
            self.assertTrue((train[labels > 0] == labels[labels > 0]).all())
            self.assertTrue((more[labels > 0] == labels[labels > 0]).all())
        self.assertFalse((five[0] == five[1]).all())

    def test_few_patches(self):
        """Even blocks of rows hold patches of ten by ten pixels, two a class in each of three."""
        for count in (1, 2, 4):
            few = regimes.few_polygons(self.scene, count, self.path(f"patches{count}"))
            for labels, split in zip(self.labels_of(few), few.splits):
                self.assertEqual(np.bincount(labels[labels > 0]).tolist(), [0] + [100 * count] * 3)
                groups = read_labels(split.groups_raster)[0]
                self.assertEqual(len(np.unique(groups[labels > 0])), 3 * count)

    def test_few_polygons_of_a_file(self):
        """Of twelve squares, four a class, the rasters are what the files burn to."""
        holder = vectors_in_memory()
        layer = holder.CreateLayer("all", self.like.GetSpatialRef(), ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn("class", ogr.OFTString))
        values = []
        for i in range(12):
            x, y = 500000 + 40 * i, 5000600 - 40 * (i % 5)
            feature = ogr.Feature(layer.GetLayerDefn())
            values.append(i % 3 + 1)
            feature.SetField("class", NAMES[values[-1]])
            feature.SetGeometry(ogr.CreateGeometryFromWkt(
                f"POLYGON (({x} {y}, {x + 30} {y}, {x + 30} {y - 20}, {x} {y - 20}, {x} {y}))"))
            layer.CreateFeature(feature)
        masks = burn_polygons(layer, self.like)
        split = scenes.polygon_split(1, self.path("whole"), layer, self.like, (values, NAMES, masks),
                                     ((0, 1, 2, 3, 4, 5, 6, 7, 8), (9, 10, 11)))
        scene = scenes.Scene(self.scene.sources, (split,))
        for count in (1, 2):
            few = regimes.few_polygons(scene, count, self.path(f"polygons{count}"))
            for part in few.splits:
                dataset = ogr.Open(part.train_labels[1])
                chosen = dataset.GetLayer(0)
                self.assertEqual(chosen.GetFeatureCount(), 3 * count)
                by_name = {name: value for value, name in NAMES.items()}
                expected = settle([by_name[f.GetField("class")] for f in chosen],
                                  burn_polygons(chosen, self.like))[0]
                np.testing.assert_array_equal(read_labels(part.train_raster)[0], expected)

    def test_another_light(self):
        self.bands[:, 0] = -9
        write_bands(self.image, self.like, self.bands, nodata=-9)

        def relit(draw, size):
            ((_, (path,)),) = regimes.relight(self.scene.sources, size, draw,
                                              self.path(f"light{draw}"))
            return gdal.Open(path).ReadAsArray()

        first, again, other = relit(1, 0.1), relit(1, 0.1), relit(2, 0.1)
        np.testing.assert_array_equal(first, again)
        self.assertFalse((first[:, 1:] == other[:, 1:]).any())
        self.assertTrue((first[:, 0] == -9).all())
        for band, changed in zip(self.bands, first):
            gain, offset = np.polyfit(band[1:].ravel(), changed[1:].ravel(), 1)
            np.testing.assert_allclose(changed[1:], gain * band[1:] + offset, rtol=1e-4)
            self.assertTrue(0 < abs(gain - 1) < 0.5)

    def test_what_runs_need_is_made_once(self):
        data, work, cache = (self.path(name) for name in ("data", "work", "cache"))
        os.makedirs(data)
        lda = next(m for m in methods.CONTENDERS if m.name == "lda")
        few = next(scene for scene in methods.FEW if scene.name == "berlin-5-pixels")
        runs = [methods.Run(methods.BERLIN, 1, 2, lda), methods.Run(few, 1, 1, lda)]
        with mock.patch.dict(prepared.MAKERS, berlin=lambda *_: self.scene):
            whole, drawn = map(prepared.prepare(runs, data, work, cache).get, ("berlin", few.name))
            kept = {name: os.stat(os.path.join(cache, name)).st_mtime_ns for name in os.listdir(cache)}
            prepared.prepare(runs, data, work, cache)
        self.assertEqual({name: os.stat(os.path.join(cache, name)).st_mtime_ns
                          for name in os.listdir(cache)}, kept)
        self.assertEqual(len(drawn.scene.splits), 5)
        for seed in (1, 2):
            self.assertEqual(set(whole.lights_of(seed)), {None, "5", "10"})
            self.assertEqual(set(whole.tables_of(seed)), set(whole.lights_of(seed)))
            self.assertEqual(set(drawn.lights_of(seed)), {None})
        as_is, relit = (np.load(whole.tables_of(2)[light].bands) for light in (None, "5"))
        self.assertEqual(as_is.shape, relit.shape)
        np.testing.assert_allclose(np.corrcoef(as_is[:, 0], relit[:, 0])[0, 1], 1)
        self.assertFalse((as_is == relit).any())

    def test_kept_tables_are_of_the_same_files(self):
        data = self.path("data")
        os.makedirs(data)
        first = prepared.digest(self.scene, True, data)
        self.assertEqual(first, prepared.digest(self.scene, True, data))
        self.assertNotEqual(first, prepared.digest(self.scene, False, data))
        write_bands(os.path.join(data, "new.tif"), self.like, self.bands)
        self.assertNotEqual(first, prepared.digest(self.scene, True, data))


class Tiled(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def test_plots_are_moved_together(self):
        """Two plots, a kilometre apart, with one crown each and one that two species share."""
        here = os.path.join(self.folder, "idtrees")
        os.makedirs(here)
        corners = {"P_1": (540000, 4134000), "P_2": (541000, 4135000)}
        drivers = {part: ogr.GetDriverByName("GPKG").CreateDataSource(
            os.path.join(here, f"crowns_{part}.gpkg")) for part in ("train", "test")}
        for number, (name, corner) in enumerate(corners.items(), start=1):
            for kind, pixel, bands in (("hs", 1.0, 5), ("rgb", 0.1, 3)):
                side = round(20 / pixel)
                like = grid(32617, pixel, side, side, corner)
                write_bands(os.path.join(here, f"{name}_{kind}.tif"), like,
                            np.full((bands, side, side), number), kind=gdal.GDT_Int16)
        boxes = {"train": [("P_1", "OAK", (2, 2, 8, 8)), ("P_1", "ELM", (7, 2, 12, 8))],
                 "test": [("P_2", "OAK", (5, 5, 15, 10))]}
        for part, crowns in boxes.items():
            layer = drivers[part].CreateLayer("crowns", grid(32617).GetSpatialRef(), ogr.wkbPolygon)
            for field in ("species", "plot"):
                layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
            for plot, species, (left, top, right, bottom) in crowns:
                x, y = corners[plot]
                ring = [(x + left, y - top), (x + right, y - top), (x + right, y - bottom),
                        (x + left, y - bottom), (x + left, y - top)]
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField("species", species)
                feature.SetField("plot", plot)
                feature.SetGeometry(ogr.CreateGeometryFromWkt(
                    "POLYGON ((" + ", ".join(f"{a} {b}" for a, b in ring) + "))"))
                layer.CreateFeature(feature)
            layer = None
        drivers.clear()
        scene = scenes_tiled.idtrees(self.folder, os.path.join(self.folder, "work"))
        coarse, fine = (gdal.Open(rasters[0]).ReadAsArray() for _, rasters in scene.sources)
        for values, scale in ((coarse, 1), (fine, 10)):
            self.assertTrue((values[:, :20 * scale, :20 * scale] == 1).all())
            self.assertTrue((values[:, :20 * scale, 32 * scale:52 * scale] == 2).all())
            self.assertTrue((values[:, :, 20 * scale:32 * scale] == -1).all())
        split = scene.splits[0]
        train, names = read_labels(split.train_raster)
        test = read_labels(split.test_raster)[0]
        self.assertEqual(names, {1: "ELM", 2: "OAK"})
        # Square metres: the first crown less the one column that both share, and the second likewise.
        self.assertEqual(np.bincount(train[train > 0]).tolist(), [0, 4 * 6, 5 * 6])
        self.assertEqual(np.bincount(test[test > 0]).tolist(), [0, 0, 10 * 5])
        self.assertEqual(set(np.argwhere(train)[:, 0] % 10), {5})
        self.assertEqual((test > 0)[:, :320].sum(), 0)
        self.assertEqual(scene.areas, ((0, 0, 200, 200), (0, 320, 200, 200)))

    def test_tiles_are_split_whole(self):
        for kind in ("images", "labels"):
            os.makedirs(os.path.join(self.folder, "potsdam", kind))
        random = np.random.default_rng(4)
        for east in range(3):
            for south in range(3):
                like = grid(32633, 30.0, 32, 32, (365055 + 960 * east, 5809965 - 960 * south))
                write_bands(os.path.join(self.folder, "potsdam", "images", f"t{east}{south}.tif"), like,
                            np.ones((2, 32, 32)))
                write_bands(os.path.join(self.folder, "potsdam", "labels", f"t{east}{south}.tif"), like,
                            random.integers(0, 4, (1, 32, 32)), kind=gdal.GDT_Byte)
        for maker, folds in ((scenes_tiled.potsdam, 3), (scenes_tiled.potsdam_place, 2)):
            scene = maker(self.folder, os.path.join(self.folder, "work"))
            self.assertEqual(len(scene.splits), folds)
            tested = 0
            for split in scene.splits:
                train, test = (read_labels(path)[0] for path in (split.train_raster, split.test_raster))
                tiles = [set(map(tuple, np.argwhere(labels) // 32)) for labels in (train, test)]
                self.assertFalse(tiles[0] & tiles[1])
                self.assertEqual(len(tiles[0] | tiles[1]), 9)
                tested = tested + (test > 0)
            self.assertEqual(tested.max(), 1)
        west = read_labels(scene.splits[0].train_raster)[0]
        self.assertEqual(set(np.argwhere(west)[:, 1] // 32), {0, 1})


class Behaviour(unittest.TestCase):
    def digest(self, network="dense"):
        with tempfile.TemporaryDirectory() as folder:
            return behaviour.behaviour_of(build, network, folder)

    def test_it_is_that_of_the_training(self):
        first = self.digest()
        self.assertEqual(first, self.digest())
        settings = dict(behaviour.TRAININGS, dense=behaviour.TRAININGS["dense"] + ("-beta", "0"))
        with mock.patch.object(behaviour, "TRAININGS", settings):
            self.assertNotEqual(first, self.digest())


if __name__ == "__main__":
    unittest.main()
