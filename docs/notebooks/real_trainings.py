# %% [markdown]
# # Real trainings beside predictions
#
# How good are a surrogate's answers? The honest test is trainings that it has not seen. This notebook makes
# it twice: on small networks, whose trainings come with the library, and on CIFAR-10.
#
# It needs `pip install 'nb301[plot,tables]'`; the second half reads files of the repository.

# %%
import json
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from scipy.stats import spearmanr

import nb301
from nb301.metrics import r2
from nb301.tables.splits import stratified_split

# %config InlineBackend.figure_formats = ["svg"]

# %% [markdown]
# ## Small networks on Fashion-MNIST
#
# `fashion-mnist-tiny-v1.0` is an evaluation table of 2,040 real trainings: networks of 8 channels and 3
# cells, 3 epochs, images of 8x8 pixels. They take seconds instead of hours, so anybody can repeat one
# (`nb301 verify`). Their accuracies say nothing of CIFAR-10; the method is the same.

# %%
table = nb301.tables.load("fashion-mnist-tiny-v1.0")
table.rows[["val_accuracy", "runtime", "parameters"]].describe()[1:].round(4)

# %% [markdown]
# A release keeps the seed of its split, so what its models were not fitted on is known: the test rows.

# %%
benchmark = nb301.load("fashion-mnist-tiny-gin-v1.0")
split = benchmark.release.manifest.split
assert split is not None
unseen = table.select(stratified_split(table, split.seed).test)
observed = unseen.rows["val_accuracy"].to_numpy()
predicted = benchmark.query(unseen.genotypes)
low, high = predicted.interval(0.95)
print(f"{len(observed)} trainings; R2 {r2(observed, predicted.mean):.2f}")
inside = np.mean((low <= observed) & (observed <= high))
print(f"{inside:.0%} of them lie in the intervals of 95 %")

# %% alt="Predicted beside observed accuracies with intervals, around the line where both are equal"
benchmark.plot_predictions(unseen.genotypes, observed)
plt.show()

# %% [markdown]
# The intervals are too narrow: this release knows no noise of trainings (`benchmark.release.manifest.noise`
# is None), and takes the disagreement of its members for it. Those on CIFAR-10 know it, and 94.1 to 94.8 %
# of the trainings below lie in their intervals, as [their validation](../validation.md) says.
#
# The ranks are about as good as they can be: trainings of one architecture differ. Of 200 architectures
# there are five trainings each; how much of the variance lies between seeds is how much of it nobody can
# predict.

# %%
rows = table.rows.assign(genotype=[each.hash for each in table.genotypes])
five = rows.groupby("genotype").filter(lambda trainings: len(trainings) == 5)
by_architecture = five.groupby("genotype")["val_accuracy"]
between_seeds, together = by_architecture.var().mean(), observed.var()
print(f"std between seeds: {100 * between_seeds**0.5:.2f} points")
print(f"noise allows an R2 of about {1 - between_seeds / together:.2f}")

# %% [markdown]
# ## CIFAR-10
#
# The releases `cifar10-*` were fitted to 8,843 trainings by the authors of NAS-Bench-301 (Siems et al.,
# 2020), whose accuracies NAS-Bench-Suite-Zero (Krishnakumar et al., 2022) published. The rows are not
# shipped; the repository keeps what the releases say of the 884 trainings that none of them has seen,
# beside what these gave.

# %%
kept = Path("../../leaderboard/pages/releases/kept")
compared = {}
for name in ("cifar10-gin-rand-v1.0", "cifar10-xgb-rand-v1.0", "cifar10-lgb-rand-v1.0"):
    columns = json.loads((kept / f"{name}.json").read_text())
    compared[name] = pd.DataFrame({of: columns[of] for of in ("observed", "predicted")})

agreement = pd.DataFrame(index=["R2", "Spearman", "mean absolute error (points)"])
for name, errors in compared.items():
    observed, predicted = errors["observed"], errors["predicted"]
    off = (predicted - observed).abs().mean()
    agreement[name] = r2(observed, predicted), spearmanr(observed, predicted).statistic, off
agreement.round(3)

# %% alt="Predicted beside observed errors of GIN, XGBoost and LightGBM, around equality"
_, axes = plt.subplots(1, 3, sharex=True, sharey=True, figsize=(9, 3.4), layout="constrained")
for ax, (name, errors) in zip(axes, compared.items(), strict=True):
    ax.plot(errors["observed"], errors["predicted"], ".", markersize=3, alpha=0.5)
    ax.axline((6.5, 6.5), slope=1, color="grey", linestyle="--", linewidth=1)
    ax.set_title(name, loc="left", fontsize="medium")
    ax.set_xlabel("Observed error (%)")
axes[0].set_ylabel("Predicted error (%)")
title = "Validation errors of 884 real trainings on CIFAR-10, last epoch, that no release has seen"
plt.gcf().suptitle(title, fontsize="medium")
plt.show()

# %% [markdown]
# Each of these trainings was made once, and noise allows an R2 of about 0.91. What the releases know is
# what random search sees: of cells that are unlike these rows, such as cells full of skip connections, the
# picture says nothing.
