"""`nb301 collect`."""

from __future__ import annotations

from pathlib import Path

import pytest

COLLECT = ["collect", "rs", "--evaluations", "3", "--out"]


@pytest.mark.parametrize("out", ["", ".", "folder", "file/x.parquet", "/dev/full", "loop", "n" * 300])
def test_what_cannot_be_stored_is_refused_before_the_first_training(wrong, monkeypatch, out):
    """No evaluation is begun whose table could not be written, and what is there stays."""
    Path("folder").mkdir()
    Path("folder", "notes").write_text("kept")
    Path("file").write_text("kept")
    Path("loop").symlink_to("loop")
    before = sorted(Path().rglob("*"))
    monkeypatch.setattr("nb301.truth.emulated.EmulatedTruth.evaluate", None)

    assert wrong(*COLLECT, out)
    assert sorted(Path().rglob("*")) == before
    assert Path("folder", "notes").read_text() == "kept"


def test_finds_alone_are_refused(ended):
    """They are searched on a surrogate of all other rows: what gives these is said."""
    code, out, err = ended("collect", "finds", "--evaluations", "3", "--out", "x.parquet")
    assert code != 0
    assert not out
    assert "finds are searched on a surrogate of all other rows: give --all" in " ".join(err.split())
    assert not [*Path().glob("x.*")]


def test_an_optimizer_that_tables_did_not_know_is_collected(ended):
    """Every optimizer can be collected, local search, too."""
    code, out, _ = ended("collect", "ls", "--evaluations", "3", "--out", "x.parquet")
    assert code == 0
    assert "wrote 3 rows" in out
