"""What pages are made from: addresses, links between tracks, the validation report."""

from __future__ import annotations

import json
import os
import sys

import pytest

from leaderboard.errors import ReportError
from leaderboard.pages.build import rank_tracks
from leaderboard.places import REPORT
from leaderboard.rendering.content import Site, names_by_entry, read_report, run_path
from tests.crafting import BROKEN_JSON, refusal


@pytest.fixture
def site(make_run, references):
    """Two entries on one worker's track, one of them on another track, too."""
    runs = [make_run("rs"), make_run("re"), make_run("re", cell={"workers": 30})]
    return Site(tuple(rank_tracks(runs, references)), {}, references, {}, None)


def test_first_track_is_the_index(site):
    """Links lead to the pages of all tracks, and tell the current one."""
    one, many = (ranking.track for ranking in site.rankings)
    links = site.track_links(lambda track: site.track_path("compare", track), many)

    assert [link.path for link in links] == ["compare/index.html", f"compare/{many.slug}.html"]
    assert [link.is_current for link in links] == [False, True]
    assert [link.title for link in links] == ["116 GPU days", "116 days on 30 GPUs"]
    assert site.track_path("examination", one) == "examination/index.html"


def test_entries_and_runs_have_names_and_addresses(site, make_run):
    """A run's address tells its entry, track, release and seed."""
    assert names_by_entry(site.rankings[0].whole.standings) == {"re": "RE", "rs": "RS"}
    path = "data/runs/rs/1e7-seconds-1-worker/emulated-xgb-v2.0-3.json"
    assert run_path(make_run("rs", 3)) == path


def test_committed_report_can_be_read():
    """It has all releases with their claims."""
    assert all(release.claims for release in read_report(REPORT).releases)


def test_wrong_reports_are_named(tmp_path):
    """With the remedy."""
    path = tmp_path / "report.json"
    with pytest.raises(ReportError, match=r"report\.json: cannot be read"):
        read_report(path)
    path.write_text(json.dumps({"format": 3, "releases": []}))
    with pytest.raises(
        ReportError, match=r"report\.json: not a validation report of format 2 .*write one with"
    ):
        read_report(path)


@pytest.mark.parametrize("text", BROKEN_JSON)
def test_what_is_none_is_refused(tmp_path, text):
    """No text ends in anything but one line."""
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    refusal(read_report, path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_regular_files_are_read(tmp_path):
    """Pipes and devices are refused without being read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device", ".", "nothing"):
        refusal(read_report, tmp_path / name)
