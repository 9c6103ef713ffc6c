"""Tests of `validation.subject`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import DataMissing, ReleaseError
from nb301.releases import Release, find
from nb301.sources import FITTED
from nb301.space import Op, sample_many
from nb301.tables.schema import write_table
from nb301.truth.base import OFFICIAL
from tests.validation.surrogates import Constant
from validation.fits import NamedRows, Without
from validation.subject import NotApplicable, foreign_subject, subject_of, table_behind

GENOTYPES = sample_many(np.random.default_rng(0), 20)


def changed(release, part, **values):
    """The release with some entries of one part of its manifest changed."""
    manifest = release.manifest
    release.manifest = manifest.model_copy(update={part: getattr(manifest, part).model_copy(update=values)})
    return release


def test_a_random_only_release_is_tested_on_all_optimizers(embedded_table, tmp_path):
    """Its test rows are those of the all-data release (Appendix E.3)."""
    subject = subject_of(find("emulated-xgb-rand-v2.0"), embedded_table, tmp_path)
    assert subject.trained_on == "random-only"
    optimizers = embedded_table.rows["optimizer"]
    assert set(optimizers.iloc[subject.split.test]) == set(optimizers[embedded_table.is_fitted]) >= {*FITTED}


def test_refuses_another_table(tiny_release, embedded_table, tmp_path):
    """A table that the release was not fitted on is refused with both hashes."""
    with pytest.raises(ReleaseError, match=f"but here it has {embedded_table.content_hash}"):
        subject_of(Release(tiny_release), embedded_table, tmp_path)


def test_refuses_another_split(tiny_release, tiny_table, tmp_path):
    """A test part of another size than the manifest's is refused."""
    release = changed(Release(tiny_release), "split", test=7)
    with pytest.raises(ReleaseError, match="was measured on 7 test rows"):
        subject_of(release, tiny_table, tmp_path)


def test_the_truth_of_another_version_is_unknown(tiny_table, tmp_path):
    """Only the emulated ground truth of this version can be asked."""
    subject = foreign_subject("constant", Constant(), tiny_table, tmp_path)
    assert subject.truth is not None
    other = type(tiny_table)("tiny", "1.0", "emulated 0.9", tiny_table.rows)
    assert foreign_subject("constant", Constant(), other, tmp_path).truth is None


def test_refits_are_kept(subject):
    """A model is fitted once; the second time its file is read."""
    first = subject.refit(Without("re")).predict(GENOTYPES)
    files = sorted((subject.cache / "members").iterdir())
    assert len(files) == 1
    again = subject.refit(Without("re")).predict(GENOTYPES)
    np.testing.assert_array_equal(first, again)
    assert sorted((subject.cache / "members").iterdir()) == files
    assert not np.array_equal(subject.refit(NamedRows.stratified).predict(GENOTYPES), first)
    assert len(list((subject.cache / "members").iterdir())) == 2


def test_refitted_ensembles(subject):
    """An ensemble has a std, a single model has none."""
    mean, std = subject.refit(Without("re"), members=3).predict(GENOTYPES)
    assert mean.shape == (20,)
    assert (std > 0).all()
    assert (subject.refit(Without("re")).predict(GENOTYPES)[1] == 0).all()


def rare(where, change):
    """A surrogate that is another one's twin but for a few architectures."""

    class Rare(Constant):
        def predict(self, genotypes):
            mean, std = super().predict(genotypes)
            return np.where([where(genotype) for genotype in genotypes], mean - change, mean), std

    return Rare()


def with_method(name, method):
    return type("Different", (Constant,), {name: method})()


def twins():
    """Surrogates that differ in one rare thing each; the last two in nothing."""
    skips = Op.skip_connect
    for op in Op:
        yield rare(lambda genotype, op=op: genotype.normal.count(op) == 8, 0.1)
        yield rare(lambda genotype, op=op: genotype.reduce.count(op) > 6, 0.1)
    for depth in range(1, 5):
        yield rare(lambda genotype, depth=depth: genotype.normal.depth == depth, 1e-12)
    yield rare(lambda genotype: genotype.key % 10**6 == 0, 1e-3)
    yield rare(lambda genotype: genotype == GENOTYPES[0].canonical(), 1e-3)
    yield rare(lambda genotype: genotype.normal.count(skips) + genotype.reduce.count(skips) == 16, 1e-3)
    for seed in (0, 1, 301, 10**6, 2**40):
        yield with_method(
            "draws", lambda self, g, s, seed=seed: self.predict(g)[0] + 0.01 * (np.asarray(s) == seed)
        )
    yield with_method("draws", lambda self, g, _: self.predict(g)[0])
    yield with_method("seconds", lambda _, g: np.full(len(g), 1e3))
    yield with_method("seconds", lambda _, g: np.array([1e3 + (x.normal.count(skips) == 8) for x in g]))
    yield Constant()
    yield Constant()


def test_no_surrogate_is_taken_for_another(tiny_table, tmp_path):
    """Whatever two have in common: every answer that anybody looks at, their class, their name."""
    subjects = [foreign_subject("mine:Model", twin, tiny_table, tmp_path) for twin in twins()]
    assert len({subject.key for subject in subjects}) == len(subjects) == 31
    with pytest.raises(LookupError, match="mine:Model does not say how it is fitted"):
        subjects[0].refit(NamedRows.stratified)


def test_refits_have_the_hyperparameters_of_the_release(tiny_release, tiny_table, tmp_path):
    """What was tuned for a release is not compared with what its family has by default."""
    release = Release(tiny_release)
    hyperparameters = release.manifest.hyperparameters | {"num_boost_round": 3}
    release.manifest = release.manifest.model_copy(update={"hyperparameters": hyperparameters})
    family = subject_of(release, tiny_table, tmp_path).family
    assert family is not None
    assert {name: family.hyperparameters[name] for name in hyperparameters} == hyperparameters


def test_a_release_of_unknown_hyperparameters_is_refused(tiny_release, tiny_table, tmp_path):
    """Its refits would be of another kind: one line names what the family does not have."""
    release = Release(tiny_release)
    hyperparameters = release.manifest.hyperparameters | {"speed": 3}
    release.manifest = release.manifest.model_copy(update={"hyperparameters": hyperparameters})
    with pytest.raises(ReleaseError, match=r"tiny-xgb-v1.0 cannot be refitted: xgb has no .* 'speed'"):
        subject_of(release, tiny_table, tmp_path)


def test_imported_releases_are_not_refitted(tiny_release, tiny_table, tmp_path):
    """A release of models that others have fitted has no family to refit."""
    release = Release(tiny_release)
    release.manifest = release.manifest.model_copy(update={"family": "official-gin"})
    imported = subject_of(release, tiny_table, tmp_path)
    assert imported.family is None
    with pytest.raises(LookupError, match="does not say how it is fitted"):
        imported.refit(Without("re"))


def test_a_table_that_is_not_here(tableless, tiny_table):
    """Names are known, rows are not; what is said is how to get them."""
    assert tableless.table.content_hash == tiny_table.content_hash
    assert tableless.truth is not None
    with pytest.raises(DataMissing, match=r"was fitted on table tiny-v1\.0 .* --table FILE\.parquet"):
        tableless.split.test  # noqa: B018
    with pytest.raises(DataMissing, match="which is not here"):
        tableless.genotypes(np.arange(2))
    with pytest.raises(DataMissing, match="which is not here"):
        tableless.is_fitted(Without("re"))


def test_the_table_of_an_embedded_release_is_here():
    """It is found by its name and content."""
    release = find("fashion-mnist-tiny-xgb-v1.0")
    assert table_behind(release).content_hash == release.manifest.table.content_hash


def test_the_official_table_is_found_among_the_users(imported_release, tiny_table, tmp_path, monkeypatch):
    """By its name, as nobody knows its content."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    release = Release(imported_release)
    with pytest.raises(
        DataMissing, match=r"table cifar10-v1\.0 .* nb301 tables fetch official.*or give --table"
    ):
        table_behind(release).rows  # noqa: B018
    official_table = type(tiny_table)("cifar10", "1.0", OFFICIAL, tiny_table.rows)
    (tmp_path / "tables").mkdir()
    write_table(official_table, tmp_path / "tables" / "cifar10-v1.0.parquet")
    assert table_behind(release).content_hash == official_table.content_hash


def test_which_rows_imported_models_saw_is_not_known(imported_release, official_table, tmp_path):
    """With the table at hand neither, so that no row counts as unseen."""
    subject = subject_of(Release(imported_release), official_table, tmp_path)
    assert subject.trained_on == "all-data"
    with pytest.raises(NotApplicable, match=r"was imported: which rows of cifar10-v1\.0 its members saw"):
        subject.split.test  # noqa: B018
    with pytest.raises(NotApplicable, match="which rows"):
        subject.split_of(NamedRows.above_92)


def test_imported_models_are_not_set_beside_another_truth(imported_release, embedded_table, tmp_path):
    """A table of another truth is refused with both."""
    with pytest.raises(ReleaseError, match=r"'CIFAR-10 training' does, but .*-v2\.0 is of 'emulated 2"):
        subject_of(Release(imported_release), embedded_table, tmp_path)
