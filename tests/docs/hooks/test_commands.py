"""The pages of the command line are made from the commands."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from docs.hooks import commands


@pytest.fixture(scope="module")
def leaderboard():
    """The leaderboard's commands, as Markdown."""
    return commands.commands(*commands.COMMANDS["command-line/leaderboard.md"])


def test_each_command_has_a_section(leaderboard):
    """With its options; the list above leads there."""
    assert "### `python -m leaderboard campaign`" in leaderboard
    assert "[`campaign`](#python-m-leaderboard-campaign)" in leaderboard
    assert "--budget-seconds" in leaderboard
    assert leaderboard.startswith("## `python -m leaderboard`")


def test_nothing_is_cut_off(leaderboard):
    """Typer shortens texts in lists of commands; these are left out, each section has its own."""
    assert not re.search(r"^\* .*[^.]\.\.\.$", leaderboard, re.MULTILINE)


def test_environments_are_those_of_tox():
    """What each is for, and what it runs."""
    text = commands.environments()

    assert "## `tox run -e docs`" in text
    assert "python -m mkdocs build --strict" in text
    assert "the unit tests" in text


def test_other_pages_stay_as_they_are():
    """The hook touches the pages that it knows."""
    page = SimpleNamespace(file=SimpleNamespace(src_uri="start.md"))

    assert commands.on_page_markdown("# Start", page=page) == "# Start"
