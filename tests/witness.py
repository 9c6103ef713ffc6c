"""Answers questions whose answers are equal to the last bit everywhere, and prints their digests as JSON.

`tests/test_processors.py` runs it as processors of several kinds and compares with what other machines
printed, `tests/golden/digests.json`. Where answers change for a reason,

    python tests/witness.py > tests/golden/digests.json

after `git diff` has shown which ones.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import fields, make_dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import nb301
from leaderboard.entries.submission import Submission
from leaderboard.pages.build import rank_tracks
from leaderboard.places import SUBMISSIONS
from leaderboard.ranking import references as frozen
from leaderboard.ranking.examination import examine
from leaderboard.runs.campaign import Campaign
from leaderboard.runs.key import Track
from leaderboard.runs.plan import plan
from leaderboard.runs.proposals import Proposals
from leaderboard.runs.record import Origin, Run
from leaderboard.runs.recording import recorded
from leaderboard.runs.session import Outcome
from leaderboard.sandbox.messages import Verdict
from leaderboard.sandbox.process import Usage
from nb301 import exact, metrics
from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.space import Genotype, sample_many
from nb301.truth.emulated import EmulatedTruth

N = 2000
_SUBMISSIONS = SUBMISSIONS
#: Their table is small, so that runs are soon told how far their queries are from its rows.
_RANKED_ON = ("fashion-mnist-tiny-gin-v1.0", "fashion-mnist-tiny-xgb-v1.0")
_RANKED = ("rs", "re", "ls")
_SEEDS = 5
#: Optimizers that fit no model: they propose alike on every processor.
_PROPOSING = ("rs", "re", "ls", "de")
#: Stands for an answer: simulated runs are noted after their end.
_ORIGIN = Origin(
    grouped=True,
    canary="",
    nb301="0",
    numpy="0",
    python="0",
    machine="",
    started="2020-01-01T00:00:00+00:00",
    ended="2020-01-01T00:00:01+00:00",
)


def digest(*values: Any) -> str:
    """SHA-256 of arrays' bytes, little-endian, and of anything else's representation."""
    found = hashlib.sha256()
    for value in values:
        if isinstance(value, np.ndarray):
            found.update(np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<")).tobytes())
        else:
            found.update(repr(value).encode())
    return found.hexdigest()


def witnessed() -> dict[str, str]:
    """All digests by what is answered."""
    genotypes = sample_many(np.random.default_rng(301), N)
    found = {"genotypes": digest([str(genotype) for genotype in genotypes]), "functions": _of_functions()}
    for name in nb301.list_releases():
        found[name] = _of_release(nb301.load(name), genotypes)
    found["emulated truth"] = _of_truth(genotypes)
    found["proposals"] = digest(*map(_of_proposals, _PROPOSING))
    found["metrics"] = _of_metrics(genotypes)
    tiny = nb301.load("fashion-mnist-tiny-xgb-v1.0")
    # one search is as good a witness as many, and they take longer than all the rest
    found["references"] = digest(frozen.compute(tiny, rounds=0, rates=(1.0,)))
    found["ranking"] = _of_ranking([*_runs()])
    return found


def _of_functions() -> str:
    x = np.linspace(-40, 40, N)
    return digest(
        exact.exp(x),
        exact.log(np.abs(x)),
        exact.logistic(x),
        exact.logaddexp(x, 1.0),
        exact.cos_of_turns(x / 80 + 0.5),
    )


def _of_release(benchmark: nb301.Benchmark, genotypes: list[Genotype]) -> str:
    answers = benchmark.query(genotypes, seed=np.arange(N))
    names = [field.name for field in fields(answers)]
    if (
        benchmark.release.manifest.noise is None
    ):  # frozen, and its digest taken, before there was such a field
        assert np.array_equal(answers.noise_std, answers.std)
        names.remove("noise_std")
    evaluation = make_dataclass("Evaluation", names)
    alone = []
    for seed, genotype in enumerate(genotypes[:20]):
        answer = benchmark.query(genotype, seed=seed)
        alone.append(evaluation(*(getattr(answer, name) for name in names)))
    columns = [getattr(answers, name) for name in names]
    return digest(*columns, benchmark.members(genotypes[:200]), alone)


def _of_truth(genotypes: list[Genotype]) -> str:
    truth = EmulatedTruth()
    runs = truth.evaluate_many(genotypes, np.arange(N))
    means = (truth.mean(genotypes), truth.noise_std(genotypes), truth.median_runtime(genotypes))
    curves = truth.learning_curves(genotypes[:200], np.arange(200)).val_accuracy
    numbers = (runs.val_accuracy, runs.test_accuracy, runs.train_accuracy, runs.runtime)
    return digest(*numbers, *means, curves)


def _of_proposals(name: str) -> str:
    """Genotypes that an optimizer proposes on a release, and when they end."""
    optimizer, query = OPTIMIZERS[name](np.random.default_rng(1)), nb301.load("emulated-xgb-v2.0").query
    trajectory = simulate(optimizer, query, Budget(evaluations=300), seed=1, workers=4)
    return digest([str(genotype) for genotype in trajectory.genotypes], trajectory.clock)


def _of_metrics(genotypes: list[Genotype]) -> str:
    truth = EmulatedTruth().evaluate_many(genotypes, 1).val_accuracy
    answers = nb301.load("emulated-xgb-v2.0").query(genotypes)
    statistics = (
        metrics.r2,
        metrics.kendall_tau,
        metrics.sparse_kendall_tau,
        metrics.spearman,
        metrics.mean_absolute_error,
    )
    divergence = metrics.gaussian_kl(truth, np.full(N, 1e-3), answers.mean, answers.std)
    return digest([statistic(truth, answers.mean) for statistic in statistics], divergence)


def _of_ranking(runs: list[Run]) -> str:
    """Standings, pairs and cross-examination, with all digits."""
    (ranking,) = rank_tracks(runs, frozen.read_references())
    return digest(ranking.whole, examine(runs))


def _runs() -> Iterator[Run]:
    """Short runs of the library's optimizers, in this process instead of the sandbox."""
    benchmarks = {release: nb301.load(release) for release in _RANKED_ON}
    budget = Budget(seconds=300, evaluations=1000)
    folders = [_SUBMISSIONS / slug for slug in _RANKED]
    campaign = Campaign(salt="0" * 64)
    track = Track(1, budget.seconds, int(budget.evaluations))
    for task in plan(folders, _RANKED_ON, range(_SEEDS), Path("nowhere"), campaign, track=track):
        seed, benchmark = task.cell.seed, benchmarks[task.release]
        proposals = Proposals(OPTIMIZERS[task.cell.submission](np.random.default_rng(seed)))
        trajectory = simulate(proposals, benchmark.query, budget, seed=seed * 10**6)
        outcome = Outcome(Verdict.completed, "", trajectory, proposals, None, Usage(1.0, 30.0, 2.0), "")
        submission = Submission(task.folder)
        yield recorded(task.cell, submission, benchmark, outcome, _ORIGIN)[0]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(witnessed(), indent=2) + "\n")
