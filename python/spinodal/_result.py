"""What a command returns: scalars, tables as structured NumPy arrays, warnings, verdicts."""

import ctypes as c
import html
import json

import numpy as np

from . import _library as lib


class Table(np.ndarray):
    """A structured array: table["column"], one row a record. units and help: of each column."""

    def __array_finalize__(self, other):
        self.name = getattr(other, "name", "")
        self.units = getattr(other, "units", {})
        self.help = getattr(other, "help", {})

    def to_pandas(self):
        import pandas

        return pandas.DataFrame({name: np.asarray(self[name]) for name in self.dtype.names})


def _column(table, index, rows):
    numbers = lib.library.sp_table_numbers(table, index)
    if rows == 0:
        return np.empty(0)
    if numbers:
        return np.ctypeslib.as_array(c.cast(numbers, c.POINTER(c.c_double)), (rows,))
    return np.array([lib.library.sp_table_cell(table, row, index).text.decode() for row in range(rows)])


def _table(table):
    rows, n = lib.library.sp_table_rows(table), lib.library.sp_table_columns(table)
    declared = [lib.library.sp_table_column(table, i).contents for i in range(n)]
    columns = [_column(table, i, rows) for i in range(n)]
    names = [d.name.decode() for d in declared]
    out = np.empty(rows, dtype=[(name, column.dtype) for name, column in zip(names, columns)]).view(Table)
    for name, column in zip(names, columns):
        out[name] = column
    out.name = lib.library.sp_table_name(table).decode()
    out.units = {name: (d.unit or b"").decode() for name, d in zip(names, declared)}
    out.help = {name: (d.help or b"").decode() for name, d in zip(names, declared)}
    return out


def _number(value):
    """JSON has no infinity: the library writes it, and nan, as a text."""
    return float(value) if value in ("inf", "-inf", "nan") else value


class Result:
    """Scalars are attributes and `scalars["name"]`, tables are `tables["name"]`; measured x stands beside x_se."""

    def __init__(self, run, handle, declaration):
        self._text = lib.take_text(lib.library.sp_result_json(run, handle))
        whole = json.loads(self._text)
        self.command = whole["command"]
        self.parameters = whole["parameters"]
        self.data = whole["data"]
        self.scalars = {name: _number(value) for name, value in whole["scalars"].items()}
        self.warnings = whole["warnings"]
        self.converged = whole["converged"]
        self.verdicts = whole["verdicts"]
        tables = [lib.library.sp_result_table_at(handle, i) for i in range(lib.library.sp_result_tables(handle))]
        self.tables = {table.name: table for table in map(_table, tables)}
        self._declared = {s["name"]: s for s in declaration["scalars"]}

    def __getattr__(self, name):
        for part in ("scalars", "tables"):
            values = self.__dict__.get(part, {})
            if name in values:
                return values[name]
        raise AttributeError(f"{self.__dict__.get('command')} returns no {name}")

    def __dir__(self):
        return [*super().__dir__(), *self.scalars, *self.tables]

    def json(self):
        """Exactly what the command line prints with --json."""
        return self._text

    def plot(self, table=None, x=None, y=None, ax=None):
        """Draws columns y over x of a table with matplotlib: measured ones (with a companion y_se) as points with error bars.

        Default: the first table, its first column, and every other numeric column."""
        import matplotlib.pyplot as plt

        shown = self.tables[table] if table else next(iter(self.tables.values()))
        numeric = [name for name in shown.dtype.names if shown.dtype[name].kind == "f"]
        x = x or numeric[0]
        names = [y] if isinstance(y, str) else y or [name for name in numeric if name != x and not name.endswith("_se")]
        ax = ax or plt.gca()
        for name in names:
            if name + "_se" in numeric:
                ax.errorbar(shown[x], shown[name], shown[name + "_se"], fmt="o", label=name)
            else:
                ax.plot(shown[x], shown[name], label=name)
        unit = shown.units.get(x)
        ax.set_xlabel(f"{x} ({unit})" if unit and unit != "1" else x)
        ax.legend()
        return ax

    def _lines(self):
        for name, value in self.scalars.items():
            if name.endswith("_se") and name[:-3] in self.scalars:
                continue
            unit = self._declared.get(name, {}).get("unit", "")
            error = self.scalars.get(name + "_se")
            text = value if isinstance(value, str) else f"{value:.10g}" + (f" +- {error:.2g}" if error is not None else "")
            yield name, text, "" if unit == "1" else unit, self._declared.get(name, {}).get("help", "")

    def __repr__(self):
        lines = [f"spinodal {self.command}" + ("" if self.converged else "  NOT CONVERGED")]
        lines += [f"  {name:16} {text:24} {help} {f'[{unit}]' if unit else ''}".rstrip() for name, text, unit, help in self._lines()]
        lines += [f"  table {name}: {len(table)} rows of {', '.join(table.dtype.names)}" for name, table in self.tables.items()]
        lines += [f"  warning: {text}" for text in self.warnings]
        return "\n".join(lines)

    def _repr_html_(self):
        e = html.escape
        rows = "".join(
            f"<tr><td>{e(name)}</td><td>{e(str(text))}</td><td>{e(unit)}</td><td>{e(help)}</td></tr>" for name, text, unit, help in self._lines()
        )
        tables = "".join(f"<li>{e(name)}: {len(t)} rows of {e(', '.join(t.dtype.names))}</li>" for name, t in self.tables.items())
        warnings = "".join(f"<p><b>warning</b>: {e(text)}</p>" for text in self.warnings)
        state = "" if self.converged else " <b>not converged</b>"
        return f"<p><b>spinodal {e(self.command)}</b>{state}</p><table>{rows}</table><ul>{tables}</ul>{warnings}"
