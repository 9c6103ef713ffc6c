"""Verification: stored runs that were tampered with are found, each by what was changed."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest
from pydantic import ValidationError

from leaderboard.entries.submission import Submission
from leaderboard.errors import RunError, RunFileError
from leaderboard.places import SUBMISSIONS
from leaderboard.problems import Problem
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.record import Unfinished
from leaderboard.runs.recording import incumbents, support
from leaderboard.runs.trace import Trace
from leaderboard.runs.verify import verify
from leaderboard.sandbox.messages import Verdict
from nb301 import load
from nb301.errors import DataMissing, Nb301Error

RELEASE = "emulated-xgb-v2.0"


@pytest.fixture(scope="module")
def loaded():
    return load(RELEASE)


@pytest.fixture(scope="module")
def honest(simulated):
    """Runs of random search, and of ASHA with five workers: about 15 and 60 evaluations."""
    asha = simulated("asha", RELEASE, 3, 1e4, workers=5, problem=Problem.multi_fidelity)
    return {1: simulated("rs", RELEASE, 3), 5: asha}


@pytest.fixture
def found(store_of, tmp_path, loaded):
    """Store a run, with a trace that may be another one, and verify it."""

    def found(run, trace):
        store = store_of(tmp_path / str(len([*tmp_path.iterdir()])))
        with store.opened():
            store.add(run, trace)
        return "; ".join(verify(store.read(run.cell.id), store, loaded))

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
        ({"number": (4, 400)}, "numbers are not those of proposals"),
        ({"number": (0, 1)}, "numbers are not those of proposals"),
        ({"number": (0, -1)}, "numbers are not those of proposals"),
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
        ({"clock": (3, "next")}, "the clock does not follow"),
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
    truer = run.incumbents.model_copy(update={"judged": (*run.incumbents.judged[:-1], 0.99)})
    lucky = {"genotype": trace.genotype[0], "mean": 0.99, "judged": 0.99}

    assert "incumbents.judged is not" in found(run.model_copy(update={"incumbents": truer}), trace)
    assert "incumbents.mean is not" in found(run.model_copy(update={"incumbents": better}), trace)
    assert "incumbents.clock_seconds does not" in found(run.model_copy(update={"incumbents": earlier}), trace)
    forged = type(run).model_validate({**run.model_dump(), "recommendation": lucky})
    assert "recommendation.mean is 0.99, computed" in found(forged, trace)
    assert "recommendation.judged is 0.99, computed" in found(forged, trace)


def test_ledger_tells_of_later_changes(honest, loaded, store_of, tmp_path):
    """A record that was edited after it was stored, and one that was never noted."""
    store, (run, trace) = store_of(tmp_path), honest[1]
    with store.opened():
        store.add(run, trace)
    path = tmp_path / run.cell.id / "run.json"
    path.write_text(path.read_text().replace('"cpu_seconds": 1.0', '"cpu_seconds": 0.5'))

    assert "run.json was changed" in verify(store.read(run.cell.id), store, loaded)[0]
    store.ledger.path.unlink()
    assert "does not name it" in verify(store.read(run.cell.id), store, loaded)[0]


def test_other_releases_cannot_verify(honest, store_of, tmp_path):
    """Their answers are others; the error says which bytes the run was made on."""
    store, (run, trace) = store_of(tmp_path), honest[1]
    with store.opened():
        store.add(run, trace)

    with pytest.raises(RunError, match="give its folder with --release"):
        verify(run, store, load("emulated-xgb-rand-v2.0"))


def leaves(record, *path):
    """Places of all values in a record, and of lists as a whole."""
    if isinstance(record, dict):
        for name, value in record.items():
            yield from leaves(value, *path, name)
    else:
        yield path
        if isinstance(record, list) and record:
            yield from leaves(record[-1], *path, -1)


def other(value):
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case 2e4:  # a budget
            return 1e4
        case float():
            return math.nextafter(value, 0)
        case None:
            return {"queries": 1, "unfamiliar": 1}
        case [*first, _]:
            return first
        case []:
            return ["none"]
        case "completed":
            return "crash_ask"
        case "sealed":
            return "limited"
        case str() if re.fullmatch("[0-9a-f]{64}", value):
            return value[:-1] + ("1" if value[-1] == "0" else "0")
        case str() if value.startswith("normal:"):
            return value.replace("conv_3x3", "conv_5x5", 1)
        case str():
            return value + "x"
    raise TypeError(value)


def forged(run, path):
    """A record with another value at a place, as JSON."""
    record = json.loads(run.model_dump_json())
    place = record
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = other(place[path[-1]])
    return record


@pytest.fixture(scope="module")
def short(simulated):
    """A run of a dozen evaluations, with a recommendation."""
    run, trace = simulated("rs", RELEASE, 1, 2e4)
    incumbents = run.incumbents
    recommended = {
        "genotype": incumbents.genotype[-1],
        "mean": incumbents.mean[-1],
        "judged": incumbents.judged[-1],
    }
    return type(run).model_validate(run.model_dump() | {"recommendation": recommended}), trace


def test_every_field_that_is_changed_later_is_noticed(short, loaded, store_of, tmp_path):
    """In `run.json`, by the ledger or at reading, whatever the field says; the file is named."""
    (run, trace), store = short, store_of(tmp_path)
    with store.opened():
        store.add(run, trace)
    path = tmp_path / run.cell.id / "run.json"
    stored, places = path.read_text(), [*leaves(json.loads(run.model_dump_json()))]
    # the rest is a matter of the ledger alone
    benchmark = Mock(
        wraps=loaded,
        release=loaded.release,
        network=loaded.network,
        **{"familiarity.side_effect": DataMissing("")},
    )
    for place in places:
        path.write_text(json.dumps(forged(run, place)))
        try:
            said = "; ".join(verify(store.read(run.cell.id), store, benchmark))
        except RunFileError as error:
            said = str(error)
        assert "run.json" in said, place
    path.write_text(stored)
    assert verify(store.read(run.cell.id), store, loaded) == ()
    assert len(places) > 50


#: What cannot be computed: who runs is trusted with it, until the ledger is published.
TRUSTED = {
    *("cell.tree_hash", "cell.environment_hash", "cell.level", "cell.budget_evaluations", "output"),
    "cell.blind",
    *(f"usage.{name}" for name in ("cpu_seconds", "memory_mb", "wall_seconds")),
    *(f"origin.{name}" for name in ("grouped", "canary", "nb301", "numpy", "python", "machine")),
}


def test_every_field_that_can_be_computed_is(short, loaded, store_of, tmp_path):
    """Also where record, name and ledger were made to fit, it is found wrong, by its name."""
    run, trace = short
    submission = Submission(SUBMISSIONS / "rs")
    for number, place in enumerate(leaves(json.loads(run.model_dump_json()))):
        if place[:1] == ("unfinished",) and place[-1] in {-1, "genotype"}:
            continue  # another one ends too late, too
        name = ".".join(str(part) for part in place if part != -1)
        try:
            changed = type(run).model_validate(forged(run, place))
        except ValidationError:
            continue  # no record at all
        store = store_of(tmp_path / str(number))
        try:
            with store.opened():
                store.add(changed, trace)
            said = "; ".join(verify(store.read(changed.cell.id), store, loaded, submission))
        except Nb301Error as error:
            said = str(error)
        assert bool(said) == (name not in TRUSTED), (name, said)
        told = {
            "cell.seed": "training seeds",
            "cell.workers": "workers",
            "cell.budget_seconds": "budget",
            "trace_hash": "trace",
            "unfinished.resumes": "cannot have been trained",
        }
        parts = (*name.split("."), told.get(name, name), name.replace("_", " "))
        assert not said or any(part in said for part in parts), (name, said)


def test_completed_runs_have_spent_their_budget(found, honest, loaded):
    """A run that was cut short after a lucky find, in all its parts, is none that was completed."""
    run, trace = honest[1]
    kept = Trace(trace.genotype[:-3], *(getattr(trace, name)[:-3] for name in Trace.__slots__[1:]))
    trajectory = kept.trajectory()
    shorter = run.model_copy(
        update={
            "evaluations": len(kept),
            "ended_seconds": float(kept.clock[-1]),
            "trace_hash": kept.hash,
            "incumbents": incumbents(trajectory, loaded, Problem.accuracy),
            "support": support(trajectory, loaded),
        }
    )

    for unfinished, told in (((), 0), ((Unfinished(genotype=trace.genotype[-3]),), 1)):
        cut = shorter.model_copy(update={"unfinished": unfinished})
        said = found(cut, kept)
        assert f"verdict is completed, but there was budget left after {len(kept)} evaluations" in said or (
            told and f"of the proposals {len(kept) + 1} end within the budget" in said
        )
    crashed = {"verdict": Verdict.crash_ask, "detail": "ValueError", "unfinished": ()}
    assert found(shorter.model_copy(update=crashed), kept) == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": Verdict.crash_ask, "detail": "x"}, "crash_ask, but the budget was spent"),
        ({"verdict": Verdict.crash_import, "detail": "x"}, "crash_import, but there are proposals"),
        ({"verdict": Verdict.crash_recommend}, "crash_recommend, but detail is ''"),
        ({"detail": "all was well"}, "completed, but detail is 'all was well'"),
        ({"conflicts": ("xgboost",)}, r"conflicts are ['xgboost'], but those"),
        ({"support": None}, "support is None, computed"),
    ],
)
def test_records_that_contradict_themselves(found, honest, changes, message):
    """Verdict, detail, conflicts and support follow from what else is known."""
    run, trace = honest[1]

    assert message in found(run.model_copy(update=changes), trace)


def test_support_may_be_unknown_where_a_run_was_made(found, honest, monkeypatch):
    """A user's table is not at hand everywhere: what was not counted then is no contradiction now."""
    run, trace = honest[1]
    monkeypatch.setattr("nb301.tables.names", list)

    assert found(run.model_copy(update={"support": None}), trace) == ""
    wrong = run.support.model_copy(update={"unfamiliar": run.support.unfamiliar + 1})
    assert "support is" in found(run.model_copy(update={"support": wrong}), trace)


@pytest.mark.parametrize("field", ["name", "truth", "family", "random_only"])
def test_the_release_is_what_it_says(found, honest, field):
    """Name, ground truth, family and rows: pages show what the record has of them."""
    run, trace = honest[1]
    value = not run.release.random_only if field == "random_only" else "gin"
    release = run.release.model_copy(update={field: value})

    assert f"release.{field} is {value!r}, but the release says" in found(
        run.model_copy(update={"release": release}), trace
    )


def test_another_salt_is_noticed(honest, loaded, store_of, tmp_path):
    """Training seeds follow from the salt alone; a folder with another one's file says so."""
    store, (run, trace) = store_of(tmp_path), honest[1]
    other_salt = Campaign(salt="0" * 64)
    (tmp_path / "campaign.json").write_text(other_salt.model_dump_json())
    cell = run.cell.model_copy(update={"campaign": other_salt.id})
    with store.opened():
        store.add(run.model_copy(update={"cell": cell}), trace)

    assert "training seeds are not those" in "; ".join(verify(store.read(cell.id), store, loaded))


def test_runs_are_on_tracks_that_the_submission_takes_part_in(loaded, store_of, tmp_path, simulated):
    """A run of another track would be ranked where its author never meant to be."""
    run, trace = simulated("de", RELEASE, 1, 2e4)
    cell = run.cell.model_copy(update={"problem": Problem.multi_fidelity})
    store = store_of(tmp_path)
    with store.opened():
        store.add(run.model_copy(update={"cell": cell}), trace)
    (said,) = verify(store.read(cell.id), store, loaded, Submission(SUBMISSIONS / "de"))
    assert said == "cell.problem is multi-fidelity, but the submission searches for others"
