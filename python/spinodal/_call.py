"""One call of a command: arguments to texts, arrays attached, the run in a thread so that Ctrl-C can stop it."""

import ctypes as c
import numbers
import os
import threading
import time
import warnings

import numpy as np

from . import _library as lib
from ._arrays import attach
from ._result import Result


class Error(Exception):
    """The one-line message of the library. status: 1 failed, 2 usage, 3 invalid data, 4 stopped."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


class Warning(UserWarning):
    """What the library warns of, and results that did not converge."""


def _text(value):
    """A parameter as the text that the library parses: all 17 digits of a number, lists with commas."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    items = np.asarray(value)
    if items.dtype.kind not in "biufU" or items.ndim > 1:
        got = f"an array of {items.dtype}, shape {items.shape}" if items.ndim else repr(value)
        raise TypeError(f"a parameter is a number, a text or a list of them, got {got}")
    return ",".join(map(_text, items.ravel().tolist()))


def _is_array(value):
    return value is not None and not isinstance(value, (str, os.PathLike))


def _pair(value):
    """A dataset may be a pair (values, labels)."""
    if isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) > 1 and np.ndim(value[1]) == 1:
        return value
    return value, None


def _arguments(run, command, values, keep):
    """The texts of sp_call. Arrays become sources in memory; `keep` holds them."""
    labels = values.get("labels")
    first = next((p["name"] for p in command["parameters"] if p["type"] == "dataset"), None)
    if first and _is_array(labels) and not _is_array(values.get(first)):
        raise TypeError(f"labels as an array go with {first} as an array; a file takes a file of labels")
    texts = []
    for parameter in command["parameters"]:
        name, value = parameter["name"], values.get(parameter["name"])
        if value is None or (name == "labels" and first and _is_array(labels)):
            continue
        if parameter["type"] == "dataset" and _is_array(value):
            x, own = _pair(value)
            if own is None and name == first and _is_array(labels):
                own = labels
            keep.append(attach(run, name, x, own))
            value = f"mem:{name}"
        texts.append(f"{name}={_text(value)}".encode())
    return len(texts), (c.c_char_p * len(texts))(*texts)


def _interruptible(function, cancel):
    """Runs function in a thread of its own, so that an exception raised here meanwhile (KeyboardInterrupt by the handler of
    the host, in any thread) stops the library before it goes on. Signal handlers stay as they are."""
    done, box = threading.Event(), []

    def body():
        try:
            box.append(function())
        finally:
            done.set()

    thread = threading.Thread(target=body, name="spinodal", daemon=True)
    try:
        thread.start()
        while not done.wait(0.05):
            pass
    except BaseException:
        cancel.value = 1
        while thread.ident is not None and not done.is_set():
            try:
                done.wait(0.05)
            except BaseException:  # a second Ctrl-C: memory of the caller is still in use
                continue
        raise
    return box[0]


def _check(run, status):
    if status != lib.OK:
        raise Error(lib.library.sp_run_message(run).decode(), status)


def call(command, values, seed=1, threads=0, max_memory=0, time_limit=0, out=None, resume=False):
    """Runs a command of the registry. out: a run folder, written as the command line does with -o."""
    for name, value, most in (("seed", seed, 2**64), ("threads", threads, 2**31), ("max_memory", max_memory, 2**63)):
        if not (isinstance(value, numbers.Real) and value == int(value) and 0 <= value < most):
            raise ValueError(f"{name} must be a whole number in [0, {most}), got {value!r}")
    if resume and out is None:
        raise ValueError("resume goes on with the run of the folder `out`: name it")
    cancel = c.c_int(0)
    folder = os.fspath(out).encode() if out is not None else None
    options = lib.RunOptions(
        seed=int(seed), threads=int(threads), max_memory=int(max_memory), time_limit=time_limit, resume=resume, cancel=c.pointer(cancel),
        checkpoint_dir=folder + b"/checkpoint" if folder else None,
    )
    run = lib.library.sp_run_create(c.byref(options))
    if not run:
        raise MemoryError
    handle = c.c_void_p()
    keep = []
    try:
        name = command["name"].encode()
        n, texts = _arguments(run, command, values, keep)
        if folder:
            _check(run, lib.library.sp_run_folder_start(run, folder, name, n, texts, resume))
        start = time.monotonic()
        _check(run, _interruptible(lambda: lib.library.sp_call(run, name, None, n, texts, c.byref(handle)), cancel))
        if folder:
            _check(run, lib.library.sp_run_folder_write(run, folder, handle, time.monotonic() - start))
            _check(run, lib.library.sp_report_write(run, folder, handle, n, texts, None))
        result = Result(run, handle, command)
    finally:
        lib.library.sp_result_free(handle)
        lib.library.sp_run_free(run)
    for text in result.warnings:
        warnings.warn(text, Warning, stacklevel=3)
    if not result.converged:
        warnings.warn(f"{result.command} did not converge", Warning, stacklevel=3)
    return result
