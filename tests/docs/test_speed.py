"""Tests of `docs/speed.py`: the page of a run of the benchmarks."""

from __future__ import annotations

import json

import pytest

from docs import speed


def stored(name, median, **extra):
    return {"name": name, "stats": {"median": median}, "extra_info": {"n": 10, "megabytes": 100.0, **extra}}


@pytest.fixture
def results(tmp_path):
    """Results of which every median is a millisecond, for ten architectures each."""
    names = [goal.test for goal in speed._goals()]
    for family in speed.LABELS:
        for n in speed.SIZES:
            names += [f"test_batch[{family}-{n}]", f"test_batch_by_library[{family}-{n}]"]
    for n in speed.LARGE_SIZES:
        names += [f"test_large_trees[{n}]", f"test_large_trees_by_xgboost[{n}]"]
    benchmarks = [stored(name, 1e-3) for name in dict.fromkeys(names)]
    for optimizer in ("rs", "re"):
        for n in speed.EVALUATIONS:
            run = stored(f"test_simulated_run[{optimizer}-{n}]", 9.0, seconds=2.0)
            benchmarks.append(run)
    path = tmp_path / "bench.json"
    machine = {"cpu": {"brand_raw": "a processor"}, "python_version": "3.12.1"}
    path.write_text(json.dumps({"machine_info": machine, "benchmarks": benchmarks}), encoding="utf-8")
    return speed.Results(path)


def test_medians_in_the_goals_unit(results):
    """Of a round, of each architecture in it, of memory; of simulated runs without the start."""
    measured = {goal.what: results.measured(goal) for goal in speed._goals()}
    assert measured["XGBoost: one query"] == pytest.approx(1)
    assert measured["encoding each of 10,000"] == pytest.approx(100)
    assert measured["GIN: one learning curve"] == pytest.approx(1)
    assert measured["GIN: memory then"] == 100
    assert results.seconds("test_simulated_run[rs-1000]") == 2


def test_the_page_says_which_goals_are_kept(results):
    """A goal is kept or missed, and every table has all its rows."""
    lines = list(speed._page(results))
    assert "| `import nb301` | 0.3 s | 0.001 s | kept |" in lines
    assert "| XGBoost: one query | 0.5 ms | 1 ms | **missed** |" in lines
    assert "| GIN, torch-geometric | 100 | 100 | 100 | 100 | 100 |" in lines
    assert "| random search | 1,000 | 2.00 | 2000 | 100 | 104,858 |" in lines
    assert "| times as fast as XGBoost | 1.0 | 1.0 | 1.0 | 1.0 |" in lines
    assert any("a processor, Python 3.12.1" in line for line in lines)
