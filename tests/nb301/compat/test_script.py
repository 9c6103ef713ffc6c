"""`python -m nb301.compat SCRIPT`: the script is run as Python runs it, with ours for `nasbench301`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nb301.compat.nasbench301 import configspace

EXAMPLE = Path(__file__).with_name("example_script.py")
ROOT = Path(__file__).resolve().parents[3]


def run(*arguments, folder, python=("-m", "nb301.compat")):
    """Run `python -m nb301.compat` in a folder; what it printed, and its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("NB301_COMPAT_RELEASE", None)
    command = [sys.executable, *python, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=60
    )


def script(folder, text, name="script.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_official_examples_calls_run_unchanged(tmp_path):
    """Download if missing, both ensembles, a genotype, a sampled configuration, all four numbers (F41)."""
    pytest.importorskip("ConfigSpace")
    example = tmp_path / "example.py"
    shutil.copy(EXAMPLE, example)
    shutil.copy(configspace.FILE, tmp_path)
    done = run("--release", "cifar10-xgb-rand-v1.0", example, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "stands in for models 1.0" in done.stdout
    [first, second] = re.findall(r"performance: (\d+\.\d{6}), runtime (\d+\.\d{6})", done.stdout)
    assert 93 < float(first[0]) < 95
    assert 4500 < float(first[1]) < 5100
    assert 80 < float(second[0]) < 96
    again = run(example, folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "stands for release cifar10-xgb-rand-v1.0" in again.stderr
    # the loader seeds the global generator, so that noise is the same in each run, as officially
    assert first in re.findall(r"performance: (\S+), runtime (\S+)", again.stdout)


def test_arguments_folder_and_exit_code_are_the_scripts(tmp_path):
    """`sys.argv`, the folder of its own modules, `__name__` and the exit code are as without us."""
    (tmp_path / "inner").mkdir()
    script(tmp_path / "inner", "VALUE = 3\n", "beside.py")
    path = script(
        tmp_path / "inner",
        "import sys, beside, nasbench301\n"
        "print(sys.argv[1:], __name__, beside.VALUE, nasbench301.__name__)\n"
        "sys.exit(beside.VALUE)\n",
    )
    done = run(path, "--release", "x", "-m", folder=tmp_path)

    assert done.stdout.strip() == "['--release', 'x', '-m'] __main__ 3 nb301.compat.nasbench301"
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.parametrize("text", ["def f():\n    1 / 0\nf()\n", "x = (\n", "raise KeyError('a') from None\n"])
def test_tracebacks_are_the_scripts(text, tmp_path):
    """An exception is printed as Python prints that of the script alone, with its exit code."""
    path = script(tmp_path, text)
    ours, pythons = run(path, folder=tmp_path), run(path, folder=tmp_path, python=())

    assert ours.stderr == pythons.stderr
    assert ours.returncode == pythons.returncode == 1


def test_child_processes_find_it(tmp_path):
    """Spawned workers import the script anew, and other Pythons find it on the path."""
    path = script(
        tmp_path,
        "import multiprocessing, subprocess, sys\n"
        "import nasbench301\n"
        "def name(_): return nasbench301.__name__\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(name, [0]), flush=True)\n"
        "    code = 'import nasbench301.representations as r; print(r.__name__)'\n"
        "    subprocess.run([sys.executable, '-c', code], check=True)\n",
    )
    done = run(path, folder=tmp_path)

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "['nb301.compat.nasbench301']",
        "nb301.compat.nasbench301.representations",
    ]


def test_modules_run(tmp_path):
    """`-m MODULE` runs a module, with the working folder on the path."""
    script(tmp_path, "import sys, nasbench301; print(sys.argv[1:], nasbench301.__name__)\n", "mine.py")
    done = run("-m", "mine", "a", folder=tmp_path)
    assert done.stdout.strip() == "['a'] nb301.compat.nasbench301", done.stderr


def test_folders_run(tmp_path):
    """With `__main__.py`, as Python runs them: with their own path, and not the working folder's."""
    (tmp_path / "tool").mkdir()
    script(tmp_path, "", "not_here.py")
    script(tmp_path / "tool", "VALUE = 3\n", "beside.py")
    text = (
        "import sys, beside, nasbench301\n"
        "from importlib.util import find_spec\n"
        "print(sys.argv[1:], __name__, __file__, beside.VALUE, sys.path[0], find_spec('not_here'))\n"
    )
    script(tmp_path / "tool", text, "__main__.py")
    done = run("tool", "a", folder=tmp_path)
    (tmp_path / "tool" / "nasbench301.py").touch()
    assert (done.stdout, done.stderr) == (run("tool", "a", folder=tmp_path, python=()).stdout, "")


def test_release_behind_an_equals_sign(tmp_path):
    """As command lines have it."""
    path = script(tmp_path, "import os, sys; print(os.environ['NB301_COMPAT_RELEASE'], sys.argv[1:])")
    done = run("--release=cifar10-xgb-rand-v1.0", path, "a", folder=tmp_path)
    assert done.stdout == "cifar10-xgb-rand-v1.0 ['a']\n", done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--release"], "--release needs the name or folder of a release"),
        (["--release=", "x.py"], "--release needs the name or folder of a release"),
        (["--release", "", "x.py"], "--release needs the name or folder of a release"),
        (["-c", "print(1)"], "-c is not taken: write the code into a script"),
        (["-m"], "no module behind -m"),
        (["--odd", "x.py"], "unknown option --odd, before the script"),
    ],
)
def test_wrong_options_are_said(arguments, message, tmp_path):
    """In the last line, below the usage."""
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "usage: python -m nb301.compat"),
        (["--nonsense", "script.py"], 2, "usage: python -m nb301.compat"),
        (["nope.py"], 1, "error: nope.py: no such script"),
        (["."], 1, "error: .: a folder without __main__.py"),
        (["--release", "nope", __file__], 1, "error: no release 'nope'; there are: cifar10-gin"),
    ],
)
def test_what_cannot_be_run_is_said(arguments, code, message, tmp_path):
    """Wrong arguments show the usage; a missing script or release is one line."""
    done = run(*arguments, folder=tmp_path)
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert code == 2 or done.stderr.count("\n") == 1


def test_help(tmp_path):
    """It says what can be asked for."""
    done = run("--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--release NAME" in done.stdout
