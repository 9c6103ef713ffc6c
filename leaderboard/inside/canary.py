"""Runs inside the sandbox before submissions do: tries what they must not be able to do.

    python -m leaderboard.inside.canary REQUESTS REPLIES LIMITS MODULES PID PATH...

Answers one request with a dict from each probe to `denied` or to what it got. PATHs are the host's: the
evaluator's releases, its checkout, its home. PID is the evaluator's.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

from leaderboard.inside.shim import opened

#: Answer of every probe that got nothing.
DENIED = "denied"
#: Numbers of system calls that the standard library has no function for; the same everywhere since 2011.
_CALLS = {"io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "open_tree": 428, "fsopen": 430}
_CLONE_NEWUSER = 0x10000000


def _call(name: str, *arguments: object) -> None:
    """Call a function of the C library, or a system call; OSError if it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if name in _CALLS:
        result = library.syscall(_CALLS[name], *arguments)
    else:
        result = getattr(library, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)


def reads(path: str) -> str:
    """A file or folder of the host."""
    return f"{path} is there" if os.path.lexists(path) and not _is_ours(path) else DENIED


def _is_ours(path: str) -> bool:
    """Whether the sandbox made the folder to mount something in it, and nothing else lies there."""
    folder = Path(path)
    if not folder.is_dir():
        return False
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()]
    return all(_holds_a_mount(entry, mounted) for entry in folder.iterdir())


def _holds_a_mount(path: Path, mounted: list[str]) -> bool:
    return any(mount == str(path) or mount.startswith(f"{path}/") for mount in mounted)


def writes() -> str:
    """A file anywhere but in /tmp."""
    folders = ["/", "/dev", "/dev/shm", "/nb301", "/submission", "/usr/lib", sys.base_prefix, *sys.path]  # noqa: S108 - the sandbox's own
    for folder in folders:
        if not folder.startswith("/tmp"):  # noqa: S108 - the sandbox's own
            try:
                Path(folder, "canary").write_text("x", encoding="ascii")
            except OSError:
                continue
            return f"{folder} can be written"
    return DENIED


def fills_temp() -> str:
    """More in /tmp than was given."""
    # files of half the size that one may have, so that it is the folder's limit that is met
    data = bytes(resource.getrlimit(resource.RLIMIT_FSIZE)[0] // 2)
    files = [Path(f"/tmp/canary-{number}") for number in range(4)]  # noqa: S108 - the sandbox's own
    try:
        for file in files:
            file.write_bytes(data)
    except OSError as error:
        return DENIED if error.errno == errno.ENOSPC else repr(error)
    finally:
        for file in files:
            file.unlink(missing_ok=True)
    return f"{len(files) * len(data)} bytes"


def sockets() -> str:
    """A socket of any kind."""
    families = ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_VSOCK", "AF_PACKET")
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)
    for family, kind in product(families, kinds):
        try:
            socket.socket(getattr(socket, family), kind)
        except OSError:
            continue
        return f"{family} {kind!r}"
    return DENIED


def forks() -> str:
    """Another process."""
    if os.fork() == 0:
        os._exit(0)
    return "a process was made"


def many_threads() -> str:
    """More threads than were given."""
    release = threading.Event()
    started = []
    try:
        for _ in range(2 * resource.getrlimit(resource.RLIMIT_NPROC)[0]):
            thread = threading.Thread(target=release.wait)
            thread.start()
            started.append(thread)
    except RuntimeError:
        return DENIED
    finally:
        release.set()
        for thread in started:
            thread.join()
    return f"{len(started)} threads"


def sees_processes() -> str:
    """Processes other than this and the sandbox's first."""
    count = sum(path.name.isdecimal() for path in Path("/proc").iterdir())
    return DENIED if count <= 2 else f"{count} processes"


def reads_environments() -> str:
    """Environment variables of the evaluator."""
    ours = {"PATH", "HOME", "USER", "PWD", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHASHSEED"}
    foreign = set()
    for pid in ("1", "self"):
        try:
            text = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        for word in filter(None, text.split(b"\0")):
            name = word.partition(b"=")[0].decode()
            if name not in ours and not name.endswith("_NUM_THREADS"):
                foreign.add(name)
    return " ".join(sorted(foreign)) or DENIED


def has_descriptors() -> str:
    """Descriptors other than the standard ones and the channel's."""
    ours = {0, 1, 2, int(sys.argv[1]), int(sys.argv[2])}
    foreign = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        if number not in ours:
            foreign.append(number)
    return f"descriptors {foreign}" if foreign else DENIED


def is_privileged() -> str:
    """Being root, capabilities, new privileges by programs, system calls that are not filtered."""
    status = {}
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        status[name] = value.strip()
    privileges = [
        name for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb") if int(status[name], 16)
    ]
    if status["NoNewPrivs"] != "1":
        privileges.append("NoNewPrivs")
    if status["Seccomp"] != "2":
        privileges.append("Seccomp")
    if "0" in status["Uid"].split():
        privileges.append("Uid")
    if "Seccomp:\t2" not in Path("/proc/1/status").read_text(encoding="utf-8"):
        privileges.append("the first process is not filtered")
    return " ".join(privileges) or DENIED


def raises_limits() -> str:
    """Higher limits of resources."""
    for name in ("AS", "CPU", "NPROC", "NOFILE", "FSIZE"):
        limit = getattr(resource, f"RLIMIT_{name}")
        soft, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY:
            return f"{name} is not limited"
        try:
            resource.setrlimit(limit, (soft, hard + 1))
        except (OSError, ValueError):
            continue
        return f"{name} was raised"
    return DENIED


def allocates() -> str:
    """More address space than was given."""
    size = resource.getrlimit(resource.RLIMIT_AS)[0]
    try:
        bytearray(size)
    except MemoryError:
        return DENIED
    return f"{size} bytes"


def signals_the_evaluator() -> str:
    """A signal to the process that started this, by all numbers that it could have here."""
    for pid in (int(sys.argv[5]), os.getppid()):
        if pid > 1:
            try:
                os.kill(pid, 0)
            except OSError:
                continue
            return f"process {pid} can be reached"
    return DENIED


#: System calls that must fail, by name, with their arguments.
_REFUSED: dict[str, tuple[object, ...]] = {
    "mount": (b"none", b"/tmp", b"tmpfs", 0, None),
    "umount2": (b"/proc", 0),
    "unshare": (_CLONE_NEWUSER,),
    "chroot": (b"/tmp",),
    "ptrace": (0, 0, 0, 0),
    "personality": (0x0040000,),
    "memfd_create": (b"canary", 0),
    "shmget": (0, 4096, 0o1600),
    "io_uring_setup": (1, ctypes.create_string_buffer(256)),
    "pidfd_open": (os.getpid(), 0),
    "open_tree": (-100, b"/tmp", 1),
    "fsopen": (b"tmpfs", 0),
    "setuid": (0,),
    "sethostname": (b"canary", 6),
}

PROBES: dict[str, Callable[[], str]] = {
    "write": writes,
    "fill temp": fills_temp,
    "socket": sockets,
    "fork": forks,
    "threads": many_threads,
    "processes": sees_processes,
    "environment": reads_environments,
    "descriptors": has_descriptors,
    "privileges": is_privileged,
    "limits": raises_limits,
    "memory": allocates,
    "signal": signals_the_evaluator,
}


def _outcome(probe: Callable[[], str]) -> str:
    """What a probe got; only an error of the system is a denial."""
    try:
        return probe()
    except OSError as error:
        return DENIED if error.errno else repr(error)
    except Exception as error:  # noqa: BLE001 - a broken probe proves nothing, and is no denial
        return f"the probe failed: {error!r}"


def _refused(name: str) -> str:
    _call(name, *_REFUSED[name])
    return "succeeded"


def main() -> None:
    """Try everything and answer."""
    channel = opened()
    channel.receive()
    outcomes = {}
    for name, probe in PROBES.items():
        outcomes[name] = _outcome(probe)
    for name in _REFUSED:
        outcomes[f"call {name}"] = _outcome(partial(_refused, name))
    for path in sys.argv[6:]:
        outcomes[f"read {path}"] = _outcome(partial(reads, path))
    channel.reply(outcomes=outcomes)


if __name__ == "__main__":
    main()
