"""The validation report: read, or one line that names the file and what is wrong with it."""

from __future__ import annotations

import os
import sys

import pytest

from leaderboard.rendering.content import read_report
from tests.crafting import BROKEN_JSON, refusal


@pytest.mark.parametrize("text", BROKEN_JSON)
def test_what_is_none_is_refused(tmp_path, text):
    """No text ends in anything but one line."""
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    refusal(read_report, path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_regular_files_are_read(tmp_path):
    """Pipes and devices are refused without being read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device", ".", "nothing"):
        refusal(read_report, tmp_path / name)
