"""Kill the long commands at random moments, run each once more, and look for what is left: by hand.

    python tests/kills.py [KILLS] [COMMAND...]

Each command is killed KILLS times (20), then runs to its end; beside what it writes nothing may be left,
and what it writes is what it writes when nobody kills it.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
ROOT = Path(__file__).resolve().parents[1]
GENOTYPE = (
    "normal:skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/"
    "skip_connect@0+sep_conv_3x3@1,reduce:skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/"
    "skip_connect@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
)
NB301 = (PYTHON, "-m", "nb301")
LEADERBOARD = (PYTHON, "-m", "leaderboard")
#: By name: the command, and what of its files may differ from run to run.
COMMANDS = {
    "collect": ((*NB301, "collect", "re", "--evaluations", "2000", "--out", "OUT/re.parquet"), ()),
    "train": (
        (*NB301, "train", GENOTYPE, "--out", "OUT/results_0.json", "--checkpoints", "OUT/checkpoint"),
        ("results_0.json", "checkpoint"),  # both have seconds in them
    ),
    "freeze": (
        (
            *NB301,
            "release",
            "freeze",
            "TABLE",
            "lgb",
            "--out",
            "OUT",
            "--checkpoints",
            "OUT/members",
            "--replace",
        ),
        (),
    ),
    "tune": ((*NB301, "tune", "xgb", "--table", "TABLE", "--trials", "4", "--out", "OUT"), ("",)),
    "build": (
        (*LEADERBOARD, "build", "--runs", "OUT/none", "--without-runs", "--out", "OUT/site"),
        (),
    ),
}


def prepared(folder: Path) -> Path:
    """A small table."""
    table = folder / "small.parquet"
    command = (*NB301, "collect", "rs", "--evaluations", "400", "--out", str(table))
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return table


def started(command: tuple[str, ...], out: Path, table: Path) -> subprocess.Popen[bytes]:
    words = [word.replace("OUT", str(out)).replace("TABLE", str(table)) for word in command]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def contents(folder: Path, varying: tuple[str, ...]) -> dict[str, str]:
    """Hashes of all files; of those that vary the names alone."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            hashes[name] = "" if name.startswith(varying) else hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def main(kills: int, chosen: list[str]) -> None:
    """Try every command, and say what was found."""
    rng = random.Random(0)
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = prepared(folder)
        for command, (words, varying) in ((name, COMMANDS[name]) for name in chosen):
            whole, out = folder / f"{command}-whole", folder / command
            before = time.monotonic()
            if started(words, whole, table).wait() != 0:
                sys.exit(f"{command} does not end well")
            seconds = time.monotonic() - before
            left = 0
            for _ in range(kills):
                process = started(words, out, table)
                time.sleep(rng.uniform(0.2, seconds))
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                left += len([*folder.rglob(".*.nb301-*")])
            code = started(words, out, table).wait()
            remains = sorted({path.name for path in folder.rglob(".*.nb301-*")})
            equal = contents(out, varying) == contents(whole, varying)
            failed |= bool(code or remains or not equal)
            print(  # noqa: T201
                f"{command}: {kills} kills within {seconds:.1f} s, {left} times something was left; after "
                f"the next run (exit code {code}) {remains or 'nothing'}; as undisturbed: {equal}",
                flush=True,
            )
    sys.exit(int(failed))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, sys.argv[2:] or [*COMMANDS])
