"""Folders that stand for official models."""

from __future__ import annotations

import pytest

from nb301.compat.nasbench301 import stand_ins
from nb301.errors import OutputError, ReleaseError


def test_what_is_written_is_read(tmp_path, capsys):
    """Each folder stands for its release; it is said where it is read."""
    placed = stand_ins.of_release("mine-v1.0", "0.9")
    stand_ins.write(tmp_path / "models", placed)

    assert placed == {
        "xgb_v0.9": "mine-v1.0",
        "gnn_gin_v0.9": "mine-v1.0",
        "lgb_runtime_v0.9": "mine-v1.0:runtime",
    }
    for name, release in placed.items():
        assert stand_ins.read(tmp_path / "models" / name) == release
        assert capsys.readouterr().err.endswith(f"{name} stands for release {release}\n")


def test_other_folders_stand_for_nothing(tmp_path):
    """Neither an empty one, nor none, nor a file."""
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "nope", tmp_path / "file"):
        assert stand_ins.read(path) is None


@pytest.mark.parametrize("data", [b"", b":runtime", b"a\nb", b"\x1b[2J", b"\xff", b"x" * 5000])
def test_odd_files_are_refused(data, tmp_path):
    """What holds no line of text, or too much, is one line."""
    (tmp_path / stand_ins.FILE).write_bytes(data)
    with pytest.raises(ReleaseError, match=r"nb301-release\.txt") as caught:
        stand_ins.read(tmp_path)
    assert str(caught.value).isprintable()
    assert "Errno" not in str(caught.value)


@pytest.mark.parametrize("placed", ["mine-v1.0", "mine-v1.0:runtime", None])
def test_what_the_environment_names_and_does_not_answer_is_said(placed, tmp_path, monkeypatch, capsys):
    """In one line: what answers, and how to change it."""
    folder = tmp_path / "nb_models_1.0" / "xgb_v1.0"
    stand_ins.warn_of_another(folder, placed)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv(stand_ins.VARIABLE, "other-v1.0")
    stand_ins.warn_of_another(folder, placed)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert ("it stands for mine-v1.0" if placed else "the official models in it answer") in said
    assert "not other-v1.0 (--release, NB301_COMPAT_RELEASE)" in said
    assert f"move {folder.parent} aside, or load that release by its name" in said


@pytest.mark.parametrize("placed", ["mine-v1.0", "mine-v1.0:runtime", "{}", "{}:runtime"])
def test_what_the_environment_names_and_answers_is_not_said(placed, tmp_path, monkeypatch, capsys):
    """A name, or a folder, by whatever path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(stand_ins.VARIABLE, "./mine" if "{" in placed else "mine-v1.0")
    stand_ins.warn_of_another(tmp_path, placed.format(tmp_path / "mine"))
    assert capsys.readouterr().err == ""


def test_what_another_process_has_written_is_kept(tmp_path):
    """Where it says the same; anything else there is left alone."""
    placed = stand_ins.of_release("mine-v1.0", "1.0")
    stand_ins.write(tmp_path / "models", placed)
    stand_ins.write(tmp_path / "models", placed)
    with pytest.raises(OutputError):
        stand_ins.write(tmp_path / "models", stand_ins.of_release("other-v1.0", "1.0"))
    assert stand_ins.read(tmp_path / "models" / "xgb_v1.0") == "mine-v1.0"
