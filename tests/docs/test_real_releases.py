"""Tests of `docs/real_releases.py`: the page of the releases on real trainings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer

from docs import real_releases
from nb301 import sample, tables
from nb301.releases import Release
from nb301.truth.emulated import EmulatedTruth
from validation.measures.published import FILES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def predictions(tmp_path):
    """A folder of made-up predictions of the paper's models."""
    rng = np.random.default_rng(0)
    genotypes = [sample(rng) for _ in range(40)]
    rows = pd.DataFrame({"genotype": [*map(str, genotypes)], "val_accuracy": EmulatedTruth().mean(genotypes)})
    for file in FILES.values():
        rows.to_parquet(tmp_path / file)
    return tmp_path


@pytest.fixture
def write(tmp_path, predictions, tiny_table, monkeypatch):
    """Write the page of releases, of which the tiny table has the trainings."""
    monkeypatch.setenv("NB301_PUBLISHED", "is set again by the page, and put back by this fixture")
    monkeypatch.setattr(real_releases, "HERE", tmp_path)
    monkeypatch.setattr(real_releases, "packed_bytes", lambda _files: 2_000_000)
    monkeypatch.setattr(tables, "load", lambda _name: tiny_table)
    report = json.loads((DOCS / "validation.json").read_text(encoding="utf-8"))

    def run(*names, validated=None, time_fits=False):
        if validated is not None:
            report["releases"][0] |= validated
        (tmp_path / "validation.json").write_text(json.dumps(report), encoding="utf-8")
        real_releases.main("tiny", predictions, [*map(str, names)], time_fits=time_fits)
        return (tmp_path / "real-releases.md").read_text(encoding="utf-8")

    return run


def test_the_page_has_all_sections(write, tiny_release, tmp_path):
    """What was measured stands beside the paper's numbers, twice alike; the figure is written, too."""
    page = write(tiny_release)
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        "# The releases on CIFAR-10 trainings",
        "## Fit: the paper's Table 3",
        "### Noise ceiling",
        "## Beside the paper's own models",
        "## Intervals, before and after",
        "## Size and time",
        "## Claims",
    ]
    metrics = Release(tiny_release).manifest.metrics
    fit = next(line for line in page.splitlines() if line.startswith(f"| `{tiny_release}` |"))
    assert f"| {metrics.r2:.3f} (" in fit
    assert fit.endswith("| 0.832 | 0.817 |")  # Table 3, XGB
    assert "not measured" in page
    assert (tmp_path / "real-releases.svg").read_text(encoding="utf-8").startswith("<svg")
    assert write(tiny_release) == page


def test_fits_are_timed_when_asked(write, tiny_release):
    """The page says of what the seconds are."""
    page = write(tiny_release, time_fits=True)
    assert "Seconds are of the CPU" in page
    assert re.search(r"\| 2\.0 \| \d+\.\d \|\n", page)


def test_releases_that_are_not_there_are_named(write, tiny_release):
    """They are left out; without any there is no page."""
    assert "Not here, and left out: `cifar10-none-v1.0`." in write("cifar10-none-v1.0", tiny_release)
    with pytest.raises(typer.BadParameter, match=r"none of cifar10-none-v1\.0 is here"):
        write("cifar10-none-v1.0")


def test_verdicts_are_of_the_release_itself(write, tiny_release):
    """Those of another release of that name do not count."""
    reported = {"name": str(tiny_release), "release_hash": "0" * 64}
    assert "not in the committed report" in write(tiny_release, validated=reported)
    reported["release_hash"] = Release(tiny_release).release_hash
    page = write(tiny_release, validated=reported)
    assert "not in the committed report" not in page
    assert re.search(r"\| \d+ of \d+ \| .*`all_skip_cell` \(comparison\)", page)
