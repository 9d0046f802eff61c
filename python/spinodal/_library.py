"""The C library through ctypes: prototypes and structs of spinodal/base.h, data.h, command.h and output.h."""

import ctypes as c
import os
import subprocess

OK, FAILED, USAGE, DATA, STOPPED = range(5)
FLOAT32, FLOAT64, UINT8 = range(3)


class RunOptions(c.Structure):
    _fields_ = [
        ("seed", c.c_uint64),
        ("threads", c.c_int),
        ("max_memory", c.c_size_t),
        ("time_limit", c.c_double),
        ("checkpoint_dir", c.c_char_p),
        ("resume", c.c_bool),
        ("cancel", c.POINTER(c.c_int)),
        ("progress", c.c_void_p),
        ("progress_user", c.c_void_p),
    ]


class Array(c.Structure):
    _fields_ = [
        ("x", c.c_void_p),
        ("type", c.c_int),
        ("n", c.c_size_t),
        ("d", c.c_size_t),
        ("label", c.c_void_p),
        ("n_label_names", c.c_size_t),
        ("label_name", c.POINTER(c.c_char_p)),
        ("channels", c.c_size_t),
        ("height", c.c_size_t),
        ("width", c.c_size_t),
    ]


class Cell(c.Structure):
    _fields_ = [("text", c.c_char_p), ("number", c.c_double)]


class Column(c.Structure):
    _fields_ = [("name", c.c_char_p), ("unit", c.c_char_p), ("help", c.c_char_p)]


class TableDeclaration(c.Structure):
    _fields_ = [("name", c.c_char_p), ("columns", c.POINTER(Column)), ("plots", c.c_char_p), ("caption", c.c_char_p)]


class Image(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("caption", c.c_char_p),
        ("width", c.c_size_t),
        ("height", c.c_size_t),
        ("channels", c.c_size_t),
        ("pixels", c.c_void_p),
    ]


class Item(c.Structure):
    _fields_ = [("kind", c.c_int), ("text", c.c_char_p), ("image", c.POINTER(Image))]


ITEMS = ("section", "words", "caution", "command", "table", "image")

_handle = c.c_void_p
_arguments = (c.c_size_t, c.POINTER(c.c_char_p))
_prototypes = {
    "sp_run_create": (_handle, c.POINTER(RunOptions)),
    "sp_run_free": (None, _handle),
    "sp_run_message": (c.c_char_p, _handle),
    "sp_run_attach": (c.c_int, _handle, c.c_char_p, c.c_void_p),
    "sp_call": (c.c_int, _handle, c.c_char_p, c.c_void_p, *_arguments, c.POINTER(_handle)),
    "sp_registry_json": (c.c_void_p,),
    "sp_result_json": (c.c_void_p, _handle, _handle),
    "sp_result_free": (None, _handle),
    "sp_result_tables": (c.c_size_t, _handle),
    "sp_result_table_at": (_handle, _handle, c.c_size_t),
    "sp_table_name": (c.c_char_p, _handle),
    "sp_table_rows": (c.c_size_t, _handle),
    "sp_table_columns": (c.c_size_t, _handle),
    "sp_table_column": (c.POINTER(Column), _handle, c.c_size_t),
    "sp_table_column_is_text": (c.c_bool, _handle, c.c_size_t),
    "sp_table_declaration": (c.POINTER(TableDeclaration), _handle),
    "sp_result_items": (c.c_size_t, _handle),
    "sp_result_item": (c.POINTER(Item), _handle, c.c_size_t),
    "sp_table_numbers": (c.c_void_p, _handle, c.c_size_t),
    "sp_table_cell": (Cell, _handle, c.c_size_t, c.c_size_t),
    "sp_run_folder_start": (c.c_int, _handle, c.c_char_p, c.c_char_p, *_arguments, c.c_bool),
    "sp_run_folder_write": (c.c_int, _handle, c.c_char_p, _handle, c.c_double),
    "sp_report_write": (c.c_int, _handle, c.c_char_p, _handle, *_arguments, _handle),
    "sp_plot_file": (c.c_int, _handle, _handle, _handle, c.c_char_p),
}


def _candidates():
    """$SPINODAL_LIBRARY alone; else the library installed with this package, that of pkg-config, that of the loader."""
    named = os.environ.get("SPINODAL_LIBRARY")
    if named:
        yield named
        return
    try:
        from ._installed import library as installed

        yield os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), installed))
    except ImportError:
        pass
    try:
        found = subprocess.run(["pkg-config", "--variable=libdir", "spinodal"], capture_output=True, text=True, check=True)
        yield os.path.join(found.stdout.strip(), "libspinodal.so.0")
    except (OSError, subprocess.CalledProcessError):
        pass
    yield "libspinodal.so.0"


def _load():
    problems = []
    for path in _candidates():
        try:
            library = c.CDLL(path)
            break
        except OSError as problem:
            problems.append(str(problem))
    else:
        raise ImportError(
            "libspinodal was not found: install it (make install) or set SPINODAL_LIBRARY to the path of libspinodal.so; "
            + "; ".join(problems)
        )
    for name, (result, *arguments) in _prototypes.items():
        function = getattr(library, name, None)
        if function is None:
            raise ImportError(f"{library._name} has no {name}: library and Python package are of different versions")
        function.restype = result
        function.argtypes = arguments
    return library


library = _load()
_libc = c.CDLL(None)
_libc.free.argtypes = [c.c_void_p]


def take_text(pointer):
    """A text that the library allocated, as str; the memory is given back."""
    if not pointer:
        raise MemoryError
    try:
        return c.cast(pointer, c.c_char_p).value.decode()
    finally:
        _libc.free(pointer)
