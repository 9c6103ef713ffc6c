"""Campaigns: one secret salt for a folder of runs, that nobody loses, mixes up or sees before its time."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.errors import RunFileError
from leaderboard.places import ROOT
from leaderboard.runs.campaign import Campaign, begin_campaign
from leaderboard.runs.store import Store

RELEASE = "emulated-xgb-v2.0"


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**12 - 1))
def test_training_seeds_are_those_of_the_formula(salt, seed):
    """Anybody who has the salt can compute them; with any number of repetitions they are `int64`."""
    campaign = Campaign(salt=salt.hex())
    bits = f"{int(hmac.new(salt, b'%d' % seed, 'sha256').hexdigest(), 16):0256b}"

    assert campaign.training_seed(seed) == int(bits[:62], 2)
    assert campaign.training_seed(seed) + 10**9 < 2**63
    assert campaign.id == hashlib.sha256(salt).hexdigest()


def test_training_seeds_share_nothing_with_seeds():
    """Neither between runs nor between campaigns: knowing one tells nothing of another."""
    one, other = (Campaign(salt=digit * 64) for digit in "01")
    found = [campaign.training_seed(seed) for campaign in (one, other) for seed in range(500)]
    bits = np.array([[seed >> bit & 1 for bit in range(62)] for seed in found])

    assert len(set(found)) == 1000
    assert np.diff(sorted(found)).min() > 10**6  # more than repetitions of an architecture
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.1


def test_a_salt_is_made_once(tmp_path, make_run, nothing):
    """At the first run, readable by its owner alone; whoever goes on has the same."""
    store = Store(tmp_path / "runs")
    first = store.begin()
    path = store.folder / "campaign.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Store(tmp_path / "runs").begin() == store.campaign() == first
    assert Store(tmp_path / "others").begin().salt != first.salt
    run = make_run(cell={"campaign": first.id})
    with store.opened():
        store.add(run, nothing)
    assert store.begin() == first
    assert store.noted()[0].previous == first.id


def test_of_many_at_once_one_makes_it(tmp_path):
    """Commands that start together have one salt."""
    barrier = Barrier(16)

    def begin(_):
        barrier.wait()
        return begin_campaign(tmp_path / "runs" / "campaign.json")

    with ThreadPoolExecutor(16) as pool:
        assert len({campaign.salt for campaign in pool.map(begin, range(16))}) == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["campaign.json"]


#: Kills processes that begin a campaign one file operation later each, until one comes to its end.
KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from killed import killed_after
from leaderboard.runs.store import Store

store, salts, at = Store(Path(sys.argv[2])), [], 0
while True:
    at += 1
    child = os.fork()
    if child == 0:
        killed_after(at)
        store.begin()
        os._exit(0)
    ended = os.waitpid(child, 0)[1]
    if (store.folder / "campaign.json").exists():
        salts.append(store.campaign().salt)
    if os.WIFEXITED(ended):
        break
print(at, len(set(salts)))
"""


def test_killed_while_it_begins(tmp_path):
    """The salt is there as a whole or not at all, and stays what it was."""
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path / "runs")]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    operations, salts = map(int, done.stdout.split())

    assert operations > 5
    assert salts == 1


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "restore it from a copy or from published results"),
        (lambda path: path.write_text(""), "holds no salt of a campaign"),
        (lambda path: path.write_text(path.read_text()[:50]), "holds no salt"),
        (lambda path: path.write_text(path.read_text().replace("5a", "zz")), "holds no salt"),
        (lambda path: path.write_text(path.read_text().replace("5a", "5b", 1)), "was begun with"),
        (lambda path: (path.unlink(), path.mkdir()), "not a regular file"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "not a regular file"),
    ],
)
def test_a_lost_salt_is_no_new_one(store_of, make_run, tmp_path, damage, message, nothing):
    """Without it runs cannot be verified: the folder says so and takes no more."""
    store = store_of(tmp_path)
    with store.opened():
        store.add(make_run(), nothing)
    damage(tmp_path / "campaign.json")

    for use in (store.begin, store.campaign, store.noted, lambda: store.opened().__enter__()):
        with pytest.raises(RunFileError, match=message):
            use()
    assert store.ids() == [make_run().cell.id]


def test_runs_of_two_campaigns_are_not_mixed(store_of, make_run, tmp_path, nothing):
    """Neither added nor copied from another folder: the error names the run and both campaigns."""
    store, foreign = store_of(tmp_path / "runs"), make_run(cell={"campaign": "0" * 64})
    with store.opened(), pytest.raises(RunFileError, match=rf"rs on .*{'0' * 64}.*two folders of runs"):
        store.add(foreign, nothing)
    assert store.ids() == []

    own = make_run()
    with store.opened():
        store.add(own, nothing)
    shutil.copytree(store.folder / own.cell.id, store.folder / foreign.cell.id)
    (store.folder / foreign.cell.id / "run.json").write_text(foreign.model_dump_json())
    with pytest.raises(RunFileError, match="two folders of runs were mixed"), store.opened():
        pass
