"""`nb301 release import`, `fetch` and `check`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nb301.files import sha256
from nb301.official import fetching
from tests.downloading import serving
from tests.official_archives import ensemble, whole_archive, write_folder, write_zip

GENOTYPE = "DARTS_V2"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))


def test_import_and_what_works_with_it(run, wrong, ended, tmp_path):
    """Listed, shown, queried, compared; what needs rows says why not."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())
    shown = run("release", "import", folder)
    assert "3 members of official-xgb, first by xgboost 1.2" in shown
    assert "runtimes are those of cifar10-xgb-rand-v1.0" in shown
    assert "nb301 query GENOTYPE --release nb301-xgb-v1.0" in shown
    listed = run("release", "list")
    assert "nb301-xgb-v1.0" in listed
    assert "imported" in listed
    assert (
        json.loads(run("release", "show", "nb301-xgb-v1.0"))["imported"]["accuracy"]["folder"] == "xgb_v1.0"
    )
    answer = json.loads(run("query", GENOTYPE, "--release", "nb301-xgb-v1.0", "--seed", "1", "--json"))
    assert answer["release"] == "nb301-xgb-v1.0"
    assert "was imported" in wrong("query", GENOTYPE, "--release", "nb301-xgb-v1.0", "--check")
    assert "release import" in wrong("release", "freeze", "emulated-v2.0", "official-xgb")
    code, out, err = ended("release", "import", folder)
    assert (code, out) == (0, shown)
    assert err == f"{tmp_path}/home/releases/nb301-xgb-v1.0 is there already, imported from the same files\n"
    other = write_folder(tmp_path / "xgb_v1.1", ensemble(first_seed=20))
    assert "--replace" in wrong("release", "import", other, "--name", "nb301-xgb-v1.0")
    elsewhere = run("release", "import", folder, "--out", tmp_path / "out", "--name", "other-v1.0")
    assert f"--release {tmp_path}/out/other-v1.0/" in elsewhere
    assert run("release", "diff", "nb301-xgb-v1.0", tmp_path / "out" / "other-v1.0")


def test_empty_paths_are_refused(wrong, tmp_path, monkeypatch):
    """They would be the working folder."""
    write_folder(tmp_path / "xgb_v1.0", ensemble())
    monkeypatch.chdir(tmp_path / "xgb_v1.0")
    for arguments in (("",), (".", "--runtime", "")):
        assert "is no path: give a folder or ZIP file" in wrong("release", "import", *arguments)


def test_wrong_sources_are_one_line(wrong, tmp_path):
    """Nothing there, no models, no ZIP file."""
    assert "is not there" in wrong("release", "import", tmp_path / "none")
    (tmp_path / "text.zip").write_text("no archive")
    wrong("release", "import", tmp_path / "text.zip")
    assert "expected official models" in wrong("release", "import", tmp_path)


def test_check(ended, wrong, tmp_path):
    """A table with verdicts, or JSON; exit code 1 where a number differs."""
    write_folder(tmp_path, whole_archive())
    ended("release", "import", tmp_path / "nb_models" / "xgb_v1.0")
    code, out, _ = ended("release", "check", "nb301-xgb-v1.0")
    assert code == 1
    assert "different" in out
    assert "94.167947" in out
    code, out, _ = ended("release", "check", "nb301-xgb-v1.0", "--json")
    assert [line["unit"] for line in json.loads(out)] == ["%", "points", "s"]
    assert "no published answers" in wrong("release", "check", "emulated-xgb-v2.0")


def test_fetch(run, wrong, tmp_path, monkeypatch):
    """Downloads, checks and imports the models of a name; an unreachable host says what to do."""
    pytest.importorskip("pooch")
    data = write_zip(tmp_path / "models.zip", whole_archive()).read_bytes()
    with serving() as server:
        server.files["24992018"] = data
        small = replace(
            fetching.PUBLICATIONS["1.0"], url=f"{server.url}/24992018", sha256=sha256(data), bytes=len(data)
        )
        monkeypatch.setattr(fetching, "PUBLICATIONS", {"1.0": small})
        shown = run("release", "fetch", "nb301-gin-v1.0", "--folder", tmp_path / "cache")
    assert "its checksum is right" in shown
    assert "3 members of official-gin" in shown
    gone = "release", "fetch", "nb301-xgb-v1.0", "--folder", tmp_path / "empty"
    assert "cannot reach figshare" in wrong(*gone)
    assert "none of the official models" in wrong("release", "fetch", "emulated-xgb-v2.0")
