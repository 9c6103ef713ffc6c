"""ZIP files of others: what they list is checked before anything of it is read."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from nb301.errors import ReleaseError, one_line, shown

#: Entries of a ZIP file, and bytes of its list of them.
_MOST_ENTRIES, _LONGEST_LIST = 20_000, 8 * 2**20
#: How many times as large as the file what it holds may be; models shrink to a fifth, text to a tenth.
_MOST_GROWTH = 100
#: What any file may hold, however small it is.
_ALWAYS_ALLOWED = 2**20
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
#: Where the size of the list of entries stands: (signature, offset, layout).
_SIZES = ((b"PK\x05\x06", 12, struct.Struct("<I")), (b"PK\x06\x06", 40, struct.Struct("<Q")))
#: In the older of the two: see the newer one.
_ELSEWHERE = 0xFFFFFFFF
#: Where both are: a comment of up to 65,535 bytes may follow.
_TAIL = 66_000
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    struct.error,
    ValueError,
    OverflowError,
    RuntimeError,
    OSError,
)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file whose entries can be read without harm.

    Raises:
        ReleaseError: It is none, or lists too many entries, one name twice, a path that leads out of its
            folder, what is encrypted, packed by an unknown method, a link, or far more than it can hold.
    """
    _check_list(file)
    try:
        archive = zipfile.ZipFile(file)
    except _ERRORS as error:
        raise ReleaseError(f"no ZIP file: {one_line(str(error), 100)}") from None
    with archive:
        file.seek(0, 2)
        _check(archive.infolist(), file.tell())
        yield archive


def read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Read an entry.

    Args:
        archive: From `opened`.
        entry: One of its entries.
        most: Bytes that it may have.

    Raises:
        ReleaseError: It is longer, or garbled.
    """
    if entry.file_size > most:
        raise ReleaseError(f"{entry.file_size:,} bytes, expected at most {most:,}")
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size + 1)
    except _ERRORS as error:
        raise ReleaseError(f"cannot be unpacked: {one_line(str(error), 100)}") from None
    if len(data) != entry.file_size:
        raise ReleaseError(f"{len(data):,} bytes, where the ZIP file says {entry.file_size:,}")
    return data


def _check_list(file: IO[bytes]) -> None:
    """Check how long the list of entries is, all of which `zipfile` reads at once."""
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    for signature, offset, layout in _SIZES:
        at = tail.find(signature)
        while at >= 0 and at + offset + layout.size <= len(tail):
            [size] = layout.unpack_from(tail, at + offset)
            if size > _LONGEST_LIST and size != _ELSEWHERE:
                raise ReleaseError(
                    f"a ZIP file with a list of {size:,} bytes, expected at most {_LONGEST_LIST:,}"
                )
            at = tail.find(signature, at + 1)


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > _MOST_ENTRIES:
        raise ReleaseError(f"a ZIP file of {len(entries):,} entries, expected at most {_MOST_ENTRIES:,}")
    names: set[str] = set()
    for entry in entries:
        reason = _wrong(entry, names)
        if reason:
            raise ReleaseError(f"a ZIP file with {shown(entry.filename)}, {reason}")
        names.add(entry.filename)
    if sum(entry.compress_size for entry in entries) > size:
        raise ReleaseError("a ZIP file whose entries overlap")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _ALWAYS_ALLOWED + _MOST_GROWTH * size:
        raise ReleaseError(
            f"a ZIP file of {size:,} bytes that unpack to {unpacked:,}: that is no archive of models"
        )


def _wrong(entry: zipfile.ZipInfo, names: set[str]) -> str:
    """Why an entry is refused; empty where it is not."""
    name = entry.filename
    parts = name.split("/")
    if name in names:
        return "which is there twice"
    if (
        name.startswith("/")
        or "\\" in name
        or ":" in parts[0]
        or ".." in parts
        or "\0" in entry.orig_filename
    ):
        return "a path that leads out of its folder"
    if entry.flag_bits & _ENCRYPTED:
        return "which is encrypted"
    if entry.compress_type not in _METHODS:
        return f"packed by method {entry.compress_type}, expected 0 or 8 (deflate)"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link"
    return ""
