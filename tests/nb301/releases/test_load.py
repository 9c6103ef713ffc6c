"""Loading releases: every broken release gives a clear error, no model is read before its use."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import nb301
from nb301 import exact, releases, tables
from nb301.errors import HashMismatch, ReleaseError, UnknownRelease
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau
from nb301.releases.freeze import freeze
from nb301.releases.manifest import Manifest
from nb301.space import to_codes
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

FILES = ("manifest.json", "member-3.ubj", "runtime.txt")


@pytest.fixture
def release(tiny_release, tmp_path):
    """A copy of the tiny release that may be broken."""
    return shutil.copytree(tiny_release, tmp_path / tiny_release.name)


def edit(release, change):
    """Change the manifest's entries."""
    path = release / "manifest.json"
    entries = json.loads(path.read_text())
    change(entries)
    path.write_text(json.dumps(entries))


def test_loads_by_path_and_text(release):
    """A release outside of the package loads by the path of its folder, as path or text."""
    for name in (release, str(release)):
        assert nb301.load(name).release.name == "tiny-xgb-v1.0"


@pytest.mark.parametrize("name", FILES[1:])
@pytest.mark.parametrize("where", [0, 0.5, 0.999])
def test_one_changed_byte_is_found(release, name, where):
    """A single changed byte in any file stops the release from loading; file and hashes are named."""
    path = release / name
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 1
    path.write_bytes(data)
    with pytest.raises(HashMismatch, match=rf"{re.escape(name)}: SHA-256 is [0-9a-f]{{64}}.*tiny-xgb-v1\.0"):
        nb301.load(release)


@pytest.mark.parametrize("name", FILES[1:])
def test_truncated_and_longer_files_are_found(release, name):
    """A file that ends early or goes on is found, too."""
    data = (release / name).read_bytes()
    for other in (data[:-1], data + b"\n", b""):
        (release / name).write_bytes(other)
        with pytest.raises(HashMismatch, match=re.escape(name)):
            nb301.load(release)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(release, name):
    """A missing file is named, be it a model, the runtime model or the manifest."""
    (release / name).unlink()
    with pytest.raises(ReleaseError, match=re.escape(name)):
        nb301.load(release)


def test_files_changed_after_loading_are_found(release):
    """Models are read at the first query, and checked once more."""
    benchmark = nb301.load(release)
    (release / "member-0.ubj").write_bytes(b"{}")
    genotype = nb301.sample(np.random.default_rng(0))
    with pytest.raises(HashMismatch, match="member-0"):
        benchmark.query(genotype)


@pytest.mark.parametrize("name", ["NB301-XGB-v1.0", "", "emulated", "data", "emulated-xgb-v2.0.tar.xz"])
def test_unknown_names_list_the_known_ones(name):
    """A name that no embedded release has gives the list of those there are."""
    with pytest.raises(
        UnknownRelease, match=r"no release '.*emulated-xgb-rand-v2\.0, emulated-xgb-v2\.0"
    ) as e:
        nb301.load(name)
    assert isinstance(e.value, LookupError)


def test_models_of_the_paper_are_fetched_first():
    """Whoever has used the official package asks for its models by name."""
    with pytest.raises(UnknownRelease, match=r"nb301-xgb-v1\.0'.* nb301 release fetch nb301-xgb-v1\.0"):
        nb301.load("nb301-xgb-v1.0")


def test_a_folder_without_manifest_is_no_release(tmp_path):
    """A path that holds no release says that there is no manifest."""
    with pytest.raises(ReleaseError, match=r"manifest\.json: cannot read the manifest"):
        nb301.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.update(format=4), ["format 4 is newer than 3", "upgrade nb301"]),
        (lambda e: e.update(format=4, other=[]), ["format 4 is newer than 3", "upgrade nb301"]),
        (lambda e: e["noise"].update(std_at_low=0.0), ["noise.std_at_low"]),
        (lambda e: e.update(family="oracle"), ["'oracle'", "xgb", "upgrade nb301"]),
        (lambda e: e.update(extra=1), ["extra", "not permitted"]),
        (lambda e: e["metrics"].update(extra=1), ["metrics.extra"]),
        (lambda e: e.pop("members"), ["members", "required"]),
        (lambda e: e["table"].pop("content_hash"), ["table.content_hash", "required"]),
        (lambda e: e.update(members="ten"), ["members", "integer"]),
        (lambda e: e.update(files=[]), ["files", "dictionary"]),
        (lambda e: e["split"].update(kind="random"), ["split.kind", "stratified"]),
        (lambda e: e.pop("format"), ["not a release manifest", "format"]),
        (lambda e: e.update(format=None), ["not a release manifest"]),
        (lambda e: e.update(format="new"), ["not a release manifest"]),
        (lambda e: e.update(format=float("inf")), ["manifest"]),
        (lambda e: e["files"].pop("runtime.txt"), ["runtime.txt"]),
        (lambda e: [e["files"].pop(f"member-{k}.ubj") for k in range(10)], ["member"]),
    ],
)
def test_a_manifest_that_cannot_be_used_says_why(release, change, words):
    """A manifest that is newer, foreign or incomplete is refused with its path and the entry."""
    edit(release, change)
    with pytest.raises(ReleaseError) as caught:
        nb301.load(release)
    assert str(release) in str(caught.value)
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"3", b"\xff\xfe", b'"format"', b"[" * 100_000],
    ids=lambda d: repr(d[:9]),
)
def test_garbage_is_no_manifest(release, data):
    """Bytes that are no JSON object give a ReleaseError with the file's path."""
    (release / "manifest.json").write_bytes(data)
    with pytest.raises(ReleaseError, match=r"manifest\.json"):
        nb301.load(release)


def test_loading_reads_no_model(tiny_release, monkeypatch):
    """Loading checks bytes alone; the models are made at the first use, once."""
    made = []
    family = releases.load.FAMILIES["xgb"]
    monkeypatch.setattr(
        releases.load,
        "FAMILIES",
        {"xgb": replace(family, load=lambda files: made.append(files) or "model")},
    )
    release = releases.find(tiny_release)
    assert made == []
    assert release.surrogate == release.surrogate == "model"
    assert made == [[(tiny_release / f"member-{k}.ubj").read_bytes() for k in range(10)]]


FAMILIES_OF = ("gin", "lgb", "xgb")
REAL = [f"cifar10-{family}-rand-v1.0" for family in FAMILIES_OF]
EMULATED = [f"emulated-{family}{kind}-v2.0" for family in FAMILIES_OF for kind in ("-rand", "")]
TINY = [f"fashion-mnist-tiny-{family}-v1.0" for family in ("gin", "xgb")]


def test_embedded_releases():
    """On real trainings of random search, on emulated ones of all optimizers and of it, on tiny trainings."""
    assert nb301.list_releases() == [*REAL, *EMULATED, *TINY]


_table = lru_cache(tables.load)


@pytest.mark.parametrize("name", [*EMULATED, *TINY])
def test_embedded_releases_are_what_they_say(name):
    """An embedded release names the embedded table by its hash, and its metrics are those measured now."""
    benchmark = nb301.load(name)
    manifest = benchmark.release.manifest
    table = _table(f"{manifest.table.name}-v{manifest.table.version}")
    assert manifest.truth == f"{manifest.table.name} {manifest.table.version}"
    assert (manifest.noise is None) == (name in TINY)
    assert (manifest.runtime_table, manifest.credit) == (None, "")

    answers, rows = assert_is_what_it_says(benchmark, table)
    assert manifest.metrics.runtime_r2 == r2(rows["runtime"].to_numpy(), answers.runtime)
    # of the network that the ground truth trains, alone and in a list
    for cost in ("parameters", "multiply_adds"):
        assert (getattr(answers, cost) == rows[cost].to_numpy()).all()
        assert getattr(benchmark.query(rows["genotype"].iloc[0]), cost) == rows[cost].iloc[0]


@pytest.mark.parametrize("name", REAL)
def test_releases_on_real_trainings_are_what_they_say(name, random_search_table):
    """Their table is found beside the checkout; they name it, and the one that runtimes are of."""
    benchmark = nb301.load(name)
    manifest = benchmark.release.manifest
    assert manifest.truth == "CIFAR-10 training, last epoch"
    assert manifest.runtime_table.rows == 8557  # F43
    assert manifest.metrics.runtime_r2 > 0.99
    assert "Siems et al., 2020" in manifest.credit
    assert "Krishnakumar et al., 2022" in manifest.credit

    answers, rows = assert_is_what_it_says(benchmark, random_search_table)
    residuals = rows["val_accuracy"].to_numpy() - answers.mean
    assert np.mean(np.abs(residuals) < answers.noise_std) == pytest.approx(0.68, abs=0.06)


def assert_is_what_it_says(benchmark, table):
    """Names, hashes and metrics of a release; gives its answers on the table's test rows, and these."""
    manifest: Manifest = benchmark.release.manifest
    assert manifest.name == benchmark.release.folder.name == benchmark.release.name
    assert manifest.truth == table.truth
    assert manifest.random_only is ("-rand-" in manifest.name)
    assert (manifest.table.content_hash, manifest.table.rows) == (table.content_hash, len(table))
    assert sum(file.stat().st_size for file in benchmark.release.folder.iterdir()) < 20e6

    test = stratified_split(table, manifest.split.seed).test
    assert manifest.split.test == len(test)
    rows = table.rows.iloc[test]
    genotypes = [table.genotypes[row] for row in test]
    answers = benchmark.query(genotypes)
    truth = rows["val_accuracy"].to_numpy()
    measured = {
        "r2": r2(truth, answers.mean),
        "sparse_kendall_tau": sparse_kendall_tau(truth, answers.mean),
        "mean_absolute_error": mean_absolute_error(truth, answers.mean),
        "mean_std": exact.mean(answers.std),
    }
    assert manifest.metrics.model_dump(exclude={"runtime_r2"}) == measured
    assert benchmark.release.surrogate.predict(to_codes(genotypes)).shape == (manifest.members, len(test))
    return answers, rows


def test_a_name_is_never_a_folder_of_the_working_directory(tiny_release, tmp_path, monkeypatch):
    """An embedded release's name means that one; a folder beside us has a slash, or is a Path."""
    monkeypatch.chdir(tmp_path)
    for name in ("emulated-xgb-v2.0", "mine"):
        shutil.copytree(tiny_release, name)
        for folder in (Path(name), f"./{name}", f"{name}/", tmp_path / name):
            assert nb301.load(folder).release.name == "tiny-xgb-v1.0"
    assert nb301.load("emulated-xgb-v2.0").release.name == "emulated-xgb-v2.0"
    with pytest.raises(UnknownRelease, match=r"for the folder of that name write \./mine"):
        nb301.load("mine")


def test_releases_of_the_user_have_a_home(tiny_release, tmp_path, monkeypatch):
    """What was frozen into NB301_HOME is found by name, after the embedded ones."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    home = releases.user_releases()
    assert home == tmp_path / "releases"
    assert releases.user_names() == []
    shutil.copytree(tiny_release, home / tiny_release.name)
    shutil.copytree(tiny_release, home / "renamed-v1.0")
    assert nb301.load("tiny-xgb-v1.0").release.folder == home / "tiny-xgb-v1.0"
    with pytest.raises(ReleaseError, match=r"renamed-v1\.0: holds release tiny-xgb-v1\.0: rename"):
        nb301.load("renamed-v1.0")
    with pytest.raises(UnknownRelease, match=r"yours, in .*: renamed-v1\.0, tiny-xgb-v1\.0"):
        nb301.load("nonsense")


def test_no_release_of_the_user_takes_an_embedded_name(tiny_table, tmp_path, monkeypatch):
    """A release that would be called as an embedded one is refused before it is fitted."""
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    table = EvaluationTable("emulated", "2.0", tiny_table.truth, tiny_table.rows)
    with pytest.raises(ReleaseError, match=r"emulated-xgb-v2\.0 is the name of an embedded release"):
        freeze(table, "xgb", releases.user_releases())
