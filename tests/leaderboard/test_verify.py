"""Verification: stored runs that were tampered with are found, each by what was changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leaderboard.errors import RunError
from leaderboard.trace import Trace
from leaderboard.verify import verify
from nb301 import load

RELEASE = "emulated-xgb-v1.0"


@pytest.fixture(scope="module")
def loaded():
    return load(RELEASE)


@pytest.fixture(scope="module")
def honest(simulated):
    """Runs of random search, and of evolution with five workers: about 35 and 60 evaluations."""
    return {1: simulated("rs", RELEASE, 3), 5: simulated("re", RELEASE, 3, 2e4, workers=5)}


@pytest.fixture
def found(store_of, tmp_path, loaded):
    """Store a run, with a trace that may be another one, and verify it."""

    def found(run, trace):
        store = store_of(tmp_path / str(len([*tmp_path.iterdir()])))
        with store.opened():
            store.add(run, trace)
        return "; ".join(verify(run.cell.id, store, loaded).wrong)

    return found


def changed(trace, **columns):
    """A trace with some values changed, and the record's hash of it."""
    arrays = {
        name: np.array(getattr(trace, name)) for name in Trace.__dataclass_fields__ if name != "genotype"
    }
    for name, (index, value) in columns.items():
        arrays[name][index] = np.nextafter(arrays[name], np.inf)[index] if value == "next" else value
    return replace(trace, **arrays)


@pytest.mark.parametrize("workers", [1, 5])
def test_honest_runs_are_verified(found, honest, workers):
    """Every answer, seed, time and incumbent follows from release and seed."""
    assert found(*honest[workers]) == ""


@pytest.mark.parametrize("workers", [1, 5])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"val_accuracy": (4, 0.99)},
            "val_accuracy of 1 evaluations is not the release's, first of evaluation 4",
        ),
        ({"runtime": (4, 1.0)}, "runtime of 1 evaluations is not the release's"),
        # the last bit of each, since answers are equal everywhere
        ({"val_accuracy": (slice(None), "next")}, "val_accuracy of"),
        ({"runtime": (slice(None), "next")}, "runtime of"),
        ({"training_seed": (4, 7)}, "training seeds are not those"),
        ({"clock": (0, 1.0)}, "the clock does not follow"),
        ({"clock": (-1, 9e9)}, "beyond the budget"),
    ],
)
def test_changed_evaluations_are_found(found, honest, workers, columns, message):
    """Also where the record was made to fit: answers have one source."""
    run, trace = honest[workers]
    forged = changed(trace, **columns)

    assert message in found(run.model_copy(update={"trace_hash": forged.hash}), forged)


def test_other_traces_are_found(found, honest):
    """A trace that is not the record's, as a whole or in length."""
    (run, trace), (_, other) = honest[1], honest[5]
    shorter = Trace(trace.genotype[:-1], *(getattr(trace, n)[:-1] for n in Trace.__slots__[1:]))

    assert "the trace was changed" in found(run, other)
    assert f"the trace has {len(shorter)} evaluations" in found(
        run.model_copy(update={"trace_hash": shorter.hash}), shorter
    )


def test_changed_scores_are_found(found, honest):
    """What is ranked follows from the trace, too."""
    run, trace = honest[1]
    better = run.incumbents.model_copy(update={"mean": (*run.incumbents.mean[:-1], 0.99)})
    earlier = run.incumbents.model_copy(update={"clock_seconds": tuple(range(len(better.mean)))})
    lucky = {"genotype": trace.genotype[0], "mean": 0.99}

    assert "incumbents.mean is not" in found(run.model_copy(update={"incumbents": better}), trace)
    assert "incumbents.clock_seconds does not" in found(run.model_copy(update={"incumbents": earlier}), trace)
    forged = type(run).model_validate({**run.model_dump(), "recommendation": lucky})
    assert "recommendation.mean is 0.99, computed" in found(forged, trace)


def test_ledger_tells_of_later_changes(honest, loaded, store_of, tmp_path):
    """A record that was edited after it was stored, and one that was never noted."""
    store, (run, trace) = store_of(tmp_path), honest[1]
    with store.opened():
        store.add(run, trace)
    path = tmp_path / run.cell.id / "run.json"
    path.write_text(path.read_text().replace('"cpu_seconds": 1.0', '"cpu_seconds": 0.5'))

    assert "run.json was changed" in verify(run.cell.id, store, loaded).wrong[0]
    store.ledger.path.unlink()
    assert "does not name it" in verify(run.cell.id, store, loaded).wrong[0]


def test_other_releases_cannot_verify(honest, store_of, tmp_path):
    """Their answers are others; the error says which bytes the run was made on."""
    store, (run, trace) = store_of(tmp_path), honest[1]
    with store.opened():
        store.add(run, trace)

    with pytest.raises(RunError, match="give its folder with --release"):
        verify(run.cell.id, store, load("emulated-xgb-rand-v1.0"))
