"""Official models as releases: equal answers, what the manifest says, and what a broken archive leaves."""

from __future__ import annotations

import errno
import json
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest

import nb301
from nb301 import exact
from nb301.encodings import canonical
from nb301.errors import DataMissing, HashMismatch, OutputError, ReleaseError
from nb301.files import kept_folder, sha256
from nb301.official import conversion, importing
from nb301.official.importing import import_official
from nb301.official.states import read as read_state
from nb301.releases.diff import diff
from nb301.releases.facts import FILE
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.families.gin.official import member_of_state
from nb301.surrogates.members.official_vector import official_vectors
from nb301.tables import official
from tests.official_archives import (
    SETTINGS,
    ensemble,
    gin_file,
    whole_archive,
    write_folder,
    write_zip,
    xgb_model,
)
from tests.official_files import a_model, answers, shared

GENOTYPES = sample_many(np.random.default_rng(3), 30)
CODES = to_codes(GENOTYPES)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))


@pytest.fixture
def home(tmp_path):
    """Where the user's releases are."""
    return tmp_path / "home" / "releases"


@pytest.fixture
def xgb_folder(tmp_path):
    """A folder of XGBoost models alone."""
    return write_folder(tmp_path / "xgb_v1.0", ensemble())


def expected(seeds, dtype=np.float32):
    """What the library answers, shape (members, n)."""
    rows = official_vectors(CODES)
    if dtype is np.float32:
        return np.array([answers(xgb_model(seed), rows, base_first=False) for seed in seeds])
    found = []
    for seed in seeds:
        model = replace(a_model(seed, base=0.0), trees=tuple(map(or_equal, a_model(seed).trees)))
        found.append(answers(model, rows, base_first=True, dtype=dtype))
    return np.array(found)


def or_equal(tree):
    """LightGBM sends what is equal to a threshold left."""
    nodes = []
    for left, right, feature, value, default in tree:
        nodes.append((left, right, feature, value if left == -1 else np.nextafter(value, np.inf), default))
    return tuple(nodes)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_whole_archive_becomes_releases(kind, tmp_path, home):
    """Each ensemble is a release named after its folder, with the runtime model; members are bit for bit."""
    write = write_zip if kind == "zip" else write_folder
    reported = []
    folders = import_official(
        write(tmp_path / "models.zip", whole_archive()), progress=lambda *a: reported.append(a)
    )
    assert [folder.name for folder in folders] == ["nb301-gin-v1.0", "nb301-xgb-v1.0"]
    assert sorted(path.name for path in home.iterdir()) == ["nb301-gin-v1.0", "nb301-xgb-v1.0"]
    assert [entry[1:] for entry in reported[-6:]] == [(number, 6) for number in range(1, 7)]
    assert reported[-1][0] == "nb_models/lgb_runtime_v1.0/2/lgb_time/20201002-8/surrogate_model.model"
    gin, xgb = (nb301.load(folder.name).release for folder in folders)
    in_percent = xgb.surrogate.in_own_unit(CODES)
    np.testing.assert_array_equal(in_percent, expected([6, 7, 8]).astype(np.float64))
    np.testing.assert_array_equal(xgb.surrogate.predict(CODES), in_percent / 100)
    runtime = expected([6, 7, 8], np.float64)
    for release in (gin, xgb):
        np.testing.assert_array_equal(release.runtime_model.members(CODES), runtime)
        np.testing.assert_array_equal(release.runtime_model.predict(CODES), exact.mean(runtime, axis=0))
    members = [member_of_state(read_state(gin_file(seed)), SETTINGS["gnn_gin"]) for seed in (6, 7, 8)]
    alone = FAMILIES["official-gin"].load(members)
    np.testing.assert_array_equal(gin.surrogate.predict(CODES), alone.predict(CODES))


@pytest.mark.parametrize("place", [0, 1])
def test_queries_answer_alone_as_in_lists(tmp_path, place):
    """Mean, std, runtime and draws are the same for one and many, of genotypes as they are written."""
    folder = import_official(write_folder(tmp_path / "nb", whole_archive()))[place]
    benchmark = nb301.load(folder)
    many = benchmark.query(GENOTYPES, seed=5)
    for number, genotype in enumerate(GENOTYPES):
        assert benchmark.query(genotype, seed=5) == many[number]
    np.testing.assert_array_equal(many.noise_std, many.std)
    np.testing.assert_array_equal(many.runtime, benchmark.release.runtime_model.predict(CODES))
    members = benchmark.release.surrogate.predict(CODES)
    np.testing.assert_array_equal(benchmark.members(GENOTYPES), members)
    np.testing.assert_array_equal(many.mean, exact.mean(members, axis=0))
    assert (members != benchmark.release.surrogate.predict(canonical(CODES))).any()


def test_lightgbm_of_accuracy(tmp_path):
    """They are releases, too."""
    [folder] = import_official(write_folder(tmp_path / "lgb_v0.9", ensemble("lgb")))
    release = nb301.load(folder).release
    assert (folder.name, release.manifest.family) == ("nb301-lgb-v0.9", "official-lgb")
    np.testing.assert_array_equal(release.surrogate.in_own_unit(CODES), expected([6, 7, 8], np.float64))


def test_the_manifest_says_what_it_was_imported_from(xgb_folder):
    """Hashes, libraries, seeds, settings; what is not known is null, and nothing is invented."""
    manifest = nb301.load(import_official(xgb_folder)[0]).release.manifest
    assert (manifest.format, manifest.version, manifest.members, manifest.seed) == (3, "1.0", 3, 6)
    assert (manifest.metrics, manifest.split, manifest.noise) == (None, None, None)
    assert (manifest.table.name, manifest.table.version) == (official.NAME, official.VERSION)
    assert (manifest.table.content_hash, manifest.table.rows, manifest.truth) == (None, None, official.TRUTH)
    assert manifest.optimizers == ("de", "rs")
    assert manifest.hyperparameters == SETTINGS["xgb"]
    assert manifest.libraries["xgboost"] == "1.2"
    imported = manifest.imported
    assert imported.runtime is None
    assert (imported.accuracy.folder, imported.accuracy.model) == ("xgb_v1.0", "xgb")
    for member in imported.accuracy.members:
        data = (xgb_folder / member.path).read_bytes()
        assert (member.bytes, member.sha256, member.library) == (len(data), sha256(data), "xgboost 1.2")
    assert [member.seed for member in imported.accuracy.members] == [6, 7, 8]
    assert any("best_iteration" in line for line in imported.not_kept)


def test_without_a_runtime_model_another_one_stands_in(xgb_folder):
    """It is that of an embedded release; manifest and credit say so."""
    release = nb301.load(import_official(xgb_folder)[0]).release
    stand_in = nb301.load("cifar10-xgb-rand-v1.0").release
    assert release.manifest.runtime_table == stand_in.manifest.runtime_table
    assert "cifar10-xgb-rand-v1.0" in release.manifest.credit
    np.testing.assert_array_equal(release.runtime_model.seconds, stand_in.runtime_model.seconds)


@pytest.mark.parametrize("is_beside", [True, False])
def test_a_runtime_model_is_taken_from_beside_or_where_it_is_said(is_beside, tmp_path, xgb_folder):
    """Beside the folder by its official name, else where `runtime_source` says."""
    runtime = write_folder(tmp_path / ("lgb_runtime_v1.0" if is_beside else "seconds"), ensemble("lgb_time"))
    [folder] = import_official(xgb_folder, runtime_source=None if is_beside else runtime)
    manifest = nb301.load(folder).release.manifest
    assert manifest.imported.runtime.folder == runtime.name
    assert manifest.runtime_hyperparameters == SETTINGS["lgb_time"]


def test_what_needs_rows_says_that_they_are_not_known(xgb_folder, tiny_table):
    """Familiarity ends in one line, with a table and without."""
    folder = import_official(xgb_folder)[0]
    with pytest.raises(DataMissing, match="was imported"):
        nb301.load(folder).familiarity(GENOTYPES[0])
    with pytest.raises(nb301.errors.TableError, match="was imported"):
        nb301.load(folder, table=tiny_table).familiarity(GENOTYPES[0])


def test_releases_are_compared(tmp_path, xgb_folder):
    """`release diff` tells predictions apart; lists of files are left out."""
    other = write_folder(tmp_path / "other" / "xgb_v1.0", ensemble(first_seed=20))
    [one] = import_official(xgb_folder)
    [two] = import_official(other, name="nb301-xgb-v1.1")
    difference = diff(nb301.load(one).release, nb301.load(two).release)
    assert {"name", "seed"} <= {*difference.manifest}
    assert not any("members" in name for name in difference.manifest)


def interrupted(folder, members):
    """Begin an import, and end it when some members are converted."""

    def interrupt(*progress):
        if progress[1] == members:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_official(folder, progress=interrupt)


def test_an_interrupted_import_goes_on(xgb_folder, home, monkeypatch):
    """What was converted is kept, and not converted again; a member that changed is."""
    interrupted(xgb_folder, 2)
    assert [path.name for path in home.iterdir()] == [".nb301-xgb-v1.0.nb301.kept"]
    converted = []
    real = conversion.read_member
    monkeypatch.setattr(
        conversion, "read_member", lambda path, data: converted.append(path) or real(path, data)
    )
    first = next(xgb_folder.rglob("2020*-6")) / "surrogate_model.model"
    first.write_bytes(next(xgb_folder.rglob("2020*-8")).joinpath("surrogate_model.model").read_bytes())
    [folder] = import_official(xgb_folder)
    assert converted == ["0/xgb/20201000-6/surrogate_model.model"]
    assert [path.name for path in home.iterdir()] == ["nb301-xgb-v1.0"]
    np.testing.assert_array_equal(
        nb301.load(folder).release.surrogate.in_own_unit(CODES), expected([8, 7, 8]).astype(np.float64)
    )


def test_what_was_kept_for_a_release_that_is_whole_is_taken_away(xgb_folder, home):
    """Also where the process was killed right behind the release's end."""
    folders = import_official(xgb_folder)
    with pytest.raises(KeyboardInterrupt), conversion.Journal(kept_folder(folders[0])).held(lambda: None):
        raise KeyboardInterrupt
    said = []
    assert import_official(xgb_folder, said=said.append) == folders
    assert len(said) == 1
    assert [path.name for path in home.iterdir()] == ["nb301-xgb-v1.0"]


def test_what_was_kept_and_then_damaged_is_made_again(xgb_folder, home):
    """A file of the journal with other bytes is not taken."""
    interrupted(xgb_folder, 1)
    [kept] = home.rglob("*.safetensors")
    kept.write_bytes(kept.read_bytes()[:-1])
    [folder] = import_official(xgb_folder)
    np.testing.assert_array_equal(
        nb301.load(folder).release.surrogate.in_own_unit(CODES), expected([6, 7, 8]).astype(np.float64)
    )


MEMBER = "1/xgb/20201001-7/surrogate_model.model"
FIRST = "0/xgb/20201000-6"


def changed(path, data):
    """A change of an ensemble's files; None takes one away."""
    return lambda files: files.pop(path) if data is None else files.update({path: data})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(MEMBER, b""), f"{MEMBER}': pickle, .*cut short"),
        (
            changed(MEMBER, b"\x80\x03cos\nsystem\n(S'true'\ntR."),
            f"{MEMBER}': pickle, byte 2: names 'os system'",
        ),
        (changed(MEMBER, gin_file(1)), "gnn_gin|model_config"),
        (
            changed(MEMBER, ensemble("lgb")["0/lgb/20201000-6/surrogate_model.model"]),
            "by lightgbm, other .* xgboost",
        ),
        (changed(MEMBER, ensemble()[MEMBER][:-200]), f"{MEMBER}': .*cut short"),
        (changed(f"{FIRST}/model_config.json", None), "model_config.json"),
        (changed(f"{FIRST}/model_config.json", b"["), "model_config.json': no JSON"),
        (changed(f"{FIRST}/data_config.json", b'{"seed": -1}'), "seed -1"),
    ],
)
def test_a_broken_ensemble_ends_in_one_line_and_leaves_nothing(change, words, tmp_path, home):
    """The line says which file, and why; neither a release nor converted members stay."""
    files = ensemble()
    change(files)
    folder = write_folder(tmp_path / "xgb_v1.0", files)
    with pytest.raises(ReleaseError, match=words) as caught:
        import_official(folder)
    assert "\n" not in str(caught.value)
    assert not home.exists() or not any(home.iterdir())


def test_names(tmp_path, xgb_folder):
    """One is needed where the folder has no official one; none may be taken, or be a path."""
    odd = write_folder(tmp_path / "odd", ensemble())
    with pytest.raises(ReleaseError, match="give the release a --name"):
        import_official(odd)
    [folder] = import_official(odd, name="mine-v2.1")
    assert nb301.load("mine-v2.1").release.manifest.version == "2.1"
    other = write_folder(tmp_path / "other", ensemble(first_seed=20))
    with pytest.raises(ReleaseError, match="is no release of these files: --replace it, or give another"):
        import_official(other, name="mine-v2.1")
    assert import_official(xgb_folder, name="mine-v2.1", replace=True) == [folder]
    with pytest.raises(ReleaseError, match="embedded release: give another --name"):
        import_official(xgb_folder, name="emulated-xgb-v2.0")
    with pytest.raises(ReleaseError, match=r"'\.\./up' cannot be a release's name: .* digits and \. _ \+ -"):
        import_official(xgb_folder, name="../up")
    whole = write_zip(tmp_path / "whole.zip", whole_archive())
    with pytest.raises(ReleaseError, match=r"no models of 'other' .* nb301-gin-v1\.0, nb301-xgb-v1\.0"):
        import_official(whole, name="other")
    assert [path.name for path in import_official(whole, name="nb301-gin-v1.0")] == ["nb301-gin-v1.0"]


def release_file(folder):
    """What tells a release that was written from one that was left."""
    return (folder / FILE).stat().st_ino


def test_what_is_there_already_is_left(tmp_path, home):
    """An equal release is; one of other members, settings or runtime, or a damaged one, is refused."""
    files = ensemble()
    source = write_folder(tmp_path / "xgb_v1.0", files)
    [folder] = import_official(source)
    before, said = release_file(folder), []
    assert import_official(source, said=said.append) == [folder]
    assert said == [f"{folder} is there already, imported from the same files"]
    assert release_file(folder) == before
    runtime = write_folder(tmp_path / "seconds", ensemble("lgb_time"))
    with pytest.raises(ReleaseError, match="no release of these files"):
        import_official(source, runtime_source=runtime)
    settings = source / FIRST / "model_config.json"
    settings.write_text(json.dumps({**SETTINGS["xgb"], "param:max_depth": 14}))
    with pytest.raises(ReleaseError, match="no release of these files"):
        import_official(source)
    write_folder(source, files)
    (folder / "member-1.safetensors").write_bytes(b"damaged")
    with pytest.raises(ReleaseError, match="no release of these files"):
        import_official(source)
    assert import_official(source, replace=True, said=said.append) == [folder]
    assert len(said) == 1
    assert [path.name for path in home.iterdir()] == [folder.name]


def test_an_interrupted_import_of_several_goes_on(tmp_path, home):
    """Releases that were whole are passed over."""
    source = write_zip(tmp_path / "models.zip", whole_archive())
    reported = []

    def interrupt(path, *_):
        reported.append(path)
        if "xgb_v1.0/1" in path:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_official(source, progress=interrupt)
    whole = release_file(home / "nb301-gin-v1.0")
    others = write_zip(
        tmp_path / "others.zip",
        whole_archive()
        | {
            f"nb_models/gnn_gin_v1.0/{path}": data
            for path, data in ensemble("gnn_gin", first_seed=20).items()
        },
    )
    with pytest.raises(ReleaseError, match="--replace it, or import its folder alone: nb301 release"):
        import_official(others)
    names = [folder.name for folder in import_official(source)]
    assert names == sorted(path.name for path in home.iterdir()) == ["nb301-gin-v1.0", "nb301-xgb-v1.0"]
    assert release_file(home / "nb301-gin-v1.0") == whole


def test_one_of_many_imports_and_the_others_wait(xgb_folder, home):
    """Those that come while it runs say so, wait, and find the release there."""
    waits = threading.Event()
    said, found, second = [], [], []

    def say(line):
        said.append(line)
        waits.set()

    def import_too():
        found.append(import_official(xgb_folder, said=say))

    def report(_, done, __):
        if done == 1:
            second.append(threading.Thread(target=import_too))
            second[0].start()
            assert waits.wait(30)

    first = import_official(xgb_folder, progress=report)
    second[0].join()
    assert found == [first]
    assert said == [
        "another process imports nb301-xgb-v1.0: waiting",
        f"{first[0]} is there already, imported from the same files",
    ]
    assert [path.name for path in home.iterdir()] == ["nb301-xgb-v1.0"]


@pytest.mark.parametrize("replace", [False, True])
def test_what_appears_while_an_import_runs(replace, tmp_path, xgb_folder, home):
    """It stays, unless it is to be replaced."""
    other = write_folder(tmp_path / "other", ensemble(first_seed=20))
    [elsewhere] = import_official(other, tmp_path / "elsewhere", name="nb301-xgb-v1.0")
    text = (elsewhere / FILE).read_text()

    def appear(_, done, __):
        if done == 2:
            shutil.copytree(elsewhere, home / elsewhere.name)

    if replace:
        [folder] = import_official(xgb_folder, progress=appear, replace=True)
        assert (folder / FILE).read_text() != text
    else:
        with pytest.raises(OutputError, match="would be lost"):
            import_official(xgb_folder, progress=appear)
        assert (home / elsewhere.name / FILE).read_text() == text
    assert [path.name for path in home.iterdir()] == ["nb301-xgb-v1.0"]


def test_folders_of_others_stay(xgb_folder, home):
    """Whatever lies beside the release, whatever it is called."""
    places = [home / "importing-nb301-xgb-v1.0" / "notes.txt", home / ".nb301-xgb-v1.0" / "notes.txt"]
    for place in places:
        place.parent.mkdir(parents=True)
        place.write_text("mine")
    import_official(xgb_folder)
    assert [place.read_text() for place in places] == ["mine", "mine"]


def test_a_full_disk_leaves_nothing(xgb_folder, home, monkeypatch):
    """Where a member or the release cannot be written, what was made is taken away."""

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, name in ((conversion, "write_text"), (importing, "manifest_of")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, full)
            with pytest.raises(OSError, match="No space left"):
                import_official(xgb_folder)
        assert not any(home.iterdir())


def test_a_release_whose_manifest_is_damaged_is_replaced(xgb_folder):
    """It holds nothing but files of releases."""
    [folder] = import_official(xgb_folder)
    (folder / FILE).write_text("{")
    with pytest.raises(ReleaseError, match="--replace it"):
        import_official(xgb_folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds 'notes\.txt'"):
        import_official(xgb_folder, replace=True)
    (folder / "notes.txt").unlink()
    assert import_official(xgb_folder, replace=True) == [folder]
    assert nb301.load(folder).release.manifest.members == 3


def test_two_folders_of_one_name_are_refused(tmp_path):
    """Both are listed; another one of the archive is imported all the same."""
    files = whole_archive()
    for path, data in ensemble("xgb", first_seed=30).items():
        files[f"backup/xgb_v1.0/{path}"] = data
    source = write_zip(tmp_path / "models.zip", files)
    with pytest.raises(
        ReleaseError, match=r"each of 'backup/xgb_v1\.0', 'nb_models/xgb_v1\.0': import .* alone"
    ):
        import_official(source)
    assert [folder.name for folder in import_official(source, name="nb301-gin-v1.0")] == ["nb301-gin-v1.0"]


def test_a_release_that_cannot_be_read_is_not_written(xgb_folder, home, monkeypatch):
    """It is read before it takes its place."""
    real = importing.manifest_of
    monkeypatch.setattr(
        importing, "manifest_of", lambda *args: real(*args).model_copy(update={"family": "none"})
    )
    with pytest.raises(ReleaseError, match="what was made of it is no release"):
        import_official(xgb_folder)
    assert not any(home.iterdir())


def test_a_folder_that_holds_more_is_not_replaced(xgb_folder, home):
    """What lies in a release's place and is none stays."""
    (home / "nb301-xgb-v1.0").mkdir(parents=True)
    (home / "nb301-xgb-v1.0" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        import_official(xgb_folder, replace=True)


@pytest.mark.parametrize(
    ("model", "runtime", "words"),
    [
        ("lgb_time", None, "a runtime model alone"),
        ("xgb", "xgb", "0 runtime models, expected one"),
    ],
)
def test_ensembles_that_do_not_fit_together(model, runtime, words, tmp_path):
    """A runtime model alone is no release, and one of accuracy predicts no seconds."""
    source = write_folder(tmp_path / "one_v1.0", ensemble(model))
    other = None if runtime is None else write_folder(tmp_path / "two_v1.0", ensemble(runtime))
    with pytest.raises(ReleaseError, match=words):
        import_official(source, runtime_source=other)


def test_changed_files_are_found(xgb_folder):
    """Mapped files are checked as read ones are; another file in the place of one changes nothing."""
    [folder] = import_official(xgb_folder)
    release = nb301.load(folder).release
    path = folder / "member-1.safetensors"
    other = path.with_suffix(".new")
    other.write_bytes(b"\0" * path.stat().st_size)
    kept = shutil.copy(path, folder.parent / "kept")
    other.replace(path)
    np.testing.assert_array_equal(
        release.surrogate.in_own_unit(CODES), expected([6, 7, 8]).astype(np.float64)
    )
    with pytest.raises(HashMismatch, match="import the release again"):
        nb301.load(folder)
    path.write_bytes(b"")
    with pytest.raises(HashMismatch, match="empty"):
        nb301.load(folder)
    path.write_bytes(b"1")
    with pytest.raises(HashMismatch, match="1 bytes, but"):
        nb301.load(folder)
    path.unlink()
    with pytest.raises(ReleaseError, match="missing from release"):
        nb301.load(folder)
    shutil.copy(kept, path)
    manifest = json.loads((folder / FILE).read_text())
    manifest["files"].pop("member-2.safetensors")
    (folder / FILE).write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match=r"'member-2\.safetensors' is missing"):
        nb301.load(folder)


@pytest.mark.parametrize("version", ["1.0.2", "1.1.0", "1.3.3"])
def test_the_fixtures_answer_as_the_old_library_did(version):
    """Imported by their official folder: every bit of 200 genotypes, as they were written."""
    place = shared(f"xgboost-{version}")
    runtime = shared("lightgbm-2.3.1", "nb_models", "lgb_runtime_v1.0")
    [folder] = import_official(place / "nb_models" / "xgb_v1.0", runtime_source=runtime)
    genotypes = json.loads(shared("archs.json").read_text())["test"]
    codes = to_codes([nb301.formats.read(genotype) for genotype in genotypes])
    release = nb301.load(folder).release
    numbers = [int(member.path.split("/")[0]) for member in release.manifest.imported.accuracy.members]
    answered = np.load(place / "preds.npz")["single"][numbers]
    np.testing.assert_array_equal(release.surrogate.in_own_unit(codes), answered.astype(np.float64))
    seconds = np.load(shared("lightgbm-2.3.1", "preds.npz"))["single"]
    np.testing.assert_array_equal(release.runtime_model.members(codes), seconds)


def test_the_official_ensemble_of_the_fixtures():
    """Means as the official package gave them: numpy's of float32, in the order of its scan; draws, too."""
    api = np.load(shared("xgboost-1.1.0", "official_api.npz"))
    [folder] = import_official(shared("xgboost-1.1.0", "nb_models", "xgb_v1.0"))
    genotypes = json.loads(shared("archs.json").read_text())["test"]
    codes = to_codes([nb301.formats.read(genotype) for genotype in genotypes])
    release = nb301.load(folder).release
    paths = [member.path.rpartition("/")[0] for member in release.manifest.imported.accuracy.members]
    members = release.surrogate.in_own_unit(codes).astype(np.float32)[[paths.index(d) for d in api["dirs"]]]
    np.testing.assert_array_equal(members.mean(axis=0), api["mean"])
    draws = np.random.RandomState(123)
    noisy = [draws.normal(of_one.mean(), of_one.std()) for of_one in members.T[:20]]
    np.testing.assert_array_equal(noisy, api["noisy_seed123"])
