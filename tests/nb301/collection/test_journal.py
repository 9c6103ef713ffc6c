"""Collection: resumable, parallel, on a cluster, and always the same rows."""

import json
import sys

import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect
from nb301.collection.journal import CollectionJournal
from nb301.errors import OutputError, TableError

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


@pytest.mark.parametrize("more", [["abc"], [5], [[1, 2]], [[0.5, -1.0]], [[[1], [1]]], [[0.5], [0.5]]])
def test_a_damaged_curve_is_no_journal(uninterrupted, tmp_path, more):
    """Numbers of a result, and at most one list of accuracies."""
    _, journal = uninterrupted
    lines = journal.decode().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith('{"end"'))
    entry = json.loads(lines[place])
    entry["end"]["result"] += more
    (tmp_path / RE.file).write_text(
        "\n".join([*lines[:place], json.dumps(entry), *lines[place + 1 :]]) + "\n"
    )
    with pytest.raises(TableError, match="not a journal of a collection"):
        collect(RE, tmp_path)


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
