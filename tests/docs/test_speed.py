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
    names = [name for goal in speed._goals() for name in (goal.test, goal.over) if name]
    for family in speed.LABELS:
        names += [f"test_single_query_plain[{family}]", f"test_batch_plain[{family}]"]
        names += [f"test_members[{family}-{n}]" for n in speed.MEMBERS]
        for n in speed.SIZES:
            names += [f"test_batch[{family}-{n}]", f"test_batch_by_library[{family}-{n}]"]
    for n in speed.LARGE_SIZES:
        names += [f"test_large_trees[{n}]", f"test_large_trees_by_xgboost[{n}]"]
    names += [f"test_yahpo[{n}-{layers}]" for n in (1, 1000) for layers in ("512-512", "256-256-128-128")]
    benchmarks = [stored(name, 1e-3) for name in dict.fromkeys(names)]
    runs = [f"test_simulated_run[{name}-{n}]" for name in speed.WHOLE for n in speed.EVALUATIONS]
    runs += [f"test_simulated_multi_fidelity_run[{name}]" for name in speed.MULTI_FIDELITY]
    benchmarks += [stored(name, 9.0, seconds=2.0) for name in runs]
    path = tmp_path / "bench.json"
    machine = {"cpu": {"brand_raw": "a processor"}, "python_version": "3.12.1"}
    path.write_text(json.dumps({"machine_info": machine, "benchmarks": benchmarks}), encoding="utf-8")
    return speed.Results(path)


def test_medians_in_the_goals_unit(results):
    """Of a round, of each architecture in it, of memory; of simulated runs without the start."""
    measured = {goal.what: results.measured(goal) for goal in speed._goals()}
    assert measured["XGBoost: one query"] == pytest.approx(1000)
    assert measured["encoding each of 10,000"] == pytest.approx(100)
    assert measured["GIN: one learning curve"] == pytest.approx(1)
    assert measured["GIN: memory then"] == 100
    assert results.seconds("test_simulated_run[rs-1000]") == 2


def test_the_page_says_which_goals_are_kept(results):
    """A goal is kept or missed, and every table has all its rows."""
    lines = list(speed._page(results))
    assert "| `import nb301` | 0.3 s | 0.001 s | kept |" in lines
    assert "| XGBoost: one query | 40 µs | 1e+03 µs | **missed** |" in lines
    assert "| GIN, torch-geometric | 100 | 100 | 100 | 100 | 100 |" in lines
    assert "| random search | 1,000 | 2.00 | 2000 | 100 | 104,858 |" in lines
    assert "| ASHA | 10,000 | 2.00 | 200 | 100 | 10,486 |" in lines
    assert "| LightGBM | 1000 | 1000 | 100.0 | 100.0 |" in lines
    assert "| GIN | 100.0 | 100.0 | 100.0 | 100.0 |" in lines
    assert "| times as fast as XGBoost | 1.0 | 1.0 | 1.0 | 1.0 |" in lines
    assert any("a processor, Python 3.12.1" in line for line in lines)
