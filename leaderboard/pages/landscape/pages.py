"""Landscape pages: one for each table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.landscape.embedding import read_embedding
from leaderboard.pages.landscape.maps import maps
from leaderboard.pages.landscape.scatters import scatters
from leaderboard.pages.landscape.table import Subject
from leaderboard.pages.landscape.violins import violins
from leaderboard.rendering import wording
from leaderboard.rendering.page import ChartSection, Page
from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.tables.statistics import beside_the_paper, by_optimizer


def landscape_pages(names: Sequence[str]) -> list[Page]:
    """The list of tables, then the page of each.

    Args:
        names: Of embedded tables, such as `emulated-v1.0`.

    Raises:
        TableError: There is no such table.
        BoardError: A table's embedding is missing, damaged, or of another content.
    """
    tables = {name: load(name) for name in names}
    rows = tuple((name, f"{len(table):,}", table.truth, table.content_hash) for name, table in tables.items())
    listed = Page(
        path="landscape/index.html",
        template="list.html.j2",
        context={
            "title": "Landscape",
            "lead": "A table holds training runs of one ground truth: what releases are fitted on.",
            "table": Table(("table", "training runs", "ground truth", "content hash"), rows),
        },
    )
    return [listed, *(landscape_page(name, table) for name, table in tables.items())]


def landscape_page(name: str, table: EvaluationTable) -> Page:
    """The page of one table.

    Args:
        name: Of the embedded table, whose embedding is committed.
        table: The table.

    Raises:
        BoardError: Its embedding is missing, damaged, or of another content.
    """
    subject = Subject(table)
    mapped, violin, scattered = (
        maps(subject, read_embedding(name, table)),
        violins(subject),
        scatters(subject),
    )
    what = wording.basis(table.truth)
    if not wording.is_the_papers(table.truth):
        what += "; no number here is of CIFAR-10"
    return Page(
        path=f"landscape/{name}.html",
        template="charts.html.j2",
        context={
            "title": f"The landscape of {subject.name}",
            "lead": f"What {len(table):,} training runs show of the DARTS space. They rest on "
            f"{what}. Ground truth: {table.truth}.",
            "sections": (
                ChartSection(
                    "The table",
                    f"Content hash {table.content_hash}. Sources are the paper's optimizers (Table 2); "
                    "probes are architectures made for its analyses.",
                    table=_sources(table),
                ),
                ChartSection(
                    "Beside the paper",
                    "What the paper says of its CIFAR-10 table, and the same of this one.",
                    table=Table(
                        ("statistic", "paper, CIFAR-10", f"this table ({table.truth})", "source"),
                        tuple((c.statistic, c.paper, c.table, c.source) for c in beside_the_paper(table)),
                    ),
                ),
                ChartSection(
                    "Maps",
                    "Architectures that are alike are neighbours: how well optimizers covered the space, "
                    "and where.",
                    _names(mapped),
                ),
                ChartSection(
                    "Performance",
                    "How good architectures are, what that costs, and how sure it is.",
                    _names(scattered),
                ),
                ChartSection("Cells", "What topology and operations do to the error.", _names(violin)),
            ),
        },
        charts=(*mapped, *scattered, *violin),
    )


def _names(charts: Iterable[Chart]) -> tuple[str, ...]:
    return tuple(chart.name for chart in charts)


def _sources(table: EvaluationTable) -> Table:
    rows = tuple(
        (
            *(part["optimizer"], f"{part['rows']:,}"),
            "-" if part["rows_in_paper"] is None else f"{part['rows_in_paper']:,}",
            *(f"{100 * (1 - part[f'{which}_val_accuracy']):.2f}" for which in ("mean", "best")),
            f"{part['mean_runtime']:,.0f}",
        )
        for part in by_optimizer(table)
    )
    columns = (
        "source",
        "rows",
        "rows in the paper",
        "mean error (%)",
        "lowest error (%)",
        "mean runtime (s)",
    )
    return Table(columns, rows)
