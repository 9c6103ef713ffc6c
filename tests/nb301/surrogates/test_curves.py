"""The model of learning curves: what it learns, its noise, its file."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from nb301.encodings import canonical
from nb301.errors import ReleaseError
from nb301.space import sample_many, to_codes
from nb301.surrogates.curves import FILE, CurveModel, fit
from nb301.tables.curves import UNKNOWN, packed
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split
from nb301.truth.emulation.curves import points_behind

EPOCHS = 98
#: Of the noise that is put into curves, fraction.
STD = 0.004
CODES = canonical(to_codes(sample_many(np.random.default_rng(3), 200)))


def noisy(table, correlation, std, rng):
    """The table with curves of the emulated truth's shapes and a noise of one's own."""
    draws = rng.standard_normal((len(table), EPOCHS))
    for epoch in range(1, EPOCHS):
        fresh = np.sqrt(1 - correlation**2) * draws[:, epoch]
        draws[:, epoch] = correlation * draws[:, epoch - 1] + fresh
    behind = points_behind(table.codes) / 100 + std * draws
    behind -= behind.min(axis=1, keepdims=True)
    curves = 0.95 - np.clip(behind, 0, 0.95)
    return replace(table, steps=packed(curves, curves.max(axis=1)))


@pytest.fixture(scope="module")
def many(embedded_table):
    """5,000 rows of random search, with autocorrelated noise."""
    rows = np.flatnonzero(embedded_table.rows["optimizer"] == "rs")[:5000]
    return noisy(embedded_table.select(rows), 0.6, STD, np.random.default_rng(0))


@pytest.fixture(scope="module")
def file(many):
    """The file of a model that was fitted on these."""
    return fit(many, stratified_split(many, 1))[FILE]


@pytest.fixture(scope="module")
def model(file):
    """The model."""
    return CurveModel(file)


def test_learns_the_architectures_curves(model):
    """Of what architectures differ by, it explains all but a few percent, at early and late epochs."""
    expected, true = model.behind(CODES), points_behind(CODES) / 100
    assert expected.shape == (len(CODES), EPOCHS)
    for epoch in (0, 10, 30, 60):
        left = (expected - true)[:, epoch]
        assert left.var() < 0.1 * true[:, epoch].var()


def test_noise_is_as_large_and_as_lasting_as_it_was(model):
    """Around the expected curve, drawn trainings have the std and the autocorrelation that were put in."""
    code = CODES[:1]
    drawn = model.draw(np.repeat(code, 3000, axis=0), np.arange(3000))
    around = drawn - drawn.mean(axis=0)
    steps = np.diff(around, axis=1)
    # of a std and a correlation r, differences have the variance 2 std^2 (1 - r)
    assert np.sqrt(steps.var(axis=0) / (2 * 0.4)).mean() == pytest.approx(STD, rel=0.1)
    two = (around[:, 2:] - around[:, :-2]).var(axis=0).mean() / steps.var(axis=0).mean() - 1
    assert two == pytest.approx(0.6, abs=0.05)
    assert drawn.min(axis=1).tolist() == [0.0] * 3000


def test_white_noise_is_told_from_lasting_one(many):
    """Without an autocorrelation none is found."""
    white = noisy(many, 0.0, STD, np.random.default_rng(1))
    arrays = load(fit(white, stratified_split(white, 1))[FILE])
    assert arrays["autocorrelation"][0] < 0.05


def test_spread_is_what_single_trainings_differ_by(model, many):
    """At each epoch, those that are drawn, and those of rows that it was not fitted on."""
    drawn = model.draw(np.repeat(CODES[:1], 3000, axis=0), np.arange(3000))
    assert drawn.std(axis=0) == pytest.approx(model.spread, rel=0.15)
    test = stratified_split(many, 1).test
    left = 0.001 * many.steps[test] - model.behind(many.codes[test])
    assert left.std(axis=0) == pytest.approx(model.spread, rel=0.2)


def test_answers_do_not_depend_on_the_batch(model):
    """One by one and together they are equal to the bit; a training is one of a seed and a key."""
    seeds = np.arange(len(CODES))
    together = model.draw(CODES, seeds)
    for row in (0, 17, 199):
        assert model.behind(CODES[row : row + 1])[0].tolist() == model.behind(CODES)[row].tolist()
        assert model.draw(CODES[row : row + 1], row)[0].tolist() == together[row].tolist()
    assert (model.draw(CODES, 1) != model.draw(CODES, 2)).any(axis=1).all()
    assert model.expected_or_drawn(CODES, None).tolist() == model.behind(CODES).tolist()
    assert model.expected_or_drawn(CODES, 4).tolist() == model.draw(CODES, 4).tolist()


def test_rows_without_a_curve_are_passed_over(many):
    """They change nothing, unless too few are left."""
    split = stratified_split(many, 1)
    some = many.steps.copy()
    some[split.train[::2]] = UNKNOWN
    assert CurveModel(fit(replace(many, steps=some), split)[FILE]).epochs == EPOCHS
    some[split.train[10:]] = UNKNOWN
    assert fit(replace(many, steps=some), split) == {}


def test_a_table_without_curves_gives_no_file(many):
    """Nor an error: its releases have none."""
    assert fit(replace(many, steps=None), stratified_split(many, 1)) == {}


def test_short_trainings_have_a_model_too(many):
    """Of two epochs, as real trainings of small networks may be."""
    steps = packed(many.curves()[:, :2], many.rows["val_accuracy"].to_numpy())
    short = EvaluationTable(many.name, many.version, many.truth, many.rows, steps)
    model = CurveModel(fit(short, stratified_split(short, 1))[FILE])
    assert model.draw(CODES, 1).shape == (len(CODES), 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"noise_std": -np.ones(EPOCHS)}, "a std is below 0"),
        ({"autocorrelation": np.array([1.0])}, "autocorrelation not in"),
        ({"spread": np.ones(3)}, r"array spread has shape \(3,\)"),
        ({"parts": np.ones((5, 6))}, r"array parts has shape \(5, 6\)"),
        ({"behind": np.full(EPOCHS, np.nan)}, "not finite"),
        ({"behind": np.ones(EPOCHS, np.float32)}, "array 'behind' is"),
    ],
)
def test_wrong_files_are_refused(change, said, file):
    """With what is wrong."""
    with pytest.raises(ReleaseError, match=said):
        CurveModel(save({**load(file), **change}))
