"""How the site's build grows with entries: synthetic entries from committed runs, no timing asserted."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.pages.build import build_site
from leaderboard.places import RESULTS
from leaderboard.ranking.selection import tracks_of
from leaderboard.runs.packed import read_results
from leaderboard.runs.record import Run
from leaderboard.runs.store import Store

SEEDS = 10


@pytest.fixture(scope="module")
def base() -> list[Run]:
    """One run of random search on one release of the shortest track for each seed."""
    runs = read_results(RESULTS)
    track = tracks_of(runs)[0]
    of_one = [run for run in runs if (run.cell.submission, run.release.name) == ("rs", "emulated-xgb-v2.0")]
    return [run for run in of_one if run.cell.track == track][:SEEDS]


def entry_of(base: list[Run], number: int, rng: np.random.Generator) -> list[Run]:
    """An entry as good as random search, but for a shift of its own."""
    shift, slug = rng.normal(0, 0.002), f"entry-{number}"
    runs = []
    for run in base:
        judged = np.clip(np.add(run.incumbents.judged, shift) + rng.normal(0, 5e-4), 0, 1)
        changes = {
            "cell": run.cell.model_copy(update={"submission": slug}),
            "entry": run.entry.model_copy(update={"name": f"Entry {number}"}),
            "incumbents": run.incumbents.model_copy(update={"judged": tuple(judged.tolist())}),
        }
        runs.append(run.model_copy(update=changes))
    return runs


@pytest.mark.parametrize("entries", [10, 100, 1000])
def test_build(benchmark, base, monkeypatch, tmp_path, entries):
    """From runs in memory to the folder, ten seeds each on one release."""
    rng = np.random.default_rng(0)
    runs = []
    for number in range(entries):
        runs += entry_of(base, number, rng)
    monkeypatch.setattr(Store, "runs", lambda _: runs)
    benchmark.pedantic(build_site, args=(tmp_path / "none", tmp_path / "site"), rounds=1)
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    benchmark.extra_info |= {
        "files": len(files),
        "megabytes": sum(path.stat().st_size for path in files) / 1e6,
        "front_page_kilobytes": (tmp_path / "site" / "index.html").stat().st_size / 1e3,
    }
    assert (tmp_path / "site" / "entries" / f"entry-{entries - 1}.html").is_file()
