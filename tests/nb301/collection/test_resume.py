"""Collection: resumable, parallel, on a cluster, and always the same rows."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect, collect_table
from nb301.collection.journal import CollectionJournal, JournaledWorkers
from nb301.collection.workers import ExecutorWorkers
from nb301.errors import OutputError, TableError
from nb301.optimizers import Budget, RandomSearch
from nb301.optimizers.run import drive
from nb301.truth.emulated import EmulatedTruth

RE = Collection("re", 60, seed=2, workers=7, settings={"population_size": 20, "sample_size": 5})


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uninterrupted")
    return collect(RE, folder), (folder / RE.file).read_bytes()


@pytest.mark.parametrize("kept", [0, 1, 300, 5_000, -1, -40])
def test_an_interrupted_collection_goes_on_to_the_same_rows(uninterrupted, tmp_path, kept):
    """Whatever part of the journal a kill leaves, the rows and the journal end up equal."""
    rows, journal = uninterrupted
    (tmp_path / RE.file).write_bytes(journal[:kept])

    resumed = collect(RE, tmp_path)

    assert rows.equals(resumed)
    assert (tmp_path / RE.file).read_bytes() == journal


def test_an_interrupted_optimizer_leaves_a_journal_that_resumes(uninterrupted, tmp_path):
    """An exception in the middle of a run loses no evaluation that had ended."""
    rows, _ = uninterrupted

    def stop(evaluations, _seconds):
        if evaluations == 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        collect(RE, tmp_path, progress=stop)
    ended = (tmp_path / RE.file).read_text().count('{"end"')

    assert ended == 25
    assert rows.equals(collect(RE, tmp_path))


def test_a_journal_of_another_run_is_refused(uninterrupted, tmp_path):
    """Settings that differ from the journal's are named, and the journal is left alone."""
    _, journal = uninterrupted
    (tmp_path / RE.file).write_bytes(journal)
    other = Collection("re", 60, seed=3, workers=7, settings=RE.settings)

    with pytest.raises(TableError, match="another run"):
        collect(other, tmp_path)

    assert (tmp_path / RE.file).read_bytes() == journal


def test_a_file_that_is_no_journal_is_refused(tmp_path):
    """Something else in the journal's place gives an error that names the file, and is left as it is."""
    for text in ("not json\n", "notes", '{"run": {}}\n{"end": 1}\n{"half', "x" * 10_000):
        (tmp_path / RE.file).write_text(text)

        with pytest.raises((TableError, OutputError), match=r"re-0\.jsonl: .*journal"):
            collect(RE, tmp_path)
        assert (tmp_path / RE.file).read_text() == text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_two_processes_do_not_write_one_journal(tmp_path):
    """A worker that outlived its interrupted run keeps its journal; afterwards another goes on with it."""
    path = tmp_path / "journal"
    with CollectionJournal(path, {"run": "test"}) as outlived:
        with pytest.raises(OutputError, match="journal: another process writes it"):
            CollectionJournal(path, {"run": "test"}).__enter__()
        outlived.end({"number": 0, "result": [0.9, 0.9, 0.9, 5.0], "ended": 5.0})

    with CollectionJournal(path, {"run": "test"}) as other:
        assert other.elapsed == 5


def test_an_optimizer_that_changed_is_noticed(uninterrupted, tmp_path):
    """A replay whose proposals differ from the journal's names the evaluation."""
    _, journal = uninterrupted
    lines = journal.decode().splitlines()
    entry = json.loads(lines[1])
    entry["submit"]["seed"] = 99
    (tmp_path / RE.file).write_text("\n".join([lines[0], json.dumps(entry), *lines[2:]]) + "\n")

    with pytest.raises(TableError, match="evaluation 0 was"):
        collect(RE, tmp_path)


def test_the_number_of_processes_changes_nothing(tmp_path):
    """Tables collected with one and with two processes are equal, and rows keep the recipe's order."""
    recipe = (
        Collection("rs", 30, seed=1),
        Collection("low_par", 10, seed=5),
        Collection("seeds", 40, seed=6, training_seed=2, after="rs"),
    )

    one = collect_table(recipe, tmp_path / "one", processes=1)
    two = collect_table(recipe, tmp_path / "two", processes=2)

    assert one.content_hash == two.content_hash
    assert list(dict.fromkeys(one.rows["optimizer"].astype(str))) == ["rs", "low_par", "seeds"]


def test_further_seeds_are_of_architectures_that_were_evaluated(tmp_path):
    """The probe of Section 3.3 trains architectures of another source with the seeds 2 to 5."""
    recipe = (Collection("rs", 30, seed=1), Collection("seeds", 40, seed=6, training_seed=2, after="rs"))

    rows = collect_table(recipe, tmp_path).rows
    probe, source = (rows[rows["optimizer"] == name] for name in ("seeds", "rs"))

    assert set(probe["genotype"]) <= set(source["genotype"])
    assert (probe.groupby("genotype")["seed"].apply(sorted).map(tuple) == (2, 3, 4, 5)).all()


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
