"""Every command from Python, equal to the command line bit for bit; errors, interruption, threads, memory."""

import inspect
import json
import os
import resource
import shlex
import signal
import subprocess
import threading
import time
import warnings

import numpy as np
import pytest

import spinodal
from spinodal import _commands

PROGRAM = os.environ.get("SPINODAL_PROGRAM", "spinodal")
COMMANDS = _commands.registry["commands"]


def _function(command):
    where = spinodal
    for part in command["name"].split("."):
        where = getattr(where, _commands.python_name(part))
    return where


def _keywords(command, words):
    """The example of the command line as arguments of the function."""
    positional = iter(_commands._positional(command))
    kinds = {p["name"]: p["type"] for p in command["parameters"]}
    out = {}
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            name, value = next(positional), word
        else:
            name, equal, value = word[2:].replace("-", "_").partition("=")
            if kinds.get(name) == "bool" and not equal:
                value = True
            elif name.startswith("no_") and kinds.get(name[3:]) == "bool":
                name, value = name[3:], False
            elif not equal:
                value = words.pop(0)
        out[_commands.python_name(name)] = value
    return out


@pytest.mark.filterwarnings("ignore::spinodal.Warning")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c["name"])
def test_equals_the_command_line(command):
    words = shlex.split(command["example"])
    typed = [PROGRAM, *command["name"].split("."), *words, "--json", "--quiet"]
    printed = subprocess.run(typed, capture_output=True, text=True)
    assert printed.returncode in (0, 1), printed.stderr
    result = _function(command)(**_keywords(command, words))
    ours, theirs = json.loads(result.json()), json.loads(printed.stdout)
    for part in ("scalars", "tables", "data", "verdicts", "converged"):
        assert ours[part] == theirs[part], part
    assert repr(result) and result._repr_html_()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c["name"])
def test_signature_and_docstring(command):
    function = _function(command)
    names = set(inspect.signature(function).parameters)
    assert {_commands.python_name(p["name"]) for p in command["parameters"]} <= names
    for p in command["parameters"]:
        assert p["help"].split()[0] in function.__doc__


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 400)
    return (rng.normal(size=(400, 12)) + 3 * (2 * y[:, None] - 1)).astype(np.float32), y


def test_array_equals_file(tmp_path, sample):
    x, y = sample
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "x-labels.npy", y)
    from_file = spinodal.diffusion.curves(str(tmp_path / "x.npy"), queries=100)
    from_memory = spinodal.diffusion.curves(x, labels=y, queries=100)
    for name, table in from_file.tables.items():
        assert np.array_equal(table, from_memory.tables[name], equal_nan=False) or str(table) == str(from_memory.tables[name])
    assert from_file.data["hash"] == from_memory.data["hash"]


def test_dtypes_orders_and_labels(sample):
    x, y = sample
    reference = spinodal.data.info(x, labels=y)
    for other in (np.asfortranarray(x), x.astype(np.float64), x[::1].copy()):
        assert spinodal.data.info(other, labels=y).scalars["n"] == reference.scalars["n"]
    named = spinodal.data.info(x, labels=np.where(y == 1, "plus", "minus"))
    assert int(named.data["classes"]) == 2
    images = (np.arange(20 * 16) % 251).astype(np.uint8).reshape(20, 4, 4)
    info = spinodal.data.info(images)
    assert info.scalars["height"] == 4 and info.data["scale"] == "ddpm"


def test_result(sample):
    result = spinodal.kde.theory(alpha=0.3, h=[0.5, 1.0])
    assert abs(result.h_G - 0.867742783) < 1e-9
    table = result.tables["kl"]
    assert list(table["h"]) == [0.5, 1.0] and table.units["KL"] == "nat"
    grid = spinodal.kde.theory(alpha=[0.1, 0.2]).tables["grid"]
    assert len(grid) == 2
    with pytest.raises(AttributeError):
        result.nothing


def test_errors(sample):
    with pytest.raises(spinodal.Error, match="must be > 0") as caught:
        spinodal.kde.theory(alpha=-1)
    assert caught.value.status == 2
    with pytest.raises(TypeError):
        spinodal.kde.theory(alfa=1)
    with pytest.raises(spinodal.Error) as caught:
        spinodal.diffusion.times("/nowhere.npy")
    assert caught.value.status == 3
    x = sample[0].copy()
    x[7, 3] = np.nan
    with pytest.raises(spinodal.Error, match="row 8|row 7"):
        spinodal.diffusion.times(x)
    with pytest.raises(ValueError):
        spinodal.diffusion.times(np.zeros(5))
    with pytest.raises(ValueError):
        spinodal.diffusion.times(sample[0], labels=[1, 2])


def test_interrupt_stops_the_library():
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        for seed in range(10000):
            spinodal.diffusion.curves("gen:gaussian,d=64,n=20000", queries=4096, seed=seed)
    assert time.monotonic() - start < 30
    assert spinodal.kde.theory(alpha=0.3).converged


def test_two_threads_at_once(sample):
    alone = spinodal.diffusion.curves(sample[0], queries=200).json()
    got = []
    threads = [threading.Thread(target=lambda: got.append(spinodal.diffusion.curves(sample[0], queries=200).json())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [alone] * 4


@pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="memory of the sanitizer")
def test_no_copy_of_a_large_array():
    x = np.zeros((1 << 20, 256), dtype=np.float32)
    x[:, 0] = np.arange(1 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    info = spinodal.data.info(x, scale="none", center=False)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert info.scalars["n"] == 1 << 20
    assert grown < 300e3, f"{grown} kB more for an array of {x.nbytes // 1000} kB"


def test_host_is_left_as_it_was(sample, capfd):
    import locale

    before = signal.getsignal(signal.SIGINT), locale.setlocale(locale.LC_ALL), np.geterr()
    spinodal.diffusion.curves(sample[0], queries=50)
    assert before == (signal.getsignal(signal.SIGINT), locale.setlocale(locale.LC_ALL), np.geterr())
    assert np.float64(2.0**-1060) * np.float64(2.0**-10) > 0  # denormals are still there
    assert capfd.readouterr().out == ""


def test_run_folder(tmp_path):
    spinodal.kde.theory(alpha=0.3, out=tmp_path / "run")
    assert (tmp_path / "run" / "report.html").stat().st_size > 1000


def test_warnings_reach_python():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        spinodal.diffusion.times("gen:gaussian,d=64,n=40")
    assert any(issubclass(w.category, spinodal.Warning) for w in caught)


def test_stubs_are_python():
    from spinodal import stubs

    compile(stubs.text(), "spinodal.pyi", "exec")
