"""Facts of manifests: embedded ones are known by their bytes, and are what the whole manifest says."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nb301
from nb301.files import sha256
from nb301.places import RELEASES
from nb301.releases import find
from nb301.releases.facts import EMBEDDED, FILE, Facts, of_embedded
from nb301.releases.manifest import read_manifest


def test_embedded_manifests_are_known():
    """All of them and no other: a release that is embedded, or frozen anew, is written down in `facts`."""
    assert {sha256((RELEASES / name / FILE).read_bytes()) for name in nb301.list_releases()} == EMBEDDED


@pytest.mark.parametrize("name", nb301.list_releases())
def test_facts_are_those_of_the_manifest(name):
    """Which is checked key by key here, once for all; its hash is that of its bytes."""
    text = (RELEASES / name / FILE).read_bytes()
    manifest = read_manifest(text, name)
    assert of_embedded(text) == Facts.of(manifest.model_dump(mode="json"))
    assert manifest.release_hash == sha256(text) == find(name).release_hash


def test_others_are_checked():
    """One byte more makes it a stranger's."""
    assert of_embedded((RELEASES / "emulated-xgb-v2.0" / FILE).read_bytes() + b" ") is None


def test_a_query_does_without_pydantic():
    """Its import would take a third of a first answer's time."""
    code = (
        "import sys, numpy, nb301; g = nb301.sample(numpy.random.default_rng(0))\n"
        "nb301.load('fashion-mnist-tiny-xgb-v1.0').query(g, seed=1); sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
