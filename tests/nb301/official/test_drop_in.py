"""What the drop-in asks for: official folders found again by their members' hashes, or imported."""

from __future__ import annotations

import json
import multiprocessing
import shutil

import numpy as np
import pytest

import nb301
from nb301.errors import OutputError, ReleaseError, UnknownRelease
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
    release, of_runtime, _ = drop_in.imported(place / "lgb_runtime_v1.0")
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


def _import_at_once(barrier, folder, found):
    barrier.wait(60)
    try:
        found.put(drop_in.imported(folder).release.name)
    except BaseException as error:
        found.put(repr(error))
        raise


def test_processes_import_one_release(tmp_path):
    """Several that ask for the same models at once all get them."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())
    context = multiprocessing.get_context("spawn")
    barrier, found = context.Barrier(4), context.Queue()
    processes = []
    for _ in range(4):
        processes.append(context.Process(target=_import_at_once, args=(barrier, folder, found)))
        processes[-1].start()
    names = [found.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
    assert names == ["nb301-xgb-v1.0"] * 4
    assert nb301.releases.user_names() == ["nb301-xgb-v1.0"]


def test_another_process_may_be_faster(tmp_path, monkeypatch):
    """What it has imported meanwhile is found, whatever this one's import stumbles over."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())

    def too_late(*arguments, **keywords):
        import_official(*arguments, **keywords)
        raise FileNotFoundError(2, "No such file or directory", "importing-nb301-xgb-v1.0")

    monkeypatch.setattr(drop_in, "import_official", too_late)
    assert drop_in.imported(folder).release.name == "nb301-xgb-v1.0"


def test_what_the_system_says_is_one_line(tmp_path, monkeypatch):
    """With the path; it is an error of nb301."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())

    def full(*_arguments, **_keywords):
        raise OSError(28, "No space left on device", "some-file")

    monkeypatch.setattr(drop_in, "import_official", full)
    with pytest.raises(OutputError, match=r"xgb_v1\.0.*some-file.*No space left on device") as caught:
        drop_in.imported(folder)
    assert str(caught.value).isprintable()


def test_an_import_is_said_once(tmp_path, capsys):
    """Where from, and where it goes."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())
    drop_in.imported(folder)
    said = capsys.readouterr().err
    assert said.startswith(f"nb301: importing the official models of {folder} once, into {tmp_path}")
    assert said.count("\n") == 1
    drop_in.imported(folder)
    assert capsys.readouterr().err == ""


def test_other_releases_that_cannot_be_read_are_no_matter(tmp_path):
    """Neither broken manifests, nor those that are no files."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())
    for name in ("a", "b"):
        (tmp_path / "home" / "releases" / name).mkdir(parents=True)
    (tmp_path / "home" / "releases" / "a" / "manifest.json").write_text("{")
    (tmp_path / "home" / "releases" / "b" / "manifest.json").mkdir()
    name = drop_in.imported(folder).release.name
    assert drop_in.imported(folder).release.name == name


def test_a_renamed_release_is_found(tmp_path, monkeypatch):
    """By its folder, whatever its manifest calls it."""
    folder = write_folder(tmp_path / "xgb_v1.0", ensemble())
    releases = drop_in.imported(folder).release.folder.parent
    shutil.move(releases / "nb301-xgb-v1.0", releases / "mine")
    assert drop_in.imported(folder).release.folder == releases / "mine"

    path = write_zip(tmp_path / "nb_models_v1.0.zip", whole_archive())
    monkeypatch.setattr(drop_in, "fetch_models", lambda _: FetchedModels(path, checked=True))
    assert drop_in.fetched("1.0", delete_archive=False)["xgb_v1.0"] == str(releases / "mine")


def test_the_seed_is_that_of_the_folder(tmp_path):
    """Equal members are one release, whatever their settings say."""
    files = ensemble()
    first = drop_in.imported(write_folder(tmp_path / "a" / "xgb_v1.0", files))
    for path in files:
        if path.endswith("data_config.json"):
            files[path] = json.dumps({"seed": 1000}).encode()
    second = drop_in.imported(write_folder(tmp_path / "b" / "xgb_v1.0", files))
    assert (first.first_seed, second.first_seed) == (6, 1000)
    assert first.release.release_hash == second.release.release_hash


def test_zip_files_of_one_ensemble(tmp_path):
    """Are imported, too; of several it is said how to."""
    files = {}
    for path, data in ensemble().items():
        files[f"nb_models/xgb_v1.0/{path}"] = data
    assert drop_in.imported(write_zip(tmp_path / "x.zip", files)).release.name == "nb301-xgb-v1.0"
    whole = write_zip(tmp_path / "whole.zip", whole_archive())
    with pytest.raises(ReleaseError, match=r"several ensembles.*nb301 release import .*whole\.zip"):
        drop_in.imported(whole)


def test_another_process_may_have_deleted_the_archive(tmp_path, monkeypatch):
    """When it has imported all that is in it."""
    path = write_zip(tmp_path / "nb_models_v1.0.zip", whole_archive())

    def fetch(_):
        import_official(path)
        path.unlink()
        return FetchedModels(path, checked=True)

    monkeypatch.setattr(drop_in, "fetch_models", fetch)
    assert {"xgb_v1.0", "gnn_gin_v1.0"} <= drop_in.fetched("1.0", delete_archive=True).keys()
