"""The page on how to submit."""

from __future__ import annotations

import re

from leaderboard.pages.submit import submit_page, verdict_meanings
from leaderboard.places import SUBMISSIONS
from leaderboard.rendering import wording
from leaderboard.rendering.markdown import sections
from leaderboard.runs.schedule import SCHEDULE
from leaderboard.sandbox.messages import Verdict


def test_is_the_readme_with_tables_of_the_code(out, parsed, text_of):
    """All of the README's sections, the manifest's keys, limits, verdicts, notations and examples."""
    page = parsed(out / "submit.html")
    text = text_of(page)

    titles = [section.title for section in sections((SUBMISSIONS / "README.md").read_text("utf-8"))]
    assert [text_of(heading) for heading in page.iter("h2")] == titles
    for verdict, meaning in verdict_meanings().items():
        assert meaning.replace("`", "") in text_of(page.by_id(verdict.value))
    for expected in (
        "prior_knowledge",
        "whole number, at least 64, at most 4,096",
        "wall_seconds",
        "Genotype(normal=[('sep_conv_3x3', 0)",
        "Regularized evolution",
        'name = "NAME"',
        "other-gbdt",
    ):
        assert expected in text


def test_every_track_has_its_command(out, parsed, text_of):
    """Of the schedule: its releases, how many runs they are, and how long they take."""
    page = parsed(out / "submit.html")

    for stage in SCHEDULE:
        runs, _, command = map(text_of, page.by_id(stage.track.slug).findall("td"))
        assert int(runs) == stage.runs
        assert command.endswith(wording.options_of(stage.track, stage.releases))
    assert [text_of(cell) for cell in page.by_id("1e6-seconds-1-worker").findall("td")][1] == "1.5"


def test_every_verdict_is_explained():
    """Each of the closed vocabulary has a meaning of its own."""
    meanings = verdict_meanings()

    assert list(meanings) == list(Verdict)
    assert len(set(meanings.values())) == len(Verdict)


def test_page_needs_no_submission():
    """Examples are of the site's entries; without any there is no table of them."""
    assert submit_page({}).context["examples"] == []


def test_readme_names_the_commands_that_there_are():
    """Each `python -m leaderboard ...` of the text is a command."""
    from leaderboard.cli import app

    commands = {command.callback.__name__ for command in app.registered_commands}
    named = re.findall(r"python -m leaderboard ([a-z]+)", (SUBMISSIONS / "README.md").read_text("utf-8"))
    assert {"new", "check", "lock", "run", "verify", "build"} <= set(named) <= commands
