"""Tests of `validation.measures`: what they say of surrogates whose faults are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.space import Op
from nb301.truth.emulated import EmulatedTruth
from validation import test_saboteurs
from validation.claims import claims_of
from validation.measures import behaviour, collapse, fit, noise, size, trajectories
from validation.saboteurs.catalogue import SABOTEURS, sabotaged, verdict
from validation.subject import foreign_subject

TRUTH = EmulatedTruth()


class Oracle:
    """Predicts the truth's expectation and its noise."""

    def predict(self, genotypes):
        """Mean and std."""
        return TRUTH.mean(genotypes), TRUTH.noise_std(genotypes)

    def seconds(self, genotypes):
        """Median runtimes."""
        return TRUTH.median_runtime(genotypes)


@pytest.fixture(scope="module")
def oracle(embedded_table, tmp_path_factory):
    """The best surrogate that there can be."""
    return foreign_subject("oracle", Oracle(), embedded_table, tmp_path_factory.mktemp("cache"))


def test_the_best_surrogate_is_at_the_ceiling(oracle):
    """Nothing is above the ceiling, and the oracle is on it."""
    found = fit.above_ceiling(oracle)
    assert (found.value, *found.interval) == (0, 0, 0)
    runtime = fit.runtime(oracle)
    assert runtime.value == runtime.ceiling > 0.98


def test_the_best_surrogate_is_calibrated(oracle):
    """Intervals of the truth's own noise hold as many trainings as they say."""
    for level in (0.5, 0.8, 0.95):
        found = noise.coverage(oracle, level)
        assert found.interval.low <= level <= found.interval.high
    assert noise.calibration(oracle).value < 0.02
    assert noise.gain_over_table(oracle).interval.low > 0
    # five seeds tell a std badly: the divergence of the truth from itself is not zero
    assert noise.divergence(oracle).value < 2


def test_a_distance_near_zero_has_an_interval(oracle):
    """Of a calibrated surrogate resamples lie above its distance from calibration: percentiles miss it."""
    found = noise.calibration(oracle)
    assert found.interval.low <= found.value <= found.interval.high < 0.05


def test_the_best_surrogate_knows_the_collapse(oracle):
    """Two or three skip connections are best, ever more are worse, and pools hurt at once."""
    assert collapse.best_count(oracle, "skip_connect", 2, 3).interval.low > 0
    assert collapse.best_count(oracle, "skip_connect", 5, 6).interval.high < 0
    assert collapse.falls_after(oracle, "skip_connect", 4).interval.low > 0
    assert collapse.hurts_at_once(oracle, "max_pool_3x3").interval.low > 0
    assert collapse.gap(oracle, "skip_connect", 8).value == 0


def test_probes_of_the_table_tell_the_same(embedded_table, tmp_path):
    """Where the truth cannot be asked the table's own probes are used, and say about the same."""
    other = type(embedded_table)("emulated", "1.0", "emulated 0.9", embedded_table.rows)
    subject = foreign_subject("oracle", Oracle(), other, tmp_path)
    assert subject.truth is None
    for op in (Op.skip_connect, Op.max_pool_3x3):
        truth, predicted = collapse.means_by_base(subject, op.name)
        assert truth.shape == predicted.shape == (10, 9)
        assert np.abs(truth.mean(axis=0) - predicted.mean(axis=0)).max() < 0.003
    # noise as five seeds of DE's good architectures show it, a little less than that of all
    assert fit.above_ceiling(subject).value == pytest.approx(0, abs=0.03)


def test_draws_of_the_best_surrogate(oracle):
    """Standardised draws are those of a standard normal distribution; order does not matter."""
    assert behaviour.mean_of_draws(oracle).value < 4
    assert behaviour.std_of_draws(oracle).value < 4
    assert behaviour.order_of_draws(oracle).value == 0
    assert behaviour.isomorphism(oracle).value == 0
    assert behaviour.global_state(oracle).value == 0


@pytest.fixture
def short(monkeypatch):
    """Runs of two optimizers for a hundredth of the time."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5, "re": 1e5, "ls": 1e5})
    monkeypatch.setattr(trajectories, "RUNS", 3)


@pytest.mark.usefixtures("short")
def test_runs_on_the_best_surrogate_are_those_on_the_truth(oracle):
    """An oracle's curves are near the truth's: only the noise of runtimes and trainings differs."""
    oracle = replace(oracle, key="short")
    assert trajectories.curves(oracle, "rs").errors.shape == (3, 11)
    assert trajectories.area(oracle, "rs").value < 0.003
    assert -1 <= trajectories.ranking(oracle, 1e5).value <= 1
    # seventy evaluations of neighbours of one genotype are behind as many random ones
    ahead = trajectories.ahead(oracle, "rs", "ls", 1e5)
    assert ahead.value == pytest.approx(ahead.ceiling, abs=0.004)


@pytest.mark.usefixtures("short")
def test_runs_are_kept(oracle):
    """Curves are read from the cache, and are the same."""
    before = {*oracle.cache.glob("runs/*")}
    first = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
    files = {*oracle.cache.glob("runs/*")}
    assert len(files - before) == 1
    again = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
    np.testing.assert_array_equal(first.errors, again.errors)
    assert set((oracle.cache / "runs").iterdir()) == files
    for text in ("", "[1]", "{}", "[" * 10_000):
        (path,) = files - before
        path.write_text(text)
        found = trajectories.curves(replace(oracle, key="kept", is_kept=True), "rs")
        np.testing.assert_array_equal(first.errors, found.errors)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ([-1, -1, 1, 1, 1, 1, 1], np.sqrt(1000 * 2000)),
        ([1] * 7, 500),
        ([-1] * 7, np.nan),
        ([1, -1, -1, -1, -1, -1, 1], np.sqrt(20_000 * 40_000)),
    ],
)
def test_crossing(gains, expected):
    """Where the gain becomes positive for good, between two sizes in the middle of their logarithms."""
    np.testing.assert_allclose(size._crossing(np.array(gains, dtype=float)), expected)


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("leaks_test", "not_above_ceiling"),
        ("not_canonical", "isomorphism"),
        ("depends_on_batch", "batches"),
        ("global_noise", "order_of_draws"),
        ("global_noise", "global_state"),
        ("lucky_noise", "mean_of_draws"),
        ("zero_std", "std_of_draws"),
        ("tens_of_seconds", "runtime_r2"),
    ],
)
def test_saboteurs_are_caught(name, claim, tmp_path):
    """Those that are caught quickly; `tox run -e validate` has all of them."""
    state = np.random.get_state()  # noqa: NPY002 - a saboteur changes it
    try:
        assert verdict(sabotaged(name, tmp_path), claim) == "fails"
    finally:
        np.random.set_state(state)  # noqa: NPY002


def test_saboteurs_name_claims_that_there_are():
    """Every saboteur has a fault to tell, every claim that must catch it exists, and every claim has one."""
    test_saboteurs.test_every_claim_catches_one()
    known = {claim.id for claim in claims_of("emulated 1.0")}
    for saboteur in SABOTEURS.values():
        assert saboteur.fault
        assert set(saboteur.caught_by) <= known
