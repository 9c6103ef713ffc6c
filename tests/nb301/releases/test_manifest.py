"""Manifests: what identifies a release, and its hash."""

from __future__ import annotations

import json

import pytest

import nb301
from nb301.errors import ReleaseError
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


def test_manifest_is_immutable(tiny_release):
    """A manifest that was read cannot be changed."""
    manifest = nb301.load(tiny_release).release.manifest
    with pytest.raises(ValueError, match="frozen"):
        manifest.name = "other"


def test_says_what_it_rests_on(text):
    """The ground truth is the table's, and `rs` alone is random-only."""
    manifest = read_manifest(text, "here")
    assert manifest.truth == "emulated 1.0"
    assert not manifest.random_only
    assert manifest.model_copy(update={"optimizers": ("rs",)}).random_only


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "here: manifest format 2 is newer than 1.*: upgrade nb301"),
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


@pytest.mark.parametrize("truth", ["", " x", "a\nb", "x" * 101])
def test_a_ground_truth_is_printable(text, truth):
    """What every number rests on is named in at most 100 signs that can be read."""
    entries = json.loads(text)
    entries["table"]["truth"] = truth
    with pytest.raises(ReleaseError, match=r"table\.truth: .*printable"):
        read_manifest(json.dumps(entries), "here")
