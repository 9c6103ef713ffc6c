"""Folders that stand for official models."""

from __future__ import annotations

import pytest

from nb301.compat.nasbench301 import stand_ins
from nb301.errors import ReleaseError


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


@pytest.mark.parametrize("data", [b"", b"a\nb", b"\x1b[2J", b"\xff", b"x" * 5000])
def test_odd_files_are_refused(data, tmp_path):
    """What holds no line of text, or too much, is one line."""
    (tmp_path / stand_ins.FILE).write_bytes(data)
    with pytest.raises(ReleaseError, match=r"nb301-release\.txt") as caught:
        stand_ins.read(tmp_path)
    assert str(caught.value).isprintable()
