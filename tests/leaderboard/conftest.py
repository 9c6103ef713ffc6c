"""Runs to test with: made up by hand, and a few short real ones."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from leaderboard.build import build_site
from leaderboard.canary import Attestation, attest
from leaderboard.errors import SandboxError
from leaderboard.profile import Environment
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


@pytest.fixture(scope="session")
def sandbox() -> Attestation:
    """Where there is no sandbox tests are skipped, or fail where it is required."""
    try:
        return attest()
    except SandboxError as error:
        if os.environ.get("NB301_REQUIRE_SANDBOX"):
            pytest.fail(f"NB301_REQUIRE_SANDBOX is set, but {error}")
        pytest.skip(str(error))


def _linked(source: str, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)


def _with_dependencies(name: str, found: dict[str, Any]) -> None:
    try:
        each = distribution(name)
    except PackageNotFoundError:
        return
    if each.name in found:
        return
    found[each.name] = each
    for requirement in each.requires or []:
        if "extra ==" not in requirement:
            _with_dependencies(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0], found)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Environment]:
    """Make an environment of packages that the tests themselves have: no test uses the network."""

    @cache
    def make(*names: str) -> Environment:
        folder = tmp_path_factory.mktemp("packages")
        found: dict[str, Any] = {}
        for name in names:
            _with_dependencies(name, found)
        for each in found.values():
            for file in each.files or []:
                if ".." not in file.parts and "__pycache__" not in file.parts and "tests" not in file.parts:
                    target = folder / file
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _linked(str(file.locate()), target)
        folder.chmod(0o755)
        return Environment("installed", folder, library=True)

    return make
