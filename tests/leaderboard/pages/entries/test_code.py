"""An entry's code on its page and in its archive."""

from __future__ import annotations

import io
import zipfile

from leaderboard.entries.submission import Submission
from leaderboard.pages.entries.code import archive, code_files, legible, locked


def test_code_shows_what_it_hides(submit):
    """Marks that make code look other than it is are written out; what is no text is named, not shown."""
    submission = submit(optimizer="if user != 'admin\u202e \u2066# x':\r\n\tpass\x1b[2J\n", data=b"\xff\xfe")
    shown = {file.path: file.text for file in code_files(submission)}

    assert shown["optimizer.py"] == "if user != 'admin\\u202e \\u2066# x':\n\tpass\\x1b[2J\n"
    assert shown["data.py"] is None
    assert [*shown][-1] == "submission.toml"
    assert legible("שלום, Ω") == "שלום, Ω"


def test_long_code_stays_in_the_archive(submit):
    """A page does not grow without end."""
    submission = submit(optimizer="x = 1\n", tables="#" * 500_000)

    assert {file.path: file.text for file in code_files(submission)}["tables.py"] is None
    assert len(archive(submission)) > 500_000


def test_archives_are_equal_for_equal_files(submit):
    """Bytes depend on names and contents alone, and unpack to the folder."""
    submission = submit(optimizer="x = 1\n")
    packed = archive(submission)
    for path in submission.folder.iterdir():
        path.touch()

    assert archive(Submission(submission.folder)) == packed
    with zipfile.ZipFile(io.BytesIO(packed)) as unpacked:
        assert unpacked.namelist() == ["mine/optimizer.py", "mine/submission.toml"]
        assert unpacked.read("mine/optimizer.py") == b"x = 1\n"


def test_locked_packages_are_named(submit):
    """Without their hashes; where nothing is locked there is nothing."""
    submission = submit(optimizer="x = 1\n")
    assert list(locked(submission)) == []
    text = "numpy==2.0.0 \\\n    --hash=sha256:aa\n# made by pip\nscipy==1.0\n"
    (submission.folder / "requirements.lock").write_text(text)

    assert list(locked(Submission(submission.folder))) == ["numpy 2.0.0", "scipy 1.0"]
