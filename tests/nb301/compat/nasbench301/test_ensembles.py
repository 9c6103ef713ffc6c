"""What `load_ensemble` means by a path or a name."""

from __future__ import annotations

import shutil

import pytest

from nb301.compat.nasbench301 import ensembles, stand_ins
from nb301.errors import HashMismatch, ReleaseError, UnknownRelease
from nb301.places import RELEASES
from nb301.space import Genotype
from tests.official_archives import ensemble, write_folder

NAME = "cifar10-xgb-rand-v1.0"


def test_names_folders_and_stand_ins_mean_the_same(tmp_path, capsys):
    """A release by its name, its folder, and a folder that stands for it; with its runtimes."""
    stand_ins.write(tmp_path / "models", {"a": NAME, "b": f"{RELEASES / NAME}:runtime"})
    found = [ensembles.find(reference) for reference in (NAME, RELEASES / NAME, tmp_path / "models" / "a")]
    runtimes = [
        ensembles.find(f"{NAME}:runtime"),
        ensembles.find(f"{RELEASES / NAME}:runtime"),
        ensembles.find(tmp_path / "models" / "b"),
    ]

    assert {one.release.release_hash for one in found + runtimes} == {found[0].release.release_hash}
    assert {one.of_runtime for one in found} == {False}
    assert {one.of_runtime for one in runtimes} == {True}
    assert f"stands for release {NAME}" in capsys.readouterr().err


def test_a_name_is_the_embedded_release(tmp_path, monkeypatch):
    """Whatever lies in the working folder, as for `nb301.load`."""
    (tmp_path / NAME).mkdir()
    monkeypatch.chdir(tmp_path)
    assert ensembles.find(NAME).release.folder == RELEASES / NAME


def test_this_users_releases_are_found(tiny_release, tmp_path, monkeypatch):
    """Those of `NB301_HOME`, by their names."""
    shutil.copytree(tiny_release, tmp_path / "releases" / tiny_release.name)
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    assert ensembles.find(tiny_release.name).release.name == tiny_release.name


def test_what_is_not_there_is_said(tmp_path):
    """A path and a name have each their line."""
    with pytest.raises(ReleaseError, match="no such folder, expected official models"):
        ensembles.find(tmp_path / "nope" / "xgb_v1.0")
    with pytest.raises(UnknownRelease, match="no release 'nope'; there are: cifar10"):
        ensembles.find("nope")
    with pytest.raises(UnknownRelease, match="no release 'nope'"):
        ensembles.find("nope:runtime")
    with pytest.raises(ReleaseError, match="is no path or name"):
        ensembles.find(b"bytes")


@pytest.mark.parametrize("text", ["", ":runtime"])
def test_nothing_is_not_the_working_folder(text, tiny_release, monkeypatch):
    """Which is `.`."""
    monkeypatch.chdir(tiny_release)
    with pytest.raises(ReleaseError, match="names no ensemble"):
        ensembles.find(text)
    assert ensembles.find(".").release.folder.samefile(tiny_release)


@pytest.mark.parametrize("text", ["x" * 5000, f"./{'x' * 5000}"])
def test_what_cannot_be_a_path_is_one_line(text):
    """Without the number of the system's error."""
    with pytest.raises(ReleaseError) as caught:
        ensembles.find(text)
    assert str(caught.value).isprintable()
    assert "Errno" not in str(caught.value)


def test_official_models_are_asked_for(tmp_path, importing, monkeypatch, capsys):
    """In a folder or a ZIP file, with their own seed; a release that the environment names is not asked."""
    (tmp_path / "x.zip").touch()
    (tmp_path / "x.txt").touch()
    monkeypatch.chdir(tmp_path)
    for reference in (tmp_path, "x.zip"):
        assert ensembles.find(reference).first_seed == 7
    assert [path.name for path in importing.asked] == [tmp_path.name, "x.zip"]
    assert capsys.readouterr().err == ""
    with pytest.raises(ReleaseError, match=r"x\.txt.*is no folder, expected official models"):
        ensembles.find("x.txt")
    monkeypatch.setenv(stand_ins.VARIABLE, "cifar10-gin-rand-v1.0")
    ensembles.find(tmp_path)
    assert "the official models in it answer, not cifar10-gin-rand-v1.0" in capsys.readouterr().err


def test_official_runtimes_have_their_own_seed(tmp_path, monkeypatch):
    """And number of members: officially each is an ensemble of its own."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))
    write_folder(tmp_path / "xgb_v1.0", ensemble(members=3, first_seed=6))
    write_folder(tmp_path / "lgb_runtime_v1.0", ensemble("lgb_time", members=2, first_seed=40))
    by_folder = ensembles.find(tmp_path / "lgb_runtime_v1.0")
    by_name = ensembles.find("nb301-xgb-v1.0:runtime")
    assert (by_folder.first_seed, by_folder.members) == (by_name.first_seed, by_name.members) == (40, 2)
    accuracies = ensembles.find("nb301-xgb-v1.0")
    assert (accuracies.first_seed, accuracies.members) == (6, 3)


def test_other_stand_ins_than_the_environment_names_are_said(tmp_path, monkeypatch, capsys):
    """The folder stays what it is."""
    stand_ins.write(tmp_path / "models", {"a": NAME})
    monkeypatch.setenv(stand_ins.VARIABLE, "cifar10-gin-rand-v1.0")
    assert ensembles.find(tmp_path / "models" / "a").release.name == NAME
    assert f"it stands for {NAME}, not cifar10-gin-rand-v1.0" in capsys.readouterr().err


def test_changed_releases_are_refused(tiny_release, tmp_path):
    """As everywhere, every byte is checked."""
    folder = shutil.copytree(tiny_release, tmp_path / "changed")
    with (folder / "runtime.txt").open("a") as file:
        file.write(" ")
    with pytest.raises(HashMismatch):
        ensembles.find(folder)


def test_isomorphic_genotypes_answer_alike():
    """Ours answer for the network, whatever its nodes are called."""
    cell = "sep_conv_3x3@0+sep_conv_5x5@1/skip_connect@0+skip_connect@1/{}/max_pool_3x3@0+max_pool_3x3@1"
    other = "skip_connect@0+skip_connect@1/sep_conv_3x3@0+sep_conv_5x5@1/{}/max_pool_3x3@0+max_pool_3x3@1"
    first = cell.format("dil_conv_3x3@2+dil_conv_5x5@3")
    second = other.format("dil_conv_5x5@2+dil_conv_3x3@3")
    found = ensembles.find(NAME)
    answers = [found.ask(Genotype.from_texts(text, first)) for text in (first, second)]

    assert answers[0] == answers[1]
    assert "accuracies of" in repr(found)


def test_checked_gives_absolute_folders(tiny_release, tmp_path, monkeypatch):
    """A folder's place does not depend on the working folder later; a name stays one."""
    shutil.copytree(tiny_release, tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert ensembles.checked("./mine") == str(tmp_path / "mine")
    assert ensembles.checked(NAME) == NAME
