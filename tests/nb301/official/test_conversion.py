"""Members' files: what is kept answers as what was read, and is found again by source and settings."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

from nb301.errors import OutputError, ReleaseError
from nb301.files import sha256
from nb301.official.archive import Archive
from nb301.official.conversion import Journal
from nb301.surrogates.members.deep_trees import DeepTrees
from tests.official_archives import ensemble, write_folder
from tests.official_files import FEATURES, FORMS, a_model, answers, every_form, handle, rows, shared
from tests.pickling import lightgbm_pickle, xgboost_pickle


@pytest.fixture
def convert(tmp_path):
    """Convert a member of some contents."""

    def converted(data, settings=None, journal="journal"):
        folder = write_folder(tmp_path / "one", {"member-surrogate_model.model": data})
        with Archive(folder) as archive:
            return Journal(tmp_path / journal).converted(archive, archive.members[0], settings or {})

    return converted


@pytest.mark.parametrize("form", [*FORMS])
@pytest.mark.parametrize("dart", [False, True])
def test_every_form_answers_as_the_library(form, dart, convert):
    """Bit for bit, missing values included; the library's version is noted."""
    model = a_model(4, 20, dart=dart)
    member = convert(xgboost_pickle(handle(model, form)))
    version = FORMS[form]
    base_first = version >= ((1, 4) if dart else (1, 3))
    found = DeepTrees([member.path], FEATURES).predict(rows())[0]
    np.testing.assert_array_equal(found, answers(model, rows(), base_first=base_first).astype(np.float64))
    assert (member.library, sha256(member.path.read_bytes())) == ("xgboost", member.sha256)


def test_thresholds_of_lightgbm_are_its_own(convert):
    """`x <= threshold`, also for the number right behind a threshold."""
    text = every_form()["lightgbm-p3"]
    member = DeepTrees([convert(text).path], FEATURES)
    # thresholds are multiples of 0.5
    points = np.random.default_rng(0).integers(-2, 13, size=(40, FEATURES)) / 2
    at, behind = member.predict(points), member.predict(np.nextafter(points, np.inf))
    np.testing.assert_array_equal(at, member.predict(points - 0.25))
    np.testing.assert_array_equal(behind, member.predict(points + 0.25))
    assert not np.array_equal(at, behind)


def test_equal_sources_with_other_settings_are_others(convert):
    """A GIN's settings are part of its file."""
    data = ensemble()["0/xgb/20201000-6/surrogate_model.model"]
    one, other = convert(data, {"a": 1}), convert(data, {"a": 2})
    assert one.path != other.path
    assert one == convert(data, {"a": 1})
    assert one.source_sha256 == sha256(data)


@pytest.mark.parametrize("data", [b"", lightgbm_pickle("tree\n"), b"PK\x03\x04"])
def test_what_cannot_be_read_names_the_member(data, convert):
    """In one line."""
    with pytest.raises(ReleaseError, match=r"^'member-surrogate_model\.model': ") as caught:
        convert(data)
    assert "\n" not in str(caught.value)


def hold(folder, error=None):
    """Hold a journal, and fail there."""
    with Journal(folder).held(lambda: None):
        (folder / f"{'a' * 64}.json").write_text("{}")
        if error is not None:
            raise error


def test_a_journal_stays_when_it_is_interrupted(tmp_path):
    """It is taken away when the work is done, or fails."""
    folder = tmp_path / "journal"
    with pytest.raises(KeyboardInterrupt):
        hold(folder, KeyboardInterrupt())
    assert len([*folder.iterdir()]) == 2
    for error in (None, ReleaseError("no"), OSError("no"), ValueError("no")):
        with nullcontext() if error is None else pytest.raises(type(error)):
            hold(folder, error)
        assert not folder.exists()


def test_what_a_journal_has_not_made_stays(tmp_path):
    """Another folder in its place is refused; a file that came into it is left there."""
    folder = tmp_path / "journal"
    folder.mkdir()
    (folder / f"{'b' * 64}.json").write_text("mine")
    with pytest.raises(OutputError, match="holds what no import has made: move it away"):
        hold(folder)
    assert [path.name for path in folder.iterdir()] == [f"{'b' * 64}.json"]
    with pytest.raises(KeyboardInterrupt):
        hold(tmp_path / "other", KeyboardInterrupt())
    (tmp_path / "other" / "notes.txt").write_text("mine")
    hold(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("kind", ["gamma_p2", "gamma_p3", "gamma_p4", "dart_p3", "lossguide_hist_p3"])
def test_other_boosters_of_the_fixtures(kind, convert):
    """Deleted nodes, weights of trees and leaf-wise growth: every bit of 200 rows."""
    member = convert(shared("xgboost-1.1.0-extra", f"{kind}.model").read_bytes())
    rows_asked = np.load(shared("xgboost-1.1.0", "preds.npz"))["Xtest"]
    answered = np.load(shared("xgboost-1.1.0-extra", "preds.npz"))[kind.rpartition("_")[0]]
    found = DeepTrees([member.path], FEATURES).predict(rows_asked)[0]
    np.testing.assert_array_equal(found, answered.astype(np.float64))
