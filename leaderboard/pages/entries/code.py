"""An entry's code as its page shows it, and as readers take it home."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from leaderboard.entries.submission import LOCK, Submission
from leaderboard.legible import decoded, legible
from nb301.files import sha256

#: Characters of code on a page; what is beyond is in the archive.
_SHOWN = 120_000
#: The earliest that an archive can hold: it says nothing of when it was made.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file of a submission."""

    path: str
    size: str
    sha256: str
    #: None where it is no text, or the page is full.
    text: str | None


def code_files(submission: Submission) -> list[CodeFile]:
    """All files of a submission, its own code first; with their texts as far as a page has room."""
    room, files = _SHOWN, []
    for path in sorted(submission.files, key=lambda path: (not path.endswith(".py"), path)):
        data = submission.files[path]
        text = decoded(data)
        text = None if text is None or len(text) > room else legible(text)
        room -= len(text or "")
        files.append(CodeFile(path, f"{len(data):,} bytes", sha256(data), text))
    return files


def locked(submission: Submission) -> Iterator[str]:
    """Packages that are installed, such as `numpy 2.4.6`, as it has locked them."""
    for line in submission.files.get(LOCK, b"").decode("utf-8", "replace").splitlines():
        requirement = line.partition(" ")[0]
        if "==" in requirement:
            yield legible(requirement.replace("==", " ", 1))


def archive(submission: Submission) -> bytes:
    """All files of a submission as a ZIP; equal files give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archived:
        for path, data in sorted(submission.files.items()):
            info = zipfile.ZipInfo(f"{submission.slug}/{path}", _EPOCH)
            info.create_system = 3  # Unix, wherever this runs
            info.external_attr = 0o100644 << 16
            # stored: what a compressor makes depends on its version
            archived.writestr(info, data, zipfile.ZIP_STORED)
    return packed.getvalue()
