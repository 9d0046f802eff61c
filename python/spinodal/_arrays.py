"""NumPy arrays as sources "mem:NAME" of a run, without copying what is contiguous float32, float64 or uint8."""

import ctypes as c

import numpy as np

from . import _library as lib

_types = {np.dtype(np.float32): lib.FLOAT32, np.dtype(np.float64): lib.FLOAT64, np.dtype(np.uint8): lib.UINT8}


def _values(x):
    if np.ma.is_masked(x):
        raise ValueError("a dataset has no masked values: fill or drop them")
    x = np.asarray(x)
    if x.ndim not in (2, 3, 4):
        raise ValueError(f"a dataset is n x d, n x height x width or n x channels x height x width, got shape {x.shape}")
    if x.dtype not in _types:
        if x.dtype.kind not in "biuf":
            raise ValueError(f"a dataset holds real numbers, got {x.dtype}; texts are read from a CSV file (factorize=, onehot=)")
        x = x.astype(np.float64)
    return np.ascontiguousarray(x)


def _labels(y, n):
    """Numbers and names: integers, booleans and texts are classes, other reals are targets; None and NaN are missing."""
    y = np.asarray(y)
    if y.shape == (n, 1):
        y = y[:, 0]
    if y.shape != (n,):
        raise ValueError(f"labels must be one for each of the {n} rows, got shape {y.shape}")
    if y.dtype.kind in "biuf":
        return np.ascontiguousarray(y, dtype=np.float64), None
    if y.dtype.kind == "c":
        raise ValueError("labels are numbers or names, got complex ones")
    there = np.array([v is not None and v == v for v in y.tolist()], dtype=bool)
    values = np.full(n, np.nan)
    names, values[there] = np.unique(y[there].astype(str), return_inverse=True)
    return values, [name.encode() for name in names]


def attach(run, name, x, labels=None):
    """Makes x the source "mem:NAME" of the run. Returns what must stay alive as long as the run."""
    x = _values(x)
    array = lib.Array(x.ctypes.data, _types[x.dtype], x.shape[0], int(np.prod(x.shape[1:])))
    if x.ndim > 2:
        array.channels = x.shape[1] if x.ndim == 4 else 1
        array.height, array.width = x.shape[-2:]
    keep = [x, array]
    if labels is not None:
        values, names = _labels(labels, x.shape[0])
        array.label = values.ctypes.data
        keep.append(values)
        if names:
            array.n_label_names = len(names)
            array.label_name = (c.c_char_p * len(names))(*names)
    if lib.library.sp_run_attach(run, name.encode(), c.addressof(array)) != lib.OK:
        raise MemoryError
    return keep
