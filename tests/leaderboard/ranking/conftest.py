"""What tests of the ranking share: runs of one entry, and their ranking by made-up references."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from leaderboard.ranking.references import Reference
from leaderboard.ranking.standings import Ranking, Standing, rank
from leaderboard.runs.key import Track
from leaderboard.runs.record import Run

TRACK = Track(workers=1, budget_seconds=1e7, budget_evaluations=30_000)
LUCK = (0.0, 0.3, -0.2, 0.1, -0.3, 0.2, 0.1, -0.1, 0.25, -0.15)


@pytest.fixture(scope="session")
def track() -> Track:
    """The track of made-up runs."""
    return TRACK


@pytest.fixture(scope="session")
def luck() -> tuple[float, ...]:
    """What seeds add to the final errors of made-up runs."""
    return LUCK


@pytest.fixture(scope="session")
def entry_runs(make_run: Callable[..., Run]) -> Callable[..., list[Run]]:
    """Make runs of one entry: seed s ends with the error plus its luck."""

    def entry_runs(entry: str, error: float, luck: Sequence[float] = LUCK, **changes: Any) -> list[Run]:
        return [make_run(entry, seed, error + more, **changes) for seed, more in enumerate(luck)]

    return entry_runs


@pytest.fixture(scope="session")
def other_release() -> dict[str, str]:
    """What makes a run one on the other of the two made-up releases."""
    return {"release": "other", "release_hash": "b" * 64}


@pytest.fixture(scope="session")
def ranked(references: Mapping[str, Reference]) -> Callable[..., Ranking]:
    """Rank runs by the made-up references."""
    return lambda runs, track=TRACK: rank(runs, references, track)


@pytest.fixture(scope="session")
def by_entry() -> Callable[[Ranking], dict[str, Standing]]:
    """Standings over all releases by entry."""
    return lambda ranking: {standing.row.entry: standing for standing in ranking.whole.standings}


@pytest.fixture(scope="session")
def reference(references: Mapping[str, Reference]) -> Reference:
    """Random architectures have 7 % error, the best known one 5 %."""
    return references["a" * 64]
