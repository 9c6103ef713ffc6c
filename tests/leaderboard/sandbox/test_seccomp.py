"""The filter of system calls: a compiled program that bubblewrap can read."""

from __future__ import annotations

import os
import sys
from itertools import chain

import pytest

from leaderboard.errors import SandboxError
from leaderboard.sandbox.seccomp import REFUSED, filter_file


def content(descriptor):
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_filter_is_a_program():
    """Of instructions of eight bytes each, read from its beginning, and the same every time."""
    program = content(filter_file())

    assert len(program) > 8 * sum(map(len, REFUSED.values()))
    assert len(program) % 8 == 0
    assert content(filter_file()) == program


def test_missing_library_is_named(monkeypatch):
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "pyseccomp", None)

    with pytest.raises(SandboxError, match=r"needs pyseccomp and libseccomp.*pip install.*libseccomp2"):
        filter_file()


def test_calls_are_refused_once():
    """The site lists them by what they would give."""
    calls = [*chain.from_iterable(REFUSED.values())]

    assert len({*calls}) == len(calls)
    assert {"fork", "socket", "ptrace", "mount", "memfd_create"} <= {*calls}
