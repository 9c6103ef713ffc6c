"""Workers: on a pool, on a cluster whose workers die, and in rounds."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nb301.collection.journal import CollectionJournal, JournaledWorkers
from nb301.collection.workers import ExecutorWorkers, StackedWorkers
from nb301.optimizers import Budget, RandomSearch
from nb301.optimizers.run import drive
from nb301.space import sample_many
from nb301.truth.base import TrainingRun, TrainingRuns
from nb301.truth.emulated import EmulatedTruth

GENOTYPE, OTHER = sample_many(np.random.default_rng(0), 2)


def _collected(workers, path, evaluations=40):
    with CollectionJournal(path, {"run": "test"}) as journal:
        return drive(
            RandomSearch(np.random.default_rng(0)),
            JournaledWorkers(workers(journal), journal),
            Budget(evaluations=evaluations),
            seed=1,
        )


def test_executor_workers_evaluate_each_proposal_once(tmp_path):
    """In real time, with four workers, every proposal ends once, with its own result."""
    truth = EmulatedTruth()
    with ThreadPoolExecutor(4) as pool:
        run = _collected(lambda j: ExecutorWorkers(pool, truth.evaluate, 4, j.elapsed), tmp_path / "j")

    expected = truth.evaluate_many(run.genotypes, run.seeds).val_accuracy

    assert len({str(genotype) for genotype in run.genotypes}) == 40
    assert np.array_equal(run.val_accuracy, expected)
    assert (np.diff(run.clock) >= 0).all()


def test_evaluations_of_a_dead_worker_run_again(tmp_path):
    """On a cluster whose worker dies, none of the evaluations is lost or counted twice."""
    distributed = pytest.importorskip("distributed")
    marker = tmp_path / "died"

    def evaluate(genotype, seed):
        if not marker.exists():
            marker.touch()
            os._exit(1)
        return EmulatedTruth().evaluate(genotype, seed)

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL"
    )
    with cluster, distributed.Client(cluster) as client:
        executor = client.get_executor(pure=False)
        run = _collected(lambda j: ExecutorWorkers(executor, evaluate, 4, j.elapsed), tmp_path / "j")
    lines = [json.loads(line) for line in (tmp_path / "j").read_text().splitlines()]

    assert marker.exists()
    assert sorted(line["end"]["number"] for line in lines if "end" in line) == list(range(40))
    assert np.array_equal(
        run.val_accuracy, EmulatedTruth().evaluate_many(run.genotypes, run.seeds).val_accuracy
    )


def test_rounds_train_all_that_is_open():
    """A round trains what is open when the round before has been given out; time goes on."""
    rounds = []

    def evaluate_many(genotypes, seeds):
        rounds.append([*zip(genotypes, seeds, strict=True)])
        return TrainingRuns.of(TrainingRun(0.5, 0.5, 0.5, runtime=float(seed)) for seed in seeds)

    workers = StackedWorkers(evaluate_many, 2)
    workers.submit(0, GENOTYPE, 1, at=0.0)
    workers.submit(1, OTHER, 2, at=0.0)
    first = workers.finished()
    workers.submit(2, GENOTYPE, 3, at=first.ended)
    second, third = workers.finished(), workers.finished()
    assert [end.number for end in (first, second, third)] == [0, 1, 2]
    assert [end.ended for end in (first, second, third)] == [1.0, 3.0, 6.0]
    assert rounds == [[(GENOTYPE, 1), (OTHER, 2)], [(GENOTYPE, 3)]]
