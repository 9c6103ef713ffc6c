"""Manifests: what identifies a release, and its hash."""

from __future__ import annotations

import json

import pytest

import nb301
from nb301.errors import ReleaseError
from nb301.places import RELEASES
from nb301.releases.facts import FILE
from nb301.releases.manifest import read_manifest


@pytest.fixture(scope="module")
def text(tiny_release):
    """The manifest of the tiny release."""
    return (tiny_release / "manifest.json").read_text()


def test_manifest_round_trip(text):
    """A manifest reads back as it was written; its hash depends on every entry, not on the layout."""
    manifest = read_manifest(text, "here")
    assert manifest.to_json() == text
    assert read_manifest(json.dumps(json.loads(text)), "here").release_hash == manifest.release_hash
    for key, value in (("version", "1.1"), ("seed", 1), ("members", 9)):
        assert manifest.model_copy(update={key: value}).release_hash != manifest.release_hash


def test_only_imported_releases_have_unknown_entries(text):
    """Of a fitted one, split, metrics and the table's content are there; `imported` belongs to format 3."""
    entries = json.loads(text)
    for change, words in (
        ({"metrics": None}, "metrics is null, which only an imported release's is"),
        ({"split": None}, "split is null"),
        ({"table": {**entries["table"], "content_hash": None}}, r"table\.content_hash is null"),
        ({"table": {**entries["table"], "rows": None}}, r"table\.rows is null"),
        ({"format": 3}, "imported is missing, which format 3 has"),
        ({"imported": None}, "imported is an entry of format 3, but this is format 2"),
    ):
        with pytest.raises(ReleaseError, match=words):
            read_manifest(json.dumps(entries | change), "here")
    manifest = read_manifest(text, "here")
    assert (manifest.measured, manifest.fitted_split) == (manifest.metrics, manifest.split)
    unknown = manifest.model_copy(update={"metrics": None, "split": None})
    for name in ("measured", "fitted_split"):
        with pytest.raises(ReleaseError, match="was imported"):
            getattr(unknown, name)
    fitted = read_manifest(json.dumps(entries | {"format": 3, "imported": None}), "here")
    assert json.loads(fitted.to_json())["imported"] is None


def test_an_imported_release_agrees_with_what_it_was_imported_from(text):
    """Number and library of its members, their seeds, and what its runtimes are."""
    entries = json.loads(text)
    member = {"path": "m", "bytes": 1, "sha256": "0" * 64, "library": "xgboost 1.2", "seed": 6}
    accuracy = {"folder": "xgb_v1.0", "model": "xgb", "members": [member] * entries["members"]}
    imported = {"accuracy": accuracy, "runtime": None, "not_kept": []}
    entries |= {"format": 3, "family": "official-xgb", "noise": None, "runtime_table": entries["table"]}
    entries |= {"imported": imported, "seed": 6}
    assert read_manifest(json.dumps(entries), "here").imported is not None
    few = {**imported, "accuracy": {**accuracy, "members": [member]}}
    noise = {"low": 0.5, "high": 0.9, "std_at_low": 0.1, "std_at_high": 0.1}
    for change, words in (
        ({"imported": few}, rf"members is {entries['members']}, but imported\.accuracy has 1"),
        ({"family": "official-lgb"}, "family is 'official-lgb', but a member is of 'xgboost'"),
        ({"family": "xgb"}, "family is 'xgb', but"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**32}, "seed is 4294967296"),
        ({"noise": noise}, "noise is set"),
        ({"runtime_table": None}, "one of imported.runtime and runtime_table"),
    ):
        with pytest.raises(ReleaseError, match=f"here: .*{words}") as caught:
            read_manifest(json.dumps(entries | change), "here")
        assert "\n" not in str(caught.value)


def test_manifest_is_immutable(tiny_release):
    """A manifest that was read cannot be changed."""
    manifest = nb301.load(tiny_release).release.manifest
    with pytest.raises(ValueError, match="frozen"):
        manifest.name = "other"


def test_says_what_it_rests_on(text):
    """The ground truth is the table's, and `rs` alone is random-only."""
    manifest = read_manifest(text, "here")
    assert manifest.truth == "emulated 2.0"
    assert not manifest.random_only
    assert manifest.model_copy(update={"optimizers": ("rs",)}).random_only


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 4}, "here: manifest format 4 is newer than 3.*: upgrade nb301"),
        ({"format": None}, "here: not a release manifest"),
        ({"name": "../up"}, "here: name: "),
        ({"version": "1"}, "here: version: "),
        ({"members": 0}, "here: members: "),
        ({"surprise": 1}, "here: surprise: Extra inputs are not permitted"),
    ],
)
def test_names_what_is_wrong(text, change, words):
    """The first wrong entry is named, with the place that the manifest is from."""
    with pytest.raises(ReleaseError, match=words):
        read_manifest(json.dumps(json.loads(text) | change), "here")


NOISE = {"low": 0.9, "high": 0.95, "std_at_low": 0.004, "std_at_high": 0.001}


@pytest.mark.parametrize("noise", [None, NOISE, {**NOISE, "low": 0, "high": 1, "std_at_low": 1e-300}])
@pytest.mark.parametrize("credit", ["", "Siems et al. (2020), Apache-2.0"])
def test_format_2_round_trip(text, noise, credit):
    """Noise, another table of runtimes and credit are read as they are written, and are part of the hash."""
    entries = json.loads(text) | {"noise": noise, "credit": credit}
    entries["runtime_table"] = None if noise is None else {**entries["table"], "name": "runtimes"}
    manifest = read_manifest(json.dumps(entries), "here")
    again = read_manifest(manifest.to_json(), "here")
    assert again == manifest
    assert again.to_json() == manifest.to_json()
    assert json.loads(manifest.to_json()) == entries == manifest.model_dump(mode="json")
    other = manifest.model_copy(update={"credit": "somebody else"})
    assert other.release_hash != manifest.release_hash


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"std_at_low": std}
            for std in (0, -0.0, -0.001, 1.5, float("nan"), float("inf"), None, "wide", [])
        ),
        *({"std_at_high": std} for std in (0.0, -1, 2, float("nan"), -float("inf"))),
        *({"low": low} for low in (0.95, 0.96, -0.1, float("nan"), -float("inf"))),
        *({"high": high} for high in (0.9, 0.5, 1.01, float("nan"), float("inf"))),
        {"middle": 0.92},
    ],
    ids=str,
)
def test_hostile_noise_is_refused(text, change):
    """Stds are positive, ends are fractions in their order, all are finite, and there is nothing else."""
    entries = json.loads(text) | {"noise": {**NOISE, **change}}
    with pytest.raises(ReleaseError, match=r"here: (noise|not a release manifest)"):
        read_manifest(json.dumps(entries), "here")


@pytest.mark.parametrize("missing", NOISE)
def test_noise_is_whole(text, missing):
    """No number of it may be missing."""
    noise = {name: value for name, value in NOISE.items() if name != missing}
    with pytest.raises(ReleaseError, match=rf"noise\.{missing}: Field required"):
        read_manifest(json.dumps(json.loads(text) | {"noise": noise}), "here")


@pytest.mark.parametrize("credit", ["a\nb", "\x1b[31m", "x" * 2001, None, 1, "\u202e"])
def test_hostile_credit_is_refused(text, credit):
    """It is one line that can be read."""
    with pytest.raises(ReleaseError, match="here: credit: "):
        read_manifest(json.dumps(json.loads(text) | {"credit": credit}), "here")


@pytest.mark.parametrize("name", ["noise", "runtime_table", "credit"])
def test_entries_belong_to_formats(text, name):
    """Format 2 has its entries, even if they say nothing; format 1 has none of them, even if so."""
    entries = json.loads(text)
    del entries[name]
    with pytest.raises(ReleaseError, match=f"here: .*{name} is missing, which format 2 has"):
        read_manifest(json.dumps(entries), "here")
    old = {key: value for key, value in entries.items() if key not in {"noise", "runtime_table", "credit"}}
    with pytest.raises(ReleaseError, match=f"here: .*{name} is an entry of format 2, but this is format 1"):
        read_manifest(json.dumps(old | {"format": 1, name: "" if name == "credit" else None}), "here")
    assert name not in read_manifest(json.dumps(old | {"format": 1}), "here").to_json()


@pytest.mark.parametrize("name", nb301.list_releases())
def test_embedded_manifests_are_written_back(name):
    """Byte for byte, in the format that they were frozen in."""
    written = (RELEASES / name / FILE).read_text(encoding="utf-8")
    manifest = read_manifest(written, name)
    assert manifest.to_json() == written
    assert json.loads(written) == manifest.model_dump(mode="json")


@pytest.mark.parametrize("truth", ["", " x", "a\nb", "x" * 101])
def test_a_ground_truth_is_printable(text, truth):
    """What every number rests on is named in at most 100 signs that can be read."""
    entries = json.loads(text)
    entries["table"]["truth"] = truth
    with pytest.raises(ReleaseError, match=r"table\.truth: .*printable"):
        read_manifest(json.dumps(entries), "here")
