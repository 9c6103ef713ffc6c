# %% [markdown]
# # First queries, and the landscape around them
#
# A *release* is a frozen ensemble of surrogate models: it answers what training an architecture would have
# given. This notebook asks one for single architectures, for many, and for families of them that show how
# accuracies are distributed, what a change of one edge does, and where a surrogate must not be believed.
#
# It needs `pip install 'nb301[plot,tables]'`, and no GPU: everything here takes some seconds of one
# processor core.

# %%
import numpy as np
from matplotlib import pyplot as plt

import nb301
from nb301.space import sample_many
from nb301.truth.emulated import EmulatedTruth

# %config InlineBackend.figure_formats = ["svg"]

# %% [markdown]
# ## One architecture
#
# The answers of `cifar10-gin-rand-v1.0` rest on 8,843 real trainings on CIFAR-10 by the authors of
# NAS-Bench-301. A benchmark says so first, wherever it is shown.

# %%
benchmark = nb301.load("cifar10-gin-rand-v1.0")
benchmark

# %% [markdown]
# An architecture of the DARTS space is a *genotype*: a normal cell and a reduction cell of eight edges
# each, with an operation on every edge. It comes from a sampler, or from any of the notations in which
# other code writes it.

# %%
genotype = nb301.sample(np.random.default_rng(0))
genotype

# %% [markdown]
# `val_accuracy` has the noise of one training with that seed; `mean` has none. Equal questions get equal
# answers, to the last bit, on any machine.

# %%
benchmark.query(genotype, seed=1)

# %% [markdown]
# ## Many
#
# Lists in, arrays out. A published cell can be asked for by its name.

# %%
published = ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", "GDAS_V1"]
answers = benchmark.query(published)
answers

# %%
frame = answers.to_pandas()
frame.index = published
frame[["mean", "std", "runtime", "parameters"]]

# %% [markdown]
# How good is that? Half of all random architectures lie within a point of each other, and cells that were
# searched for are better than nearly all of them.

# %% alt="Histogram of 1,000 predicted accuracies, with both cells of DARTS near its upper end"
benchmark.plot_distribution({name: name for name in published[:2]})
plt.show()

# %% [markdown]
# Intervals hold 95 % of single trainings: they are as wide as the models disagree and as trainings of one
# architecture vary. Those of most pairs of these ten architectures overlap.

# %% alt="Ten predicted accuracies with intervals, most of which overlap"
ten = sample_many(np.random.default_rng(1), 10)
benchmark.plot_predictions(ten)
plt.show()

# %% [markdown]
# ## Neighbours
#
# `nb301.neighbours` gives all architectures that differ by one operation or by one input. Going to the best
# of them until none is better is a climb. From random architectures climbs are short and end close to each
# other: the landscape is smooth, which is what local search lives on.

# %% alt="Five climbs of predicted accuracy, from different heights to nearly the same"
climbs = []
for start in sample_many(np.random.default_rng(2), 5):
    climb, heights = [start], [benchmark.query(start).mean]
    while True:
        around = nb301.neighbours(climb[-1])
        means = benchmark.query(around).mean
        if means.max() <= heights[-1]:
            break
        climb.append(around[means.argmax()])
        heights.append(float(means.max()))
    climbs.append((climb, heights))

_, ax = plt.subplots(layout="constrained")
for _, heights in climbs:
    ax.plot(100 * np.array(heights), ".-")
ax.set_xlabel("Steps to the best neighbour")
ax.locator_params(axis="x", integer=True)
ax.set_ylabel("Predicted validation accuracy (%)")
ax.set_title(benchmark.rests_on, loc="left", fontsize="medium")
plt.show()

# %% [markdown]
# Where they begin, many neighbours are better. Where they end, none is, by definition; but many are hardly
# worse.

# %% alt="Two histograms of gains: both sides of zero where the climb begins, below zero where it ends"
_, axes = plt.subplots(1, 2, sharey=True, figsize=(8, 3.6), layout="constrained")
ends = {"where it begins": 0, "where it ends": -1}
climb, heights = climbs[0]
for ax, (name, end) in zip(axes, ends.items(), strict=True):
    around = nb301.neighbours(climb[end])
    gain = 100 * (benchmark.query(around).mean - heights[end])
    ax.hist(gain, bins=30)
    ax.axvline(0, color="grey", linestyle="--", linewidth=1)
    title = f"{name}: {np.mean(gain > 0):.0%} are better"
    ax.set_title(title, loc="left", fontsize="medium")
    ax.set_xlabel("Predicted gain in accuracy (points)")
axes[0].set_ylabel("Number of neighbours")
plt.show()

# %% [markdown]
# The end of such a climb is also where the surrogate flatters itself most: of all architectures those are
# chosen that it rates highest, rightly or wrongly.

# %% [markdown]
# ## Where not to believe a surrogate
#
# Random search hardly ever meets a cell full of skip connections, and such cells train badly. What has
# never seen them does not know. This can be measured only where the truth can be asked for anything, so it
# is on the *emulated* ground truth: an explicit function, fitted to real trainings, whose answers are no
# CIFAR-10 accuracies. `emulated-gin-v2.0` saw rows of all optimizers and probes of such cells,
# `emulated-gin-rand-v2.0` only what random search saw.
#
# In 200 random architectures more and more edges of the normal cell become skip connections.


# %%
def with_skips(genotype: nb301.Genotype, count: int) -> nb301.Genotype:
    """Replace so many operations of the normal cell by skip connections."""
    replaced = {*rng.permutation(8)[:count].tolist()}
    edges: list[tuple[int, int, nb301.Op]] = []
    for number, edge in enumerate(genotype.normal.edges):
        op = nb301.Op.skip_connect if number in replaced else edge.op
        edges.append((edge.source, edge.target, op))
    return nb301.Genotype(nb301.Cell.from_edges(edges), genotype.reduce)


rng = np.random.default_rng(3)
starts = sample_many(rng, 200)
families = []
for count in range(9):
    families.append([with_skips(start, count) for start in starts])

# %% alt="Accuracy falls with skip connections; the release of random rows alone hardly follows"
_, ax = plt.subplots(layout="constrained")
truth = EmulatedTruth()
means = [100 * truth.mean(family).mean() for family in families]
ax.plot(means, "k", label="emulated truth")
for name, style in (("emulated-gin-v2.0", "o-"), ("emulated-gin-rand-v2.0", "s--")):
    release = nb301.load(name)
    means = [100 * release.query(family).mean.mean() for family in families]
    ax.plot(means, style, label=name)
ax.set_xlabel("Skip connections put into the normal cell")
ax.set_ylabel("Mean validation accuracy (%)")
ax.set_title("An emulation, not CIFAR-10", loc="left", fontsize="medium")
ax.legend()
plt.show()

# %% [markdown]
# The release of random search's rows alone overrates what it has not seen. `benchmark.familiarity` says
# before an answer is used how far an architecture is from those that a release was fitted on, and what to
# beware of.

# %%
familiarity = release.familiarity(families[8][0])
print(*familiarity.warnings, sep="\n")
