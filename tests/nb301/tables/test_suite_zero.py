"""NAS-Bench-Suite-Zero's public file becomes a table: as it is, and with anything wrong in it."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301 import formats
from nb301.errors import TableError
from nb301.space import Cell, Edge, Genotype, sample_many
from nb301.tables.rows import table_of
from nb301.tables.suite_zero import CONSTANTS, NAME, TRUTH, read_suite_zero
from nb301.truth.base import OFFICIAL_LAST_EPOCH, TruthKind, kind_of
from tests.crafting import changed_bytes

#: `NB301_FUZZ=2000 pytest -s` tries as many changes, and prints what came of them.
ROUNDS = int(os.environ.get("NB301_FUZZ", "40"))
GENOTYPES = sample_many(np.random.default_rng(0), 5)
PROXIES = {"synflow": {"score": 63.2, "time": 0.4}, "jacov": {"score": -np.inf, "time": 0.1}, "params": 1e6}


def key(genotype):
    """What NASLib writes of an architecture."""
    return str(formats.to_naslib(genotype))


def entries_of(genotypes, accuracy=92.79):
    return {key(genotype): {**PROXIES, "val_accuracy": accuracy} for genotype in genotypes}


@pytest.fixture
def write(tmp_path):
    """Writes a file of the public one's name."""
    path = tmp_path / "zc_nasbench301.json"

    def written(content):
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return written


def imported(path, **options):
    return table_of(read_suite_zero(path).rows, NAME, TRUTH, constants=CONSTANTS, **options)


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.from_type(Genotype), st.integers(1, 10_000).map(lambda hundredths: hundredths / 100), min_size=1
    )
)
def test_what_is_written_is_read(tmp_path_factory, accuracies):
    """Architectures and accuracies come back in their order, percent as the nearest fractions."""
    entries = {}
    for genotype, accuracy in accuracies.items():
        entries[key(genotype)] = {"nwot": {"score": 7.1, "time": 0.3}, "val_accuracy": accuracy}
    path = tmp_path_factory.mktemp("file") / "any.json"
    path.write_text(json.dumps({"cifar10": entries}))
    if max(accuracies.values()) <= 1:
        with pytest.raises(TableError, match="none is above 1, so these are fractions"):
            imported(path, percent=True)
        return
    table = imported(path, percent=True)
    assert table.genotypes == [genotype.canonical() for genotype in accuracies]
    written = [float(f"{accuracy:.2f}e-2") for accuracy in accuracies.values()]
    assert table.rows["val_accuracy"].tolist() == written
    assert (set(table.rows["optimizer"]), set(table.rows["epochs"])) == ({"rs"}, {100})
    assert table.rows[["test_accuracy", "train_accuracy", "runtime"]].isna().all(axis=None)


def test_the_truth_is_the_papers():
    """Rows of the public file are the paper's trainings, of their last epoch."""
    assert TRUTH == OFFICIAL_LAST_EPOCH
    assert kind_of(TRUTH) is TruthKind.PAPER


def test_a_nodes_edges_come_in_any_order(write):
    """NASLib does not sort them."""
    genotype = GENOTYPES[0]
    swapped = tuple((cell[1], cell[0], *cell[2:]) for cell in formats.to_naslib(genotype))
    path = write({"cifar10": {str(swapped): {"val_accuracy": 0.93}}})
    assert imported(path).genotypes == [genotype.canonical()]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace(" ", ""),
        lambda text: text.replace(", ", " ,  "),
        lambda text: f" {text}\n",
        lambda text: text.replace("(", "[").replace(")", "]"),
        lambda text: text.replace("(((", "[[(").replace(")), ((", ")], [(").replace(")))", ")]]"),
        lambda text: text.replace("))", "),)"),
    ],
)
def test_a_key_may_be_spaced_and_bracketed_in_other_ways(write, written):
    """Lists or tuples, with any spaces: what Python and its printers write of two cells of eight edges."""
    path = write({"cifar10": {written(key(genotype)): {"val_accuracy": 92.9} for genotype in GENOTYPES}})
    assert imported(path, percent=True).genotypes == [genotype.canonical() for genotype in GENOTYPES]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace(")), ((", "), ("),  # all sixteen edges in a row
        lambda text: text[: text.index(")), ((") + 2] + ",)",  # one cell
        lambda text: text.replace("(", "").replace(")", ""),
    ],
)
def test_a_key_of_another_structure_is_refused(write, written):
    """No cell is guessed."""
    with pytest.raises(TableError, match="entry 1, "):
        read_suite_zero(write({"cifar10": {written(FIRST): {"val_accuracy": 92.9}}}))


@pytest.mark.parametrize(
    ("written", "fraction"),
    [("92.95", 0.9295), ("92.9", 0.929), ("93", 0.93), ("93.0", 0.93), ("9.295e1", 0.9295), ("8.07", 0.0807)],
)
def test_two_decimals_of_a_percent_are_the_nearest_fraction(write, written, fraction):
    """However JSON writes them."""
    path = write(f'{{"cifar10": {{"{FIRST}": {{"val_accuracy": {written}}}}}}}')
    assert imported(path, percent=True).rows["val_accuracy"].tolist() == [fraction]


def test_naslibs_older_file_of_that_name_is_refused(write):
    """It has another form, and no trainings."""
    with pytest.raises(TableError, match=r"expected {'cifar10'"):
        read_suite_zero(write({"nasbench301": {"cifar10": entries_of(GENOTYPES, 93.90106806339374)}}))


def isomorphic(genotype):
    """The same architecture with two nodes that do not know each other renamed."""
    nodes = [genotype.normal.edges[start : start + 2] for start in (0, 2)]
    renamed = [Edge(edge.source, 5 - edge.target, edge.op) for node in nodes for edge in node]
    names = {0: 0, 1: 1, 2: 3, 3: 2, 4: 4}
    later = [Edge(names[edge.source], edge.target, edge.op) for edge in genotype.normal.edges[4:]]
    return Genotype(Cell.from_edges([*renamed, *later]), genotype.reduce)


def test_architectures_that_are_there_twice_are_two_rows(write):
    """Two texts of one architecture are two trainings of it, and both are kept."""
    one = next(
        genotype
        for genotype in sample_many(np.random.default_rng(1), 200)
        if all(edge.source < 2 for edge in genotype.normal.edges[:4])
        and str(isomorphic(genotype)) != str(genotype)
    )
    table = imported(write({"cifar10": entries_of([one, isomorphic(one)])}), percent=True)
    assert len(table) == 2
    assert table.rows["genotype"].nunique() == 1


def test_other_keys_are_passed_over_and_named(write):
    """Proxies are no columns of a table; each is named once."""
    rows = read_suite_zero(write({"cifar10": entries_of(GENOTYPES)}))
    assert rows.passed_over == [*PROXIES]
    assert [*rows.rows.columns] == ["genotype", "val_accuracy"]


def test_percent_is_recognised_and_never_guessed(write):
    """Percent is converted where it was said, and refused with the option where not."""
    path = write({"cifar10": entries_of(GENOTYPES)})
    with pytest.raises(TableError, match=r"val_accuracy, row 0: 92\.79 is no fraction: .* say --percent"):
        imported(path)
    assert set(imported(path, percent=True).rows["val_accuracy"]) == {0.9279}


FIRST = key(GENOTYPES[0])
OP_7 = FIRST.replace(FIRST[FIRST.index(", ") + 2], "7", 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 10**5, "not JSON"),
        ("[]", "expected {'cifar10'"),
        ({}, "expected {'cifar10'"),
        ({"cifar10": []}, "expected {'cifar10'"),
        ({"cifar10": {}}, "expected {'cifar10'"),
        ({"optimized_hyperparamater_config": {}}, "an official result file: import the folder"),
        ({"cifar10": {FIRST: {"synflow": 1.0}}}, "entry 1, .*: val_accuracy is missing"),
        ({"cifar10": {FIRST: 92.79}}, "entry 1, .*: val_accuracy is missing"),
        ({"cifar10": {FIRST: {"val_accuracy": "92.79"}}}, "val_accuracy is '92.79', expected a number"),
        ({"cifar10": {FIRST: {"val_accuracy": True}}}, "val_accuracy is True, expected a number"),
        ({"cifar10": {FIRST: {"val_accuracy": None}}}, "val_accuracy is None, expected a number"),
        ({"cifar10": {FIRST: {"val_accuracy": float("nan")}}}, "val_accuracy is nan, expected a number"),
        ({"cifar10": {FIRST: {"val_accuracy": 10**200}}}, "expected a number from 0 to 100"),
        ({"cifar10": {FIRST: {"val_accuracy": -1}}}, "val_accuracy is -1, expected a number from 0 to 100"),
        ({"cifar10": {**entries_of(GENOTYPES), "x": {"val_accuracy": 93.0}}}, "entry 6, 'x': cannot read"),
        ({"cifar10": {FIRST[:-1]: {"val_accuracy": 93.0}}}, "entry 1, .*: cannot read"),
        ({"cifar10": {OP_7: {"val_accuracy": 93.0}}}, "entry 1, .*has op 7, expected 0-6"),
        (f'{{"cifar10": {{"{FIRST}": {{"val_accuracy": 9}}, "{FIRST}": {{}}}}}}', "is there twice"),
        ({"cifar10": {"(" * 60_000: {"val_accuracy": 93.0}}}, "entry 1, .*: cannot read"),
        ({"cifar10": {str(number): {} for number in range(10**5 + 1)}}, "100,001 entries, expected at most"),
    ],
)
def test_what_is_wrong_is_named(write, content, message):
    """Errors name the file and the first entry, in one line."""
    with pytest.raises(TableError, match=message) as caught:
        read_suite_zero(write(content))
    assert str(caught.value).isprintable()
    assert "zc_nasbench301.json: " in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_only_regular_files_are_read(tmp_path, make):
    """Pipes, folders and devices are refused without being read; a file that is not there is named."""
    path = tmp_path / "zc_nasbench301.json"
    with pytest.raises(TableError, match="No such file"):
        read_suite_zero(path)
    make(path)
    with pytest.raises(TableError, match="not a regular file"):
        read_suite_zero(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    """Its size tells, before any of it is in memory."""
    path = tmp_path / "zc_nasbench301.json"
    with path.open("wb") as file:
        file.truncate(2**27 + 1)
    with pytest.raises(TableError, match="expected at most 134,217,728"):
        read_suite_zero(path)


def test_any_change_of_a_file_is_read_or_refused(write):
    """Whatever is changed in a file, it is a table or refused in one line."""
    rng, counts = np.random.default_rng(301), Counter()
    path = write({"cifar10": entries_of(GENOTYPES)})
    data = path.read_bytes()
    for _ in range(ROUNDS):
        path.write_bytes(changed_bytes(rng, data))
        try:
            imported(path, percent=True)
        except TableError as error:
            said = str(error)
        else:
            said = ""
        assert not said or said.isprintable()
        counts["refused" if said else "read"] += 1
    sys.stdout.write(f"suite zero: {dict(counts)}\n")
