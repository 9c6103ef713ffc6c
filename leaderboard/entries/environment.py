"""What a submission may import: locked packages, installed outside of the sandbox and mounted into it."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from leaderboard.entries.packages import check_packages
from leaderboard.entries.submission import LOCK, Submission, check_names
from leaderboard.entries.syntax import syntax_hash
from leaderboard.errors import SubmissionError
from leaderboard.legible import legible
from leaderboard.places import ROOT
from leaderboard.sandbox.mounts import Environment, own_files
from nb301.files import folder_written_whole, sha256, write_text

_LINE = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+ --hash=sha256:[0-9a-f]{64}")
#: These lie in every sandbox and take no part in runs: the probes have a sandbox of their own.
_NO_PART = {"leaderboard/inside/canary.py"}
#: This cannot be imported without the library.
_NEEDS_LIBRARY = "leaderboard/inside/library.py"
_PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
#: Nothing of a package is run while it is installed.
_WHEELS = ("--only-binary", ":all:")
#: Version of a package that a submission's own module stands in for: no package has it.
_STOOD_IN_FOR = "9999"


def lock(submission: Submission) -> Path:
    """Write which packages the requirements need, as pip finds them for this machine.

    What a package needs and a module of the submission is called like is left out: Python would find the
    module. So a module stands in for a package that the code imports, does not use, and has no wheel.

    Raises:
        SubmissionError: pip finds no set of wheels; has its words.
    """
    arguments = ["install", "--dry-run", "--ignore-installed", *_WHEELS, "--report", "-"]
    with tempfile.TemporaryDirectory() as folder:
        for name in submission.files:
            if name.endswith(".py") and "/" not in name:
                _write_empty_wheel(name.removesuffix(".py"), Path(folder))
        report = json.loads(_pip(submission, [*arguments, "--find-links", folder, *submission.packages]))
    names, lines = [], []
    for package in report["install"]:
        name, version = package["metadata"]["name"].lower(), package["metadata"]["version"]
        if version == _STOOD_IN_FOR:
            continue
        digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
        names.append(name)
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    path = submission.folder / LOCK
    check_names(names, path)
    write_text(path, "".join(sorted(lines)))
    return path


def environment(submission: Submission, cache: Path) -> Environment:
    """Install what a submission has locked, unless it has been.

    Args:
        submission: Whose.
        cache: Folder of installed environments.

    Raises:
        SubmissionError: There is no lock, it is not one, or pip cannot install it.
    """
    name = hash_of(submission)
    library, adapter = submission.uses_library, submission.uses_adapter
    if not submission.packages:
        return Environment(name, None, library, adapter)
    locked = _locked(submission)
    # the library and the shim change the hash, but not what is installed
    folder = cache / sha256(f"{locked}{_platform()}".encode())[:32]
    if not folder.is_dir():
        with folder_written_whole(folder) as temporary:
            requirements = temporary.with_name("lock.txt")
            write_text(requirements, locked)
            arguments = ["install", "--require-hashes", "--no-deps", *_WHEELS, "--target", str(temporary)]
            _pip(submission, [*arguments, "-r", str(requirements)])
            check_packages(temporary, submission.folder / LOCK)
    return Environment(name, folder, library, adapter)


def hash_of(submission: Submission) -> str:
    """Name a submission's environment, without installing it.

    Raises:
        SubmissionError: There is no lock, or it is not one.
    """
    locked = _locked(submission) if submission.packages else ""
    return environment_hash(locked, library=submission.uses_library, adapter=submission.uses_adapter)


def environment_hash(locked: str, *, library: bool, adapter: bool = False) -> str:
    """Name an environment by all of it that can decide a run's result.

    Args:
        locked: Text of the lock.
        library: Whether the library's space and optimizers are there.
        adapter: Whether the adapter of optimizers on a ConfigSpace is there.
    """
    parts = [locked, _platform()]
    parts += map(" ".join, own_parts(library=library, adapter=adapter).items())
    return sha256("\n".join(parts).encode())


def own_parts(*, library: bool, adapter: bool = False) -> dict[str, str]:
    """The files of ours that can decide a run's result, with hashes that change with more than their words.

    Args:
        library: Whether the library's space and optimizers are there.
        adapter: Whether the adapter of optimizers on a ConfigSpace is there.

    Returns:
        Of the syntax tree without docstrings, by path in the repository.
    """
    hashes = {}
    left_out = _NO_PART if library else {*_NO_PART, _NEEDS_LIBRARY}
    for path in own_files(library=library, adapter=adapter):
        name = path.relative_to(ROOT).as_posix()
        if name not in left_out:
            hashes[name] = syntax_hash(path.read_bytes())
    return hashes


def _write_empty_wheel(name: str, folder: Path) -> None:
    """Write a wheel without modules, which pip takes for the newest version of a package."""
    about = f"{name}-{_STOOD_IN_FOR}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{_STOOD_IN_FOR}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {_STOOD_IN_FOR}\n"
        )
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")


def _locked(submission: Submission) -> str:
    """The text of a submission's lock, which pins all that it requires."""
    if LOCK not in submission.files:
        raise SubmissionError(
            f"{submission.folder / LOCK}: there is no such file, but there are requirements: "
            f"`python -m leaderboard lock {submission.folder}` writes it"
        )
    locked = submission.files[LOCK].decode("utf-8", "replace")
    lines = locked.splitlines()
    for number, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line):
            raise SubmissionError(
                f"{submission.folder / LOCK}:{number}: expected 'name==version --hash=sha256:...', got "
                f"{line[:100]!r}"
            )
    pinned = {_normal(line.partition(" ")[0]) for line in lines}
    for requirement in submission.packages:
        if _normal(requirement) not in pinned:
            raise SubmissionError(
                f"{submission.folder / LOCK}: {requirement} is not in it: lock the requirements anew"
            )
    return locked


def _normal(requirement: str) -> str:
    """A requirement whose name is written in one way, whatever stands between its words (PEP 503)."""
    name, _, version = requirement.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


def _platform() -> str:
    """What wheels are built for."""
    return f"{sys.implementation.cache_tag} {platform.machine()} {platform.libc_ver()[0]}"


def _pip(submission: Submission, arguments: Sequence[str]) -> str:
    """Run pip; what it prints."""
    done = subprocess.run(  # noqa: S603 - wheels alone: no code of theirs is run
        [sys.executable, *_PIP, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONNOUSERSITE": "1"},
    )
    if done.returncode != 0:
        raise SubmissionError(
            f"{submission.folder}: the requirements {submission.packages} cannot be installed:\n"
            f"{legible(done.stderr.strip()[-2000:])}"
        )
    return done.stdout
