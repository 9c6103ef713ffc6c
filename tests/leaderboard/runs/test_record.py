"""Records of runs: what they refuse."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.problems import Problem
from leaderboard.runs.record import Incumbents
from tests.crafting import changed_bytes, changed_words, nested


@pytest.mark.parametrize(
    "columns",
    [
        {"evaluation": ()},
        {"evaluation": (3, 3)},
        {"clock_seconds": (2.0, 1.0)},
        {"mean": (0.9, 1.1)},
        {"genotype": ("a", "b")},
    ],
)
def test_incumbents_follow_each_other(make_run, columns):
    """Incumbents rise in number and time, and have one row each."""
    good = make_run().incumbents.model_dump()

    with pytest.raises(ValidationError):
        Incumbents(**good | columns)


def test_changed_records_are_read_or_refused(stored, damaged):
    """Whatever is changed in a record."""
    store, name = stored
    damaged(store.folder / name / "run.json", [changed_bytes, changed_words], lambda: store.read(name))


@pytest.mark.parametrize("text", [nested(100_000), "1" * 5000, "{", "\udcff"])
def test_records_that_are_none(stored, text):
    """Deep nesting and overlong integers are no records."""
    store, name = stored
    (store.folder / name / "run.json").write_text(text, errors="surrogateescape")
    with pytest.raises(RunFileError) as caught:
        store.read(name)
    assert str(caught.value).isprintable()


def test_incumbents_rise_where_errors_alone_count(make_run):
    """In observed accuracy; where trainings pause, or costs count, too, a later one may be worse."""
    incumbents = make_run().incumbents.model_dump() | {"val_accuracy": (0.9, 0.8)}

    with pytest.raises(ValidationError, match="val_accuracy must rise"):
        make_run(incumbents=incumbents)
    for problem in (Problem.multi_fidelity, Problem.multi_objective):
        assert make_run(incumbents=incumbents, cell={"problem": problem}).incumbents.val_accuracy == (
            0.9,
            0.8,
        )


def test_incumbents_may_end_together(make_run):
    """Two workers train one architecture from the same moment on, and the second training is better."""
    together = make_run().incumbents.model_dump() | {"clock_seconds": (1e4, 1e4)}
    assert make_run(incumbents=together).incumbents.clock_seconds == (1e4, 1e4)
