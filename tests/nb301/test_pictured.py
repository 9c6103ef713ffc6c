"""What a benchmark shows: what it rests on comes first."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import nb301
from nb301 import formats
from nb301.errors import GenotypeError
from nb301.space import sample_many

GENOTYPES = sample_many(np.random.default_rng(0), 4)
BENCHMARK = nb301.load("emulated-xgb-v2.0")


@pytest.fixture
def ax():
    """Axes that pyplot does not know."""
    return Figure().subplots()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cifar10-xgb-rand-v1.0", "surrogate of real CIFAR-10 trainings, last epoch"),
        ("emulated-xgb-v2.0", "surrogate of an emulation, not CIFAR-10"),
        (
            "fashion-mnist-tiny-xgb-v1.0",
            "surrogate of real trainings of tiny networks on fashion-mnist, not CIFAR-10",
        ),
    ],
)
def test_nothing_passes_for_cifar10_that_is_not(name, words):
    """Notebooks show it before all else, and plots have it as their title."""
    benchmark = nb301.load(name)
    ax = benchmark.plot_distribution(n=20, ax=Figure().subplots())

    assert benchmark.rests_on == ax.get_title(loc="left") == f"{name}: {words}"
    assert f"<p>{name}: {words}</p>" in benchmark._repr_html_()


def test_curves_are_those_that_are_answered(ax):
    """Named ones have a legend."""
    asked = dict(zip("abcd", GENOTYPES, strict=True))
    lines = BENCHMARK.plot_curves(asked, seed=1, ax=ax).lines

    for line, curve in zip(lines, BENCHMARK.curve(GENOTYPES, seed=1), strict=True):
        assert line.get_ydata() == pytest.approx(100 * curve.val_accuracy)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [*"abcd"]


def test_curves_need_no_names(ax):
    """Texts are architectures, too."""
    assert BENCHMARK.plot_curves(["DARTS_V1", "DARTS_V2"], ax=ax).get_legend() is None
    assert len(ax.lines) == 2


@pytest.mark.parametrize(
    "one",
    [
        GENOTYPES[0],
        str(GENOTYPES[0]),
        formats.to_config(GENOTYPES[0]),
        formats.to_darts(GENOTYPES[0]),
        formats.to_naslib(GENOTYPES[0]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_one_architecture_is_as_good_as_a_list_of_one(one):
    """A query takes one in any notation, too; a configuration's keys are no names."""
    for plot in (BENCHMARK.plot_curves, BENCHMARK.plot_predictions, BENCHMARK.plot_distribution):
        lines, listed = (plot(asked, ax=Figure().subplots()).lines for asked in (one, [one]))

        assert [[*line.get_ydata()] for line in lines] == [[*line.get_ydata()] for line in listed]
        assert len(lines) == 1


def test_predictions_have_their_intervals(ax):
    """Those of single trainings, for the share that is asked for."""
    BENCHMARK.plot_predictions(GENOTYPES, share=0.5, ax=ax)
    low, high = BENCHMARK.query(GENOTYPES).interval(0.5)
    (bars,) = ax.collections

    for segment, ends in zip(bars.get_segments(), zip(low, high, strict=True), strict=True):
        assert segment[:, 1] == pytest.approx(100 * np.array(ends))


def test_as_many_are_observed_as_predicted(ax):
    """Whatever else cannot be beside each other."""
    with pytest.raises(ValueError, match="3 observed accuracies for 4 architectures"):
        BENCHMARK.plot_predictions(GENOTYPES, [0.9, 0.8, 0.7], ax=ax)


def test_observed_accuracies_are_fractions(ax):
    """Percent would be drawn a hundred times too large."""
    with pytest.raises(ValueError, match=r"observed accuracies 91 to 94\.5, expected fractions, 0 to 1"):
        BENCHMARK.plot_predictions(GENOTYPES, [91, 92, 93, 94.5], ax=ax)


def test_given_architectures_stand_in_the_distribution(ax):
    """At what is predicted of them; the draw is that of its seed."""
    BENCHMARK.plot_distribution({"DARTS": "DARTS_V2", "first": GENOTYPES[0]}, n=50, ax=ax)

    expected = 100 * BENCHMARK.query(["DARTS_V2", GENOTYPES[0]]).mean
    assert [line.get_xdata()[0] for line in ax.lines] == pytest.approx(expected)
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {
        "50 random architectures",
        "DARTS",
        "first",
    }


def test_what_is_no_architecture_is_refused(ax):
    """As by a query."""
    with pytest.raises(GenotypeError, match="architecture 0"):
        BENCHMARK.plot_predictions(["nothing"], ax=ax)
