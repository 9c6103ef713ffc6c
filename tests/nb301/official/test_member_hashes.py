"""Hashes of official members' files, remembered."""

from __future__ import annotations

import json
import os

import pytest

from nb301.files import sha256
from nb301.official.archive import Archive
from nb301.official.member_hashes import hashes_of
from tests.official_archives import ensemble, write_folder, write_zip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """This user's, empty."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def reads(monkeypatch):
    """Members that are read."""
    found = []
    read = Archive.read
    monkeypatch.setattr(
        Archive, "read", lambda archive, member: found.append(member.path) or read(archive, member)
    )
    return found


def hashes(source):
    with Archive(source) as archive:
        return hashes_of(archive, source)


def expected(source):
    return [sha256((source / member.path).read_bytes()) for member in Archive(source).members]


def an_old_folder(path):
    """A folder of members that were written long ago."""
    write_folder(path, ensemble())
    for file in path.rglob("*.model"):
        os.utime(file, ns=(10**18, 10**18))
    return path


def test_files_are_read_once(tmp_path, reads):
    """By whatever path, in whatever process."""
    source = an_old_folder(tmp_path / "xgb_v1.0")
    (tmp_path / "link").symlink_to(source)
    assert hashes(source) == expected(source)
    assert len(reads) == 3
    assert hashes(source) == hashes(tmp_path / "link") == expected(source)
    assert len(reads) == 3


def test_zip_files_are_remembered(tmp_path, reads):
    """As their only file."""
    source = write_zip(tmp_path / "xgb_v1.0.zip", ensemble())
    os.utime(source, ns=(10**18, 10**18))
    assert hashes(source) == hashes(source)
    assert len(reads) == 3


def test_changed_files_are_read_again(tmp_path, reads):
    """Another file of the same size and time has another inode, or was changed later."""
    source = an_old_folder(tmp_path / "xgb_v1.0")
    first = hashes(source)
    changed = source / Archive(source).members[1].path
    data = changed.read_bytes()
    (tmp_path / "new").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(tmp_path / "new", ns=(10**18, 10**18))
    (tmp_path / "new").replace(changed)
    assert hashes(source) == expected(source) != first
    assert len(reads) == 4


def test_young_files_are_not_remembered(tmp_path, reads):
    """They may be written again in the same tick of the clock."""
    source = write_folder(tmp_path / "xgb_v1.0", ensemble())
    for _ in range(2):
        hashes(source)
    assert len(reads) == 6


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 1, "members": 3}', b"\xff", b"[" * 3000, b"x" * 2**21],
)
def test_broken_files_are_passed_over(data, tmp_path, home, reads):
    """And replaced."""
    source = an_old_folder(tmp_path / "xgb_v1.0")
    hashes(source)
    [kept] = (home / "hashes").iterdir()
    kept.write_bytes(data)
    assert hashes(source) == hashes(source) == expected(source)
    assert len(reads) == 6


@pytest.mark.parametrize("entry", [None, 3, [], ["x"], [1, 2, 3, 4, "0" * 64], {"a": 1}])
def test_broken_entries_are_passed_over(entry, tmp_path, home, reads):
    """So are hashes that are none."""
    source = an_old_folder(tmp_path / "xgb_v1.0")
    hashes(source)
    [kept] = (home / "hashes").iterdir()
    entries = json.loads(kept.read_text())
    odd, also_odd, _ = entries["members"]
    entries["members"][odd] = entry
    entries["members"][also_odd][-1] = "nonsense"
    kept.write_text(json.dumps(entries))
    assert hashes(source) == expected(source)
    assert len(reads) == 5


def test_a_home_that_cannot_be_written_is_no_matter(tmp_path, home):
    """Nothing is remembered then."""
    home.write_text("a file")
    source = an_old_folder(tmp_path / "xgb_v1.0")
    assert hashes(source) == expected(source)
