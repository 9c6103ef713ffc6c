"""What manifests say, for people: facts, training noise, files."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.pages.releases.facts import facts, family, files, noise_table, sources
from nb301.releases import find

NAME, REAL = "emulated-xgb-v2.0", "cifar10-xgb-rand-v1.0"


def test_facts_are_the_manifests(report):
    """With the divergence, which the report has."""
    release = find(NAME)
    (validated,) = (each for each in report.releases if each.name == NAME)
    told = dict(facts(release, validated.claims))

    assert told["Release hash"] == release.release_hash
    assert told["R² on test rows"] == f"{release.manifest.metrics.r2:.4f}"
    assert told["Ground truth"] == "emulated 2.0"
    assert told["KL(truth || prediction), five-seed study"].endswith(" nats")
    assert "KL(truth || prediction), five-seed study" not in dict(facts(release, ()))


def test_files_have_their_hashes():
    """All of them, the manifest first."""
    release = find(NAME)
    hashes = {name: value for name, _, value in files(release).rows}

    assert next(iter(hashes)) == "manifest.json"
    assert hashes["member-3.ubj"] == release.manifest.files["member-3.ubj"].sha256
    assert hashes["manifest.json"] == release.release_hash
    assert {*hashes} == {*release.files}


def test_families_and_sources_have_names():
    """As people say them."""
    assert (family(find(REAL).manifest), sources(find(REAL).manifest)) == ("XGBoost", "random search alone")
    assert sources(find(NAME).manifest) == "all optimizers"


def test_training_noise_is_the_manifests():
    """What draws come from, in points, and what two of them differ by."""
    noise = find(REAL).manifest.noise
    rows = [tuple(map(float, row)) for row in noise_table(noise).rows]

    assert [row[0] for row in rows] == pytest.approx(
        [100 * noise.low, 50 * (noise.low + noise.high), 100 * noise.high], abs=5e-3
    )
    stds = [noise.std_at_low, (noise.std_at_low * noise.std_at_high) ** 0.5, noise.std_at_high]
    assert [row[1] for row in rows] == pytest.approx([100 * std for std in stds], abs=6e-4)
    draws = np.random.default_rng(0).normal(scale=noise.std_at_low, size=(2, 100_000))
    assert rows[0][2] == pytest.approx(100 * np.abs(draws[0] - draws[1]).mean(), rel=0.01)


def test_runtimes_of_another_table_are_told():
    """Its name, rows and ground truth, and that R² is of rows left out there; else of the test rows."""
    told, manifest = dict(facts(find(REAL), ())), find(REAL).manifest

    table, shown = manifest.runtime_table, told["Runtimes fitted on"]
    assert shown.startswith(
        f"{table.name}-v{table.version}, {table.rows:,} rows, ground truth: {table.truth}"
    )
    assert told["R² of the runtime on rows left out there"] == f"{manifest.metrics.runtime_r2:.4f}"
    others = dict(facts(find(NAME), ()))
    assert "Runtimes fitted on" not in others
    assert others["R² of the runtime on test rows"]
