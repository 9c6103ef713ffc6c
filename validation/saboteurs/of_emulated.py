"""Saboteurs of claims about the emulated truth: nearly all spoil the oracle, which has no other fault."""

from __future__ import annotations

from validation.saboteurs import answering, curves, fit, generators, memory, noise, reading, searching
from validation.saboteurs.saboteur import Saboteur, Spoiled

_READING = {
    "ignores_skips": Saboteur(
        reading.IgnoresSkips,
        ("best_skips", "falls_after_four_skips", "all_skip_is_poor", "falls_after_four_without_darts"),
    ),
    "ignores_pools": Saboteur(
        reading.IgnoresPools, ("pools_hurt_at_once_max_pool_3x3", "pools_hurt_at_once_avg_pool_3x3")
    ),
    "reads_reduction_skips": Saboteur(reading.ReadsReductionSkips, ("ops_told_apart",)),
    "confuses_separable": Saboteur(reading.ConfusesSeparable, ("ops_told_apart", "no_relabelling_ops")),
    "confuses_separable_of_both": Saboteur(
        reading.ConfusesSeparableOfBoth, ("ops_told_apart", "no_relabelling_ops")
    ),
    "confuses_dilated": Saboteur(reading.ConfusesDilated, ("ops_told_apart",)),
    "confuses_dilated_of_both": Saboteur(reading.ConfusesDilatedOfBoth, ("ops_told_apart",)),
    "swaps_cells": Saboteur(
        reading.SwapsCells, ("table3_r2", "table3_sparse_kendall_tau", "no_relabelling_cells")
    ),
    "confuses_edges": Saboteur(reading.ConfusesEdges, ("no_relabelling_edges",)),
    "confuses_inputs": Saboteur(reading.ConfusesInputs, ("no_relabelling_inputs",)),
    "not_canonical": Saboteur(reading.NotCanonical, ("isomorphism",)),
    "not_canonical_release": Saboteur(
        reading.NotCanonical, ("rare_faults_isomorphs", "processes"), Spoiled.release
    ),
    "seldom_canonical": Saboteur(reading.SeldomCanonical, ("rare_faults_isomorphs",), is_random=True),
}
_MEMORY = {
    "remembers_test": Saboteur(memory.RemembersTest, ("not_above_ceiling", "no_leak_of_noise")),
    "remembers_fifth": Saboteur(memory.RemembersFifth, ("no_leak_of_noise",), is_random=True),
    "remembers_twentieth": Saboteur(memory.RemembersTwentieth, ("no_leak_of_noise",), is_random=True),
    "remembers_seeds": Saboteur(memory.RemembersSeeds, ("no_leak_of_seeds",)),
    "knows_its_table": Saboteur(memory.KnowsItsTable, ("fresh_as_test",), is_random=True),
    "remembers_one_optimizer": Saboteur(
        memory.RemembersOneOptimizer,
        ("table3_r2", "fit_of_optimizer_de", "fit_of_optimizer_tpe", "left_out_r2_de"),
    ),
    "expects_the_worst": Saboteur(
        memory.ExpectsTheWorst,
        (
            "enough_rows",
            "left_out_darts_overpredicted",
            "below_92_overpredicted",
            "overpredicted_without_darts",
        ),
    ),
    "mixes_up_rows": Saboteur(
        memory.MixesUpRows, ("all_optimizers_explain_more",), Spoiled.oracle_of_random_only
    ),
}
_NOISE = {
    "halves_noise": Saboteur(
        noise.HalvesNoise, ("noise_std_size", "covers_0.5", "covers_0.8", "covers_0.95")
    ),
    "doubles_noise": Saboteur(
        noise.DoublesNoise,
        ("noise_std_size", "covers_no_more_0.5", "covers_no_more_0.8", "covers_no_more_0.95"),
    ),
    "halves_noise_of_random_only": Saboteur(
        noise.HalvesNoise,
        ("random_only_covers_0.5", "random_only_covers_0.8", "random_only_covers_0.95"),
        Spoiled.oracle_of_random_only,
    ),
    "doubles_noise_of_random_only": Saboteur(
        noise.DoublesNoise,
        (
            *("random_only_covers_no_more_0.5", "random_only_covers_no_more_0.8"),
            "random_only_covers_no_more_0.95",
        ),
        Spoiled.oracle_of_random_only,
    ),
    "standard_error": Saboteur(noise.StandardError, ("noise_std_size", "covers_0.8")),
    "variance_for_std": Saboteur(noise.VarianceForStd, ("noise_std_size", "covers_0.8")),
    "noise_in_percent": Saboteur(noise.NoiseInPercent, ("noise_std_size", "covers_no_more_0.8")),
    "noise_of_percent": Saboteur(noise.NoiseOfPercent, ("noise_std_size", "covers_0.8")),
    "constant_noise": Saboteur(noise.ConstantNoise, ("noise_std_ranks",)),
    "inverts_noise": Saboteur(noise.InvertsNoise, ("noise_std_ranks",)),
    "zero_std": Saboteur(
        noise.ZeroStd, ("divergence", "coverage_0.5", "coverage_0.8", "coverage_0.95", "std_of_draws")
    ),
    "shares_noise": Saboteur(noise.SharesNoise, ("noise_independent_architectures",), is_random=True),
    "shares_half_of_noise": Saboteur(
        noise.SharesHalfOfNoise, ("noise_independent_architectures",), is_random=True
    ),
    "ignores_seeds": Saboteur(noise.IgnoresSeeds, ("noise_independent_seeds",), is_random=True),
    "two_valued": Saboteur(noise.TwoValued, ("noise_is_normal",), is_random=True),
    "uniform_noise": Saboteur(noise.Uniform, ("noise_is_normal",), is_random=True),
    "heavy_tails": Saboteur(noise.HeavyTails, ("noise_is_normal",), is_random=True),
    "lucky_noise": Saboteur(noise.Lucky, ("mean_of_draws", "std_of_draws", "noise_is_normal")),
}
_GENERATORS = {
    "global_noise": Saboteur(generators.GlobalNoise, ("order_of_draws", "global_state")),
    "reseeds_numpy": Saboteur(generators.ReseedsNumpy, ("global_state",)),
    "reseeds_python": Saboteur(generators.ReseedsPython, ("global_state",)),
    "reseeds_torch": Saboteur(generators.ReseedsTorch, ("global_state",)),
}
_ANSWERING = {
    "percent": Saboteur(
        answering.Percent, ("table3_r2", "closer_than_table", "divergence", "all_skip_is_poor")
    ),
    "rounds": Saboteur(answering.Rounds, ("distinct",)),
    "sometimes_high": Saboteur(answering.SometimesHigh, ("rare_faults_errors",), is_random=True),
    "sometimes_low": Saboteur(answering.SometimesLow, ("rare_faults_errors",), is_random=True),
    "depends_on_batch": Saboteur(answering.DependsOnBatch, ("batches",)),
    "shifts_last_chunk": Saboteur(answering.ShiftsLastChunk, ("long_lists",)),
    "drifts": Saboteur(answering.Drifts, ("long_lists",)),
    "tens_of_seconds": Saboteur(
        answering.TensOfSeconds,
        (
            "runtime_r2",
            "found_1e5_rs",
            "found_1e5_ls",
        ),
    ),
    "typical_seconds": Saboteur(answering.TypicalSeconds, ("runtime_r2",)),
}
_FIT = {
    "mean": Saboteur(
        fit.Mean,
        (
            *("table3_r2", "table3_sparse_kendall_tau", "closer_than_table", "topology_depth_3"),
            *("left_out_r2_re", "left_out_sparse_kendall_tau_re", "enough_rows", "one_shot_pc_darts"),
        ),
    ),
    "mean_of_random_only": Saboteur(
        fit.Mean,
        ("random_only_rs_r2", "random_only_sparse_kendall_tau", "all_skip_is_poor_random_only"),
        Spoiled.oracle_of_random_only,
    ),
    "constant_member": Saboteur(fit.ConstantMember, ("members_explain", "differences_not_too_small")),
    "rugged": Saboteur(
        fit.Rugged,
        (
            "table3_r2",
            "calibration",
            "found_1e5_rs",
            "overrated_1e5_rs",
            "found_1e6_re",
            "found_1e5_early_stopping_hyperband",
            "found_1e6_early_stopping_hyperband",
            "overrated_1e6_re",
            "found_1e7_rs",
            "overrated_1e7_rs",
        ),
        is_random=True,
    ),
    "saturates": Saboteur(fit.Saturates, ("found_1e6_re",)),
    "shrinks": Saboteur(fit.Shrinks, ("differences_not_too_small",)),
    "stretches": Saboteur(fit.Stretches, ("differences_not_too_large",)),
    "optimist": Saboteur(
        fit.Optimist,
        (
            "top_not_overrated_0.01",
            "top_not_overrated_0.05",
            "no_bias_near_best",
            "overrated_1e5_rs",
            "overrated_1e6_re",
        ),
    ),
    "optimist_at_the_top": Saboteur(
        fit.OptimistAtTheTop,
        ("top_not_overrated_0.01",),
    ),
    "flattens": Saboteur(
        fit.Flattens,
        (
            "top_not_underrated_0.01",
            "top_not_underrated_0.05",
        ),
    ),
    "loves_the_best": Saboteur(fit.LovesTheBest, ("no_bias_near_best",)),
    "overrates_an_op": Saboteur(fit.OverratesAnOp, ("op_effects",)),
    "knows_only_collapse": Saboteur(
        fit.KnowsOnlyCollapse,
        (
            "table3_r2",
            "left_out_darts_explained_by_skips",
        ),
    ),
}
_CURVES = {
    "one_shape": Saboteur(
        curves.OneShape,
        ("curves_explained", "curves_rank_4"),
        is_random=True,
    ),
    "one_shape_of_random_only": Saboteur(
        curves.OneShape, ("random_only_curves_explained",), Spoiled.oracle_of_random_only
    ),
    "tells_the_end": Saboteur(curves.TellsTheEnd, ("curves_rank_11",)),
    "swaps_cells_of_curves": Saboteur(curves.SwapsCellsOfCurves, ("curves_explained",)),
    "late_epochs": Saboteur(curves.LateEpochs, ("curves_explained",)),
    "no_epoch_noise": Saboteur(
        curves.NoEpochNoise, ("curves_noise_size", "curves_noise_memory", "curves_cross")
    ),
    "halves_epoch_noise": Saboteur(curves.HalvesEpochNoise, ("curves_noise_size", "curves_rank_33")),
    "doubles_epoch_noise": Saboteur(curves.DoublesEpochNoise, ("curves_noise_size", "curves_rank_33")),
    "remembers_epochs": Saboteur(
        curves.RemembersEpochs, ("curves_noise_memory", "curves_cross"), is_random=True
    ),
    "ends_elsewhere": Saboteur(curves.EndsElsewhere, ("curves_are_draws",)),
}
_SEARCHING = {
    "exaggerates": Saboteur(
        searching.Exaggerates,
        ("overrated_1e6_re",),
    ),
    "rugged_where_good": Saboteur(
        searching.RuggedWhereGood,
        (
            "overrated_1e5_rs",
            "overrated_1e6_re",
        ),
        is_random=True,
    ),
    "saturates_where_good": Saboteur(
        searching.SaturatesWhereGood,
        (
            "found_1e6_re",
            "overrated_1e6_re",
        ),
    ),
    "saturates_without_rows": Saboteur(searching.SaturatesWithoutRows, ("left_out_trajectory_re",)),
    "draws_without_noise": Saboteur(
        searching.DrawsWithoutNoise,
        (
            "std_of_draws",
            "found_1e6_ls",
            "found_1e6_rs",
        ),
    ),
}
OF_EMULATED: dict[str, Saboteur] = {
    **_READING,
    **_MEMORY,
    **_NOISE,
    **_GENERATORS,
    **_ANSWERING,
    **_FIT,
    **_CURVES,
    **_SEARCHING,
}
