"""The sandbox's profile: what a submission's process sees, as arguments of bubblewrap.

It sees, read-only, the Python that runs this and the system's shared libraries, the shim, copies of its
own files and the packages that it declares, and a private /tmp of limited size; no other file, no other
process, no network. It has no capability, and a user of its own where the evaluator is root.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from leaderboard.places import INSIDE, LIBRARY, ROOT
from leaderboard.sandbox.limits import Limits

#: What `nb301` among the requirements mounts: the space and the optimizers, nothing that knows a result.
_LIBRARY_FILES = ("__init__.py", "errors.py", "extras.py", "columns.py", "sources.py", "encodings.py")
_LIBRARY_FOLDERS = ("space", "formats", "optimizers", "optimizers/multi_fidelity")
#: What `nb301[configspace]` mounts beside these; a change of it runs nobody else's submission again.
_ADAPTER = INSIDE / "configspace.py"
#: Where a submission finds what it may import, and itself.
OURS, PACKAGES, SUBMISSION = "/nb301", "/packages", "/submission"
#: The interpreter that runs inside.
PYTHON = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
_STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
#: Users that no distribution gives to anybody (Debian policy 9.2; systemd's UIDS-GIDS).
_USERS = range(60578, 61184)


@dataclass(frozen=True, slots=True)
class Environment:
    """What a submission may import beside the standard library."""

    #: Names the contents: locked packages, the shim and, where it is mounted, the library.
    hash: str
    #: Folder of installed packages.
    packages: Path | None = None
    #: Whether the space and the optimizers of nb301 are there.
    library: bool = False
    #: Whether the adapter of optimizers on a ConfigSpace is there.
    adapter: bool = False

    @property
    def own_files(self) -> list[Path]:
        """The files of ours that are there: the shim, and what is asked for."""
        return own_files(library=self.library, adapter=self.adapter)


class Mount(NamedTuple):
    """A file or folder that a submission sees, read-only."""

    source: Path
    target: str


def own_files(*, library: bool, adapter: bool) -> list[Path]:
    """The source files of ours that a submission sees; folders of data are not among them.

    Args:
        library: Whether it has asked for the space and the optimizers of nb301.
        adapter: Whether it has asked for the adapter of optimizers on a ConfigSpace.
    """
    files = sorted({*INSIDE.glob("*.py")} - {_ADAPTER})
    if library:
        files += map(LIBRARY.joinpath, _LIBRARY_FILES)
        for folder in _LIBRARY_FOLDERS:
            files += sorted((LIBRARY / folder).glob("*.py"))
    if adapter:
        files.append(_ADAPTER)
    return files


def mounts(environment: Environment) -> list[Mount]:
    """All that a submission sees of the host.

    Args:
        environment: What it may import.
    """
    visible = [Mount(path, path.as_posix()) for path in (*_python(), *_system_libraries())]
    visible += [Mount(path, f"{OURS}/{path.relative_to(ROOT).as_posix()}") for path in environment.own_files]
    if environment.packages is not None:
        visible.append(Mount(environment.packages, PACKAGES))
    return list(dict.fromkeys(visible))


def command(
    program: Sequence[str],
    visible: Sequence[Mount],
    copies: Mapping[str, int],
    limits: Limits,
    info: int,
    seccomp: int,
) -> list[str]:
    """The command that runs Python in the sandbox.

    Args:
        program: Arguments of Python.
        visible: What it sees of the host.
        copies: Descriptors of the submission's files, by path.
        limits: What it may use; resource limits are the program's to apply.
        info: Descriptor that the process's number is written to.
        seccomp: Descriptor of the compiled filter of system calls.
    """
    python = [PYTHON.as_posix(), *program]
    info_option = ["--info-fd", str(info)]
    if os.geteuid() != 0:
        return [*_bubblewrap(visible, copies, limits), *info_option, *_filtered(seccomp), *python]
    # A user of its own cannot look into root's folders: root mounts the sources where everybody may look,
    # in a namespace that only this command sees, and gives up being root before the sandbox is made.
    user = str(_USERS[os.getpid() % len(_USERS)])
    # The end of this namespace ends the sandbox: a parent that gave up being root cannot signal its child of
    # another user when it dies, but the end of a namespace's first process is the end of all others in it.
    staging = ["bwrap", "--unshare-pid", "--die-with-parent", *info_option]
    staging += ["--dev-bind", "/", "/", "--tmpfs", "/mnt"]
    staged = []
    for number, mount in enumerate(visible):
        stage = Path(f"/mnt/{number}")
        staging += ["--ro-bind", str(mount.source), str(stage)]
        staged.append(Mount(stage, mount.target))
    demoted = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--"]
    sealed = [*_bubblewrap(staged, copies, limits), *_filtered(seccomp)]
    return [*staging, "--", *demoted, *sealed, *python]


def description(limits: Limits) -> str:
    """The profile as text: changes with everything that decides how well it seals."""
    return "\n".join(_bubblewrap([], {}, limits))


def variables(limits: Limits, ours: str) -> dict[str, str]:
    """Environment variables of the process.

    Args:
        limits: Their threads are what numerical libraries are told.
        ours: Folder of the shim's package.
    """
    variables = {
        "HOME": "/tmp",  # noqa: S108 - the sandbox's own
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",  # the order of sets is the same in every run
        "PYTHONPATH": ours,
        "USER": "optimizer",
    }
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR"):
        variables[f"{library}_NUM_THREADS"] = str(limits.threads)
    return variables


def _filtered(seccomp: int) -> list[str]:
    return ["--seccomp", str(seccomp), "--"]


def _bubblewrap(visible: Sequence[Mount], copies: Mapping[str, int], limits: Limits) -> list[str]:
    arguments = ["bwrap", "--unshare-user", "--unshare-all", "--disable-userns", "--assert-userns-disabled"]
    arguments += ["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--hostname", "sandbox"]
    arguments += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in variables(limits, OURS).items():
        arguments += ["--setenv", name, value]
    for mount in visible:
        arguments += ["--ro-bind", str(mount.source), mount.target]
    arguments += ["--dir", SUBMISSION]
    for path, descriptor in copies.items():
        arguments += ["--perms", "0444", "--file", str(descriptor), f"{SUBMISSION}/{path}"]
    for link in _links():
        arguments += ["--symlink", str(link.readlink()), str(link)]
    for folder in _foreign_packages():
        arguments += ["--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    arguments += ["--size", str(limits.temp_mb * 2**20), "--tmpfs", "/tmp", "--chdir", "/tmp"]  # noqa: S108
    # what bubblewrap makes for the mounts to lie on is a file system that could be filled, too
    return [*arguments, "--remount-ro", "/"]


def _python() -> list[Path]:
    """The interpreter, its standard library and, where it is one, its shared library."""
    library, name = sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")
    # in a virtual environment the compiled half would be that with the evaluator's packages
    compiled = sysconfig.get_path("platstdlib", vars={"platbase": sys.base_exec_prefix})
    paths = [PYTHON, _STANDARD_LIBRARY, Path(compiled), Path(str(library), str(name))]
    return [path for path in dict.fromkeys(paths) if path.exists() and path.suffix != ".a"]


def _system_libraries() -> list[Path]:
    """Folders of shared libraries, and where the loader finds them: on Debian those of one architecture."""
    debian = Path("/usr/lib", str(sysconfig.get_config_var("MULTIARCH")))
    usual = debian if debian.is_dir() else Path("/usr/lib")
    paths = [usual, Path("/usr/lib64"), Path("/lib"), Path("/lib64"), Path("/etc/ld.so.cache")]
    return [path for path in paths if path.exists() and not path.is_symlink()]


def _links() -> list[Path]:
    return list(filter(Path.is_symlink, (Path("/lib"), Path("/lib64"))))


def _foreign_packages() -> list[Path]:
    """Folders of the evaluator's packages, which no submission has declared."""
    return sorted(filter(Path.is_dir, _STANDARD_LIBRARY.glob("*-packages")))
