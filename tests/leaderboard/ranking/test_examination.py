"""Cross-examination: what judges say, and who is no judge."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.ranking import examination
from leaderboard.ranking.examination import ALL, OTHERS, TRUTH, examine
from nb301 import load
from nb301.space import Genotype, sample
from nb301.truth.emulated import EmulatedTruth


def test_judges_say_what_they_would_answer(make_run):
    """Each release, the others and the ground truth judge; differences are to its own release."""
    names = ("emulated-xgb-rand-v2.0", "emulated-xgb-v2.0")
    genotypes = [sample(np.random.default_rng(seed)) for seed in range(3)]
    runs = []
    for name in names:
        release_hash = load(name).release.release_hash
        for seed, genotype in enumerate(genotypes):
            recommended = {"genotype": str(genotype), "mean": 0.9, "judged": 0.9}
            runs.append(
                make_run("rs", seed, release=name, release_hash=release_hash, recommendation=recommended)
            )
    judged = {(each.entry, each.found_on, each.judge): each for each in examine(runs)}
    errors = {name: 100 * (1 - load(name).query(genotypes).mean) for name in names}

    assert len(judged) == 2 * 2 * 4
    own, other = judged[ALL, names[0], names[0]], judged["rs", names[0], names[1]]
    assert (own.worse, own.interval, own.runs) == (0, (0, 0), 3)
    assert other.error == pytest.approx(errors[names[1]].mean())
    assert other.worse == pytest.approx((errors[names[1]] - errors[names[0]]).mean())
    assert judged["rs", names[0], OTHERS].error == other.error
    assert judged[ALL, names[1], TRUTH].error == pytest.approx(
        100 * (1 - EmulatedTruth().mean(genotypes)).mean()
    )


def test_the_ground_truth_judges_what_rests_on_it(make_run):
    """Real trainings cannot be asked: releases alone judge what was found on them, real ones first."""
    names = ("cifar10-xgb-rand-v1.0", "emulated-xgb-v2.0")
    genotype = sample(np.random.default_rng(0))
    runs = []
    for name in names:
        manifest = load(name).release.manifest
        recommended = {"genotype": str(genotype), "mean": 0.9, "judged": 0.9}
        about = {"release": name, "release_hash": manifest.release_hash, "truth": manifest.truth}
        runs.append(make_run("rs", recommendation=recommended, **about))
    judges = {}
    for judgement in examine(runs):
        judges.setdefault(judgement.found_on, []).append(judgement.judge)

    # nobody else rests on what either rests on
    assert judges == {names[0]: [*names] * 2, names[1]: [*names, TRUTH] * 2}
    errors = examination.errors_by_judges([genotype] * 2, [run.release for run in runs])
    assert np.isnan(errors[TRUTH]).tolist() == [True, False]


def test_others_are_those_on_the_same_ground_truth(make_run):
    """Their mean, of each run: none that rests on something else."""
    names = ("cifar10-gin-rand-v1.0", "cifar10-xgb-rand-v1.0", "cifar10-lgb-rand-v1.0", "emulated-xgb-v2.0")
    genotypes = [sample(np.random.default_rng(seed)) for seed in range(2)]
    runs = []
    for name in names:
        manifest = load(name).release.manifest
        about = {"release": name, "release_hash": manifest.release_hash, "truth": manifest.truth}
        for seed, genotype in enumerate(genotypes):
            recommended = {"genotype": str(genotype), "mean": 0.9, "judged": 0.9}
            runs.append(make_run("rs", seed, recommendation=recommended, **about))
    judged = {(each.found_on, each.judge): each for each in examine(runs) if each.entry == "rs"}
    errors = [100 * (1 - load(name).query(genotypes).mean) for name in names]

    assert judged[names[0], OTHERS].error == pytest.approx(np.mean(errors[1:3]))
    assert judged[names[0], OTHERS].worse == pytest.approx(np.mean(errors[1:3]) - errors[0].mean())
    assert (names[3], OTHERS) not in judged


def test_releases_that_are_not_embedded_do_not_judge(make_run):
    """Of another name or other bytes: there is nothing to ask."""
    assert examine([make_run()]) == []
    assert examination.final_genotype(make_run()) == str(Genotype.parse(make_run().incumbents.genotype[-1]))
