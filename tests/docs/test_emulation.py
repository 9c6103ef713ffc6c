"""Tests of `docs/emulation.py`: the page on the emulated ground truth."""

from __future__ import annotations

import json

import pytest

from docs import emulation
from docs.emulation_measures import measures, read_files
from leaderboard.pages.methods import assumptions
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.emulation.terms import SIZES


@pytest.fixture(scope="module")
def page(made_up, tmp_path_factory):
    """The page of files that the truth itself has made up; they are as good as its earlier version."""
    folder = tmp_path_factory.mktemp("page")
    before = measures(EmulatedTruth(), read_files(made_up))
    (folder / "before.json").write_text(json.dumps(before), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulation, "HERE", folder)
        patch.setattr(emulation, "BEFORE", folder / "before.json")
        patch.setattr(emulation, "STARTS", 10)
        patch.setattr(emulation, "MUTATIONS", 5)
        emulation.main(made_up)
    assert (folder / "emulation.svg").read_text(encoding="utf-8").startswith("<svg")
    return (folder / "emulation.md").read_text(encoding="utf-8").splitlines()


def test_what_it_is_stands_first(page):
    """Its version, how many weights each kind of terms has, and all constants with their origin."""
    assert any(described(EmulatedTruth()) in line for line in page)
    first = page[: page.index("## Agreement on what the fit has not seen")]
    assert [f" | {size} | " in line for line in first for size in SIZES.values()].count(True) == len(SIZES)
    for assumption in assumptions():
        name, value = assumption.constants.values[0]
        assert any(f"| {assumption.origin} | `{name} = {value}`" in line for line in first)


def test_the_truth_agrees_with_itself(page):
    """On rows that it made up itself, and as its earlier version here."""
    agreement = [line for line in page if line.startswith(("| trainings, 80 |", "| XGB v0.9, 80 |"))]
    assert len(agreement) == 2
    for line in agreement:
        assert line.count("1.000 (1.000 to 1.000)") == 2  # predictions' ties are others than the truth's
    assert len([line for line in page if line.startswith("| version 1.0 | 1.000 | 0.9")]) == 3
    assert "| skip_connect | 0.00 (0.00), 0.00 | 0.00 (0.00), 0.00 |" in page
    assert "| R2 of runtimes | | 1 | 1 |" in page


def test_climbs_are_told_as_they_were_made(page):
    """Climbers and steps."""
    assert any(line.startswith("10 hill climbers took 50 steps") for line in page)


def test_the_earlier_version_was_measured_alike(shared_data):
    """Its numbers have the names that measures give now: none is missing on the page."""
    kept = json.loads(emulation.BEFORE.read_text(encoding="utf-8"))
    assert kept.keys() == measures(EmulatedTruth(), read_files(shared_data)).keys()
