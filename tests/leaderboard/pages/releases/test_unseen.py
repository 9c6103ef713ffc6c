"""What releases predict of rows that they have not seen: computed, or kept."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.errors import BoardError
from leaderboard.pages.releases import unseen as module
from leaderboard.pages.releases.unseen import keep, unseen
from leaderboard.places import KEPT
from nb301 import tables
from nb301.metrics import mean_absolute_error, r2
from nb301.releases import find, names
from tests.crafting import BROKEN_JSON

REAL = "cifar10-xgb-rand-v1.0"


def test_every_embedded_release_has_rows():
    """Of its embedded table, or kept: no release's page is without a scatter."""
    for name in names():
        table = find(name).manifest.table
        kept = (KEPT / f"{name}.json").is_file()
        assert kept != (f"{table.name}-v{table.version}" in tables.names()), name


@pytest.mark.parametrize("name", [path.stem for path in sorted(KEPT.glob("*.json"))])
def test_what_is_kept_has_the_manifests_metrics(name):
    """They are of all rows of the test part, as the manifest's are."""
    release = find(name)
    rows, metrics = unseen(release, None), release.manifest.metrics

    assert len(rows.sources) == release.manifest.split.test
    assert mean_absolute_error(rows.observed, rows.predicted) == pytest.approx(
        100 * metrics.mean_absolute_error, abs=1e-3
    )
    assert r2(rows.observed, rows.predicted) == pytest.approx(metrics.r2, abs=1e-4)


def test_what_is_kept_is_what_was_computed(random_search_table, tmp_path):
    """With the table at hand the file is the same to the last byte."""
    release = find(REAL)
    keep(release, random_search_table, tmp_path / "kept")

    assert (tmp_path / "kept").read_bytes() == (KEPT / f"{REAL}.json").read_bytes()


def test_rows_are_of_the_test_part(embedded_table):
    """At most a thousand, what the table has, and what the release answers."""
    release = find("emulated-xgb-v2.0")
    rows = unseen(release, embedded_table)

    assert len(rows.observed) == len(rows.predicted) == len(rows.sources) == 1000
    errors = 100 * (1 - embedded_table.rows["val_accuracy"].to_numpy())
    assert np.isin(rows.observed, errors).all()
    assert mean_absolute_error(rows.observed, rows.predicted) < 0.25


@pytest.mark.parametrize(
    "text",
    [
        *BROKEN_JSON,
        '{"release_hash": "HASH", "sources": ["rs"], "observed": [1e999], "predicted": [1]}',
        '{"release_hash": "HASH", "sources": ["rs", "rs"], "observed": [1], "predicted": [1]}',
        '{"release_hash": "HASH", "sources": ["rs"], "observed": [1, 2], "predicted": [1]}',
        '{"release_hash": "OTHER", "sources": ["rs"], "observed": [1], "predicted": [1]}',
    ],
)
def test_damaged_files_are_refused(tmp_path, monkeypatch, text):
    """The error names the file, and how to write it anew."""
    monkeypatch.setattr(module, "KEPT", tmp_path)
    release = find(REAL)
    text = text.replace("HASH", release.release_hash)
    (tmp_path / f"{REAL}.json").write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(BoardError, match=rf"{REAL}\.json: .*python -m leaderboard.pages.releases.unseen"):
        unseen(release, None)
