"""Tests of `validation.plugin` and `validation.report`: whole runs, each in its own process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nb301
from nb301.releases import find

ROOT = Path(__file__).parents[2]
ALL_DATA, RANDOM_ONLY = "emulated-xgb-v1.0", "emulated-xgb-rand-v1.0"

#: A plugin that gives every architecture another one's prediction.
SABOTAGE = """
from dataclasses import replace
import numpy as np
from nb301.benchmark import Benchmark

query = Benchmark.query

def permuted(self, genotypes, seed=None):
    answer = query(self, genotypes, seed)
    return replace(answer, mean=np.random.default_rng(0).permutation(answer.mean))

Benchmark.query = permuted
"""


def validate(*arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the suite from the repository root, with another folder on the module path."""
    command = [sys.executable, "-m", "pytest", "validation", "-p", "no:cacheprovider", *map(str, arguments)]
    environment = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two releases, and its report; the second's manifest names a table that is not here."""
    folder = shutil.copytree(find(RANDOM_ONLY).folder, tmp_path_factory.mktemp("release") / "copy")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["table"]["content_hash"] = "00"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    path = tmp_path_factory.mktemp("run") / "new" / "report.json"
    finished = validate("-p", "validation.plugin", *releases(ALL_DATA, folder), "--report", path)
    return finished, json.loads(path.read_text(encoding="utf-8"))


def releases(*names: str | Path) -> list[str | Path]:
    """The options for some releases."""
    return [argument for name in names for argument in ("--release", name)]


def test_report(run):
    """The report names the release by hash, and every claim with all that makes its verdict readable."""
    _, report = run
    release = report["releases"][0]

    assert report["format"] == 1
    assert report["bootstrap"] == {
        "method": "percentile",
        "resampled": "test rows",
        "resamples": 1000,
        "level": 0.95,
        "seed": 301,
    }
    assert {"python", "numpy", "scipy", "pytest"} <= set(report["libraries"])
    assert (release["name"], release["truth"]) == (ALL_DATA, "emulated 1.0")
    assert release["release_hash"] == find(ALL_DATA).release_hash
    keys = "id statement statistic threshold direction source reason value interval n ceiling verdict"
    assert [list(claim) for claim in release["claims"]] == 3 * [keys.split()]


def test_values(run):
    """Values are those in the manifest, inside their intervals; accuracies have a ceiling above them."""
    _, report = run
    metrics = find(ALL_DATA).manifest.metrics

    for claim in report["releases"][0]["claims"]:
        low, high = claim["interval"]
        assert claim["value"] == pytest.approx(getattr(metrics, claim["statistic"]), abs=1e-9)
        assert low < claim["value"] < high
        assert claim["value"] < claim["ceiling"]
    assert report["releases"][0]["checks"] == {"frozen_metrics": "passed"}


def test_table(run):
    """The terminal shows every claim with its source and verdict, and says why where it does not hold."""
    finished, report = run
    lines = [" ".join(line.split()) for line in finished.stdout.splitlines()]

    for claim in report["releases"][0]["claims"]:
        (line,) = [line for line in lines if line.startswith(f"{ALL_DATA} {claim['id']} ")]
        assert line.endswith(claim["verdict"])
        assert claim["source"] in line
        reasons = [
            line for line in lines if line.startswith(claim["source"]) and f"{claim['value']:.4f}" in line
        ]
        assert len(reasons) == (claim["verdict"] != "holds")


def test_claims_that_cannot_run(run):
    """A release whose test rows are unknown has a report in which nothing was run, and the run fails."""
    finished, report = run
    release = report["releases"][1]

    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "content hash 00, but here it has" in finished.stdout
    assert {claim["verdict"] for claim in release["claims"]} == {"not run"}
    assert release["checks"] == {"frozen_metrics": "not run"}


def test_sabotage_fails_on_a_worker(tmp_path):
    """Permuted predictions fail; the result comes back from a worker; claims left out are not run."""
    (tmp_path / "sabotage.py").write_text(SABOTAGE, encoding="utf-8")
    report = tmp_path / "report.json"

    finished = validate(
        *("-p", "sabotage", "-p", "xdist", "-n", "1", "-k", "table3_r2"),
        *releases(RANDOM_ONLY, RANDOM_ONLY),
        *("--report", report),
        path=tmp_path,
    )

    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "Table 3 says R2 >= 0.832; measured -" in finished.stdout
    (release,) = json.loads(report.read_text(encoding="utf-8"))["releases"]
    r2, kendall = release["claims"]
    assert r2["verdict"] == "fails"
    assert r2["interval"][1] < 0 < r2["ceiling"]
    assert (kendall["verdict"], kendall["value"], kendall["interval"]) == ("not run", None, None)
    assert release["checks"] == {"frozen_metrics": "not run"}


def test_unknown_release(tmp_path):
    """An unknown name ends the run before it starts, and lists the names there are."""
    finished = validate("--release", "none", "--report", tmp_path / "report.json")

    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"no release 'none'; there are: {', '.join(nb301.list_releases())}" in finished.stderr
    assert not (tmp_path / "report.json").exists()
