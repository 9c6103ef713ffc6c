"""Publishing: only what a report says of exactly these bytes."""

from __future__ import annotations

import json
import tarfile

import pytest
from typer.testing import CliRunner

import nb301
from nb301 import cli
from nb301.errors import ReleaseError
from nb301.files import sha256
from nb301.releases import Release
from nb301.releases.publish import publish


def judged(claim_id, kind, verdict):
    """A claim as a report has it."""
    texts = dict.fromkeys(("statement", "symbol", "source", "reason", "unit", "note"), "")
    numbers = dict.fromkeys(("value", "interval", "n", "ceiling"))
    declared = {"threshold": 0.8, "direction": "at_least", "slow": False, "also": {}}
    return {"id": claim_id, "kind": kind, "verdict": verdict} | texts | numbers | declared


HOLDS = judged("table3_r2", "gate", "holds")


@pytest.fixture
def release(tiny_release):
    return Release(tiny_release)


@pytest.fixture
def report(release, tmp_path):
    """Write a report with some claims about the release, or about another hash."""

    def write(*claims, checks="passed", release_hash=release.release_hash, report_format=2):
        path = tmp_path / "report.json"
        entry = {
            "name": release.name,
            "release_hash": release_hash,
            "truth": "emulated 2.0",
            "table": "0" * 64,
            "passes": True,
            "claims": list(claims),
            "checks": {"frozen_metrics": checks},
        }
        content = {"format": report_format, "releases": [entry], "bootstrap": {}, "libraries": {}}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


def test_publishes_what_passes(release, report, tmp_path):
    """The archive has every file of the release and its report, and is the same when made again."""
    comparison = judged("left_out_r2_re", "comparison", "fails")
    none = judged("closer_than_table", "gate", "not applicable")
    path = report(HOLDS, comparison, none)
    archive = publish(release, path, tmp_path / "one")
    again = publish(release, path, tmp_path / "two")

    assert archive.read_bytes() == again.read_bytes()
    digest = sha256(archive.read_bytes())
    assert (tmp_path / "one" / f"{archive.name}.sha256").read_text() == f"{digest}  {archive.name}\n"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    unpacked = Release(tmp_path / "unpacked" / release.name)
    assert unpacked.release_hash == release.release_hash
    written = json.loads((unpacked.folder / "validation.json").read_text())
    assert [claim["id"] for claim in written["claims"]] == [
        "table3_r2",
        "left_out_r2_re",
        "closer_than_table",
    ]
    genotype = nb301.sample(__import__("numpy").random.default_rng(0))
    assert nb301.load(unpacked.folder).query(genotype) == nb301.load(release.folder).query(genotype)


@pytest.mark.parametrize("verdict", ["fails", "undecided", "not run"])
def test_refuses_a_gate_that_does_not_hold(release, report, tmp_path, verdict):
    """A gate that failed, is undecided or was not run is named, and nothing is written."""
    path = report(HOLDS, judged("best_skips", "gate", verdict))
    with pytest.raises(ReleaseError, match=rf"do not hold: best_skips \({verdict}\)"):
        publish(release, path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_refuses_a_check_that_did_not_pass(release, report, tmp_path):
    """So is a check."""
    with pytest.raises(ReleaseError, match=r"frozen_metrics \(not run\)"):
        publish(release, report(HOLDS, checks="not run"), tmp_path / "out")


def test_refuses_a_report_about_other_bytes(release, report, tmp_path):
    """A report about another hash does not count, and neither does one without claims."""
    with pytest.raises(ReleaseError, match=f"is not about {release.name} with hash {release.release_hash}"):
        publish(release, report(HOLDS, release_hash="0" * 64), tmp_path / "out")
    with pytest.raises(ReleaseError, match="claims"):
        publish(release, report(), tmp_path / "out")


def test_refuses_what_is_no_report(release, report, tmp_path):
    """A missing, older or garbled file is named, with the command that writes one."""
    with pytest.raises(ReleaseError, match="cannot read the validation report"):
        publish(release, tmp_path / "none.json", tmp_path / "out")
    with pytest.raises(ReleaseError, match=r"not a validation report of format 2 .*tox run -e validate"):
        publish(release, report(HOLDS, report_format=1), tmp_path / "out")
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(ReleaseError, match="not a validation report"):
        publish(release, tmp_path / "report.json", tmp_path / "out")


def test_command_line(release, report, tmp_path):
    """`nb301 release publish` does the same."""
    options = ["--report", str(report(HOLDS)), "--out", str(tmp_path)]
    result = CliRunner().invoke(cli.app, ["release", "publish", str(release.folder), *options])
    assert result.exit_code == 0, result.output
    assert (tmp_path / f"{release.name}.tar.xz").exists()


def test_refuses_gates_that_could_not_be_measured(release, report, tmp_path):
    """A note says why they were not, as where the table is not here, and is no verdict."""
    claim = judged("table3_r2", "gate", "not run") | {"note": "its table is not here"}
    batches = judged("batches", "gate", "holds")
    with pytest.raises(ReleaseError, match=r"do not hold: table3_r2 \(not run\), frozen_metrics \(not run\)"):
        publish(release, report(batches, claim, checks="not run"), tmp_path / "out")
