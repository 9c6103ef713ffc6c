"""Files of claims that hold anything: one line that names the file."""

from __future__ import annotations

import os
import sys

import pytest

from validation.claims import ClaimError, load_claims


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = " + "[" * 5000,
        "a = 0x" + "f" * 4000,
        "a = " + "1" * 5000,
        ".".join("a" * 9000) + " = 1",
        "\udcff",
        "[claim]\nthreshold = 0x" + "f" * 4000,
    ],
)
def test_texts_beyond_limits_are_refused(tmp_path, text):
    """Deep nesting and overlong integers are no claims."""
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ClaimError, match="cannot read the claims") as caught:
        load_claims(path)
    assert str(caught.value).isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_regular_files_are_read(tmp_path):
    """A pipe is refused without being read."""
    os.mkfifo(tmp_path / "claims.toml")
    with pytest.raises(ClaimError, match="not a regular file"):
        load_claims(tmp_path / "claims.toml")
