"""How commands end: one line and exit code 1 for all that cannot be done, and nothing is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from nb301 import cli
from nb301.errors import Nb301Error
from nb301.terminal import run

LEADERBOARD = "leaderboard"
COLLECT = ["collect", "rs", "--evaluations", "3", "--out"]


@pytest.fixture
def ended(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder; gives exit code, output and the last line of what went wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))

    def end(*arguments):
        monkeypatch.setattr(sys, "argv", ["nb301", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return end


def wrong(ended, *arguments):
    """The line that a command ends with that cannot be done."""
    code, out, err = ended(*arguments)
    assert code == 1, err
    assert "Traceback" not in err
    assert not out.strip()
    last = err.splitlines()[-1]  # where journals are, or a progress bar, may stand before it
    assert last.startswith("error: "), err
    return last


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
def test_bad_arguments_are_one_line(ended, arguments, word):
    """What an argument cannot be is said in a line that has it."""
    assert word in wrong(ended, *arguments)


@pytest.mark.parametrize("device", ["nosuch", "meta", "cuda:99", "cpu:x"])
def test_unknown_devices_are_one_line(ended, darts_v2, device):
    """A device that is not there is told before anything is trained."""
    assert device in wrong(ended, "train", darts_v2, "--out", "x.json", "--device", device)
    assert not Path("x.json").exists()


@pytest.mark.parametrize("out", ["", ".", "folder", "file/x.parquet", "/dev/full", "loop", "n" * 300])
def test_what_cannot_be_stored_is_refused_before_the_first_training(ended, monkeypatch, out):
    """No evaluation is begun whose table could not be written, and what is there stays."""
    Path("folder").mkdir()
    Path("folder", "notes").write_text("kept")
    Path("file").write_text("kept")
    Path("loop").symlink_to("loop")
    before = sorted(Path().rglob("*"))
    monkeypatch.setattr("nb301.truth.emulated.EmulatedTruth.evaluate", None)

    assert wrong(ended, *COLLECT, out)
    assert sorted(Path().rglob("*")) == before
    assert Path("folder", "notes").read_text() == "kept"


def test_an_optimizer_that_tables_did_not_know_is_collected(ended):
    """Every optimizer can be collected, local search, too."""
    code, out, _ = ended("collect", "ls", "--evaluations", "3", "--out", "x.parquet")
    assert code == 0
    assert "wrote 3 rows" in out


def test_an_embedded_name_means_the_embedded_release(ended, tiny_release, darts_v2):
    """A folder of that name in the working directory changes no answer."""
    import shutil

    shutil.copytree(tiny_release, "emulated-xgb-v1.0")
    shutil.copytree(tiny_release, "mine")
    assert '"release": "emulated-xgb-v1.0"' in ended("query", darts_v2, "--json")[1]
    assert '"release": "tiny-xgb-v1.0"' in ended("query", darts_v2, "--json", "--release", "./mine")[1]
    assert "write ./mine" in wrong(ended, "query", darts_v2, "--release", "mine")


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
        run(app)
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
        run(app)


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
