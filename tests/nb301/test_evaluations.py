"""Evaluations: arrays side by side, and where one training's accuracy lies."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import numpy as np
import pytest
from scipy.stats import norm

import nb301
from nb301.evaluations import Evaluation, Evaluations
from nb301.space import sample_many

BENCHMARK = nb301.load("emulated-xgb-v2.0")  # loads no model until the first query
ARRAYS = ("mean", "std", "noise_std", "val_accuracy", "runtime", "parameters", "multiply_adds")


@pytest.fixture(scope="module")
def genotypes():
    """Five genotypes."""
    return sample_many(np.random.default_rng(0), 5)


def loaded(pickled):
    return pickle.loads(pickled)  # noqa: S301 - made here


@pytest.fixture
def evaluation():
    """One of round numbers."""
    return Evaluation(
        mean=0.93,
        std=0.003,
        noise_std=0.004,
        val_accuracy=0.93,
        runtime=4600.0,
        parameters=1,
        multiply_adds=1,
        release="none",
        release_hash="0" * 64,
    )


@pytest.mark.parametrize("share", [0.01, 0.5, 0.8, 0.95, 0.999])
def test_intervals_are_central(evaluation, share):
    """They hold the share of trainings, by members and noise together: here a std of half a point."""
    low, high = evaluation.interval(share)
    expected = norm(0.93, 0.005).interval(share)
    np.testing.assert_allclose((low, high), expected, rtol=1e-13)


def test_intervals_hold_95_percent_if_nothing_is_said(evaluation):
    """As usual."""
    assert evaluation.interval() == evaluation.interval(0.95)


def test_intervals_are_accuracies(evaluation):
    """Neither end leaves 0..1."""
    wild = dataclasses.replace(evaluation, noise_std=1.0)
    assert wild.interval() == (0.0, 1.0)
    assert dataclasses.replace(evaluation, mean=0.0).interval()[0] == 0.0


def test_intervals_of_many_are_those_of_each(genotypes, tiny_release):
    """To the last bit, with noise of the manifest and without."""
    for benchmark in (BENCHMARK, nb301.load(tiny_release)):
        answers = benchmark.query(genotypes, seed=1)
        lows, highs = answers.interval(0.8)
        alone = [benchmark.query(genotype, seed=1).interval(0.8) for genotype in genotypes]
        assert [*zip(lows.tolist(), highs.tolist(), strict=True)] == alone
        assert (lows < answers.mean).all()
        assert (answers.mean < highs).all()


@pytest.mark.parametrize("share", [0, 1, -0.5, 95, float("nan")])
def test_shares_are_between_0_and_1(evaluation, genotypes, share):
    """Neither percent nor all of them."""
    for answer in (evaluation, BENCHMARK.query(genotypes)):
        with pytest.raises(ValueError, match=f"share is {share}, expected a number above 0 and below 1"):
            answer.interval(share)


def test_evaluations_are_a_sequence(genotypes):
    """Answers to a list can be indexed, sliced, iterated and counted from the end."""
    found = BENCHMARK.query(genotypes[:5], seed=1)
    assert isinstance(found, Evaluations)
    assert len(found) == 5
    assert [*found] == [found[i] for i in range(5)]
    assert found[-1] == found[4]
    assert [*found[1:4:2]] == [found[1], found[3]]
    assert isinstance(found[:2], Evaluations)
    assert [*reversed(found)] == [*found][::-1]
    assert found[2] in found
    with pytest.raises(IndexError):
        found[5]


def test_answers_are_immutable(genotypes):
    """An answer cannot be changed."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        BENCHMARK.query(genotypes[0]).mean = 1.0


def test_arrays_of_answers_are_read_only(genotypes):
    """No two fields share what can be written to: not in answers, their parts, copies or pickles."""
    found = BENCHMARK.query(genotypes[:5])
    parts = found[1:], found[[0, 2]], found[found.mean > 0]
    for each in (found, *parts, copy.copy(found), copy.deepcopy(found), loaded(pickle.dumps(found))):
        for name in ARRAYS:
            array = getattr(each, name)
            with pytest.raises(ValueError, match="read-only"):
                array *= 2
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.flags.writeable = True
    mine = found.mean.copy()
    replaced = dataclasses.replace(found, mean=mine)
    mine[0] = 0
    assert replaced == found


def test_answers_are_equal_by_value(genotypes):
    """Answers with equal values are equal and have equal hashes; others are not equal."""
    found, again = (BENCHMARK.query(genotypes[:3], seed=1) for _ in range(2))
    others = BENCHMARK.query(genotypes[:3], seed=2), found[:2], found[::-1], [*found], None
    assert found == again
    assert len({found, again, found[:], loaded(pickle.dumps(found))}) == 1
    assert all(found != other for other in others)
    assert BENCHMARK.query([]) == BENCHMARK.query([])


def test_parts_of_answers(genotypes):
    """Masks, lists and arrays of indices choose as they do from arrays; an index may be one of numpy's."""
    found = BENCHMARK.query(genotypes[:5], seed=1)
    mask = found.val_accuracy > np.median(found.val_accuracy)
    for index in (mask, mask.tolist(), np.flatnonzero(mask), np.flatnonzero(mask).tolist()):
        assert [*found[index]] == [each for each, chosen in zip(found, mask, strict=True) if chosen]
    for index in ([4, 0, -1], (4, 0, -1), np.array([4, 0, -1], dtype=np.int8)):
        assert [*found[index]] == [found[4], found[0], found[4]]
    assert [*found[range(2)]] == [found[0], found[1]]
    for index in ([], (), np.array([], dtype=int), slice(0)):
        assert found[index] == BENCHMARK.query([])
    assert found[np.int64(-5)] == found[np.uint8(0)] == found[0]
    for index in (5, -6, np.int64(5), [0, 5], [True]):
        with pytest.raises(IndexError):
            found[index]
    for index in (1.0, "0", None, np.zeros((2, 2), dtype=int)):
        with pytest.raises((IndexError, TypeError)):
            found[index]


def test_shows_fractions_as_percent(evaluation):
    """With the interval that single trainings lie in."""
    shown = evaluation._repr_html_()
    low, high = evaluation.interval()

    assert "<p>Evaluation by none</p>" in shown
    assert "<td>93.00 %</td>" in shown
    assert f"95 % of trainings: {100 * low:.2f} to {100 * high:.2f} %" in shown
    assert "<td>4,600 s</td>" in shown


def test_many_are_a_table_and_a_frame(genotypes):
    """With the fields as columns, and the genotypes as texts where they are given."""
    answers = BENCHMARK.query(genotypes, seed=1)
    frame = answers.to_pandas(genotypes)

    assert [*frame] == ["genotype", *(field.name for field in dataclasses.fields(Evaluation))]
    assert frame["genotype"].tolist() == list(map(str, genotypes))
    for name in ARRAYS:
        assert frame[name].tolist() == getattr(answers, name).tolist()
        assert f"<th>{name}" in answers._repr_html_()
    assert frame.drop(columns="genotype").equals(answers.to_pandas())
    assert answers._repr_html_().count("<tr>") == 6
