"""The probes, outside of a sandbox: they get what they try, and say what they got."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from leaderboard.inside import canary
from leaderboard.inside.canary import DENIED, PROBES


def test_every_probe_says_what_it_tries():
    """The site shows it."""
    assert all(probe.__doc__.endswith(".") for probe in PROBES.values())


def test_files_are_read_where_they_are(tmp_path):
    """A file is there, be it a link to nothing; what is not there is denied."""
    (tmp_path / "link").symlink_to("nowhere")

    assert canary.reads(__file__) == f"{__file__} is there"
    assert canary.reads(str(tmp_path / "link")) == f"{tmp_path / 'link'} is there"
    assert canary.reads(str(tmp_path / "nothing")) == DENIED


def test_folders_of_mounts_alone_are_the_sandbox_s(tmp_path, monkeypatch):
    """It makes them to mount something there; with anything else in them they are the host's."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    mountinfo = "".join(f"1 2 0:3 / {mount} ro - tmpfs\n" for mount in (tmp_path / "a" / "b", tmp_path / "c"))
    monkeypatch.setattr(Path, "read_text", lambda *_: mountinfo)

    assert canary.reads(str(tmp_path)) == DENIED
    (tmp_path / "d").mkdir()
    assert canary.reads(str(tmp_path)) == f"{tmp_path} is there"


def test_evaluator_can_be_reached_from_outside(monkeypatch):
    """By its number, where that is one here."""
    monkeypatch.setattr(canary.sys, "argv", ["canary", "3", "4", "{}", "", str(os.getpid())])

    assert canary.signals_the_evaluator() == f"process {os.getpid()} can be reached"


def test_descriptors_beside_the_channel_are_named(monkeypatch):
    """And those of the channel are not."""
    theirs, ours = os.pipe()
    monkeypatch.setattr(canary.sys, "argv", ["canary", str(theirs), "0"])
    more = canary.has_descriptors()
    monkeypatch.setattr(canary.sys, "argv", ["canary", str(theirs), str(ours)])
    fewer = canary.has_descriptors()
    os.close(theirs)
    os.close(ours)

    assert ours in map(int, re.findall(r"\d+", more))
    assert ours not in map(int, re.findall(r"\d+", fewer))


def fails_with(error):
    def probe():
        raise error

    return probe


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (PermissionError(errno.EPERM, "no"), DENIED),
        (OSError("without a number"), "OSError('without a number')"),
        (KeyError("x"), "the probe failed: KeyError('x')"),
    ],
)
def test_only_errors_of_the_system_are_denials(error, outcome):
    """A broken probe proves nothing."""
    assert canary._outcome(fails_with(error)) == outcome


def test_calls_that_succeed_are_told():
    """They are made as they are listed; one that fails is a denial with its number."""
    with pytest.raises(OSError, match="chroot") as raised:
        canary._call("chroot", b"/no such folder")

    assert raised.value.errno in {errno.ENOENT, errno.EPERM}
