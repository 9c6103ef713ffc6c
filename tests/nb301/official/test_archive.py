"""Folders and ZIP files of official models: which files are members, their order, what is beside them."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.official.archive import Archive, FoundMember, Settings
from nb301.official.reading import read_member
from tests.official_files import shared

#: Members of an archive, in the order of their paths.
PATHS = [
    "nb_models/gnn_gin_v1.0/0/gnn_gin/20201000-6/surrogate_model.model",
    "nb_models/xgb_v1.0/0/xgb/20201000-6/surrogate_model.model",
    "nb_models/xgb_v1.0/2/xgb/20201002-8/surrogate_model.model",
    "nb_models/xgb_v1.0/10/xgb/20201010-16/surrogate_model.model",
]
OTHERS = {
    "nb_models/xgb_v1.0/0/xgb/20201000-6/data_config.json": json.dumps({"seed": 6, "report_freq": 100}),
    "nb_models/xgb_v1.0/0/xgb/20201000-6/model_config.json": json.dumps({"model": "xgb"}),
    "nb_models/xgb_v1.0/2/xgb/20201002-8/data_config.json": "{",
    "nb_models/xgb_v1.0/10/xgb/20201010-16/data_config.json": "{}",
    "nb_models/xgb_v1.0/1/xgb/20201001-7/native.bin": "no member",
}


@pytest.fixture(params=["folder", "zip"])
def place(request, tmp_path):
    """A folder of models, or a ZIP file of them, whose files lie there in another order."""
    files = {path: f"contents of {path}" for path in reversed(PATHS)} | OTHERS
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "models.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        return tmp_path / "models.zip"
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_finds_members(place):
    """All files of their name, sorted by paths, numbers by their value; read one by one."""
    with Archive(place) as archive:
        assert [member.path for member in archive.members] == PATHS
        for member, data in archive:
            assert data.decode() == f"contents of {member.path}"
            assert member.size == len(data)


def test_tells_ensembles_apart(place):
    """Members of one folder are one ensemble."""
    with Archive(place) as archive:
        by_folder = archive.ensembles()
    assert [*by_folder] == ["nb_models/gnn_gin_v1.0", "nb_models/xgb_v1.0"]
    folders = [member.folder for member in by_folder["nb_models/xgb_v1.0"]]
    assert folders == ["0/xgb/20201000-6", "2/xgb/20201002-8", "10/xgb/20201010-16"]


def test_takes_an_ensemble_alone(tmp_path):
    """The folder that official code loads is one ensemble, without a name."""
    file = tmp_path / "0" / "xgb" / "20201000-6" / "surrogate_model.model"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    with Archive(tmp_path) as archive:
        [member] = archive.ensembles()[""]
    assert member == FoundMember("0/xgb/20201000-6/surrogate_model.model", 0)


def test_reads_settings(place):
    """Seed and model, from the files beside a member; what is wrong with them is said."""
    with Archive(place) as archive:
        gin, first, second, third = archive.members
        assert archive.settings(first) == Settings(6, "xgb")
        for member, words in ((gin, "data_config.json"), (second, "no JSON"), (third, "no entry seed")):
            with pytest.raises(ReleaseError, match=words):
                archive.settings(member)


@pytest.mark.parametrize("name", ["nothing", "empty", "text"])
def test_refuses_what_holds_no_members(name, tmp_path):
    """A path that is not there, a folder without members, and a file that is no ZIP file."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("no ZIP file")
    words = {"nothing": "is not there", "empty": "no .surrogate_model.model below it", "text": "no ZIP file"}
    with pytest.raises(ReleaseError, match=words[name]) as caught:
        Archive(tmp_path / name)
    assert name in str(caught.value)


def test_a_member_that_goes_is_an_error_with_its_name(tmp_path):
    """A file that is no longer there, or is none, is named."""
    path = tmp_path / PATHS[0]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    with Archive(tmp_path) as archive:
        path.unlink()
        with pytest.raises(ReleaseError, match=r"20201000-6/surrogate_model\.model': No such file"):
            archive.read(archive.members[0])


@pytest.mark.parametrize(
    ("folder", "seed"), [("xgboost-1.1.0", 8), ("lightgbm-2.3.1", 8), ("torch-1.5.0", 8)]
)
def test_finds_what_the_official_code_found(folder, seed):
    """The same members as it scanned, in another order; all of them can be read."""
    api = "preds.npz" if folder.startswith("torch") else "official_api.npz"
    dirs = np.load(shared(folder, api))["dirs"].tolist()
    with Archive(shared(folder)) as archive:
        [(_, members)] = archive.ensembles().items()
        assert sorted(member.folder for member in members) == sorted(dirs)
        [first] = [member for member in members if member.folder == dirs[0]]
        assert archive.settings(members[0]).model == members[0].folder.split("/")[1]
        assert first.folder.endswith(f"-{seed}")
        for member, data in archive:
            read_member(member.path, data)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (("../xgb/surrogate_model.model", b""), "a path that leads out of its folder"),
        (("/0/surrogate_model.model", b""), "a path that leads out of its folder"),
        (("0/xgb/20201000-6/surrogate_model.model", bytes(2**23)), "that unpack to 8,388,608"),
    ],
)
def test_hostile_archives_are_refused_before_they_are_read(entry, words, tmp_path):
    """The archive and the entry are named; see `test_zips` for all kinds."""
    with zipfile.ZipFile(tmp_path / "models.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*entry)
    with pytest.raises(ReleaseError, match=rf"models\.zip': a ZIP file .*{words}"):
        Archive(tmp_path / "models.zip")


def test_what_macos_puts_beside_files_is_no_member(tmp_path):
    """Neither in ZIP files nor in folders that were unpacked from them."""
    files = {PATHS[0]: "member"}
    head, _, name = PATHS[0].rpartition("/")
    for extra in (f"__MACOSX/{head}/._{name}", f"__MACOSX/{PATHS[0]}", f"{head}/._{name}"):
        files[extra] = "\0\5\x16\7"
    with zipfile.ZipFile(tmp_path / "models.zip", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    with zipfile.ZipFile(tmp_path / "models.zip") as archive:
        archive.extractall(tmp_path / "folder")
    for source in ("models.zip", "folder"):
        with Archive(tmp_path / source) as found:
            assert [member.path for member in found.members] == [PATHS[0]]


def test_a_garbled_member_is_named(tmp_path):
    """What does not unpack is said with its path."""
    path = tmp_path / "models.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(PATHS[0], b"contents" * 100)
    path.write_bytes(path.read_bytes().replace(b"contents", b"garbages", 1))
    with (
        Archive(path) as archive,
        pytest.raises(ReleaseError, match=f"^'{PATHS[0]}': cannot be unpacked: Bad CRC"),
    ):
        archive.read(archive.members[0])
