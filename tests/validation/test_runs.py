"""Tests of `validation.runs`."""

from __future__ import annotations

import pytest

from tests.validation.surrogates import TRUTH
from validation import runs as runs_module
from validation.runs import CHUNK, LATE, PLAN, STOPPING_EARLY, Chunk, Store, planned, runs_at, stops_early
from validation.searches import on_truth


def test_the_first_runs_go_on_longest(monkeypatch):
    """Chunks are as long as the longest run that begins in them, and end where nobody looks."""
    monkeypatch.setitem(PLAN, "rs", {1e5: 250, 1e6: 120, 1e7: 20})
    assert list(planned("rs")) == [
        Chunk("rs", 1e7, 0, 100),
        Chunk("rs", 1e6, 100, 100),
        Chunk("rs", 1e5, 200, 50),
    ]
    assert list(planned("rs", until=1e6)) == [
        Chunk("rs", 1e6, 0, 100),
        Chunk("rs", 1e6, 100, 100),
        Chunk("rs", 1e5, 200, 50),
    ]
    assert list(planned("rs", most=30)) == [Chunk("rs", 1e7, 0, 30)]
    assert (runs_at("rs", 1e6), runs_at("rs", 2e6)) == (120, 0)


def test_the_plan():
    """Whatever runs until late runs until then as often as earlier, and nothing runs once."""
    for moments in (*PLAN.values(), *STOPPING_EARLY.values()):
        numbers = [n for _, n in sorted(moments.items())]
        assert numbers == sorted(numbers, reverse=True)
        assert min(numbers) >= 2
        assert max(moments) <= LATE
    assert CHUNK > 1
    assert not {*PLAN} & {*STOPPING_EARLY}
    assert [*map(stops_early, ["re", "asha"])] == [False, True]


def test_chunks_are_kept(tmp_path):
    """What was made is read, the same; a file that says something else is not."""
    store, chunk = Store(tmp_path), Chunk("re", 2e4, 3, 2)
    assert store.read(chunk, "somebody") is None
    assert not store.has(chunk, "somebody")
    runs = chunk.make(on_truth(TRUTH))
    store.write(chunk, "somebody", runs)
    assert store.read(chunk, "somebody") == runs
    assert store.has(chunk, "somebody")
    for text in ("", "[1]", "{}", "[]", "[[[1], [2]]]", '[[[1], ["?"]]]', "[" * 10_000):
        store.path(chunk, "somebody").write_text(text)
        assert store.read(chunk, "somebody") is None


def test_a_chunk_is_named_by_what_decides_it(tmp_path, monkeypatch):
    """Who is asked, optimizer, time, seeds, number, and the code."""
    store, chunk = Store(tmp_path), Chunk("re", 1e5, 0, 100)
    paths = [store.path(chunk, "somebody"), store.path(chunk, "somebody else")]
    for other in (("de", 1e5, 0, 100), ("re", 1e6, 0, 100), ("re", 1e5, 100, 100), ("re", 1e5, 0, 50)):
        paths.append(store.path(Chunk(*other), "somebody"))
    monkeypatch.setattr(runs_module, "code_hash", lambda *modules: " ".join(modules))
    paths.append(store.path(chunk, "somebody"))
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", PLAN)
def test_planned_optimizers_are_found(name):
    """Each has a module of its name, whose code names its runs."""
    assert runs_module.type_of(name) == f"nb301.optimizers.{name}"


@pytest.mark.parametrize("name", STOPPING_EARLY)
def test_planned_optimizers_that_stop_early_are_found(name):
    """In the modules of their kind, and their runs are made of learning curves."""
    assert runs_module.type_of(name).startswith("nb301.optimizers.multi_fidelity.")
    (run,) = Chunk(name, 2e4, 0, 1).make(on_truth(TRUTH, stop_early=True))
    assert run.genotypes
