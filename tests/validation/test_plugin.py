"""Tests of `validation.plugin`: whole runs, each in its own process."""

from __future__ import annotations

import argparse
import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import nb301
from nb301.errors import ReleaseError
from nb301.releases import Release, find
from nb301.releases.publish import publish
from nb301.releases.report import read_report
from nb301.tables.schema import write_table
from validation import plugin
from validation.claims import claims_about
from validation.subject import subject_of

ROOT = Path(__file__).parents[2]
CLAIMS = ("validation/test_claims.py", "validation/test_release.py")

#: A surrogate of somebody else, as the documentation shows it.
FOREIGN = """
import numpy as np

class Guess:
    def predict(self, genotypes):
        convolutions = [sum(op > 2 for op in g.normal.code[1::2]) for g in genotypes]
        return 0.91 + 0.003 * np.array(convolutions), np.full(len(genotypes), 0.002)

class Lucky(Guess):
    def draws(self, genotypes, seeds):
        return self.predict(genotypes)[0] + 0.01

class Broken(Guess):
    def draws(self, genotypes, seeds):
        raise ZeroDivisionError("no\\nnoise")

guess = Guess()
"""
#: A plugin that gives every architecture another one's prediction.
SABOTAGE = """
from dataclasses import replace
import numpy as np
from nb301.answers import Answers

query = Answers.many

def permuted(self, genotypes, seed):
    answer = query(self, genotypes, seed)
    return replace(answer, mean=np.random.default_rng(0).permutation(answer.mean))

Answers.many = permuted
"""


@pytest.fixture(scope="module")
def table(tiny_table, tmp_path_factory):
    """The tiny table as a file."""
    path = tmp_path_factory.mktemp("table") / "tiny.parquet"
    write_table(tiny_table, path)
    return path


@pytest.fixture
def validate(tmp_path):
    """Run the quick claims from the repository root, with another folder on the module path."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", *CLAIMS, "-m", "not slow"]
        command += ["-p", "no:cacheprovider", "-p", "no:benchmark", "--cache", str(tmp_path / "cache")]
        return subprocess.run(
            [*command, *map(str, arguments)],
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
    command += ["--release", "emulated-gin-v2.0"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout
    assert "validation/test_saboteurs.py::test_is_caught[" in finished.stdout
    assert "validation/test_claims.py::test_claim[emulated-gin-v2.0-" in finished.stdout


def test_the_oracle_passes():
    """A surrogate as good as can be has every quick gate hold."""
    command = [sys.executable, "-m", "pytest", "validation/test_oracle.py", "-q", "-p", "no:cacheprovider"]
    command += ["-m", "not slow", "-k", "all-data"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout


def test_a_run_and_its_reports(validate, table, tiny_release, tmp_path):
    """The report names the release by hash and has every claim; the terminal shows the same."""
    report, card = tmp_path / "new" / "report.json", tmp_path / "card.html"
    finished = validate("--release", tiny_release, "--table", table, "--report", report, "--card", card)
    written = json.loads(report.read_text(encoding="utf-8"))

    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert written["format"] == 2
    assert written["bootstrap"] == {
        "method": "percentile",
        "distances": "triangle inequality",
        "means of runs": "Student's t",
        "resamples": 2000,
        "level": 0.95,
        "seed": 301,
    }
    assert {"python", "numpy", "scipy", "pytest"} <= set(written["libraries"])
    (release,) = written["releases"]
    assert release["release_hash"] == Release(tiny_release).release_hash
    assert release["checks"] == {"frozen_metrics": "passed"}
    assert not release["passes"]
    claims = {claim["id"]: claim for claim in release["claims"]}
    # 240 rows make no good surrogate, but one that keeps its promises
    assert claims["table3_r2"]["verdict"] == "fails"
    assert claims["long_lists"]["verdict"] == claims["processes"]["verdict"] == "holds"
    assert "isomorphism" not in claims  # tests of the library see to it
    assert claims["closer_than_table"]["verdict"] == "not applicable"
    assert "no architectures with five seeds" in claims["closer_than_table"]["note"]
    assert claims["found_1e5_rs"]["verdict"] == "not run"
    lines = [" ".join(line.split()) for line in finished.stdout.splitlines()]
    for claim_id, claim in claims.items():
        (line,) = [line for line in lines if line.startswith(f"{release['name']} {claim_id} ")]
        assert line.endswith(claim["verdict"])
    assert any(line.startswith("Table 3: R2 >= 0.832; measured") for line in lines)
    assert f"{release['name']} does not pass" in finished.stdout
    page = card.read_text(encoding="utf-8")
    assert page.count("<svg") >= 2
    assert claims["long_lists"]["statement"] in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_foreign_surrogates(validate, table, tmp_path):
    """Anything with `predict` is validated, each for itself; what it does not say is not applicable."""
    (tmp_path / "mine.py").write_text(FOREIGN, encoding="utf-8")
    report = tmp_path / "report.json"
    names = [f"mine:{name}" for name in ("Guess", "Lucky", "Broken", "guess", "Guess")]
    options = [option for name in names for option in ("--surrogate", name)]
    finished = validate(*options, "--table", table, "--report", report)

    assert finished.returncode == 1, finished.stdout + finished.stderr
    releases = json.loads(report.read_text(encoding="utf-8"))["releases"]
    assert [release["name"] for release in releases] == names[:-1]
    assert len({release["release_hash"] for release in releases}) == len(releases)
    claims = []
    for release in releases:
        claims.append({claim["id"]: claim for claim in release["claims"]})
    for claim in claims:
        assert claim["runtime_r2"]["verdict"] == "not applicable"
        assert claim["batches"]["verdict"] == claim["isomorphism"]["verdict"] == "holds"
        assert claim["members_explain"]["note"].endswith("tells of no members")
        assert "has no noise_std" in claim["noise_std_size"]["note"]
        assert claim["best_skips"]["verdict"] == "fails"
    # twins in all that they predict, which only their noise tells apart
    for asked, expected in (
        ("mean_of_draws", ["holds", "fails", "fails", "holds"]),
        ("long_lists", ["holds", "holds", "fails", "holds"]),
    ):
        assert [claim[asked]["verdict"] for claim in claims] == expected
    broken = claims[2]["mean_of_draws"]
    assert broken["note"].startswith("mine:Broken: draws raised ZeroDivisionError: no\\nnoise (mine.py")
    assert broken["note"] in finished.stdout
    assert "Traceback" not in finished.stdout + finished.stderr


def test_no_such_surrogate(validate):
    """A surrogate that is not there ends the run before it starts, by its name."""
    finished = validate("--surrogate", "nowhere:Guess")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --surrogate nowhere:Guess: expected MODULE:NAME" in finished.stderr


MODULES = {
    "bad_syntax": "def f(:",
    "bad_import": "import nowhere_at_all",
    "bad_start": "raise RuntimeError('one\\ntwo')",
    "ends": "raise SystemExit(0)",
    "things": """
number = 3
def none(): return None
def broken(): raise OSError('disk')
class Needs:
    def __init__(self, what): pass
    def predict(self, genotypes): pass
class Nothing: pass
class Attribute: predict = 3
class Evil:
    def __getattr__(self, name): raise ValueError('no ' + name)
evil = Evil()
""",
}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "expected MODULE:NAME"),
        (":", "expected MODULE:NAME"),
        ("json", "expected MODULE:NAME"),
        ("json:", "expected MODULE:NAME"),
        ("json:nothing", "expected MODULE:NAME"),
        ("json:loads", "expected MODULE:NAME"),
        (".json:loads", "expected MODULE:NAME"),
        ("bad_syntax:X", "SyntaxError"),
        ("bad_import:X", "No module named 'nowhere_at_all'"),
        ("bad_start:X", "RuntimeError: one"),
        ("ends:X", "SystemExit"),
        ("things:number", "not callable"),
        ("things:none", "NoneType has no method predict"),
        ("things:broken", "OSError: disk"),
        ("things:Needs", "missing 1 required"),
        ("things:Nothing", "Nothing has no method predict"),
        ("things:Attribute", "Attribute has no method predict"),
        ("things:evil", "ValueError: no predict"),
    ],
)
def test_what_is_no_surrogate(tmp_path, monkeypatch, spec, message):
    """Whatever it is, and however it fails: one line with what was asked for."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(pytest.UsageError, match=f"^--surrogate {spec}: .*{message}") as error:
        plugin._made(spec)
    assert "\n" not in str(error.value)


def test_what_cannot_be_written_is_refused_first(tmp_path):
    """Folders, devices and what no file can be are refused before anything is measured."""
    (tmp_path / "file").write_text("kept")
    plugin._check_file("report", tmp_path / "new" / "report.json")
    plugin._check_file("report", tmp_path / "file")
    for path in (tmp_path, Path(), Path("/dev/null"), Path("/dev/full")):
        with pytest.raises(pytest.UsageError, match=f"^--card {path} is a folder or a device"):
            plugin._check_file("card", path)
    for path in (tmp_path / "file" / "x", tmp_path / ("x" * 300), Path("/proc/x")):
        with pytest.raises(pytest.UsageError, match=r"^--report .*: cannot be written"):
            plugin._check_file("report", path)
    for path in (
        tmp_path / "file",
        tmp_path / "file" / "x",
        Path("/proc/x"),
        Path("/dev/null"),
        Path("a\0b"),
    ):
        with pytest.raises(pytest.UsageError, match=r"^--cache .*: cannot be written to"):
            plugin._check_folder("cache", path)
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("text", ["0", "-1", "1e3", "", "9" * 5000, "٣", "1000"])
def test_numbers_of_processes(text):
    """At least one, and not more than any machine has."""
    with pytest.raises(argparse.ArgumentTypeError, match="not a number from 1 to 999"):
        plugin._positive(text)
    assert plugin._positive("2") == 2


def test_a_report_that_cannot_be_written_costs_no_verdict(monkeypatch, tmp_path):
    """A disk that is full at the end is one line, and no success; the other report is still written."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(plugin, "write_report", full)
    collector = plugin._Collector((), tmp_path / "report.json", tmp_path / "card.html")
    config = SimpleNamespace(getoption=lambda _: False)
    session, lines = SimpleNamespace(config=config, exitstatus=0), []
    collector.pytest_sessionfinish(session)
    collector.pytest_terminal_summary(SimpleNamespace(write_line=lambda line, **_: lines.append(line)))
    assert lines == [f"--report {tmp_path / 'report.json'}: not written ([Errno 28] No space left on device)"]
    assert session.exitstatus == pytest.ExitCode.USAGE_ERROR
    assert (tmp_path / "card.html").is_file()


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
    assert claims["long_lists"]["verdict"] == "not run"
    assert release["checks"] == {"frozen_metrics": "not run"}


def test_another_table(validate, table):
    """A table that the release was not fitted on ends the run before it starts, with both hashes."""
    finished = validate("--release", "emulated-xgb-v2.0", "--table", table)
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert "but here it has" in finished.stderr


def test_unknown_release(validate, tmp_path):
    """An unknown name ends the run before it starts, and lists the names there are."""
    finished = validate("--release", "none", "--report", tmp_path / "report.json")
    assert finished.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"no release 'none'; there are: {', '.join(nb301.list_releases())}" in finished.stderr
    assert not (tmp_path / "report.json").exists()


def test_a_release_whose_table_is_not_here(validate, tiny_release, tmp_path):
    """Claims that ask the release alone are measured, the others say what is missing; it is not published."""
    report, card = tmp_path / "report.json", tmp_path / "card.html"
    finished = validate("--release", tiny_release, "--report", report, "--card", card)

    assert finished.returncode == 1, finished.stdout + finished.stderr
    (release,) = read_report(report).releases
    assert not release.passes
    assert release.checks == {"frozen_metrics": "not run"}
    claims = {claim.id: claim for claim in release.claims}
    for name in ("long_lists", "rare_faults_isomorphs", "processes", "noise_is_normal"):
        assert claims[name].verdict == "holds"
    assert claims["best_skips"].verdict == "fails"  # its ground truth can be asked, and its rows were few
    assert claims["table3_r2"].verdict == "not run"
    assert "table tiny-v1.0" in claims["table3_r2"].note
    assert "--table FILE.parquet" in claims["table3_r2"].note
    assert not claims["left_out_r2_re"].note  # slow: nobody wanted it run
    n = sum(bool(claim.note) for claim in claims.values() if claim.verdict == "not run")
    line = f"{n} claims were not run: {claims['table3_r2'].note}"
    assert finished.stdout.splitlines().count(line) == 1
    assert f"<p>{n} claims were not run: release tiny-xgb-v1.0 was" in card.read_text(encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"not published: .* table3_r2 \(not run\)"):
        publish(Release(tiny_release), report, tmp_path / "out")


def outcomes(subject):
    """What quick claims about a subject come to: notes of those that do not apply or were not run."""
    claims = claims_about(subject.table.truth, "official-xgb", "all-data")
    entries = {claim.id: plugin._judged(claim, subject)[0] for claim in claims if not claim.slow}
    notes = {name: entry["note"] for name, entry in entries.items() if "note" in entry}
    return {name for name in entries if name not in notes}, notes, entries


#: What official models are asked for without their table, and with it beside.
ASKED = {"best_skips", "falls_after_four_skips", "isomorphism", "processes"}
ASKED |= {"pools_hurt_at_once_max_pool_3x3", "pools_hurt_at_once_avg_pool_3x3"}
BESIDE = {"closer_than_table", "divergence", "calibration", "all_skip_is_poor"}
BESIDE |= {f"coverage_{level}" for level in (0.5, 0.8, 0.95)} | {f"topology_depth_{k}" for k in range(1, 5)}


def test_imported_models_without_their_table(imported):
    """They are asked alone: no claim about rows has a verdict."""
    measured, notes, entries = outcomes(imported)
    assert measured == ASKED
    assert entries["processes"]["verdict"] == "holds"
    missing = {name for name in notes if "verdict" not in entries[name]}
    assert missing == BESIDE
    assert all("nb301 tables fetch official" in notes[name] for name in missing)


def test_imported_models_with_their_table(imported_release, official_table, tmp_path):
    """Probes and trainings with five seeds are no rows that they may have seen; test rows are not known."""
    subject = subject_of(Release(imported_release), official_table, tmp_path)
    measured, notes, entries = outcomes(subject)
    assert measured == ASKED | BESIDE
    assert {entries[name]["verdict"] for name in notes} == {"not applicable"}
    for name in ("table3_r2", "table3_sparse_kendall_tau", "fit_of_optimizer_re", "runtime_r2"):
        assert "which rows of cifar10-v1.0 its members saw is not known" in notes[name]


def test_official_models_that_do_not_hold_are_only_compared_by_isomorphism(imported):
    """They fail no run there, but by what is a gate for them, too."""
    claims = {claim.id: claim for claim in claims_about(imported.table.truth, "official-xgb", "all-data")}
    assert isinstance(plugin._failure(claims["isomorphism"], imported, ""), pytest.xfail.Exception)
    assert isinstance(plugin._failure(claims["processes"], imported, ""), pytest.fail.Exception)


def test_releases_of_a_table_share_it(tiny_release, tmp_path):
    """It is read once; of one that is not here each release says so by its name."""
    names = ("fashion-mnist-tiny-gin-v1.0", "fashion-mnist-tiny-xgb-v1.0")
    one, other = plugin._of_releases(map(find, names), None, tmp_path)
    assert one.table is other.table
    (tiny,) = plugin._of_releases([Release(tiny_release)], None, tmp_path)
    assert "release tiny-xgb-v1.0 was fitted on" in tiny.table.reason
