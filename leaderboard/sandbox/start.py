"""Starts a submission's process, sealed off or, where that was asked for, with limits alone."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from leaderboard.errors import SandboxError
from leaderboard.places import ROOT
from leaderboard.sandbox import mounts
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import Fault
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.process import Pipes, Process
from leaderboard.sandbox.seccomp import filter_file

#: All that the programs below need, and all that a sealed process can learn of the evaluator's.
_PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}


def start(
    files: Mapping[str, bytes],
    environment: Environment,
    limits: Limits,
    *,
    level: Level = Level.sealed,
    module: str = "leaderboard.inside.shim",
    arguments: Sequence[str] = (),
) -> Process:
    """Start a Python module of ours beside a submission.

    Args:
        files: The submission's, by path: all that is there of it, whatever becomes of its folder.
        environment: What may be imported.
        limits: What may be used.
        level: How well it is sealed off.
        module: The shim or the canaries.
        arguments: Of the module, after those that all take.

    Raises:
        SandboxError: The sandbox cannot be made; says what is missing.
    """
    if level is Level.sealed:
        _check_programs()
    pipes = Pipes.open()
    # no folder of the host is on the path, no byte code is written, and nothing that was printed waits to be
    # written when the process dies
    program = ["-P", "-s", "-B", "-u", "-m", module, *map(str, pipes.theirs), json.dumps(limits.rlimits)]
    begin = _sealed if level is Level.sealed else _limited
    process = begin(files, environment, limits, pipes, program, arguments)
    if not _answers(process, limits):
        process.kill()
        process.close()
        raise SandboxError(
            f"the sandbox cannot be made: {process.output.strip() or 'no answer'}; it needs user namespaces "
            "(sysctl kernel.unprivileged_userns_clone=1, and on Ubuntu "
            "kernel.apparmor_restrict_unprivileged_userns=0)"
        )
    return process


def _answers(process: Process, limits: Limits) -> bool:
    """Whether our side of the channel is there, before anything submitted is."""
    try:
        process.send({"id": 0, "do": "start"})
        return process.receive(limits.start_seconds, "start") is not None
    except Fault:
        return False


def _check_programs() -> None:
    """Check that all programs which make the sandbox are there."""
    for name in ("bwrap", "setpriv"):
        if shutil.which(name, path=_PATH["PATH"]) is None:
            raise SandboxError(
                f"the sandbox needs {name}: apt-get install bubblewrap util-linux; trusted code can be run "
                "without (--unsealed), and is not ranked"
            )


def _limited(
    files: Mapping[str, bytes],
    environment: Environment,
    limits: Limits,
    pipes: Pipes,
    program: Sequence[str],
    arguments: Sequence[str],
) -> Process:
    """Start it in a folder with copies of its files, which is gone when the process is closed."""
    folder = tempfile.TemporaryDirectory(prefix="nb301-")
    _write(files, Path(folder.name))
    modules = [folder.name]
    if environment.packages is not None:
        modules.append(str(environment.packages))
    command = [str(mounts.PYTHON), *program, os.pathsep.join(modules), *arguments]
    return Process(command, mounts.variables(limits, str(ROOT)), limits, pipes, folder=folder)


def _sealed(
    files: Mapping[str, bytes],
    environment: Environment,
    limits: Limits,
    pipes: Pipes,
    program: Sequence[str],
    arguments: Sequence[str],
) -> Process:
    """Start it in the sandbox."""
    modules = os.pathsep.join((mounts.SUBMISSION, mounts.PACKAGES))
    visible = mounts.mounts(environment)
    seccomp = filter_file()
    # without names: nothing lies anywhere to be changed, or to be left behind
    copies = {path: _unnamed(data) for path, data in files.items()}
    read_info, info = os.pipe()
    command = mounts.command([*program, modules, *arguments], visible, copies, limits, info, seccomp)
    inherited = (info, seccomp, *copies.values())
    return Process(command, _PATH, limits, pipes, inherited=inherited, info=read_info)


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder that is there and empty."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _unnamed(data: bytes) -> int:
    """A descriptor of a file without a name, at its beginning."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return os.dup(file.fileno())
