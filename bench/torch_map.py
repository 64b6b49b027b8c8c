"""Map a scene with the network `dense` in PyTorch, tile by tile.

torch_map.py MODEL THREADS TILE HALO ROWS MAP SOURCE...
torch_map.py -agreement MAP REFERENCE

SOURCE: one raster a source, in the model's order. TILE and HALO are in reference pixels, multiples
of 16; ROWS: so many upper rows are mapped. Prints the wall and processor seconds that had passed
when the modules were loaded, so that these can be left out. The second form prints which part of a
map's pixels, but for those near its edges, have the value that a reference of the same width has
there.
"""
import time

STARTED = time.perf_counter()

import sys

import numpy as np
import torch
from osgeo import gdal

from torch_network import Dense, load_model

NATIVE_MARGIN_PX = 3
EDGE_PX = 48


class Source:
    """A raster in memory, normalised, and where its pixels are."""

    def __init__(self, path, described, reference):
        dataset = gdal.Open(path)
        values = torch.from_numpy(dataset.ReadAsArray().astype(np.float32))
        mean, std = (torch.tensor([band[key] for band in described["bands"]])[:, None, None]
                     for key in ("mean", "std"))
        scale = [dataset.GetRasterBand(b + 1).GetScale() or 1.0 for b in range(dataset.RasterCount)]
        self.x = (values * torch.tensor(scale)[:, None, None] - mean) / std
        self.on_reference = described["on_reference"]
        m, own = reference.GetGeoTransform(), dataset.GetGeoTransform()
        self.affine = ((m[0] - own[0]) / own[1], m[1] / own[1], 0.0,
                       (m[3] - own[3]) / own[5], 0.0, m[5] / own[5])

    def cut(self, box):
        """The pixels under a box of reference pixels with a margin, and its affine map to them."""
        x0, y0, x1, y1 = box
        if self.on_reference:
            return self.x[None, :, y0:y1, x0:x1], None
        m, (height, width) = self.affine, self.x.shape[1:]
        left, right = (m[0] + m[1] * x for x in (x0, x1))
        top, bottom = (m[3] + m[5] * y for y in (y0, y1))
        own = (max(int(left) - NATIVE_MARGIN_PX, 0), max(int(top) - NATIVE_MARGIN_PX, 0),
               min(int(right) + 1 + NATIVE_MARGIN_PX, width),
               min(int(bottom) + 1 + NATIVE_MARGIN_PX, height))
        part = self.x[None, :, own[1]:own[3], own[0]:own[2]]
        return part, [(left - own[0], m[1], 0.0, top - own[1], 0.0, m[5])]


def tiles(height, width, tile, halo):
    """Boxes of the tiles, and of what is computed for each."""
    for y in range(0, height, tile):
        for x in range(0, width, tile):
            core = x, y, min(x + tile, width), min(y + tile, height)
            yield core, (max(x - halo, 0), max(y - halo, 0), min(core[2] + halo, width),
                         min(core[3] + halo, height))


def map_scene(network, sources, shape, tile, halo):
    classes = np.zeros(shape, np.uint8)
    for core, box in tiles(*shape, tile, halo):
        inputs, affines = zip(*(source.cut(box) for source in sources))
        valid = torch.ones(1, box[3] - box[1], box[2] - box[0])
        best = network.forward(inputs, affines, valid)[0][0].argmax(dim=0).numpy()
        classes[core[1]:core[3], core[0]:core[2]] = best[core[1] - box[1]:core[3] - box[1],
                                                         core[0] - box[0]:core[2] - box[0]]
    return classes


def agreement(mapped, reference):
    ours = gdal.Open(mapped).ReadAsArray()
    theirs = gdal.Open(reference).ReadAsArray()[:len(ours)]
    inside = slice(EDGE_PX, -EDGE_PX)
    return np.mean(ours[inside, inside] == theirs[inside, inside])


def main(model, threads, tile, halo, rows, mapped, *paths):
    print(time.perf_counter() - STARTED, time.process_time(), flush=True)
    torch.set_num_threads(int(threads))
    described, parameters = load_model(model)
    on_reference = [source["on_reference"] for source in described["sources"]]
    reference = gdal.Open(paths[on_reference.index(True)])
    sources = [Source(path, source, reference)
               for path, source in zip(paths, described["sources"])]
    values = np.array([one["value"] for one in described["classes"]], np.uint8)
    shape = int(rows), reference.RasterXSize
    with torch.inference_mode():
        network = Dense(parameters, on_reference)
        classes = values[map_scene(network, sources, shape, int(tile), int(halo))]
    out = gdal.GetDriverByName("GTiff").Create(mapped, classes.shape[1], classes.shape[0], 1,
                                               gdal.GDT_Byte, ["COMPRESS=DEFLATE", "TILED=YES"])
    out.SetGeoTransform(reference.GetGeoTransform())
    out.SetSpatialRef(reference.GetSpatialRef())
    out.GetRasterBand(1).WriteArray(classes)


if __name__ == "__main__":
    if sys.argv[1] == "-agreement":
        print(agreement(*sys.argv[2:]))
    else:
        main(*sys.argv[1:])
