"""Releases of runs: read once in a process, and noted by what tells them apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from leaderboard.runs.releases import loaded, release_reference
from nb301.errors import ReleaseError, UnknownRelease


def test_a_release_is_read_once(tiny_release, tmp_path):
    """Whoever asks again gets the same one, though its files are gone by then; another folder is another."""
    folder = Path(shutil.copytree(tiny_release, tmp_path / "copy"))
    first = loaded(str(folder))
    shutil.rmtree(folder)

    assert loaded(str(folder)) is first
    assert loaded(str(tiny_release)) is not first
    assert loaded(str(tiny_release)).release.release_hash == first.release.release_hash


def test_what_cannot_be_read_is_tried_again(tiny_release, tmp_path):
    """An error is not kept."""
    with pytest.raises(UnknownRelease):
        loaded("emulated-xgb-v9.9")
    with pytest.raises(ReleaseError):
        loaded(str(tmp_path / "later"))
    shutil.copytree(tiny_release, tmp_path / "later")

    assert loaded(str(tmp_path / "later")).release.name == loaded(str(tiny_release)).release.name


def test_reference_is_what_the_manifest_says(tiny_release):
    """Name, hash, truth, family, and what data its models saw."""
    manifest = loaded(str(tiny_release)).release.manifest
    reference = release_reference(manifest)

    assert reference.model_dump() == {
        name: getattr(manifest, name) for name in ("name", "release_hash", "truth", "family", "random_only")
    }
