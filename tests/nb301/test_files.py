"""Files and folders appear whole or not at all."""

from __future__ import annotations

import hashlib

import pytest

from nb301.files import sha256, write_text, written_whole


class Interruption(Exception):
    """What happens in the middle of writing."""


def put(path, kind, content):
    """Write a file, or a folder with one file."""
    if kind == "folder":
        path.mkdir()
        path = path / "inner"
    path.write_text(content)


def content(path, kind):
    return (path / "inner" if kind == "folder" else path).read_text()


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("exists", [False, True])
def test_takes_its_place_on_success(tmp_path, kind, exists):
    """What was written takes the place of what was there; nothing else is left."""
    path = tmp_path / "deep" / "target"
    path.parent.mkdir()
    if exists:
        put(path, kind, "old")
    with written_whole(path) as temporary:
        put(temporary, kind, "new")
        assert path.exists() is exists
    assert content(path, kind) == "new"
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("exists", [False, True])
def test_leaves_what_was_there_on_failure(tmp_path, kind, exists):
    """Where writing fails what was there stays, and nothing half-written is left."""
    path = tmp_path / "target"
    if exists:
        put(path, kind, "old")

    def fail():
        with written_whole(path) as temporary:
            put(temporary, kind, "half")
            raise Interruption

    with pytest.raises(Interruption):
        fail()
    assert [*tmp_path.iterdir()] == ([path] if exists else [])
    if exists:
        assert content(path, kind) == "old"


def test_a_folder_comes_back_where_replacing_fails(tmp_path):
    """An old folder that was moved aside comes back when the new one cannot take its place."""
    path = tmp_path / "target"
    put(path, "folder", "old")
    with pytest.raises(FileNotFoundError), written_whole(path):
        pass  # nothing is written, so nothing can be moved
    assert content(path, "folder") == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_writes_text_as_utf8(tmp_path):
    """Text is UTF-8 whatever the locale, and folders on the way are made."""
    write_text(tmp_path / "a" / "b.txt", "±")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "±".encode()


def test_sha256_is_hex():
    """Hashes are SHA-256 in hex digits."""
    assert sha256(b"abc") == hashlib.sha256(b"abc").hexdigest()
