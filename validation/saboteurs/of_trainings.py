"""Saboteurs of claims about real trainings: they spoil the stand-in, whose table is everywhere."""

from __future__ import annotations

from validation.saboteurs import answering, fit, memory, noise, reading
from validation.saboteurs.base import Faulty
from validation.saboteurs.saboteur import Saboteur, Spoiled


def _of(make: type[Faulty], *caught_by: str, is_random: bool = False) -> Saboteur:
    return Saboteur(make, caught_by, Spoiled.stand_in, is_random)


OF_TRAININGS: dict[str, Saboteur] = {
    "mean_of_trainings": _of(
        fit.Mean,
        *("beats_linear_r2", "beats_linear_sparse_kendall_tau", "beats_linear_spearman"),
        *("table3_r2", "table3_sparse_kendall_tau", "ranks_unseen"),
        *("darts_cell", "all_skip_cell", "distinct"),
    ),
    "swaps_cells_of_trainings": _of(reading.SwapsCells, "no_relabelling_cells"),
    "confuses_separable_of_trainings": _of(reading.ConfusesSeparable, "no_relabelling_ops"),
    "confuses_edges_of_trainings": _of(reading.ConfusesEdges, "no_relabelling_edges"),
    "confuses_inputs_of_trainings": _of(reading.ConfusesInputs, "no_relabelling_inputs"),
    "remembers_tenth_of_trainings": _of(memory.RemembersTenth, "no_exact_leak", is_random=True),
    "remembers_half_of_trainings": _of(
        memory.RemembersHalf,
        *("no_exact_leak", "not_above_ceiling", "no_better_than_refit", "covers_no_more_0.5"),
        is_random=True,
    ),
    "halves_noise_of_trainings": _of(
        noise.HalvesNoise,
        *("covers_0.5", "covers_0.8", "covers_0.95", "covers_half_upper", "covers_half_lower"),
    ),
    "doubles_noise_of_trainings": _of(
        noise.DoublesNoise,
        *("covers_no_more_0.5", "covers_no_more_0.8", "covers_no_more_0.95"),
        *("covers_half_no_more_upper", "covers_half_no_more_lower"),
    ),
    "predicts_best_epochs": _of(fit.PredictsBestEpochs, "no_bias"),
    "optimist_of_trainings": _of(fit.Optimist, "top_not_overrated_0.01", "top_not_overrated_0.05"),
    "flattens_of_trainings": _of(fit.Flattens, "top_not_underrated_0.01", "top_not_underrated_0.05"),
    "loves_the_best_of_trainings": _of(fit.LovesTheBest, "no_bias_near_best"),
    "rounds_of_trainings": _of(answering.Rounds, "distinct"),
    "shrinks_of_trainings": _of(fit.Shrinks, "spread_not_too_small"),
    "stretches_of_trainings": _of(fit.Stretches, "spread_not_too_large"),
}
