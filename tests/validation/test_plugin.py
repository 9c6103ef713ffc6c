"""Tests of `validation.plugin`: whole runs, each in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import nb301
from nb301.releases import Release
from nb301.tables.schema import write_table

ROOT = Path(__file__).parents[2]

#: A surrogate of somebody else, as the documentation shows it.
FOREIGN = """
import numpy as np

class Guess:
    def predict(self, genotypes):
        convolutions = [sum(op > 2 for op in g.normal.code[1::2]) for g in genotypes]
        return 0.91 + 0.003 * np.array(convolutions), np.full(len(genotypes), 0.002)
"""
#: A plugin that gives every architecture another one's prediction.
SABOTAGE = """
from dataclasses import replace
import numpy as np
from nb301.benchmark import Benchmark

query = Benchmark._query_many

def permuted(self, genotypes, seed):
    answer = query(self, genotypes, seed)
    return replace(answer, mean=np.random.default_rng(0).permutation(answer.mean))

Benchmark._query_many = permuted
"""


@pytest.fixture(scope="module")
def table(tiny_table, tmp_path_factory):
    """The tiny table as a file."""
    path = tmp_path_factory.mktemp("table") / "tiny.parquet"
    write_table(tiny_table, path)
    return path


@pytest.fixture
def validate(tmp_path):
    """Run the suite from the repository root, with another folder on the module path."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pytest",
                    "validation",
                    "-p",
                    "no:cacheprovider",
                    "-p",
                    "no:benchmark",
                ),
                *(
                    "--ignore=validation/test_saboteurs.py",
                    "-m",
                    "not slow",
                    "--cache",
                    str(tmp_path / "cache"),
                ),
                *map(str, arguments),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def test_everything_is_collected():
    """What `tox run -e validate` runs: claims about a release, and the saboteurs."""
    command = [sys.executable, "-m", "pytest", "validation", "--collect-only", "-q", "-p", "no:cacheprovider"]
    command += ["--release", "emulated-gin-v1.0"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout
    assert "validation/test_saboteurs.py::test_is_caught[" in finished.stdout
    assert "validation/test_claims.py::test_claim[emulated-gin-v1.0-" in finished.stdout


def test_a_run_and_its_reports(validate, table, tiny_release, tmp_path):
    """The report names the release by hash and has every claim; the terminal shows the same."""
    report, card = tmp_path / "new" / "report.json", tmp_path / "card.html"
    finished = validate("--release", tiny_release, "--table", table, "--report", report, "--card", card)
    written = json.loads(report.read_text(encoding="utf-8"))

    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert written["format"] == 2
    assert written["bootstrap"] == {"method": "percentile", "resamples": 500, "level": 0.95, "seed": 301}
    assert {"python", "numpy", "scipy", "pytest"} <= set(written["libraries"])
    (release,) = written["releases"]
    assert release["release_hash"] == Release(tiny_release).release_hash
    assert release["checks"] == {"frozen_metrics": "passed"}
    assert not release["passes"]
    claims = {claim["id"]: claim for claim in release["claims"]}
    # 240 rows make no good surrogate, but one that keeps its promises
    assert claims["table3_r2"]["verdict"] == "fails"
    assert claims["isomorphism"]["verdict"] == claims["processes"]["verdict"] == "holds"
    assert claims["closer_than_table"]["verdict"] == "not applicable"
    assert "no architectures with five seeds" in claims["closer_than_table"]["note"]
    assert claims["trajectory_rs"]["verdict"] == "not run"
    lines = [" ".join(line.split()) for line in finished.stdout.splitlines()]
    for claim_id, claim in claims.items():
        (line,) = [line for line in lines if line.startswith(f"{release['name']} {claim_id} ")]
        assert line.endswith(claim["verdict"])
    assert any(line.startswith("Table 3: R2 >= 0.832; measured") for line in lines)
    assert f"{release['name']} does not pass" in finished.stdout
    page = card.read_text(encoding="utf-8")
    assert page.count("<svg") >= 2
    assert claims["isomorphism"]["statement"] in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_a_foreign_surrogate(validate, table, tmp_path):
    """Anything with `predict` is validated; what it does not say is not applicable."""
    (tmp_path / "mine.py").write_text(FOREIGN, encoding="utf-8")
    report = tmp_path / "report.json"
    finished = validate("--surrogate", "mine:Guess", "--table", table, "--report", report)

    assert finished.returncode == 1, finished.stdout + finished.stderr
    (found,) = json.loads(report.read_text(encoding="utf-8"))["releases"]
    verdicts = {claim["id"]: claim["verdict"] for claim in found["claims"]}
    assert found["name"] == "mine:Guess"
    assert verdicts["runtime_r2"] == "not applicable"
    assert verdicts["batches"] == "holds"
    assert verdicts["best_skips"] == "fails"


@pytest.mark.parametrize("spec", ["nowhere:Guess", "json:nothing", "json"])
def test_no_such_surrogate(validate, spec):
    """A surrogate that is not there ends the run before it starts, by its name."""
    finished = validate("--surrogate", spec)
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--surrogate {spec}: expected MODULE:NAME" in finished.stderr


def test_sabotage_fails_on_a_worker(validate, table, tiny_release, tmp_path):
    """Permuted predictions fail; the result comes back from a worker; claims left out are not run."""
    (tmp_path / "sabotage.py").write_text(SABOTAGE, encoding="utf-8")
    report = tmp_path / "report.json"
    finished = validate(
        *("-p", "sabotage", "-p", "xdist", "-n", "1", "-k", "table3_r2"),
        *("--release", tiny_release, "--release", tiny_release, "--table", table, "--report", report),
    )

    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "Table 3: R2 >= 0.832; measured -" in finished.stdout
    (release,) = json.loads(report.read_text(encoding="utf-8"))["releases"]
    claims = {claim["id"]: claim for claim in release["claims"]}
    assert claims["table3_r2"]["verdict"] == "fails"
    assert claims["isomorphism"]["verdict"] == "not run"
    assert release["checks"] == {"frozen_metrics": "not run"}


def test_another_table(validate, table):
    """A table that the release was not fitted on ends the run before it starts, with both hashes."""
    finished = validate("--release", "emulated-xgb-v1.0", "--table", table)
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "but here it has" in finished.stderr


def test_unknown_release(validate, tmp_path):
    """An unknown name ends the run before it starts, and lists the names there are."""
    finished = validate("--release", "none", "--report", tmp_path / "report.json")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"no release 'none'; there are: {', '.join(nb301.list_releases())}" in finished.stderr
    assert not (tmp_path / "report.json").exists()
