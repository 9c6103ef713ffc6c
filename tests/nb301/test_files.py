"""Files and folders appear whole or not at all, and nothing of another kind is lost for them."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from nb301.errors import OutputError
from nb301.files import (
    check_file,
    check_folder,
    file_written_whole,
    folder_written_whole,
    kept_folder,
    locked_folder,
    settle,
    sha256,
    sweep,
    write_text,
)


class Interruption(Exception):
    """What happens in the middle of writing."""


def inner(_):
    return ["inner"]


def written(path, kind):
    return folder_written_whole(path, inner) if kind == "folder" else file_written_whole(path)


def put(path, kind, content):
    """Write a file, or a folder with one file."""
    if kind == "folder":
        path.mkdir(exist_ok=True)
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
    with written(path, kind) as temporary:
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
        with written(path, kind) as temporary:
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

    def fail():
        with folder_written_whole(path, inner) as temporary:
            temporary.rmdir()  # so that nothing can be moved

    with pytest.raises(OutputError):
        fail()
    assert content(path, "folder") == "old"
    assert [*tmp_path.iterdir()] == [path]


def make_file(path):
    path.write_text("kept")


def make_folder(path):
    path.mkdir()
    (path / "notes").write_text("kept")


def make_empty_folder(path):
    path.mkdir()


def make_pipe(path):
    os.mkfifo(path)


def make_circle(path):
    path.symlink_to(path)


def untouched(path):
    """What changes when something is written: reading a folder may set its time of access."""
    state = path.lstat()
    return state.st_ino, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_folder, "file"),
        (make_empty_folder, "file"),
        (make_pipe, "file"),
        (make_circle, "file"),
        (make_file, "folder"),
        (make_folder, "folder"),
        (make_pipe, "folder"),
        (make_circle, "folder"),
    ],
)
def test_nothing_of_another_kind_is_replaced(tmp_path, make, kind):
    """A file takes no folder's place, a folder no file's nor that of a folder with other things in it."""
    path = tmp_path / "target"
    make(path)
    before = untouched(path)

    for check in (check_folder if kind == "folder" else check_file, lambda p: written(p, kind).__enter__()):
        with pytest.raises(OutputError, match="target"):
            check(path)
        assert untouched(path) == before
        assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["null", "full", "zero"])
def test_devices_are_left_alone(name):
    """A device is no file to write results to."""
    with pytest.raises(OutputError, match="device"):
        check_file(Path("/dev", name))
    assert Path("/dev", name).is_char_device()


def test_the_target_of_a_link_is_replaced_and_the_link_stays(tmp_path):
    """Of a link, to a file that is there or not yet, the target is written."""
    for there in (True, False):
        link, target = tmp_path / f"link-{there}", tmp_path / f"target-{there}"
        if there:
            target.write_text("old")
        link.symlink_to(target)
        write_text(link, "new")
        assert link.is_symlink()
        assert target.read_text() == "new"


def test_a_link_to_a_folder_stays(tmp_path):
    """A folder is replaced behind the link to it."""
    put(tmp_path / "target", "folder", "old")
    (tmp_path / "link").symlink_to("target")
    with folder_written_whole(tmp_path / "link", inner) as temporary:
        put(temporary, "folder", "new")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "target", "folder") == "new"


@pytest.mark.parametrize("name", ["", ".", "..", "/", "file/x", "file/x/y", "n" * 256, "a\0b"])
def test_impossible_names_are_told(tmp_path, monkeypatch, name):
    """A name that no file can have is an error that has it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept")
    path = Path(name)
    with pytest.raises(OutputError):
        check_file(path)
    with pytest.raises(OutputError):
        write_text(path, "x")
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("name", ["n" * 255, "é" * 127, "architecture.final.v1.csv"])
def test_every_name_that_a_file_can_have_will_do(tmp_path, name):
    """The hidden name beside it is not longer than names may be."""
    write_text(tmp_path / name, "x")
    assert [*tmp_path.iterdir()] == [tmp_path / name]


def test_modes_are_kept_and_write_protection_is_respected(tmp_path, monkeypatch):
    """A file keeps its mode; one that its owner has protected is not replaced."""
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    # root may write all
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="write-protected"):
        write_text(path, "newer")
    assert path.read_text() == "new"


def test_a_full_disk_is_told_of_the_file(tmp_path):
    """What the system says while the temporary file is written is said of the file."""
    path = tmp_path / "target"

    def fill():
        with file_written_whole(path) as temporary:
            temporary.symlink_to("/dev/full")
            temporary.write_text("x")

    with pytest.raises(OutputError, match=r"target: cannot be written \(No space left on device\)"):
        fill()
    assert not [*tmp_path.iterdir()]


KILLED = """
import os, signal, sys
from pathlib import Path
from nb301 import files
path = Path(sys.argv[2])
if sys.argv[1] == "file":
    with files.file_written_whole(path) as temporary:
        temporary.write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)
rename = Path.replace
def replace(self, target):
    if self.parent.name == "new":
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
Path.replace = replace
with files.folder_written_whole(path, lambda _: ["inner"]) as temporary:
    (temporary / "inner").write_text("new")
"""


def killed(kind, path):
    """A process that is killed in the middle of writing, a folder's between its two renames."""
    command = [sys.executable, "-c", KILLED, kind, path]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


@pytest.mark.parametrize("mend", [sweep, settle, write_text])
def test_what_a_killed_process_left_is_swept(tmp_path, mend):
    """Whoever writes there next takes the rest of a killed process away, and nothing else."""
    path = tmp_path / "target"
    path.write_text("old")
    (tmp_path / ".config-backup").mkdir()
    (tmp_path / ".target.backup").write_text("kept")
    killed("file", path)
    assert len([*tmp_path.iterdir()]) == 4
    mend(*{sweep: (tmp_path,), settle: (path,), write_text: (path, "old")}[mend])
    assert sorted(p.name for p in tmp_path.iterdir()) == [".config-backup", ".target.backup", "target"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("mend", [sweep, settle])
def test_a_folder_whose_old_one_was_moved_aside_comes_to_its_place(tmp_path, mend):
    """Killed between the two renames, nothing is lost: the new folder was whole."""
    path = tmp_path / "target"
    put(path, "folder", "old")
    killed("folder", path)
    assert not path.exists()
    mend(tmp_path if mend is sweep else path)
    assert content(path, "folder") == "new"
    assert [*tmp_path.iterdir()] == [path]


def test_what_another_process_is_writing_is_left_alone(tmp_path):
    """The hidden folder of a living process is no leftover."""
    path = tmp_path / "target"
    with file_written_whole(path) as temporary:
        temporary.write_text("first")
        write_text(path, "second")
        sweep(tmp_path)
        assert temporary.exists()
    assert path.read_text() == "first"


def test_of_many_that_write_at_once_none_sweeps_anothers(tmp_path):
    """A folder that is not locked yet is taken for a leftover; whose it was makes another."""
    barrier = Barrier(16)

    def write(k):
        barrier.wait()
        for _ in range(20):
            write_text(tmp_path / "file", f"{k}")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    assert (tmp_path / "file").read_text() in map(str, range(16))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_kept_is_no_leftover(tmp_path):
    """Neither sweeping nor writing beside it takes it away, whatever it is kept for."""
    kept = [kept_folder(tmp_path / name) for name in ("target", "target.nb301-x", "x" * 255)]
    for folder in kept:
        folder.mkdir()
    write_text(tmp_path / "target", "text")
    sweep(tmp_path)
    assert all(folder.is_dir() for folder in kept)


def test_a_locked_folder_has_one_holder_at_a_time(tmp_path):
    """Others wait, also where each takes the folder away; one that is not held is not waited for."""
    folder, inside, waited = tmp_path / "deep" / "folder", [], []
    with locked_folder(folder, lambda: waited.append(1)):
        assert folder.is_dir()
    barrier = Barrier(8)

    def work(_):
        barrier.wait()
        for _ in range(20):
            with locked_folder(folder, lambda: waited.append(1)):
                inside.append(1)
                assert len(inside) == 1
                assert folder.is_dir()
                inside.pop()
                folder.rmdir()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    waited.clear()
    with locked_folder(folder, lambda: waited.append(1)):
        pass
    assert not waited


def test_what_is_no_folder_is_not_locked(tmp_path):
    """A file or a link in its place is told."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(OutputError, match=name), locked_folder(tmp_path / name):
            pass


def test_without_locks_nobody_waits(tmp_path, monkeypatch):
    """Windows has none."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with locked_folder(tmp_path / "folder"), locked_folder(tmp_path / "folder"):
        assert (tmp_path / "folder").is_dir()


def test_writes_text_as_utf8(tmp_path):
    """Text is UTF-8 whatever the locale, and folders on the way are made."""
    write_text(tmp_path / "a" / "b.txt", "±")
    assert (tmp_path / "a" / "b.txt").read_bytes() == "±".encode()


def test_sha256_is_hex():
    """Hashes are SHA-256 in hex digits."""
    assert sha256(b"abc") == hashlib.sha256(b"abc").hexdigest()
