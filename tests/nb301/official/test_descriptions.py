"""What manifests say of official models: bounded, in one line, and refused in one line where they cannot."""

from __future__ import annotations

import json
import os
import sys

import pytest

import nb301
from nb301.errors import ReleaseError
from nb301.official.archive import Archive
from nb301.official.descriptions import ensembles
from nb301.official.importing import import_official
from tests.official_archives import DATA, SETTINGS, ensemble, whole_archive, write_folder

FIRST = "0/xgb/20201000-6"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))


@pytest.fixture
def refused(tmp_path):
    """What is said of an ensemble that is refused, which leaves nothing."""

    def said(files):
        with pytest.raises(ReleaseError) as caught:
            import_official(write_folder(tmp_path / "xgb_v1.0", files))
        assert str(caught.value).isprintable()
        home = tmp_path / "home" / "releases"
        assert not home.exists() or not any(home.iterdir())
        return str(caught.value)

    return said


def with_entries(name, entries):
    """An ensemble whose first member has other settings."""
    return ensemble(members=1) | {f"{FIRST}/{name}": json.dumps(entries).encode()}


def test_too_many_settings_are_refused(refused):
    """A manifest that nothing could read is not written."""
    many = {f"a{number}": number for number in range(60_000)}
    said = refused(with_entries("model_config.json", SETTINGS["xgb"] | many))
    assert "model_config.json': 60,004 numbers and words of" in said
    optimizers = {f"train_val_test_split_o{number}": {} for number in range(101)}
    said = refused(with_entries("data_config.json", {**DATA, **optimizers, "seed": 6}))
    assert "data_config.json': names 103 optimizers, expected at most 100" in said


def test_too_many_members_are_refused(refused):
    """Before any is converted."""
    files = {f"{number}/xgb/2020/surrogate_model.model": b"none" for number in range(1001)}
    files["0/xgb/2020/model_config.json"] = json.dumps(SETTINGS["xgb"]).encode()
    files["0/xgb/2020/data_config.json"] = b'{"seed": 6}'
    assert "'xgb_v1.0': 1,001 members, expected at most 1,000" in refused(files)


def test_a_manifest_that_is_too_large_is_refused(refused, monkeypatch):
    """Long paths of many members make it so."""
    monkeypatch.setattr("nb301.releases.facts.LARGEST", 1000)
    assert "bytes, expected at most 1,000: shorten the paths of its 3 members" in refused(whole_archive())


@pytest.mark.parametrize("model", ["x\ny", "", "\x1b[2J", "\u202exgb", "x" * 101, 5])
def test_names_of_models_are_one_line(model, refused):
    """Others end in one line."""
    said = refused(with_entries("model_config.json", SETTINGS["xgb"] | {"model": model}))
    assert f"{FIRST}': seed 6 or model" in said


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize("name", [b"\x01" * 200, b"\xff" * 250, "\u202e".encode() * 80])
def test_folders_of_every_name_are_imported(name, tmp_path):
    """What the manifest says of them is in one line, and not too long."""
    files = {path.replace("/xgb/", f"/{os.fsdecode(name)}/"): data for path, data in ensemble().items()}
    source = write_folder(tmp_path / os.fsdecode(name), files)
    [folder] = import_official(source, name="odd-v1.0")
    imported = nb301.load(folder).release.manifest.imported
    assert imported.accuracy.folder.isprintable()
    assert len(imported.accuracy.members[0].path) <= 500


def test_what_cannot_be_said_ends_in_one_line(refused, monkeypatch):
    """Whatever a manifest does not take."""
    monkeypatch.setattr("nb301.official.descriptions._LONGEST", 1000)
    files = {path.replace("/xgb/", f"/{'x' * 250}/"): data for path, data in ensemble().items()}
    assert "expected at most 500 printable characters" in refused(
        {path.replace("/20201", f"/{'z' * 230}-20201"): data for path, data in files.items()}
    )


def test_settings_and_optimizers(tmp_path):
    """Numbers and words are kept, lists are not; optimizers are those of the data."""
    files = with_entries("model_config.json", {"model": "xgb", "a": 1.5, "b": [1], "c": "x\ny", "d": 10**20})
    with Archive(write_folder(tmp_path / "xgb_v1.0", files)) as archive:
        [found] = ensembles(archive)
    assert (found.hyperparameters, found.optimizers) == ({"model": "xgb", "a": 1.5}, ["de", "rs"])
    assert (found.folder, found.path, found.of_runtime) == ("xgb_v1.0", "", False)


def test_the_version_of_lightgbm_is_that_of_its_text(tmp_path):
    """The library's own is not in the file."""
    [folder] = import_official(write_folder(tmp_path / "lgb_v0.9", ensemble("lgb")))
    manifest = nb301.load(folder).release.manifest
    assert manifest.libraries["lightgbm"] == "text format v3"
    assert manifest.imported.accuracy.members[0].library == "lightgbm text format v3"
