"""The landscape pages: numbers of the charts against the table, and the page in a browser."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from leaderboard.errors import BoardError
from leaderboard.pages.landscape.embedding import EACH, edge_ops, embed, read_embedding, write_embedding
from leaderboard.pages.landscape.pages import landscape_page, landscape_pages
from leaderboard.pages.landscape.scatters import scatters
from leaderboard.pages.landscape.table import Subject
from leaderboard.pages.landscape.violins import violins
from leaderboard.rendering.page import write_page
from leaderboard.rendering.render import SITE
from nb301.sources import FITTED
from nb301.space import Op
from nb301.tables import load, names
from nb301.tables.schema import EvaluationTable

NAME = "emulated-v1.0"


@pytest.fixture(scope="module")
def table():
    return load(NAME)


@pytest.fixture(scope="module")
def small(table):
    """Some rows of two optimizers, and no probe."""
    rows = table.rows
    return EvaluationTable(
        "small", "1.0", "emulated 1.0", rows[rows["optimizer"].isin(["rs", "de"])].iloc[::300]
    )


@pytest.fixture(scope="module")
def page():
    listed, page = landscape_pages([NAME])
    assert listed.context["table"].rows[0][:3] == (NAME, "56,289", "emulated 1.0")
    return page


@pytest.fixture(scope="module")
def charts(page):
    return {chart.name.removeprefix(f"landscape-{NAME}-"): chart for chart in page.charts}


@pytest.fixture(scope="module")
def site(page, tmp_path_factory):
    out = tmp_path_factory.mktemp("landscape")
    shutil.copytree(SITE / "static", out / "static")
    write_page(page, out)
    return out


def test_committed_embedding_is_of_the_embedded_table(table):
    """A table that changed would be shown on another one's map."""
    embedding = read_embedding(NAME, table)

    assert embedding.content_hash == table.content_hash
    sources = table.rows["optimizer"].iloc[embedding.rows].value_counts()
    assert {source for source, n in sources.items() if n} == {*FITTED}
    assert sources.max() == EACH


def test_stale_embedding_is_an_error(small):
    """The error names both contents, and how to embed anew."""
    with pytest.raises(
        BoardError, match=rf"{small.content_hash}.*python -m leaderboard.pages.landscape.embedding"
    ):
        landscape_page(NAME, small)


def test_missing_embedding_is_an_error(small):
    """A table without a map says how to make one."""
    with pytest.raises(BoardError, match=r"nothing-v1\.0\.json: not an embedding"):
        read_embedding("nothing-v1.0", small)


def test_committed_embedding_keeps_neighbours_together(table):
    """Nearest neighbours on the map share more edges than architectures drawn at random."""
    embedding = read_embedding(NAME, table)
    ops = edge_ops(table.codes[embedding.rows])
    differ = squareform(pdist(ops, "hamming"))
    apart = squareform(pdist(embedding.places))
    np.fill_diagonal(apart, np.inf)

    nearest = differ[np.arange(len(ops)), apart.argmin(axis=1)]
    assert nearest.mean() < 0.7 * differ.mean()


def test_edge_ops_are_those_of_the_canonical_cells(table):
    """Each edge's op is at its number, and edges that are not there have a number of their own."""
    genotypes = table.genotypes[:20]
    for row, genotype in zip(edge_ops(table.codes[:20]), genotypes, strict=True):
        canonical = genotype.canonical()
        for cell, found in zip((canonical.normal, canonical.reduce), row.reshape(2, 14), strict=True):
            assert {n: op for n, op in enumerate(found) if op < len(Op)} == {
                edge.number: edge.op for edge in cell.edges
            }


def test_embedding_follows_from_its_seed(small, tmp_path):
    """Equal tables and seeds give equal files."""
    pytest.importorskip("sklearn")
    for name in ("one", "two"):
        write_embedding(embed(small, seed=1, each=40), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_depths_are_those_of_the_cells(table):
    """Depths of all rows at once are those of each cell."""
    found = Subject(table).depths[::2000]

    assert found.tolist() == [[g.normal.depth, g.reduce.depth] for g in table.genotypes[::2000]]


def test_every_chart_names_table_truth_and_what_it_mirrors(charts):
    """No number can be taken for one of CIFAR-10."""
    for chart in charts.values():
        assert "Table emulated-v1.0, ground truth: emulated 1.0." in chart.caption
        assert "ground truth: emulated 1.0" in chart.alt
        assert "Figure" in chart.caption or "no figure" in chart.caption


def test_violins_have_the_tables_quantiles(table, charts):
    """Numbers below the violins of skip connections are quantiles of the table's rows."""
    rows = table.rows[table.rows["optimizer"].isin([*FITTED, "skip"])]
    counts = np.array([g.normal.count(Op.skip_connect) for g in np.array(table.genotypes)[rows.index]])
    errors = 100 * (1 - rows["val_accuracy"].to_numpy())
    found = {row[1]: row for row in charts["parameter-free-normal"].data.rows if row[0] == "skip_connect"}

    for count in (0, 3, 8):
        of, at, n, lowest, _, _, median, _, _, highest = found[count]
        chosen = errors[counts == count]
        assert (of, at, n) == ("skip_connect", count, len(chosen))
        for text, value in ((lowest, chosen.min()), (median, np.median(chosen)), (highest, chosen.max())):
            assert float(text) == pytest.approx(value, abs=0.0051)


def test_distributions_are_empirical(table, charts):
    """At each drawn error that share of the optimizer's rows is at most so bad."""
    errors = 100 * (1 - table.of("bananas").rows["val_accuracy"].to_numpy())
    drawn = [(error, share) for name, error, share in charts["ecdf"].data.rows if name == "BANANAS"]

    assert drawn[-1] == (round(errors.max(), 3), 1.0)
    for error, share in drawn[::20]:
        assert np.mean(errors <= error + 1e-3) == pytest.approx(share, abs=5e-3)


def test_tables_without_probes_have_fewer_charts(small, charts):
    """What a table has no rows for is not drawn."""
    found = {chart.name for chart in (*violins(Subject(small)), *scatters(Subject(small)))}

    drawn = {name.removeprefix("landscape-small-v1.0-") for name in found}
    assert drawn == {name for name in charts if not name.startswith("map")} - {"topology", "noise"}


def test_every_embedded_table_has_an_embedding():
    """The site's build has a page for each."""
    for name in names():
        read_embedding(name, load(name))


def test_page_is_light_before_its_data(site):
    """Below 300 kB, with all that is loaded before a chart is reached."""
    page = (site / f"landscape/{NAME}.html").stat().st_size
    static = ("style.css", "charts.css", "charts.js", "icon.svg")

    assert page + sum((site / "static" / name).stat().st_size for name in static) < 300_000


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1200)])
def test_every_chart_is_drawn(open_page, drawn, accessible, site, charts, scheme, width):
    """All views are drawn from disk, nothing sticks out, and axe has nothing to say."""
    page = open_page(site / f"landscape/{NAME}.html", width=width, scheme=scheme)

    assert drawn(page) == [scheme] * len(charts)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    accessible(page)


@pytest.mark.browser
def test_page_is_complete_without_javascript(open_page, site, charts):
    """All drawings are there."""
    page = open_page(site / f"landscape/{NAME}.html", java_script_enabled=False)

    assert page.locator("figure picture img:visible").count() == len(charts)
