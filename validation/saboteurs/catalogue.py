"""Saboteurs: faulty surrogates, and the claims that must catch them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from nb301.files import sha256
from nb301.releases import find
from nb301.releases.fitted_table import fitted_table
from nb301.releases.report import ClaimVerdict
from validation.claims import claims_about
from validation.fits import RowSet
from validation.judging import family_of, measure
from validation.measures import NotApplicable
from validation.predictors import Predictor
from validation.saboteurs.faults import (
    DependsOnBatch,
    ExpectsTheWorst,
    GlobalNoise,
    IgnoresPools,
    IgnoresSkips,
    KnowsOnlyCollapse,
    LeaksTest,
    LuckyNoise,
    Mean,
    MixesUpRows,
    NotCanonical,
    Percent,
    RemembersOneOptimizer,
    Rugged,
    Saturates,
    SwapsCells,
    TensOfSeconds,
    ZeroStd,
)
from validation.saboteurs.stand_in import stand_in
from validation.saboteurs.subtle import (
    ConfusesConvolutions,
    ConfusesEdges,
    ConfusesInputs,
    DoublesNoise,
    Flattens,
    HalvesNoise,
    LovesTheBest,
    Optimist,
    PredictsBestEpochs,
    RemembersMost,
    RemembersSome,
    Rounds,
    Shrinks,
    Stretches,
)
from validation.subject import Subject, subject_of


@dataclass(frozen=True, slots=True)
class Saboteur:
    """A faulty surrogate and who must catch it.

    Args:
        make: Spoils a predictor of a subject; one that was fitted for a claim comes with its rows.
        caught_by: Ids of claims that must fail.
        release: What it spoils: a release, or the stand-in for those on real trainings.
    """

    make: Callable[[Predictor, Subject, RowSet | None], Predictor]
    caught_by: tuple[str, ...]
    release: str = "emulated-xgb-v1.0"

    @property
    def fault(self) -> str:
        """What it does, for people."""
        return (self.make.__doc__ or "").splitlines()[0]


#: Spoiled in place of a release on real trainings, whose table is not everywhere.
STAND_IN = "stand-in"
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
    "mean_of_stand_in": Saboteur(
        Mean,
        (
            "beats_linear_r2",
            "beats_linear_sparse_kendall_tau",
            "beats_linear_spearman",
            "table3_r2",
            "table3_sparse_kendall_tau",
            "ranks_unseen",
            "darts_cell",
            "all_skip_cell",
            "distinct",
        ),
        STAND_IN,
    ),
    "confuses_cells": Saboteur(SwapsCells, ("no_relabelling_cells",), STAND_IN),
    "confuses_convolutions": Saboteur(ConfusesConvolutions, ("no_relabelling_ops",), STAND_IN),
    "confuses_edges": Saboteur(ConfusesEdges, ("no_relabelling_edges",), STAND_IN),
    "confuses_inputs": Saboteur(ConfusesInputs, ("no_relabelling_inputs",), STAND_IN),
    "remembers_some": Saboteur(RemembersSome, ("no_exact_leak",), STAND_IN),
    "remembers_most": Saboteur(
        RemembersMost,
        ("no_exact_leak", "not_above_ceiling", "no_better_than_refit", "covers_no_more_0.5"),
        STAND_IN,
    ),
    "halves_noise": Saboteur(
        HalvesNoise,
        ("covers_0.5", "covers_0.8", "covers_0.95", "covers_half_upper", "covers_half_lower"),
        STAND_IN,
    ),
    "doubles_noise": Saboteur(
        DoublesNoise,
        (
            "covers_no_more_0.5",
            "covers_no_more_0.8",
            "covers_no_more_0.95",
            "covers_half_no_more_upper",
            "covers_half_no_more_lower",
        ),
        STAND_IN,
    ),
    "predicts_best_epochs": Saboteur(PredictsBestEpochs, ("no_bias",), STAND_IN),
    "optimist": Saboteur(Optimist, ("top_not_overrated_0.01", "top_not_overrated_0.05"), STAND_IN),
    "flattens": Saboteur(Flattens, ("top_not_underrated_0.01", "top_not_underrated_0.05"), STAND_IN),
    "loves_the_best": Saboteur(LovesTheBest, ("no_bias_near_best",), STAND_IN),
    "rounds": Saboteur(Rounds, ("distinct",), STAND_IN),
    "shrinks": Saboteur(Shrinks, ("spread_not_too_small",), STAND_IN),
    "stretches": Saboteur(Stretches, ("spread_not_too_large",), STAND_IN),
}


def sabotaged(name: str, cache: Path) -> Subject:
    """A subject with the fault."""
    saboteur = SABOTEURS[name]
    subject = _spoiled(saboteur.release, cache)
    return replace(
        subject,
        name=name,
        key=sha256(f"{name} {subject.key}".encode()),
        predictor=saboteur.make(subject.predictor, subject, None),
        is_kept=False,  # its hash does not say what its fault does
        wrap=lambda predictor, rows: saboteur.make(predictor, subject, rows),
    )


def _spoiled(name: str, cache: Path) -> Subject:
    """What a saboteur spoils."""
    if name == STAND_IN:
        return stand_in(cache)
    release = find(name)
    return subject_of(release, fitted_table(release.manifest), cache)


def verdict(subject: Subject, claim_id: str) -> ClaimVerdict:
    """What a claim says of a subject.

    Raises:
        KeyError: There is no claim of that id about it.
    """
    claims = claims_about(subject.table.truth, family_of(subject), subject.trained_on)
    by_id = {claim.id: claim for claim in claims}
    try:
        return measure(by_id[claim_id], subject).verdict
    except NotApplicable:
        return ClaimVerdict.not_applicable
