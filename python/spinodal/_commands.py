"""Python functions with real signatures and docstrings, one for each command of the library's registry."""

import inspect
import json
import keyword
import re
import shlex
import sys
import textwrap
import types

from . import _library as lib
from ._call import call

registry = json.loads(lib.take_text(lib.library.sp_registry_json()))

RUN_OPTIONS = {
    "seed": (1, "random streams: the same seed gives the same bits"),
    "threads": (0, "0: all processors; the result does not depend on it"),
    "max_memory": (0, "bytes; 0: three quarters of the machine"),
    "time_limit": (0, "seconds; 0: none"),
    "out": (None, "run folder: tables, figures, report.html"),
    "resume": (False, "continue the interrupted run of the folder `out`"),
}


def python_name(name):
    name = name.replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def _default(parameter):
    """The declared default as a Python value; None where it is empty."""
    text = parameter["default"]
    if text is None or text == "":
        return None
    if parameter["type"] == "bool":
        return text == "true"
    if parameter["type"] == "int":
        number = float(text)
        return int(number) if number == number and abs(number) < 2**53 else number
    return float(text) if parameter["type"] == "real" else text


def _positional(command):
    """Names of the parameters given without a name, as on the command line."""
    if command["positional"]:
        return command["positional"].split()
    return [p["name"] for p in command["parameters"] if p["type"] == "dataset"]


def example(command):
    """The example of the command line as keywords of the function."""
    positional = iter(_positional(command))
    kinds = {p["name"]: p["type"] for p in command["parameters"]}
    out = {}
    words = shlex.split(command["example"])
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
        out[python_name(name)] = value
    return out


def _written(command):
    """The same as Python."""
    kinds = {python_name(p["name"]): p["type"] for p in command["parameters"]}
    plain = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")
    positional = {python_name(name) for name in _positional(command)}
    parts = []
    for name, value in example(command).items():
        number = kinds.get(name) in ("real", "int", "numbers") and plain.fullmatch(str(value))
        parts.append(("" if name in positional else f"{name}=") + (value if number else repr(value)))
    where = ".".join(map(python_name, command["name"].split(".")))
    return f"spinodal.{where}({', '.join(parts)})"


def signature(command):
    positional = _positional(command)
    parameters = {p["name"]: p for p in command["parameters"]}
    kinds = inspect.Parameter
    out = []
    for name in positional:
        p = parameters[name]
        out.append(kinds(python_name(name), kinds.POSITIONAL_OR_KEYWORD, default=kinds.empty if p["required"] else _default(p)))
    rest = [p for p in command["parameters"] if p["name"] not in positional]
    for p in sorted(rest, key=lambda p: not p["required"]):
        out.append(kinds(python_name(p["name"]), kinds.KEYWORD_ONLY, default=kinds.empty if p["required"] else _default(p)))
    taken = {p.name for p in out}
    out += [kinds(name, kinds.KEYWORD_ONLY, default=value) for name, (value, _) in RUN_OPTIONS.items() if name not in taken]
    return inspect.Signature(out)


def _range(p):
    r = p.get("range")
    if not r or (r["low"] == "-inf" and r["high"] == "inf"):
        return ""
    return f", in {'(' if r['open_low'] else '['}{r['low']}, {r['high']}{')' if r['open_high'] else ']'}"


def _entry(name, text):
    return textwrap.fill(text, 100, initial_indent=f"    {name}: ", subsequent_indent="        ")


def _with_unit(item):
    return item["help"] + (f" [{item['unit']}]" if item["unit"] not in ("", "1") else "")


def docstring(command):
    lines = [command["summary"] + ".", "", "Parameters"]
    for p in command["parameters"]:
        if p["name"] == "labels" and "dataset" in [q["type"] for q in command["parameters"]]:
            p = {**p, "help": "one number or name for each row; or " + p["help"]}
        kind = {"dataset": "array n x d, images, pair (array, labels), or a source as text", "numbers": "number, list, array or grid text"}.get(p["type"], p["type"])
        choices = f": {p['choices'].replace('|', ', ')}" if p.get("choices") else ""
        lines.append(_entry(python_name(p["name"]), f"{_with_unit(p)} ({kind}{choices}{_range(p)})"))
    lines += [_entry(name, text) for name, (_, text) in RUN_OPTIONS.items()]
    lines += ["", "Numeric parameters take a list or grid too; the result then has a table \"grid\"."]
    if command["scalars"]:
        lines += ["", "Scalars"] + [_entry(s["name"], _with_unit(s)) for s in command["scalars"]]
    for table in command["tables"]:
        lines += ["", f"Table {table['name']}" + (f": {table['caption']}" if table.get("caption") else "")]
        lines += [_entry(column["name"], _with_unit(column)) for column in table["columns"]]
    lines += ["", "Example", f"    >>> {_written(command)}"]
    if command["spec"]:
        lines += ["", f"Papers: spinodal {command['name'].replace('.', ' ')} --cite"]
    return "\n".join(lines)


def function(command):
    own = signature(command)
    names = {python_name(p["name"]): p["name"] for p in command["parameters"]}

    def run(*args, **kwargs):
        try:
            bound = own.bind(*args, **kwargs)
        except TypeError as problem:
            raise TypeError(f"spinodal.{run.__qualname__}: {problem}") from None
        values = {names[k]: v for k, v in bound.arguments.items() if k in names}
        options = {k: v for k, v in bound.arguments.items() if k not in names}
        return call(command, values, **options)

    run.__name__ = python_name(command["name"].rpartition(".")[2])
    run.__qualname__ = ".".join(map(python_name, command["name"].split(".")))
    run.__signature__ = own
    run.__doc__ = docstring(command)
    run.__module__ = "spinodal"
    return run


class Group(types.ModuleType):
    """The verbs of a group; help(spinodal.kde) lists them."""

    def __repr__(self):
        width = max(map(len, self.__all__))
        lines = [f"  {verb:{width}}  {getattr(self, verb).__doc__.splitlines()[0]}" for verb in self.__all__]
        return "\n".join([f"{self.__name__}: help({self.__name__}.{self.__all__[0]}) shows one of", *lines])


def namespace():
    """{"kde": module of theory, fit, ...; "survey": function; ...}"""
    out = {}
    for command in registry["commands"]:
        group, dot, verb = (python_name(part) for part in command["name"].partition("."))
        if not dot:
            out[group] = function(command)
            continue
        module = out.get(group)
        if module is None:
            module = out[group] = sys.modules[f"spinodal.{group}"] = Group(f"spinodal.{group}")
            module.__all__ = []
        setattr(module, verb, function(command))
        module.__all__.append(verb)
    for module in out.values():
        if isinstance(module, Group):
            module.__doc__ = "\n".join(f"{verb}: {getattr(module, verb).__doc__.splitlines()[0]}" for verb in module.__all__)
    return out
