"""What is compared: the scenes, the methods, the options that make them, and the runs in their order."""
from dataclasses import dataclass, replace

# Part of every run's fingerprint. Count up when splits or measurements change.
STUDY = 1


@dataclass(frozen=True)
class SceneSpec:
    name: str
    title: str
    fold_word: str              # what one split is called
    folds: int
    sources: tuple
    folder: str                 # of the data
    base: str                   # the scene whose splits it takes labels from: itself, but for FEW
    few: tuple = ()             # ("pixels" or "polygons", how many a class)
    lights: tuple = ()          # per cent by which gains and offsets of the test scene are off
    is_ablated: bool = False    # the networks' parts are measured here
    is_smoothed: bool = True    # labels lie side by side: smoothing has something to smooth


def scene(name, title, fold_word, folds, sources, folder=None, **more):
    return SceneSpec(name, title, fold_word, folds, sources, folder or name, name, **more)


LIGHTS = ("5", "10")
RED_CLOVER = scene("redclover", "Red Clover Valley", "fold", 5, ("s2_10m", "s2_20m"), lights=LIGHTS,
                   is_ablated=True)
BERLIN = scene("berlin", "Berlin", "direction", 2, ("enmap", "hymap"), lights=LIGHTS, is_ablated=True)
SENTINEL = scene("sen2", "Sentinel-2 in degrees", "fold", 5, ("sen2",), "rstoolbox", lights=LIGHTS)
LANDSAT = scene("lsat", "Landsat 5", "fold", 5, ("lsat",), "rstoolbox", lights=LIGHTS)
POTSDAM = scene("potsdam", "Potsdam, EnMAP tiles", "fold", 3, ("enmap",))
PLACE = scene("potsdam-place", "Potsdam, another place", "direction", 2, ("enmap",), "potsdam")
IDTREES = scene("idtrees", "IDTReeS plots", "split", 1, ("hs", "rgb"), is_smoothed=False)
SCENES = (RED_CLOVER, BERLIN, SENTINEL, LANDSAT, POTSDAM, PLACE, IDTREES)

FEW_DRAWS = 5
FEW_LEVELS = (*(("pixels", n) for n in (5, 10, 20, 50)), *(("polygons", n) for n in (1, 2, 4)))


def count_of(kind, count):
    """Such as "5 pixels" or "1 polygon"."""
    return f"{count} {kind if count > 1 else kind[:-1]}"


def few(whole, kind, count):
    how_many = count_of(kind, count)
    return replace(whole, name=f"{whole.name}-{how_many.replace(' ', '-')}", fold_word="draw",
                   folds=FEW_DRAWS, title=f"{whole.title}, {how_many} a class", few=(kind, count),
                   lights=(), is_ablated=False)


FEW = tuple(few(whole, *level) for level in FEW_LEVELS
            for whole in (RED_CLOVER, BERLIN, SENTINEL, LANDSAT, POTSDAM))

# What defaults are chosen by: the training part of every split, a third of it held out in turn.
INNER_FOLDS = 3


def inner(whole):
    return replace(whole, name=f"{whole.name}-inner", base=f"{whole.name}-inner",
                   title=f"{whole.title}, inside the training parts", fold_word="part",
                   folds=INNER_FOLDS * whole.folds, lights=(), is_ablated=False)


INNER = tuple(inner(whole) for whole in (RED_CLOVER, BERLIN, SENTINEL, LANDSAT))
INNER_FEW = tuple(few(whole, *level) for level in (("polygons", 1), ("pixels", 5)) for whole in INNER)

DENSE_32 = ("-network", "dense", "-c", "32")
# Without a validation a training takes less than half the time: what is to be compared trains so.
UNVALIDATED = ("-val", "0")
BASE = "dense-32-unvalidated"   # what the ablations are compared with, pair by pair


@dataclass(frozen=True)
class Method:
    name: str
    title: str
    options: tuple = ()         # of s2rgf_train; none for a contender
    ablation: bool = False      # BASE with a part changed
    masked: bool = False        # only the test pixels are mapped: a network that is slow elsewhere
    is_seeded: bool = True      # something in it is random
    is_smoothing: bool = False

    @property
    def is_network(self):
        return bool(self.options)

    @property
    def network(self):
        """The value of -network."""
        return self.options[self.options.index("-network") + 1]

    @property
    def is_validated(self):
        """Whether its training finds a temperature."""
        return self.is_network and "-val" not in self.options


CONTENDERS = (
    Method("lda", "LDA", is_seeded=False),
    Method("rf", "random forest"),
    Method("svm", "SVM"),
    Method("boosting", "gradient boosting", is_seeded=False),
    Method("rf-context", "forest + context"),
    Method("svm-context", "SVM + context"),
    Method("lda-smooth", "LDA, smoothed", is_seeded=False, is_smoothing=True),
    Method("rf-context-smooth", "forest + context, smoothed", is_smoothing=True),
)
DENSE = Method("dense-32", "dense, C = 32", DENSE_32)
NO_EXPERT = Method("dense-32-no-expert", "dense, C = 32, without the expert",
                   DENSE_32 + ("-ablate", "expert"))
NO_WINDOWS = Method("dense-32-no-windows", "dense, C = 32, without the expert of windows",
                    DENSE_32 + ("-ablate", "windows"))
PATCH = Method("patch", "patch, as published",
               ("-network", "patch", *UNVALIDATED, "-ablate", "expert"), masked=True)
PATCH_EXPERT = Method("patch-expert", "patch with the experts", ("-network", "patch", *UNVALIDATED),
                      masked=True)
UNVALIDATED_DENSE = Method(BASE, "dense, C = 32, not validated", DENSE_32 + UNVALIDATED)
DENSE_64 = Method("dense-64", "dense, C = 64", ("-network", "dense", "-c", "64"))
MAIN = (DENSE, NO_WINDOWS, NO_EXPERT, *CONTENDERS, DENSE_64, PATCH, PATCH_EXPERT,
        UNVALIDATED_DENSE)


def ablation(name, title, *options):
    return Method(name, title, DENSE_32 + UNVALIDATED + options, ablation=True)


ABLATIONS = (
    ablation("no-attention", "without ADRF attention", "-ablate", "attention"),
    ablation("no-ssja", "without SSJA", "-ablate", "ssja"),
    ablation("no-attention-ssja", "without both", "-ablate", "attention", "-ablate", "ssja"),
    ablation("beta-0", "without the de-redundancy loss (beta 0)", "-beta", "0"),
    ablation("softmax-loss", "softmax form of that loss", "-redundancy", "softmax"),
    ablation("spectral-only", "spectral branch only", "-ablate", "spatial"),
    ablation("spatial-only", "spatial branch only", "-ablate", "spectral"),
    ablation("no-settle", "batch-norms settle at the end only", "-settle", "1"),
    ablation("no-balance", "all labelled pixels weigh the same", "-balance", "0"),
)


def source_ablations(sources):
    """Each source alone: the others are taken away, the grid and the pixels stay."""
    return tuple(
        ablation(f"only-{kept}", f"source {kept} only",
                 *(word for name in sources if name != kept for word in ("-ablate", f"source:{name}")))
        for kept in sources if len(sources) > 1)


def methods_of(scene):
    """The networks and the contenders; what a network's parts bring is measured where that is settled."""
    contenders = [m for m in CONTENDERS if scene.is_smoothed or not m.is_smoothing]
    if not scene.is_ablated:
        return (DENSE, *contenders, *(() if scene.few else (DENSE_64,)))
    return (DENSE, NO_WINDOWS, NO_EXPERT, *contenders, DENSE_64, PATCH, PATCH_EXPERT,
            UNVALIDATED_DENSE, *ABLATIONS, *source_ablations(scene.sources))


@dataclass(frozen=True)
class Run:
    scene: SceneSpec
    fold: int
    seed: int
    method: Method

    @property
    def key(self):
        return self.scene.name, self.fold, self.seed, self.method.name

    def __str__(self):
        return (f"{self.scene.name} {self.scene.fold_word} {self.fold} seed {self.seed} "
                f"{self.method.name}")


def plan_scene(scene, seeds, methods=(), folds=0):
    """Runs of a scene, by method, seed and fold. What is not random needs one seed, unless lights are
    drawn with it."""
    return [Run(scene, fold, seed, method) for method in methods or methods_of(scene)
            for seed in range(1, (seeds if method.is_seeded or scene.lights else 1) + 1)
            for fold in range(1, (folds or scene.folds) + 1)]


def plan_runs(seeds):
    """All runs of the study: what is cheap or decides comes first, the ablations last."""
    runs = [run for scene in SCENES for run in plan_scene(scene, seeds)]
    # A draw of few labels stands for a seed, too.
    runs += [run for scene in FEW for run in plan_scene(scene, 1)]
    # Stable: within a method, scene after scene and fold after fold.
    return sorted(runs, key=lambda run: (run.method.ablation, run.method in (PATCH, PATCH_EXPERT, UNVALIDATED_DENSE),
                                         run.method is DENSE_64, run.seed, run.method in (DENSE, NO_WINDOWS, NO_EXPERT)))


def plan_inner(seeds):
    """What choices are made by: no test pixel of the study is looked at."""
    chosen = [method for method in MAIN + ABLATIONS
              if method in (DENSE, NO_WINDOWS)
              or method.name in (BASE, "lda", "rf", "svm", "no-attention-ssja", "no-settle",
                                 "no-balance")]
    few_labels = [method for method in chosen if method is DENSE or method.name == "lda"]
    return ([run for scene in INNER for run in plan_scene(scene, seeds, chosen)] +
            [run for scene in INNER_FEW for run in plan_scene(scene, 1, few_labels)])


def plan_quick():
    """What fits into twenty minutes on two cores."""
    folds = {SENTINEL: 2, LANDSAT: 2, POTSDAM: 1, IDTREES: 1}
    quick = (DENSE, *CONTENDERS)
    runs = [run for scene in SCENES if scene is not PLACE
            for run in plan_scene(scene, 1, [m for m in methods_of(scene) if m in quick],
                                  folds.get(scene))]
    return runs + [run for scene in FEW if scene.base in ("redclover", "berlin")
                   and scene.few in (("pixels", 5), ("polygons", 1))
                   for run in plan_scene(scene, 1, quick, folds=2)]
