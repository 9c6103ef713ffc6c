"""Submissions: the manifest, the files, what the scan finds, what is locked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from leaderboard import environment
from leaderboard.environment import environment_hash
from leaderboard.errors import SubmissionError
from leaderboard.scan import Severity, scan
from leaderboard.submission import LOCK, Submission
from leaderboard.tree import MAX_BYTES

ROOT = Path(__file__).resolve().parents[2] / "leaderboard"
SUBMISSIONS = sorted(path for path in (ROOT / "submissions").iterdir() if path.is_dir())


@pytest.fixture
def folder(tmp_path):
    """A copy of the skeleton."""
    return Path(shutil.copytree(ROOT / "skeleton", tmp_path / "my-search"))


def changed(folder, old, new):
    path = folder / "submission.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return folder


@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: path.name)
def test_own_submissions_are_in_order(path):
    """The embedded submissions are read, locked and scanned without a finding."""
    submission = Submission(path)

    assert scan(submission) == []
    assert LOCK in submission.files
    assert environment._locked(submission)


def test_skeleton_is_a_submission(folder):
    """What `new` makes is complete."""
    submission = Submission(folder)

    assert submission.slug == "my-search"
    assert scan(submission) == []
    assert submission.limits().memory_mb == 512


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "NAME"', "", "name: is missing"),
        ("memory_mb = 512", "memory_mib = 512", "resources.memory_mib: unknown key"),
        ("memory_mb = 512", "memory_mb = 100_000", "resources.memory_mb: .*4096, got 100000"),
        ("memory_mb = 512", 'memory_mb = "512"', "resources.memory_mb: .*integer, got '512'"),
        ('families = ["none"]', 'families = ["xgbost"]', "model_use.families.0: .*'xgboost'.*got 'xgbost'"),
        ('families = ["none"]', 'families = ["none", "gp"]', "'none' stands alone"),
        ('families = ["none"]', "families = []", "model_use.families: .*at least 1"),
        ("requirements = []", 'requirements = ["numpy>=2"]', "'numpy>=2' is not pinned"),
        ("requirements = []", 'requirements = ["--index-url=evil"]', "is not pinned"),
        ("requirements = []", 'requirements = ["git+https://x/y"]', "is not pinned"),
        ("optimizer:Optimizer", "os;system:x", "entry_point: "),
        ("patience = 50", "patience = nan", "settings"),
        ("patience = 50", "patience = [1, 2]", "settings.patience"),
        ('version = "0.1"', 'version = "../x"', "version: "),
        ("deterministic = true", "deterministic = maybe", "cannot be read as TOML"),
    ],
)
def test_wrong_manifest_is_explained(folder, old, new, message):
    """The error names the file, the key, what was found and what would be right."""
    with pytest.raises(SubmissionError, match=rf"(?s)submission\.toml:.*{message}"):
        Submission(changed(folder, old, new))


def test_missing_manifest_says_how_to_get_one(tmp_path):
    """Somebody who begins is told of `new`."""
    with pytest.raises(SubmissionError, match="python -m leaderboard new"):
        Submission(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["My Search", "x_y", "-x", "a" * 61, "x.py"])
def test_slug_names_files_and_addresses(tmp_path, name):
    """Folders have names that are safe everywhere."""
    with pytest.raises(SubmissionError, match="lower-case letters"):
        Submission(tmp_path / name)


def test_links_are_refused(folder):
    """A link could show more than the submission's own files."""
    (folder / "data").symlink_to("/etc/passwd")

    with pytest.raises(SubmissionError, match="no links"):
        Submission(folder)


def test_large_files_are_refused(folder):
    """There is no room for weights or tables of architectures."""
    (folder / "table.bin").write_bytes(bytes(MAX_BYTES))

    with pytest.raises(SubmissionError, match="1,048,576"):
        Submission(folder)


@pytest.mark.parametrize("name", ["nb301.py", "leaderboard/inside/shim.py"])
def test_modules_of_ours_cannot_be_hidden(folder, name):
    """A submission does not take the place of what it is served by."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("")

    with pytest.raises(SubmissionError, match="would hide"):
        Submission(folder)


def test_tree_hash_changes_with_every_byte_and_name(folder):
    """Another file, another content, another name: another submission. Compiled files do not count."""
    original = Submission(folder).tree_hash
    hashes = {original}
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "optimizer.pyc").write_bytes(b"x")
    assert Submission(folder).tree_hash == original

    (folder / "data.txt").write_text("1")
    hashes.add(Submission(folder).tree_hash)
    (folder / "data.txt").write_text("2")
    hashes.add(Submission(folder).tree_hash)
    (folder / "data.txt").rename(folder / "other.txt")
    hashes.add(Submission(folder).tree_hash)
    assert len(hashes) == 4


@pytest.mark.parametrize(
    ("families", "release", "conflict"),
    [
        ('["xgboost"]', "xgb", ["xgboost"]),
        ('["lightgbm", "gp"]', "xgb", ["lightgbm"]),
        ('["gin"]', "xgb", []),
        ('["other-gnn"]', "gin", ["other-gnn"]),
        ('["none"]', "gin", []),
    ],
)
def test_same_family_is_a_conflict(folder, families, release, conflict):
    """The guideline of Section 7: no optimizer with the surrogate's own model."""
    submission = Submission(changed(folder, '["none"]', families))

    assert submission.conflicts_with(release) == conflict


def findings(folder, source):
    (folder / "optimizer.py").write_text(source)
    return [(finding.severity, finding.place, finding.message) for finding in scan(Submission(folder))]


@pytest.mark.parametrize(
    ("source", "severity", "message"),
    [
        ("import socket", Severity.error, "there is no network"),
        ("def f():\n    from urllib import request", Severity.error, "imports urllib"),
        ("import subprocess as s", Severity.error, "use threads"),
        ("import ctypes.util", Severity.error, "imports ctypes"),
        ("import pickle", Severity.error, "pickled objects are code"),
        ("import xgboost", Severity.error, r"families is \['none'\]"),
        ("from sklearn.ensemble import RandomForestRegressor", Severity.error, "declare what is fitted"),
        ("import nb301", Severity.error, "add 'nb301'"),
        ("import scipy", Severity.review, "which of the requirements brings it"),
        ("import os\nos.fork()", Severity.error, "one process"),
        ("exec('1')", Severity.review, "is not read here"),
        ("class TinyXGBRegressor: pass", Severity.review, "sounds like one of"),
        ("def message_passing(): pass", Severity.review, "'gin', 'other-gnn'"),
        (f"TABLE = {'x' * 20_000!r}", Severity.review, "20,000 characters"),
        ("def f(:", Severity.error, "no Python that can be read"),
        ("x = " + "(" * 5000, Severity.error, "no Python that can be read"),
    ],
)
def test_scan_finds(folder, source, severity, message):
    """Each finding has its line, and what to do."""
    found = findings(folder, source)

    assert [each[0] for each in found] == [severity]
    assert found[0][1].startswith("optimizer.py:")

    assert re.search(message, found[0][2])


def test_declared_models_are_no_finding(folder):
    """What is declared may be imported; of another family it is an error."""
    changed(folder, '["none"]', '["lightgbm"]')

    assert [each[0] for each in findings(folder, "import lightgbm")] == []
    assert [each[0] for each in findings(folder, "class GradientBoostedTrees: pass")] == []
    assert [each[0] for each in findings(folder, "import xgboost")] == [Severity.error]


def test_installed_models_are_a_question(folder):
    """A package with models that no file imports is still there."""
    (folder / LOCK).write_text(f"scikit-learn==1.5 --hash=sha256:{'a' * 64}\n")

    found = scan(Submission(folder))

    assert [(each.severity, each.place) for each in found] == [(Severity.review, "requirements.lock:0")]


def locked(folder, text):
    changed(folder, "requirements = []", 'requirements = ["Typing.Extensions==1.0", "nb301"]')
    if text is not None:
        (folder / LOCK).write_text(text)
    return Submission(folder)


LINE = f"typing-extensions==1.0 --hash=sha256:{'a' * 64}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "python -m leaderboard lock"),
        ("typing-extensions==1.0\n", r"requirements\.lock:1: expected"),
        (LINE + "-r /etc/passwd\n", r"requirements\.lock:2: expected"),
        (LINE.replace("1.0", "1.1"), "Typing.Extensions==1.0 is not in it"),
    ],
)
def test_wrong_lock_is_explained(folder, tmp_path, text, message):
    """Nothing is installed but what is pinned by its hash."""
    with pytest.raises(SubmissionError, match=message):
        environment.environment(locked(folder, text), tmp_path / "cache")


def test_environment_is_installed_once(folder, tmp_path, monkeypatch):
    """Pip gets the lock, and hashes and wheels alone; a second run installs nothing."""
    calls = []

    def pip(_, arguments):
        calls.append(arguments)
        Path(arguments[arguments.index("--target") + 1], "module.py").write_text("x = 1")
        return ""

    monkeypatch.setattr(environment, "_pip", pip)
    submission = locked(folder, LINE)
    first, second = (environment.environment(submission, tmp_path / "cache") for _ in range(2))

    assert first == second
    assert len(calls) == 1
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= {*calls[0]}
    assert [path.name for path in first.packages.iterdir()] == ["module.py"]
    assert first.library


def test_failed_installation_leaves_nothing(folder, tmp_path):
    """Pip's words are the error's, and the next run tries anew."""
    submission = locked(folder, LINE)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PIP_NO_INDEX", "1")
        with pytest.raises(SubmissionError, match=r"(?s)cannot be installed.*typing"):
            environment.environment(submission, tmp_path / "cache")

    assert [*(tmp_path / "cache").iterdir()] == []


def test_environment_hash_changes_with_its_contents():
    """Other packages, or the library beside them, are another environment."""
    hashes = {
        environment_hash(text, library=library, adapter=adapter)
        for text in ("", LINE)
        for library, adapter in ((False, False), (True, False), (True, True))
    }

    assert len(hashes) == 6


@pytest.mark.parametrize(
    ("asked", "library", "adapter"),
    [("[]", False, False), ('["nb301"]', True, False), ('["nb301[configspace]"]', True, True)],
)
def test_requirements_say_what_of_ours_is_there(folder, tmp_path, asked, library, adapter):
    """The adapter comes with the library, and only where it is asked for: a change of it is nobody else's."""
    submission = Submission(changed(folder, "requirements = []", f"requirements = {asked}"))
    found = environment.environment(submission, tmp_path / "cache")
    names = {path.relative_to(path.parents[2]).as_posix() for path in found.own_files}

    assert submission.packages == []
    assert (found.library, found.adapter) == (library, adapter)
    assert ("leaderboard/inside/configspace.py" in names) == adapter
    assert any(name.endswith("nb301/space.py") for name in names) == library
    assert found.hash == environment_hash("", library=library, adapter=adapter)


def test_no_requirements_need_no_environment(folder, tmp_path):
    """The standard library is always there."""
    found = environment.environment(Submission(folder), tmp_path / "cache")

    assert (found.packages, found.library) == (None, False)
    assert found.hash == environment_hash("", library=False)
