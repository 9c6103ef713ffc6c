"""References: frozen for every release, computed anew, and refused where they are none."""

from __future__ import annotations

import os
import sys

import pytest

from leaderboard.errors import UnknownReference
from leaderboard.ranking import references as module
from leaderboard.ranking.references import Reference, compute, read_references, reference_of, write_references
from leaderboard.runs.releases import judged
from nb301 import load
from nb301.releases import names
from nb301.space import neighbours
from tests.crafting import BROKEN_TOML, refusal


def test_every_release_has_references():
    """The frozen file holds each embedded release, of its very bytes, and its best architecture is there."""
    frozen = read_references()
    for name in names():
        benchmark = load(name)
        reference = reference_of(benchmark.release.release_hash, name, frozen)
        best = judged(benchmark, [module.Genotype.parse(reference.best_genotype)])[0]
        assert best == pytest.approx(reference.best_accuracy, abs=1e-9)
        # the best known one is on the front, or something cheaper is as good
        assert reference.front[-1][0] == reference.best_accuracy
    with pytest.raises(UnknownReference, match="leaderboard references --release mine"):
        reference_of("0" * 64, "mine", frozen)


def test_references_are_computed_from_random_and_climbing_ones(tiny_release, monkeypatch, tmp_path):
    """The best known one is a local optimum, and the file keeps every digit."""
    for name, value in (("_RANDOM", 200), ("_CLIMBERS", 4), ("_ROUNDS", 2)):
        monkeypatch.setattr(module, name, value)
    benchmark = load(tiny_release)
    reference = compute(benchmark)
    around = judged(benchmark, neighbours(module.Genotype.parse(reference.best_genotype)))
    write_references([reference], tmp_path / "r.toml")

    assert compute(benchmark) == reference
    assert around.max() <= reference.best_accuracy
    assert reference.random_accuracy < reference.best_accuracy
    assert read_references(tmp_path / "r.toml") == {reference.release_hash: reference}


@pytest.mark.parametrize("text", ["[", "a = 1", "[a]\nrelease_hash = 1"])
def test_unreadable_references_are_named(tmp_path, text):
    """A damaged file is an error that says how to make it anew."""
    (tmp_path / "r.toml").write_text(text)

    with pytest.raises(UnknownReference, match=r"r\.toml: no references .*leaderboard references"):
        read_references(tmp_path / "r.toml")


def test_reference_has_something_to_measure(reference):
    """Without a distance between random and best there is no regret, and a front has two ends."""
    for front in ((), ((0.9, 10),), ((0.9, 10), (0.8, 20)), ((0.9, 20), (0.95, 10))):
        with pytest.raises(ValueError, match="front must have two points"):
            Reference(**reference.model_dump() | {"front": front})
    with pytest.raises(ValueError, match="best_accuracy must lie above"):
        Reference(**reference.model_dump() | {"best_accuracy": 0.93})


@pytest.mark.parametrize("text", BROKEN_TOML)
def test_what_is_none_is_refused(tmp_path, text):
    """No text ends in anything but one line."""
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    refusal(read_references, path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_only_regular_files_are_read(tmp_path):
    """Pipes and devices are refused without being read."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    for name in ("pipe", "device", ".", "nothing"):
        refusal(read_references, tmp_path / name)
