"""Hook of MkDocs: the pages of the command line, from the commands themselves and from tox.ini."""

from __future__ import annotations

import re
import subprocess
import sys
from configparser import ConfigParser
from typing import Any

from markdown.extensions.toc import slugify
from mkdocs.structure.pages import Page

from leaderboard.places import ROOT

#: Modules with a command line, and how it is called, by their pages.
COMMANDS = {
    "command-line/nb301.md": ("nb301.cli", "nb301"),
    "command-line/leaderboard.md": ("leaderboard.cli", "python -m leaderboard"),
}
_TOX = "command-line/tox.md"
#: An entry in a list of commands: typer cuts its text off, and the section that follows has it whole.
_ENTRY = re.compile(r"^\* `([\w-]+)`: .*$", re.MULTILINE)
_HEADING = re.compile(r"^#+ `(.+)`$", re.MULTILINE)


def on_page_markdown(text: str, *, page: Page, **_: Any) -> str:
    """Append what a page of the command line is about."""
    if page.file.src_uri in COMMANDS:
        return f"{text}\n{commands(*COMMANDS[page.file.src_uri])}"
    return f"{text}\n{environments()}" if page.file.src_uri == _TOX else text


def commands(module: str, name: str) -> str:
    """All commands of a module's `app`, with arguments and options, as Markdown."""
    command = [sys.executable, "-m", "typer", module, "utils", "docs", "--name", name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)  # noqa: S603
    parts = _HEADING.split(done.stdout)[1:]
    sections = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        level = "#" * (2 + title.removeprefix(name).count(" ")) if title != name else "##"
        sections.append(f"{level} `{title}`\n{_linked(title, body)}")
    return "\n".join(sections)


def _linked(title: str, body: str) -> str:
    """A section whose list of commands leads to theirs."""

    def entry(match: re.Match[str]) -> str:
        return f"* [`{match[1]}`](#{slugify(f'{title} {match[1]}', '-')})"

    before, heading, after = body.partition("**Commands**:")
    return before + heading + _ENTRY.sub(entry, after)


def environments() -> str:
    """The environments of tox, what each is for and runs, as Markdown."""
    file = ConfigParser(interpolation=None)
    file.read(ROOT / "tox.ini", encoding="utf-8")
    sections = []
    for name in file.sections():
        if name.startswith("testenv:"):
            environment = file[name]
            ran = environment["commands"].strip()
            sections.append(
                f"## `tox run -e {name.removeprefix('testenv:')}`\n\n{environment['description']}\n\n"
                f"```text\n{ran}\n```\n"
            )
    return "\n".join(sections)
