"""Queries: the same answer alone, in a batch and in any notation, with noise that belongs to it."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

import nb301
from nb301 import encodings, formats
from nb301.benchmark import Benchmark
from nb301.cost import cost, cost_tables
from nb301.errors import GenotypeError, HashMismatch, SeedError
from nb301.evaluations import Evaluation
from nb301.noise import Stream, keyed_normal
from nb301.releases.training_noise import TrainingNoise
from nb301.space import Cell, Genotype, Op, sample, sample_many

GENOTYPES, SEEDS = st.from_type(Genotype), st.integers(0, 2**64 - 1)
BENCHMARK = nb301.load("emulated-xgb-v2.0")  # loads no model until the first query
ARRAYS = ("mean", "std", "noise_std", "val_accuracy", "runtime", "parameters", "multiply_adds")
NOTATIONS = {
    "genotype": lambda genotype: genotype,
    "text": str,
    "darts": formats.to_darts,
    "darts repr": lambda genotype: repr(formats.to_darts(genotype)),
    "config": formats.to_config,
    "config JSON": lambda genotype: json.dumps(formats.to_config(genotype)),
    "yahpo": formats.to_yahpo,
    "configuration": formats.to_configuration,
    "naslib": formats.to_naslib,
}


def loaded(pickled):
    return pickle.loads(pickled)  # noqa: S301 - made here


@pytest.fixture(scope="module")
def genotypes():
    """130 genotypes: more than two chunks of the tree evaluation."""
    return sample_many(np.random.default_rng(0), 130)


def test_alone_in_a_batch_and_in_any_order(genotypes):
    """A list gives what its architectures give one by one, in any order, exactly."""
    seeds = [*range(len(genotypes))]
    batch = BENCHMARK.query(genotypes, seed=seeds)
    alone = [BENCHMARK.query(genotype, seed=seed) for genotype, seed in zip(genotypes, seeds, strict=True)]
    assert [*batch] == alone
    order = np.random.default_rng(1).permutation(len(genotypes))
    shuffled = BENCHMARK.query([genotypes[i] for i in order], seed=order)
    assert [*shuffled] == [alone[i] for i in order]


@pytest.mark.parametrize("name", ["embedded", "asked_first"])
def test_long_lists_are_answered_alike(name, request):
    """Trees and GIN, in parts: again, in another order, and at both ends alone; generators are left alone."""
    benchmark, many = request.getfixturevalue(name), sample_many(np.random.default_rng(2), 3000)
    seeds = np.arange(len(many))
    before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - that it is left alone is the point
    first = [*benchmark.query(many, seed=seeds)]
    assert [*benchmark.query(many, seed=seeds)] == first
    order = np.random.default_rng(1).permutation(len(many))
    shuffled = benchmark.query([many[place] for place in order], seed=order)
    assert [*shuffled] == [first[place] for place in order]
    for place in (0, len(many) - 1):
        assert benchmark.query(many[place], seed=place) == first[place]
    assert before == (random.getstate(), repr(np.random.get_state()))  # noqa: NPY002


@given(GENOTYPES, SEEDS)
def test_isomorphic_genotypes_get_the_same_answer(genotype, seed):
    """Names of nodes change no digit of any answer, nor of its noise."""
    assert BENCHMARK.query(genotype, seed=seed) == BENCHMARK.query(genotype.canonical(), seed=seed)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_takes_every_notation(genotypes, notation):
    """An architecture may come in any notation, alone and in a list."""
    written = [NOTATIONS[notation](genotype) for genotype in genotypes[:3]]
    expected = BENCHMARK.query(genotypes[:3], seed=1)
    assert [BENCHMARK.query(one, seed=1) for one in written] == [*expected]
    assert [*BENCHMARK.query(written, seed=1)] == [*expected]


def test_takes_a_tuple_of_genotypes(genotypes):
    """A tuple of genotypes is a list of them; NASLib's tuple of two cells is one architecture."""
    assert [*BENCHMARK.query(tuple(genotypes[:2]))] == [*BENCHMARK.query(genotypes[:2])]
    assert isinstance(BENCHMARK.query(formats.to_naslib(genotypes[0])), Evaluation)


def test_answers_have_types_and_units(genotypes):
    """An answer holds Python numbers in their units, the release's name and its hash."""
    found = BENCHMARK.query(genotypes[0], seed=0)
    assert {field.name: type(getattr(found, field.name)) for field in dataclasses.fields(found)} == {
        **dict.fromkeys(("mean", "std", "noise_std", "val_accuracy", "runtime"), float),
        **dict.fromkeys(("parameters", "multiply_adds"), int),
        **dict.fromkeys(("release", "release_hash"), str),
    }
    assert 0.9 < found.mean < 0.96
    assert 0 < found.std < 0.01
    assert 2000 < found.runtime < 8000
    assert (found.parameters, found.multiply_adds) == cost(genotypes[0])
    assert (found.release, found.release_hash) == ("emulated-xgb-v2.0", BENCHMARK.release.release_hash)
    assert json.loads(json.dumps(dataclasses.asdict(found))) == dataclasses.asdict(found)


def test_mean_and_std_are_those_of_the_members(genotypes):
    """Mean and std are the members' mean and population std (official_facts F19)."""
    members = BENCHMARK.members(genotypes)
    found = BENCHMARK.query(genotypes)
    assert members.shape == (10, len(genotypes))
    np.testing.assert_allclose(found.mean, members.sum(axis=0) / 10, rtol=1e-14)
    variance = ((members - found.mean) ** 2).sum(axis=0) / 10
    np.testing.assert_allclose(found.std, np.sqrt(variance), rtol=1e-9)


def test_members_take_what_queries_take(genotypes):
    """Members of one architecture, in any notation, are a column of those of a list."""
    many = BENCHMARK.members(genotypes[:2])
    for column, genotype in zip(many.T, genotypes, strict=False):
        np.testing.assert_array_equal(BENCHMARK.members(str(genotype)), column)
        np.testing.assert_array_equal(BENCHMARK.members(genotype.canonical()), column)
    np.testing.assert_array_equal(BENCHMARK.members([str(genotype) for genotype in genotypes[:2]]), many)
    assert BENCHMARK.members([]).shape == (10, 0)
    with pytest.raises(GenotypeError, match="architecture 0"):
        BENCHMARK.members(["normal:"])


def test_without_seed_there_is_no_noise(genotypes):
    """Without a seed the accuracy is the mean; a seed changes the accuracy alone."""
    plain, noisy = BENCHMARK.query(genotypes), BENCHMARK.query(genotypes, seed=0)
    np.testing.assert_array_equal(plain.val_accuracy, plain.mean)
    for name in ARRAYS:
        assert np.array_equal(getattr(plain, name), getattr(noisy, name)) is (name != "val_accuracy")
    assert (noisy.val_accuracy != noisy.mean).all()


def test_noise_is_normal_with_a_trainings_std(genotypes):
    """Over seeds the accuracy is normal around the mean with the std of one training."""
    n = 5000
    for genotype in genotypes[:2]:
        found = BENCHMARK.query([genotype] * n, seed=np.arange(n))
        draws = (found.val_accuracy - found.mean) / found.noise_std
        assert kstest(draws, "norm").pvalue > 1e-3


def test_without_noise_of_its_own_a_release_has_the_members_std(genotypes):
    """Trainings of releases whose manifest has no noise differ by what members do."""
    answers = nb301.load("fashion-mnist-tiny-xgb-v1.0").query(genotypes, seed=1)
    np.testing.assert_array_equal(answers.noise_std, answers.std)


def test_draws_have_the_noise_of_the_manifest(genotypes, tiny_release):
    """It depends on the mean alone, and is the same to the last bit for one and many."""
    benchmark = nb301.load(tiny_release)
    noise = TrainingNoise(benchmark.release.manifest.noise)
    seeds = np.arange(len(genotypes))
    answers = benchmark.query(genotypes, seed=seeds)
    np.testing.assert_array_equal(answers.noise_std, noise.std(answers.mean))
    assert (answers.noise_std != answers.std).all()
    assert [*answers] == [benchmark.query(genotypes[seed], seed=seed) for seed in seeds]
    draws = keyed_normal([genotype.key for genotype in genotypes], seeds, Stream.BENCHMARK)
    np.testing.assert_array_equal(
        answers.val_accuracy, np.clip(answers.mean + answers.noise_std * draws, 0, 1)
    )


def test_noise_belongs_to_architecture_and_seed(genotypes, tiny_release):
    """The draw depends on architecture and seed alone: another release scales the same draw."""
    tiny = nb301.load(tiny_release)
    draws = []
    for benchmark in (BENCHMARK, tiny):
        found = benchmark.query(genotypes, seed=3)
        draws.append((found.val_accuracy - found.mean) / found.noise_std)
    np.testing.assert_allclose(*draws, rtol=1e-6, atol=1e-9)
    assert len(set(draws[0].round(9))) == len(genotypes)
    other = BENCHMARK.query(genotypes, seed=4)
    assert abs(np.corrcoef(draws[0], (other.val_accuracy - other.mean) / other.std)[0, 1]) < 0.4


def test_golden():
    """Answers of the embedded release do not change: they are what papers will quote."""
    cell = Cell.from_edges((s, n, Op.sep_conv_3x3) for n in (2, 3, 4, 5) for s in (0, 1))
    found = BENCHMARK.query(Genotype(cell, cell), seed=1)
    golden = (0.9428478012084962, 0.001206476521008266, 0.9464084876902854, 7183.237468427643)
    assert (found.mean, found.std, found.val_accuracy, found.runtime) == golden


def test_leaves_global_randomness_alone(genotypes):
    """No query reads or moves numpy's global generator."""
    np.random.seed(0)  # noqa: NPY002 - that it is left alone is the point
    before = np.random.get_state()  # noqa: NPY002
    first = BENCHMARK.query(genotypes, seed=1)
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert (before[1] == after[1]).all()
    assert before[2:] == after[2:]
    np.random.seed(1)  # noqa: NPY002
    assert [*BENCHMARK.query(genotypes, seed=1)] == [*first]


def test_an_empty_list_gives_empty_arrays():
    """No architectures, no answers, but still a release; the same with an empty list of seeds."""
    for seed in (None, 1, []):
        found = BENCHMARK.query([], seed=seed)
        assert len(found) == 0
        assert [*found] == []
        assert all(getattr(found, name).shape == (0,) for name in ARRAYS)
        assert found.release == "emulated-xgb-v2.0"


@pytest.mark.parametrize(
    "seed",
    [
        *(-1, 2**64, 1.5, "1", True, np.True_, [1.5, 2.5], [-1, 0], [True, False], [[1], [2]], [1, 2, 3]),
        *([1], [], np.array([0.0, 1.0]), np.array([True, False]), 10**5000),
    ],
    ids=lambda seed: f"{type(seed).__name__} of {np.shape(seed)}",
)
def test_refuses_bad_seeds(genotypes, seed):
    """Seeds are integers from 0 to 2^64-1, one or as many as architectures."""
    with pytest.raises(SeedError, match="seed"):
        BENCHMARK.query(genotypes[:2], seed=seed)
    if np.ndim(seed) == 0:
        with pytest.raises(SeedError, match=r"a seed is an integer from 0 to 2\^64-1, got "):
            BENCHMARK.query(genotypes[0], seed=seed)


def test_refuses_a_list_of_seeds_for_one_architecture(genotypes):
    """One architecture has one seed."""
    with pytest.raises(ValueError, match="2 seeds for one"):
        BENCHMARK.query(genotypes[0], seed=[1, 2])


@pytest.mark.parametrize("bad", [None, 3, "normal:", {}, b"", [[]], ()])
def test_refuses_what_is_no_architecture(genotypes, bad):
    """What is no architecture is refused; in a list its index is named."""
    with pytest.raises(GenotypeError, match="architecture 1: "):
        BENCHMARK.query([genotypes[0], bad])
    if not isinstance(bad, list):
        with pytest.raises(GenotypeError):
            BENCHMARK.query(bad)


def test_large_seeds_are_exact(genotypes):
    """Seeds above 2^63 are told apart to the last digit, also in a list with small ones."""
    seeds = [2**64 - 1, 2**64 - 2, 1]
    found = BENCHMARK.query(genotypes[:1] * 3, seed=seeds)
    assert len(set(found.val_accuracy)) == 3
    assert [e.val_accuracy for e in found] == [
        BENCHMARK.query(genotypes[0], seed=s).val_accuracy for s in seeds
    ]


def test_tables_that_are_kept_are_read_only(genotypes):
    """What a release and the encodings keep cannot be changed by whoever looks at it."""
    kept = [
        *cost_tables(BENCHMARK.network),
        *(encodings.configuration_codes(), encodings.configuration_vectors()),
        *(encodings.path_columns(), encodings.NODE_TYPES, encodings.OP_TARGETS),
        BENCHMARK.release.runtime_model.seconds,
    ]
    for array in kept:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1
    expected = BENCHMARK.members(genotypes[:2])
    changed = BENCHMARK.members(genotypes[:2])
    changed *= 0
    np.testing.assert_array_equal(BENCHMARK.members(genotypes[:2]), expected)


def test_representations_are_short(genotypes):
    """What is printed says what it is, in one line."""
    shown = [repr(each) for each in (BENCHMARK, BENCHMARK.query(genotypes), BENCHMARK.query([]))]
    assert all(len(text) < 120 and "\n" not in text and "emulated-xgb-v2.0" in text for text in shown)
    assert "emulated 2.0" in shown[0]
    assert f"{len(genotypes)} architectures" in shown[1]


def test_pickles_as_its_name_and_hash(genotypes, tiny_release, monkeypatch):
    """A benchmark, however much used, is as good as nothing to send; a release in a folder by its path."""
    monkeypatch.chdir(tiny_release.parent)
    for benchmark in (BENCHMARK, nb301.load(Path(tiny_release.name))):
        expected = benchmark.query(genotypes[:3], seed=1)
        pickled = pickle.dumps(benchmark)
        assert max(len(pickled), len(pickle.dumps(benchmark.release))) < 1000
        monkeypatch.chdir("/")
        first, second = loaded(pickled), loaded(pickled)
        assert first.query(genotypes[:3], seed=1) == expected
        assert first.release is second.release  # read once in a process
        assert copy.deepcopy(benchmark).query(genotypes[:3], seed=1) == expected
        assert repr(first) == repr(benchmark) == repr(benchmark.release).replace("Release", "Benchmark")
        assert copy.copy(benchmark).query(genotypes[:3], seed=1) == expected
        assert loaded(pickle.dumps(benchmark.query))(genotypes[:3], seed=1) == expected


def test_pickles_refuse_another_release(tiny_release, tmp_path):
    """Where the release has changed meanwhile, the pickle of a benchmark does not give another."""
    folder = shutil.copytree(tiny_release, tmp_path / "mine")
    pickled = pickle.dumps(nb301.load(folder))
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"seed": ', '"seed": 1'))
    with pytest.raises(HashMismatch, match="mine: its release hash is"):
        loaded(pickled)


def test_pickles_bring_a_table_that_was_given(tiny_release, tiny_table, genotypes):
    """A table that the release does not find by itself goes along."""
    benchmark = loaded(pickle.dumps(nb301.load(tiny_release, table=tiny_table)))
    expected = nb301.load(tiny_release, table=tiny_table).familiarity(genotypes[0])
    assert benchmark.familiarity(genotypes[0]) == expected


def test_lists_of_lists_are_told_apart(genotypes):
    """Lists that are one architecture by their structure are one; lists of such are many."""
    naslib = [json.loads(json.dumps(formats.to_naslib(genotype))) for genotype in genotypes[:2]]
    printed = [[*formats.to_darts(genotype)] for genotype in genotypes[:2]]
    expected = [*BENCHMARK.query(genotypes[:2])]
    for written in (naslib, printed, [np.array(each) for each in naslib]):
        assert BENCHMARK.query(written[0]) == expected[0]
        assert [*BENCHMARK.query(written)] == expected
        assert [*BENCHMARK.query(written[:1])] == expected[:1]
    for many in (np.array(naslib), pd.Series(naslib), np.array([*map(str, genotypes[:2])])):
        assert [*BENCHMARK.query(many)] == expected
    assert [*BENCHMARK.query(pd.Series([*map(str, genotypes[:2])], index=["a", "b"]))] == expected
    assert [*BENCHMARK.query((str(genotypes[0]), formats.to_config(genotypes[1])))] == expected
    with pytest.raises(GenotypeError, match="architecture 1: reduce cell: expected eight"):
        BENCHMARK.query([naslib[0], [naslib[1][0], naslib[1][1][:7]]])


@pytest.mark.parametrize(
    ("release", "right", "wrong"),
    [
        ("emulated-xgb-v2.0", {"T_max": 100, "init_channels": 32, "layers": 8}, {"epoch": 600, "epochs": 3}),
        ("fashion-mnist-tiny-gin-v1.0", {"T_max": 3, "init_channels": 8, "layers": 3}, {"epoch": 98}),
    ],
)
def test_refuses_questions_for_another_training(genotypes, release, right, wrong):
    """A configuration may say the training that the release answers for; another one is refused."""
    benchmark = nb301.load(release)
    config = formats.to_config(genotypes[0])
    expected = benchmark.query(genotypes[0])
    names = {f"official:{name}": value for name, value in right.items()}
    assert benchmark.query({**config, **names, "epochs": right["T_max"]}) == expected
    assert benchmark.query({**config, "OptimizerSelector:sgd:learning_rate": 0.1}) == expected
    for name, value in [*wrong.items(), *((name, value + 1) for name, value in names.items())]:
        for question in ({**config, name: value}, json.dumps({**config, name: value})):
            for ask in (benchmark.query, benchmark.members, benchmark.read):
                with pytest.raises(GenotypeError, match=f"{name} is {value}, expected "):
                    ask(question)
        with pytest.raises(GenotypeError, match=f"architecture 1: {name} is {value}"):
            benchmark.query([genotypes[0], {**config, name: value}])


def test_a_result_file_is_asked_for_its_architecture(official_result):
    """A result file says how another training was: a query reads the architecture alone."""
    genotype = formats.from_config(official_result["optimized_hyperparamater_config"])
    assert BENCHMARK.query(official_result) == BENCHMARK.query(genotype)


def test_accuracy_stays_a_fraction():
    """Noise never carries an accuracy out of 0..1."""

    class Wild:
        name, release_hash, curve_model = "wild", "0" * 64, None

        class facts:  # noqa: N801
            family, truth, noise = "xgb", "emulated 2.0", None

        class surrogate:  # noqa: N801
            @staticmethod
            def predict(codes):
                return np.tile([[0.0], [1.0]], (1, len(codes)))

        class runtime_model:  # noqa: N801
            @staticmethod
            def predict(codes):
                return np.ones(len(codes))

    found = Benchmark(Wild()).query([sample(np.random.default_rng(0))] * 100, seed=range(100))
    assert (found.val_accuracy.min(), found.val_accuracy.max()) == (0, 1)


@pytest.mark.parametrize("seed", [None, 3, "one each"])
def test_threads_change_no_answer(genotypes, seed):
    """A list that is shared among threads has the answers that it has without."""
    benchmark = nb301.load("emulated-xgb-v2.0")
    seeds = range(len(genotypes)) if seed == "one each" else seed
    assert benchmark.query(genotypes, seeds, threads=3) == benchmark.query(genotypes, seeds)
    assert benchmark.query(genotypes[:1], seed=3, threads=2) == benchmark.query(genotypes[:1], seed=3)


@pytest.mark.parametrize("threads", [0, 1.5])
def test_refuses_bad_threads(genotypes, threads):
    """Less than one cannot answer."""
    with pytest.raises(ValueError, match=rf"threads is {threads}, expected an integer of at least 1"):
        nb301.load("emulated-xgb-v2.0").query(genotypes, threads=threads)


def test_threads_want_as_many_seeds(genotypes):
    """One, or one for each, as without threads."""
    with pytest.raises(SeedError, match="2 seeds for"):
        nb301.load("emulated-xgb-v2.0").query(genotypes, seed=[1, 2], threads=2)
