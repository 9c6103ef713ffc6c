"""Writes `docs/speed.md` and `docs/speed.svg` from a run of `tests/bench`, as `tox run -e bench` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from nb301.surrogates import FAMILIES

HERE = Path(__file__).parent
#: What each measured family is compared with.
LIBRARIES = {"xgb": "xgboost", "lgb": "lightgbm", "gin": "torch-geometric"}
LABELS = {name: FAMILIES[name].label for name in LIBRARIES}
SIZES = (1, 10, 100, 1000, 10_000)
#: Lists that large trees are measured with.
LARGE_SIZES = (1, 10, 100, 1000)
EVALUATIONS = (1000, 10_000, 100_000)
#: Optimizers of whole trainings whose simulated runs are measured, and those of parts of trainings.
WHOLE = ("rs", "re", "ls", "de")
MULTI_FIDELITY = ("sh", "hyperband", "asha", "dehb", "re_lce", "ls_lce")
OPTIMIZERS = {
    "rs": "random search",
    "re": "regularized evolution",
    "ls": "local search",
    "de": "differential evolution",
    "sh": "successive halving",
    "hyperband": "Hyperband",
    "asha": "ASHA",
    "dehb": "DEHB",
    "re_lce": "regularized evolution, extrapolating",
    "ls_lce": "local search, extrapolating",
}
#: Members of ensembles that predict 1,000 architectures.
MEMBERS = (1, 2, 5, 10)
#: Okabe & Ito (2008).
COLOURS = ("#0072B2", "#D55E00", "#009E73")


@dataclass(frozen=True, slots=True)
class Goal:
    """What a median is meant to stay below."""

    what: str
    test: str
    """Name of the test, as pytest-benchmark stores it."""
    limit: float
    """In the unit."""
    unit: str = "s"
    of_each: bool = False
    """Whether it is the time of each architecture of a round."""
    over: str = ""
    """Name of the test that it is told as a multiple of."""


_SECONDS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}


def _goals() -> Iterator[Goal]:
    yield Goal("`import nb301`", "test_import[nb301]", 0.3)
    for family, name in LABELS.items():
        yield Goal(f"{name}: load", f"test_load[{family}]", 0.5)
        yield Goal(f"{name}: first answer after process start", f"test_first_answer[{family}]", 0.3)
        yield Goal(f"{name}: memory then", f"test_first_answer[{family}]", 300, "MB")
        one, many = (150, 60) if family == "gin" else (40, 8)
        yield Goal(f"{name}: one query", f"test_single_query[{family}]", one, "µs")
        yield Goal(
            f"{name}: one learning curve",
            f"test_curve[{family}]",
            3,
            "queries",
            over=f"test_single_query[{family}]",
        )
        yield Goal(f"{name}: each of 10,000 queries", f"test_batch[{family}-10000]", many, "µs", of_each=True)
        yield Goal(
            f"{name}: 10,000 queries by two threads",
            f"test_threads[{family}-2]",
            1 / 1.8,
            "of one's time",
            over=f"test_threads[{family}-1]",
        )
    yield Goal("encoding one genotype", "test_encoding_one[vector]", 20, "µs")
    yield Goal("encoding each of 10,000", "test_encoding_many[vector]", 2, "µs", of_each=True)
    for optimizer, limit in (("rs", 3), ("re", 7), ("ls", 4), ("de", 4)):
        test = f"test_simulated_run[{optimizer}-100000]"
        yield Goal(f"{OPTIMIZERS[optimizer]}, 100,000 evaluations", test, limit)
    for optimizer in MULTI_FIDELITY:
        yield Goal(
            f"{OPTIMIZERS[optimizer]}: each question",
            f"test_simulated_multi_fidelity_run[{optimizer}]",
            1,
            "of an evaluation of regularized evolution",
            over="test_simulated_run[re-10000]",
        )


class Results:
    """One run's results by the names of its tests."""

    def __init__(self, path: Path) -> None:
        stored = json.loads(path.read_text(encoding="utf-8"))
        self.machine: Mapping[str, Any] = stored["machine_info"]
        self._by_name = {result["name"]: result for result in stored["benchmarks"]}

    def seconds(self, test: str, *, of_each: bool = False) -> float:
        """Median of a round, or of each architecture in it; of simulated runs without the start."""
        result = self._by_name[test]
        seconds = float(result["extra_info"].get("seconds", result["stats"]["median"]))
        return seconds / result["extra_info"]["n"] if of_each else seconds

    def megabytes(self, test: str) -> float:
        """Peak memory of a fresh process; of simulated runs, what they added to it."""
        return float(self._by_name[test]["extra_info"]["megabytes"])

    def measured(self, goal: Goal) -> float:
        """In the goal's unit."""
        if goal.unit == "MB":
            return self.megabytes(goal.test)
        if goal.over:
            return self.seconds(goal.test) / self.seconds(goal.over)
        return self.seconds(goal.test, of_each=goal.of_each) / _SECONDS[goal.unit]


def main(arguments: list[str]) -> None:
    """Write both files from a JSON of pytest-benchmark."""
    results = Results(Path(arguments[0]))
    (HERE / "speed.md").write_text("\n".join(_page(results)) + "\n", encoding="utf-8")
    (HERE / "speed.svg").write_text(_figure(results), encoding="utf-8")
    print(f"wrote {HERE / 'speed.md'} and {HERE / 'speed.svg'}")


def _page(results: Results) -> Iterator[str]:
    cpu = results.machine["cpu"]
    yield "# Speed"
    yield ""
    yield (
        "Written by `tox run -e bench`: medians of one run with one thread on "
        f"{cpu.get('brand_raw', 'an unnamed processor')}, Python {results.machine['python_version']}. "
        "Times of a shared machine vary by a factor of two; ratios within a run vary less."
    )
    yield ""
    yield "![Cost of a query against the size of the list](speed.svg)"
    yield ""
    yield from _goals_kept(results)
    yield ""
    yield from _beside_the_libraries(results)
    yield ""
    yield from _without_numba(results)
    yield ""
    yield from _growth(results)
    yield ""
    yield from _large_trees(results)
    yield ""
    yield from _simulated_runs(results)


def _goals_kept(results: Results) -> Iterator[str]:
    yield "## Goals"
    yield ""
    yield "| | goal | measured | |"
    yield "|---|---|---|---|"
    for goal in _goals():
        measured = results.measured(goal)
        verdict = "kept" if measured <= goal.limit else "**missed**"
        yield f"| {goal.what} | {goal.limit:.3g} {goal.unit} | {measured:.3g} {goal.unit} | {verdict} |"


def _beside_the_libraries(results: Results) -> Iterator[str]:
    yield "## Beside the libraries"
    yield ""
    yield (
        "The same ten members by their own library, on inputs prepared beforehand, predict the same "
        "accuracies: XGBoost's and LightGBM's to 1e-6, the GIN's, which are computed on a grid here, to "
        "5e-3. Our time is that of the whole answer, from the genotype to mean, std, noise, runtime and cost."
    )
    yield ""
    yield "| µs for each architecture | " + " | ".join(f"list of {n:,}" for n in SIZES) + " |"
    yield "|---|" + "---|" * len(SIZES)
    for family, name in LABELS.items():
        yield _times(results, f"{name}, nb301", "test_batch", family)
        yield _times(results, f"{name}, {LIBRARIES[family]}", "test_batch_by_library", family)


def _times(results: Results, who: str, test: str, family: str) -> str:
    cells = [who]
    for n in SIZES:
        microseconds = results.seconds(f"{test}[{family}-{n}]", of_each=True) * 1e6
        cells.append(f"{microseconds:,.0f}")
    return f"| {' | '.join(cells)} |"


def _large_trees(results: Results) -> Iterator[str]:
    yield "## Trees as large as the official ones"
    yield ""
    yield (
        "Two members of 500 trees of 200 nodes, a fortieth of an official member each, by `DeepTrees` and by "
        "XGBoost, which give equal bits. `python tests/bench/test_deep_trees.py FOLDER` measures ten members "
        "of full size."
    )
    yield ""
    yield "| | " + " | ".join(f"list of {n:,}" for n in LARGE_SIZES) + " |"
    yield "|---|" + "---|" * len(LARGE_SIZES)
    ratios = []
    for n in LARGE_SIZES:
        by_library = results.seconds(f"test_large_trees_by_xgboost[{n}]")
        ratios.append(f"{by_library / results.seconds(f'test_large_trees[{n}]'):.1f}")
    yield f"| times as fast as XGBoost | {' | '.join(ratios)} |"


def _simulated_runs(results: Results) -> Iterator[str]:
    yield "## Simulated runs on `emulated-xgb-v2.0`"
    yield ""
    yield "| | evaluations | seconds | µs each | memory added, MB | bytes each |"
    yield "|---|---|---|---|---|---|"
    for optimizer, n in product(WHOLE, EVALUATIONS):
        yield _run(results, optimizer, n, f"test_simulated_run[{optimizer}-{n}]")
    for optimizer in MULTI_FIDELITY:
        yield _run(results, optimizer, 10_000, f"test_simulated_multi_fidelity_run[{optimizer}]")


def _run(results: Results, optimizer: str, n: int, test: str) -> str:
    seconds, added = results.seconds(test), results.megabytes(test)
    return (
        f"| {OPTIMIZERS[optimizer]} | {n:,} | {seconds:.2f} | {seconds / n * 1e6:.0f} | {added:.0f} | "
        f"{added * 2**20 / n:,.0f} |"
    )


def _without_numba(results: Results) -> Iterator[str]:
    yield "## Beside plain numpy, and beside YAHPO Gym's networks"
    yield ""
    yield (
        "Compiled loops (extra `fast`) answer once a process has asked for 10,000 architectures; numpy's "
        "answer before, and without numba, with equal bits. A bare forward pass of networks of YAHPO Gym's "
        f"size, with random weights, by ONNX Runtime on one thread takes {_forward(results, 1)} µs alone and "
        f"{_forward(results, 1000)} µs of each in a list of 1,000 (512-512 and 256-256-128-128)."
    )
    yield ""
    yield "| µs | one query | by numpy | each of 10,000 | by numpy |"
    yield "|---|---|---|---|---|"
    for family, name in LABELS.items():
        one, one_plain = (
            results.seconds(f"test_single_query{which}[{family}]") * 1e6 for which in ("", "_plain")
        )
        many, many_plain = (
            results.seconds(test, of_each=True) * 1e6
            for test in (f"test_batch[{family}-10000]", f"test_batch_plain[{family}]")
        )
        yield f"| {name} | {one:.0f} | {one_plain:.0f} | {many:.1f} | {many_plain:.1f} |"


def _forward(results: Results, n: int) -> str:
    layers = ("512-512", "256-256-128-128")
    times = [results.seconds(f"test_yahpo[{n}-{sizes}]", of_each=True) * 1e6 for sizes in layers]
    return " and ".join(f"{time:.0f}" for time in times)


def _growth(results: Results) -> Iterator[str]:
    yield "## Growth with the members"
    yield ""
    yield "Predictions of 1,000 architectures by some of the members, µs of each."
    yield ""
    yield "| | " + " | ".join(f"{n} of 10" for n in MEMBERS) + " |"
    yield "|---|" + "---|" * len(MEMBERS)
    for family, name in LABELS.items():
        times = [results.seconds(f"test_members[{family}-{n}]", of_each=True) * 1e6 for n in MEMBERS]
        yield f"| {name} | " + " | ".join(f"{time:.1f}" for time in times) + " |"


def _figure(results: Results) -> str:
    rows = []
    for family, name in LABELS.items():
        for by, test in (("nb301, whole answer", "test_batch"), ("its library", "test_batch_by_library")):
            for n in SIZES:
                microseconds = results.seconds(f"{test}[{family}-{n}]", of_each=True) * 1e6
                rows.append({"family": name, "by": by, "n": n, "microseconds": microseconds})
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "n:Q", title="Architectures in a list", scale=alt.Scale(type="log"), axis=alt.Axis(values=SIZES)
        ),
        y=alt.Y("microseconds:Q", title="µs for each architecture", scale=alt.Scale(type="log")),
        color=alt.Color("family:N", title=None, scale=alt.Scale(domain=[*LABELS.values()], range=[*COLOURS])),
        strokeDash=alt.StrokeDash("by:N", title=None, sort=["nb301, whole answer", "its library"]),
    )
    chart = (base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=30)).properties(
        width=460, height=300
    )
    spec = json.loads(chart.configure(background="white").to_json())
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    return vl_convert.vegalite_to_svg(spec, vl_version=version) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
