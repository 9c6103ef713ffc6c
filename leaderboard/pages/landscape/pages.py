"""Landscape pages: one for each table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from operator import attrgetter

import numpy as np

from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.landscape.beside import real_beside_emulated
from leaderboard.pages.landscape.embedding import read_embedding
from leaderboard.pages.landscape.maps import maps
from leaderboard.pages.landscape.scatters import scatters
from leaderboard.pages.landscape.table import Landscape
from leaderboard.pages.landscape.violins import violins
from leaderboard.rendering import wording
from leaderboard.rendering.page import ChartSection, Page
from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.tables.statistics import beside_the_paper, by_optimizer
from nb301.truth.base import rests_on

#: Charts of each section that are not folded up.
_SHOWN = 1


def landscape_pages(names: Sequence[str]) -> list[Page]:
    """The list of tables, then the page of each.

    Args:
        names: Of embedded tables, such as `emulated-v2.0`.

    Raises:
        TableError: There is no such table.
        BoardError: A table's embedding is missing, damaged, or of another content.
    """
    tables = dict(zip(names, map(load, names), strict=True))
    listed = Page(
        path="landscape/index.html",
        template="list.html.j2",
        context={
            "title": "Landscape",
            "lead": "What the search space looks like: how good its architectures are, in real trainings and "
            "in the emulation. Releases are fitted on these tables.",
            "table": Table(
                ("table", "rests on", "rows", "lowest error (%)", "median error (%)"),
                tuple(itertools.starmap(_line, tables.items())),
            ),
            "note": "Validation errors of the rows that models are fitted on.",
            "more": ("The releases", "releases/index.html"),
        },
        charts=tuple(real_beside_emulated(list(tables.values()))),
    )
    return [listed, *itertools.starmap(landscape_page, tables.items())]


def _line(name: str, table: EvaluationTable) -> tuple[str, ...]:
    """A table in the list."""
    landscape = Landscape(table)
    error = landscape.error[landscape.fitted]
    rows = f"{len(table):,} {wording.evaluations(table.truth)}"
    return (name, rests_on(table.truth), rows, f"{error.min():.2f}", f"{np.median(error):.2f}")


def landscape_page(name: str, table: EvaluationTable) -> Page:
    """The page of one table.

    Args:
        name: Of the embedded table, whose embedding is committed.
        table: The table.

    Raises:
        BoardError: Its embedding is missing, damaged, or of another content.
    """
    landscape = Landscape(table)
    mapped = maps(landscape, read_embedding(name, table))
    cell_charts, scattered = violins(landscape), scatters(landscape)
    return Page(
        path=f"landscape/{name}.html",
        template="charts.html.j2",
        context={
            "title": f"The landscape of {landscape.name}",
            "lead": _lead(table),
            "shown": _SHOWN,
            "sections": (
                ChartSection(
                    "Errors",
                    "How good architectures are, what that costs, and how sure it is.",
                    _names(scattered),
                ),
                ChartSection("Cells", "What topology and operations do to the error.", _names(cell_charts)),
                ChartSection(
                    "Maps",
                    "Architectures that are alike are neighbours: how well optimizers covered the space, "
                    "and where.",
                    _names(mapped),
                ),
                *_table_sections(table),
            ),
        },
        charts=(*scattered, *cell_charts, *mapped),
    )


def _lead(table: EvaluationTable) -> str:
    shown = f"{len(table):,} {wording.evaluations(table.truth)}"
    if wording.is_the_papers(table.truth):
        return f"What {shown} show of the DARTS space. They rest on {wording.basis(table.truth)}."
    return (
        f"What {shown} show of the DARTS space. They rest on {wording.basis(table.truth)}; no number here "
        "is of CIFAR-10."
    )


def _table_sections(table: EvaluationTable) -> list[ChartSection]:
    """What the table is, and how it is beside the paper's."""
    sources = "Sources are the paper's optimizers (Table 2); probes are architectures made for its analyses."
    if (table.rows["optimizer"] == "finds").any():
        sources += " Finds are what searches rated best on a surrogate of all other rows."
    return [
        ChartSection(
            "The table",
            f"{sources} Ground truth: {table.truth}; content hash {table.content_hash}.",
            table=_sources(table),
        ),
        ChartSection(
            "Beside the paper",
            "What the paper says of its CIFAR-10 table, and the same of this one.",
            table=Table(
                ("statistic", "paper, CIFAR-10", f"this table ({table.truth})", "source"),
                tuple(map(attrgetter("statistic", "paper", "table", "source"), beside_the_paper(table))),
            ),
        ),
    ]


def _names(charts: Iterable[Chart]) -> tuple[str, ...]:
    return tuple(map(attrgetter("name"), charts))


def _sources(table: EvaluationTable) -> Table:
    rows = []
    for part in by_optimizer(table):
        in_paper = part["rows_in_paper"]
        rows.append(
            (
                part["optimizer"],
                f"{part['rows']:,}",
                "-" if in_paper is None else f"{in_paper:,}",
                f"{100 * (1 - part['mean_val_accuracy']):.2f}",
                f"{100 * (1 - part['best_val_accuracy']):.2f}",
                f"{part['mean_runtime']:,.0f}",
            )
        )
    columns = (
        "source",
        "rows",
        "rows in the paper",
        "mean error (%)",
        "lowest error (%)",
        "mean runtime (s)",
    )
    return Table(columns, tuple(rows))
