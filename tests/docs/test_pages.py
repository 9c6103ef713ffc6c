"""Pages for readers, README too: their Python runs, their commands exist, their links lead somewhere.

A block that needs what is not here has a comment before it: `<!-- not run: needs the official archives -->`.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from configparser import ConfigParser
from urllib.parse import urlsplit

import pytest
import typer
from markdown_it import MarkdownIt

from leaderboard.cli import app as leaderboard
from leaderboard.places import ROOT
from nb301.cli import app as nb301

MARKDOWN = MarkdownIt().enable("table")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
#: What changed once is not rewritten when a command changes.
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]
NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*")
SHELLS = {"", "sh", "shell", "bash", "console"}
APPS = {"nb301": nb301, "python -m nb301": nb301, "python -m leaderboard": leaderboard}
COMMAND = re.compile(r"(?:\$ )?(?:[A-Z0-9_]+=\S* )*(nb301|python -m [\w.]+|tox run)(?= |$)(.*)")
#: In the place of a value that the reader knows, such as `--seed N` or `...`.
UNKNOWN = re.compile(r"[A-Z_]+|\.\.\.")


def by_name(pages):
    return pytest.mark.parametrize("page", pages, ids=lambda page: page.relative_to(ROOT).as_posix())


def tokens(page):
    """Everything on a page, from the outside in."""
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        yield token
        yield from token.children or ()


def python_blocks(page):
    """The Python of a page as (line, code), without what cannot run here."""
    before = None
    for token in MARKDOWN.parse(page.read_text(encoding="utf-8")):
        runs = before is None or not NOT_RUN.fullmatch(before)
        if token.type == "fence" and token.info.split()[:1] == ["python"] and runs:
            yield token.map[0], token.content
        before = token.content if token.type == "html_block" else None


WITH_PYTHON = [page for page in CURRENT if [*python_blocks(page)]]


@pytest.fixture
def modules_stay(monkeypatch):
    """What a page puts in the place of modules, or on the path, is taken back."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = {*sys.modules}
    yield
    for name in {*sys.modules} - before:
        if name.partition(".")[0] == "nasbench301":
            del sys.modules[name]


@pytest.mark.usefixtures("modules_stay")
@by_name(WITH_PYTHON)
def test_python_runs(page, tmp_path, monkeypatch):
    """In the order of the page, in one namespace, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for line, code in python_blocks(page):
        exec(compile("\n" * (line + 1) + code, str(page), "exec"), names)  # noqa: S102 - it is what readers do


def test_blocks_that_cannot_run_are_passed_over(tmp_path):
    """A comment before a block says what it needs; it holds for that block alone."""
    page = tmp_path / "page.md"
    block = "```python\nfetch()\n```\n"
    page.write_text(f"<!-- not run: needs figshare -->\n\n{block}\n{block}", encoding="utf-8")

    assert [line for line, _ in python_blocks(page)] == [6]


def lines_of(text):
    """Commands in a block of a shell, without comments and prompts, what goes on in the next line with it."""
    for line in text.replace("\\\n", " ").splitlines():
        yield from re.split(r"\s\|\s|&&|;\s", re.sub(r"(^|\s)#( .*|$)", "", line))


def commands(page):
    """Commands of ours on a page, in blocks and within text, as (beginning, the rest)."""
    for token in tokens(page):
        if token.type == "code_block" or (token.type == "fence" and token.info in SHELLS):
            lines = lines_of(token.content)
        else:
            lines = [token.content] if token.type == "code_inline" else []
        for line in lines:
            if found := COMMAND.match(line.strip()):
                yield found[1], found[2]


def check_options(command, words):
    """Raise where a command has no such command below it, or no such option."""
    words = [*words]
    while hasattr(command, "commands") and words and re.match("[a-z]", words[0]):
        assert words[0] in command.commands, f"{command.name} has no command {words[0]}"
        command = command.commands[words.pop(0)]
    options = {"--help", *(option for parameter in command.params for option in parameter.opts)}
    for word in words:
        if re.match("--?[a-z]", word):
            assert word.partition("=")[0] in options, f"{command.name} has no option {word}"


def check(beginning, rest):
    """Raise where there is no such command, option or environment."""
    words = shlex.split(rest.replace("…", "..."))
    if beginning == "tox run":
        file = ConfigParser(interpolation=None)
        file.read(ROOT / "tox.ini", encoding="utf-8")
        named = words[words.index("-e") + 1].split(",")
        missing = [name for name in named if not file.has_section(f"testenv:{name}")]
        assert not missing or UNKNOWN.fullmatch(missing[0])
    elif beginning in APPS:
        check_options(typer.main.get_command(APPS[beginning]), words)
    else:
        assert importlib.util.find_spec(beginning.removeprefix("python -m ")), beginning


@by_name([page for page in CURRENT if [*commands(page)]])
def test_commands_exist(page):
    """Each is a command with these options, and each environment of tox is one."""
    for beginning, rest in commands(page):
        check(beginning, rest)


def test_commands_that_do_not_exist_are_noticed():
    """Neither a command, nor an option, nor an environment, nor a module."""
    for beginning, rest in [
        ("nb301", " release lost"),
        ("nb301", " query --lost"),
        ("python -m leaderboard", " lost"),
        ("tox run", " -e lost"),
        ("python -m docs.lost", ""),
    ]:
        with pytest.raises(AssertionError):
            check(beginning, rest)


def targets(page):
    """Targets of links and pictures."""
    for token in tokens(page):
        if token.type in {"link_open", "image"}:
            yield token.attrs.get("href") or token.attrs["src"]


@by_name(PAGES)
def test_links_lead_somewhere(page):
    """Files are there, those of pages as the repository has them; addresses have a host and are encrypted."""
    for target in targets(page):
        address = urlsplit(target)
        if address.scheme or address.netloc:
            assert address.scheme == "https", target
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.netloc), target
        elif address.path:
            assert not address.path.startswith("/"), target
            assert (page.parent / address.path).exists(), target
