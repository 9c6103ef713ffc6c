"""A submission's files: what is read, what is passed over, what is refused, and what names them."""

from __future__ import annotations

import json
import os
import socket
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.entries import tree
from leaderboard.entries.tree import MAX_BYTES, read_tree, tree_hash
from leaderboard.errors import SubmissionError
from nb301.files import sha256

FILES = st.dictionaries(st.text(max_size=8), st.binary(max_size=8), max_size=4)


def test_files_are_read_by_path(tmp_path):
    """Folders are no files, and what begins with a dot or was compiled is no part of a submission."""
    for path in ("b.py", "a/x.py", "a/b/data-1+2.txt", ".git/config", "a/.env", "__pycache__/b.pyc", "a/.so"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / ".link").symlink_to("/etc/passwd")
    (tmp_path / "empty").mkdir()

    assert [*read_tree(tmp_path).items()] == [
        (path, path.encode()) for path in ("a/b/data-1+2.txt", "a/x.py", "b.py")
    ]


def test_hard_links_are_files(tmp_path):
    """A file has what it has, by whatever other names."""
    (tmp_path / "a").write_text("1")
    os.link(tmp_path / "a", tmp_path / "b")

    assert read_tree(tmp_path) == {"a": b"1", "b": b"1"}


@pytest.mark.parametrize(
    "name",
    [
        "a\nb",
        "a\tb",
        "a b",
        "a\u202eb",
        "a\u200bb",
        "a\x1b[2J",
        "é",
        "e\u0301",
        "\u0430.py",
        "a\\b",
        "a:b",
        "a\udcff",
        "=1",
        "'",
        "*",
        "\x7f",
        "CON?",
    ],
)
def test_names_that_do_not_show_what_they_are(tmp_path, name):
    """The error has the name in signs that everybody sees."""
    (tmp_path / name).write_text("")

    with pytest.raises(SubmissionError) as raised:
        read_tree(tmp_path)

    said = str(raised.value)
    assert ascii(name) in said
    assert "letters A to Z" in said
    assert (said.isascii(), said.isprintable()) == (True, True)


@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=20))
def test_any_name_is_read_or_refused(tmp_path_factory, name):
    """And what is read has a name of plain letters."""
    folder = tmp_path_factory.mktemp("tree")
    if name in {".", ".."}:
        return
    (folder / name).write_text("x")

    if name.startswith(".") or name == "__pycache__":
        assert read_tree(folder) == {}
    elif {*name} <= {*string.ascii_letters, *string.digits, *"._+-"}:
        assert read_tree(folder) == {name: b"x"}
    else:
        with pytest.raises(SubmissionError) as raised:
            read_tree(folder)
        assert str(raised.value).isprintable()


def as_pipe(path):
    os.mkfifo(path)


def as_socket(path):
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))


def as_link(path):
    path.symlink_to("/dev/zero")


def as_dangling_link(path):
    path.symlink_to("nowhere")


def as_linked_folder(path):
    path.symlink_to("/etc")


ODD = [as_pipe, as_socket, as_link, as_dangling_link, as_linked_folder]


@pytest.mark.parametrize("make", ODD)
def test_what_is_no_file_is_refused(tmp_path, monkeypatch, make):
    """Nothing waits for the other end of a pipe, and no link leads out of the folder."""
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    make(Path("submission.toml"))

    with pytest.raises(SubmissionError, match=r"submission\.toml: .*no links and no devices"):
        read_tree(tmp_path)


@pytest.mark.parametrize("make", [as_pipe, as_link])
def test_what_takes_a_file_s_place_is_refused(tmp_path, monkeypatch, make):
    """A file that is exchanged after it was looked at is not followed and not waited for."""
    (tmp_path / "file").write_text("")
    regular = os.lstat(tmp_path / "file")
    (tmp_path / "file").unlink()
    make(tmp_path / "file")
    monkeypatch.setattr(tree.os, "lstat", lambda _: regular)

    with pytest.raises(SubmissionError, match=r"file: (a submission holds|cannot be read)"):
        read_tree(tmp_path)


def test_huge_files_are_not_read(tmp_path):
    """Of a file of a terabyte no more is read than there is room for."""
    with (tmp_path / "table").open("wb") as file:
        file.truncate(2**40)

    with pytest.raises(SubmissionError, match=r"more than 1,048,576 bytes, table among them"):
        read_tree(tmp_path)


def test_files_have_room_together(tmp_path):
    """What counts is the sum."""
    for name in "abcd":
        (tmp_path / name).write_bytes(bytes(MAX_BYTES // 4))
    assert len(read_tree(tmp_path)) == 4
    (tmp_path / "e").write_bytes(b"1")

    with pytest.raises(SubmissionError, match="1,048,576"):
        read_tree(tmp_path)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_many_files_are_not_listed(tmp_path, make):
    """The first that is too much ends it."""
    for number in range(101):
        make(tmp_path / f"{number}")

    with pytest.raises(SubmissionError, match="more than 100 files and folders"):
        read_tree(tmp_path)


def test_deep_folders_are_refused(tmp_path):
    """However deep, nothing recurses into them."""
    path = tmp_path
    for _ in range(99):
        path = path / "aaa"
    path.mkdir(parents=True)

    with pytest.raises(SubmissionError, match="a path of more than 200 characters"):
        read_tree(tmp_path)


def test_long_names_are_refused(tmp_path):
    """As long as a file system takes them."""
    (tmp_path / ("x" * 255)).touch()

    with pytest.raises(SubmissionError, match=r"xxxx\.\.\.: a path of more than 200 characters"):
        read_tree(tmp_path)


def test_cases_do_not_tell_files_apart(tmp_path):
    """Unpacked elsewhere one would take the other's place."""
    (tmp_path / "Optimizer.py").touch()
    (tmp_path / "optimizer.py").touch()
    if len([*tmp_path.iterdir()]) < 2:
        pytest.skip("this file system has but one of them")

    with pytest.raises(SubmissionError, match=r"Optimizer\.py and optimizer\.py are one file"):
        read_tree(tmp_path)


def test_unreadable_files_are_named(tmp_path, monkeypatch):
    """With the system's words."""
    (tmp_path / "secret").touch()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tree.os, "open", refuse)
    with pytest.raises(SubmissionError, match=r"secret: cannot be read \(Permission denied\)"):
        read_tree(tmp_path)
    monkeypatch.setattr(tree.os, "scandir", refuse)
    with pytest.raises(SubmissionError, match=r"cannot be read \(Permission denied\)"):
        read_tree(tmp_path)


@given(FILES, FILES)
def test_other_files_have_another_hash(one, other):
    """Equal files alone have equal hashes, whatever is in their names and in which order they come."""
    assert (tree_hash(one) == tree_hash(other)) == (one == other)
    assert tree_hash(dict(reversed(one.items()))) == tree_hash(one)


def test_hash_is_what_it_says():
    """Anybody can compute it; and names do not run into contents."""
    pairs = [["a.py", sha256(b"1")], ["b.py", sha256(b"2")]]
    text = json.dumps(pairs, separators=(",", ":"))

    assert tree_hash({"b.py": b"2", "a.py": b"1"}) == sha256(text.encode())
    assert tree_hash({"a": b"1", "b": b"2"}) != tree_hash({f"a\n{sha256(b'2')}  b": b"1"})
