"""Runs to test with: made up by hand, and a few short real ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.build import build_site
from leaderboard.runner import plan, run_missing
from leaderboard.store import Incumbents, ReleaseReference, Run, RunIdentity

RELEASES = ("emulated-xgb-v1.0", "emulated-xgb-rand-v1.0")
GENOTYPE = (
    "normal:sep_conv_3x3@0+skip_connect@1/max_pool_3x3@0+dil_conv_5x5@2/avg_pool_3x3@1+sep_conv_5x5@3/"
    "skip_connect@3+dil_conv_3x3@4,reduce:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/"
    "sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
)


@pytest.fixture(scope="session")
def make_run() -> Callable[..., Run]:
    """Make a run up: two incumbents, at 100 and 1,000 simulated seconds."""

    def make(
        entry: str = "rs",
        seed: int = 0,
        error: float = 5.0,
        *,
        release: str = "emulated-xgb-v1.0",
        release_hash: str = "a" * 64,
        random_only: bool = False,
        budget_seconds: float = 1e4,
        name: str | None = None,
        settings: dict[str, int | float | str | bool] | None = None,
    ) -> Run:
        final = 1 - error / 100
        return Run(
            identity=RunIdentity(
                protocol=1,
                entry=entry,
                settings=settings or {},
                release=ReleaseReference(
                    name=release,
                    release_hash=release_hash,
                    truth="emulated 1.0",
                    family="xgb",
                    random_only=random_only,
                ),
                seed=seed,
                budget_seconds=budget_seconds,
            ),
            name=entry.upper() if name is None else name,
            reference="Nobody (2020)",
            incumbents=Incumbents(
                evaluation=(0, 3),
                clock_seconds=(100.0, 1000.0),
                val_accuracy=(final - 0.02, final + 0.001),
                mean=(final - 0.01, final),
            ),
            genotype=GENOTYPE,
            evaluations=7,
            versions={"nb301": "0.1.0"},
            started="2020-01-01T00:00:00+00:00",
            ended="2020-01-01T00:00:01+00:00",
        )

    return make


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds of every entry on both releases, about 35 evaluations each."""
    folder = tmp_path_factory.mktemp("runs")
    list(run_missing(plan(RELEASES, range(2), 5e4), folder))
    return folder


@pytest.fixture(scope="session")
def make_claim() -> Callable[..., dict[str, Any]]:
    """Make up a claim of a validation report."""

    def make(**changes: Any) -> dict[str, Any]:
        return {
            "id": "table3_r2_xgb",
            "statement": "It explains unseen architectures",
            "symbol": "R2",
            "unit": "",
            "kind": "gate",
            "value": 0.9,
            "interval": [0.88, 0.92],
            "n": 700,
            "threshold": 0.832,
            "direction": "at_least",
            "verdict": "holds",
            "ceiling": None,
            "source": "Table 3",
            "reason": "The paper's own number",
        } | changes

    return make


@pytest.fixture(scope="session")
def report(
    runs_folder: Path, make_claim: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A validation report with one claim about the all-data release."""
    run = json.loads((runs_folder / "rs" / RELEASES[0] / "seed-0.json").read_text())
    path = tmp_path_factory.mktemp("report") / "report.json"
    releases = [{**run["identity"]["release"], "claims": [make_claim()]}]
    path.write_text(json.dumps({"format": 2, "releases": releases}))
    return path


@pytest.fixture(scope="session")
def built(runs_folder: Path, report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the short real runs."""
    return build_site(runs_folder, tmp_path_factory.mktemp("site"), report)
