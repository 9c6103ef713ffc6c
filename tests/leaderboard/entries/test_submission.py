"""Submissions: what a folder has to hold, and what its manifest may say."""

from __future__ import annotations

import json
import tomllib
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leaderboard.entries import environment
from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import LOCK, MANIFEST, Family, Submission, SubmissionManifest
from leaderboard.errors import SubmissionError
from leaderboard.places import SKELETON, SUBMISSIONS
from leaderboard.sandbox.messages import MAX_LINE
from nb301.surrogates import FAMILIES

OURS = sorted(path for path in SUBMISSIONS.iterdir() if path.is_dir())


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
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
        ("patience = 50", f"patience = 0x{'f' * 4000}", "an integer of more than 300 digits"),
        ("patience = 50", f"patience = {'9' * 5000}", "TOML"),
        ("patience = 50", f"patience = {2**64}", "settings: .*'patience' has more than 64 bits"),
        ("patience = 50", f"patience = -{2**63 + 1}", "settings: .*'patience' has more than 64 bits"),
        ("patience = 50", f"patience = {'[' * 2000}", "TOML"),
        ("patience = 50", f'patience = "{"x" * 70_000}"', "settings: .*bytes as JSON, allowed are 16,384"),
        ("patience = 50", f'patience = "{"é" * 5_000}"', "settings: .*bytes as JSON, allowed are 16,384"),
        ("patience = 50", f"{'k' * 20_000} = 1", "settings: .*bytes as JSON, allowed are 16,384"),
        ("patience = 50", "\n".join(f"k{n} = {n}" for n in range(101)), "settings: .*at most 100"),
        ('version = "0.1"', 'version = "../x"', "version: "),
        ("requirements =", "problems = []\nrequirements =", "problems: .*at least 1"),
        ("requirements =", 'problems = ["speed"]\nrequirements =', "problems.*'accuracy', 'multi-fidelity'"),
        (
            "requirements =",
            'problems = ["accuracy", "accuracy"]\nrequirements =',
            "problems: .*each stands once",
        ),
        ('name = "NAME"', 'name = "NA\\u202eME"', r"name: .*U\+202E.*got 'NA\\u202eME'"),
        ('name = "NAME"', 'name = "NA\\u200bME"', r"name: .*U\+200B that is not seen"),
        ('name = "NAME"', 'name = "\\u3164"', r"name: .*U\+3164 that is not seen"),
        ('name = "NAME"', 'name = "N' + "\u0336" * 5 + 'AME"', r"name: .*marks such as U\+0336"),
        ('name = "NAME"', 'name = "  "', "name: .*at least 1"),
        ('licence = "Apache-2.0"', 'licence = "a\\u001b[2J"', r"licence: .*U\+001B"),
        ("[settings]", "[settings]\nx = " + "[" * 5000, "cannot be read as TOML"),
        ("[settings]", "[settings]\nx = " + "9" * 5000, "cannot be read as TOML"),
        ("deterministic = true", "deterministic = maybe", "cannot be read as TOML"),
    ],
)
def test_wrong_manifest_is_explained(changed, old, new, message):
    """The error names the file, the key, what was found and what would be right."""
    with pytest.raises(SubmissionError, match=rf"(?s)submission\.toml:.*{message}"):
        Submission(changed(old, new))


@pytest.mark.parametrize(
    "requirement",
    [
        "nb301==0.1.0",
        "NB301==0.1.0",
        "nb-301==0.1",
        "nb_301==0.1",
        "N.B._301==0",
        "nb301[configspace]==0.1",
        "nb301[all]",
        "NB301",
        "nb301>=0.1",
        "nb301 == 0.1.0",
        " nb301",
        "nb301@file:///x",
        "nb301;python_version>'3'",
    ],
)
def test_library_is_no_package(changed, requirement):
    """However it is written: what is published would bring the releases into the sandbox."""
    with pytest.raises(SubmissionError, match=r"requirements: .*write 'nb301' or .*without a version"):
        Submission(changed("requirements = []", f"requirements = [{requirement!r}]"))


@pytest.mark.parametrize("name", ["nb301", "NB301", "Nb-301", "nb__301"])
def test_library_is_no_package_s_package(folder, name, lock_line):
    """Nor does another package bring it."""
    (folder / LOCK).write_text(f"{lock_line}{name}==0.1.0 --hash=sha256:{'a' * 64}\n")

    with pytest.raises(SubmissionError, match=rf"requirements\.lock: {name} is in it: nothing of nb301"):
        Submission(folder)


def test_unknown_keys_are_shown_harmless(folder):
    """A key is text of a stranger, too."""
    (folder / "submission.toml").write_text('"\\u001b[2J\\u202e" = 1\n')

    with pytest.raises(SubmissionError, match=r"\\x1b\[2J\\u202e: unknown key"):
        Submission(folder)


SETTINGS = st.dictionaries(
    st.text("abcxyz_", min_size=1),
    st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="ascii", categories="L")),
)


@given(SETTINGS, st.sampled_from([1, 10, 3000]))
def test_settings_that_are_taken_can_be_sent(settings, times):
    """Whatever stands there: it is refused, or fits into a message with all that is sent with it."""
    written = {f"{name}{'k' * times}": value for name, value in settings.items()}
    text = (SKELETON / MANIFEST).read_text().replace("NAME", "mine")
    content = tomllib.loads(text) | {"settings": written}
    try:
        taken = SubmissionManifest.model_validate(content).settings
    except ValidationError:
        return
    assert len(json.dumps({"id": 1, "do": "build", "seed": 0, "settings": taken})) < MAX_LINE / 2
    assert json.loads(json.dumps(taken)) == written


def test_missing_manifest_says_how_to_get_one(tmp_path):
    """Somebody who begins is told of `new`."""
    with pytest.raises(SubmissionError, match="python -m leaderboard new"):
        Submission(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["My Search", "x_y", "-x", "a" * 61, "x.py"])
def test_slug_names_files_and_addresses(tmp_path, name):
    """Folders have names that are safe everywhere."""
    with pytest.raises(SubmissionError, match="lower-case letters"):
        Submission(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["nb301.py", "leaderboard/inside/shim.py", "nb301.abi3.so", "leaderboard.pyc"]
)
def test_modules_of_ours_cannot_be_hidden(folder, name):
    """A submission does not take the place of what it is served by."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("")

    with pytest.raises(SubmissionError, match="would hide"):
        Submission(folder)


def test_what_was_read_stays(folder):
    """What is hashed, scanned and run does not change with the folder; compiled files do not count."""
    before = Submission(folder)
    hashed, text = before.tree_hash, (folder / "optimizer.py").read_bytes()
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "optimizer.cpython-311.pyc").write_bytes(b"x")
    assert Submission(folder).tree_hash == hashed

    (folder / "optimizer.py").write_text("import socket\n")

    assert before.files["optimizer.py"] == text
    assert [finding for finding in scan(before) if finding.severity is Severity.error] == []
    assert Submission(folder).tree_hash != hashed


@pytest.mark.parametrize(
    ("families", "release", "conflict"),
    [
        ('["xgboost"]', "xgb", ["xgboost"]),
        ('["lightgbm", "gp"]', "xgb", ["lightgbm"]),
        ('["gin"]', "xgb", []),
        ('["other-gnn"]', "gin", ["other-gnn"]),
        ('["none"]', "gin", []),
        ('["random-forest"]', "rf", ["random-forest"]),
        ('["lightgbm"]', "ngb", ["lightgbm"]),
        ('["mlp"]', "mlp", ["mlp"]),
        ('["gp"]', "nu_svr", ["gp"]),
        ('["gin"]', "rf", []),
        ('["gp", "linear"]', "somebody-elses", ["gp", "linear"]),
        ('["none"]', "somebody-elses", []),
    ],
)
def test_same_family_is_a_conflict(changed, families, release, conflict):
    """The guideline of Section 7: no optimizer with the surrogate's own model."""
    submission = Submission(changed('["none"]', families))

    assert submission.conflicts_with(release) == conflict


def test_every_family_has_its_own():
    """A family of surrogates says which of the families that submissions declare fit it, too."""
    for family in FAMILIES.values():
        assert family.conflicts
        assert family.conflicts <= {*get_args(Family)} - {"none"}
