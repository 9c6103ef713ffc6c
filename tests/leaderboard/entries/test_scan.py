"""The scan: what it finds in a submission, where, and what it leaves alone."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from leaderboard.entries.scan import Severity, scan
from leaderboard.entries.submission import LOCK, Submission


def findings_in(folder, source):
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
    findings = findings_in(folder, source)

    assert [finding[0] for finding in findings] == [severity]
    assert findings[0][1].startswith("optimizer.py:")

    assert re.search(message, findings[0][2])


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

    findings = scan(Submission(folder))

    assert [(finding.severity, finding.place) for finding in findings] == [(severity, f"{name}:0")]
    assert message in findings[0].message


def test_small_data_is_no_finding(folder):
    """A person reads it on the entry's page."""
    (folder / "README.md").write_text("Ω, MZ")
    (folder / "points.csv").write_text("0.25,0.5\r\n" * 100)

    assert scan(Submission(folder)) == []


def test_names_of_two_alphabets_are_a_question(changed):
    """An entry that looks like another is not told by a machine."""
    (finding,) = scan(Submission(changed('name = "NAME"', 'name = "R\u0410NDOM search"')))

    assert (finding.severity, finding.place) == (Severity.review, "submission.toml:0")
    assert r"'R\u0410NDOM' has letters of CYRILLIC and LATIN" in finding.message


def test_findings_have_bounds(folder):
    """A page does not grow with what is found, and nothing in it moves."""
    findings = findings_in(
        folder, "eval(x)\n" * 5000 + f"def xgb_{'a' * 5000}(): pass\nclass \u1160gin: pass\n"
    )

    assert len(findings) == 201
    assert findings[-1][2] == "4,803 more findings, which are not listed"
    assert all(len(message) < 400 and message.isprintable() for _, _, message in findings)


def test_declared_models_are_no_finding(changed, folder):
    """What is declared may be imported; of another family it is an error."""
    changed('["none"]', '["lightgbm"]')

    assert [finding[0] for finding in findings_in(folder, "import lightgbm")] == []
    assert [finding[0] for finding in findings_in(folder, "class GradientBoostedTrees: pass")] == []
    assert [finding[0] for finding in findings_in(folder, "import xgboost")] == [Severity.error]


def test_installed_models_are_a_question(folder):
    """A package with models that no file imports is still there."""
    (folder / LOCK).write_text(f"scikit-learn==1.5 --hash=sha256:{'a' * 64}\n")

    findings = scan(Submission(folder))

    assert [(finding.severity, finding.place) for finding in findings] == [
        (Severity.review, "requirements.lock:0")
    ]
