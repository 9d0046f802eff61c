"""The statistical physics of learning, on NumPy arrays: spinodal.GROUP.VERB(...), one function for each command.

    >>> import spinodal
    >>> spinodal.kde.theory(alpha=0.3).h_opt
    0.783612...

help(spinodal.kde.theory) shows options, units and results; `spinodal.commands()` lists all."""

from ._call import Error, Warning as Warning
from ._commands import namespace as _namespace, registry as _registry
from ._result import Result, Table

__version__ = _registry["version"]
_groups = _namespace()
globals().update(_groups)


def commands():
    """{"kde.theory": "one-line summary", ...}"""
    return {command["name"]: command["summary"] for command in _registry["commands"]}


__all__ = ["Error", "Result", "Table", "commands", *sorted(_groups)]
