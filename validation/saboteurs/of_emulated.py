"""Saboteurs of claims about the emulated truth: nearly all spoil the oracle, which has no other fault."""

from __future__ import annotations

from validation.saboteurs import answering, fit, generators, memory, noise, reading, searching
from validation.saboteurs.saboteur import Saboteur, Spoiled

_READING = {
    "ignores_skips": Saboteur(
        reading.IgnoresSkips,
        ("best_skips", "falls_after_four_skips", "all_skip_is_poor", "falls_after_four_without_darts"),
    ),
    "ignores_pools": Saboteur(
        reading.IgnoresPools, ("pools_hurt_at_once_max_pool_3x3", "pools_hurt_at_once_avg_pool_3x3")
    ),
    "reads_reduction_skips": Saboteur(reading.ReadsReductionSkips, ()),
    "confuses_separable": Saboteur(reading.ConfusesSeparable, ()),
    "confuses_separable_of_both": Saboteur(reading.ConfusesSeparableOfBoth, ()),
    "confuses_dilated": Saboteur(reading.ConfusesDilated, ()),
    "confuses_dilated_of_both": Saboteur(reading.ConfusesDilatedOfBoth, ()),
    "swaps_cells": Saboteur(reading.SwapsCells, ("table3_r2", "table3_sparse_kendall_tau")),
    "confuses_edges": Saboteur(reading.ConfusesEdges, ()),
    "confuses_inputs": Saboteur(reading.ConfusesInputs, ()),
    "not_canonical": Saboteur(reading.NotCanonical, ("isomorphism",)),
    "not_canonical_release": Saboteur(reading.NotCanonical, ("isomorphism", "processes"), Spoiled.release),
    "seldom_canonical": Saboteur(reading.SeldomCanonical, (), is_random=True),
}
_MEMORY = {
    "remembers_test": Saboteur(memory.RemembersTest, ("not_above_ceiling",)),
    "remembers_fifth": Saboteur(memory.RemembersFifth, (), is_random=True),
    "remembers_twentieth": Saboteur(memory.RemembersTwentieth, (), is_random=True),
    "remembers_seeds": Saboteur(memory.RemembersSeeds, ()),
    "knows_its_table": Saboteur(memory.KnowsItsTable, (), is_random=True),
    "remembers_one_optimizer": Saboteur(
        memory.RemembersOneOptimizer,
        ("table3_r2", "fit_of_optimizer_de", "fit_of_optimizer_tpe", "left_out_r2_de"),
    ),
    "expects_the_worst": Saboteur(
        memory.ExpectsTheWorst,
        ("left_out_darts_overpredicted", "below_92_overpredicted", "overpredicted_without_darts"),
    ),
    "mixes_up_rows": Saboteur(
        memory.MixesUpRows, ("all_optimizers_explain_more",), Spoiled.oracle_of_random_only
    ),
}
_NOISE = {
    "halves_noise": Saboteur(noise.HalvesNoise, ()),
    "doubles_noise": Saboteur(noise.DoublesNoise, ()),
    "standard_error": Saboteur(noise.StandardError, ()),
    "variance_for_std": Saboteur(noise.VarianceForStd, ()),
    "noise_in_percent": Saboteur(noise.NoiseInPercent, ()),
    "noise_of_percent": Saboteur(noise.NoiseOfPercent, ()),
    "constant_noise": Saboteur(noise.ConstantNoise, ()),
    "inverts_noise": Saboteur(noise.InvertsNoise, ()),
    "zero_std": Saboteur(
        noise.ZeroStd, ("divergence", "coverage_0.5", "coverage_0.8", "coverage_0.95", "std_of_draws")
    ),
    "shares_noise": Saboteur(noise.SharesNoise, (), is_random=True),
    "shares_half_of_noise": Saboteur(noise.SharesHalfOfNoise, (), is_random=True),
    "ignores_seeds": Saboteur(noise.IgnoresSeeds, (), is_random=True),
    "two_valued": Saboteur(noise.TwoValued, (), is_random=True),
    "uniform_noise": Saboteur(noise.Uniform, (), is_random=True),
    "heavy_tails": Saboteur(noise.HeavyTails, (), is_random=True),
    "lucky_noise": Saboteur(noise.Lucky, ("mean_of_draws", "std_of_draws")),
}
_GENERATORS = {
    "global_noise": Saboteur(generators.GlobalNoise, ("order_of_draws", "global_state")),
    "reseeds_numpy": Saboteur(generators.ReseedsNumpy, ()),
    "reseeds_python": Saboteur(generators.ReseedsPython, ()),
    "reseeds_torch": Saboteur(generators.ReseedsTorch, ()),
}
_ANSWERING = {
    "percent": Saboteur(
        answering.Percent, ("table3_r2", "closer_than_table", "divergence", "all_skip_is_poor")
    ),
    "rounds": Saboteur(answering.Rounds, ()),
    "sometimes_high": Saboteur(answering.SometimesHigh, (), is_random=True),
    "sometimes_low": Saboteur(answering.SometimesLow, (), is_random=True),
    "depends_on_batch": Saboteur(answering.DependsOnBatch, ("batches",)),
    "shifts_last_chunk": Saboteur(answering.ShiftsLastChunk, ()),
    "drifts": Saboteur(answering.Drifts, ()),
    "tens_of_seconds": Saboteur(answering.TensOfSeconds, ("runtime_r2",)),
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
    "rugged": Saboteur(fit.Rugged, ("table3_r2", "calibration"), is_random=True),
    "saturates": Saboteur(fit.Saturates, ()),
    "shrinks": Saboteur(fit.Shrinks, ()),
    "stretches": Saboteur(fit.Stretches, ()),
    "optimist": Saboteur(fit.Optimist, ()),
    "optimist_at_the_top": Saboteur(fit.OptimistAtTheTop, ()),
    "flattens": Saboteur(fit.Flattens, ()),
    "loves_the_best": Saboteur(fit.LovesTheBest, ()),
    "knows_only_collapse": Saboteur(fit.KnowsOnlyCollapse, ("left_out_darts_explained_by_skips",)),
}
_SEARCHING = {
    "exaggerates": Saboteur(searching.Exaggerates, ()),
    "rugged_at_the_top": Saboteur(searching.RuggedAtTheTop, (), is_random=True),
    "saturates_at_the_top": Saboteur(searching.SaturatesAtTheTop, ()),
    "saturates_without_rows": Saboteur(searching.SaturatesWithoutRows, ()),
    "draws_without_noise": Saboteur(searching.DrawsWithoutNoise, ("std_of_draws",)),
}
OF_EMULATED: dict[str, Saboteur] = {
    **_READING,
    **_MEMORY,
    **_NOISE,
    **_GENERATORS,
    **_ANSWERING,
    **_FIT,
    **_SEARCHING,
}
