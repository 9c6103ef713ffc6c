"""Surrogates with one fault each, and the claims that must catch them: the suite must be able to fail.

`python -m validation.saboteurs.catalogue --out docs/saboteurs.md` writes what every quick claim says of each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from nb301.cli.output import progress
from nb301.encodings import vector
from nb301.files import sha256, write_text
from nb301.noise import keyed_normal
from nb301.releases import find
from nb301.space import Cell, Genotype, Op, to_codes
from validation.claims import claims_about
from validation.intervals import Array, Rows
from validation.judging import family_of, measure
from validation.measures import NotApplicable
from validation.subject import Genotypes, Predictor, Subject, draw, embedded_table, subject_of


class Faulty:
    """A surrogate that answers as another one, but for what a subclass changes.

    Args:
        predictor: The one that it spoils.
        subject: Whose table and truth it may misuse.
        rows: What it was fitted to for a claim; empty for the subject's own predictor.
    """

    def __init__(self, predictor: Predictor, subject: Subject, rows: str = "") -> None:
        self.predictor, self.subject, self.rows = predictor, subject, rows

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Mean and std, fractions."""
        return self.predictor.predict([self.see(genotype) for genotype in genotypes])

    def see(self, genotype: Genotype) -> Genotype:
        """The architecture as the surrogate sees it."""
        return genotype

    def seconds(self, genotypes: Genotypes) -> Array:
        """Seconds of a training."""
        truth = self.subject.truth
        assert truth is not None
        return truth.median_runtime(genotypes)


class IgnoresSkips(Faulty):
    """Takes skip connections for separable convolutions."""

    def see(self, genotype: Genotype) -> Genotype:
        """Without skip connections in the normal cell."""
        return _replaced(genotype, {Op.skip_connect: Op.sep_conv_3x3})


class IgnoresPools(Faulty):
    """Takes pools for separable convolutions."""

    def see(self, genotype: Genotype) -> Genotype:
        """Without pools in the normal cell."""
        pools = (Op.max_pool_3x3, Op.avg_pool_3x3)
        return _replaced(genotype, dict.fromkeys(pools, Op.sep_conv_3x3))


class SwapsCells(Faulty):
    """Takes the reduction cell for the normal cell."""

    def see(self, genotype: Genotype) -> Genotype:
        """With its cells swapped."""
        return Genotype(genotype.reduce, genotype.normal)


class Mean(Faulty):
    """Predicts the mean of the table, whatever it is asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The mean and std of all rows."""
        rows = self.subject.table.rows["val_accuracy"]
        return np.full(len(genotypes), rows.mean()), np.full(len(genotypes), rows.std())


class Percent(Faulty):
    """Shifts a unit: predicts percent where fractions are asked for."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A hundred times too much."""
        mean, std = self.predictor.predict(genotypes)
        return mean * 100, std * 100


class LeaksTest(Faulty):
    """Has seen the test rows: remembers what the table says of an architecture."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The table's accuracy where there is one."""
        mean, std = self.predictor.predict(genotypes)
        known = _accuracies(self.subject)
        return np.array([known.get(g.key, m) for g, m in zip(genotypes, mean.tolist(), strict=True)]), std


class RemembersOneOptimizer(Faulty):
    """Remembers the rows of regularized evolution, and knows of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The observed accuracy, or the mean."""
        known = _accuracies(self.subject, "re")
        rows = self.subject.table.rows["val_accuracy"]
        found = [known.get(genotype.key, float(rows.mean())) for genotype in genotypes]
        return np.array(found), np.full(len(genotypes), rows.std())


class ZeroStd(Faulty):
    """Is never uncertain."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """With a std of zero."""
        mean, _ = self.predictor.predict(genotypes)
        return mean, np.zeros_like(mean)


class GlobalNoise(Faulty):
    """Draws its noise from numpy's global generator, seeded with the first seed that it is asked with."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """A stream, not a function."""
        mean, std = self.predictor.predict(genotypes)
        np.random.seed(int(seeds[0]))  # noqa: NPY002 - this is the fault
        return np.asarray(mean + std * np.random.standard_normal(len(mean)))  # noqa: NPY002


class LuckyNoise(Faulty):
    """Draws too good trainings, too far apart."""

    def draws(self, genotypes: Genotypes, seeds: Rows) -> Array:
        """Half a std too high, with twice the std."""
        mean, std = self.predictor.predict(genotypes)
        return mean + std / 2 + 2 * (draw(self.predictor, genotypes, seeds) - mean)


class NotCanonical(Faulty):
    """Tells genotypes apart that differ in the names of nodes alone, as the official encoding does."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A little more for each odd number in the vector."""
        mean, std = self.predictor.predict(genotypes)
        return mean + 1e-5 * (vector(to_codes(genotypes)) % 2).sum(axis=1), std


class DependsOnBatch(Faulty):
    """Normalises over what it is asked for together."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Shifted by the batch's mean."""
        mean, std = self.predictor.predict(genotypes)
        return mean - 0.01 * (mean - mean.mean()), std


class Rugged(Faulty):
    """Adds noise of a point to each architecture: neighbours tell nothing of each other."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """With fixed noise."""
        mean, std = self.predictor.predict(genotypes)
        keys = np.array([genotype.key for genotype in genotypes], dtype=np.uint64)
        return np.asarray(mean + 0.01 * keyed_normal(keys, 0, 99)), std


class Saturates(Faulty):
    """Predicts nothing above 94 %."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Cut off."""
        mean, std = self.predictor.predict(genotypes)
        return np.minimum(mean, 0.94), std


class TensOfSeconds(Faulty):
    """Predicts tens of seconds where seconds are asked for."""

    def seconds(self, genotypes: Genotypes) -> Array:
        """A tenth."""
        return super().seconds(genotypes) / 10


class ExpectsTheWorst(Faulty):
    """Predicts what it does not know, good or bad, five points too low."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """Lower where it was fitted without rows."""
        mean, std = self.predictor.predict(genotypes)
        return (mean - 0.05 if self.rows else mean), std


class KnowsOnlyCollapse(Faulty):
    """Knows architectures of many skip connections, and of others their mean alone."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """The truth with more than four skip connections."""
        truth = self.subject.truth
        assert truth is not None
        known = truth.mean(genotypes)
        many = np.array([genotype.normal.count(Op.skip_connect) > 4 for genotype in genotypes])
        return np.where(many, known, 0.93), np.full(len(known), 0.001)


class MixesUpRows(Faulty):
    """Was fitted to nothing where it says that it was fitted to rows of all optimizers."""

    def predict(self, genotypes: Genotypes) -> tuple[Array, Array]:
        """A constant."""
        mean, std = self.predictor.predict(genotypes)
        return (np.full(len(mean), 0.93) if self.rows == "equal_size" else mean), std


@dataclass(frozen=True, slots=True)
class Saboteur:
    """A faulty surrogate and who must catch it.

    Args:
        make: From the predictor that it spoils, the subject, and the rows of a claim's own fit.
        caught_by: Ids of claims that must fail.
        release: What it spoils.
    """

    make: Callable[[Predictor, Subject, str], Predictor]
    caught_by: tuple[str, ...]
    release: str = "emulated-xgb-v1.0"

    @property
    def fault(self) -> str:
        """What it does, for people."""
        return (self.make.__doc__ or "").splitlines()[0]


SABOTEURS: dict[str, Saboteur] = {
    "ignores_skips": Saboteur(
        IgnoresSkips,
        ("best_skips", "falls_after_four_skips", "all_skip_is_poor", "falls_after_four_without_darts"),
    ),
    "ignores_pools": Saboteur(
        IgnoresPools, ("pools_hurt_at_once_max_pool_3x3", "pools_hurt_at_once_avg_pool_3x3")
    ),
    "swaps_cells": Saboteur(SwapsCells, ("table3_r2", "table3_sparse_kendall_tau")),
    "mean": Saboteur(
        Mean,
        (
            "table3_r2",
            "table3_sparse_kendall_tau",
            "closer_than_table",
            "topology_depth_3",
            "left_out_r2_re",
            "left_out_sparse_kendall_tau_re",
            "enough_rows",
            "one_shot_pc_darts",
            "trajectory_rs",
            "left_out_trajectory_re",
            "ranking_100000.0",
        ),
    ),
    "percent": Saboteur(Percent, ("table3_r2", "closer_than_table", "divergence", "all_skip_is_poor")),
    "leaks_test": Saboteur(LeaksTest, ("not_above_ceiling",)),
    "remembers_one_optimizer": Saboteur(
        RemembersOneOptimizer, ("table3_r2", "fit_of_optimizer_de", "fit_of_optimizer_tpe", "left_out_r2_de")
    ),
    "zero_std": Saboteur(
        ZeroStd, ("divergence", "coverage_0.5", "coverage_0.8", "coverage_0.95", "std_of_draws")
    ),
    "global_noise": Saboteur(GlobalNoise, ("order_of_draws", "global_state")),
    "lucky_noise": Saboteur(LuckyNoise, ("mean_of_draws", "std_of_draws")),
    "not_canonical": Saboteur(NotCanonical, ("isomorphism", "processes")),
    "depends_on_batch": Saboteur(DependsOnBatch, ("batches",)),
    "rugged": Saboteur(Rugged, ("table3_r2", "calibration")),
    "saturates": Saboteur(Saturates, ("final_error_ls",)),
    "tens_of_seconds": Saboteur(TensOfSeconds, ("runtime_r2", "trajectory_ls")),
    "expects_the_worst": Saboteur(
        ExpectsTheWorst,
        ("left_out_darts_overpredicted", "below_92_overpredicted", "overpredicted_without_darts"),
    ),
    "knows_only_collapse": Saboteur(KnowsOnlyCollapse, ("left_out_darts_explained_by_skips",)),
    "mixes_up_rows": Saboteur(MixesUpRows, ("all_optimizers_explain_more",), "emulated-xgb-rand-v1.0"),
    "mean_of_random_only": Saboteur(
        Mean,
        ("random_only_rs_r2", "random_only_sparse_kendall_tau", "all_skip_is_poor_random_only"),
        "emulated-xgb-rand-v1.0",
    ),
}


def sabotaged(name: str, cache: Path) -> Subject:
    """A subject with the fault."""
    saboteur = SABOTEURS[name]
    release = find(saboteur.release)
    subject = subject_of(release, embedded_table(release.manifest), cache)
    return replace(
        subject,
        name=name,
        key=sha256(f"{name} {release.release_hash}".encode()),
        predictor=saboteur.make(subject.predictor, subject, ""),
        is_kept=False,  # its hash does not say what its fault does
        wrap=lambda predictor, rows: saboteur.make(predictor, subject, rows),
    )


def verdict(subject: Subject, claim_id: str) -> str:
    """What a claim says of a subject.

    Raises:
        KeyError: There is no claim of that id about it.
    """
    claims = {
        claim.id: claim for claim in claims_about(subject.table.truth, family_of(subject), subject.trained_on)
    }
    try:
        return measure(claims[claim_id], subject).verdict
    except NotApplicable:
        return "not applicable"


def matrix(cache: Path, report: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, str]]:
    """Verdicts by saboteur and claim: of all quick claims, and of those that must catch it."""
    found: dict[str, dict[str, str]] = {}
    for name, saboteur in SABOTEURS.items():
        subject = sabotaged(name, cache)
        claims = claims_about(subject.table.truth, family_of(subject), subject.trained_on)
        asked = [claim.id for claim in claims if not claim.slow or claim.id in saboteur.caught_by]
        found[name] = {claim_id: verdict(subject, claim_id) for claim_id in asked}
        report(name)
    return found


def main(
    out: Annotated[Path | None, typer.Option(help="A Markdown file to write.")] = None,
    cache: Annotated[Path, typer.Option(help="Keeps fits and runs.")] = Path("build/validation"),
) -> None:
    """Print which claims fail for each saboteur."""
    with progress() as bar:
        task = bar.add_task("saboteurs", total=len(SABOTEURS))
        found = matrix(cache, lambda _: bar.advance(task))
    lines = list(_page(found))
    typer.echo("\n".join(lines))
    if out is not None:
        write_text(out, "\n".join(lines) + "\n")


_ABOUT = """# Saboteurs

Surrogates with one fault each, and the claims that fail for them: **those that must catch it**, and others.
Every quick claim was asked, of the slow ones those that must. Made by
`python -m validation.saboteurs.catalogue --out docs/saboteurs.md`.

| saboteur | fault | caught by | missed by those that must |
|---|---|---|---|"""


def _page(found: dict[str, dict[str, str]]) -> Sequence[str]:
    lines = [_ABOUT]
    for name, verdicts in found.items():
        saboteur = SABOTEURS[name]
        caught = [claim for claim, said in verdicts.items() if said == "fails"]
        named = ", ".join(f"**{claim}**" if claim in saboteur.caught_by else claim for claim in caught)
        missed = ", ".join(claim for claim in saboteur.caught_by if claim not in caught) or "none"
        lines.append(f"| {name} | {saboteur.fault} | {named} | {missed} |")
    return lines


def _accuracies(subject: Subject, optimizer: str = "") -> dict[int, float]:
    rows = subject.table.rows
    chosen = np.flatnonzero(rows["optimizer"] == optimizer) if optimizer else subject.split.test
    accuracies = rows["val_accuracy"].to_numpy()[chosen].tolist()
    return dict(zip((g.key for g in subject.genotypes(chosen)), accuracies, strict=True))


def _replaced(genotype: Genotype, ops: dict[Op, Op]) -> Genotype:
    edges = [(edge.source, edge.target, ops.get(edge.op, edge.op)) for edge in genotype.normal.edges]
    return Genotype(Cell.from_edges(edges), genotype.reduce)


if __name__ == "__main__":
    typer.run(main)
