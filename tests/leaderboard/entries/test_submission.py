"""Submissions: the manifest, the files, what the scan finds, what is locked."""

from __future__ import annotations

import io
import json
import re
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leaderboard.entries import environment
from leaderboard.entries.environment import environment_hash
from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import LOCK, SAME_FAMILY, Manifest, Submission
from leaderboard.errors import SubmissionError
from leaderboard.sandbox.messages import MAX_LINE
from nb301.surrogates import FAMILIES

ROOT = Path(__file__).resolve().parents[3] / "leaderboard"
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
def test_wrong_manifest_is_explained(folder, old, new, message):
    """The error names the file, the key, what was found and what would be right."""
    with pytest.raises(SubmissionError, match=rf"(?s)submission\.toml:.*{message}"):
        Submission(changed(folder, old, new))


@pytest.mark.parametrize(
    "requirement",
    [
        *(
            "nb301==0.1.0",
            "NB301==0.1.0",
            "nb-301==0.1",
            "nb_301==0.1",
            "N.B._301==0",
            "nb301[configspace]==0.1",
        ),
        *(
            "nb301[all]",
            "NB301",
            "nb301>=0.1",
            "nb301 == 0.1.0",
            " nb301",
            "nb301@file:///x",
            "nb301;python_version>'3'",
        ),
    ],
)
def test_library_is_no_package(folder, requirement):
    """However it is written: what is published would bring the releases into the sandbox."""
    with pytest.raises(SubmissionError, match=r"requirements: .*write 'nb301' or .*without a version"):
        Submission(changed(folder, "requirements = []", f"requirements = [{requirement!r}]"))


@pytest.mark.parametrize("name", ["nb301", "NB301", "Nb-301", "nb__301"])
def test_library_is_no_package_s_package(folder, name):
    """Nor does another package bring it."""
    (folder / LOCK).write_text(f"{LINE}{name}==0.1.0 --hash=sha256:{'a' * 64}\n")

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
    text = (ROOT / "skeleton" / "submission.toml").read_text().replace("NAME", "mine")
    content = tomllib.loads(text) | {"settings": written}
    try:
        taken = Manifest.model_validate(content).settings
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
    assert [each for each in scan(before) if each.severity is Severity.error] == []
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
def test_same_family_is_a_conflict(folder, families, release, conflict):
    """The guideline of Section 7: no optimizer with the surrogate's own model."""
    submission = Submission(changed(folder, '["none"]', families))

    assert submission.conflicts_with(release) == conflict


def test_every_family_has_its_own():
    """A new family of surrogates says which optimizers fit it, too."""
    assert set(SAME_FAMILY) == set(FAMILIES)
    assert all(SAME_FAMILY.values())


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
        ("# coding: utf-7\nx = 1", Severity.error, "is encoded as utf-7"),
        ("import importlib", Severity.review, "what it loads is not read here"),
        ("import sys\nsys.path.append('/tmp')", Severity.review, "what imports find"),
        ("x = 'a\u202eb'", Severity.review, r"U\+202E that is not seen"),
        ("\u0430sk = 1", Severity.review, r"the name '\\u0430sk' has letters beyond A to Z"),
    ],
)
def test_scan_finds(folder, source, severity, message):
    """Each finding has its line, and what to do."""
    found = findings(folder, source)

    assert [each[0] for each in found] == [severity]
    assert found[0][1].startswith("optimizer.py:")

    assert re.search(message, found[0][2])


def archived():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hidden.py", "x = 1")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "severity", "message"),
    [
        ("fast.cpython-311-x86_64-linux-gnu.so", b"", Severity.error, "called .so"),
        ("lib.so.1", b"", Severity.error, "called .so.1"),
        ("optimizer.pyc", b"text", Severity.error, "called .pyc"),
        ("a.pyd", b"text", Severity.error, "called .pyd"),
        ("a.pth", b"import os", Severity.error, "called .pth"),
        ("numpy-1.0-py3-none-any.whl", b"", Severity.error, "called .whl"),
        ("weights.pkl", b"", Severity.error, "called .pkl"),
        ("data", b"\x7fELF\x02\x01\xff", Severity.error, "machine code"),
        ("data.bin", b"\xa7\x0d\r\n\xff", Severity.error, "compiled Python"),
        ("data.txt", b"\x80\x04\x95", Severity.error, "a pickle"),
        ("data.dat", archived(), Severity.error, "an archive"),
        ("data.bin", b"\xff" * 5000, Severity.review, "5,000 bytes that are no text"),
        ("data.csv", b"a\0b", Severity.review, "3 bytes that are no text"),
        ("table.csv", b"0.1\n" * 5000, Severity.review, "20,000 characters of data"),
    ],
)
def test_files_beside_the_source_are_looked_at(folder, name, data, severity, message):
    """What a machine runs and nobody reads is refused; what nobody can read through is a question."""
    (folder / name).write_bytes(data)

    found = scan(Submission(folder))

    assert [(each.severity, each.place) for each in found] == [(severity, f"{name}:0")]
    assert message in found[0].message


def test_small_data_is_no_finding(folder):
    """A person reads it on the entry's page."""
    (folder / "README.md").write_text("Ω, MZ")
    (folder / "points.csv").write_text("0.25,0.5\r\n" * 100)

    assert scan(Submission(folder)) == []


def test_names_of_two_alphabets_are_a_question(folder):
    """An entry that looks like another is not told by a machine."""
    (found,) = scan(Submission(changed(folder, 'name = "NAME"', 'name = "R\u0410NDOM search"')))

    assert (found.severity, found.place) == (Severity.review, "submission.toml:0")
    assert r"'R\u0410NDOM' has letters of CYRILLIC and LATIN" in found.message


def test_findings_have_bounds(folder):
    """A page does not grow with what is found, and nothing in it moves."""
    found = findings(folder, "eval(x)\n" * 5000 + f"def xgb_{'a' * 5000}(): pass\nclass \u1160gin: pass\n")

    assert len(found) == 201
    assert found[-1][2] == "4,803 more findings, which are not listed"
    assert all(len(message) < 400 and message.isprintable() for _, _, message in found)


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


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("nb301/space/cells.py", None, "brings nb301"),
        ("NB301-0.1.dist-info/METADATA", None, "brings NB301-0.1.dist-info"),
        ("leaderboard/x.py", None, "brings leaderboard"),
        (
            "other/data/model",
            "releases/data/emulated-xgb-v1.0/member-3.ubj",
            "is releases/data/emulated-xgb-v1.0/member-3.ubj of",
        ),
        ("other/t.py", "truth/emulated.py", "is truth/emulated.py of nb301"),
    ],
)
def test_packages_bring_nothing_of_the_benchmark(folder, tmp_path, monkeypatch, path, source, found):
    """By whatever name: neither the library, nor a release, nor the truth; and nothing stays installed."""

    def pip(_, arguments):
        target = Path(arguments[arguments.index("--target") + 1], path)
        target.parent.mkdir(parents=True)
        target.write_bytes(b"x" if source is None else (ROOT.parent / "nb301" / source).read_bytes())
        return ""

    monkeypatch.setattr(environment, "_pip", pip)
    with pytest.raises(SubmissionError, match=f"requirements.lock: a package .*{found}"):
        environment.environment(locked(folder, LINE), tmp_path / "cache")
    assert not [each for each in (tmp_path / "cache").iterdir() if not each.name.startswith(".")]


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
    assert any(name.endswith("nb301/space/cells.py") for name in names) == library
    assert found.hash == environment_hash("", library=library, adapter=adapter)


def test_no_requirements_need_no_environment(folder, tmp_path):
    """The standard library is always there."""
    found = environment.environment(Submission(folder), tmp_path / "cache")

    assert (found.packages, found.library) == (None, False)
    assert found.hash == environment_hash("", library=False)
