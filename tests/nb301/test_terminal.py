"""How commands end: one line and exit code 1 for all that cannot be done, and nothing is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import typer

from nb301 import cli, terminal
from nb301.errors import Nb301Error
from nb301.space import sample

RNG = np.random.default_rng(0)


GENOTYPES = [sample(RNG) for _ in range(3)]


GENOTYPE = GENOTYPES[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["query"], ["give genotypes, --file FILE, or -"]),
        (["convert"], ["give genotypes, --file FILE, or -"]),
        (["query", "DARTS_V1", "--json", "--csv"], ["--json or --csv, not both"]),
        (["query", "DARTS_V1", "--seed", str(2**64)], ["--seed", "18446744073709551615"]),
        (["query", "DARTS_V1", "--file", "/dev/zero"], ["/dev/zero: no file of genotypes"]),
        (["query", "DARTS_V1", "--file", "."], [".: no file of genotypes"]),
        (["query", "--file", "nonsense"], ["nonsense: No such file"]),
        (["query", "DARTS_V1", "DARTS"], ["argument 2: cannot read 'DARTS'", "DARTS_V2"]),
        (["query", "(" + "-" * 6000 + "1)"], ["cannot read"]),
        (["query", "normal:"], ["normal:CELL"]),
        (["query", str(GENOTYPE), "--release", "nonsense"], ["no release 'nonsense'", "emulated-xgb-v2.0"]),
        (["tables", "show", "nonsense"], ["no table 'nonsense'", "emulated-v2.0"]),
        (["tables", "show", "nonsense.parquet"], ["nonsense.parquet", "no such table"]),
        (["release", "freeze", "emulated-v2.0", "svr"], ["no family 'svr'", "xgb"]),
        (
            ["release", "freeze", "emulated-v2.0", "xgb", "--hyperparameters", "nonsense.json"],
            ["nonsense.json: not a result of `nb301 tune`"],
        ),
        (["release", "diff", "emulated-xgb-v2.0", "nonsense"], ["no release 'nonsense'"]),
        (["tune", "svr", "--out", "nonsense"], ["no family 'svr'", "xgb"]),
        (["query", str(GENOTYPE), "--check", "--table", "nonsense.parquet"], ["no such table"]),
    ],
)
def test_errors_are_one_line_and_exit_code_1(monkeypatch, capsys, arguments, words):
    """An error of this package is one line at the end, without a traceback, and the exit code is 1."""
    monkeypatch.setattr(sys, "argv", ["nb301", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    last = printed.err.splitlines()[-1]  # a progress bar may stand before it
    assert last.startswith("error: ")
    assert all(word in last for word in words)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nonsense"], "nonsense"),
        (["query"], "genotype"),
        (["query", "x", "--nosuch"], "--nosuch"),
        (["query", "x", "--seed", "-1"], "--seed"),
        (["sample", "-n", "0"], "-n"),
        (["sample", "-n", "9" * 5000], "-n"),
        (["sample", "--to", "x"], "--to"),
        (["release", "nosuch"], "nosuch"),
        (["release", "show", "x.tar.xz"], "unpacked first"),
        (["release", "show", "a\0b"], "no release"),
        (["release", "show", "./nosuch"], "nosuch/manifest.json"),
        (["collect", "nosuch", "--out", "x.parquet"], "nosuch"),
        (["collect", "rs", "--out", "x.parquet", "--scheduler", "nonsense://x"], "nonsense://x"),
        (["train", "DARTS", "--out", "x.json", "--device", "nosuch"], "DARTS"),
    ],
)
def test_bad_arguments_are_one_line(wrong, arguments, word):
    """What an argument cannot be is said in a line that has it."""
    assert word in wrong(*arguments)


def test_version_and_help(ended):
    """The version is that of the installed distribution; without a command there is help."""
    assert ended("--version")[:2] == (0, f"nb301 {version('nb301')}\n")
    code, out, _ = ended()
    assert code == 2
    assert "query" in out


def test_python_m_is_the_command():
    """`python -m nb301` does what `nb301` does."""
    done = subprocess.run(
        [sys.executable, "-m", "nb301", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"nb301 {version('nb301')}\n"


def test_the_leaderboards_commands_end_alike(monkeypatch, capsys, tmp_path):
    """The other command line has the same handler."""
    from leaderboard import cli as other

    for arguments in (["nosuch"], ["build", "--runs", tmp_path, "--out", "/dev/null", "--without-runs"]):
        monkeypatch.setattr(sys, "argv", ["leaderboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            other.main()
        assert caught.value.code == 1
        assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")


@pytest.mark.parametrize(
    ("raised", "line"),
    [
        (Nb301Error("what is wrong"), "error: what is wrong"),
        (OSError(errno.ENOSPC, "No space left on device"), "error: No space left on device"),
        (OSError(errno.EACCES, "Permission denied", "a\ud800b"), "error: a\\ud800b: Permission denied"),
        (ModuleNotFoundError("No module named 'x'"), "error: No module named 'x': install it, or the extra"),
        (MemoryError(), "error: there is not enough memory"),
        (typer.Abort(), "error: interrupted"),
    ],
)
def test_every_kind_of_end(monkeypatch, capsys, raised, line):
    """Whatever a command raises on purpose or the system for it becomes one line."""
    app = typer.Typer()

    @app.command()
    def fail():
        raise raised

    monkeypatch.setattr(sys, "argv", ["fail"])
    with pytest.raises(SystemExit) as caught:
        terminal.run(app)
    assert caught.value.code == (130 if isinstance(raised, typer.Abort) else 1)
    assert capsys.readouterr().err.startswith(line)


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    """What nobody raised on purpose is not hidden."""
    app = typer.Typer()

    @app.command()
    def fail():
        raise AssertionError

    monkeypatch.setattr(sys, "argv", ["fail"])
    with pytest.raises(AssertionError):
        terminal.run(app)


def test_odd_command_lines_end_well():
    """Some of `tests/fuzz/commands.py`: no traceback, no hang, nothing lost."""
    script = Path(__file__).parents[1] / "fuzz" / "commands.py"
    done = subprocess.run(
        [sys.executable, script, "50", "2"],
        capture_output=True,
        text=True,
        check=False,
        cwd=script.parents[2],
        env={**os.environ, "PYTHONPATH": str(script.parents[2])},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_closed_pipe_is_no_traceback():
    """`nb301 sample | head -1` ends quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "nb301", "sample", "-n", "5000"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert "Traceback" not in done.stderr
