"""The one list of sources: what is made of it, in which order."""

from __future__ import annotations

import inspect

import pytest

from nb301.optimizers import OPTIMIZERS
from nb301.sources import (
    FITTED,
    FOR_ANALYSIS,
    KNOWING_ALL,
    ROWS_IN_PAPER,
    SOURCES,
    SourceKind,
    labels,
    sources_of,
)


def test_names_are_unique():
    """A row has one source."""
    assert len({source.name for source in SOURCES}) == len(SOURCES)


def in_order(names, expected):
    """Whether the expected names are among others in their order."""
    return [name for name in names if name in expected] == [*expected]


def test_lists_keep_their_order():
    """Messages, pages and embeddings go through the sources in these orders."""
    assert in_order(sources_of(SourceKind.BLACK_BOX), ("rs", "re", "ls", "de", "tpe", "bananas", "combo"))
    assert in_order(sources_of(SourceKind.ONE_SHOT), ("darts", "pc_darts", "drnas", "gdas", "random_ws"))
    assert (
        *("rs", "de", "re", "tpe", "bananas", "combo"),
        *("darts", "pc_darts", "drnas", "gdas", "random_ws", "low_par"),
    ) == FITTED
    assert in_order(FOR_ANALYSIS, ("skip", "topology", "seeds"))
    assert tuple(labels())[: len(FITTED)] == FITTED


def test_the_papers_rows_are_of_known_sources():
    """Rows that the paper has are of sources that surrogates are fitted on."""
    assert {*ROWS_IN_PAPER} < {source.name for source in SOURCES if source.is_fitted}
    assert sum(ROWS_IN_PAPER.values()) == 51_409


def test_what_knows_of_all_rows_is_fitted_on_but_not_the_papers():
    """Claims are about the paper's sources; surrogates are fitted on finds as well."""
    assert KNOWING_ALL == ("finds",)
    assert not {*KNOWING_ALL} & {*FITTED, *FOR_ANALYSIS}
    assert "finds" in labels()


def test_optimizers_are_made_by_their_entries():
    """Each black-box optimizer is a class that takes a generator first."""
    assert [*OPTIMIZERS] == [*sources_of(SourceKind.BLACK_BOX)]
    for make in OPTIMIZERS.values():
        assert next(iter(inspect.signature(make).parameters)) == "rng"


def test_one_shot_methods_are_made_by_their_entries():
    """Each one-shot method is a class of its kind."""
    pytest.importorskip("torch")
    from nb301.optimizers.one_shot.method import Method
    from nb301.optimizers.one_shot.search import METHODS

    assert [*METHODS] == [*sources_of(SourceKind.ONE_SHOT)]
    assert all(issubclass(method, Method) for method in METHODS.values())


def test_probes_are_made_by_the_functions_of_their_names():
    """Each takes a generator, the collection and what earlier ones evaluated."""
    for name, source in sources_of(SourceKind.PROBE).items():
        assert source.load().__name__ == name
        assert [*inspect.signature(source.load()).parameters] == ["rng", "collection", "earlier"]


def test_labels_default_to_names_and_titles_to_labels():
    """What has no label of its own is called by its name."""
    by_name = {source.name: source for source in SOURCES}
    assert (by_name["skip"].label, by_name["skip"].title) == ("skip", "skip")
    assert (by_name["tpe"].label, by_name["tpe"].title) == ("TPE", "TPE")
    assert (by_name["de"].label, by_name["de"].title) == ("DE", "Differential evolution")
