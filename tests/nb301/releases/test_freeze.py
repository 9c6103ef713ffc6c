"""Freezing: reproducible, whole or not at all, and honest about what the models saw."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

import nb301
from nb301.errors import ReleaseError, TableError
from nb301.metrics import r2
from nb301.releases import facts
from nb301.releases import freeze as freezing
from nb301.releases import manifest as manifests
from nb301.releases.freeze import freeze
from nb301.surrogates import Family, runtime
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split


class Spy:
    """A family that remembers what it was given to fit and predicts the same for all."""

    def __init__(self, *, fails=False):
        self.fails = fails
        self.seen = []
        self.hyperparameters = None
        self.family = Family(
            name="xgb",
            label="spy",
            conflicts=frozenset(),
            fit=self.fit,
            load=lambda files: setattr(self, "members", len(files)) or self,
            suffix=".txt",
            hyperparameters={"rate": 0.5, "depth": 3},
            search_space={},
            libraries=("numpy",),
        )

    def fit(self, train, stop, seed, hyperparameters, _report=None):
        self.seen.append((train, stop))
        self.hyperparameters = hyperparameters
        if self.fails:
            raise RuntimeError("no memory")
        return f"{seed}".encode()

    def predict(self, codes):
        return np.linspace(0.92, 0.94, self.members * len(codes)).reshape(self.members, -1)


@pytest.fixture
def spy(monkeypatch):
    """Put a spy in place of XGBoost."""
    spy = Spy()
    monkeypatch.setattr(freezing, "FAMILIES", {"xgb": spy.family})
    return spy


def manifest_of(folder):
    return json.loads((folder / facts.FILE).read_text())


def test_writes_manifest_and_hashes(tiny_release, tiny_table):
    """A release holds its files and a manifest with their hashes and sizes, and nothing else."""
    manifest = manifest_of(tiny_release)
    assert {path.name for path in tiny_release.iterdir()} == {"manifest.json", *manifest["files"]}
    for name, file in manifest["files"].items():
        data = (tiny_release / name).read_bytes()
        assert file == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    assert (manifest["name"], manifest["version"], manifest["family"]) == ("tiny-xgb-v1.0", "1.0", "xgb")
    assert manifest["members"] == 10
    assert manifest["optimizers"] == ["re", "rs"]
    assert manifest["table"]["content_hash"] == tiny_table.content_hash
    assert {"xgboost", "lightgbm", "numpy"} <= manifest["libraries"].keys()
    counts = stratified_split(tiny_table, freezing.SEED).counts()
    assert {part: manifest["split"][part] for part in counts} == counts
    assert nb301.load(tiny_release).release.manifest.random_only is False


def test_rebuilding_gives_the_same_release(tiny_release, tiny_table, tmp_path):
    """Freezing the same table again gives the same bytes, hence the same release hash."""
    again = freeze(tiny_table, "xgb", tmp_path)
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {
        p.name: p.read_bytes() for p in tiny_release.iterdir()
    }
    assert nb301.load(again).release.release_hash == nb301.load(tiny_release).release.release_hash


@pytest.mark.usefixtures("spy")
def test_seed_and_version_are_told(tiny_table, tmp_path):
    """Another seed and version are in the manifest, the version in the name."""
    folder = freeze(tiny_table, "xgb", tmp_path, version="2.1", seed=7)
    manifest = manifest_of(folder)
    assert folder.name == manifest["name"] == "tiny-xgb-v2.1"
    assert (manifest["version"], manifest["seed"], manifest["split"]["seed"]) == ("2.1", 7, 7)
    assert (folder / "member-3.txt").read_bytes() == b"73"


def test_random_only_sees_random_search_only(tiny_table, tmp_path, spy):
    """A random-only release is fitted on rows of rs alone, tested on all, and says so."""
    folder = freeze(tiny_table, "xgb", tmp_path, random_only=True)
    whole = stratified_split(tiny_table, freezing.SEED)
    optimizers = tiny_table.rows["optimizer"]
    random_rows = [row for row in whole.fitting if optimizers[row] == "rs"]
    expected = sorted(codes.tobytes() for codes in tiny_table.codes[random_rows])
    assert len(spy.seen) == 10
    for train, stop in spy.seen:
        assert sorted(codes.tobytes() for codes in np.concatenate([train.codes, stop.codes])) == expected
    assert set(optimizers.iloc[whole.test]) == {"re", "rs"}
    manifest = manifest_of(folder)
    assert manifest["name"] == "tiny-xgb-rand-v1.0"
    assert manifest["optimizers"] == ["rs"]
    assert manifest["split"]["train"] + manifest["split"]["val"] == len(random_rows)
    assert manifest["split"]["test"] == len(whole.test)
    assert manifests.read_manifest(json.dumps(manifest), "here").random_only is True


def test_refuses_to_overwrite(tiny_table, tmp_path, spy):
    """A release is never changed, unless this is asked for; nothing is fitted for nothing."""
    folder = freeze(tiny_table, "xgb", tmp_path, seed=1)
    spy.seen.clear()
    with pytest.raises(ReleaseError, match=r"tiny-xgb-v1\.0 exists"):
        freeze(tiny_table, "xgb", tmp_path, seed=2)
    assert not spy.seen
    assert (folder / "member-0.txt").read_bytes() == b"10"
    freeze(tiny_table, "xgb", tmp_path, seed=2, replace=True)
    assert (folder / "member-0.txt").read_bytes() == b"20"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny-xgb-v1.0"]


def test_refuses_unknown_families(tiny_table, tmp_path):
    """An unknown family lists those there are."""
    with pytest.raises(ReleaseError, match="no family 'svr'; there are: "):
        freeze(tiny_table, "svr", tmp_path)
    assert not [*tmp_path.iterdir()]


def test_refuses_families_that_are_imported(tiny_table, tmp_path):
    """A family whose members others have fitted says where they come from, and is not listed."""
    with pytest.raises(ReleaseError, match=r"official-gin models are imported .*, not fitted"):
        freeze(tiny_table, "official-gin", tmp_path)
    with pytest.raises(ReleaseError, match=r"there are: (?!.*official)"):
        freeze(tiny_table, "svr", tmp_path)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_failed_fit_leaves_nothing(tiny_table, tmp_path, spy, replaced):
    """Where fitting fails nothing is written, and an old release stays."""
    if replaced:
        freeze(tiny_table, "xgb", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    spy.fails = True
    with pytest.raises(RuntimeError, match="no memory"):
        freeze(tiny_table, "xgb", tmp_path, replace=replaced)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()} == before


@pytest.mark.usefixtures("spy")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_failed_write_leaves_nothing(tiny_table, tmp_path, monkeypatch, replaced):
    """Where the disk is full half-way nothing half-written stays, and an old release does."""
    if replaced:
        freeze(tiny_table, "xgb", tmp_path, seed=1)

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifests.Manifest, "to_json", fail)
    with pytest.raises(OSError, match="No space left"):
        freeze(tiny_table, "xgb", tmp_path, seed=2, replace=replaced)
    assert [path.name for path in tmp_path.iterdir()] == (["tiny-xgb-v1.0"] if replaced else [])
    if replaced:
        assert (tmp_path / "tiny-xgb-v1.0" / "member-0.txt").read_bytes() == b"10"


def test_hyperparameters_can_be_given(tiny_table, tmp_path, spy):
    """What is given takes the place of the family's own, in the fit and in the manifest alike."""
    folder = freeze(tiny_table, "xgb", tmp_path, hyperparameters={"rate": 0.25})
    assert spy.hyperparameters == manifest_of(folder)["hyperparameters"] == {"rate": 0.25, "depth": 3}
    assert spy.family.hyperparameters == {"rate": 0.5, "depth": 3}


def without_runtimes(table, name="cifar10-random-search"):
    rows = table.of("rs").rows.assign(runtime=np.nan)
    return EvaluationTable(name, "1.0", "CIFAR-10 training, last epoch", rows)


def test_noise_is_fitted(tiny_release, tiny_table):
    """Every new release says what trainings differ by, from rows that members have not seen."""
    manifest = nb301.load(tiny_release).release.manifest
    assert manifest.format == 2
    assert (manifest.runtime_table, manifest.credit) == (None, "")
    noise = manifest.noise
    assert noise.low < tiny_table.rows["val_accuracy"].median() < noise.high
    assert 0.001 < noise.std_at_high < noise.std_at_low < 0.02
    assert noise.std_at_high > manifest.metrics.mean_std


@pytest.mark.usefixtures("spy")
def test_runtimes_of_another_table(tiny_table, tmp_path):
    """They are fitted and measured by that table's own split, and the manifest names it."""
    table = without_runtimes(tiny_table)
    folder = freeze(
        table, "xgb", tmp_path, random_only=True, runtime_table=tiny_table, credit="Siems et al. (2020)"
    )
    manifest = manifest_of(folder)
    assert manifest["runtime_table"]["content_hash"] == tiny_table.content_hash
    assert (manifest["runtime_table"]["name"], manifest["runtime_table"]["rows"]) == ("tiny", 300)
    assert manifest["table"]["content_hash"] == table.content_hash
    assert manifest["credit"] == "Siems et al. (2020)"

    split = stratified_split(tiny_table, freezing.SEED)
    assert (folder / "runtime.txt").read_bytes() == runtime.fit(tiny_table, split, freezing.SEED)[
        "runtime.txt"
    ]
    model = runtime.RuntimeModel({"runtime.txt": (folder / "runtime.txt").read_bytes()})
    measured = r2(
        tiny_table.rows["runtime"].to_numpy()[split.test], model.predict(tiny_table.codes[split.test])
    )
    assert manifest["metrics"]["runtime_r2"] == measured


@pytest.mark.parametrize("part", [slice(None), slice(0, 1)])
def test_without_runtimes_nothing_is_fitted(tiny_table, tmp_path, spy, part):
    """The message says where they may come from; a table of runtimes without some is refused alike."""
    rows = tiny_table.rows.copy()
    rows.loc[rows.index[part], "runtime"] = np.nan
    table = EvaluationTable("untimed", "1.0", "emulated 2.0", rows)
    for arguments in ({"table": table}, {"table": tiny_table, "runtime_table": table}):
        with pytest.raises(ReleaseError, match=r"table untimed has no runtime for .*--runtime-table NAME"):
            freeze(**arguments, family="xgb", folder=tmp_path)
    with pytest.raises((ReleaseError, TableError), match="too few"):
        freeze(table, "xgb", tmp_path, runtime_table=small(tiny_table, 9))
    assert not spy.seen
    assert not [*tmp_path.iterdir()]


@pytest.mark.usefixtures("spy")
@pytest.mark.parametrize(
    ("table", "random_only", "release"),
    [
        ("cifar10-random-search", True, "cifar10-xgb-rand-v1.0"),
        ("cifar10-random-search", False, "cifar10-random-search-xgb-v1.0"),
        ("random-search-2", True, "random-search-2-xgb-rand-v1.0"),
    ],
)
def test_random_search_is_named_once(tiny_table, tmp_path, table, random_only, release):
    """The name of a random-only release says so, whatever its table is called."""
    untimed = without_runtimes(tiny_table, table)
    folder = freeze(untimed, "xgb", tmp_path, random_only=random_only, runtime_table=tiny_table)
    assert folder.name == manifest_of(folder)["name"] == release


@pytest.mark.parametrize("credit", ["a\nb", "x" * 2001, "\x1b[31m"])
def test_credit_is_a_line(tiny_table, tmp_path, spy, credit):
    """What no manifest can hold is refused before anything is fitted."""
    with pytest.raises(ReleaseError, match=r"credit .*: expected at most 2,000 printable characters"):
        freeze(tiny_table, "xgb", tmp_path, credit=credit)
    assert not spy.seen


def test_unknown_hyperparameters_are_refused(tiny_table, tmp_path, spy):
    """A hyperparameter that the family has not is named with those it has, before anything is fitted."""
    with pytest.raises(ReleaseError, match="xgb has no hyperparameter 'speed'; there are: depth, rate"):
        freeze(tiny_table, "xgb", tmp_path, hyperparameters={"speed": 1})
    assert not spy.seen


def small(table, n, **columns):
    """The first rows of random search."""
    return EvaluationTable("small", "1.0", "emulated 2.0", table.of("rs").rows[:n].assign(**columns))


@pytest.mark.parametrize(
    "version", ["../../evil", "", "1", "1.0.0", "1.0\n", "v1.0", "1.\u0661", "1.0/..", "-1.0"]
)
def test_versions_are_two_numbers(tiny_table, tmp_path, spy, version):
    """A version cannot lead out of the folder, or be anything but two numbers."""
    with pytest.raises(ReleaseError, match=r"expected two numbers <major>\.<minor>"):
        freeze(tiny_table, "xgb", tmp_path / "out", version=version)
    assert not spy.seen
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("family", ["../xgb", "xgb\n", ""])
def test_families_are_those_there_are(tiny_table, tmp_path, family):
    """No family's name leads out of the folder either."""
    with pytest.raises(ReleaseError, match="no family"):
        freeze(tiny_table, family, tmp_path)


@pytest.mark.parametrize("random_only", [False, True])
@pytest.mark.parametrize("n", [1, 2, 5, 9, 10, 15])
def test_too_few_rows_say_how_many_are_enough(tiny_table, tmp_path, spy, n, random_only):
    """Nothing is fitted to a table whose parts or folds would be empty."""
    with pytest.raises((ReleaseError, TableError), match=r"too few.*: [12]0 architectures .*enough"):
        freeze(small(tiny_table, n), "xgb", tmp_path / "out", random_only=random_only)
    assert not spy.seen
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("random_only", [False, True])
def test_as_many_rows_as_are_called_enough_are(tiny_table, tmp_path, spy, random_only):
    """Twenty architectures of one optimizer can be frozen."""
    assert freeze(small(tiny_table, 20), "xgb", tmp_path, random_only=random_only).is_dir()
    assert all(len(stop) for _, stop in spy.seen)


def test_rows_that_are_alike_measure_nothing(tiny_table, tmp_path):
    """What would write NaN into a manifest is refused."""
    with pytest.raises(ReleaseError, match="r2 is nan on the 6 test rows of small"):
        freeze(small(tiny_table, 60, val_accuracy=0.9), "xgb", tmp_path)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("value", ["0.5", True, float("nan"), float("inf"), None, [1]])
def test_hyperparameters_of_another_type_are_refused(tiny_table, tmp_path, spy, value):
    """Values are of the type of the family's own, and finite."""
    with pytest.raises(ReleaseError, match=r"xgb: rate is .*, expected float, finite"):
        freeze(tiny_table, "xgb", tmp_path, hyperparameters={"rate": value})
    assert not spy.seen


@pytest.mark.parametrize(("family", "name", "value"), [("lgb", "num_leaves", -3), ("xgb", "max_leaves", -3)])
def test_what_a_library_refuses_is_one_line(tiny_table, tmp_path, family, name, value):
    """A library's own words end in an error of ours."""
    with pytest.raises(ReleaseError, match=f"{family} cannot be fitted to tiny: ") as caught:
        freeze(tiny_table, family, tmp_path, hyperparameters={name: value})
    assert str(caught.value).isprintable()
