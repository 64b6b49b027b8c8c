#!/usr/bin/env python3
"""Windows of a lazy map in several threads, on one handle, on one handle each, and on one that GDAL makes safe for
threads, where it can.

check_threads.py MAP LAZY ROUNDS: every window must be that of MAP, with 1, 2, 4 and 8 threads, and with 4
when tiles fall out of GDAL's cache all the time.
"""
import random
import sys
import threading

import numpy
from osgeo import gdal

gdal.UseExceptions()


def read_windows(lazy, expected, seed, rounds, failures):
    chance = random.Random(seed)
    rows, columns = expected.shape
    for _ in range(rounds):
        w, h = chance.randint(1, 120), chance.randint(1, 120)
        x, y = chance.randint(0, columns - w), chance.randint(0, rows - h)
        try:
            # ReadAsArray() asks for what GDAL then warns of
            found = numpy.frombuffer(lazy.GetRasterBand(1).ReadRaster(x, y, w, h), expected.dtype)
            if not (found == expected[y:y + h, x:x + w].ravel()).all():
                failures.append(f"window {x} {y} {w} {h} differs")
        except RuntimeError as error:
            failures.append(str(error))


def thread_safe(name):
    return gdal.OpenEx(name, gdal.OF_RASTER | gdal.OF_THREAD_SAFE)


WAYS = {
    "one handle": lambda name, threads: [gdal.Open(name)] * threads,
    "handles of their own": lambda name, threads: [gdal.Open(name) for _ in range(threads)],
}
if hasattr(gdal, "OF_THREAD_SAFE"):  # GDAL 3.10
    WAYS["a thread-safe handle"] = lambda name, threads: [thread_safe(name)] * threads


def run(name, expected, threads, way, rounds):
    failures = []
    handles = WAYS[way](name, threads)
    workers = [threading.Thread(target=read_windows,
                                args=(handles[i], expected, 100 * threads + i, rounds, failures))
               for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        sys.exit(f"{threads} threads on {way}: {len(failures)} failures, the first: {failures[0]}")


def main():
    name, lazy, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    expected = gdal.Open(name).ReadAsArray()
    for cache, counts in ((64 << 20, (1, 2, 4, 8)), (150000, (4,))):
        gdal.SetCacheMax(cache)
        for threads in counts:
            for way in WAYS:
                run(lazy, expected, threads, way, max(2, rounds // threads))


main()
