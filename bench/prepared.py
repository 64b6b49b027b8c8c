"""What the runs of a scene need, made once: its splits, its lights, the tables of its contenders."""
import hashlib
import json
import os
from dataclasses import dataclass

import regimes
import scenes
import scenes_tiled
from methods import INNER_FOLDS
from tables import Maker

HERE = os.path.dirname(os.path.abspath(__file__))
# What tables depend on, beside the scene's files.
TABLE_MODULES = ("context.py", "rasters.py", "regimes.py", "scenes.py", "scenes_tiled.py",
                 "tables.py")

MAKERS = {"redclover": scenes.red_clover, "redclover-inner": scenes.red_clover_inner,
          "berlin": scenes.berlin, "berlin-inner": scenes.berlin_inner,
          "sen2": scenes.single_source("sen2"), "lsat": scenes.single_source("lsat"),
          "sen2-inner": scenes.single_source("sen2", INNER_FOLDS),
          "lsat-inner": scenes.single_source("lsat", INNER_FOLDS),
          "potsdam": scenes_tiled.potsdam, "potsdam-place": scenes_tiled.potsdam_place,
          "idtrees": scenes_tiled.idtrees}
FEW = {"pixels": regimes.few_pixels, "polygons": regimes.few_polygons}


@dataclass(frozen=True)
class Prepared:
    scene: scenes.Scene
    lights: dict            # sources by size and draw; the draw is the number of the seed
    tables: dict            # Tables by size and draw; None is the scene as it is

    def lights_of(self, seed):
        """Sources by size of what is changed in them; None is the scene as it is."""
        return {None: self.scene.sources,
                **{size: sources for (size, draw), sources in self.lights.items() if draw == seed}}

    def tables_of(self, seed):
        """As lights_of(), the tables."""
        return {key[0] if key else None: tables for key, tables in self.tables.items()
                if key is None or key[1] == seed}


def prepare(runs, data, work, cache):
    """Everything that these runs need, by the name of the scene."""
    prepared = {}
    for base in sorted({run.scene.base for run in runs}):
        mine = [run for run in runs if run.scene.base == base]
        print(f"preparing {base}", flush=True)
        scene = MAKERS[base](data, work)
        sizes = {size for run in mine for size in run.scene.lights}
        lights = {(size, draw): regimes.relight(scene.sources, float(size) / 100, draw,
                                                os.path.join(work, f"{base}-{size}-{draw}"))
                  for size in sorted(sizes) for draw in sorted({run.seed for run in mine})}
        tables = {}
        if not all(run.method.is_network for run in mine):
            tables = made_tables(scene, mine[0].scene.is_smoothed, lights, data,
                                 os.path.join(cache, base))
        for spec in {run.scene for run in mine}:
            own = scene
            if spec.few:
                kind, count = spec.few
                own = FEW[kind](scene, count, os.path.join(work, spec.name))
            prepared[spec.name] = Prepared(own, lights if spec.lights else {}, tables)
    return prepared


def made_tables(scene, is_smoothed, lights, data, stem):
    """Tables as they are kept in the cache, made where they are not."""
    maker, tables = Maker(scene, is_smoothed), {}
    key = digest(scene, is_smoothed, data)
    for light, sources in {None: scene.sources, **lights}.items():
        name = "-".join(str(part) for part in light) if light else "as-is"
        tables[light] = maker.tables(sources, f"{stem}-{key}-{name}")
    return tables


def digest(scene, is_smoothed, data):
    """Of the modules that make tables, and of size and time of the scene's files."""
    facts = [is_smoothed]
    for module in TABLE_MODULES:
        with open(os.path.join(HERE, module), encoding="utf-8") as file:
            facts.append(file.read())
    for folder, _, names in sorted(os.walk(data)):
        for name in sorted(names):
            told = os.stat(os.path.join(folder, name))
            facts.append([name, told.st_size, told.st_mtime_ns])
    facts.append([name for name, _ in scene.sources])
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
