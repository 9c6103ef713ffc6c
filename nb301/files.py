"""Files and folders that appear whole or not at all, and take the place only of what is of their kind.

What is written lies in a hidden folder beside its place until it is whole. A killed process leaves that
folder behind, unlocked; the next one that writes there takes it away, or finishes what it has begun.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from mmap import mmap
from pathlib import Path

from nb301.errors import Nb301Error, OutputError

#: Ends the name that hidden folders begin with, before what makes each its own.
_MARK = ".nb301-"
#: Inside of a hidden folder: what is being written, and what it takes the place of.
_NEW, _OLD = "new", "old"
#: Ends the names of hidden folders that are kept until their work is done; no leftovers, see `kept_folder`.
_KEPT = ".nb301.kept"

#: In a folder of many files: their names, one a line.
LIST = "files.txt"
#: Gives the names of the files, relative to a folder, that a folder of one kind consists of.
Contents = Callable[[Path], Collection[str]]


@contextmanager
def file_written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary path; on success the file there takes the place of `path`, on error it is gone.

    Folders on the way are made. Of a link the target is replaced, and the link stays.

    Args:
        path: No file yet, or a regular one, whose mode is kept.

    Raises:
        OutputError: Something else is there, or it cannot be written.
    """
    target = _resolved(path)
    with said_of(path):
        _check_file(path, target)
        with _beside(target) as folder:
            temporary = folder / _NEW / target.name
            yield temporary
            _check_file(path, target)
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)


@contextmanager
def folder_written_whole(path: Path, contents: Contents = lambda _: ()) -> Iterator[Path]:
    """Give a temporary folder; on success it takes the place of `path`, on error it is gone.

    Args:
        path: Nothing yet, an empty folder, or one in which all is among its `contents`.
        contents: What a folder of this kind consists of; by default nothing, so that none is replaced.

    Raises:
        OutputError: Something else is there, or it cannot be written.
    """
    target = _resolved(path)
    with said_of(path):
        _check_folder(path, contents)
        with _beside(target) as folder:
            temporary = folder / _NEW / target.name
            temporary.mkdir()
            yield temporary
            _check_folder(path, contents)
            _exchange(target, temporary, folder / _OLD / target.name)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file whole or not at all; see `file_written_whole`."""
    with file_written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def check_file(path: Path) -> None:
    """Make sure that a file can be written, before the work that it is to hold.

    Raises:
        OutputError: As `file_written_whole` would.
    """
    target = _resolved(path)
    with said_of(path):
        _check_file(path, target)
        with _beside(target):
            pass


def check_folder(path: Path, contents: Contents = lambda _: ()) -> None:
    """Make sure that a folder may be made or replaced, before the work that it is to hold.

    Raises:
        OutputError: As `folder_written_whole` would.
    """
    target = _resolved(path)
    with said_of(path):
        _check_folder(path, contents)
        with _beside(target):
            pass


def listed(folder: Path) -> list[str]:
    """Names of the files in a folder of ours, as its `write_list` wrote them: the `contents` of the folder.

    Raises:
        OSError: It has no such list.
    """
    return (folder / LIST).read_text(encoding="utf-8").splitlines()


def write_list(folder: Path) -> None:
    """Write the names of all files in a folder that is being written, at the very end."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    (folder / LIST).write_text("\n".join([LIST, *names]) + "\n", encoding="utf-8")


def settle(path: Path) -> None:
    """Put right what processes that were killed while they wrote `path` have left.

    What is half-written is taken away; a folder that was whole, and whose old one had been moved aside,
    comes to its place.
    """
    _settle(path.parent, _prefix(path.name))


def sweep(folder: Path) -> None:
    """Do what `settle` does for everything in a folder."""
    _settle(folder, ".")


def kept_folder(path: Path) -> Path:
    """The hidden folder beside `path` for work that goes on after an interruption; it is never swept."""
    return path.parent / f".{_cut(path.name)}{_KEPT}"


@contextmanager
def locked_folder(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Make a folder, and keep other processes and threads out of it, which wait.

    Whoever holds it may take it away; the next one makes it again. Where folders have no locks, none waits.

    Args:
        folder: It.
        waiting: Called once, when another one holds it.

    Raises:
        OutputError: It cannot be made, or is a link or a file.
    """
    with said_of(folder):
        lock = _waited_for(folder, waiting)
    try:
        yield
    finally:
        _unlock(lock)


def sha256(data: bytes | mmap) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _resolved(path: Path) -> Path:
    try:
        target = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a zero byte
        raise OutputError(f"{str(path)!r}: no name of a file ({_reason(error)})") from None
    if not target.name:
        raise OutputError(f"{path}: is the root folder: give the name of a file or folder in it")
    return target


def _check_file(path: Path, target: Path) -> None:
    if not target.exists():
        return
    if not target.is_file():
        raise OutputError(f"{path}: is {_kind(target)}: give the name of a file")
    if not os.access(target, os.W_OK):
        raise OutputError(f"{path}: is write-protected: choose another file, or make it writable")


def _check_folder(path: Path, contents: Contents) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise OutputError(f"{path}: is {_kind(path)}: give the name of a folder")
    own: Collection[str] | None = None
    for entry in path.rglob("*"):
        if entry.is_dir() and not entry.is_symlink():
            continue
        own = _contents(path, contents) if own is None else own
        name = entry.relative_to(path).as_posix()
        if name not in own:
            raise OutputError(
                f"{path}: holds {name!r}, which would be lost: choose another folder, or move what is in it"
            )


def _contents(path: Path, contents: Contents) -> Collection[str]:
    """What belongs to the folder; nothing where it cannot be told, as it is none of that kind."""
    try:
        return contents(path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, Nb301Error):
        return ()


def _exchange(target: Path, temporary: Path, old: Path) -> None:
    """A folder cannot be replaced in one step: the old one is moved aside, and back where that fails."""
    if not target.is_dir():
        temporary.replace(target)
        return
    target.replace(old)
    try:
        temporary.replace(target)
    except OSError:
        old.replace(target)
        raise


@contextmanager
def said_of(path: Path) -> Iterator[None]:
    """Say of `path` what the system says of files on the way to it."""
    try:
        yield
    except OSError as error:
        named = error.filename
        if isinstance(error, Nb301Error) or not (named is None or _MARK in str(named) or _leads(named, path)):
            raise
        raise OutputError(f"{path}: cannot be written ({_reason(error)})") from error


def _leads(named: object, path: Path) -> bool:
    """Whether a name is that of `path` or of a folder above it."""
    real = Path(os.path.realpath(path))
    return Path(str(named)) in {path, path.absolute(), *path.absolute().parents, *real.parents}


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFREG: "a file",
        stat.S_IFLNK: "a link that leads nowhere",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A hidden folder beside `target`, locked as long as this process works in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(target)
    folder, lock = _own_folder(target)
    try:
        for part in (_NEW, _OLD):
            (folder / part).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _unlock(lock)


def _own_folder(target: Path) -> tuple[Path, int | None]:
    """A new hidden folder and its lock; until it is locked, others may take it for a leftover."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=_prefix(target.name)))
        with suppress(BlockingIOError):  # somebody is about to take it away
            lock = _locked(folder)
            if folder.exists():
                return folder, lock
            _unlock(lock)


def _prefix(name: str) -> str:
    """Cut, so that no hidden folder's name is too long where the name beside it is not."""
    return f".{_cut(name)}{_MARK}"


def _cut(name: str) -> str:
    return os.fsdecode(os.fsencode(name)[:200])


def _settle(folder: Path, prefix: str) -> None:
    for entry in sorted(folder.glob(".*")) if folder.is_dir() else ():
        ours = entry.name.startswith(prefix) and _MARK in entry.name and not entry.name.endswith(_KEPT)
        if not ours or entry.is_symlink() or not entry.is_dir():
            continue
        with suppress(BlockingIOError):  # a process that lives works in it
            lock = _locked(entry)
            try:
                if lock is not None:
                    _take_away(entry)
            finally:
                _unlock(lock)


def _take_away(leftover: Path) -> None:
    """Remove a hidden folder, whose new folder takes the place that its old one had already left."""
    for old in (leftover / _OLD).glob("*"):
        new, place = leftover / _NEW / old.name, leftover.parent / old.name
        if new.exists() and not os.path.lexists(place):
            new.replace(place)
    shutil.rmtree(leftover, ignore_errors=True)


def _locked(folder: Path) -> int | None:
    """Lock a folder; None where folders have no locks, or it is gone.

    Raises:
        BlockingIOError: Another process has locked it.
    """
    try:
        import fcntl
    except ImportError:  # Windows: nothing is locked, and nothing is taken for a leftover
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _waited_for(folder: Path, waiting: Callable[[], None]) -> int | None:
    """The lock of a folder that is there now: another one may have taken away the one that was waited for."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        folder.mkdir(exist_ok=True)
        return None
    while True:
        with suppress(FileExistsError):
            folder.mkdir()
        with suppress(FileNotFoundError):  # it was taken away in between
            lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    waiting()
                    waiting = _nothing
                    fcntl.flock(lock, fcntl.LOCK_EX)
                except OSError:  # a file system without locks
                    return lock
                if os.path.samestat(os.fstat(lock), folder.stat()):
                    return lock
            except BaseException:
                _unlock(lock)
                raise
            _unlock(lock)


def _nothing() -> None: ...


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
