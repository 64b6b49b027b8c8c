"""What a build's training does, as a digest: of the weights that it gives a small network on a made-up
scene. It changes when training does and not when code only moves; the inner loops are the plain ones and
OpenBLAS's oldest, so that machines agree.
"""
import hashlib
import json
import os
import subprocess

PLAIN = {"S2RGF_KERNELS": "plain", "OPENBLAS_CORETYPE": "Prescott", "OMP_NUM_THREADS": "1",
         "OMP_WAIT_POLICY": "passive"}
SCENE = ("-size", "128", "128", "-ratio", "4", "-hs_bands", "8", "-classes", "3")
TRAININGS = {"dense": ("-c", "16", "-steps", "6", "-batch", "2", "-crop", "32"),
             "patch": ("-steps", "2", "-batch", "2")}


def weights_digest(path):
    """Of names and values of all tensors of a safetensors file."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    tensors = json.loads(content[8:start])
    digest = hashlib.sha256()
    for name in sorted(tensors.keys() - {"__metadata__"}):
        first, last = tensors[name]["data_offsets"]
        digest.update(name.encode() + content[start + first:start + last])
    return digest.hexdigest()


def behaviour_of(build, network, folder):
    """The digest for "dense" or "patch"; folder: an empty one to work in."""
    scene, model = os.path.join(folder, "scene"), os.path.join(folder, "model.s2rgf")
    subprocess.run([os.path.join(build, "samples", "make_scene"), *SCENE, scene], check=True,
                   capture_output=True)
    sources = [word for name in ("ms", "hs") for word in ("-i", f"{name}={scene}/{name}.tif")]
    subprocess.run([os.path.join(build, "s2rgf_train"), "-q", "-threads", "1", *sources, "-labels",
                    os.path.join(scene, "labels.gpkg"), "-l", "train", "-a", "class", "-network",
                    network, *TRAININGS[network], model], check=True, capture_output=True,
                   env={**os.environ, **PLAIN})
    return weights_digest(model)
