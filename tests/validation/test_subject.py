"""Tests of `validation.subject`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import ReleaseError
from nb301.releases import Release, find
from nb301.space import sample_many
from nb301.tables.schema import FITTED
from validation.subject import draw, foreign_subject, subject_of

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


def test_a_foreign_surrogate_is_known_by_what_it_predicts(tiny_table, tmp_path):
    """Equal predictions have equal keys, whatever the name; there is no family to refit."""
    one, other = (foreign_subject(name, Constant(), tiny_table, tmp_path) for name in ("a", "b"))
    assert one.key == other.key
    with pytest.raises(LookupError, match="a does not say how it is fitted"):
        one.refit("stratified")


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
