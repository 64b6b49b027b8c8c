"""The checksum of labelled pixels that a model file holds."""
import numpy as np


def labels_checksum(labels):
    """FNV-1a, 64 bits, of column, row and class value of all labelled pixels, row by row."""
    rows, columns = np.nonzero(labels)
    words = np.stack([columns, rows, labels[rows, columns]], axis=1).astype("<u4").tobytes()
    digest = 0xcbf29ce484222325
    for byte in words:
        digest = (digest ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{digest:016x}"
