"""What is kept of a run: incumbents, equality by value, a short name."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nb301.optimizers import Trajectory
from nb301.space import Genotype, sample_many

GENOTYPES = sample_many(np.random.default_rng(0), 10)


def run(accuracies):
    """A run of trainings of 10 s."""
    n = len(accuracies)
    return Trajectory(
        genotypes=GENOTYPES[:n],
        seeds=np.ones(n, dtype=np.int64),
        val_accuracy=np.array(accuracies, dtype=np.float64),
        runtime=np.full(n, 10.0),
        clock=10.0 * np.arange(1, n + 1),
    )


def test_incumbents_are_the_best_observed_so_far():
    """The incumbent is the first best observed so far; of equals the earlier stays."""
    trajectory = run([0.90, 0.89, 0.92, 0.92, 0.91, 0.93])
    assert trajectory.incumbents.tolist() == [0, 0, 2, 2, 2, 5]


def test_of_short_trainings_the_longest_count():
    """The incumbent is the best of what has been trained longest so far, however good the others look."""
    whole = run([0.70, 0.80, 0.60, 0.75, 0.90, 0.76])
    short = replace(whole, epochs=np.array([1, 1, 3, 3, 1, 3]))
    assert short.incumbents.tolist() == [0, 1, 2, 3, 3, 5]
    assert short.incumbent_at(np.array([20.0, 50.0])).tolist() == [1, 3]
    assert repr(short) == "<Trajectory of 6 evaluations in 60 s: best val_accuracy 0.7600>"
    assert short != whole
    assert whole != short


def test_incumbent_at_any_time():
    """At any time the incumbent is the best of what has ended; before the first end there is none."""
    trajectory = run([0.90, 0.89, 0.92])
    seconds = np.array([0.0, 9.99, 10.0, 19.99, 20.0, 29.99, 30.0, 1e9])
    assert trajectory.incumbent_at(seconds).tolist() == [-1, -1, 0, 0, 0, 0, 2, 2]
    assert trajectory.incumbent_at(np.array([30.0, 0.0])).tolist() == [2, -1]


def test_runs_are_equal_by_value_and_print_short():
    """A run is read-only, equal to an equal run, and says in a line what it is."""
    one, same, other = (run(accuracies) for accuracies in ([0.9, 0.8, 0.7], [0.9, 0.8, 0.7], [0.9] * 3))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert repr(one) == "<Trajectory of 3 evaluations in 30 s: best val_accuracy 0.9000>"
    with pytest.raises(ValueError, match="read-only"):
        one.val_accuracy[0] = 1
    assert "without evaluations" in repr(run([]))


def test_run_draws_itself():
    """In notebooks the incumbent's error, below what the run is."""
    shown = run([0.90, 0.89, 0.92])._repr_html_()
    assert "<p>Trajectory of 3 evaluations in 30 s: best val_accuracy 0.9200</p>" in shown
    assert "8.00 to 10.00" in shown
    assert "<p>Trajectory without evaluations</p>" in run([])._repr_html_()


def test_runs_plot_onto_common_axes():
    """The incumbent's error over time; the title says what answers rest on."""
    ax = run([0.90, 0.89, 0.92]).plot(Figure().subplots(), on="an emulation", label="one")
    assert run([0.80, 0.85]).plot(ax, label="other", linestyle=":") is ax

    assert ax.get_title(loc="left") == "an emulation"
    assert [line.get_label() for line in ax.lines] == ["one", "other"]
    assert ax.lines[0].get_xdata().tolist() == [10.0, 20.0, 30.0]
    assert ax.lines[0].get_ydata() == pytest.approx([10.0, 10.0, 8.0])


def test_run_is_a_frame_of_evaluations():
    """Genotypes are texts; epochs are there where trainings differ by them."""
    whole = run([0.70, 0.80])
    frame = whole.to_pandas()

    assert [*frame] == ["genotype", "seed", "val_accuracy", "runtime", "clock"]
    assert [*map(Genotype.parse, frame["genotype"])] == whole.genotypes
    assert replace(whole, epochs=np.array([1, 3])).to_pandas()["epochs"].tolist() == [1, 3]
