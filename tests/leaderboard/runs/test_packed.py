"""Packed results: all that the ranking reads, whole or not at all."""

from __future__ import annotations

import shutil

import pytest

from leaderboard.errors import RunFileError
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.packed import campaign_files, campaigns_of, read_results, write_results
from leaderboard.runs.store import Store
from nb301.errors import OutputError
from tests.crafting import changed_bytes


def test_results_keep_every_record(make_run, tmp_path):
    """The compact form holds all that the ranking reads, one file for each entry."""
    runs = [make_run("re"), make_run("rs"), make_run("rs", seed=1, evaluations=0, support=None)]
    write_results([make_run("gone")], {"old/ranking": ""}, tmp_path)
    paths = write_results(runs, {"new/ranking": "1\n"}, tmp_path)

    assert [path.name for path in paths] == ["re.parquet", "rs.parquet"]
    assert read_results(tmp_path) == runs
    assert [path.read_text() for path in tmp_path.glob("**/*.csv")] == ["1\n"]


def test_results_replace_results_alone(make_run, tmp_path):
    """Files of others in the folder are never deleted: nothing is written, and the error names one."""
    write_results([make_run()], {}, tmp_path / "results")
    for name in ("mine.csv", "table.parquet"):
        (tmp_path / "results" / name).write_text("kept")
        with pytest.raises(OutputError, match=f"holds '{name}'"):
            write_results([make_run("re")], {}, tmp_path / "results")
        assert (tmp_path / "results" / name).read_text() == "kept"
        (tmp_path / "results" / name).unlink()
    assert {run.cell.submission for run in read_results(tmp_path / "results")} == {"rs"}


def test_damaged_results_are_named(make_run, tmp_path):
    """A file that is none, or a row that is no run, is told with its place."""
    (path,) = write_results([make_run()], {}, tmp_path)
    path.write_bytes(path.read_bytes()[:100])

    with pytest.raises(RunFileError, match=r"rs\.parquet: no results"):
        read_results(tmp_path)


def test_results_are_published_with_their_salts(store_of, make_run, nothing, tmp_path):
    """In files that `run` takes, so that anybody can make the runs again; those of others stay."""
    store, out = store_of(tmp_path / "runs"), tmp_path / "results"
    other = Campaign(salt="0" * 64, published=())
    runs = [make_run("re", cell={"campaign": other.id}), make_run("rs")]
    write_results(runs[:1], {}, out, [other])
    with store.opened():
        store.add(runs[1], nothing)

    write_results(runs, {}, out, campaigns_of(runs, store, out))

    assert sorted(path.stem for path in campaign_files(out)) == sorted(run.cell.campaign for run in runs)
    assert store.campaign().published == (runs[1].cell.tree_hash,)
    for run in read_results(out):
        again = tmp_path / run.cell.submission
        again.mkdir()
        shutil.copy(out / "campaigns" / f"{run.cell.campaign}.json", again / "campaign.json")
        assert Store(again).begin().id == run.cell.campaign
    write_results(runs[1:], {}, out, campaigns_of(runs[1:], store, out))
    assert [path.stem for path in campaign_files(out)] == [runs[1].cell.campaign]
    with pytest.raises(RunFileError, match=f"neither has the salt of the campaign {other.id}"):
        campaigns_of(runs, store, out)


def test_changed_results_are_read_or_refused(make_run, damaged, tmp_path):
    """Whatever is changed in packed results."""
    [path] = write_results([make_run()], {}, tmp_path)
    damaged(path, [changed_bytes], lambda: read_results(tmp_path))
