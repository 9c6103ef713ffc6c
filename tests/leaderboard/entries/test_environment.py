"""Environments: named by what decides a run's result, and a change of one names whose runs become stale.

After a change that is meant, from the repository's root:

    PYTHONPATH=. python tests/leaderboard/entries/test_environment.py
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from leaderboard.entries import environment
from leaderboard.entries.environment import environment_hash, own_parts
from leaderboard.entries.submission import LOCK, MANIFEST, Submission
from leaderboard.errors import SubmissionError
from leaderboard.places import ROOT, SUBMISSIONS

GOLDEN = ROOT / "tests" / "golden" / "environment.json"


def stale(changed):
    """Slugs of the submissions that see one of some files."""
    slugs = []
    for path in sorted(SUBMISSIONS.glob(f"*/{MANIFEST}")):
        submission = Submission(path.parent)
        if changed & own_parts(library=submission.uses_library, adapter=submission.uses_adapter).keys():
            slugs.append(submission.slug)
    return slugs


def test_what_becomes_stale_is_known():
    """Published runs of an entry are stale once a file that it sees changes: nobody does that unawares."""
    golden, now = json.loads(GOLDEN.read_text()), own_parts(library=True, adapter=True)
    changed = {path for path in golden.keys() | now.keys() if golden.get(path) != now.get(path)}

    if changed:
        pytest.fail(
            f"{', '.join(sorted(changed))} changed, which the sandbox mounts: published runs of "
            f"{', '.join(stale(changed))} become stale, and the next `python -m leaderboard run` makes them "
            f"anew. If that is meant: PYTHONPATH=. python {Path(__file__).relative_to(ROOT)} writes it down"
        )


def test_every_file_is_somebody_s():
    """What makes stale runs of entries that need it leaves those alone that do not."""
    assert "bananas" in stale({"nb301/space/cells.py"})
    assert len(stale({"leaderboard/inside/shim.py"})) > len(stale({"nb301/space/cells.py"})) > 0
    assert set(stale({"leaderboard/inside/library.py"})) <= set(stale({"nb301/space/cells.py"}))
    assert stale({"leaderboard/inside/canary.py"}) == []


def test_environment_does_not_change_with_a_docstring(monkeypatch, tmp_path):
    """But with a statement; and files of one name in two folders are two."""
    for name in ("nb301/space.py", "leaderboard/inside/space.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f'"""{name}."""\nx = 1\n')
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "own_files", lambda **_: sorted(tmp_path.rglob("*.py")))
    before = environment_hash("", library=True)

    (tmp_path / "nb301/space.py").write_text('"""Other words."""\n\n# more\nx = 1\n')
    assert environment_hash("", library=True) == before
    (tmp_path / "nb301/space.py").write_text("x = 2\n")
    changed = environment_hash("", library=True)
    assert changed != before
    (tmp_path / "nb301/space.py").write_text("x = 1\n")
    (tmp_path / "leaderboard/inside/space.py").write_text("x = 2\n")
    assert environment_hash("", library=True) not in {before, changed}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: None, "python -m leaderboard lock"),
        (lambda _: "typing-extensions==1.0\n", r"requirements\.lock:1: expected"),
        (lambda line: line + "-r /etc/passwd\n", r"requirements\.lock:2: expected"),
        (lambda line: line.replace("1.0", "1.1"), "Typing.Extensions==1.0 is not in it"),
    ],
)
def test_wrong_lock_is_explained(locked, lock_line, tmp_path, damage, message):
    """Nothing is installed but what is pinned by its hash."""
    with pytest.raises(SubmissionError, match=message):
        environment.environment(locked(damage(lock_line)), tmp_path / "cache")


def packaged(name, version, digest):
    """What pip reports of a package."""
    return {
        "metadata": {"name": name, "version": version},
        "download_info": {"archive_info": {"hashes": {"sha256": digest * 64}}},
    }


def test_lock_pins_what_pip_reports(locked, monkeypatch):
    """In the order of names; what was written is a lock that the next reading takes."""
    submission = locked(None)
    report = [packaged("Typing.Extensions", "1.0", "b"), packaged("a", "2", "c")]
    calls = []

    def pip(_, arguments):
        calls.append(arguments)
        return json.dumps({"install": report})

    monkeypatch.setattr(environment, "_pip", pip)
    path = environment.lock(submission)

    assert path == submission.folder / LOCK
    assert path.read_text().splitlines() == [
        f"a==2 --hash=sha256:{'c' * 64}",
        f"typing.extensions==1.0 --hash=sha256:{'b' * 64}",
    ]
    assert calls[0][-1] == "Typing.Extensions==1.0"
    assert {"--dry-run", "--only-binary", ":all:"} <= {*calls[0]}
    assert environment.hash_of(Submission(submission.folder))


def test_module_stands_in_for_a_package(changed, monkeypatch, tmp_path):
    """What a package needs, and a module of the submission is called like, is not looked for, nor locked."""
    about = "needy-1.0.dist-info"
    with zipfile.ZipFile(tmp_path / "needy-1.0-py3-none-any.whl", "w") as wheel:
        metadata = "Metadata-Version: 2.1\nName: needy\nVersion: 1.0\nRequires-Dist: absent>=2\n"
        wheel.writestr(f"{about}/METADATA", metadata)
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    folder = changed("requirements = []", 'requirements = ["needy==1.0"]')

    with pytest.raises(SubmissionError, match="absent"):
        environment.lock(Submission(folder))
    (folder / "absent.py").write_text("x = 1\n")
    path = environment.lock(Submission(folder))

    assert [line.partition(" ")[0] for line in path.read_text().splitlines()] == ["needy==1.0"]


def test_lock_holds_nothing_of_ours(locked, monkeypatch):
    """Also where another package needs it; no lock is written then."""
    submission = locked(None)
    report = {"install": [packaged("NB-301", "0.1", "a")]}
    monkeypatch.setattr(environment, "_pip", lambda *_: json.dumps(report))

    with pytest.raises(SubmissionError, match=r"requirements\.lock: nb-301 is in it: nothing of nb301"):
        environment.lock(submission)
    assert not (submission.folder / LOCK).exists()


def test_environment_is_installed_once(locked, tmp_path, monkeypatch, lock_line):
    """Pip gets the lock, and hashes and wheels alone; a second run installs nothing."""
    calls = []

    def pip(_, arguments):
        calls.append(arguments)
        Path(arguments[arguments.index("--target") + 1], "module.py").write_text("x = 1")
        return ""

    monkeypatch.setattr(environment, "_pip", pip)
    submission = locked(lock_line)
    first, second = (environment.environment(submission, tmp_path / "cache") for _ in range(2))

    assert first == second
    assert len(calls) == 1
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= {*calls[0]}
    assert [path.name for path in first.packages.iterdir()] == ["module.py"]
    assert first.library


def test_failed_installation_leaves_nothing(locked, tmp_path, lock_line):
    """Pip's words are the error's, and the next run tries anew."""
    submission = locked(lock_line)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PIP_NO_INDEX", "1")
        with pytest.raises(SubmissionError, match=r"(?s)cannot be installed.*typing"):
            environment.environment(submission, tmp_path / "cache")

    assert [*(tmp_path / "cache").iterdir()] == []


def test_environment_hash_changes_with_its_contents(lock_line):
    """Other packages, or the library beside them, are another environment."""
    hashes = set()
    for lock in ("", lock_line):
        for library, adapter in ((False, False), (True, False), (True, True)):
            hashes.add(environment_hash(lock, library=library, adapter=adapter))

    assert len(hashes) == 6


@pytest.mark.parametrize(
    ("asked", "library", "adapter"),
    [("[]", False, False), ('["nb301"]', True, False), ('["nb301[configspace]"]', True, True)],
)
def test_requirements_say_what_of_ours_is_there(changed, tmp_path, asked, library, adapter):
    """The adapter comes with the library, and only where it is asked for: a change of it is nobody else's."""
    submission = Submission(changed("requirements = []", f"requirements = {asked}"))
    made = environment.environment(submission, tmp_path / "cache")
    names = {path.relative_to(path.parents[2]).as_posix() for path in made.own_files}

    assert submission.packages == []
    assert (made.library, made.adapter) == (library, adapter)
    assert ("leaderboard/inside/configspace.py" in names) == adapter
    assert any(name.endswith("nb301/space/cells.py") for name in names) == library
    assert made.hash == environment_hash("", library=library, adapter=adapter)


def test_no_requirements_need_no_environment(folder, tmp_path):
    """The standard library is always there."""
    made = environment.environment(Submission(folder), tmp_path / "cache")

    assert (made.packages, made.library) == (None, False)
    assert made.hash == environment_hash("", library=False)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(own_parts(library=True, adapter=True), indent=1) + "\n")
