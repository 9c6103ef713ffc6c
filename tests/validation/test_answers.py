"""Tests of `validation.answers`: surrogates of others, with one fault each."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nb301.space import sample_many
from validation.answers import Answers, SubjectError
from validation.predictors import (
    CurvePredictor,
    MemberedPredictor,
    NoiseKnowingPredictor,
    NoisyPredictor,
    TimePredictor,
    draw,
)

GENOTYPES = sample_many(np.random.default_rng(0), 5)
SEEDS = np.arange(5)
MEAN, STD = np.linspace(0.9, 0.94, 5), np.full(5, 0.002)


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


def made(**methods):
    """A surrogate of some methods, which give what they are said to, or what a function of theirs gives."""

    def answering(answer):
        return lambda _self, *arguments: answer(*arguments) if callable(answer) else answer

    named = {name: answering(answer) for name, answer in methods.items()}
    return Answers("mine:Model", type("Model", (), {"predict": lambda *_: (MEAN, STD), **named})())


def spoiled(value, at=2):
    values = MEAN.copy()
    values[at] = value
    return values


def raising(error):
    def method(*_):
        raise error

    return method


BAD_NUMBERS = [
    (spoiled(np.nan), "is nan for normal:"),
    (spoiled(np.inf), "is inf for normal:"),
    (spoiled(1e300), "is 1e\\+300 for normal:"),
    (np.ma.masked_greater(MEAN, 0.93), "is nan for normal:"),
    (MEAN[:, None], r"got float64 of shape \(5, 1\), expected numbers of shape \(5,\)"),
    (MEAN[1:], r"shape \(4,\), expected numbers of shape \(5,\)"),
    (MEAN.mean(), r"shape \(\), expected"),
    (MEAN.astype(str), "got <U"),
    (MEAN.astype(bytes), r"got \|S"),
    (MEAN.astype(complex), "got complex128"),
    (MEAN > 0.92, "got bool"),
    ([None] * 5, "got object"),
    ([10**400] * 5, "got object"),
    ([[1], [1, 2]], "cannot be read as numbers"),
    ({"a": 1}, "got object"),
    (np.array(["2020-01-01"] * 5, dtype="datetime64[D]"), "got datetime64"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_NUMBERS)
def test_answers_that_are_no_numbers(bad, message):
    """Each is one line with the surrogate, the method and the first such value, and what would be right."""
    methods = {
        "predict: mean": lambda: made(predict=(bad, STD)).predict(GENOTYPES),
        "predict: std": lambda: made(predict=(MEAN, bad)).predict(GENOTYPES),
        "draws": lambda: draw(made(draws=bad), GENOTYPES, SEEDS),
        "seconds": lambda: made(seconds=bad).seconds(GENOTYPES),
    }
    for method, ask in methods.items():
        with pytest.raises(SubjectError, match=f"^mine:Model: {method}.*{message}") as error:
            ask()
        assert "\n" not in str(error.value)
        assert len(str(error.value)) < 600


@pytest.mark.parametrize("answer", [None, MEAN, (MEAN,), (MEAN, STD, STD), 0.9, iter([])])
def test_no_pair(answer):
    """A prediction is a mean and a std."""
    with pytest.raises(SubjectError, match=r"mine:Model: predict gave \w+, expected a pair: means and stds"):
        made(predict=answer).predict(GENOTYPES)


def test_impossible_numbers():
    """No std is negative, or so small that quotients by it are not finite; no training takes no time."""
    for std in (-STD, STD * 1e-300):
        with pytest.raises(SubjectError, match=r"predict: std is .* expected 0 or a std"):
            made(predict=(MEAN, std)).predict(GENOTYPES)
    for seconds in (0.0, -1.0):
        with pytest.raises(SubjectError, match=r"seconds is .* expected positive seconds"):
            made(seconds=spoiled(seconds)).seconds(GENOTYPES)
    assert (made(predict=(MEAN, STD * 0)).predict(GENOTYPES)[1] == 0).all()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (KeyError("x"), "KeyError: 'x'"),
        (MemoryError(), "MemoryError"),
        (RecursionError("deep"), "RecursionError: deep"),
        (SystemExit(3), "SystemExit: 3"),
        (Unprintable(), "Unprintable: <exception str"),
        (ValueError("x" * 10_000), "ValueError: xxx"),
    ],
)
def test_errors_of_a_surrogate(error, message):
    """One line that says where it was raised."""
    for ask in (
        lambda: made(predict=raising(error)).predict(GENOTYPES),
        lambda: made(seconds=raising(error)).seconds(GENOTYPES),
        lambda: made(draws=raising(error)).draws(GENOTYPES, SEEDS),
    ):
        with pytest.raises(
            SubjectError, match=rf"raised (\w+\.)*{message}.*\(test_answers\.py, line \d+\)$"
        ) as error_info:
            ask()
        assert "\n" not in str(error_info.value)
        assert len(str(error_info.value)) < 400


@pytest.mark.parametrize(
    "answer",
    [
        (MEAN.tolist(), STD.tolist()),
        [MEAN.astype(np.float32), STD.astype(np.float16)],
        np.stack([MEAN, STD]),
        iter((MEAN, STD)),
        (np.zeros(5, dtype=int), np.ones(5, dtype=np.uint8)),
    ],
    ids=["lists", "float32", "array", "generator", "integers"],
)
def test_numbers_of_any_kind(answer):
    """Numbers are read as such, whatever they come in."""
    mean, std = made(predict=answer).predict(GENOTYPES)
    assert (mean.dtype, std.dtype, mean.shape, std.shape) == (np.float64, np.float64, (5,), (5,))


def test_what_it_does_to_its_arguments_is_not_seen():
    """It may clear the list it is given, overwrite the seeds, and give the same array again and again."""
    genotypes, seeds, shared = [*GENOTYPES], SEEDS.copy(), MEAN.copy()

    def predict(asked):
        asked.clear()
        shared[:] += 0.01
        return shared, STD

    def draws(asked, asked_seeds):
        asked.sort(key=str)
        asked_seeds[:] = 0
        return shared

    surrogate = made(predict=predict, draws=draws)
    first, _ = surrogate.predict(genotypes)
    kept = first.copy()
    surrogate.predict(genotypes)
    surrogate.draws(genotypes, seeds)
    assert genotypes == GENOTYPES
    np.testing.assert_array_equal(seeds, SEEDS)
    np.testing.assert_array_equal(first, kept)


def test_has_what_the_surrogate_has():
    """Runtimes and draws are claimed of those that have them; an attribute that is no method is none."""
    plain, whole = made(), made(seconds=MEAN, draws=MEAN)
    assert not isinstance(plain, TimePredictor)
    assert not isinstance(plain, NoisyPredictor)
    assert isinstance(whole, TimePredictor)
    assert isinstance(whole, NoisyPredictor)
    assert not isinstance(Answers("a", type("A", (), {"predict": 1, "seconds": 3})()), TimePredictor)

    class Broken:
        @property
        def seconds(self):
            raise ValueError("not yet")

    with pytest.raises(SubjectError, match="a: seconds cannot be read \\(ValueError: not yet"):
        Answers("a", Broken())


def test_noise_is_checked():
    """Where a surrogate knows it: a positive std for each architecture."""
    noise = made(noise_std=lambda genotypes: np.full(len(genotypes), 0.002))
    assert isinstance(noise, NoiseKnowingPredictor)
    assert noise.noise_std(GENOTYPES).tolist() == [0.002] * len(GENOTYPES)
    assert not isinstance(made(), NoiseKnowingPredictor)
    with pytest.raises(SubjectError, match=r"noise_std is 0\.0 for .*, expected a std"):
        made(noise_std=lambda genotypes: np.zeros(len(genotypes))).noise_std(GENOTYPES)


def test_curves_are_checked():
    """Numbers for each architecture and epoch, of trainings and of what is expected."""
    asked = []

    def curves(genotypes, seeds):
        asked.append(seeds)
        return [[0.1, 0.9]] * len(genotypes)

    answers = made(curves=curves)
    assert isinstance(answers, CurvePredictor)
    assert not isinstance(made(), CurvePredictor)
    assert answers.curves(GENOTYPES, None).shape == answers.curves(GENOTYPES, SEEDS).shape == (5, 2)
    assert asked[0] is None
    assert asked[1].tolist() == SEEDS.tolist()
    for wrong, message in (
        (MEAN, r"got float64 of shape \(5,\), expected numbers of shape \(5, epochs\)"),
        (np.ones((5, 0)), r"got float64 of shape \(5, 0\)"),
        (np.ones((4, 2)), r"got float64 of shape \(4, 2\)"),
        (np.ones((5, 2, 1)), r"got float64 of shape \(5, 2, 1\)"),
        ([[1, 2], [3]], "cannot be read as numbers"),
        (np.array([[0.9, np.nan]] * 5), "is nan for normal:"),
    ):
        with pytest.raises(SubjectError, match=f"mine:Model: curves.*{message}"):
            made(curves=wrong).curves(GENOTYPES, None)


def test_curves_keep_their_epochs():
    """Another number of them another time is told."""
    answers = made(curves=lambda genotypes, _: np.full((len(genotypes), 90 + len(genotypes)), 0.5))
    answers.curves(GENOTYPES, None)
    with pytest.raises(SubjectError, match="curves: got 91 epochs, expected 95 as before"):
        answers.curves(GENOTYPES[:1], None)


def test_a_warning_is_no_error():
    """A surrogate may warn, whatever this suite makes of warnings."""

    def predict(_):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return MEAN, STD

    with pytest.warns(DeprecationWarning, match="old"):
        assert made(predict=predict).predict(GENOTYPES)[0].tolist() == MEAN.tolist()


def test_members_are_checked():
    """A row of numbers for each member."""
    members = made(members=[MEAN, MEAN.astype(np.float32)])
    assert isinstance(members, MemberedPredictor)
    assert members.members(GENOTYPES).shape == (2, 5)
    assert not isinstance(made(), MemberedPredictor)
    for wrong, message in (
        (None, "members gave NoneType, expected a row for each member"),
        ([], "members gave no rows"),
        ([MEAN, MEAN[1:]], r"members: 1: got float64 of shape \(4,\)"),
        ([spoiled(np.nan)], "members: 0 is nan for normal:"),
        (raising(ValueError("no")), "members raised ValueError: no"),
    ):
        with pytest.raises(SubjectError, match=f"mine:Model: {message}"):
            made(members=wrong).members(GENOTYPES)
