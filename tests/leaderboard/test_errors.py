"""Errors of the leaderboard are errors of the package."""

from __future__ import annotations

from leaderboard.errors import RunFileError
from nb301.errors import Nb301Error


def test_errors_are_of_the_package():
    """The command line prints them without a traceback."""
    assert issubclass(RunFileError, Nb301Error)
