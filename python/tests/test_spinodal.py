"""Every command from Python, equal to the command line bit for bit; errors, interruption, threads, memory."""

import ast
import ctypes
import inspect
import json
import os
import pickle
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import spinodal
from spinodal import _commands, _library

PROGRAM = os.environ.get("SPINODAL_PROGRAM", "spinodal")
COMMANDS = _commands.registry["commands"]


def _function(command):
    where = spinodal
    for part in command["name"].split("."):
        where = getattr(where, _commands.python_name(part))
    return where


# Smaller than the example of the command where that takes seconds.
SMALLER = {
    "survey": "gen:two-phase,n=200 --quick",
    "diffusion.exact": "--n 300 --d 8 --simulate 2 --queries 100",
    "phase-retrieval.data": "--demo 30 --samples-per-dim 6 --t-max 20",
    "phase-retrieval.plateau": "--N 16,32 --instances 2 --t-blind 1 --t-max 1",
    "phase-retrieval.simulate": "--N 32 --instances 4 --samples-per-dim 2,6 --t-max 10",
    "memorization.data": "gen:gaussian,d=20,n=200 --p 160 --draws 2",
    "risk-landscape.curve": "--loss sin(2*y)+y --samples-per-dim 5",
    "select.diffoci": "gen:table,n=60,d=4,y=x1+sin(x2) --steps 20",
}


@pytest.mark.filterwarnings("ignore::spinodal.Warning")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c["name"])
def test_equals_the_command_line(command):
    command = {**command, "example": SMALLER.get(command["name"], command["example"])}
    typed = [PROGRAM, *command["name"].split("."), *shlex.split(command["example"]), "--json", "--quiet"]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        result = _function(command)(**_commands.example(command))
        printed, complaint = program.communicate()
    assert program.returncode in (0, 1), complaint
    ours, theirs = json.loads(result.json()), json.loads(printed)
    for part in ("scalars", "tables", "data", "verdicts", "converged"):
        assert ours[part] == theirs[part], part
    assert result.command in repr(result) and result.command in result._repr_html_()
    for table in result.tables.values():
        assert len(theirs["tables"][table.name][table.dtype.names[0]]) == len(table)
        assert str(len(table)) in repr(table) and "<table>" in table._repr_html_()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c["name"])
def test_signature_and_docstring(command):
    function = _function(command)
    names = set(inspect.signature(function).parameters)
    assert {_commands.python_name(p["name"]) for p in command["parameters"]} <= names
    for p in command["parameters"]:
        assert p["help"].split()[0] in function.__doc__
    compile(_commands._written(command), "example", "eval")
    assert _commands._written(command) in function.__doc__


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
    with pytest.raises(spinodal.Error, match="row 8, column 4"):
        spinodal.diffusion.times(x, na="error")
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


def test_stubs_name_every_command():
    from spinodal import stubs

    tree = ast.parse(stubs.text())
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{group.name}.{verb.name}" for verb in group.body if isinstance(verb, ast.FunctionDef)}
    named = [".".join(map(_commands.python_name, command["name"].split("."))) for command in COMMANDS]
    assert set(named) <= found
    assert len(set(named)) == len(named)
    assert os.path.exists(os.path.join(os.path.dirname(spinodal.__file__), "py.typed"))


def test_version():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pyproject.toml")) as file:
        assert f'version = "{spinodal.__version__}"' in file.read()


def test_labels():
    """Classes are numbered as they are named, and can be chosen by name."""
    x = np.arange(24.0).reshape(12, 2)
    for labels, classes in ((["a", "b", "c"] * 4, ["c", "a"]), ([1, 7, 3] * 4, [3, 1]), (np.array(["a", "b", "c"] * 4, object), "c,a")):
        chosen = spinodal.data.info(x, labels=labels, classes=classes)
        assert (chosen.n, chosen.classes) == (8, 2)
    assert spinodal.data.info(x, labels=[True, False] * 6).classes == 2
    assert spinodal.data.info(x, labels=np.linspace(0.1, 0.9, 12)).classes == 0  # a target
    assert list(spinodal.data.info(x, labels=["b", "a", "a"] * 4).tables["classes"]["class"]) == ["a", "b"]


def test_missing_values_and_texts(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("age,job,y\n30,clerk,1\n?,smith,2\n40,smith,3\n50,,4\n60,clerk,5\n")
    with pytest.raises(spinodal.Error, match="--factorize job"):
        spinodal.data.info(table)
    with pytest.warns(spinodal.Warning, match="2 of 5 rows"):
        info = spinodal.data.info(table, labels="y", onehot="job")
    assert (info.n, info.d, info.dropped) == (3, 3, 2) and info.data["dropped"] == 2
    assert list(info.tables["columns"]["column"]) == ["age", "job=clerk", "job=smith"]
    assert list(info.tables["columns"]["missing"]) == [1, 1, 1]
    with pytest.warns(spinodal.Warning, match="1 of 5 rows"):
        assert spinodal.select.xi(table, labels="y", x="job", factorize="job").n == 4  # only the columns used count
    with pytest.raises(spinodal.Error, match="line 3, column 1"):
        spinodal.data.info(table, factorize="all", na="error")
    x = np.arange(12.0).reshape(6, 2)
    x[3, 1] = np.nan
    with pytest.warns(spinodal.Warning, match="1 of 6 rows"):
        assert spinodal.data.info(x).n == 5


def test_groups_are_modules():
    import spinodal.kde as kde

    assert kde.theory is spinodal.kde.theory and "theory" in repr(kde) and "fit: " in kde.__doc__
    assert set(kde.__all__) <= set(dir(kde)) and "kde" in spinodal.__all__


def test_further_datasets_and_pairs(tmp_path, sample):
    x, y = sample
    np.save(tmp_path / "x.npy", x[:300])
    np.save(tmp_path / "q.npy", x[300:])
    from_file = spinodal.kde.eval(tmp_path / "x.npy", tmp_path / "q.npy", h=0.8)
    from_memory = spinodal.kde.eval(x[:300], x[300:], h=0.8)
    assert from_file.data["hash"] == from_memory.data["hash"]
    for name, table in from_file.tables.items():
        assert str(table.tolist()) == str(from_memory.tables[name].tolist())
    pair, named = spinodal.data.info((x, y)), spinodal.data.info(x, labels=y)
    assert pair.json().replace("mem:data", "") == named.json().replace("mem:data", "") and pair.data["classes"] == 2


def test_images_and_awkward_arrays(sample):
    rng = np.random.default_rng(1)
    grey = rng.integers(0, 256, (30, 6, 5), dtype=np.uint8)
    colour = rng.integers(0, 256, (30, 3, 6, 5), dtype=np.uint8)
    for images, channels in ((grey, 1), (colour, 3)):
        info = spinodal.data.info(images)
        assert (info.channels, info.height, info.width, info.d) == (channels, 6, 5, channels * 30)
        flat = spinodal.data.info(images.reshape(30, -1))
        assert info.raw_max == flat.raw_max
    x, y = sample
    reference = spinodal.data.info(x).data["hash"]
    fixed = x.copy()
    fixed.flags.writeable = False
    wide = np.zeros((400, 24), np.float32)
    wide[:, ::2] = x
    for same in (np.asfortranarray(x), fixed, wide[:, ::2], x.astype(">f4"), x.tolist(), x[::-1][::-1]):
        assert spinodal.data.info(same).data["hash"] == reference
    small = np.arange(12).reshape(4, 3)
    hashes = {spinodal.data.info(small.astype(t)).data["hash"] for t in (np.int64, np.int8, np.float16, np.uint16, np.float64)}
    assert len(hashes) == 1
    before = x.copy()
    spinodal.diffusion.times(x, labels=y, queries=20)
    assert np.array_equal(before, x)


@pytest.mark.parametrize(
    "x, what",
    [
        (np.zeros((0, 5)), "0 x 5"),
        (np.zeros((5, 0)), "5 x 0"),
        (np.zeros(5), "shape"),
        (np.zeros((2, 2, 2, 2, 2)), "shape"),
        (np.zeros((3, 3), complex), "complex"),
        (np.full((3, 3), "a"), "real numbers"),
        (np.ma.masked_less(np.arange(6.0).reshape(2, 3), 2), "masked"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_refused_arrays(x, what):
    with pytest.raises((ValueError, spinodal.Error), match=what):
        spinodal.data.info(x)


def test_refused_arguments(sample):
    for wrong in ({}, {1, 2}, 1j, [None], object()):
        with pytest.raises(TypeError):
            spinodal.kde.theory(alpha=wrong)
    with pytest.raises(spinodal.Error, match="no numbers"):
        spinodal.kde.theory(alpha=[])
    for option in ({"seed": -1}, {"seed": 2**64}, {"seed": 1.5}, {"threads": -1}, {"resume": True}):
        with pytest.raises(ValueError):
            spinodal.kde.theory(alpha=1, **option)
    for missing in ([1, np.nan] * 200, ["a", None] * 200):
        with pytest.warns(spinodal.Warning, match="200 of 400 rows"):
            info = spinodal.data.info(sample[0], labels=missing)
        assert (info.n, info.dropped, info.missing_labels, info.classes) == (200, 200, 200, 1)
        with pytest.raises(spinodal.Error, match="row 2 has no label"):
            spinodal.data.info(sample[0], labels=missing, na="error")
    with pytest.raises(TypeError, match="spinodal.kde.theory: .*alfa"):
        spinodal.kde.theory(alpha=1, alfa=1)
    with pytest.raises(TypeError, match=r"shape \(400, 12\)"):
        spinodal.data.convert(sample[0], "x.csv")
    with pytest.raises(TypeError, match="array"):
        spinodal.data.info("gen:gaussian,d=2,n=9", labels=np.arange(9))


def test_tables(sample):
    result = spinodal.kde.theory(alpha=0.3)
    copy = pickle.loads(pickle.dumps(result))
    assert copy.kl.units == result.kl.units and str(copy) == str(result) and str(copy.kl) == str(result.kl)
    assert type(result.kl["h"]) is np.ndarray and result.kl["regime"].dtype.kind == "U"
    assert len(result.kl[result.kl["h"] > 1]) < len(result.kl)
    empty = spinodal.survey("gen:two-phase,n=100", quick=True)
    assert len(empty.known) == 0 and repr(empty.known) and "<table>" in empty.known._repr_html_()
    assert empty.images["samples"].dtype == np.uint8 and empty.images["samples"].ndim == 2
    assert any(kind == "section" for kind, _ in empty.words)


def test_pandas():
    pytest.importorskip("pandas")
    result = spinodal.kde.theory(alpha=0.3)
    frame = result.kl.to_pandas()
    assert list(frame.columns) == list(result.kl.dtype.names) and len(frame) == len(result.kl)
    assert frame.attrs["units"]["KL"] == "nat"
    assert spinodal.data.info(frame[["h", "KL"]], labels=frame["regime"]).data["classes"] == len(set(frame["regime"]))


def test_plot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    result = spinodal.kde.theory(alpha=0.3)
    for ax in np.ravel(result.plot()):
        assert ax.get_xscale() == "log" and ax.get_xlabel() == "h [data]"
    grid = spinodal.kde.theory(alpha=[0.1, 0.2], r=[1, 1.1, 1.2])
    assert len(grid.plot(y="h_opt").lines) == 3  # over alpha, a curve for each r
    assert len(np.ravel(grid.plot())) > 1 and len(spinodal.kde.theory(alpha=[0.1, 0.2]).plot("kl", "h", "KL").lines) == 2
    assert result.plot("kl", "h", ["Y2", "Y3"], ax=plt.gca()) is plt.gca()
    for wrong in ({"table": "nothing"}, {"y": "nothing"}):
        with pytest.raises(ValueError, match="nothing"):
            result.plot(**wrong)
    survey = spinodal.survey("gen:two-phase,n=100", quick=True)
    for table in survey.tables.values():
        if table.plots and len(table):
            survey.plot(table.name)
    plt.gcf().canvas.draw()
    plt.close("all")


LONG = "gen:gaussian,d=64,n=20000"


def test_interrupt_of_another_thread():
    """As a host that runs cells in a thread stops them: an exception raised in it."""
    got = []

    def cell():
        try:
            for seed in range(10000):
                spinodal.diffusion.curves(LONG, queries=4096, seed=seed)
        except KeyboardInterrupt as stopped:
            got.append(stopped)

    thread = threading.Thread(target=cell)
    thread.start()
    time.sleep(0.5)
    start = time.monotonic()
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(KeyboardInterrupt)) == 1
    thread.join(30)
    assert got and time.monotonic() - start < 30


def test_handler_of_the_host_is_kept():
    """A handler that does not raise does not stop the call, and runs while the library works."""
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *a: seen.append(signal.getsignal(signal.SIGALRM)))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        assert spinodal.diffusion.curves("gen:gaussian,d=32,n=2000", queries=500).converged
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen


def test_time_limit():
    with pytest.raises(spinodal.Error) as caught:
        spinodal.diffusion.curves(LONG, queries=20000, time_limit=0.2)
    assert caught.value.status == 4


HOST = r"""
import ctypes, faulthandler, locale, os, signal, sys
from spinodal import _library as lib

libc, libm = ctypes.CDLL(None), ctypes.CDLL("libm.so.6")
gomp, blas = ctypes.CDLL("libgomp.so.1"), ctypes.CDLL("libblas.so.3")

def state():
    control = ctypes.create_string_buffer(64)
    libm.fegetenv(control)
    mode = int.from_bytes(control.raw[28:32], "little") & ~0x3F  # without the sticky flags of MXCSR
    handlers = []
    for number in range(1, 65):
        old = ctypes.create_string_buffer(256)
        handlers.append(libc.sigaction(number, None, old) == 0 and old.raw[:16] + old.raw[136:140])  # handler, mask, flags
    blas_threads = blas.openblas_get_num_threads() if hasattr(blas, "openblas_get_num_threads") else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return dict(omp=gomp.omp_get_max_threads(), dynamic=gomp.omp_get_dynamic(), blas=blas_threads, rounding=libm.fegetround(),
                mode=os.uname().machine == "x86_64" and mode, handlers=handlers, locale=locale.setlocale(locale.LC_ALL),
                mask=mask, folder=os.getcwd(), environment=dict(os.environ), umask=os.umask(os.umask(0o22)))

gomp.omp_set_num_threads(3)
for name in ("C.UTF-8", "C"):
    try:
        locale.setlocale(locale.LC_ALL, name)
        break
    except locale.Error:
        pass
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
before = state()
for name, *words in (("diffusion.curves", b"data=gen:gaussian-mixture,d=24,n=600", b"queries=100"), ("kde.theory", b"alpha=0.3"),
                     ("features.spectrum",), ("landscape.complexity",), ("survey", b"data=gen:two-phase,n=100", b"quick=true"),
                     ("kde.theory", b"alpha=-1"), ("diffusion.times", b"data=/nowhere.npy")):
    run = lib.library.sp_run_create(None)
    handle = ctypes.c_void_p()
    lib.library.sp_call(run, name.encode(), None, len(words), (ctypes.c_char_p * len(words))(*words), ctypes.byref(handle))
    lib.library.sp_result_free(handle)
    lib.library.sp_run_free(run)
    after = state()
    changed = [key for key in before if before[key] != after[key]]
    assert not changed, (name, changed)
"""


def test_guest():
    """sp_call in the thread of the host leaves its threads, signals, floating point, locale, folder and output alone."""
    done = subprocess.run([sys.executable, "-c", HOST], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_library_shows_its_own_names_only():
    listed = subprocess.run(["nm", "-D", "--defined-only", _library.library._name], capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("nm reads the shared library")
    names = [line.split()[-1] for line in listed.stdout.splitlines()]
    assert names and not [name for name in names if not name.startswith("sp_")]


@pytest.mark.parametrize("name", ["clock.py"])
def test_example(name, tmp_path):
    pytest.importorskip("matplotlib")
    script = os.path.join(os.path.dirname(__file__), "..", "examples", name)
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    environment.pop("SPINODAL_DATA", None)
    done = subprocess.run([sys.executable, os.path.abspath(script), str(tmp_path / "clock.png")], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "clock.png").stat().st_size > 5000


def test_documentation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "python.md")
    with open(page, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```", file.read(), re.M | re.S)
    names = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert len(blocks) >= 4 and 0.1 < names["half"] < 5
