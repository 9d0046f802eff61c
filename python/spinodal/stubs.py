"""Writes the type stubs of the package for editors:   python -m spinodal.stubs FILE.pyi"""

import sys

from . import _commands

_types = {"real": "Numbers", "int": "Numbers", "bool": "bool", "text": "str", "choice": "str", "numbers": "Numbers", "dataset": "Data"}
_run_types = {"seed": "int", "threads": "int", "max_memory": "int", "time_limit": "float", "out": "Optional[str]", "resume": "bool"}

_head = '''"""Written by `python -m spinodal.stubs` from the registry of the library."""
from typing import Any, Dict, Optional, Sequence, Union
import numpy as np
Numbers = Union[float, str, Sequence[float], np.ndarray]
Data = Union[str, np.ndarray]
class Error(Exception):
    status: int
class Warning(UserWarning): ...
class Table(np.ndarray):
    name: str
    units: Dict[str, str]
    help: Dict[str, str]
    def to_pandas(self) -> Any: ...
class Result:
    command: str
    parameters: Dict[str, Any]
    data: Optional[Dict[str, Any]]
    scalars: Dict[str, Any]
    tables: Dict[str, Table]
    warnings: Sequence[str]
    verdicts: Sequence[Dict[str, str]]
    converged: bool
    def __getattr__(self, name: str) -> Any: ...
    def json(self) -> str: ...
    def plot(self, table: Optional[str] = ..., x: Optional[str] = ..., y: Any = ..., ax: Any = ...) -> Any: ...
def commands() -> Dict[str, str]: ...
'''


def _signature(command, leading):
    kinds = {_commands.python_name(p["name"]): p["type"] for p in command["parameters"]}
    parts, star = list(leading), False
    for p in _commands.signature(command).parameters.values():
        if p.kind is p.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        kind = _types[kinds[p.name]] if p.name in kinds else _run_types[p.name]
        if p.name == "labels":
            kind = "Union[str, np.ndarray, Sequence[Any]]"
        required = p.default is p.empty
        optional = "" if required else " = ..."
        parts.append(f"{p.name}: {kind if required or kind.startswith('Optional') else f'Optional[{kind}]'}{optional}")
    return ", ".join(parts)


def text():
    groups = {}
    for command in _commands.registry["commands"]:
        group, dot, verb = command["name"].partition(".")
        groups.setdefault(_commands.python_name(group), []).append((_commands.python_name(verb) if dot else None, command))
    out = _head
    for group, verbs in groups.items():
        if verbs[0][0] is None:
            out += f"def {group}({_signature(verbs[0][1], [])}) -> Result: ...\n"
            continue
        out += f"class {group}:\n"
        for verb, command in verbs:
            out += f"    @staticmethod\n    def {verb}({_signature(command, [])}) -> Result: ...\n"
    return out


if __name__ == "__main__":
    with open(sys.argv[1], "w") as file:
        file.write(text())
