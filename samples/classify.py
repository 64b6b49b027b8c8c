#!/usr/bin/env python3
"""A program that maps a scene by libs2rgf:  classify.py model.s2rgf map.tif [name=]raster ...

Python's ctypes is enough. Of the options it declares the members up to the last that it sets: their size tells the
library that the others keep their defaults. LD_LIBRARY_PATH says where the library is, if the loader does not know.
"""

import ctypes as c
import sys

MESSAGE_BYTES = 1024


class Error(c.Structure):
    _fields_ = [("status", c.c_int), ("message", c.c_char * MESSAGE_BYTES)]


class Input(c.Structure):
    _fields_ = [("name", c.c_char_p), ("path", c.c_char_p)]


class SceneOptions(c.Structure):
    _fields_ = [
        ("inputs", c.POINTER(Input)),
        ("input_count", c.c_size_t),
        ("assigned_srs", c.c_char_p),
        ("source_nodata", c.c_char_p),
        ("open_options", c.POINTER(c.c_char_p)),
        ("input_formats", c.POINTER(c.c_char_p)),
        ("decimation", c.c_int),
        ("reserved", c.c_void_p * 8),
    ]


class ClassifyOptions(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("scene", SceneOptions),
        ("model_path", c.c_char_p),
        ("output_path", c.c_char_p),
    ]


Progress = c.CFUNCTYPE(c.c_bool, c.c_double, c.c_void_p)
Log = c.CFUNCTYPE(None, c.c_int, c.c_char_p, c.c_void_p)


class Host(c.Structure):
    _fields_ = [("progress", Progress), ("log", Log), ("user", c.c_void_p)]


def main():
    if len(sys.argv) < 4:
        sys.exit(f"usage: {sys.argv[0]} model.s2rgf map.tif [name=]raster ...")
    model, output, *rasters = (argument.encode() for argument in sys.argv[1:])
    library = c.CDLL("libs2rgf.so.0")
    library.s2rgf_version.restype = c.c_char_p
    print("libs2rgf", library.s2rgf_version().decode())
    library.GDALAllRegister()  # of GDAL, which the library needs

    # what stands before the first "=" is the name of the source
    parts = [(raster if b"=" in raster else b"source=" + raster).partition(b"=") for raster in rasters]
    inputs = (Input * len(parts))(*((name, path) for name, _, path in parts))
    options, error = ClassifyOptions(), Error()
    library.s2rgf_classify_options_init.argtypes = [c.c_void_p, c.c_size_t]
    library.s2rgf_classify_options_init(c.byref(options), c.sizeof(options))
    options.scene.inputs = inputs
    options.scene.input_count = len(inputs)
    options.model_path = model
    options.output_path = output

    # both are called in this thread; progress may return False to cancel
    def show_progress(fraction, user):
        print(f"{100 * fraction:.0f} %")
        return True

    def show_line(level, line, user):
        print(line.decode())

    host = Host(Progress(show_progress), Log(show_line))
    if library.s2rgf_classify(c.byref(options), c.byref(host), c.byref(error)) != 0:
        sys.exit(error.message.decode())


if __name__ == "__main__":
    main()
