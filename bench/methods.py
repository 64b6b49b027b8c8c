"""What is compared: the scenes, the methods, the options that make them, and the runs in their order."""
from dataclasses import dataclass

# Part of every run's fingerprint. Count up when splits, baselines or measurements change.
STUDY = 1


@dataclass(frozen=True)
class SceneSpec:
    name: str
    title: str
    fold_word: str              # what one split is called
    folds: int
    sources: tuple


SCENES = (
    SceneSpec("redclover", "Red Clover Valley", "fold", 5, ("s2_10m", "s2_20m")),
    SceneSpec("berlin", "Berlin", "direction", 2, ("enmap", "hymap")),
)

# What defaults are chosen by: the training part of every split, a third of it held out in turn.
INNER_FOLDS = 3
INNER = tuple(SceneSpec(f"{scene.name}-inner", f"{scene.title}, inside the training parts", "part",
                        INNER_FOLDS * scene.folds, scene.sources) for scene in SCENES)

# The folder of the data that a scene needs.
FOLDERS = {name + part: name for name in ("redclover", "berlin") for part in ("", "-inner")}

DENSE_32 = ("-network", "dense", "-c", "32")
# Without a validation a training takes less than half the time: what is to be compared trains so.
UNVALIDATED = ("-val", "0")
BASE = "dense-32-unvalidated"   # what the ablations are compared with, pair by pair


@dataclass(frozen=True)
class Method:
    name: str
    title: str
    options: tuple = ()         # of s2rgf_train; none for a baseline
    ablation: bool = False      # BASE with a part changed
    masked: bool = False        # only the test pixels are mapped: a network that is slow elsewhere

    @property
    def is_network(self):
        return bool(self.options)

    @property
    def is_validated(self):
        """Whether its training finds a temperature."""
        return self.is_network and "-val" not in self.options


MAIN = (
    Method("dense-32", "dense, C = 32", DENSE_32),
    Method("rf", "random forest"),
    Method("svm", "SVM"),
    Method("dense-64", "dense, C = 64", ("-network", "dense", "-c", "64")),
    Method("patch", "patch", ("-network", "patch", *UNVALIDATED), masked=True),
    Method(BASE, "dense, C = 32, not validated", DENSE_32 + UNVALIDATED),
)


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
    return MAIN + ABLATIONS + source_ablations(scene.sources)


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


def plan_runs(seeds):
    """All runs of the study, the methods to compare before the ablations."""
    runs = [Run(scene, fold, seed, method) for seed in range(1, seeds + 1) for scene in SCENES
            for method in methods_of(scene) for fold in range(1, scene.folds + 1)]
    place = {method.name: i for i, method in enumerate(MAIN)}
    # Stable: within a method, scene after scene and fold after fold.
    runs.sort(key=lambda run: (run.method.ablation, run.seed,
                               place.get(run.method.name, len(MAIN))))
    return runs


def plan_inner(seeds):
    """What choices are made by: no test pixel of the study is looked at."""
    chosen = [method for method in MAIN + ABLATIONS
              if method.name in (BASE, "rf", "svm", "no-settle", "no-balance")]
    return [Run(scene, fold, seed, method) for seed in range(1, seeds + 1) for method in chosen
            for scene in INNER for fold in range(1, scene.folds + 1)]


def plan_quick():
    """What fits into ten minutes on two cores."""
    return [run for run in plan_runs(1) if run.method.name in ("dense-32", "rf", "svm")]
