"""The sandbox's filter of system calls: the kernel refuses what no optimizer needs."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress

from leaderboard.errors import SandboxError

_CLONE_THREAD = 0x00010000

#: System calls that are refused with EPERM, by what they would give.
REFUSED = {
    "processes": ["fork", "vfork"],
    "sockets": ["socket", "connect", "bind", "listen", "accept", "accept4"],
    "other processes": [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "kcmp",
        "process_madvise",
        "pidfd_open",
        "pidfd_getfd",
        "pidfd_send_signal",
    ],
    "namespaces and mounts": [
        "unshare",
        "setns",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
        "move_mount",
        "open_tree",
        "fsopen",
        "fsconfig",
        "fsmount",
        "fspick",
        "mount_setattr",
    ],
    "the kernel": [
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "init_module",
        "finit_module",
        "delete_module",
        "kexec_load",
        "kexec_file_load",
        "syslog",
        "acct",
        "quotactl",
        "swapon",
        "swapoff",
        "reboot",
        "personality",
        "iopl",
        "ioperm",
        "open_by_handle_at",
        "name_to_handle_at",
        "fanotify_init",
        "lookup_dcookie",
        "nfsservctl",
        "settimeofday",
        "clock_settime",
        "adjtimex",
        "clock_adjtime",
        "vhangup",
    ],
    "keys": ["add_key", "keyctl", "request_key"],
    # RLIMIT_AS does not count what is written there without being mapped
    "memory beside the limits": [
        "memfd_create",
        "memfd_secret",
        "shmget",
        "shmat",
        "shmctl",
        "msgget",
        "semget",
        "mq_open",
        "mq_unlink",
    ],
}


def filter_file() -> int:
    """Write the filter where bubblewrap reads it.

    Returns:
        A descriptor of an unnamed file with the compiled filter, at its beginning.

    Raises:
        SandboxError: pyseccomp or libseccomp is missing.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError) as error:
        raise SandboxError(
            f"the sandbox needs pyseccomp and libseccomp ({error}): pip install 'nb301[leaderboard]', "
            "and libseccomp2 from the distribution"
        ) from None
    compiled, refused = seccomp.SyscallFilter(seccomp.ALLOW), seccomp.ERRNO(errno.EPERM)
    for names in REFUSED.values():
        for name in names:
            # not every architecture has every call; the canaries try those that matter
            with suppress(OSError):
                compiled.add_rule(refused, name)
    # threads are allowed, processes are not; clone3 hides its flags, and C libraries fall back to clone
    compiled.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0))
    compiled.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        compiled.export_bpf(file)
        file.seek(0)
        return os.dup(file.fileno())
