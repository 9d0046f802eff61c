"""One call of a command: arguments to texts, arrays attached, the run in a thread so that Ctrl-C can stop it."""

import ctypes as c
import os
import signal
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
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    return ",".join(_text(item) for item in np.asarray(value).ravel().tolist())


def _is_array(value):
    return value is not None and not isinstance(value, (str, os.PathLike))


def _arguments(run, command, values, keep):
    labels = values.get("labels")
    first = next((p["name"] for p in command["parameters"] if p["type"] == "dataset"), None)
    texts = []
    for parameter in command["parameters"]:
        name, value = parameter["name"], values.get(parameter["name"])
        if value is None or (name == "labels" and _is_array(labels)):
            continue
        if parameter["type"] == "dataset" and _is_array(value):
            keep.append(attach(run, name, value, labels if name == first and _is_array(labels) else None))
            value = f"mem:{name}"
        texts.append(f"{name}={_text(value)}".encode())
    return len(texts), (c.c_char_p * len(texts))(*texts)


def _interruptible(function, cancel):
    """Runs function in a thread; Ctrl-C asks the library to stop, and reaches the host's own handler when it has."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        return function()
    box, received = [], []

    def on_interrupt(*signal_and_frame):
        cancel.value = 1
        received.append(signal_and_frame)

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        thread = threading.Thread(target=lambda: box.append(function()))
        thread.start()
        while thread.is_alive():
            thread.join(0.05)
    finally:
        signal.signal(signal.SIGINT, handler)
    if received:
        handler(*received[0])
    return box[0]


def _check(run, status):
    if status != lib.OK:
        raise Error(lib.library.sp_run_message(run).decode(), status)


def call(command, values, seed=1, threads=0, max_memory=0, time_limit=0, out=None, resume=False):
    """Runs a command of the registry. out: a run folder, written as the command line does with -o."""
    cancel = c.c_int(0)
    folder = os.fspath(out).encode() if out is not None else None
    options = lib.RunOptions(
        seed=seed, threads=threads, max_memory=max_memory, time_limit=time_limit, resume=resume, cancel=c.pointer(cancel),
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
