"""Odd command lines: each ends in a line and an exit code, never in a traceback or a hang.

    python tests/fuzz/commands.py [COUNT] [SEED]

Runs COUNT command lines (2,000) in an empty folder, and counts how they end.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

from leaderboard import cli
from nb301.cli import app as nb301
from nb301.terminal import run

GENOTYPE = (
    "normal:skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/"
    "skip_connect@0+sep_conv_3x3@1,reduce:skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/"
    "skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
)
#: Command lines that do what they should, quickly.
WHOLE = [
    ["query", GENOTYPE, "--release", "emulated-xgb-v2.0", "--seed", "1", "--json"],
    ["query", GENOTYPE, "--check", "--table", "small.parquet", "--members"],
    ["convert", GENOTYPE, "--to", "naslib", "--canonical"],
    ["sample", "-n", "2", "--seed", "3", "--to", "yahpo"],
    ["collect", "rs", "--evaluations", "3", "--seed", "1", "--workers", "2", "--out", "x.parquet"],
    ["collect", "rs", "--evaluations", "3", "--out", "x.parquet", "--journals", "j", "--truth", "emulated"],
    ["tables", "show", "small.parquet", "--json"],
    ["tables", "import", "tree", "--out", "imported.parquet"],
    ["release", "list", "--json"],
    ["release", "show", "emulated-xgb-v2.0"],
    ["release", "diff", "emulated-xgb-v2.0", "emulated-xgb-v2.0", "--json"],
    ["release", "publish", "emulated-xgb-v2.0", "--report", "report.json", "--out", "dist"],
    [
        "release",
        "freeze",
        "small.parquet",
        "nosuch",
        "--version",
        "1.0",
        "--out",
        "r",
        "--hyperparameters",
        "h",
    ],
    ["tune", "nosuch", "--table", "small.parquet", "--trials", "1", "--seed", "1", "--out", "study"],
    ["train", GENOTYPE, "--out", "t.json", "--data", "cifar10", "--folder", "nosuch", "--device", "nosuch"],
    ["verify", GENOTYPE, "--release", "emulated-xgb-v2.0", "--trainings", "2", "--json"],
    ["leaderboard", "new", "mine", "--folder", "subs"],
    ["leaderboard", "pack", "--runs", "runs", "--out", "results"],
    ["leaderboard", "verify", "abc", "--runs", "runs", "--release", "emulated-xgb-v2.0"],
    ["leaderboard", "run", "nosuch", "--out", "runs", "--seeds", "1", "--release", "emulated-xgb-v2.0"],
    ["leaderboard", "build", "--runs", "runs", "--out", "site", "--validation", "report.json"],
    ["leaderboard", "lock", "nosuch"],
    ["leaderboard", "check", "nosuch"],
    ["leaderboard", "references", "--release", "nosuch", "--out", "refs.toml"],
]
ODD = [
    *(
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "~",
        "-",
        "--",
        "---",
        "/dev/null",
        "/dev/zero",
        "pipe",
        "loop",
        "folder",
    ),
    *("file", "file/x", "folder/", "nosuch", "nosuch/x", "n" * 300, "é", "\u202e", "a\nb", "a\0b", "\udc80"),
    *(
        "-1",
        "0",
        "1.5",
        "1e400",
        "nan",
        "inf",
        "0x10",
        "9" * 5000,
        str(2**64),
        str(-(2**63)),
        "1_0",
        "\u0661",
    ),
    *("[]", "{}", "{", "[" * 5000, "(" * 5000 + "1", "None", "null", "True", '"x"', "'", "\\", "%s", "{0}"),
    *(
        "emulated-xgb-v2.0",
        "./emulated-xgb-v2.0",
        "emulated-v2.0",
        "x.tar.xz",
        "x.csv",
        "x.parquet",
        "x.json",
    ),
    *("https://example.org", "tcp://127.0.0.1:1", "=1+1", "$(id)", "`id`", "*", "rs", "xgb", GENOTYPE[:-3]),
]


class Hang(BaseException):
    """No end in time; no error, which a command could take for one of its own."""


def mutated(rng: random.Random) -> list[str]:
    """A command line with some words replaced, left out, doubled or added."""
    words = list(rng.choice(WHOLE))
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        place = rng.randrange(len(words) + 1)
        kind = rng.random()
        if kind < 0.7 and place < len(words):
            words[place] = rng.choice(ODD)
        elif kind < 0.8 and place < len(words):
            del words[place]
        elif kind < 0.9:
            words.insert(place, rng.choice(ODD))
        else:
            words.insert(place, rng.choice(rng.choice(WHOLE)))
    return words


def prepare(folder: Path) -> None:
    """What the command lines meet."""
    os.chdir(folder)
    os.environ["NB301_HOME"] = str(folder / "home")
    (folder / "folder").mkdir()
    (folder / "folder" / "notes").write_text("kept")
    (folder / "file").write_text("kept")
    (folder / "loop").symlink_to("loop")
    (folder / "tree").mkdir()
    os.mkfifo(folder / "pipe")
    # `run` alone would run all submissions, for hours
    cli._SUBMISSIONS = folder / "tree"
    ended(["collect", "rs", "--evaluations", "30", "--out", "small.parquet"])


def ended(words: list[str], limit_seconds: int = 60) -> str:
    """Run a command line in this process, and say how it ended."""
    app, arguments = (cli.app, words[1:]) if words[:1] == ["leaderboard"] else (nb301, words)
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["nb301", *arguments]
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(limit_seconds)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run(app)
    except SystemExit as error:
        code = error.code or 0
        if code == 1 and "error: " not in err.getvalue() and not out.getvalue():
            return "exit code 1 without a word"
        return f"exit code {code}"
    except Hang:
        return "hang"
    except BaseException as error:  # noqa: BLE001 - counted
        return f"traceback: {type(error).__name__}: {error}"[:300]
    finally:
        signal.alarm(0)
    return "no end"


def _too_long(*_: object) -> None:
    raise Hang


def count(number: int, seed: int) -> tuple[Counter[str], list[tuple[str, list[str]]]]:
    """How that many command lines end; and those that end badly."""
    ends: Counter[str] = Counter()
    rng, bad = random.Random(seed), []
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        for _ in range(number):
            words = mutated(rng)
            end = ended(words)
            ends[end] += 1
            if end not in {"exit code 0", "exit code 1", "exit code 2"}:
                bad.append((end, words))
        kept = Path("file").read_text() == Path("folder/notes").read_text() == "kept"
        os.chdir("/")
    if not kept:
        bad.append(("something was lost", []))
    return ends, bad


if __name__ == "__main__":
    arguments = [*map(int, sys.argv[1:]), 2000, 0][:2] if len(sys.argv) < 3 else [*map(int, sys.argv[1:3])]
    ends, bad = count(*arguments)
    for end, words in bad:
        print(end, [word[:100] for word in words])  # noqa: T201
    print(dict(ends))  # noqa: T201
    sys.exit(bool(bad))
