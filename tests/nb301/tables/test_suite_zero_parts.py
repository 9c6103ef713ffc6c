"""The public file's rows are divided by their places in the list, which the package has."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import TableError
from nb301.releases import find
from nb301.space import Genotype, sample_many
from nb301.tables import suite_zero, suite_zero_parts
from nb301.tables.rows import table_of
from nb301.tables.schema import EvaluationTable
from nb301.tables.suite_zero_parts import FittedPlaces, fitted_places


def bits_of(places, entries):
    return np.packbits(np.isin(np.arange(entries), places)).tobytes().hex()


def test_the_package_has_the_places_of_the_fitted_rows():
    """As many different ones as the releases' table has rows, in the list's order but for a last few."""
    places = fitted_places().places
    rows = find("cifar10-xgb-rand-v1.0").manifest.table.rows
    assert len(places) == len({*places.tolist()}) == rows
    assert fitted_places().entries == 11221
    assert (np.diff(places) < 0).sum() == 1


@given(st.permutations(range(20)), st.integers(1, 19), st.booleans())
def test_rows_are_divided_by_their_places(tiny_table, order, fitted, trailing):
    """One table has the runs' rows in the runs' order, the other all others in the file's."""
    table = EvaluationTable("file", "1.0", tiny_table.truth, tiny_table.rows[:20])
    first, second = sorted(order[:fitted:2]), sorted(order[1:fitted:2])
    runs = [bits_of(run, 20 if trailing else max(run) + 1) for run in (first, second) if run]
    parts = FittedPlaces(20, runs).split(table)
    assert parts.fitted.rows.equals(table.rows.iloc[[*first, *second]].reset_index(drop=True))
    assert parts.unseen.rows.equals(table.rows.iloc[sorted(order[fitted:])].reset_index(drop=True))
    assert (parts.fitted.full_name, parts.unseen.full_name) == ("file-v1.0", "file-unseen-v1.0")
    assert parts.fitted.truth == parts.unseen.truth == table.truth


def test_tables_of_another_length_are_not_divided(tiny_table):
    """A part of the file, or what has more rows, stays one table."""
    assert FittedPlaces(299, ["ff"]).split(tiny_table) is None
    assert FittedPlaces(301, ["ff"]).split(tiny_table) is None
    assert fitted_places().split(tiny_table) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"entries": 8, "runs": 8}',
        '{"entries": 8, "runs": ["xy"]}',
        '{"entries": 8, "runs": []}',
        '{"entries": 8, "runs": ["00"]}',
        '{"entries": 7, "runs": ["ff"]}',
        '{"entries": null, "runs": ["ff"]}',
    ],
)
def test_a_damaged_list_of_places_is_told(tmp_path, monkeypatch, text):
    """It is named, in one line."""
    monkeypatch.setattr(suite_zero_parts, "FITTED_PLACES", tmp_path / "places.json")
    with pytest.raises(TableError, match=r"places\.json: no list of places .*: reinstall nb301"):
        fitted_places()
    (tmp_path / "places.json").write_text(text)
    with pytest.raises(TableError, match=r"places\.json: .*: reinstall nb301") as caught:
        fitted_places()
    assert str(caught.value).isprintable()


def test_the_real_rows_at_their_places_are_the_releases_table(shared_data, tmp_path):
    """A file of the public one's form, of which 8,843 entries are real, gives the content that they have."""
    real = pd.read_parquet(shared_data / "cifar10_random_search.parquet")
    texts = [str(formats.to_naslib(genotype)) for genotype in sample_many(np.random.default_rng(19), 11221)]
    percent = np.full(11221, 92.5)
    for place, text, accuracy in zip(real["id"], real["genotype"], real["val_accuracy"], strict=True):
        texts[place] = str(formats.to_naslib(Genotype.parse(text)))
        percent[place] = float(f"{100 * accuracy:.2f}")
    entries = {}
    for text, accuracy in zip(texts, percent.tolist(), strict=True):
        entries[text] = {"synflow": {"score": 1.5, "time": 0.1}, "val_accuracy": accuracy}
    path = tmp_path / suite_zero.FILE
    path.write_text(json.dumps({"cifar10": entries}))
    rows = suite_zero.read_suite_zero(path).rows
    told = {"constants": suite_zero.CONSTANTS, "percent": True}
    fitted, unseen = fitted_places().split(table_of(rows, suite_zero.NAME, suite_zero.TRUTH, **told))
    for name in ("cifar10-xgb-rand-v1.0", "cifar10-lgb-rand-v1.0"):
        manifest = find(name).manifest
        assert (manifest.table.name, manifest.table.content_hash) == (fitted.name, fitted.content_hash)
    assert set(unseen.rows["val_accuracy"]) == {0.925}
    assert len(fitted) + len(unseen) == 11221
