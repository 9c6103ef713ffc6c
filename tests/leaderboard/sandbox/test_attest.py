"""The canaries: the sandbox holds here, and where it does not they say so."""

from __future__ import annotations

import pytest

from leaderboard.errors import SandboxError
from leaderboard.sandbox import attest as module
from leaderboard.sandbox import mounts
from leaderboard.sandbox.attest import attest
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.mounts import Mount

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox")]


def without(monkeypatch, *removed):
    """Leave arguments out of the mounts."""
    complete = mounts._bubblewrap

    def weaker(*inputs):
        arguments = complete(*inputs)
        for start in range(len(arguments)):
            if tuple(arguments[start : start + len(removed)]) == removed:
                return arguments[:start] + arguments[start + len(removed) :]
        raise AssertionError(removed)

    monkeypatch.setattr(mounts, "_bubblewrap", weaker)


def test_sandbox_holds(sandbox):
    """Every probe is denied, and equal sandboxes have equal hashes."""
    assert len(sandbox.probes) > 30
    assert len(sandbox.canary) == 64
    assert attest() == sandbox


def test_limited_level_attests_nothing():
    """Without a sandbox nothing was tried, and the record says so."""
    assert attest(Level.limited).canary == ""


@pytest.mark.parametrize(
    ("removed", "escape"),
    [
        (("--remount-ro", "/"), "write: / can be written"),
        (("--remount-ro", "/dev"), "write: /dev can be written"),
        (("--size", str(4 * 2**20)), "fill temp: "),
        (("--clearenv",), None),
    ],
)
def test_weaker_profile_is_found(monkeypatch, removed, escape, sandbox):
    """A profile that leaves something out is refused, or at least has another hash."""
    without(monkeypatch, *removed)

    if escape is None:
        assert attest().canary != sandbox.canary
    else:
        with pytest.raises(SandboxError, match=f"does not hold.*{escape}"):
            attest()


def test_missing_filter_is_found(monkeypatch):
    """Without the filter of system calls there are sockets, processes and memory beside the limits."""
    monkeypatch.setattr(mounts, "_filtered", lambda _: ["--"])

    with pytest.raises(SandboxError) as raised:
        attest()
    for probe in ("socket: ", "fork: ", "privileges: Seccomp", "call memfd_create", "call shmget"):
        assert probe in str(raised.value)


@pytest.mark.parametrize("name", ["the releases", "the checkout", "the evaluator's packages", "the users"])
def test_visible_files_are_found(monkeypatch, name):
    """A mount too many is found, whatever it shows."""
    complete, path = mounts.mounts, module._hidden()[name]
    if path.is_relative_to("/tmp"):  # noqa: S108 - where a checkout may lie
        pytest.skip("the sandbox's own /tmp hides what is mounted below it")
    monkeypatch.setattr(mounts, "mounts", lambda *arguments: [*complete(*arguments), Mount(path, str(path))])

    with pytest.raises(SandboxError, match=f"read {name}"):
        attest()


def test_sandbox_that_cannot_be_made(monkeypatch):
    """The error has bubblewrap's words, and what to look at."""
    complete = mounts._bubblewrap
    monkeypatch.setattr(mounts, "_bubblewrap", lambda *arguments: [*complete(*arguments), "--no-such-option"])

    with pytest.raises(SandboxError, match=r"(?s)sandbox cannot be made.*no-such-option.*user namespaces"):
        attest()


def test_missing_program_is_named(monkeypatch):
    """Where there is no bubblewrap the error says how to get it."""
    monkeypatch.setattr("leaderboard.sandbox.start._PATH", {"PATH": "/nowhere"})

    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        attest()
