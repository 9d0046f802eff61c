"""Writes the type stubs of the package for editors:   python -m spinodal.stubs [FILE.pyi]   (default: into the package)"""

import os
import sys

from . import _commands

_types = {"real": "Numbers", "int": "Numbers", "bool": "bool", "text": "Text", "choice": "str", "numbers": "Numbers", "dataset": "Data"}
_run_types = {"seed": "int", "threads": "int", "max_memory": "int", "time_limit": "float", "out": "Union[None, str, os.PathLike[str]]", "resume": "bool"}

_head = '''"""Written by `python -m spinodal.stubs` from the registry of the library."""
import os
from typing import Any, Dict, Optional, Sequence, Tuple, Union
import numpy as np
Numbers = Union[float, str, Sequence[float], np.ndarray]
Text = Union[str, "os.PathLike[str]", Sequence[Any]]
Data = Union[str, "os.PathLike[str]", np.ndarray, Tuple[np.ndarray, Any], Sequence[Any]]
class Error(Exception):
    status: int
class Warning(UserWarning): ...
class Table(np.ndarray):
    name: str
    units: Dict[str, str]
    help: Dict[str, str]
    caption: str
    plots: str
    def to_pandas(self) -> Any: ...
class Result:
    command: str
    parameters: Dict[str, Any]
    data: Optional[Dict[str, Any]]
    scalars: Dict[str, Any]
    tables: Dict[str, Table]
    warnings: Sequence[str]
    words: Sequence[Tuple[str, str]]
    images: Dict[str, np.ndarray]
    verdicts: Sequence[Dict[str, str]]
    converged: bool
    def __getattr__(self, name: str) -> Any: ...
    def json(self) -> str: ...
    def plot(self, table: Optional[str] = ..., x: Optional[str] = ..., y: Any = ..., ax: Any = ...) -> Any: ...
__version__: str
def commands() -> Dict[str, str]: ...
'''


def _signature(command):
    kinds = {_commands.python_name(p["name"]): p["type"] for p in command["parameters"]}
    parts, star = [], False
    for p in _commands.signature(command).parameters.values():
        if p.kind is p.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        kind = _types[kinds[p.name]] if p.name in kinds else _run_types[p.name]
        if p.name == "labels":
            kind = "Union[str, np.ndarray, Sequence[Any]]"
        if p.default is not p.empty:
            kind = f"{kind if 'None' in kind else f'Optional[{kind}]'} = ..."
        parts.append(f"{p.name}: {kind}")
    return ", ".join(parts)


def text():
    groups = {}
    for command in _commands.registry["commands"]:
        group, dot, verb = command["name"].partition(".")
        groups.setdefault(_commands.python_name(group), []).append((_commands.python_name(verb) if dot else None, command))
    out = _head
    for group, verbs in groups.items():
        if verbs[0][0] is None:
            out += f"def {group}({_signature(verbs[0][1])}) -> Result: ...\n"
            continue
        out += f"class {group}:\n"
        for verb, command in verbs:
            out += f"    @staticmethod\n    def {verb}({_signature(command)}) -> Result: ...\n"
    return out


if __name__ == "__main__":
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__init__.pyi")
    with open(sys.argv[1] if len(sys.argv) > 1 else default, "w", encoding="utf-8") as file:
        file.write(text())
