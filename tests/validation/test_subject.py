"""Tests of `validation.subject`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import DataMissing, ReleaseError, TableError
from nb301.releases import Release, find
from nb301.sources import FITTED
from nb301.space import Op, sample_many
from validation.answers import SubjectError
from validation.measures import NotApplicable, trajectories
from validation.measures.base import refitted
from validation.subject import draw, embedded_table, foreign_subject, subject_of

GENOTYPES = sample_many(np.random.default_rng(0), 20)


class Constant:
    """A foreign surrogate."""

    def predict(self, genotypes):
        """One accuracy for all."""
        return np.full(len(genotypes), 0.93), np.full(len(genotypes), 0.001)


@pytest.fixture
def subject(tiny_release, tiny_table, tmp_path):
    return subject_of(Release(tiny_release), tiny_table, tmp_path)


def changed(release, part, **values):
    """The release with some entries of one part of its manifest changed."""
    manifest = release.manifest
    release.manifest = manifest.model_copy(update={part: getattr(manifest, part).model_copy(update=values)})
    return release


def test_a_random_only_release_is_tested_on_all_optimizers(embedded_table, tmp_path):
    """Its test rows are those of the all-data release (Appendix E.3)."""
    subject = subject_of(find("emulated-xgb-rand-v1.0"), embedded_table, tmp_path)
    assert subject.trained_on == "random-only"
    assert set(embedded_table.rows["optimizer"].iloc[subject.split.test]) == set(FITTED)


def test_refuses_another_table(tiny_release, embedded_table, tmp_path):
    """A table that the release was not fitted on is refused with both hashes."""
    with pytest.raises(ReleaseError, match=f"but here it has {embedded_table.content_hash}"):
        subject_of(Release(tiny_release), embedded_table, tmp_path)


def test_a_table_that_is_not_embedded(tiny_release):
    """A release of somebody's own table says how to give it."""
    with pytest.raises(DataMissing, match=r"fitted on table tiny-v1\.0, .* --table FILE\.parquet"):
        embedded_table(Release(tiny_release).manifest)


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


def test_refits_are_kept(subject, tmp_path):
    """A model is fitted once; the second time its file is read."""
    first = subject.refit("without_re").predict(GENOTYPES)
    files = sorted((tmp_path / "members").iterdir())
    assert len(files) == 1
    again = subject.refit("without_re").predict(GENOTYPES)
    np.testing.assert_array_equal(first, again)
    assert sorted((tmp_path / "members").iterdir()) == files
    assert not np.array_equal(subject.refit("stratified").predict(GENOTYPES), first)
    assert len(list((tmp_path / "members").iterdir())) == 2


def test_refitted_ensembles(subject):
    """An ensemble has a std, a single model has none."""
    mean, std = subject.refit("without_re", members=3).predict(GENOTYPES)
    assert mean.shape == (20,)
    assert (std > 0).all()
    assert (subject.refit("without_re").predict(GENOTYPES)[1] == 0).all()


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
        subjects[0].refit("stratified")


def test_runs_on_a_surrogate_are_its_own(tiny_table, tmp_path, monkeypatch):
    """Runs on twins are told apart, and nothing of them waits in the cache for the next surrogate."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5})
    monkeypatch.setattr(trajectories, "RUNS", 2)
    plain, noisy, slow = (
        foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
        for surrogate in (
            Constant(),
            with_method("draws", lambda self, g, s: self.predict(g)[0] + 0.01 * (np.asarray(s) == 0)),
            with_method("seconds", lambda _, g: np.full(len(g), 2e4)),
        )
    )
    assert trajectories.curves(plain, "rs") is trajectories.curves(plain, "rs")
    assert trajectories.curves(noisy, "rs") is not trajectories.curves(plain, "rs")
    assert trajectories.curves(slow, "rs") is not trajectories.curves(plain, "rs")
    assert not [*tmp_path.rglob("*.json")]


@pytest.mark.parametrize("seconds", [1e-6, 1e9])
def test_runs_are_bounded(tiny_table, tmp_path, monkeypatch, seconds):
    """Trainings of no time would never end a run, those of years would never begin one: one line each."""
    monkeypatch.setattr(trajectories, "SECONDS", {"rs": 1e5})
    surrogate = with_method("seconds", lambda _, g: np.full(len(g), seconds))
    subject = foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
    with pytest.raises(SubjectError, match=r"mine:Model: a run of rs has \d+ evaluations .* in seconds\?"):
        trajectories.curves(subject, "rs")


def test_rows_that_are_not_there(subject):
    """Models of rows that a table does not have are refused; claims about them do not apply."""
    for rows in ("without_darts", "first_500"):
        with pytest.raises(TableError, match="table tiny has"):
            subject.refit(rows)
        with pytest.raises(NotApplicable, match="table tiny has"):
            refitted(subject, rows)


def test_draws_of_a_surrogate_without_noise_of_its_own(embedded):
    """They are as a release's: normal around its mean with its std, by architecture and seed."""

    class Copy:
        def predict(self, genotypes):
            found = embedded.query(list(genotypes))
            return found.mean, found.std

    seeds = np.arange(20)
    np.testing.assert_array_equal(
        draw(Copy(), GENOTYPES, seeds), embedded.query(GENOTYPES, seed=seeds).val_accuracy
    )
