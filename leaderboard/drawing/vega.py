"""Charts: one specification of Vega-Lite becomes a view that answers, drawings without script, and CSV.

`site/static/charts.js` puts the view in the drawing's place when a reader scrolls to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import vl_convert

from leaderboard.legible import to_csv
from nb301.files import write_text

Specification: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart

_FONT = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
#: Okabe & Ito (2008), readable when colour-blind; in the order in which entries take them.
_LIGHT = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
_DARK = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00", "#FFFFFF")
#: Colours have seven turns, dashes four and shapes five: no two of 28 entries look the same.
DASHES = ([1, 0], [7, 4], [2, 3], [10, 3, 2, 3])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
#: Faintness of what is drawn is not the legend's; phones get fewer columns.
_LEGEND = alt.Legend(orient="top", columns=4, symbolOpacity=1)
_LINES = alt.Legend(orient="top", columns=4, symbolOpacity=1, symbolType="stroke", symbolSize=500)
_VL_VERSION = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
#: Digits of a drawing's coordinates beyond a hundredth of a pixel.
_FINE_DIGITS = re.compile(r"(\d\.\d\d)\d+")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under named columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def to_csv(self) -> str:
        """The table with a header line, each line ended by a newline."""
        return to_csv(self.columns, self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Each row by its columns, as specifications take it."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the site.

    Raises:
        ValueError: The name cannot be that of a file.
    """

    #: Of its files: lower-case letters, digits, dots and dashes.
    name: str
    title: str
    #: What is seen, on which ground truth, and what it mirrors.
    caption: str
    #: What it shows, for those who cannot see it.
    alt: str
    #: Colours are those of `signal` and of the range `category`, so that themes can change them.
    spec: Specification
    #: Everything that is drawn, for the CSV.
    data: Table
    #: What stands below the chart; all of the data where it is None.
    summary: Table | None = None
    #: Axes that a reader may switch between linear and log scale: `x`, `y`.
    switches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"chart name {self.name!r} is not lower-case letters, digits, dots and dashes alone"
            )

    @property
    def table(self) -> Table:
        """What stands below the chart."""
        return self.data if self.summary is None else self.summary


def write_chart(chart: Chart, out: Path) -> None:
    """Write a chart's files below the site's folder; equal charts give equal bytes.

    `charts/NAME.js` calls `nb301Chart(NAME, {...})`, since a page opened from disk may not fetch data;
    `charts/NAME.light.svg` and `charts/NAME.dark.svg` are drawings; `data/NAME.csv` has the numbers.
    """
    vega = _compiled(chart)
    for theme in THEMES:
        write_text(out / f"charts/{chart.name}.{theme}.svg", _drawn(vega, theme))
    sent = {"spec": vega, "themes": THEMES, "switches": chart.switches}
    text = json.dumps(sent, separators=(",", ":"))
    write_text(out / f"charts/{chart.name}.js", f"nb301Chart({json.dumps(chart.name)},{text});\n")
    write_text(out / f"data/{chart.name}.csv", chart.data.to_csv())


def drawing(chart: Chart, theme: str) -> str:
    """A chart as SVG, in a theme's colours (`THEMES`)."""
    return _drawn(_compiled(chart), theme)


def _drawn(vega: Mapping[str, Any], theme: str) -> str:
    svg: str = vl_convert.vega_to_svg({**vega, "config": THEMES[theme]})
    return _FINE_DIGITS.sub(r"\1", svg) + "\n"


def signal(name: str) -> alt.ExprRef:
    """A colour of the theme for marks that stand for no entry: `text`, `muted`, `grid` or `accent`."""
    return alt.ExprRef(f"theme_{name}")


def inline(rows: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    """Rows as a specification's data."""
    return alt.InlineData(values=list(map(dict, rows)))


def entry_colour(names: Sequence[str], *, lines: bool = False) -> alt.Color:
    """Colour by the field `name`, in the order given; the legend shows lines or symbols."""
    scale = alt.Scale(domain=list(names))
    return alt.Color("name:N", title=None, scale=scale, legend=_LINES if lines else _LEGEND)


def entry_dash(names: Sequence[str]) -> alt.StrokeDash:
    """Dashes by the field `name`, so that entries differ without their colour, too."""
    scale = alt.Scale(domain=list(names), range=list(islice(cycle(DASHES), len(names))))
    return alt.StrokeDash("name:N", title=None, scale=scale, legend=_LINES)


def entry_shape(names: Sequence[str]) -> alt.Shape:
    """Shapes by the field `name`."""
    scale = alt.Scale(domain=list(names), range=list(islice(cycle(SHAPES), len(names))))
    return alt.Shape("name:N", title=None, scale=scale, legend=_LEGEND)


def chosen_entries() -> alt.Parameter:
    """Entries that a reader has clicked in the legend, all of them at first; add it to one layer only.

    Of a layered chart as a whole it would compile, and fail when it is drawn.
    """
    return alt.selection_point(name="entries", fields=["name"], bind="legend", toggle="true")


def _compiled(chart: Chart) -> dict[str, Any]:
    """The specification as Vega, without a look of its own."""
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(chart.spec.to_dict(), vl_version=_VL_VERSION)
    for own in ("$schema", "config", "background"):
        vega.pop(own, None)
    return vega | {"description": chart.alt}


def _theme(text: str, muted: str, grid: str, entries: Sequence[str], ramp: Sequence[float]) -> dict[str, Any]:
    """A configuration of Vega."""
    colours = {"text": text, "muted": muted, "grid": grid, "accent": entries[0]}
    gradual = {"scheme": "viridis", "extent": list(ramp)}
    fonts = {"font": _FONT, "fontWeight": "normal"}
    return {
        "signals": [{"name": f"theme_{name}", "value": colour} for name, colour in colours.items()],
        "range": {"category": list(entries), **dict.fromkeys(("ramp", "heatmap", "ordinal"), gradual)},
        "style": {
            "cell": {"stroke": None, "fill": None},
            "guide-label": {**fonts, "fill": muted, "fontSize": 12},
            "guide-title": {**fonts, "fill": text, "fontSize": 13},
            "group-title": {**fonts, "fill": text, "fontSize": 13},
        },
        "axis": {"domainColor": muted, "tickColor": muted, "gridColor": grid, "titlePadding": 8},
        "header": {"labelColor": text, "labelFont": _FONT},
        "legend": {
            "orient": "top",
            "labelColor": text,
            "labelFontSize": 13,
            "labelLimit": 260,
            "columns": 3,
            "symbolStrokeWidth": 2.2,
            "columnPadding": 20,
            "offset": 10,
            "symbolSize": 140,
            "gradientLength": 180,
            "titleLimit": 400,
        },
    }


#: Configurations of Vega by the theme's name.
THEMES: Mapping[str, Mapping[str, Any]] = {
    "light": _theme("#1c2430", "#55606e", "#e4e8ed", _LIGHT, (0.0, 0.92)),
    "dark": _theme("#e6eaf0", "#9aa7b8", "#2b3442", _DARK, (0.25, 1.0)),
}
