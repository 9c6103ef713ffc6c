"""Runs of a track, as the page on methods says that they are scored: it knows nothing of this project."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

Cells = dict[str, Any]


def constants_of(page: Path) -> SimpleNamespace:
    """The table of constants of the page on methods."""
    found = re.findall(r"<code>([A-Z_]+)</code></th>\s*<td><code>([^<]*)</code>", page.read_text("utf-8"))
    values = {name: value if value[0].isalpha() else json.loads(value) for name, value in found}
    return SimpleNamespace(**values)


class Run:
    """One run."""

    def __init__(self, record: Any, reference: Any, constants: SimpleNamespace) -> None:
        self.record, self.reference, self.constants = record, reference, constants
        self.budget = record["cell"]["budget_seconds"]
        self.of_fronts = record["cell"]["problem"] == "multi-objective"
        self.failed = record["verdict"] != "completed"
        self.told, self.judged = record["incumbents"]["val_accuracy"], record["incumbents"]["judged"]
        self.costs, self.clock = record["incumbents"]["multiply_adds"], record["incumbents"]["clock_seconds"]
        self.recommended = (record["recommendation"] or {}).get("judged")

    def regret(self, accuracy: float) -> float:
        best, random = self.reference["best_accuracy"], self.reference["random_accuracy"]
        return min(1.0, (best - accuracy) / (best - random))

    def changes(self, *, observed: bool = False) -> list[tuple[float, float]]:
        """Seconds at which the regret changes, and what it is from then on."""
        accuracies = self.told if observed else self.judged
        regrets = self._front_regrets(accuracies) if self.of_fronts else map(self.regret, accuracies)
        steps = [*zip(self.clock, regrets, strict=True)]
        return [*steps, (self.record["ended_seconds"], 1.0)] if self.failed else steps

    def _front_regrets(self, accuracies: Sequence[float]) -> Iterator[float]:
        random = [(self.reference["random_accuracy"], self.reference["random_multiply_adds"])]
        whole, alone = self._area(self.reference["front"]), self._area(random)
        for end in range(1, len(accuracies) + 1):
            front = [(accuracies[one], self.costs[one]) for one in range(end) if self._stays(one, end)]
            yield min(1.0, (whole - self._area(front)) / (whole - alone))

    def _stays(self, one: int, end: int) -> bool:
        """Whether no later one is at least as good in both."""
        later = range(one + 1, end)
        return not any(self.told[i] >= self.told[one] and self.costs[i] <= self.costs[one] for i in later)

    def _area(self, points: Iterable[tuple[float, int]]) -> float:
        random = self._placed(self.reference["random_accuracy"], self.reference["random_multiply_adds"])
        right, top = (self.constants.MARGIN + max(1.0, value) for value in random)
        area = 0.0
        for x, y in sorted(self._placed(*point) for point in points):
            if x < right and y < top:
                area, top = area + (right - x) * (top - y), y
        return area

    def _placed(self, accuracy: float, cost: float) -> tuple[float, float]:
        (worst, fewest), (best, most) = self.reference["front"][0], self.reference["front"][-1]
        return (best - accuracy) / (best - worst), (cost - fewest) / (most - fewest)

    def score(self, *, observed: bool = False, early: bool = False) -> float:
        start = self.constants.EARLY if early else self.constants.START
        first, end = min(start, self.budget / 10**self.constants.DECADES), self.budget
        area, now, value = 0.0, first, 1.0
        for seconds, regret in [*self.changes(observed=observed), (end, 0.0)]:
            until = min(max(seconds, first), end)
            area += value * math.log(until / now)
            now, value = until, regret
        return 100 * (1 - area / math.log(end / first))

    def final_regret(self) -> float:
        if self.recommended is not None and not self.of_fronts:
            return self.regret(self.recommended)
        steps = self.changes()
        return steps[-1][1] if steps else 1.0

    def final_error(self, *, observed: bool = False) -> float:
        if self.failed or not self.record["evaluations"]:
            return 100 * (1 - self.reference["random_accuracy"])
        last = self.told.index(max(self.told)) if self.of_fronts else -1
        if observed:
            return 100 * (1 - self.told[last])
        return 100 * (1 - (self.judged[last] if self.recommended is None else self.recommended))

    def regret_points(self) -> float:
        return self.final_error() - 100 * (1 - self.reference["best_accuracy"])

    def time_to(self, target: float) -> float:
        return next((seconds for seconds, regret in self.changes() if regret <= target), math.inf)


class Track:
    """The runs of a track by entry and release, each list by seed."""

    def __init__(self, site: Path, slug: str) -> None:
        self.constants = constants_of(site / "methods.html")
        references = json.loads((site / "data/references.json").read_text("utf-8"))
        self.runs: dict[tuple[str, str], list[Run]] = {}
        self.kinds: dict[str, Any] = {}
        for line in (site / f"data/{slug}/runs.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            entry, release = record["cell"]["submission"], record["release"]["name"]
            run = Run(record, references[release], self.constants)
            self.runs.setdefault((entry, release), []).append(run)
            self.kinds[release] = record["release"]
        for runs in self.runs.values():
            runs.sort(key=lambda run: run.record["cell"]["seed"])
        self.releases = [name for name in references if name in self.kinds]

    def expected(self, entry: str, release: str, target: float) -> tuple[int, float]:
        """How many runs reach a target, and the expected time."""
        runs = self.runs.get((entry, release), [])
        times = [run.time_to(target) for run in runs]
        reached = sum(map(math.isfinite, times))
        spent = sum(min(time, run.budget) for time, run in zip(times, runs, strict=True))
        return reached, spent / reached if reached else math.inf

    def running_times(self) -> Iterator[Cells]:
        targets = np.geomspace(1, 0.01, self.constants.TARGETS)
        for entry, release in sorted(self.runs, key=lambda place: place[::-1]):
            for target in targets.tolist():
                reached, expected = self.expected(entry, release, target)
                yield {
                    "release": release,
                    "entry": entry,
                    "target_regret": target,
                    "runs_that_reached": reached,
                    "expected_seconds": expected if reached else None,
                }
