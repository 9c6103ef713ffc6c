"""ZIP files that would do harm are refused before anything of them is read."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from nb301.errors import ReleaseError
from nb301.official import zips


def zipped(entries, compression=zipfile.ZIP_DEFLATED):
    """A ZIP file of names and contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return file.getvalue()


def with_flag(data, flag):
    """A ZIP file whose entries have a flag, in both places."""
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data = data[:at] + struct.pack("<H", flag) + data[at + 2 :]
    return data


def renamed(data, old, new):
    """A ZIP file with another name of the same length."""
    return data.replace(old, new)


def link():
    """A ZIP file with a symbolic link."""
    entry = zipfile.ZipInfo("a")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped([(entry, "/etc/passwd")])


def overlapping():
    """A ZIP file that lists one content many times, under many names."""
    data = zipped([("a" * 4, bytes(range(256)) * 200)], zipfile.ZIP_STORED)
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    listed = b"".join(data[at:end].replace(b"aaaa", b"%04d" % number) for number in range(50))
    last = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 50, 50, len(listed), at, 0)
    return data[:at] + listed + last


def long_list(size):
    """A ZIP file that says that its list of entries is of so many bytes."""
    data = zipped([("a", b"b")])
    at = data.index(b"PK\x05\x06") + 12
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


HOSTILE = {
    "a bomb": (zipped([("a", bytes(2**24))]), r"a ZIP file of .* bytes that unpack to 16,777,216"),
    "a path upwards": (zipped([("a/../../b", b"")]), r"'a/../../b', a path that leads out of its folder"),
    "an absolute path": (zipped([("/a", b"")]), "'/a', a path that leads out"),
    "a drive": (renamed(zipped([("cxa", b"")]), b"cxa", b"c:a"), "'c:a', a path that leads out"),
    "a backslash": (renamed(zipped([("xxya", b"")]), b"xxya", b"..\\a"), "a path that leads out"),
    "a name twice": (renamed(zipped([("aa", b""), ("ab", b"")]), b"ab", b"aa"), "'aa', which is there twice"),
    "an encrypted entry": (with_flag(zipped([("a", b"b")]), 1), "'a', which is encrypted"),
    "another method": (zipped([("a", b"b")], zipfile.ZIP_LZMA), "packed by method 14, expected 0 or 8"),
    "a link": (link(), "'a', a link"),
    "entries that overlap": (overlapping(), "whose entries overlap"),
    "many entries": (zipped([(str(number), b"") for number in range(20_001)]), "20,001 entries"),
    "a long list": (long_list(2**30), "a list of 1,073,741,824 bytes, expected at most"),
    "no ZIP file": (b"x" * 100, "no ZIP file"),
    "nothing": (b"", "no ZIP file"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_refuses(kind):
    """What is wrong is said with the entry, in one line."""
    data, words = HOSTILE[kind]
    with pytest.raises(ReleaseError, match=words) as caught, zips.opened(io.BytesIO(data)):
        pass
    assert str(caught.value).isprintable()


def test_reads_entries():
    """Entries are read whole, up to what they may have."""
    with zips.opened(io.BytesIO(zipped([("a/b", b"content"), ("empty", b"")]))) as archive:
        contents, empty = archive.infolist()
        assert (zips.read(archive, contents, 7), zips.read(archive, empty, 0)) == (b"content", b"")
        with pytest.raises(ReleaseError, match="7 bytes, expected at most 6"):
            zips.read(archive, contents, 6)


def test_refuses_entries_that_are_longer_or_garbled():
    """An entry that unpacks to something else than is said is refused."""
    data = zipped([("a", b"content" * 9)])
    lied = data.replace(struct.pack("<I", 63), struct.pack("<I", 62))
    garbled = data[:40] + bytes([data[40] ^ 255]) + data[41:]
    for wrong in (lied, garbled):
        with (
            zips.opened(io.BytesIO(wrong)) as archive,
            pytest.raises(ReleaseError, match="cannot be unpacked"),
        ):
            zips.read(archive, archive.infolist()[0], 100)
