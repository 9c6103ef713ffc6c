"""What the drop-in asks for: official folders found again by their members' hashes, or imported."""

from __future__ import annotations

import numpy as np
import pytest

import nb301
from nb301.errors import ReleaseError, UnknownRelease
from nb301.official import drop_in
from nb301.official.fetching import FetchedModels
from nb301.official.importing import import_official
from nb301.space import sample_many, to_codes
from tests.official_archives import ensemble, whole_archive, write_folder, write_zip

CODES = to_codes(sample_many(np.random.default_rng(3), 1))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))


def test_a_folder_is_imported_once(tmp_path):
    """The same members in another folder are the same release; other ones get a name of their own."""
    one = write_folder(tmp_path / "a" / "xgb_v1.0", ensemble())
    again = write_folder(tmp_path / "b" / "xgb_v1.0", ensemble())
    other = write_folder(tmp_path / "c" / "xgb_v1.0", ensemble(first_seed=30))
    first = drop_in.imported(one)
    assert (first.release.name, first.of_runtime) == ("nb301-xgb-v1.0", False)
    assert drop_in.imported(again).release.release_hash == first.release.release_hash
    assert drop_in.imported(other).release.name.startswith("nb301-xgb-v1.0-")
    assert len(nb301.releases.user_names()) == 2


def test_a_runtime_model_comes_with_the_models_beside_it(tmp_path):
    """Its members are asked for their seconds."""
    place = write_folder(tmp_path, whole_archive()) / "nb_models"
    release, of_runtime = drop_in.imported(place / "lgb_runtime_v1.0")
    assert of_runtime
    assert drop_in.imported(place / "lgb_runtime_v1.0").release.name == release.name
    found = drop_in.seconds(release, CODES)
    np.testing.assert_array_equal(found, release.runtime_model.members(CODES)[:, 0])
    assert found.shape == (3,)
    accuracy = drop_in.imported(place / "xgb_v1.0").release
    np.testing.assert_array_equal(drop_in.seconds(accuracy, CODES), found)


def test_the_model_that_stands_in_has_one_member(tmp_path):
    """Without an official runtime model seconds are one number."""
    release = drop_in.imported(write_folder(tmp_path / "xgb_v1.0", ensemble())).release
    assert drop_in.seconds(release, CODES).shape == (1,)


def test_folders_that_cannot_be_one_release(tmp_path):
    """A runtime model alone, and several ensembles."""
    alone = write_folder(tmp_path / "alone" / "lgb_runtime_v1.0", ensemble("lgb_time"))
    with pytest.raises(ReleaseError, match="no models of accuracy beside it"):
        drop_in.imported(alone)
    with pytest.raises(ReleaseError, match="holds several ensembles"):
        drop_in.imported(write_folder(tmp_path / "all", whole_archive()))


def test_fetched_models_are_named_by_their_folders(tmp_path, monkeypatch):
    """What is there is not fetched again; the ZIP file is deleted on demand."""
    path = write_zip(tmp_path / "nb_models_v1.0.zip", whole_archive())
    asked = []
    monkeypatch.setattr(
        drop_in, "fetch_models", lambda one: asked.append(one.version) or FetchedModels(path, checked=True)
    )
    names = drop_in.fetched("1.0", delete_archive=True)
    assert names.keys() == {"xgb_v1.0", "gnn_gin_v1.0", "lgb_runtime_v1.0"}
    assert names["xgb_v1.0"] == "nb301-xgb-v1.0"
    assert names["lgb_runtime_v1.0"].endswith(drop_in.RUNTIME)
    assert not path.exists()
    assert drop_in.fetched("1.0", delete_archive=True) == names
    assert asked == ["1.0"]
    with pytest.raises(UnknownRelease, match=r"no version '2\.0' .* 0\.9, 1\.0"):
        drop_in.fetched("2.0", delete_archive=False)


def test_releases_of_one_kind_are_not_all(tmp_path, monkeypatch):
    """A release that was imported before keeps its name when the others are fetched."""
    import_official(write_folder(tmp_path / "one", whole_archive()), name="nb301-xgb-v1.0")
    path = write_zip(tmp_path / "nb_models_v1.0.zip", whole_archive())
    monkeypatch.setattr(drop_in, "fetch_models", lambda _: FetchedModels(path, checked=True))
    names = drop_in.fetched("1.0", delete_archive=False)
    assert {"xgb_v1.0", "gnn_gin_v1.0"} <= names.keys()
