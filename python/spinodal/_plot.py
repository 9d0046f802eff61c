"""The figures that a command declares for its tables, with matplotlib. Their grammar is in spinodal/command.h."""

import re

import numpy as np

_kinds = ("plot", "map", "hist")
_flags = ("logx", "logy", "logz", "points", "lines", "bars", "diagonal", "nokey")
_lists = ("vline", "hline")
_phrases = ("xlabel", "ylabel", "title")
_keywords = {*_flags, *_lists, *_phrases, "by", "bins", "xrange", "yrange"}
_same = re.compile("_(theory|exact|gauss|surrogate|measured|simulated)$")


def parse(text):
    """The figures of a table as dictionaries: {"kind": "plot", "columns": ["h", "KL"], "logx": True, "vline": ["h_opt"]}."""
    out = []
    for statement in filter(None, map(str.strip, (text or "").split(";"))):
        kind, *words = statement.split()
        figure = {"kind": kind, "columns": []}
        while words and words[0] not in _keywords:
            figure["columns"].append(words.pop(0))
        while words:
            key = words.pop(0)
            if key in _flags:
                figure[key] = True
                continue
            values = []
            while words and (key == "title" or words[0] not in _keywords or (key in _phrases and not values)):
                values.append(words.pop(0))
            figure[key] = values if key in _lists else " ".join(values)
        out.append(figure)
    return out


def default(table, axes):
    """Every number over the first axis or column, one figure for each unit; a second axis makes one curve for each value."""
    numeric = [name for name in table.dtype.names if table.dtype[name].kind == "f"]
    x = axes[0] if axes else numeric[0] if numeric else None
    units = {}
    for name in numeric:
        companion = name.endswith("_se") and name[:-3] in numeric
        if name != x and name not in axes and not companion and np.isfinite(table[name]).any():
            units.setdefault(table.units.get(name), []).append(name)
    if not units:
        raise ValueError(f"the table {table.name} has no two columns of numbers to draw")
    return [{"kind": "plot", "columns": [x, ",".join(names)]} for names in units.values()]


def _label(table, name):
    unit = table.units.get(name)
    return f"{name} [{unit}]" if unit and unit != "1" else name


def _curves(ax, table, figure):
    x, names = figure["columns"][0], figure["columns"][1].split(",")
    by = figure.get("by", "").split(",") if figure.get("by") else []
    keys = list(zip(*(table[name].tolist() for name in by))) if by else [()] * len(table)
    groups = list(dict.fromkeys(keys))
    colours = {}
    for group in groups:
        rows = np.asarray(table[[key == group for key in keys]])
        of = [f"{name} = {value:.4g}" if isinstance(value, float) else value for name, value in zip(by, group)]
        for name in names:
            colour = colours.setdefault((_same.sub("", name), group), f"C{len(colours) % 10}")
            text = ", ".join(([name] if len(names) > 1 or not by else []) + of)
            measured = name + "_se" in table.dtype.names
            points = figure.get("points", measured or rows[x].dtype.kind == "U") and not figure.get("lines")
            style = {"color": colour, "label": text, "linestyle": "none" if points else "-", "marker": "o" if points else None, "markersize": 3}
            if figure.get("bars") and name == names[0]:
                ax.bar(rows[x], rows[name], color=colour, label=text, alpha=0.75)
            elif measured:
                error = rows[name + "_se"]
                ax.errorbar(rows[x], rows[name], np.where(error >= 0, error, np.nan), **style)
            else:
                ax.plot(rows[x], rows[name], **style)
    units = {table.units.get(name) for name in names} - {"", "1", None}
    if len(names) == 1 or len(units) == 1:
        ax.set_ylabel(_label(table, names[0]) if len(names) == 1 else f"[{units.pop()}]")
    if figure.get("diagonal"):
        ax.axline((0, 0), slope=1, color="0.6", linewidth=0.8)
    if len(groups) * len(names) > 1 and not figure.get("nokey"):
        ax.legend(fontsize="small")


def _map(ax, table, figure):
    from matplotlib.colors import LogNorm

    x, y, z = figure["columns"]
    values = table[z]
    if values.dtype.kind == "U":
        for name in dict.fromkeys(values.tolist()):
            ax.scatter(table[x][values == name], table[y][values == name], s=12, marker="s", label=name)
        ax.legend(fontsize="small")
    else:
        drawn = ax.scatter(table[x], table[y], c=values, s=12, marker="s", norm=LogNorm() if figure.get("logz") else None)
        ax.figure.colorbar(drawn, ax=ax, label=_label(table, z))
    ax.set_ylabel(_label(table, y))


def _hist(ax, table, figure):
    values = table[figure["columns"][0]]
    values = values[np.isfinite(values) & ((values > 0) | (not figure.get("logx")))]
    bins = int(figure.get("bins", 30))
    if figure.get("logx") and len(values):
        bins = np.geomspace(values.min(), values.max() * (1 + 1e-12), bins + 1)
    ax.hist(values, bins=bins)
    ax.set_ylabel("rows")


def draw(ax, result, table, figure):
    """One figure on axes of matplotlib."""
    {"plot": _curves, "map": _map, "hist": _hist}[figure["kind"]](ax, table, figure)
    for key, line in (("vline", ax.axvline), ("hline", ax.axhline)):
        for word in figure.get(key, []):
            try:
                at = result.scalars[word] if word in result.scalars else float(word)
            except ValueError:
                continue
            if np.isfinite(at):
                line(at, color="0.6", linewidth=0.8, linestyle="--")
                if key == "vline" and word in result.scalars:
                    ax.annotate(word, (at, 1), xycoords=("data", "axes fraction"), fontsize="x-small", rotation=90, ha="right", va="top")
    for axis in "xy":
        if figure.get("log" + axis):
            getattr(ax, f"set_{axis}scale")("log")
        if figure.get(axis + "range"):
            getattr(ax, f"set_{axis}lim")(*map(float, figure[axis + "range"].split(":")))
        if figure.get(axis + "label"):
            getattr(ax, f"set_{axis}label")(figure[axis + "label"])
    if not figure.get("xlabel"):
        ax.set_xlabel(_label(table, figure["columns"][0]))
    if figure.get("title"):
        ax.set_title(figure["title"], fontsize="medium")
    return ax
