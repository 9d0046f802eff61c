"""What a command returns: scalars, tables as structured NumPy arrays, warnings, verdicts."""

import ctypes as c
import html
import json
import textwrap

import numpy as np

from . import _library as lib


class Table(np.ndarray):
    """A structured array: table["column"] is a plain array, table[i] a record. units and help: of each column; caption: what
    the table shows; plots: the figures it declares."""

    _extra = {"name": "", "units": {}, "help": {}, "caption": "", "plots": ""}

    def __array_finalize__(self, other):
        for key, empty in self._extra.items():
            setattr(self, key, getattr(other, key, empty))

    def __getitem__(self, key):
        item = super().__getitem__(key)
        return item.view(np.ndarray) if isinstance(item, Table) and item.dtype.names is None else item

    def __reduce__(self):
        make, arguments, state = super().__reduce__()
        return make, arguments, (state, {key: getattr(self, key) for key in self._extra})

    def __setstate__(self, state):
        super().__setstate__(state[0])
        self.__dict__.update(state[1])

    def to_pandas(self):
        """A DataFrame; units, help and caption in its attrs."""
        import pandas

        frame = pandas.DataFrame({name: self[name] for name in self.dtype.names})
        frame.attrs.update(name=self.name, caption=self.caption, units=dict(self.units), help=dict(self.help))
        return frame

    def _shown(self, most=20):
        """Header and rows as texts; "..." where rows are left out."""
        rows = list(self) if len(self) <= most else [*self[: most // 2], None, *self[-(most // 2) :]]
        yield [f"{name} [{self.units[name]}]" if self.units.get(name) not in (None, "", "1") else name for name in self.dtype.names]
        for row in rows:
            yield ["..."] * len(self.dtype.names) if row is None else [f"{v:.7g}" if isinstance(v, float) else str(v) for v in row.tolist()]

    def __repr__(self):
        if self.ndim != 1 or self.dtype.names is None:
            return super().__repr__()
        rows = list(self._shown())
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(f"{text:>{width}}" for text, width in zip(row, widths)) for row in rows]
        return "\n".join([f"table {self.name}: {len(self)} rows", *lines])

    __str__ = __repr__

    def _repr_html_(self):
        if self.ndim != 1 or self.dtype.names is None:
            return None
        head, *rows = self._shown()
        titles = [f'<th title="{html.escape(self.help.get(n, ""))}">{html.escape(text)}</th>' for n, text in zip(self.dtype.names, head)]
        body = "".join("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows)
        return f"<table><caption>{html.escape(self.caption or self.name)}</caption><tr>{''.join(titles)}</tr>{body}</table>"


def _column(table, index, rows):
    if lib.library.sp_table_column_is_text(table, index):
        return np.array([lib.library.sp_table_cell(table, row, index).text.decode() for row in range(rows)], dtype="U")
    numbers = lib.library.sp_table_numbers(table, index)
    return np.ctypeslib.as_array(c.cast(numbers, c.POINTER(c.c_double)), (rows,)) if rows else np.empty(0)


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
    declaration = lib.library.sp_table_declaration(table)
    if declaration:
        out.caption = (declaration.contents.caption or b"").decode()
        out.plots = (declaration.contents.plots or b"").decode()
    return out


def _items(handle):
    """What the result says: (kind, text), and its images as arrays height x width (x 3)."""
    said, images = [], {}
    for i in range(lib.library.sp_result_items(handle)):
        item = lib.library.sp_result_item(handle, i).contents
        said.append((lib.ITEMS[item.kind], (item.text or b"").decode()))
        if item.image:
            image = item.image.contents
            shape = (image.height, image.width, image.channels)[: 3 if image.channels > 1 else 2]
            pixels = c.string_at(image.pixels, image.height * image.width * image.channels)
            images[image.name.decode()] = np.frombuffer(pixels, dtype=np.uint8).reshape(shape)
    return said, images


def _number(value):
    """JSON has no infinity: the library writes it, and nan, as a text."""
    return float(value) if value in ("inf", "-inf", "nan") else value


class Result:
    """Scalars and tables by name as attributes, or `scalars["name"]`, `tables["name"]`; a measured x stands beside x_se.

    words: what the command says, [(kind, text), ...]; images: arrays of bytes; data: what was read; verdicts, warnings,
    converged."""

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
        self.words, self.images = _items(handle)
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
        """Draws a table with matplotlib as the command line does: measured columns (y with y_se) as points with error bars,
        theory as lines. Returns the axes, or an array of them where the table declares several figures.

        table: name (the first with a figure); x, y: columns of your choice (y: a name or several); ax: draw there."""
        import matplotlib.pyplot as plt

        from . import _plot

        y = [y] if isinstance(y, str) else list(y or [])
        wanted = [name for name in [x, *y] if name is not None]
        drawable = [t for t in [self.tables.get("grid"), *self.tables.values()] if t is not None and len(t)]
        if table is not None and table not in self.tables:
            raise ValueError(f"{self.command} returns no table {table}, but {', '.join(self.tables) or 'none'}")
        if table is None and not drawable:
            raise ValueError(f"{self.command} returned no table to draw")
        if table is not None:
            shown = self.tables[table]
        elif wanted:
            shown = next((t for t in drawable if set(wanted) <= set(t.dtype.names)), drawable[0])
        else:
            shown = next((t for t in drawable if t.plots or t.name == "grid"), drawable[0])
        for name in wanted:
            if name not in shown.dtype.names:
                raise ValueError(f"the table {shown.name} has no column {name}, but {', '.join(shown.dtype.names)}")
        axes = [name for name in self.tables["grid"].dtype.names if name in self.parameters] if "grid" in self.tables else []
        figures = [] if wanted else _plot.parse(shown.plots)
        if not figures:
            figures = _plot.default(shown, axes if shown.name == "grid" else [])
        if wanted:
            figures = [{"kind": "plot", "columns": [x or figures[0]["columns"][0], ",".join(y) or figures[0]["columns"][1]]}]
        for figure in figures:
            free = [name for name in axes if name not in figure["columns"] and name in shown.dtype.names]
            if free and figure["kind"] == "plot":
                figure["by"] = ",".join(dict.fromkeys([*filter(None, [figure.get("by")]), *free]))
        if ax is not None or len(figures) == 1:
            return _plot.draw(ax if ax is not None else plt.subplots()[1], self, shown, figures[0])
        axes = plt.subplots(1, len(figures), figsize=(5 * len(figures), 4), layout="constrained")[1]
        for at, figure in zip(axes, figures):
            _plot.draw(at, self, shown, figure)
        return axes

    def _lines(self):
        for name, value in self.scalars.items():
            if name.endswith("_se") and name[:-3] in self.scalars:
                continue
            declared = self._declared.get(name, {})
            error = self.scalars.get(name + "_se")
            text = f"{value:.10g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
            if error is not None and error == error:
                text += f" +- {error:.2g}"
            yield name, text, "" if declared.get("unit") == "1" else declared.get("unit", ""), declared.get("help", "")

    def __repr__(self):
        lines = [f"spinodal {self.command}" + ("" if self.converged else "  NOT CONVERGED")]
        if self.data:
            lines.append("  data: {name}, n = {n}, d = {d}, scale {scale}".format(**self.data))
        starts = {"section": "\n  ", "words": "  ", "caution": "  ! "}
        lines += [textwrap.fill(text, 100, initial_indent=starts[kind], subsequent_indent="    ") for kind, text in self.words if kind in starts]
        lines += [""] if self.words else []
        scalars = list(self._lines())
        wide, long = (max([len(line[i]) for line in scalars], default=0) for i in (0, 1))
        lines += [f"  {name:{wide}}  {text:{long}}  {help}{f' [{unit}]' if unit else ''}".rstrip() for name, text, unit, help in scalars]
        lines += [f"  table {name}: {len(table)} rows of {', '.join(table.dtype.names)}" for name, table in self.tables.items()]
        lines += [f"  image {name}: {' x '.join(map(str, image.shape))}" for name, image in self.images.items()]
        lines += [f"  {verdict['verdict']}: {verdict['claim']}" for verdict in self.verdicts]
        lines += [f"  warning: {text}" for text in self.warnings]
        return "\n".join(lines)

    def _repr_html_(self):
        e = html.escape
        out = [f"<p><b>spinodal {e(self.command)}</b>{'' if self.converged else ' <b>not converged</b>'}</p>"]
        tags = {"section": "h4", "words": "p", "caution": "blockquote"}
        out += [f"<{tags[kind]}>{e(text)}</{tags[kind]}>" for kind, text in self.words if kind in tags]
        rows = "".join(f"<tr><td>{e(name)}</td><td>{e(text)}</td><td>{e(unit)}</td><td>{e(help)}</td></tr>" for name, text, unit, help in self._lines())
        out += [f"<table>{rows}</table>"] if rows else []
        tables = "".join(f"<li>{e(name)}: {len(t)} rows of {e(', '.join(t.dtype.names))}</li>" for name, t in self.tables.items())
        out += [f"<ul>{tables}</ul>"] if tables else []
        out += [f"<p>{e(verdict['verdict'])}: {e(verdict['claim'])}</p>" for verdict in self.verdicts]
        out += [f"<p><b>warning</b>: {e(text)}</p>" for text in self.warnings]
        return "".join(out)
