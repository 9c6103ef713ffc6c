"""What commands make: all that can be made, and in the end what could not."""

from __future__ import annotations

import sys

import pytest

from leaderboard import cli
from leaderboard.runs.check import create
from leaderboard.runs.store import Store
from leaderboard.sandbox.attest import Attestation
from leaderboard.sandbox.limits import Level


def test_run_makes_what_can_be_run(spoilt_submissions, tmp_path, tiny_release, monkeypatch, capsys):
    """Exit code 1 and the names of what failed, in the end; the next command tries these alone."""
    monkeypatch.setattr(
        "leaderboard.running.attest",
        lambda level: Attestation(level, grouped=False, canary="", probes=()),
    )
    good, wrong = create("good", tmp_path), spoilt_submissions
    arguments = ["run", *wrong[:2], good, good, *wrong[2:], "--unsealed", "--out", tmp_path / "runs"]
    arguments += ["--release", tiny_release, "--seeds", 2, "--budget-evaluations", 5, "--processes", 1]
    arguments += ["--environments", tmp_path / "environments"]

    for new, there in ((2, 0), (0, 2)):
        monkeypatch.setattr(sys, "argv", ["leaderboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        assert stopped.value.code == 1
        assert f"{new} new runs" in said.out
        assert f"{there} were there" in said.out
        told = said.err.partition("error: not run")[2]
        assert all(f"  {folder}: " in told for folder in wrong)
        assert "good" not in told
        assert "Traceback" not in said.err
    assert [run.cell.level for run in Store(tmp_path / "runs").runs()] == [Level.limited] * 2
