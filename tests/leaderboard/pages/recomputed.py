"""A track's tables, computed anew by what knows only the page on methods, and nothing of this project.

It reads the constants of that page, and beside it the runs' records and the references. Names are the page's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from tests.leaderboard.pages.recomputed_runs import Cells, Run, Track


def tables(site: Path, slug: str) -> dict[str, list[Cells]]:
    """The rows of a track's tables by column; None is an empty cell."""
    track = Track(site, slug)
    ranking, standings = [], []
    for release in track.releases:
        view = View(track, [release])
        ranking += [{"release": release, **view.cells(entry)} for entry in view.everybody]
    view = View(track, track.releases)
    for entry in view.everybody:
        standings.append({**view.cells(entry), **view.contrasts(entry)})
    return {
        "ranking": ranking,
        "standings": standings,
        "pairs": list(view.pair_cells()),
        "tie_groups": list(view.tie_cells()),
        "running_times": list(track.running_times()),
    }


class Pair(NamedTuple):
    """Two entries compared by one value."""

    mean: float
    low: float
    high: float
    p: float
    critical: float
    #: Of each seed.
    differences: np.ndarray

    @property
    def sign(self) -> int:
        return int(self.low > 0) - int(self.high < 0)


class View:
    """Entries over some releases of a track."""

    def __init__(self, track: Track, releases: Sequence[str]) -> None:
        self.track, self.constants, self.releases = track, track.constants, releases
        entries = sorted({entry for entry, release in track.runs if release in releases})
        counting = [entry for entry in entries if self._counting(entry)]
        scores = {entry: self.values(entry, Run.score) for entry in counting}
        errors = {entry: self.values(entry, Run.final_error) for entry in counting}
        behind = dict.fromkeys(counting, 0)
        for one, other in combinations(counting, 2):
            mean = np.mean(
                _difference(scores[one], scores[other]) if {*scores[one]} & {*scores[other]} else 0
            )
            behind[one] += mean < 0
            behind[other] += mean > 0
        total = {entry: np.mean([*scores[entry].values()]) for entry in counting}
        self.order = sorted(counting, key=lambda entry: (behind[entry], -total[entry], entry))
        core = [entry for entry in self.order if entry in self.constants.CORE.split()]
        self.core = core if len(core) > 1 else self.order
        self.by_score, self.by_error = self._compared(scores), self._compared(errors)
        others = sorted(set(entries) - set(counting))
        self.everybody = [*self.order, *sorted(others, key=lambda entry: -self.observed(entry))]

    def _counting(self, entry: str) -> list[str]:
        """Releases that count for an entry."""
        there = [release for release in self.releases if (entry, release) in self.track.runs]
        return [name for name in there if not self.track.runs[entry, name][0].record["conflicts"]]

    def runs_of(self, entry: str) -> list[list[Run]]:
        """Runs on the releases that are summed up."""
        of = [name for name in self.releases if (entry, name) in self.track.runs]
        return [self.track.runs[entry, name] for name in self._counting(entry) or of]

    def values(self, entry: str, value: Callable[[Run], float]) -> dict[str, np.ndarray]:
        """Of each run, by the releases that count."""
        runs = self.track.runs
        return {name: np.array([*map(value, runs[entry, name])]) for name in self._counting(entry)}

    def observed(self, entry: str) -> float:
        return float(np.mean([run.score(observed=True) for runs in self.runs_of(entry) for run in runs]))

    def _compared(self, values: dict[str, dict[str, np.ndarray]]) -> dict[tuple[str, str], Pair]:
        """All pairs in the order, told apart together."""
        rows = {}
        for one, other in combinations(self.order, 2):
            rows[one, other] = _difference(values[one], values[other])
        largest = {}
        for pair, row in rows.items():
            if len(row) >= self.constants.FEWEST:
                largest[pair] = np.abs(self._resampled(row))
        return {pair: self._pair(pair, rows, largest) for pair in rows}

    def _pair(self, pair: tuple[str, str], rows: Any, largest: dict[tuple[str, str], np.ndarray]) -> Pair:
        row = rows[pair]
        if not len(row):
            return Pair(math.nan, math.nan, math.nan, 1.0, math.inf, row)
        n, mean, error = _moments(row)
        critical, p = math.inf, 1.0
        if n >= self.constants.FEWEST:
            t = abs(mean) / error if error > self.constants.ROUNDING else math.inf
            t = t if abs(mean) > self.constants.ROUNDING or math.isfinite(t) else 0.0
            critical, p = self._judged(pair, t, n, largest)
        reach = critical * error if error > self.constants.ROUNDING else 0.0
        reach = math.inf if math.isinf(critical) else reach
        return Pair(mean, mean - reach, mean + reach, p, critical, row)

    def _judged(
        self, pair: tuple[str, str], t: float, n: int, largest: dict[tuple[str, str], np.ndarray]
    ) -> tuple[float, float]:
        """The critical value of a pair, and its p."""
        core, guests = {*self.core}, {*pair} - {*self.core}
        family = [other for other in largest if {*other} <= core]
        is_large = len(family) > self.constants.MANY_PAIRS
        if is_large or len(guests) > 1:
            k = len(largest) if is_large else math.comb(len(core) + 2, 2)
            critical = student.isf((1 - self.constants.LEVEL) / (2 * k), n - 1)
            return critical, min(1.0, 2 * k * student.sf(t, n - 1))
        if guests:
            family += [other for other in largest if {*other} - core == guests]
        statistic = np.max([largest[other] for other in family], axis=0)
        return _quantile(statistic, self.constants.LEVEL), float((statistic >= t).mean())

    def _resampled(self, row: np.ndarray) -> np.ndarray:
        """The t* of each resample."""
        n, mean, _ = _moments(row)
        chosen = np.random.default_rng(self.constants.SEED).integers(n, size=(self.constants.DRAWS, n))
        samples, rounding = row[chosen], self.constants.ROUNDING
        negligible = max(rounding, self.constants.NEGLIGIBLE * np.abs(row - mean).max())
        deviation = samples.mean(axis=1) - mean
        error = samples.std(axis=1, ddof=1) / math.sqrt(n)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(
                error > negligible,
                deviation / error,
                np.where(np.abs(deviation) > rounding, np.sign(deviation) * np.inf, 0.0),
            )

    def estimate(self, row: np.ndarray) -> tuple[float, float | None, float | None]:
        """Mean and interval over seeds."""
        n, mean, error = _moments(row)
        if n < 2:
            return mean, None, None
        if error <= self.constants.ROUNDING:
            return mean, mean, mean
        tail = (1 - self.constants.LEVEL) / 2
        if n >= self.constants.MANY:
            reach = student.isf(tail, n - 1) * error
            return mean, mean - reach, mean + reach
        resampled = self._resampled(row)
        low, high = mean - _quantile(resampled, 1 - tail) * error, mean - _quantile(resampled, tail) * error
        return mean, *(end if math.isfinite(end) else None for end in (low, high))

    def cells(self, entry: str) -> Cells:
        """The columns that the ranking and the standings share."""
        everything = self.runs_of(entry)
        runs = [run for of_release in everything for run in of_release]
        scores = [*self.values(entry, Run.score).values()]
        score = self.estimate(np.mean(scores, axis=0)) if scores else (None, None, None)
        supported = [run.record["support"] for run in runs if run.record["support"]]
        queries = sum(support["queries"] for support in supported)
        first, last = self.places(entry)
        return {
            "entry": entry,
            "first_rank": first,
            "last_rank": last,
            **dict(zip(("score", "score_low", "score_high"), score, strict=True)),
            "observed_score": self.observed(entry),
            "early_score": np.mean([run.score(early=True) for run in runs]),
            "error_percent": np.median([run.final_error() for run in runs]),
            "observed_error_percent": np.median([run.final_error(observed=True) for run in runs]),
            "regret_points": np.mean([run.regret_points() for run in runs]),
            "final_regret": 100 * np.mean([run.final_regret() for run in runs]),
            "evaluations": int(np.median([run.record["evaluations"] for run in runs])),
            "crash_rate": np.mean([run.failed for run in runs]),
            "cpu_seconds": np.mean([run.record["usage"]["cpu_seconds"] for run in runs]),
            "unfamiliar_share": sum(s["unfamiliar"] for s in supported) / queries if queries else None,
            "speed_up": self.speed_up(entry),
            "conflicts": " ".join(sorted({name for run in runs for name in run.record["conflicts"]})) or None,
        }

    def speed_up(self, entry: str) -> float | None:
        logarithms = []
        for runs in self.runs_of(entry):
            release = runs[0].record["release"]["name"]
            baseline = self.track.runs.get((self.constants.BASELINE, release), [])
            if not baseline:
                return None
            target = float(np.median([run.final_regret() for run in baseline]))
            _, theirs = self.track.expected(self.constants.BASELINE, release, target)
            _, ours = self.track.expected(entry, release, target)
            if math.isinf(theirs) or math.isinf(ours):
                return None
            logarithms.append(math.log(theirs / ours))
        return math.exp(sum(logarithms) / len(logarithms))

    def places(self, entry: str) -> tuple[int | None, int | None]:
        if entry not in self.order:
            return None, None
        above = below = 0
        for (one, other), pair in self.by_score.items():
            if entry == one and other in self.core:
                above, below = above + (pair.sign < 0), below + (pair.sign > 0)
            elif entry == other and one in self.core:
                above, below = above + (pair.sign > 0), below + (pair.sign < 0)
        return 1 + above, len({*self.core, entry}) - below

    def contrasts(self, entry: str) -> Cells:
        """The columns of the standings alone."""
        scores, kinds = self.values(entry, Run.score), self.track.kinds
        all_minus_random, trees_minus_graphs = [], []
        for one, other in product(scores, repeat=2):
            first, second = kinds[one], kinds[other]
            difference = scores[one] - scores[other]
            if first["truth"] == second["truth"]:
                same = first["family"] == second["family"]
                if same and second["random_only"] > first["random_only"]:
                    all_minus_random.append(difference)
                families = (first["family"], second["family"])
                if first["random_only"] == second["random_only"] and families == ("xgb", "gin"):
                    trees_minus_graphs.append(difference)
        cells: Cells = {"worst_score": min((row.mean() for row in scores.values()), default=None)}
        contrasts = {"all_minus_random": all_minus_random, "xgb_minus_gin": trees_minus_graphs}
        for name, rows in contrasts.items():
            values = self.estimate(np.mean(rows, axis=0)) if rows else (None, None, None)
            cells |= dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))
        return cells

    def pair_cells(self) -> Iterator[Cells]:
        few = len(self.order) <= self.constants.ALL_PAIRS
        for (one, other), pair in self.by_score.items():
            if few or self.order.index(other) - self.order.index(one) <= self.constants.NEAR:
                yield self._pair_cells(one, other, pair, self.by_error[one, other])

    def _pair_cells(self, one: str, other: str, pair: Pair, error: Pair) -> Cells:
        equivalent, row = self.constants.EQUIVALENT, pair.differences
        of_fronts = self.track.runs[one, self._counting(one)[0]][0].of_fronts
        return {
            "one": one,
            "other": other,
            "score_difference": pair.mean,
            "score_low": pair.low,
            "score_high": pair.high,
            "error_difference_points": error.mean,
            "error_low": error.low,
            "error_high": error.high,
            "p": pair.p,
            "wins": (row > 0).mean() + (row == 0).mean() / 2 if len(row) else None,
            "equivalent": bool(error.low > -equivalent and error.high < equivalent and not of_fronts),
            "seeds_needed": self.seeds_needed(pair),
        }

    def seeds_needed(self, pair: Pair) -> int | None:
        if math.isinf(pair.critical) or abs(pair.mean) <= self.constants.ROUNDING:
            return None
        deviation = max(pair.differences.std(ddof=1), self.constants.ROUNDING)
        reach = pair.critical + NormalDist().inv_cdf(self.constants.POWER)
        seeds = (reach * deviation / abs(pair.mean)) ** 2 + pair.critical**2 / 2
        return max(self.constants.FEWEST, math.ceil(seeds))

    def tie_cells(self) -> Iterator[Cells]:
        """Longest runs of neighbours of which no two are told apart."""
        groups: list[list[str]] = []
        for start in range(len(self.order)):
            end = start + 1
            while end < len(self.order) and not any(
                self.by_score[one, self.order[end]].sign for one in self.order[start:end]
            ):
                end += 1
            if not groups or not {*self.order[start:end]} <= {*groups[-1]}:
                groups.append(self.order[start:end])
        for number, group in enumerate(groups, 1):
            for entry in group:
                yield {"group": number, "entry": entry}


def _difference(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> np.ndarray:
    """Per seed the mean over the releases that count for both; empty where there is none."""
    both = [one[release] - other[release] for release in one if release in other]
    return np.mean(both, axis=0) if both else np.empty(0)


def _moments(row: np.ndarray) -> tuple[int, float, float]:
    """How many seeds, mean and standard error."""
    return len(row), float(row.mean()), float(row.std(ddof=1) / math.sqrt(len(row))) if len(row) > 1 else 0.0


def _quantile(values: np.ndarray, share: float) -> float:
    """The smallest value that at least a share of them is at most."""
    return float(np.quantile(values, share, method="inverted_cdf"))
